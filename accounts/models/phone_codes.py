"""Codes to phones of people who are not signed in: the phone in the hand shows who somebody is, or that a number is theirs."""

import uuid
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q

from accounts.models import limits
from accounts.models.attempts import name_key, tell_refused
from accounts.models.tokens import CODE_LIFE, TIME_TO_CONFIRM, CodeExpired, Method, TokenClosed, WrongCode
from muqeem import clock, codes
from muqeem.record.outbox import post, pretend


class PhoneCode(models.Model):
    """One code, asked for by a browser. Without a number it behaves alike and nothing is sent: nobody learns who exists.

    Everything is counted under `name`; what leaves is counted under the phone, too.
    """

    method = Method.TEXT  # as of the tokens of operations, for the form they share

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    purpose = models.CharField(max_length=100)  # what it opens, and of which row
    name = models.CharField(max_length=64)
    number = models.CharField(max_length=16, blank=True)
    language = models.CharField(max_length=2)
    template = models.CharField(max_length=40)
    created_at = models.DateTimeField(db_default=clock.Now())
    sends = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    verified_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=limits.TRIES_A_TOKEN), name="phone_code_tries"),
            models.CheckConstraint(condition=Q(used_at=None) | Q(verified_at__isnull=False), name="phone_code_used_verified"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} …{self.number[-2:]}"

    @classmethod
    def begin(cls, purpose: str, number: str, *, language: str, template: str, name: str = "") -> "PhoneCode":
        """Send a first code. Raises Paused, TooSoon, TooManySends, TooManyForAll. Opens a transaction."""
        name = name or name_key(number)
        with transaction.atomic():
            code = cls.objects.create(purpose=purpose, number=number, language=language, template=template, name=name)
            code.send()
        return code

    @property
    def last2(self) -> str:
        return self.number[-2:]

    @property
    def code_valid_until(self) -> datetime | None:
        return self.sent_at and self.sent_at + CODE_LIFE

    @property
    def is_verified(self) -> bool:
        """Whether the right code was given a short while ago, and nothing done with it yet."""
        return bool(self.verified_at and not self.used_at and self.verified_at > clock.now() - TIME_TO_CONFIRM)

    @property
    def is_closed(self) -> bool:
        """Whether it takes no more codes and has opened nothing."""
        return not self.verified_at and self.tries >= limits.TRIES_A_TOKEN

    def send(self) -> None:
        """Send a new code; the ones before are void. Raises as `begin`, and TokenClosed. Opens a transaction."""
        limits.refuse_while_paused(self.name)
        with transaction.atomic():
            limits.count_send(self.name)
            if not self._taking_codes().update(sends=F("sends") + 1, sent_at=clock.Now()):
                raise TokenClosed
            self.refresh_from_db()
            message: dict[str, Any] = {
                "template": self.template,
                "language": self.language,
                "receiver": self.number,
                "arguments": {"token": str(self.uuid), "send": self.sends},
                "useless_after": self.code_valid_until,
            }
            (post if self._may_leave() else pretend)(**message)

    def try_code(self, typed: str) -> None:
        """Open it with a code. The try is counted before the code is looked at.

        Raises Paused, TokenClosed, CodeExpired, WrongCode. Must not run inside a transaction that may be rolled back.
        """
        attempt = limits.count_code(self.name)
        live = self._taking_codes().filter(sent_at__gt=clock.Now() - CODE_LIFE)
        if not live.update(tries=F("tries") + 1):
            attempt.delete()
            self.refresh_from_db()
            raise TokenClosed if self.is_closed or self.verified_at else CodeExpired
        self.refresh_from_db()
        if not codes.same(typed, str(self.uuid), self.sends) or not self.number:
            tell_refused("wrong code", self.name)
            raise WrongCode(limits.TRIES_A_TOKEN - self.tries)
        attempt.delete()
        if not PhoneCode.objects.filter(pk=self.pk, verified_at=None).update(verified_at=clock.Now()):
            raise TokenClosed
        self.refresh_from_db()
        limits.answered(self.name, name_key(self.number))

    def use(self) -> bool:
        """Use it up for what it opened. True for one caller only. Requires a transaction."""
        live = PhoneCode.objects.filter(pk=self.pk, used_at=None, verified_at__gt=clock.Now() - TIME_TO_CONFIRM)
        return bool(live.update(used_at=clock.Now()))

    def _may_leave(self) -> bool:
        """Whether a text is sent: to a number there is, as often as that number may get one.

        One that there is not is counted like one that there is, which takes as long.
        """
        phone = name_key(self.number or f"no number {self.name}")
        if phone == self.name:  # counted already
            return True
        try:
            with transaction.atomic():
                limits.count_send(phone)
        except limits.CodeRefused:
            return False
        return bool(self.number)

    def _taking_codes(self) -> models.QuerySet["PhoneCode"]:
        return PhoneCode.objects.filter(pk=self.pk, verified_at=None, tries__lt=limits.TRIES_A_TOKEN)
