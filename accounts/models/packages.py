"""What an account has subscribed to: Shamil (unlimited) or Operations (a limited number)."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models.accounts import Account
from accounts.models.attempts import Attempt
from muqeem.hijri import add_months

MONTHS = 12  # that a package is paid for


class QuotaExhausted(Exception):
    """The package has fewer operations left than this would spend."""


class SubscriptionOver(Exception):
    """No subscription is in force. `ended_on` is the last day of the newest one, or None."""

    def __init__(self, ended_on: date | None) -> None:
        super().__init__(f"ended on {ended_on}")
        self.ended_on = ended_on


class PackageQuerySet(models.QuerySet["Package"]):
    def offered(self) -> "PackageQuerySet":
        """Those that can be subscribed to, the cheapest first."""
        return self.filter(price__gt=0).order_by("price", "pk")

    def offered_to(self, account: Account) -> "PackageQuerySet":
        """Those whose band holds the account's residents."""
        return self.offered().filter(Q(residents_up_to=None) | Q(residents_up_to__gte=account.expatriates))


class Package(models.Model):
    """What can be subscribed to."""

    code = models.SlugField(_("code"), unique=True)
    name_ar = models.CharField(_("name in Arabic"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    operations = models.PositiveIntegerField(_("operations"), null=True, blank=True, help_text=_("Empty: unlimited."))
    residents_up_to = models.PositiveIntegerField(_("residents up to"), null=True, blank=True)
    price = models.DecimalField(_("price before VAT"), max_digits=10, decimal_places=2)
    is_demonstration = models.BooleanField(_("demonstration price"), default=False)

    objects = PackageQuerySet.as_manager()

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name_ar

    @property
    def names(self) -> dict[str, str]:
        return {"ar": self.name_ar, "en": self.name_en}


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def in_force(self, day: date) -> "SubscriptionQuerySet":
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def serving(self, account: Account, day: date) -> "SubscriptionQuerySet":
        """Those of an account in the order in which they serve: unlimited, then whichever ends first; used up ones come last."""
        turn = Case(When(operations_left=None, then=0), When(operations_left__gt=0, then=1), default=2)
        return self.in_force(day).filter(account=account).order_by(turn, "ends_on", "pk")


class Subscription(models.Model):
    """An account's package for a period; both days count."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="subscriptions")
    package = models.ForeignKey(Package, models.PROTECT)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    operations_left = models.IntegerField(_("operations left"), null=True, blank=True, help_text=_("Empty: unlimited."))
    operations_spent = models.PositiveIntegerField(_("operations spent"), default=0)
    few_left_at = models.DateTimeField(null=True, editable=False)  # when the main users were told so

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.CheckConstraint(condition=Q(operations_left__gte=0), name="subscription_not_overspent"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="subscription_period"),
        ]

    def __str__(self) -> str:
        return f"{self.package} of {self.account} until {self.ends_on}"

    @classmethod
    def current(cls, account: Account, day: date) -> "Subscription | None":
        """The subscription that serves on a day, or None where none is in force."""
        return cls.objects.serving(account, day).select_related("package").first()

    @classmethod
    def begin(cls, account: Account, package: Package, day: date, *, operations: int | None = None) -> "Subscription":
        """A year of a package: after the one of the same package that still serves, or else from the day.

        `operations` where they are not those of the package. Requires a transaction.
        """
        Attempt.lock(f"subscription {account.number}")
        serving = cls.objects.filter(account=account, package=package, ends_on__gte=day).exclude(operations_left=0)
        last = serving.order_by("-ends_on").first()
        starts_on = last.ends_on + timedelta(days=1) if last else day
        return cls.objects.create(
            account=account,
            package=package,
            starts_on=starts_on,
            ends_on=add_months(starts_on, MONTHS) - timedelta(days=1),
            operations_left=package.operations if operations is None else operations,
        )

    @classmethod
    def spend(cls, account: Account, day: date, operations: int) -> "Subscription":
        """Take operations from the first in force that has as many; the database refuses to go below zero. Requires a transaction."""
        in_force = list(cls.objects.serving(account, day))
        if not in_force:
            newest = cls.objects.filter(account=account, ends_on__lt=day).order_by("-ends_on").first()
            raise SubscriptionOver(newest.ends_on if newest else None)
        enough = cls.objects.filter(Q(operations_left=None) | Q(operations_left__gte=operations))
        for subscription in in_force:  # one that was used up since it was read is passed over
            taken = enough.filter(pk=subscription.pk)
            if taken.update(operations_left=F("operations_left") - operations, operations_spent=F("operations_spent") + operations):
                return subscription
        raise QuotaExhausted
