"""Phones that codes go to, and authenticator apps; back-up codes are django-otp's own devices."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from muqeem import clock, codes

if TYPE_CHECKING:
    from accounts.models.users import User


class PhoneDevice(Device):
    """A mobile number on record. It never holds a code: those are derived from the token when they are sent."""

    user: "models.ForeignKey[User, User]"
    number = models.CharField(_("mobile number"), max_length=16)
    from_at = models.DateTimeField(db_default=clock.Now())  # a new number holds from a moment on, without any job

    class Meta:
        verbose_name = _("phone")
        verbose_name_plural = _("phones")

    def __str__(self) -> str:
        return f"…{self.last2}"

    @property
    def last2(self) -> str:
        """The end of the number: enough to know which phone to look at."""
        return self.number[-2:]

    @classmethod
    def in_use(cls) -> "models.QuerySet[PhoneDevice]":
        """Those that hold by now, the newest of a person first."""
        return cls.objects.filter(confirmed=True, from_at__lte=clock.Now()).order_by("-from_at", "pk")

    def generate_challenge(self) -> None:
        raise TypeError("texts carry codes of operation tokens only")

    def verify_token(self, token: Any) -> bool:
        """Never: a code of a text opens the token it was sent for, nothing else."""
        return False


class AuthenticatorApp(TOTPDevice):
    """django-otp's device by PostgreSQL's clock: a process whose own clock jumps must not accept what has expired."""

    user: "models.ForeignKey[User, User]"
    last_t: int

    class Meta:
        proxy = True

    def totp(self) -> TOTP:
        """What the person's app computes now."""
        totp = TOTP(self.bin_key, self.step, self.t0, self.digits, self.drift)
        totp.time = clock.now().timestamp()
        return totp

    def code(self) -> str:
        """What the app shows now."""
        return self._written(self.totp())

    def seconds_left(self) -> int:
        """For how long it shows it."""
        left: int = self.step - int(self.totp().time - self.t0) % self.step
        return left

    def step_of(self, typed: str) -> int | None:
        """The time step in which the app shows this code, if it is one that is accepted around now."""
        totp = self.totp()
        now = totp.t()
        for away in sorted(range(-self.tolerance, self.tolerance + 1), key=abs):
            totp.drift = self.drift + away
            if codes.alike(typed, self._written(totp)):
                return int(now + away)
        return None

    def verify_token(self, token: Any) -> bool:
        """As django-otp does it: a code from around now is taken once, and none of the steps before it afterwards."""
        try:
            code = int(token)
        except (TypeError, ValueError):
            return False
        totp = self.totp()
        if not totp.verify(code, self.tolerance, self.last_t + 1):
            return False
        self.last_t = totp.t()
        self.last_used_at = clock.now()
        self.save(update_fields=["last_t", "last_used_at"])
        return True

    def _written(self, totp: TOTP) -> str:
        return f"{totp.token():0{self.digits}}"
