"""The one gate for identifiers, codes and mobile numbers: what may come in, and in which form it is kept.

Arabic and Persian keyboards type digits of their own, and numbers copied from a message bring spaces and invisible
marks of direction with them. Those are mended; anything else makes the number invalid, and `[0-9]` (never a class
that knows the 660 digits of all scripts) decides before anybody counts with it.
"""

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

VISA_NUMBER_LENGTH = 20  # in practice about ten digits

_SPACES = "\t\n\r \u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_NO_SPACES = str.maketrans("", "", _SPACES)
_MARKS_OF_DIRECTION = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_AMOUNT_SIGNS = str.maketrans("٫", ".", ",٬")
_TO_ASCII = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789", _MARKS_OF_DIRECTION)

_IQAMA = re.compile(r"\A2[0-9]{9}\Z")
_NATIONAL_ID = re.compile(r"\A1[0-9]{9}\Z")
_BORDER = re.compile(r"\A[345][0-9]{9}\Z")
_ESTABLISHMENT = re.compile(r"\A7[0-9]{9}\Z")
_TEN_DIGITS = re.compile(r"\A[0-9]{10}\Z")
_NINE_DIGITS = re.compile(r"\A[0-9]{9}\Z")
_CODE = re.compile(r"\A[0-9]{6}\Z")
_VISA = re.compile(r"\A[0-9]+\Z")
_PASSPORT = re.compile(r"\A[A-Za-z0-9]{1,15}\Z")
_PHONE_AS_TYPED = re.compile(r"\A\+?[0-9()-]{1,24}\Z")
_SAUDI_MOBILE = re.compile(r"\A\+9665[0-9]{8}\Z")
_SAUDI_LANDLINE = re.compile(r"\A\+9661[0-9]{8}\Z")


def ascii_digits(text: str) -> str:
    """Arabic and Persian digits as ASCII, without marks of direction and without space at either end."""
    return text.translate(_TO_ASCII).strip(_SPACES)


def clean_iqama(text: str) -> str:
    """An iqama number: 10 digits, the first 2, with its check digit."""
    number = _matching(text, _IQAMA, _("An iqama number has 10 digits and starts with 2."))
    return _checked(number, _("This iqama number is not correct; check the digits."))


def clean_national_id(text: str) -> str:
    """The number of a citizen: 10 digits, the first 1, with its check digit."""
    number = _matching(text, _NATIONAL_ID, _("A national ID has 10 digits and starts with 1."))
    return _checked(number, _("This national ID number is not correct; check the digits."))


def clean_person(text: str) -> str:
    """The number of a person: an iqama number or a national ID."""
    cleaner = {"1": clean_national_id, "2": clean_iqama}.get(_without_space(text)[:1])
    if cleaner is None:
        raise ValidationError(_("An iqama number or national ID has 10 digits and starts with 2 or 1."), code="format")
    return cleaner(text)


def clean_border(text: str) -> str:
    """A border number. Whether it carries a check digit is not certain, so none is asked for."""
    return _matching(text, _BORDER, _("A border number has 10 digits and starts with 3, 4 or 5."))


def clean_establishment(text: str) -> str:
    """The number of an establishment. The rule of its last digit is unknown, so none is asked for."""
    return _matching(text, _ESTABLISHMENT, _("An establishment number has 10 digits and starts with 7."))


def clean_sponsor(text: str) -> str:
    """The number of an employer: a citizen (1), a resident (2) or an establishment (7)."""
    number = _without_space(text)
    cleaner = {"1": clean_national_id, "2": clean_iqama, "7": clean_establishment}.get(number[:1])
    if cleaner is None:
        raise ValidationError(_("An employer number has 10 digits and starts with 1, 2 or 7."), code="format")
    return cleaner(number)


def clean_passport(text: str) -> str:
    """A passport number, in capitals. A space inside is refused: it would hide that a sign was left out."""
    words = _("A passport number has up to 15 Latin letters and digits, no spaces.")
    number = ascii_digits(text)
    if not _PASSPORT.match(number):
        raise ValidationError(words, code="format")
    return number.upper()


