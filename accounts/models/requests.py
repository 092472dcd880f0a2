"""Requests of establishments for a subscription: what strangers ask, and what staff say to it."""

import contextlib
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import cities
from accounts.models.accounts import Account, Membership
from accounts.models.attempts import Attempt
from accounts.models.bills import Bill
from accounts.models.invitations import AlreadyInvited, Invitation
from accounts.models.packages import Package, Subscription
from muqeem import clock
from muqeem.record.models import Event, Message
from muqeem.record.outbox import post
from muqeem.serials import LENGTH, new_serial, show_serial

ANSWERS = 1000  # characters of all answers together


class State(StrEnum):
    """Where a request stands, as its columns say."""

    REVIEW = "review"
    MORE = "more"
    REFUSED = "refused"
    PAYMENT = "payment"
    ACTIVE = "active"
    OVER = "over"


STATES = {
    State.REVIEW: pgettext_lazy("request", "under review"),
    State.MORE: pgettext_lazy("request", "more needed"),
    State.REFUSED: pgettext_lazy("request", "refused"),
    State.PAYMENT: pgettext_lazy("request", "awaiting payment"),
    State.ACTIVE: pgettext_lazy("request", "active"),
    State.OVER: pgettext_lazy("request", "expired"),
}


class Subscribed(Exception):
    """The establishment has a main user already, who can invite others."""


class UnderReview(Exception):
    """Somebody else asked for the same establishment, and staff have not decided yet."""


class RequestQuerySet(models.QuerySet["SubscriptionRequest"]):
    def undecided(self) -> "RequestQuerySet":
        return self.filter(refused_at=None, bill=None)

    def waiting(self) -> "RequestQuerySet":
        """Those that wait for staff: not those that wait for an answer of whoever asked."""
        return self.undecided().filter(question="")


class SubscriptionRequest(models.Model):
    """An establishment that wants an account. Whoever holds the reference may follow it, and sees no names."""

    reference = models.CharField(_("reference"), max_length=LENGTH, unique=True, default=new_serial, editable=False)
    name = models.CharField(_("name of the main user"), max_length=150)
    id_number = models.CharField(_("ID number"), max_length=10)
    phone = models.CharField(_("mobile number"), max_length=16)
    email = models.EmailField(_("e-mail"))
    company = models.CharField(_("establishment"), max_length=200)
    company_number = models.CharField(_("establishment number"), max_length=10)
    city = models.CharField(_("city"), max_length=4)
    package = models.ForeignKey(Package, models.PROTECT, verbose_name=_("package"))
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    created_at = models.DateTimeField(_("received"), db_default=clock.Now())
    question = models.CharField(_("asked for"), max_length=300, blank=True)  # by staff; emptied by the answer
    answer = models.CharField(_("answer"), max_length=ANSWERS, blank=True)
    refused_at = models.DateTimeField(_("refused"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    bill = models.OneToOneField(Bill, models.PROTECT, null=True, related_name="request", verbose_name=_("bill"))

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription request")
        verbose_name_plural = _("subscription requests")
        constraints = [
            models.UniqueConstraint(fields=["company_number"], condition=Q(refused_at=None, bill=None), name="request_undecided_once"),
            models.CheckConstraint(condition=Q(refused_at=None) | (Q(bill=None) & ~Q(reason="")), name="request_refused_with_reason"),
            models.CheckConstraint(condition=Q(company_number__regex=r"^7[0-9]{9}$"), name="request_company_number"),
        ]

    def __str__(self) -> str:
        return show_serial(self.reference)

    @classmethod
    def file(cls, **told: Any) -> "SubscriptionRequest":
        """Keep a request and tell its reference by e-mail; sent again, it is the same request.

        Raises Subscribed or UnderReview. Opens a transaction.
        """
        number = told["company_number"]
        if Membership.objects.main_of(number).exists():
            raise Subscribed
        with transaction.atomic():
            Attempt.lock(f"request {number}")
            known = cls.objects.undecided().filter(company_number=number).first()
            if known and known.email != told["email"]:
                raise UnderReview
            request = known or cls.objects.create(**told)
            request._tell("request-received")
        return request

    @property
    def state(self) -> State:
        if self.refused_at:
            return State.REFUSED
        if self.bill is None:
            return State.MORE if self.question else State.REVIEW
        if self.bill.paid_at is None:
            return State.PAYMENT
        return State.ACTIVE if Subscription.current(self.bill.account, clock.today()) else State.OVER

    @property
    def state_in_words(self) -> str:
        return str(STATES[self.state])

    @property
    def city_name(self) -> dict[str, str]:
        return cities.name_of(self.city)

    # --- what staff decide; each opens a transaction and is False where it was decided meanwhile ---

    def approve(self, *, by: str) -> bool:
        """Open the account and issue the bill whose payment starts the subscription."""
        with transaction.atomic():
            if not self._undecided_row():
                return False
            names = {"name_en" if self.company.isascii() else "name_ar": self.company}
            account = Account.objects.get_or_create(number=self.company_number, defaults={"name_ar": self.company} | names)[0]
            self.bill = Bill.for_package(account, self.package, None)
            self.question = ""
            self.save(update_fields=["bill", "question"])
            self._tell("request-approved", facts={"bill_number": self.bill.number, "total_sar": f"{self.bill.total:.2f}"})
            self._seal("request-approved", by, account=account.number, bill=self.bill.number)
        return True

    def refuse(self, reason: str, *, by: str) -> bool:
        with transaction.atomic():
            if not self._undecided_row():
                return False
            self.refused_at, self.reason = clock.now(), reason
            self.save(update_fields=["refused_at", "reason"])
            self._tell("request-refused", reason=reason)
            self._seal("request-refused", by, reason=reason)
        return True

    def ask(self, question: str, *, by: str) -> bool:
        """Ask for more; the request waits for the answer."""
        with transaction.atomic():
            if not self._undecided_row():
                return False
            self.question = question
            self.save(update_fields=["question"])
            self._tell("request-more", reason=question)
            self._seal("request-more", by, question=question)
        return True

    def reply(self, answer: str) -> bool:
        """What whoever asked says to the question; the request is back with staff. Opens a transaction."""
        with transaction.atomic():
            if not self._undecided_row():
                return False
            line = f"{self.question}: {answer}"
            self.answer = f"{self.answer}\n{line}".strip()[-ANSWERS:]
            self.question = ""
            self.save(update_fields=["answer", "question"])
        return True

    # --- once it is paid ---

    def begin(self) -> None:
        """Let the main user in, unless there is one by now, or another was invited to become it. Requires a transaction."""
        assert self.bill is not None
        account = self.bill.account
        if Membership.objects.main_of(account.number).exists() or account.invitations.open().filter(is_main=True).exists():
            return
        told = {name: getattr(self, name) for name in ("name", "email", "phone", "id_number", "language")}
        with contextlib.suppress(AlreadyInvited):  # to act as a delegated user
            Invitation.send(account, by=None, is_main=True, **told)

    def _undecided_row(self) -> bool:
        """Whether the request still waits, read again under a lock."""
        if not SubscriptionRequest.objects.undecided().select_for_update(of=("self",)).filter(pk=self.pk).exists():
            return False
        self.refresh_from_db()
        return True

    def _tell(self, template: str, **arguments: Any) -> None:
        values = {"of": self.reference, "ref": str(self), "at": clock.now().isoformat()} | arguments
        post(channel=Message.Channel.MAIL, template=template, language=self.language, receiver=self.email, arguments=values)

    def _seal(self, kind: str, by: str, **data: Any) -> None:
        Event.objects.seal(kind, actor=by, subject=self.reference, **data)
