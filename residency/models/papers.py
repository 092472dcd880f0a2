"""Papers of a resident: passports and versions of the permit."""

from datetime import date

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from muqeem.hijri import add_hijri_months, add_months
from muqeem.record.terms import Terms
from residency.models.people import Resident


class NumberInUse(Exception):
    """The number is that of another passport of the same country; nothing changed."""


class Passport(models.Model):
    """A passport on record; the one before is kept with the day it was replaced."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="passports")
    number = models.CharField(_("passport number"), max_length=15)
    country = models.CharField(_("country"), max_length=2)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"))
    place = models.CharField(_("place of issue"), max_length=60, blank=True)
    replaced_on = models.DateField(_("replaced on"), null=True, blank=True)
    updated_on = models.DateField(_("recorded or extended here on"), null=True, editable=False)
    reported_on = models.DateField(null=True, editable=False)  # the day of the newest facts

    class Meta:
        verbose_name = _("passport")
        verbose_name_plural = _("passports")
        indexes = [models.Index(fields=["number"], name="passport_number")]
        constraints = [
            models.UniqueConstraint(fields=["country", "number"], name="passport_once"),
            models.UniqueConstraint(fields=["resident"], condition=Q(replaced_on=None), name="passport_one_current"),
            models.CheckConstraint(condition=Q(number__regex=r"^[A-Z0-9]{1,15}$"), name="passport_number_signs"),
            models.CheckConstraint(condition=Q(issued_on=None) | Q(expires_on__gt=F("issued_on")), name="passport_period"),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def of_number(cls, country: str, number: str) -> "Passport | None":
        """The one passport with this number, in use or replaced, whosever it is."""
        return cls.objects.select_related("resident").filter(country=country, number=number).first()

    @classmethod
    def record(
        cls, resident: Resident, number: str, *, country: str, issued_on: date, expires_on: date, place: str, on: date
    ) -> "Passport":
        """Record a passport that was shown here. Requires a transaction. Raises NumberInUse, also where another is just being recorded."""
        try:
            with transaction.atomic():
                return cls.objects.create(
                    resident=resident,
                    number=number,
                    country=country,
                    issued_on=issued_on,
                    expires_on=expires_on,
                    place=place,
                    updated_on=on,
                    reported_on=on,
                )
        except IntegrityError:
            if cls.of_number(country, number) is None:
                raise
            raise NumberInUse(number) from None

    def extend(self, until: date, on: date) -> None:
        """Let the same passport last longer. Requires a lock on the resident."""
        self.expires_on, self.updated_on, self.reported_on = until, on, on
        self.save(update_fields=["expires_on", "updated_on", "reported_on"])


class Iqama(models.Model):
    """One version of a residency permit. A renewal adds a version; nothing is overwritten."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="iqamas")
    version = models.PositiveIntegerField(_("card version"))
    issued_on = models.DateField(_("issued on"))
    starts_on = models.DateField(_("residency from"))
    expires_on = models.DateField(_("residency until"))
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    days_late = models.PositiveIntegerField(_("days late"), default=0)  # after the expiry of the version before
    awaits_card = models.BooleanField(default=False, db_default=False, editable=False)  # renewed here, no card printed yet
    reported_on = models.DateField(null=True, editable=False)  # the day of the newest facts

    class Meta:
        verbose_name = _("residency permit")
        verbose_name_plural = _("residency permits")
        indexes = [
            models.Index(fields=["expires_on"], name="iqama_expires"),
            models.Index(fields=["id"], condition=Q(awaits_card=True), name="iqama_awaits_card"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["resident", "version"], name="iqama_version_once"),
            models.CheckConstraint(condition=Q(expires_on__gt=F("starts_on")), name="iqama_period"),
        ]

    def __str__(self) -> str:
        return f"{self.resident_id} v{self.version} until {self.expires_on}"

    def renewed_until(self, months: int, terms: Terms) -> date:
        """The last day after a renewal by so many months, which run on from this version's end.

        The terms say of which calendar the months are. `ValidationError` where the table of the Hijri one ends.
        """
        add = add_hijri_months if terms.flag("iqama.term_calendar") else add_months
        return add(self.expires_on, months)

    def days_left(self, day: date) -> int:
        """Days until the last day, which counts; negative once it has passed."""
        return (self.expires_on - day).days
