"""The leave to perform one operation, once, within a few minutes; opened by a code.

The row is the state: which step a journey is at follows from these columns alone, so two tabs, a lost session or a
restarted server lose nothing and mix nothing. Sign-in codes are tokens too, with the slug `sign-in`.
"""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NoReturn

import django_otp
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice

from accounts.models import limits
from accounts.models.accounts import Account
from accounts.models.attempts import Attempt, name_key, tell_refused
from accounts.models.devices import PhoneDevice
from accounts.models.users import User
from muqeem import catalogue, clock, codes
from muqeem.record.models import Message
from muqeem.record.outbox import post

CODE_LIFE = timedelta(seconds=300)
TIME_TO_CONFIRM = timedelta(minutes=15)
MOST_EXTENSIONS = 10  # as WCAG 2.2.1 asks of every time limit that people may lengthen


class WrongCode(limits.CodeRefused):
    """The code is not the one. `left` tries remain on this token."""

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} left")
        self.left = left


class CodeExpired(limits.CodeRefused):
    """The newest code is older than its life."""


class CodeSpent(limits.CodeRefused):
    """The authenticator's code was right and has been used before; the next one will do."""


class TokenClosed(limits.CodeRefused):
    """The token takes no more codes: too many tries, discarded, or opened already."""


class NoPhone(limits.CodeRefused):
    """There is no number on record to send a code to."""


class Step(StrEnum):
    """Where a journey stands."""

    CODE = "code"
    DETAILS = "details"
    REVIEW = "review"
    DONE = "done"
    LAPSED = "lapsed"
    CLOSED = "closed"


class Method(models.TextChoices):
    """How the person shows that it is they."""

    TEXT = "text", _("text message")
    APP = "app", _("authenticator app")


