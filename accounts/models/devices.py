"""Phones that codes go to; authenticator apps and back-up codes are django-otp's own devices."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device

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
