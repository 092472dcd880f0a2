"""Phones that codes go to; authenticator apps and back-up codes are django-otp's own devices."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models.users import User


class PhoneDevice(Device):
    """A mobile number on record. It never holds a code: those are derived from the token when they are sent."""

    user: models.ForeignKey[User, User]
    number = models.CharField(_("mobile number"), max_length=16)

    class Meta:
        verbose_name = _("phone")
        verbose_name_plural = _("phones")

    def __str__(self) -> str:
        return f"…{self.number[-2:]}"

    def generate_challenge(self) -> None:
        raise TypeError("texts carry codes of operation tokens only")

    def verify_token(self, token: Any) -> bool:
        """Never: a code of a text opens the token it was sent for, nothing else."""
        return False


def totp_of(device: TOTPDevice) -> TOTP:
    """What the person's app computes now."""
    return TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)


def step_of_code(device: TOTPDevice, typed: str) -> int | None:
    """The time step in which the app shows this code, if it is one that the device accepts around now."""
    totp = totp_of(device)
    now = totp.t()
    for away in sorted(range(-device.tolerance, device.tolerance + 1), key=abs):
        totp.drift = device.drift + away
        if f"{totp.token():0{device.digits}}" == typed:
            return now + away
    return None
