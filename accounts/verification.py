"""The verification number: digits in a picture that the server makes, for forms that strangers send.

The picture alone is no wall, and some people cannot see it: limits by address stand beside it, and whoever asks for it
gets a code by text instead.
"""

import secrets
from typing import Any

from captcha.fields import CaptchaField, CaptchaTextInput
from captcha.views import captcha_image
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.access import anyone
from accounts.models.attempts import Attempt, name_key
from muqeem.codes import DIGITS
from muqeem.numbers import ascii_digits


def challenge() -> tuple[str, str]:
    """Six digits, and the answer to them."""
    digits = "".join(secrets.choice("23456789") for _digit in range(DIGITS))  # none that a slanted picture makes another
    return digits, digits


class VerificationField(CaptchaField):
    """What the picture shows, in the digits of any keyboard."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Verification number"),
            help_text=_("The six digits of the picture."),
            widget=CaptchaTextInput({"class": "in in--id", "dir": "ltr", "inputmode": "numeric", "maxlength": "64"}),
            error_messages={
                "invalid": _("The number does not match the image. Here is a new one."),
                "required": _("Enter the verification number."),
            },
        )

    def clean(self, value: Any) -> Any:
        """Take the number once, also of many that come with it at the same moment. A wrong one uses the picture up, too."""
        key, typed = (*(value or []), "", "")[:2]
        with transaction.atomic():
            Attempt.lock(name_key(f"verification {key}"))
            try:
                return super().clean([key, ascii_digits(typed or "")])
            except ValidationError as error:
                refused = error  # raised outside: the picture that is gone stays gone
        raise refused


@anyone
def picture(request: HttpRequest, key: str) -> HttpResponse:
    """The picture of a number that was asked for and not answered yet."""
    response: HttpResponse = captcha_image(request, key)
    return response
