"""What people are told of what happened: on a page of their own always, by text and by e-mail as they prefer.

What security demands does not pass here and cannot be switched off: codes, a new password, another main user, and the
texts that tell of every operation whom it is about and, where others acted, the main users.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.accounts import Account, Membership, MembershipQuerySet
from accounts.models.users import User
from muqeem import clock
from muqeem.record.models import Message
from muqeem.record.outbox import post
from muqeem.sentences import Sentence

ONE_DAY = timedelta(days=1)


class Kind(models.TextChoices):
    DONE = "done", _("Operations of your own")
    DELEGATED = "delegated", _("Operations of delegated users")
    WAITING = "waiting", _("Operations that wait for a second person")
    ENDING = "ending", _("Residencies that end soon")
    SUBSCRIPTION = "subscription", _("The subscription runs out")
    PAYMENT = "payment", _("Payments that arrive")
    SIGN_IN = "sign-in", _("Sign-in on a new browser")

    @classmethod
    def of(cls, memberships: Collection[Membership]) -> "list[Kind]":
        """The kinds that somebody with these memberships is told of."""
        told = {cls.SIGN_IN}
        if memberships:
            told.add(cls.DONE)
        if any(membership.is_main for membership in memberships):
            told |= {cls.DELEGATED, cls.ENDING, cls.SUBSCRIPTION, cls.PAYMENT}
        if any(membership.account.four_eyes_since for membership in memberships):
            told.add(cls.WAITING)
        return [kind for kind in cls if kind in told]


class Preference(models.Model):
    """What somebody chose for one kind. Without a row it is as `DEFAULTS` say."""

    user = models.ForeignKey(User, models.CASCADE, related_name="preferences")
    kind = models.CharField(max_length=12, choices=Kind)
    by_text = models.BooleanField()
    by_mail = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user}"

    @classmethod
    def of(cls, user: User, kind: str) -> "Preference":
        return cls.objects.filter(user=user, kind=kind).first() or cls(user=user, kind=kind, **DEFAULTS[Kind(kind)])


ALWAYS_BY_TEXT = {Kind.DELEGATED}  # by the operation itself
DEFAULTS = {
    Kind.DONE: {"by_text": False, "by_mail": True},
    Kind.DELEGATED: {"by_text": False, "by_mail": False},
    Kind.WAITING: {"by_text": True, "by_mail": True},
    Kind.ENDING: {"by_text": True, "by_mail": True},
    Kind.SUBSCRIPTION: {"by_text": True, "by_mail": True},
    Kind.PAYMENT: {"by_text": True, "by_mail": True},
    Kind.SIGN_IN: {"by_text": True, "by_mail": True},
}

ICONS = {
    Kind.DONE: "met",
    Kind.DELEGATED: "people",
    Kind.WAITING: "shield",
    Kind.ENDING: "clock",
    Kind.SUBSCRIPTION: "card",
    Kind.PAYMENT: "wallet",
    Kind.SIGN_IN: "shield",
}


class NoticeQuerySet(models.QuerySet["Notice"]):
    def shown_to(self, user: User, memberships: Collection[Membership]) -> "NoticeQuerySet":
        """Those of a person; of accounts only where the person acts for them today."""
        return self.filter(Q(account=None) | Q(account__in=[membership.account_id for membership in memberships]), user=user)

    def unseen(self) -> "NoticeQuerySet":
        return self.filter(seen_at=None)


class Notice(models.Model):
    """One thing that somebody was told. Only that it was seen is written later, and once."""

    user = models.ForeignKey(User, models.PROTECT, related_name="notices")
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    at = models.DateTimeField(db_default=clock.Now())
    said = models.JSONField(_("sentence"))
    leads_to = models.CharField(_("leads to"), max_length=200, blank=True)  # a page of the portal
    seen_at = models.DateTimeField(_("seen"), null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("page", "notification")
        verbose_name_plural = _("notifications")
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_user"),
            models.Index(fields=["user"], condition=Q(seen_at=None), name="notice_unseen"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user}"

    @property
    def icon(self) -> str:
        return ICONS[Kind(self.kind)]

    @property
    def sentence(self) -> Sentence:
        return Sentence.of(self.said)


def with_unseen(memberships: MembershipQuerySet) -> MembershipQuerySet:
    """Memberships that know how much is unseen: of their account, and of no account. It rides on a query of every page."""
    unseen = Notice.objects.unseen().filter(user=OuterRef("user"))
    return memberships.annotate(
        unseen_of_account=_count(unseen.filter(account=OuterRef("account"))), unseen_of_none=_count(unseen.filter(account=None))
    )


def _count(notices: NoticeQuerySet) -> Coalesce:
    return Coalesce(Subquery(notices.order_by().values("user").annotate(n=Count("pk")).values("n")), 0)


@dataclass(frozen=True)
class Words:
    """A message of the outbox: its template and what stands in it."""

    template: str
    arguments: dict[str, Any] = field(default_factory=dict)


class Told(models.Model):
    """The one message of a kind that a person gets on a day by text, and the one by e-mail. The row makes it one."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    channel = models.CharField(max_length=4, choices=Message.Channel)
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind", "channel", "on"], name="told_once_a_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.on} by {self.channel}"


