"""The journal, the parameters and the outbox.

These tables outlive everything they speak of, so they name people, accounts and rows in plain text.
"""

import uuid
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from muqeem import clock
from muqeem.record import chain, titles
from muqeem.record.terms import Terms


class Demonstration(models.Model):
    """The mark of a demonstration's database: one row or none. Its shift moves the clock of the whole portal."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    marked_at = models.DateTimeField(db_default=clock.Now())
    clock_shift = models.DurationField(default=timedelta)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_demonstration")]

    def __str__(self) -> str:
        return f"demonstration since {self.marked_at}"


class ChainHead(models.Model):
    """The last link of the journal's chain; whoever adds a link holds its lock, last and shortest of all."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=chain.GENESIS)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_chain_head")]

    def __str__(self) -> str:
        return f"link {self.seq}"


class EventQuerySet(models.QuerySet["Event"]):
    def of_account(self, number: str) -> "EventQuerySet":
        return self.filter(account=number)

    def chained(self) -> "EventQuerySet":
        return self.filter(seq__isnull=False).order_by("seq")

    def write(self, kind: str, *, actor: str = "", account: str = "", subject: str = "", **data: Any) -> "Event":
        """Add a line that needs no proof: sign-ins and views. Strangers cannot queue on the chain's head with it."""
        return self.create(kind=kind, at=clock.now(), actor=actor, account=account, subject=subject, data=data)

    def seal(self, kind: str, *, actor: str = "", account: str = "", subject: str = "", **data: Any) -> "Event":
        """Add a line to the chain. Requires a transaction; call it last, for it holds the head until the commit."""
        if not transaction.get_connection().in_atomic_block:
            raise transaction.TransactionManagementError("a link is sealed together with what it tells of")
        head = ChainHead.objects.select_for_update().get()
        event = Event(kind=kind, at=clock.now(), actor=actor, account=account, subject=subject, data=data, seq=head.seq + 1)
        event.body = event.canonical()
        event.previous_hash, event.hash = head.hash, chain.link(head.hash, event.body)
        event.save(force_insert=True)
        ChainHead.objects.filter(pk=head.pk).update(seq=event.seq, hash=event.hash)
        return event


