"""What was done, and its paper."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Account, Membership, OperationToken, User
from muqeem import catalogue, clock
from muqeem.record import chain


def new_receipt_number() -> str:
    """Twelve digits without a sequence, as the bar code carries them."""
    return str(secrets.randbelow(9 * 10**11) + 10**11)


def residents_reached(account: Account, branches: Sequence[int] = ()) -> models.QuerySet[Any]:
    """Whom an account, or a member limited to branches, may act for. The register decides it; it stands above the engine."""
    register: Any = Receipt._meta.get_field("resident").related_model
    reach: models.QuerySet[Any] = register.objects.reachable_by(account, branches)
    return reach


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def seen_by(self, member: Membership) -> "ReceiptQuerySet":
        """Those of the account; of a member limited to branches, those of their residents and the member's own."""
        receipts, branches = self.filter(account=member.account_id), member.branch_ids()
        if not branches:
            return receipts
        return receipts.filter(Q(user=member.user_id) | Q(resident__in=residents_reached(member.account, branches)))


class Receipt(models.Model):
    """What was done, as it stood when it was done. Append-only by trigger; it never looks at the services of today."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("receipt number"), max_length=12, unique=True, default=new_receipt_number)
    slug = models.CharField(_("service"), max_length=50)
    token = models.ForeignKey(OperationToken, models.PROTECT, related_name="receipts")
    resident = models.ForeignKey("residency.Resident", models.PROTECT, related_name="receipts")
    account = models.ForeignKey(Account, models.PROTECT, related_name="receipts")
    user = models.ForeignKey(User, models.PROTECT, related_name="receipts")
    at = models.DateTimeField(_("at"))
    titles = models.JSONField()
    facts = models.JSONField()
    fee = models.JSONField(default=list)
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2)
    spent = models.PositiveSmallIntegerField(_("operations spent"))

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        indexes = [
            models.Index(fields=["account", "-id"], name="receipt_account"),
            models.Index(fields=["resident", "-id"], name="receipt_resident"),
        ]
        constraints = [models.UniqueConstraint(fields=["token", "resident"], name="receipt_once")]

    def __str__(self) -> str:
        return self.number

    @property
    def title(self) -> str:
        return catalogue.title(self.slug)

    def pages(self) -> "models.QuerySet[Document]":
        """The pages that came of it: its own, and those of earlier receipts of which it gave a copy."""
        copied = Print.objects.filter(receipt=self).values("document")
        return Document.objects.filter(Q(receipt=self) | Q(pk__in=copied)).order_by("pk")

    def digest(self) -> str:
        """The hash by which the journal's chain covers the receipt."""
        return chain.digest(
            chain.canonical(
                {
                    "number": self.number,
                    "slug": self.slug,
                    "at": self.at,
                    "facts": self.facts,
                    "fee": self.fee,
                    "total": f"{self.total:.2f}",
                    "spent": self.spent,
                }
            )
        )


class PreparationQuerySet(models.QuerySet["Preparation"]):
    def waiting(self) -> "PreparationQuerySet":
        """Those that can be confirmed: not decided, not too old, and by somebody who still acts for the account."""
        acting = Membership.objects.live().filter(user=OuterRef("prepared_by"), user__is_active=True, account=OuterRef("account"))
        return self.filter(Exists(acting), decided_at=None, expires_at__gt=clock.Now())

    def seen_by(self, member: Membership) -> "PreparationQuerySet":
        """The member's own, and those of the account that the member may confirm or refuse."""
        prepared = self.filter(account=member.account_id)
        if member.is_main:
            return prepared
        others = Q(token__slug__in=member.privileges)
        if branches := member.branch_ids():
            others &= Q(resident__in=residents_reached(member.account, branches))
        return prepared.filter(Q(prepared_by=member.user_id) | others)


