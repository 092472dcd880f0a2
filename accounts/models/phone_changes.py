"""Another mobile number for somebody whose phone is lost: two clerks, a day's wait, and both numbers told."""

import uuid
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.devices import PhoneDevice
from accounts.models.users import Office, User
from muqeem import clock
from muqeem.record.models import Event
from muqeem.record.outbox import post

TO_CONFIRM = timedelta(hours=24)  # within which a second clerk looks at passport and card, too
WAIT = timedelta(hours=24)  # in which whoever still has the old phone can say no


class AlreadyAsked(Exception):
    """A change for this person waits for its second clerk, or for its day."""


class PhoneChangeQuerySet(models.QuerySet["PhoneChange"]):
    def to_confirm(self) -> "PhoneChangeQuerySet":
        return self.filter(confirmed_at=None, withdrawn_at=None, asked_at__gt=clock.Now() - TO_CONFIRM)

    def coming(self) -> "PhoneChangeQuerySet":
        """Those that were confirmed and do not hold yet."""
        return self.filter(withdrawn_at=None, confirmed_at__gt=clock.Now() - WAIT)


class PhoneChange(models.Model):
    """A new number for a user. It holds a day after the second clerk, by its own row in the phones, not by any job."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="phone_changes")
    number = models.CharField(_("mobile number"), max_length=16)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=clock.Now())
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = PhoneChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a mobile number")
        verbose_name_plural = _("changes of mobile numbers")
        constraints = [
            models.CheckConstraint(condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("asked_by")), name="phone_change_by_two"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None) | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="phone_change_confirmed_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} …{self.last2}"

    @property
    def last2(self) -> str:
        return self.number[-2:]

    @property
    def holds_from(self) -> datetime | None:
        return self.confirmed_at and self.confirmed_at + WAIT

    @classmethod
    def ask(cls, user: User, number: str, *, by: User) -> "PhoneChange":
        """What the first clerk writes down. Raises AlreadyAsked. Opens a transaction."""
        assert by.office
        with transaction.atomic():
            User.objects.select_for_update().get(pk=user.pk)
            mine = cls.objects.filter(user=user)
            if mine.to_confirm().exists() or mine.coming().exists():
                raise AlreadyAsked
            made = cls.objects.create(user=user, number=number, office=by.office, asked_by=by)
            Event.objects.seal("phone-change-asked", actor=by.username, subject=user.username, office=by.office.code, last2=made.last2)
        return made

    def confirm(self, *, by: User) -> bool:
        """What the second clerk says, who is neither the first nor the person; the new number holds after the wait.

        False where it no longer waits. Opens a transaction.
        """
        with transaction.atomic():
            waiting = PhoneChange.objects.to_confirm().filter(pk=self.pk, office=by.office).exclude(Q(asked_by=by) | Q(user=by))
            if not waiting.update(confirmed_by=by, confirmed_at=clock.Now()):
                return False
            self.refresh_from_db()
            old = self.user.phone()
            PhoneDevice.objects.create(user=self.user, name="phone", number=self.number, confirmed=True, from_at=self.holds_from)
            for number in {self.number, old.number if old else self.number}:
                values = {"last2": self.last2, "from_at": self.holds_from.isoformat() if self.holds_from else ""}
                post(template="phone-change", language=self.user.language, receiver=number, arguments=values)
            Event.objects.seal("phone-change-confirmed", actor=by.username, subject=self.user.username, last2=self.last2)
        return True

    def withdraw(self, *, by: User) -> bool:
        """Say no, before it holds: the person, or a clerk. Opens a transaction."""
        with transaction.atomic():
            still = PhoneChange.objects.to_confirm() | PhoneChange.objects.coming()
            if not PhoneChange.objects.filter(pk__in=still.values("pk"), pk=self.pk).update(withdrawn_at=clock.Now()):
                return False
            PhoneDevice.objects.filter(user=self.user, number=self.number, from_at__gt=clock.Now()).delete()
            Event.objects.seal("phone-change-withdrawn", actor=by.username, subject=self.user.username, last2=self.last2)
        return True
