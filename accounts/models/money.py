"""Money of an account: a balance that cannot fall below zero and the entries that make it."""

from decimal import Decimal

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.accounts import Account
from muqeem import clock
from muqeem.record.models import Event


class WalletTooLow(Exception):
    """The balance does not cover the sum."""

    def __init__(self, balance: Decimal, needed: Decimal) -> None:
        super().__init__(f"{balance} of {needed}")
        self.balance = balance
        self.needed = needed


class Wallet(models.Model):
    """The balance of an account. It changes only together with an entry."""

    account = models.OneToOneField(Account, models.PROTECT, related_name="wallet")
    balance = models.DecimalField(_("balance"), max_digits=12, decimal_places=2, default=Decimal("0.00"))

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")
        constraints = [models.CheckConstraint(condition=Q(balance__gte=0), name="wallet_not_overdrawn")]

    def __str__(self) -> str:
        return f"{self.account}: {self.balance}"

    @classmethod
    def of(cls, account: Account) -> "Wallet":
        """The account's wallet; made empty when it is first asked for."""
        return cls.objects.get_or_create(account=account)[0]

    @classmethod
    def of_or_empty(cls, account: Account) -> "Wallet":
        """The account's wallet to look at; where there is none yet, an empty one that is not saved."""
        return cls.objects.filter(account=account).first() or cls(account=account)

    def locked(self) -> "Wallet":
        """The wallet as it stands, kept so until the transaction ends. Requires one."""
        return Wallet.objects.select_for_update().get(pk=self.pk)

    def pay(self, amount: Decimal, *, reference: str, actor: str) -> None:
        """Take a fee. Raises WalletTooLow. Requires a transaction."""
        if not Wallet.objects.filter(pk=self.pk, balance__gte=amount).update(balance=F("balance") - amount):
            self.refresh_from_db()
            raise WalletTooLow(self.balance, amount)
        self._enter(-amount, Entry.Kind.OPERATION, reference, "", actor)

    def credit(self, amount: Decimal, *, reference: str, reason: str, actor: str) -> "Entry":
        """Add money that arrived; the reference is used once. Opens a transaction."""
        with transaction.atomic():
            Wallet.objects.filter(pk=self.pk).update(balance=F("balance") + amount)
            entry = self._enter(amount, Entry.Kind.CREDIT, reference, reason, actor)
            Event.objects.seal("credit", actor=actor, account=self.account.number, subject=reference, amount=f"{amount:.2f}", reason=reason)
            return entry

    def _enter(self, amount: Decimal, kind: str, reference: str, reason: str, actor: str) -> "Entry":
        self.refresh_from_db()
        return self.entries.create(amount=amount, balance=self.balance, kind=kind, reference=reference, reason=reason, actor=actor)


class Entry(models.Model):
    """One movement of money. Append-only by trigger; the sum of a wallet's entries is its balance."""

    class Kind(models.TextChoices):
        CREDIT = "credit", _("credit")
        OPERATION = "operation", _("fees of an operation")

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="entries")
    at = models.DateTimeField(_("at"), db_default=clock.Now())
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    balance = models.DecimalField(_("balance"), max_digits=12, decimal_places=2)
    reference = models.CharField(_("reference"), max_length=64)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    actor = models.CharField(_("by"), max_length=150)

    class Meta:
        verbose_name = _("wallet entry")
        verbose_name_plural = _("wallet entries")
        constraints = [
            models.UniqueConstraint(fields=["kind", "reference"], name="entry_once"),
            models.CheckConstraint(condition=Q(balance__gte=0), name="entry_balance_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.reference}"