class Preparation(models.Model):
    """What one person prepared and another confirms or refuses. The journey that prepared it is closed; nothing is done yet."""

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", pgettext_lazy("preparation", "refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token = models.OneToOneField(OperationToken, models.PROTECT, related_name="preparation")
    resident = models.ForeignKey("residency.Resident", models.PROTECT, related_name="preparations")
    account = models.ForeignKey(Account, models.PROTECT, related_name="preparations")
    prepared_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(db_default=clock.Now())
    expires_at = models.DateTimeField()
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    objects = PreparationQuerySet.as_manager()

    class Meta:
        verbose_name = _("prepared operation")
        verbose_name_plural = _("prepared operations")
        indexes = [models.Index(fields=["account", "-id"], condition=Q(decided_at=None), name="preparation_undecided")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_by=None, decided_at=None)
                | ~Q(outcome="") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="preparation_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(outcome="withdrawn", decided_by=F("prepared_by"))
                | ~Q(outcome="withdrawn") & (Q(decided_by=None) | ~Q(decided_by=F("prepared_by"))),
                name="preparation_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.token.slug} by {self.prepared_by}"

    def receipt(self) -> Receipt | None:
        """What came of it, once it was confirmed."""
        return Receipt.objects.filter(token__confirms=self.token_id).first()

    def confirm(self, by: User) -> bool:
        """Another person confirms it. True for one caller only. Requires the transaction of what is confirmed."""
        return self._decide(by, self.Outcome.CONFIRMED)

    def refuse(self, by: User, reason: str) -> bool:
        """Another person refuses it. True for one caller only."""
        return self._decide(by, self.Outcome.REFUSED, reason)

    def withdraw(self, by: User) -> bool:
        """Whoever prepared it takes it back. True for one caller only."""
        return self._decide(by, self.Outcome.WITHDRAWN)

    def _decide(self, by: User, outcome: str, reason: str = "") -> bool:
        theirs = Q(prepared_by=by)
        waiting = Preparation.objects.waiting().filter(theirs if outcome == self.Outcome.WITHDRAWN else ~theirs, pk=self.pk)
        return bool(waiting.update(outcome=outcome, reason=reason, decided_by=by, decided_at=clock.Now()))


