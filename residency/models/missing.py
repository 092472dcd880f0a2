"""Reports of missing cards. A report is open until another card takes the missing one's place."""

import secrets
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from residency.models.papers import Iqama
from residency.models.people import Resident


class MissingReport(models.Model):
    """A card that is missing. A row is never changed but when the card is replaced, once; a trigger sees to it."""

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="missing_reports")
    number = models.CharField(_("report number"), max_length=10, unique=True)
    iqama = models.ForeignKey(Iqama, models.PROTECT, related_name="+", verbose_name=_("residency permit"))
    missing_on = models.DateField(_("missing since"))
    place = models.CharField(_("where it went missing"), max_length=60)
    filed_on = models.DateField(_("reported on"))
    replaced_by = models.OneToOneField(
        Iqama, models.PROTECT, null=True, blank=True, related_name="takes_the_place_of", verbose_name=_("replaced by")
    )

    class Meta:
        verbose_name = _("report of a missing card")
        verbose_name_plural = _("reports of missing cards")
        constraints = [
            models.UniqueConstraint(fields=["resident"], condition=Q(replaced_by=None), name="missing_report_one_open"),
            models.CheckConstraint(condition=Q(number__regex=r"^[1-9][0-9]{9}$"), name="missing_report_number"),
            models.CheckConstraint(condition=Q(missing_on__lte=F("filed_on")), name="missing_report_days"),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def file(cls, resident: Resident, iqama: Iqama, *, missing_on: date, place: str, on: date) -> "MissingReport":
        """File a report under a number without a sequence. Requires a lock on the resident."""
        while cls.objects.filter(number=(number := str(secrets.randbelow(9 * 10**9) + 10**9))).exists():
            pass
        return cls.objects.create(resident=resident, number=number, iqama=iqama, missing_on=missing_on, place=place, filed_on=on)