class OperationToken(models.Model):
    """One operation that may be performed once."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="tokens")
    slug = models.CharField(max_length=50)
    method = models.CharField(max_length=4, choices=Method)
    prefill = models.JSONField(default=dict)  # what the resident's file already answers
    confirms = models.ForeignKey("self", models.PROTECT, null=True, related_name="confirmations")  # the journey that another prepared
    created_at = models.DateTimeField(db_default=clock.Now())

    sends = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    verified_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    extensions = models.PositiveSmallIntegerField(default=0)  # of the time to confirm
    data = models.JSONField(null=True)  # the answers, once they were found correct
    shown = models.JSONField(null=True)  # the facts and the fee that the review page shows
    fingerprint = models.CharField(max_length=64, blank=True)
    used_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="token_user")]
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=limits.TRIES_A_TOKEN), name="token_tries"),
            models.CheckConstraint(condition=Q(extensions__lte=MOST_EXTENSIONS), name="token_extensions"),
            models.CheckConstraint(condition=Q(verified_at=None) | Q(expires_at__isnull=False), name="token_verified_expires"),
            models.CheckConstraint(condition=Q(used_at=None) | Q(verified_at__isnull=False), name="token_used_verified"),
            models.CheckConstraint(condition=Q(used_at=None) | Q(closed_at=None), name="token_used_or_closed"),
            models.CheckConstraint(condition=Q(data=None) | Q(verified_at__isnull=False), name="token_data_verified"),
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.uuid}"

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the row again. Whose it is and for which account hardly ever changes: those two are not read for nothing."""
        known = dict(self._state.fields_cache)
        super().refresh_from_db(*args, **kwargs)
        for name, one in known.items():
            if one is not None and one.pk == getattr(self, f"{name}_id"):
                setattr(self, name, one)

    @classmethod
    def begin(
        cls,
        user: User,
        slug: str,
        account: Account | None = None,
        prefill: dict[str, Any] | None = None,
        confirms: "OperationToken | None" = None,
    ) -> "OperationToken":
        """Start a journey and, if the person has no authenticator app, send the first code.

        Raises Paused, TooSoon, TooManySends, NoPhone. Opens a transaction.
        """
        method = Method.APP if user.has_authenticator() else Method.TEXT
        with transaction.atomic():
            token = cls.objects.create(user=user, account=account, slug=slug, method=method, prefill=prefill or {}, confirms=confirms)
            if method == Method.TEXT:
                token.send_code()
        return token

    # --- where it stands ---

    def step(self) -> Step:
        """The step that the columns say."""
        if self.used_at:
            return Step.DONE
        if self.closed_at:
            return Step.CLOSED
        if not self.verified_at:
            return Step.CODE
        if self.expires_at is None or self.expires_at <= clock.now():
            return Step.LAPSED
        return Step.DETAILS if self.data is None else Step.REVIEW

    @property
    def title(self) -> str:
        return catalogue.title(self.slug)

    @property
    def code_valid_until(self) -> datetime | None:
        return self.sent_at and self.sent_at + CODE_LIFE

    @property
    def tries_left(self) -> int:
        return max(0, limits.TRIES_A_TOKEN - self.tries)

    @property
    def was_discarded(self) -> bool:
        """Whether its person closed it. Too many tries close only what was never opened."""
        return self.closed_at is not None and (self.verified_at is not None or self.tries_left > 0)

    @property
    def may_extend(self) -> bool:
        return self.verified_at is not None and self.extensions < MOST_EXTENSIONS

    # --- the code ---

    def send_code(self) -> Message:
        """Send a new code to the phone on record; the ones before are void.

        Raises Paused, TooSoon, TooManySends, NoPhone, TokenClosed. Opens a transaction.
        """
        limits.refuse_while_paused(name_key(self.user.username))
        phone = self.user.phone()
        if phone is None:
            raise NoPhone
        with transaction.atomic():
            limits.count_send(name_key(phone.number))
            if not self._taking_codes().update(sends=F("sends") + 1, sent_at=clock.Now()):
                raise TokenClosed
            self.refresh_from_db()
            return post(
                template="sign-in-code" if self.slug == catalogue.SIGN_IN else "operation-code",
                language=self.user.language,
                receiver=phone.number,
                account=self.account.number if self.account else "",
                arguments={"token": str(self.uuid), "send": self.sends, "slug": self.slug, **self._named()},
                useless_after=self.code_valid_until,
            )

    def text_failed(self) -> bool:
        """Whether the newest text with a code of this token was given up, so that none will arrive."""
        phone = self.user.phone()
        texts = Message.objects.filter(receiver=phone.number if phone else "", arguments__token=str(self.uuid)).order_by("-pk")
        return texts.values_list("failed_at", flat=True).first() is not None

    def _named(self) -> dict[str, str]:
        """What a text may say of account and person: their last four digits."""
        named = {"account": self.account.number[-4:]} if self.account else {}
        if number := self.prefill.get("iqama_number"):
            named["last4"] = number[-4:]
        return named

    def try_code(self, typed: str) -> None:
        """Open the token with a code. The try is counted before the code is looked at.

        Raises Paused, TokenClosed, CodeExpired, WrongCode, CodeSpent. Must not run inside a transaction that may
        be rolled back: a counted try stays counted.
        """
        name = name_key(self.user.username)
        attempt = limits.count_code(name)
        live = self._taking_codes()
        if self.method == Method.TEXT:
            live = live.filter(sent_at__gt=clock.Now() - CODE_LIFE)
        if not live.update(tries=F("tries") + 1):
            attempt.delete()
            self.refresh_from_db()
            raise CodeExpired if self.step() == Step.CODE and self.tries_left else TokenClosed
        self.refresh_from_db()
        if self._right(typed, generous=limits.is_generous(name)):
            self._open(attempt)
        elif self._spent_before(typed):
            attempt.delete()
            OperationToken.objects.filter(pk=self.pk, tries__gt=0).update(tries=F("tries") - 1)
            self.refresh_from_db()
            raise CodeSpent
        else:
            self._refuse()

    def try_backup_code(self, typed: str) -> None:
        """Open a sign-in with a back-up code; those do not open operations. Raises as `try_code`."""
        if self.slug != catalogue.SIGN_IN:
            raise TokenClosed
        attempt = limits.count_code(name_key(self.user.username))
        if not self._taking_codes().update(tries=F("tries") + 1):
            attempt.delete()
            self.refresh_from_db()
            raise TokenClosed
        self.refresh_from_db()
        mark = codes.backup_mark(str(self.user.uuid), typed.strip().lower())
        devices = StaticDevice.objects.filter(user=self.user, confirmed=True)
        if not any(django_otp.verify_token(self.user, device.persistent_id, mark) for device in devices):
            self._refuse()
        self._open(attempt)

    def _right(self, typed: str, *, generous: bool) -> bool:
        if self.method == Method.TEXT:
            return codes.same(typed, str(self.uuid), self.sends)
        return any(
            django_otp.verify_token(self.user, app.persistent_id, typed)
            for app in self.user.authenticators()
            if generous or codes.alike(typed, app.code())
        )

    def _spent_before(self, typed: str) -> bool:
        """Whether the authenticator's code is right and was used before, perhaps a moment ago by another request."""
        if self.method == Method.TEXT:
            return False
        steps = ((app.last_t, app.step_of(typed)) for app in self.user.authenticators())
        return any(step is not None and step <= last for last, step in steps)

    def _open(self, attempt: Attempt) -> None:
        """Open the token for the first right code; a second one, of a double click, was no wrong code either."""
        attempt.delete()
        opened = self._waiting().update(verified_at=clock.Now(), expires_at=clock.Now() + TIME_TO_CONFIRM)
        self.refresh_from_db()
        if not opened:
            raise TokenClosed
        if self.method == Method.TEXT:
            limits.answered(*(name_key(phone.number) for phone in PhoneDevice.objects.filter(user=self.user)))

    def _refuse(self) -> NoReturn:
        if not self.tries_left:
            self.close()
        tell_refused("wrong code", name_key(self.user.username))
        raise WrongCode(self.tries_left)

    def _waiting(self) -> models.QuerySet["OperationToken"]:
        return OperationToken.objects.filter(pk=self.pk, verified_at=None, used_at=None, closed_at=None)

    def _taking_codes(self) -> models.QuerySet["OperationToken"]:
        return self._waiting().filter(tries__lt=limits.TRIES_A_TOKEN)

    # --- the journey ---

    def keep(self, data: dict[str, Any], shown: dict[str, Any], fingerprint: str) -> None:
        """Remember the answers that were found correct and what is shown of them. Raises TokenClosed."""
        live = self._live().filter(used_at=None, closed_at=None)
        if not live.update(data=data, shown=shown, fingerprint=fingerprint):
            raise TokenClosed
        self.refresh_from_db()

    def extend(self) -> bool:
        """Give a quarter of an hour more, as often as anybody needs."""
        extended = self._live().filter(extensions__lt=MOST_EXTENSIONS, used_at=None, closed_at=None)
        done = extended.update(extensions=F("extensions") + 1, expires_at=F("expires_at") + TIME_TO_CONFIRM)
        self.refresh_from_db()
        return bool(done)

    def close(self) -> None:
        """Discard the journey; nothing was done and nothing can be done with it any more."""
        OperationToken.objects.filter(pk=self.pk, used_at=None, closed_at=None).update(closed_at=clock.Now())
        self.refresh_from_db()

    def spend(self, fingerprint: str) -> bool:
        """Use the token up for exactly what was shown. True for one caller only. Requires a transaction."""
        return bool(self._shown(fingerprint).update(used_at=clock.Now()))

    def hand_over(self, fingerprint: str) -> bool:
        """Close the journey so that another confirms exactly what was shown. True for one caller only. Requires a transaction."""
        return bool(self._shown(fingerprint).update(closed_at=clock.Now()))

    def _shown(self, fingerprint: str) -> models.QuerySet["OperationToken"]:
        return self._live().filter(used_at=None, closed_at=None, fingerprint=fingerprint, data__isnull=False)

    def _live(self) -> models.QuerySet["OperationToken"]:
        return OperationToken.objects.filter(pk=self.pk, verified_at__isnull=False, expires_at__gt=clock.Now())
