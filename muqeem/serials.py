"""Serials of printed documents: twelve signs, the last of which checks the others.

The signs are Crockford's 32 (digits and capitals without I, L, O and U), read as the elements of GF(32). A serial is
genuine when the polynomial with its signs as coefficients is zero at a generator of that field. Every place then has a
weight of its own, so that any single wrong sign, any exchange of two signs (neighbours or not) and any doubled sign
misread as another doubled sign changes the sum: all of them are noticed, not most. No extra sign is needed for it.

The other eleven signs come from the operating system's random source: 55 bits, no sequence, nothing to count on from
one document to the next.
"""

import re
import secrets

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from muqeem.numbers import ascii_digits

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12

# x^5 + x^2 + 1: irreducible over GF(2), and x generates all 31 non-zero elements.
_FIELD = 0b100101

# What hands and typesetters put between the groups.
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2060\u2212]+")

_LOOK_ALIKE = str.maketrans("OIL", "011")

# Every separator somebody might add has room in this; beyond it there is nothing worth reading.
_LONGEST_TYPED = 60


def new_serial() -> str:
    """A serial nobody can guess, with its check sign."""
    body = "".join(secrets.choice(SIGNS) for _sign in range(LENGTH - 1))
    return body + _check_sign(body)


def clean_serial(text: str) -> str:
    """The serial as stored, from how a person wrote it; `ValidationError` says what is wrong with it."""
    signs = read_leniently(text)
    if len(signs) != LENGTH or not set(signs) <= set(SIGNS):
        raise ValidationError(_("A document number has 12 letters and digits, like 7K3M-9PQ2-XRTE."), code="serial-form")
    if _remainder(signs) != 0:
        raise ValidationError(_("This document number is not correct; check its letters and digits."), code="serial-check")
    return signs


def show_serial(serial: str) -> str:
    """The serial in groups of four, as printed."""
    return "-".join(serial[start : start + 4] for start in range(0, len(serial), 4))


def in_a_sentence(shown: str) -> str:
    """A serial as it is shown, inside words: in one piece, and from left to right in Arabic, too."""
    return "\u2066" + shown.replace("-", "-\u2060") + "\u2069"


def read_leniently(text: str) -> str:
    """Signs typed from paper as they were meant: capitals, ASCII digits, no separators, O, I and L as 0, 1 and 1.

    Nothing if the text is far too long to be a serial or a code.
    """
    if len(text) > _LONGEST_TYPED:
        return ""
    return _BETWEEN.sub("", ascii_digits(text)).upper().translate(_LOOK_ALIKE)


def _times_generator(element: int) -> int:
    element <<= 1
    return element ^ _FIELD if element & 0b100000 else element


def _remainder(signs: str) -> int:
    total = 0
    for sign in signs:
        total = _times_generator(total) ^ SIGNS.index(sign)
    return total


def _check_sign(body: str) -> str:
    return SIGNS[_times_generator(_remainder(body))]