def tell(
    user: User,
    kind: Kind,
    said: Sentence,
    *,
    account: Account | None = None,
    leads_to: str = "",
    is_seen: bool = False,
    text: Words | None = None,
    mail: Words | None = None,
) -> None:
    """Tell somebody something. Requires the transaction of what it tells of.

    Whoever tells several people of one thing does so in the order of their keys: each may wait for another transaction.
    """
    note(user, kind, said, account=account, leads_to=leads_to, is_seen=is_seen)
    send(user, kind, account=account, text=text, mail=mail)


def note(user: User, kind: Kind, said: Sentence, *, account: Account | None = None, leads_to: str = "", is_seen: bool = False) -> None:
    """Write something on somebody's page; as seen where they did it themselves."""
    Notice.objects.create(
        user=user, account=account, kind=kind, said=said.stored(), leads_to=leads_to, seen_at=clock.Now() if is_seen else None
    )


def send(user: User, kind: Kind, *, account: Account | None = None, text: Words | None = None, mail: Words | None = None) -> None:
    """Send what the person wants to be sent of a kind, unless today's was sent already. Requires a transaction."""
    ways = Preference.of(user, kind)
    if text and ways.by_text and (phone := user.phone()):
        _send_once_a_day(user, kind, Message.Channel.TEXT, phone.number, account, text)
    if mail and ways.by_mail and user.email:
        _send_once_a_day(user, kind, Message.Channel.MAIL, user.email, account, mail)


def _send_once_a_day(user: User, kind: Kind, channel: Message.Channel, receiver: str, account: Account | None, words: Words) -> None:
    _row, is_first = Told.objects.get_or_create(user=user, kind=kind, channel=channel, on=clock.today())
    if is_first:
        post(
            channel=channel,
            template=words.template,
            language=user.language,
            receiver=receiver,
            account=account.number if account else "",
            arguments=words.arguments,
        )


class Lookout(models.Model):
    """Until which day somebody was told of what ends soon. The row makes each of the days before an end spoken of once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    until_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="lookout_once")]

    def __str__(self) -> str:
        return f"{self.kind} until {self.until_on}"

    @classmethod
    def move_on(cls, user: User, kind: Kind, today: date) -> date | None:
        """The last day that was spoken of; None if that is today. Whose row is new begins today. Requires a transaction."""
        rows = cls.objects.select_for_update()
        row, _is_new = rows.get_or_create(user=user, kind=kind, defaults={"until_on": today - ONE_DAY})
        moved = cls.objects.filter(pk=row.pk, until_on__lt=today).update(until_on=today)
        return row.until_on if moved else None


def is_due(ends_on: date, days: Collection[int], *, after: date, today: date) -> bool:
    """Whether one of so many days before an end came after a day: those that were missed are made up for, all at once."""
    return ends_on >= today and any(after < ends_on - n * ONE_DAY <= today for n in days)
