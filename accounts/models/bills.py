"""Bills that an account asks for, and the payments that arrive for them.

A payment is kept whatever it is for: one that settles no bill waits for staff, who credit it by its reference.
"""

import secrets
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.accounts import Account
from accounts.models.attempts import Attempt
from accounts.models.money import Entry, Wallet
from accounts.models.notices import Kind, Words, tell
from accounts.models.packages import Package, Subscription
from accounts.models.users import User
from muqeem import clock, facts
from muqeem.record.models import Event, Parameter
from muqeem.record.terms import Terms
from muqeem.sentences import say, sentence

PAID = sentence("notice-paid", _("Payment received: %(sum)s for bill %(bill)s."))

NUMBER_LENGTH = 10
LEAST_DEPOSIT, LARGEST_DEPOSIT = Decimal("1.00"), Decimal("1000000.00")


class Bill(models.Model):
    """What is to be paid through SADAD: money for the wallet, or a package for a year."""

    class Purpose(models.TextChoices):
        DEPOSIT = "deposit", _("deposit")
        PACKAGE = "package", _("subscription")

    number = models.CharField(_("bill number"), max_length=NUMBER_LENGTH, unique=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="bills")
    purpose = models.CharField(_("purpose"), max_length=8, choices=Purpose)
    package = models.ForeignKey(Package, models.PROTECT, null=True)
    amount = models.DecimalField(_("amount before VAT"), max_digits=10, decimal_places=2)
    vat = models.DecimalField(_("VAT"), max_digits=10, decimal_places=2, default=Decimal("0.00"))
    total = models.GeneratedField(
        expression=F("amount") + F("vat"),
        output_field=models.DecimalField(max_digits=10, decimal_places=2),
        db_persist=True,
        verbose_name=_("total"),
    )
    issued_at = models.DateTimeField(_("issued"), db_default=clock.Now())
    issued_to = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("asked for by"))  # none: a request
    paid_at = models.DateTimeField(_("paid"), null=True)

    class Meta:
        verbose_name = _("bill")
        verbose_name_plural = _("bills")
        indexes = [models.Index(fields=["account", "-id"], name="bill_account")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0, vat__gte=0), name="bill_amounts"),
            models.CheckConstraint(
                condition=Q(purpose="package", package__isnull=False) | Q(purpose="deposit", package=None, vat=0), name="bill_purpose"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def for_deposit(cls, account: Account, amount: Decimal, user: User) -> "Bill":
        """A bill whose amount comes into the wallet. No VAT: it is the account's own money."""
        return cls._issue(account=account, purpose=cls.Purpose.DEPOSIT, amount=amount, issued_to=user)

    @classmethod
    def for_package(cls, account: Account, package: Package, user: User | None) -> "Bill":
        """A bill whose payment starts a subscription; one like it that is still unpaid is shown again, but for that of a request.

        Opens a transaction.
        """
        vat = vat_of(package.price, Parameter.objects.terms(clock.today()))
        wanted: dict[str, Any] = {
            "account": account,
            "purpose": cls.Purpose.PACKAGE,
            "package": package,
            "amount": package.price,
            "vat": vat,
        }
        with transaction.atomic():
            Attempt.lock(f"bill {account.number}")
            unpaid = cls.objects.filter(**wanted, paid_at=None, request=None).first()
            return unpaid or cls._issue(**wanted, issued_to=user)

    @classmethod
    def _issue(cls, **values: Any) -> "Bill":
        digits = range(NUMBER_LENGTH - 1)
        return cls.objects.create(number="".join(["9", *(secrets.choice("0123456789") for _digit in digits)]), **values)

    @property
    def title(self) -> str:
        """What it is for, in words."""
        return str(self.package) if self.package else str(self.Purpose(self.purpose).label)

    def settle(self, payment: "Payment") -> None:
        """Do what the bill was paid for. Requires a transaction, in which it was marked as paid."""
        if self.package is None:
            wallet = Wallet.of(self.account).locked()
            self._tell("deposit-paid", balance=wallet.balance + payment.amount)
            wallet.credit(payment.amount, reference=payment.reference, reason=self.number, actor=payment.source)
            return
        subscription = Subscription.begin(self.account, self.package, clock.today())
        self._tell("package-paid", plan=self.package.names, starts_on=subscription.starts_on, ends_on=subscription.ends_on)
        Event.objects.seal(
            "subscription",
            actor=payment.source,
            account=self.account.number,
            subject=self.number,
            package=self.package.code,
            starts_on=subscription.starts_on.isoformat(),
            ends_on=subscription.ends_on.isoformat(),
        )
        if request := getattr(self, "request", None):
            request.begin()

    def _tell(self, template: str, **outcome: Any) -> None:
        """Tell the main users that it is paid and what came of it; before the journal, which is held last and shortest."""
        values = {"sum": self.total, "at": clock.now(), "of": self.number} | outcome
        mail = Words(template, facts.stored(values))
        text = Words(template, facts.stored({name: f"{said:,.2f}" if isinstance(said, Decimal) else said for name, said in values.items()}))
        said = say(PAID, sum=self.total, bill=self.number)
        for member in self.account.main_users():
            tell(member.user, Kind.PAYMENT, said, account=self.account, leads_to=reverse("bill", args=[self.number]), text=text, mail=mail)


def vat_of(price: Decimal, terms: Terms) -> Decimal:
    """The VAT on a price of ours, to the halala. State fees carry none."""
    return (price * terms.rate("vat.percent") / 100).quantize(Decimal("0.01"))


class Contradicted(Exception):
    """A payment with this reference arrived before and said otherwise."""


class Payment(models.Model):
    """A payment as it was told to us. Append-only by trigger; one reference is one payment."""

    class Source(models.TextChoices):
        NOTIFICATION = "sadad", _("notification")
        FILE = "sadad-file", _("reconciliation file")
        SIMULATION = "simulation", _("simulation")

    class Outcome(models.TextChoices):
        SETTLED = "settled", pgettext_lazy("payment", "settled the bill")
        UNKNOWN = "unknown", pgettext_lazy("payment", "no bill has this number")
        AGAIN = "again", pgettext_lazy("payment", "the bill had been paid")
        OTHER_AMOUNT = "amount", pgettext_lazy("payment", "the bill is for another amount")

    reference = models.CharField(_("reference"), max_length=64, unique=True)
    bill_number = models.CharField(_("bill number"), max_length=20)
    bill = models.ForeignKey(Bill, models.PROTECT, null=True, related_name="payments")
    amount = models.DecimalField(_("amount"), max_digits=10, decimal_places=2)
    paid_at = models.DateTimeField(_("paid"))
    arrived_at = models.DateTimeField(_("arrived"), db_default=clock.Now())
    source = models.CharField(_("source"), max_length=10, choices=Source)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(fields=["bill"], condition=Q(outcome="settled"), name="payment_settles_once"),
            models.CheckConstraint(condition=Q(outcome="unknown") ^ Q(bill__isnull=False), name="payment_bill"),
        ]

    def __str__(self) -> str:
        return self.reference

    @classmethod
    def receive(cls, *, reference: str, bill_number: str, amount: Decimal, paid_at: datetime, source: str) -> "Payment":
        """Keep a payment and settle its bill. Told again, it is the same payment and nothing happens.

        Raises Contradicted. Opens a transaction.
        """
        told = {"bill_number": bill_number, "amount": amount, "paid_at": paid_at}
        with transaction.atomic():
            Attempt.lock(f"credit {reference}")  # as staff who credit by hand: one reference is credited once
            if known := cls.objects.filter(reference=reference).first():
                if any(getattr(known, name) != value for name, value in told.items()):
                    raise Contradicted
                return known
            bill = Bill.objects.filter(number=bill_number).select_related("account", "package").first()
            outcome = cls._outcome(bill, reference, amount, paid_at)
            payment = cls.objects.create(reference=reference, bill=bill, source=source, outcome=outcome, **told)
            if bill and outcome == cls.Outcome.SETTLED:
                bill.settle(payment)
            return payment

    @classmethod
    def _outcome(cls, bill: Bill | None, reference: str, amount: Decimal, paid_at: datetime) -> str:
        """What becomes of it. The bill is marked as paid by one payment only, of those that come at the same moment."""
        if bill is None:
            return cls.Outcome.UNKNOWN
        if bill.total != amount:
            return cls.Outcome.OTHER_AMOUNT
        if Entry.objects.filter(kind=Entry.Kind.CREDIT, reference=reference).exists():  # by staff, before it was told
            return cls.Outcome.AGAIN
        taken = Bill.objects.filter(pk=bill.pk, paid_at=None).update(paid_at=paid_at)
        return cls.Outcome.SETTLED if taken else cls.Outcome.AGAIN

    @classmethod
    def unsettled(cls) -> models.QuerySet["Payment"]:
        """Those that wait for staff: they settled no bill, and nobody has credited them by their reference."""
        credited = Entry.objects.filter(kind=Entry.Kind.CREDIT, reference=models.OuterRef("reference"))
        return cls.objects.exclude(outcome=cls.Outcome.SETTLED).filter(~models.Exists(credited))
