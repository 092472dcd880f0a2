"""Papers of a resident: passports, versions of the permit, visas."""

import uuid
from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from muqeem.hijri import add_hijri_months, add_months
from muqeem.record.terms import Terms
from residency.models.people import Resident


class Passport(models.Model):
    """A passport on record; the one before is kept with the day it was replaced."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="passports")
    number = models.CharField(_("passport number"), max_length=15)
    country = models.CharField(_("country"), max_length=2)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"))
    place = models.CharField(_("place of issue"), max_length=60, blank=True)
    replaced_on = models.DateField(_("replaced on"), null=True, blank=True)
    reported_on = models.DateField(null=True, editable=False)  # the day of the newest facts

    class Meta:
        verbose_name = _("passport")
        verbose_name_plural = _("passports")
        indexes = [models.Index(fields=["number"], name="passport_number")]
        constraints = [
            models.UniqueConstraint(fields=["country", "number"], name="passport_once"),
            models.UniqueConstraint(fields=["resident"], condition=Q(replaced_on=None), name="passport_one_current"),
            models.CheckConstraint(condition=Q(number__regex=r"^[A-Z0-9]{1,15}$"), name="passport_number_signs"),
        ]

    def __str__(self) -> str:
        return self.number


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


class Visa(models.Model):
    """A visa of a resident. `ends_on` is the last day on which it may still matter."""

    class Kind(models.TextChoices):
        WORK = "work", _("Work visa")
        VISIT = "visit", _("Visit visa")
        SINGLE = "single", _("Exit/re-entry visa, single")
        MULTIPLE = "multiple", _("Exit/re-entry visa, multiple")
        FINAL = "final", _("Final exit visa")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    resident = models.ForeignKey(Resident, models.CASCADE, related_name="visas")
    number = models.CharField(_("visa number"), max_length=20, unique=True)
    kind = models.CharField(_("visa type"), max_length=10, choices=Kind)
    issued_on = models.DateField(_("issued on"))
    leave_before = models.DateField(_("travel before"), null=True, blank=True)
    return_before = models.DateField(_("return before"), null=True, blank=True)
    ends_on = models.DateField(_("last day"))
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    used_on = models.DateField(_("used on"), null=True, blank=True)
    cancelled_on = models.DateField(_("cancelled on"), null=True, blank=True)
    reported_on = models.DateField(null=True, editable=False)  # the day of the newest facts

    class Meta:
        verbose_name = _("visa")
        verbose_name_plural = _("visas")
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
                condition=Q(cancelled_on=None, used_on=None, kind__in=["single", "multiple", "final"]),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def state(self, day: date) -> str:
        """What the visa is worth on a day, in a word of the term base."""
        if self.cancelled_on:
            return str(_("cancelled"))
        if self.used_on:
            return str(_("used"))
        return str(_("valid")) if self.ends_on >= day else str(_("expired"))
