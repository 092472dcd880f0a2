"""Facts of other authorities: they arrive through one door (`manage.py import_facts`) and are only read by services."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from residency.models.people import Resident
from residency.models.visas import Visa


class Movement(models.Model):
    """One crossing of the border."""

    class Direction(models.TextChoices):
        IN = "in", _("Entry")
        OUT = "out", _("Exit")

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="movements")
    direction = models.CharField(_("direction"), max_length=3, choices=Direction)
    crossed_on = models.DateField(_("crossed on"))
    port = models.CharField(_("port"), max_length=60, blank=True)
    visa = models.ForeignKey(Visa, models.SET_NULL, null=True, blank=True, verbose_name=_("visa"))
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    reported_on = models.DateField(null=True, editable=False)  # the day of the newest facts

    class Meta:
        verbose_name = _("border crossing")
        verbose_name_plural = _("border crossings")
        indexes = [models.Index(fields=["resident", "-crossed_on"], name="movement_resident")]

    def __str__(self) -> str:
        return f"{self.direction} {self.crossed_on}"

    @property
    def is_departure(self) -> bool:
        return self.direction == self.Direction.OUT


class HoldQuerySet(models.QuerySet["Hold"]):
    def standing(self, day: date) -> "HoldQuerySet":
        return self.filter(Q(cleared_on=None) | Q(cleared_on__gt=day), since_on__lte=day)


class Hold(models.Model):
    """A fact that blocks services until it is cleared; of a resident or of an account."""

    class Kind(models.TextChoices):
        TRAFFIC = "traffic", _("Traffic violations")
        ABSENT = "absent", _("Absent from work")
        ABSENCE_REPORTED = "absence-reported", _("Absence reported, term running")
        RECRUITMENT = "recruitment", _("Recruitment violation")
        ARREARS = "arrears", _("Arrears")
        VEHICLE = "vehicle", _("Registered vehicle")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    resident = models.ForeignKey(Resident, models.CASCADE, null=True, blank=True, related_name="holds")
    account = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="holds")
    since_on = models.DateField(_("since"))
    term_on = models.DateField(_("term until"), null=True, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=10, decimal_places=2, null=True, blank=True)
    authority = models.CharField(_("authority"), max_length=100, blank=True)
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    cleared_on = models.DateField(_("cleared on"), null=True, blank=True)
    reported_on = models.DateField(null=True, editable=False)  # the day of the newest facts

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        indexes = [
            models.Index(fields=["resident", "kind"], name="hold_resident"),
            models.Index(fields=["account", "kind"], name="hold_account"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(resident=None, account__isnull=False) | Q(resident__isnull=False, account=None),
                name="hold_of_a_resident_or_an_account",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"

    def stands_on(self, day: date) -> bool:
        """Whether it blocks on a day; the day on which it was cleared is free."""
        return self.since_on <= day and (self.cleared_on is None or self.cleared_on > day)


class Clearance(models.Model):
    """A fact that allows a service until a day."""

    class Kind(models.TextChoices):
        INSURANCE = "insurance", _("Health insurance")
        WORK_PERMIT = "work-permit", _("Work permit")
        MEDICAL = "medical", _("Medical test")
        LABOUR_APPROVAL = "labour-approval", _("Labour approval")
        STUDY = "study", _("Proof of study")
        UNMARRIED = "unmarried", _("Proof of being unmarried")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    resident = models.ForeignKey(Resident, models.CASCADE, related_name="clearances")
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    authority = models.CharField(_("authority"), max_length=100, blank=True)
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    reported_on = models.DateField(null=True, editable=False)  # the day of the newest facts

    class Meta:
        verbose_name = _("clearance")
        verbose_name_plural = _("clearances")
        indexes = [models.Index(fields=["resident", "kind", "-until_on"], name="clearance_resident")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} until {self.until_on}"
