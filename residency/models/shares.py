"""Codes by which residents show others what one purpose needs, and who used them."""

import uuid
from datetime import date, timedelta

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from muqeem import clock
from muqeem.record.models import Event
from muqeem.serials import LENGTH, new_serial, show_serial
from residency.models.people import Resident

MOST_DAYS = 90
MOST_OPEN = 10  # codes of one person at a time


class ShareCodeQuerySet(models.QuerySet["ShareCode"]):
    def open_on(self, day: date) -> "ShareCodeQuerySet":
        """Those that can be used on a day."""
        return self.filter(withdrawn_at=None, until_on__gte=day)


class ShareCode(models.Model):
    """Leave to see what one purpose needs of one person, until a day. Whoever holds it must know the birth date, too."""

    class Purpose(models.TextChoices):
        BANK = "bank", _("A bank")
        LANDLORD = "landlord", _("A landlord")
        EMPLOYER = "employer", _("A new employer")
        AIRLINE = "airline", _("An airline")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=LENGTH, unique=True, default=new_serial, editable=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="share_codes")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    purpose = models.CharField(_("purpose"), max_length=8, choices=Purpose)
    created_at = models.DateTimeField(db_default=clock.Now())
    issued_on = models.DateField()
    until_on = models.DateField(_("valid until"))
    withdrawn_at = models.DateTimeField(null=True)

    objects = ShareCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("share code")
        verbose_name_plural = _("share codes")
        indexes = [models.Index(fields=["resident", "-id"], name="share_code_resident")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("issued_on"), until_on__lte=F("issued_on") + MOST_DAYS), name="share_code_not_for_long"
            )
        ]

    def __str__(self) -> str:
        return show_serial(self.code)

    @classmethod
    def make(cls, resident: Resident, user: User, purpose: str, days: int) -> "ShareCode | None":
        """A new code for so many days; None where the person has as many as are allowed. Opens a transaction."""
        with transaction.atomic():
            Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)  # codes of one person are made one after the other
            today = clock.today()
            if cls.objects.open_on(today).filter(resident=resident).count() >= MOST_OPEN:
                return None
            until_on = today + timedelta(days=days)
            made = cls.objects.create(resident=resident, user=user, purpose=purpose, issued_on=today, until_on=until_on)
            made._tell("share-made")
            return made

    def withdraw(self) -> None:
        """End it now. Opens a transaction."""
        with transaction.atomic():
            if ShareCode.objects.filter(pk=self.pk, withdrawn_at=None).update(withdrawn_at=clock.Now()):
                self._tell("share-withdrawn")

    def _tell(self, kind: str) -> None:
        """Write into the journal what its person did with it; the code itself is nobody's to read there."""
        Event.objects.write(
            kind, actor=self.user.username, subject=str(self.resident.uuid), purpose=self.purpose, until_on=self.until_on.isoformat()
        )


class ShareLook(models.Model):
    """One use of a share code: when, and by whom as they said themselves. Append-only."""

    share = models.ForeignKey(ShareCode, models.PROTECT, related_name="looks")
    viewer = models.CharField(_("who looked"), max_length=100)
    at = models.DateTimeField(db_default=clock.Now())

    class Meta:
        verbose_name = _("use of a share code")
        verbose_name_plural = _("uses of share codes")

    def __str__(self) -> str:
        return f"{self.viewer} at {self.at}"
