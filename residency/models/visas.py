"""Visas: what was granted, what the border made of it, and what that is worth on a day.

Crossings drive a visa, and they are reported late, corrected and withdrawn. So the database works out what they mean
(triggers of 0009) whenever a crossing or a visa is written, by whichever door; and what follows from the calendar alone
is not stored at all: `state` reads it from the row and the day.
"""

import secrets
import uuid
from datetime import date, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from muqeem.hijri import add_months
from muqeem.record.terms import Terms
from residency.models.people import Resident


class VisaState(models.TextChoices):
    """What a visa is worth."""

    VALID = "valid", _("valid")
    TRAVELLED = "travelled", _("in use, resident abroad")
    USED = "used", _("used")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")
    EXPIRED_UNUSED = "expired-unused", _("expired unused")
    EXPIRED_ABROAD = "expired-abroad", _("expired, resident abroad")
    NOT_RETURNED = "not-returned", _("left and did not return")
    LEFT = "left", _("left for good")


class Visa(models.Model):
    """A visa of a resident. `ends_on` is the last day on which it may still matter."""

    class Kind(models.TextChoices):
        WORK = "work", _("Work visa")
        VISIT = "visit", _("Visit visa")
        SINGLE = "single", _("Exit/re-entry visa, single")
        MULTIPLE = "multiple", _("Exit/re-entry visa, multiple")
        FINAL = "final", _("Final exit visa")

    RE_ENTRY = (Kind.SINGLE, Kind.MULTIPLE)
    TRAVEL = (*RE_ENTRY, Kind.FINAL)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    resident = models.ForeignKey(Resident, models.CASCADE, related_name="visas")
    number = models.CharField(_("visa number"), max_length=20, unique=True)
    kind = models.CharField(_("visa type"), max_length=10, choices=Kind)
    issued_on = models.DateField(_("issued on"))
    leave_before = models.DateField(_("travel before"), null=True, blank=True)
    return_before = models.DateField(_("return before"), null=True, blank=True)
    ends_on = models.DateField(_("last day"))
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    used_on = models.DateField(_("used on"), null=True, blank=True)  # used up: reported, or kept by the database
    cancelled_on = models.DateField(_("cancelled on"), null=True, blank=True)
    fined_on = models.DateField(_("fine paid on"), null=True, blank=True)  # for a visa that was neither used nor cancelled
    reported_on = models.DateField(null=True, editable=False)  # the day of the newest facts

    # What the crossings say. The database keeps them (triggers of 0009), whatever is written here.
    travelled_on = models.DateField(null=True, editable=False)  # the first departure with it
    returned_on = models.DateField(null=True, editable=False)  # the return from the last one; none while abroad

    class Meta:
        verbose_name = _("visa")
        verbose_name_plural = _("visas")
        indexes = [
            # The few that may still matter, for lists and reminders, among all those of earlier years.
            models.Index(fields=["resident", "issued_on"], condition=Q(cancelled_on=None, used_on=None, fined_on=None), name="visa_open"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{1,20}$"), name="visa_number_digits"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("issued_on")), name="visa_period"),
            # One open visa per person at a time, without extensions of PostgreSQL.
            ExclusionConstraint(
                name="visa_one_open",
                expressions=[
                    (
                        Func(F("resident"), F("resident"), Value("[]"), function="int8range", output_field=BigIntegerRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(F("issued_on"), F("ends_on"), Value("[]"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(cancelled_on=None, used_on=None, fined_on=None, kind__in=["single", "multiple", "final"]),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def new_number(cls) -> str:
        """Ten digits without a sequence, which no visa has."""
        while cls.objects.filter(number=(number := str(secrets.randbelow(9 * 10**9) + 10**9))).exists():
            pass
        return number

    # --- its days ---

    @property
    def return_by(self) -> date | None:
        """The last day to return: as granted, or so many months after the first travel; None before it is known."""
        if self.return_before or not self.months or not self.travelled_on:
            return self.return_before
        return min(add_months(self.travelled_on, self.months), self.ends_on)

    @property
    def last_day(self) -> date:
        """The last day of what comes next: of leaving as long as nobody left, then of the return."""
        if self.travelled_on is None:
            return self.leave_before or self.ends_on
        return self.return_by or self.ends_on

    def cancel_by(self, terms: Terms) -> date:
        """The last day on which it may be cancelled."""
        days = terms.number("fe.cancel.max_days" if self.kind == self.Kind.FINAL else "er.cancel.max_days_from_issue")
        return min(self.issued_on + timedelta(days=days), self.last_day)

    # --- what it is worth ---

    def state(self, terms: Terms) -> VisaState:
        """What the visa is worth on the day of the terms."""
        if self.cancelled_on:
            return VisaState.CANCELLED
        if self.used_on:
            return VisaState.LEFT if self.kind == self.Kind.FINAL else VisaState.USED
        if self.fined_on or (self.kind not in self.TRAVEL and self.ends_on < terms.on):
            return VisaState.EXPIRED
        if self.travelled_on and not self.returned_on:
            return self._abroad(terms)
        if terms.on <= self.last_day:
            return VisaState.VALID
        return VisaState.USED if self.travelled_on else VisaState.EXPIRED_UNUSED

    def _abroad(self, terms: Terms) -> VisaState:
        """With it somebody is abroad. Of a dependant it is never said that they did not return."""
        if terms.on <= self.last_day:
            return VisaState.TRAVELLED
        awaited = add_months(self.last_day, terms.number("er.no_return_status_after_months"))
        return VisaState.NOT_RETURNED if terms.on > awaited and not self.resident.is_dependant else VisaState.EXPIRED_ABROAD

    def is_open(self, terms: Terms) -> bool:
        """Whether somebody may leave, or return, with it."""
        return self.kind in self.TRAVEL and self.state(terms) in {VisaState.VALID, VisaState.TRAVELLED}

    # --- what is done with it; each requires a lock on the resident ---

    def cancel(self, on: date) -> None:
        """End it unused, or between two trips."""
        self._write(cancelled_on=on)

    def extend(self, return_before: date) -> None:
        """Move the last day of the return, and with it the end, after which nobody leaves: the departure may yet be withdrawn."""
        self._write(return_before=return_before, ends_on=return_before, leave_before=min(self.leave_before or return_before, return_before))

    def pay_fine(self, on: date) -> None:
        """Record that the fine of a visa that was neither used nor cancelled is paid: it blocks nothing any more."""
        self._write(fined_on=on)

    def make_way(self, on: date) -> None:
        """Count it as used up if its days to return are over before `ends_on`, up to which the table takes no other beside it.

        So it is with a multiple visa by months after a trip: no crossing uses it up, and the first one moved its last day forward.
        """
        if not (self.used_on or self.cancelled_on) and self.returned_on and self.last_day < on <= self.ends_on:
            self._write(used_on=self.last_day)

    def _write(self, **days: date) -> None:
        for name, day in days.items():
            setattr(self, name, day)
        self.save(update_fields=list(days))
        self.resident.look_again()