def clean_visa_number(text: str) -> str:
    """The number of a visa: digits, without a known length."""
    number = _matching(text, _VISA, _("A visa number has digits only."))
    return no_longer_than(VISA_NUMBER_LENGTH, number)


def clean_code(text: str) -> str:
    """A code of six digits as it was typed or pasted."""
    return _matching(text, _CODE, _("A security code has 6 digits."))


def clean_phone(text: str) -> str:
    """A Saudi mobile number, however it is written, as +9665XXXXXXXX."""
    not_a_mobile = ValidationError(_("A mobile number has 10 digits and starts with 05, like 0501234567."), code="format")
    typed = _without_space(text)
    if not _PHONE_AS_TYPED.match(typed):
        raise not_a_mobile
    try:
        phone = phonenumbers.parse(typed, "SA")
    except phonenumbers.NumberParseException:
        raise not_a_mobile from None
    if phone.country_code != 966:
        raise ValidationError(_("Use a Saudi mobile number starting with 05."), code="foreign")
    number = phonenumbers.format_number(phone, phonenumbers.PhoneNumberFormat.E164)
    if _SAUDI_LANDLINE.match(number):
        raise ValidationError(_("This is a landline; use a mobile starting with 05."), code="landline")
    if not _SAUDI_MOBILE.match(number):
        raise not_a_mobile
    return number


def clean_count(text: str, most: int) -> str:
    """A whole number from one to the most; a longer text than its digits need is none."""
    digits = _without_space(text)
    if not re.match(r"\A[0-9]{1,6}\Z", digits) or not 1 <= int(digits) <= most:
        raise ValidationError(_("Enter a whole number from 1 to %(max)d."), code="count", params={"max": most})
    return str(int(digits))


def clean_amount(text: str, least: Decimal, most: Decimal) -> str:
    """An amount in riyals with at most two decimals, `1250.50`; marks between thousands are left out."""
    plain = _without_space(text).translate(_AMOUNT_SIGNS)
    if not re.match(r"\A[0-9]{1,10}(\.[0-9]{1,2})?\Z", plain) or not least <= Decimal(plain) <= most:
        limits = {"min": f"{least:,.2f}", "max": f"{most:,.2f}"}
        raise ValidationError(_("Enter an amount from %(min)s to %(max)s, with at most two decimals."), code="amount", params=limits)
    return f"{Decimal(plain):.2f}"


def show_phone(number: str) -> str:
    """A kept mobile number as people write it: 050 123 4567. Any other text stays as it is."""
    if not _SAUDI_MOBILE.match(number):
        return number
    return f"0{number[4:6]} {number[6:9]} {number[9:]}"


def luhn_valid(number: str) -> bool:
    """Whether ten ASCII digits end in their check digit."""
    return bool(_TEN_DIGITS.match(number)) and _luhn_sum(number) % 10 == 0


def luhn_complete(nine_digits: str) -> str:
    """The ten digits of which the first nine are given."""
    if not _NINE_DIGITS.match(nine_digits):
        raise ValueError("nine ASCII digits are needed")
    return nine_digits + str(-_luhn_sum(nine_digits) % 10)


def no_longer_than(limit: int, text: str) -> str:
    """The text, unless it is too long to be kept."""
    if len(text) > limit:
        words = ngettext_lazy("At most %(max)d character.", "At most %(max)d characters.", "max")
        raise ValidationError(words, code="max_length", params={"max": limit})
    return text


def _luhn_sum(number: str) -> int:
    """The sum of the digits, of which the first, third, fifth … count double, less nine when over nine."""
    doubled = (int(digit) * 2 for digit in number[::2])
    return sum(d - 9 if d > 9 else d for d in doubled) + sum(map(int, number[1::2]))


def _without_space(text: str) -> str:
    return ascii_digits(text).translate(_NO_SPACES)


def _matching(text: str, pattern: re.Pattern[str], words: "StrOrPromise") -> str:
    number = _without_space(text)
    if not pattern.match(number):
        raise ValidationError(words, code="format")
    return number


def _checked(number: str, words: "StrOrPromise") -> str:
    if not luhn_valid(number):
        raise ValidationError(words, code="check_digit")
    return number