class Document(models.Model):
    """The page of one receipt and one person: its facts and the seal over them. Append-only by trigger."""

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="documents")
    resident = models.ForeignKey("residency.Resident", models.PROTECT, related_name="documents")
    serial = models.CharField(_("document number"), max_length=12, unique=True)
    page = models.CharField(max_length=100)
    facts = models.JSONField()
    seal = models.TextField()
    code = models.CharField(_("document code"), max_length=14)
    issued_on = models.DateField(_("issued on"))
    valid_until = models.DateField(_("valid until"), null=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [models.UniqueConstraint(fields=["receipt", "resident"], name="document_once")]

    def __str__(self) -> str:
        return self.serial

    def print_copy(self, user: User, *, first: bool = False, receipt: Receipt | None = None) -> "Print":
        """Ask for one more copy on paper, the first of a page that nobody else knows yet, or the one a receipt is for.

        Requires a transaction.
        """
        copies = 0
        if not first:
            Document.objects.select_for_update().get(pk=self.pk)  # copies are numbered one after the other
            copies = self.prints.count()
        return self.prints.create(copy=copies + 1, user=user, printed_by=user.names, language=user.language, receipt=receipt)


class PrintQuerySet(models.QuerySet["Print"]):
    def due(self) -> "PrintQuerySet":
        return self.filter(rendered_at=None, failed_at=None, due_at__lte=clock.Now())

    def stuck(self) -> "PrintQuerySet":
        return self.filter(failed_at__isnull=False)


class Print(models.Model):
    """One copy on paper, rendered once: who asked, when, the copy's number, the file and its hash."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="prints")
    copy = models.PositiveIntegerField(_("copy"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    printed_by = models.JSONField()
    language = models.CharField(max_length=2)
    printed_at = models.DateTimeField(_("printed"), db_default=clock.Now())
    due_at = models.DateTimeField(db_default=clock.Now())
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    rendered_at = models.DateTimeField(_("rendered"), null=True)
    failed_at = models.DateTimeField(_("failed"), null=True)
    error = models.CharField(_("error"), max_length=200, blank=True)
    taken_at = models.DateTimeField(null=True)  # when it was first asked for on paper; the next print is a new copy
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    receipt = models.ForeignKey(Receipt, models.PROTECT, null=True, related_name="copies")  # the operation that asked for this copy
    file = models.FileField(upload_to="%Y/%m", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = PrintQuerySet.as_manager()

    class Meta:
        verbose_name = _("print")
        verbose_name_plural = _("prints")
        indexes = [models.Index(fields=["due_at"], condition=Q(rendered_at=None, failed_at=None), name="print_due")]
        constraints = [
            models.UniqueConstraint(fields=["document", "copy"], name="print_once"),
            models.CheckConstraint(
                condition=Q(rendered_at=None) | (~Q(file="") & ~Q(sha256="") & Q(failed_at=None)), name="print_rendered_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} copy {self.copy}"

    @property
    def ready(self) -> bool:
        return self.rendered_at is not None

    @property
    def state(self) -> str:
        """ready, failed or progress."""
        return "ready" if self.rendered_at else "failed" if self.failed_at else "progress"

    @property
    def is_fresh(self) -> bool:
        """Whether the next print is this copy and not a new one."""
        return not self.taken_at and not self.failed_at

    @property
    def is_lost(self) -> bool:
        """Whether its file was there and is gone. Asks the storage."""
        return self.ready and not self.file.storage.exists(str(self.file))

    def take(self, by: User | None = None) -> None:
        """Record that somebody took the copy on paper: whoever asked for it, or somebody else."""
        Print.objects.filter(pk=self.pk, taken_at=None).update(taken_at=clock.Now(), taken_by=by or self.user)

    @classmethod
    def lease(cls, pk: int, seconds: int = 30) -> "Print | None":
        """Take the copy for rendering, or None when somebody else has it or it is done."""
        until = clock.Now() + timedelta(seconds=seconds)
        free = cls.objects.filter(Q(leased_until=None) | Q(leased_until__lt=clock.Now()), pk=pk, rendered_at=None, failed_at=None)
        # Due again when the lease ends, for the holder may die: an earlier look would find the row still taken.
        if not free.update(leased_until=until, due_at=until, attempts=F("attempts") + 1):
            return None
        return cls.objects.select_related("document__receipt").get(pk=pk)

    def rendered(self, file: str, sha256: str) -> bool:
        """Record the file. False when another worker was first: then its file is the one."""
        unfinished = Print.objects.filter(pk=self.pk, rendered_at=None, failed_at=None)
        return bool(unfinished.update(file=file, sha256=sha256, rendered_at=clock.Now(), leased_until=None, error=""))

    def postpone(self, wait: timedelta, error: str, *, blameless: bool = False) -> None:
        """Record a failure that may pass. One that is not the page's own is no attempt."""
        Print.objects.filter(pk=self.pk, rendered_at=None).update(
            due_at=clock.Now() + wait, leased_until=None, error=error[:200], attempts=F("attempts") - int(blameless)
        )

    def fail(self, error: str) -> None:
        """Record a failure that staff must look at."""
        Print.objects.filter(pk=self.pk, rendered_at=None).update(failed_at=clock.Now(), leased_until=None, error=error[:200])

    def retry(self) -> None:
        """Try again what had failed, or was rendered and is lost: it becomes the same copy, of the facts that are kept."""
        over = Q(failed_at__isnull=False) | Q(rendered_at=self.rendered_at, rendered_at__isnull=False)
        fresh: dict[str, Any] = {"failed_at": None, "rendered_at": None, "file": "", "sha256": "", "attempts": 0, "due_at": clock.Now()}
        Print.objects.filter(over, pk=self.pk).update(**fresh)
