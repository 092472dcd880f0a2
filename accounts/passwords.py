"""What a password must not be, in the portal's words; most of the rules are Django's."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.auth import password_validation as django_rules
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muqeem.names import fold_arabic

OF_THE_PORTAL = (
    "muqeem", "moqeem", "absher", "jawazat", "iqama", "residency", "resident", "passport", "visa", "saudi", "arabia", "ksa", "kingdom",
    "riyadh", "portal", "establishment", "clerk", "staff",
    "مقيم", "ابشر", "جوازات", "اقامه", "جواز", "تاشيره", "السعوديه", "المملكه", "الرياض", "بوابه", "منشاه", "كلمه المرور", "مرحبا",
)  # fmt: skip
LETTERS_OF_ONE_S_OWN = 6
_NO_LETTERS = r"[\W\d_]+"


class LongEnough(django_rules.MinimumLengthValidator):
    """Of so many characters at least."""

    def get_error_message(self) -> str:
        words = ngettext(
            "The password is too short; at least %(min)d character.",
            "The password is too short; at least %(min)d characters.",
            self.min_length,
        )
        return words % {"min": self.min_length}


class Uncommon(django_rules.CommonPasswordValidator):
    """Not among those that are tried first, nor one of them made longer by repeating it or by digits and signs around it.

    Of Django's twenty thousand few are as long as ours must be; made longer like this, they are what people write.
    """

    def validate(self, password: str, user: Any = None) -> None:
        for guess in _shorter(password):
            super().validate(guess, user)

    def get_error_message(self) -> str:
        return _("This password is common; choose another.")


class UnlikeThePerson(django_rules.UserAttributeSimilarityValidator):
    """Not what others know of the person."""

    def get_error_message(self) -> str:
        return _("This password is too much like the %(verbose_name)s; choose another.")


class UnlikeThePortal:
    """Not the words of this portal with little beside them."""

    def validate(self, password: str, user: Any = None) -> None:
        rest = said = fold_arabic(password.casefold())
        for word in OF_THE_PORTAL:
            rest = rest.replace(word, " ")
        if rest != said and len(re.sub(_NO_LETTERS, "", rest)) < LETTERS_OF_ONE_S_OWN:
            raise ValidationError(_("This password is made of words of this portal; choose another."), code="of_the_portal")

    def get_help_text(self) -> str:
        return ""


def _shorter(password: str) -> Iterator[str]:
    """A password, and what it is made of if it is something said again and again, or within digits and signs."""
    again = (password + password).find(password, 1)
    for part in (password, password[:again]):
        yield part
        yield re.sub(f"^{_NO_LETTERS}|{_NO_LETTERS}$", "", part)