class Event(models.Model):
    """One line of the journal. Append-only by trigger; chained lines carry the hash of the one before."""

    seq = models.BigIntegerField(null=True, unique=True, editable=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    actor = models.CharField(max_length=150, blank=True)
    account = models.CharField(max_length=10, blank=True)
    subject = models.CharField(max_length=64, blank=True)
    data = models.JSONField(default=dict)
    body = models.TextField(blank=True, editable=False)
    previous_hash = models.CharField(max_length=64, blank=True, editable=False)
    hash = models.CharField(max_length=64, blank=True, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        indexes = [
            models.Index(fields=["account", "-id"], name="event_account"),
            models.Index(fields=["subject", "-id"], name="event_subject"),
            models.Index(fields=["kind", "-id"], name="event_kind"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(seq__isnull=True, hash="", body="") | (Q(seq__gt=0) & ~Q(hash="") & ~Q(body="")), name="event_chained_whole"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()

    def canonical(self) -> str:
        """The text that the hash covers."""
        return chain.canonical(
            {
                "seq": self.seq,
                "at": self.at,
                "kind": self.kind,
                "actor": self.actor,
                "account": self.account,
                "subject": self.subject,
                "data": self.data,
            }
        )


class ParameterQuerySet(models.QuerySet["Parameter"]):
    def in_force(self, day: date) -> "ParameterQuerySet":
        """The newest row of each code that began on or before the day."""
        return self.filter(from_on__lte=day).order_by("code", "-from_on").distinct("code")

    def terms(self, day: date) -> Terms:
        """All that is in force on a day, in one query; kept by nobody beyond the operation."""
        return Terms(day, {row.code: row.value for row in self.in_force(day)})


class Parameter(models.Model):
    """An amount, a period or a list of them, in force from a day until the next row's day."""

    class Confidence(models.TextChoices):
        GOVERNMENT = "A", _("government source, or a report of its statement")
        AGREED = "B", _("several sources agree")
        SINGLE = "C", _("one source, or sources disagree")
        MEMORY = "M", _("from memory")
        CONFIRMED = "S", _("confirmed by staff")

    code = models.CharField(_("code"), max_length=80)
    from_on = models.DateField(_("in force from"))
    value = models.CharField(
        _("value"),
        max_length=200,
        validators=[RegexValidator(r"\A-?[0-9]+(\.[0-9]+)?(, ?-?[0-9]+(\.[0-9]+)?)*\Z", _("Numbers, separated by commas."))],
        help_text=_("A number, or several separated by commas."),
    )
    source = models.CharField(_("source"), max_length=200)
    confidence = models.CharField(_("confidence"), max_length=1, choices=Confidence)

    objects = ParameterQuerySet.as_manager()

    class Meta:
        verbose_name = _("parameter")
        verbose_name_plural = _("parameters")
        constraints = [models.UniqueConstraint(fields=["code", "from_on"], name="parameter_once_a_day")]

    def __str__(self) -> str:
        return f"{self.code} = {self.value} ({self.from_on})"

    def clean(self) -> None:
        """A day must be one that there is: rules read it, and the public page of fees."""
        try:
            titles.day_of(self.code, self.value)
        except ValidationError as wrong:
            raise ValidationError({"value": wrong}) from wrong

    @property
    def uncertain(self) -> bool:
        """Whether people must be told that the source is uncertain."""
        return self.confidence in {self.Confidence.SINGLE, self.Confidence.MEMORY}


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self) -> "MessageQuerySet":
        return self.filter(sent_at=None, failed_at=None, due_at__lte=clock.Now())

    def stuck(self) -> "MessageQuerySet":
        return self.filter(failed_at__isnull=False)


class Message(models.Model):
    """A text or an e-mail to send. The row is the outbox: it is written with the deed and sent after the commit."""

    class Channel(models.TextChoices):
        TEXT = "text", pgettext_lazy("message", "text")
        MAIL = "mail", pgettext_lazy("message", "e-mail")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # the gateway's idempotency key
    channel = models.CharField(_("sent as"), max_length=4, choices=Channel, default=Channel.TEXT, db_default=Channel.TEXT)
    template = models.CharField(_("template"), max_length=40)
    language = models.CharField(_("language"), max_length=2)
    receiver = models.CharField(_("receiver"), max_length=254)
    arguments = models.JSONField(default=dict)  # never a code and never the key of a link: the sender derives them
    account = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField(db_default=clock.Now())
    due_at = models.DateTimeField(db_default=clock.Now())  # when the sweeper looks at it again
    useless_after = models.DateTimeField(null=True)  # a code that has expired is not sent any more
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True)
    failed_at = models.DateTimeField(_("failed"), null=True)
    error = models.CharField(_("error"), max_length=200, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["due_at"], condition=Q(sent_at=None, failed_at=None), name="message_due"),
            models.Index(fields=["receiver", "-id"], name="message_receiver"),
        ]
        constraints = [models.CheckConstraint(condition=Q(sent_at=None) | Q(failed_at=None), name="message_sent_or_failed")]

    def __str__(self) -> str:
        return f"{self.template} → …{self.receiver.partition('@')[0][-2:]}"

    @classmethod
    def lease(cls, pk: int, seconds: int = 30) -> "Message | None":
        """Take the message for sending, or None when somebody else has it or it has gone."""
        until = clock.Now() + timedelta(seconds=seconds)
        taken = cls.objects.filter(Q(leased_until=None) | Q(leased_until__lt=clock.Now()), pk=pk, sent_at=None, failed_at=None)
        # Due again when the lease ends, for the holder may die: an earlier look would find the row still taken.
        if not taken.update(leased_until=until, due_at=until, attempts=F("attempts") + 1):
            return None
        return cls.objects.get(pk=pk)

    def sent(self) -> None:
        """Record that the gateway took it, whatever another sender thought meanwhile."""
        Message.objects.filter(pk=self.pk).update(sent_at=clock.Now(), failed_at=None, leased_until=None, error="")

    def postpone(self, wait: timedelta, error: str) -> None:
        """Record a failure that may pass."""
        Message.objects.filter(pk=self.pk, sent_at=None).update(due_at=clock.Now() + wait, leased_until=None, error=error[:200])

    def fail(self, error: str) -> None:
        """Record a failure that staff must look at."""
        Message.objects.filter(pk=self.pk, sent_at=None).update(failed_at=clock.Now(), leased_until=None, error=error[:200])
