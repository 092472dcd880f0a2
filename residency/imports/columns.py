"""Columns and their gates: what a cell may hold and as what it is kept."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from muqeem import countries, hijri, names, numbers

Gate = Callable[[str], Any]

_DAY = re.compile(r"\A([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})\Z")
_WHOLE = re.compile(r"\A[0-9]{1,7}\Z")
_AMOUNT = re.compile(r"\A[0-9]{1,8}(\.[0-9]{1,2})?\Z")
HIJRI_BEFORE = 1600  # a year below is one of the Hijri calendar


@dataclass(frozen=True)
class Column:
    """A column of a file. An empty cell is `empty`; a required one may not be."""

    name: str
    gate: Gate
    says: str
    required: bool = False
    empty: Any = None

    def read(self, cell: str) -> Any:
        """The cell's value; `ValidationError` says what is wrong with it."""
        if not numbers.ascii_digits(cell):
            if self.required:
                raise ValidationError(_("A value is needed here."), code="required")
            return self.empty
        return self.gate(cell)


def text(name: str, says: str, length: int, *, required: bool = False) -> Column:
    """Words in any language."""
    return Column(name, lambda cell: names.clean_text(cell, name, length), says, required, "")


def arabic(name: str, says: str, length: int, *, required: bool = False) -> Column:
    """A name in Arabic letters."""
    return Column(name, lambda cell: names.clean_arabic_name(cell, name, length), says, required, "")


def latin(name: str, says: str, length: int, *, required: bool = False) -> Column:
    """A name in Latin letters."""
    return Column(name, lambda cell: names.clean_latin_name(cell, name, length), says, required, "")


def day(name: str, says: str, *, required: bool = False) -> Column:
    """A day: Gregorian as 2026-03-15, or Hijri as 1447-09-26."""
    return Column(name, read_day, says, required)


def number(name: str, says: str, gate: Gate, *, required: bool = False) -> Column:
    """An identifier."""
    return Column(name, gate, says, required)


def whole(name: str, says: str, *, required: bool = False) -> Column:
    """A count."""
    return Column(name, _read_whole, says, required)


def amount(name: str, says: str) -> Column:
    """Riyals."""
    return Column(name, _read_amount, says)


def one_of(name: str, says: str, values: Iterable[str], *, required: bool = False, empty: str | None = "") -> Column:
    """One of a few words."""
    words = tuple(values)

    def gate(cell: str) -> str:
        word = cell.strip()
        for known in words:
            if known.lower() == word.lower():
                return known
        raise ValidationError(_("Use one of: %(values)s."), code="choice", params={"values": ", ".join(words)})

    return Column(name, gate, f"{says}: {', '.join(words)}", required, empty)


def yes_or_no(name: str, says: str) -> Column:
    """Whether something is so; an empty cell says that it is not."""
    word = one_of(name, says, ("yes", "no"))
    return Column(name, lambda cell: word.gate(cell) == "yes", word.says, empty=False)


def country(name: str, says: str) -> Column:
    """A country."""
    return Column(name, _read_country, says, required=True)


def read_day(cell: str) -> date:
    """A day in either calendar, told apart by its year."""
    parts = _DAY.match(numbers.ascii_digits(cell))
    if not parts:
        raise ValidationError(_("Write the date as 2026-03-15, or as 1447-09-26 in Hijri."), code="date")
    year, month, of_month = map(int, parts.groups())
    return hijri.from_hijri(year, month, of_month) if year < HIJRI_BEFORE else hijri.from_gregorian(year, month, of_month)


def resident_number(cell: str) -> str:
    """The iqama or the border number of a person."""
    digits = numbers.ascii_digits(cell)
    return numbers.clean_iqama(digits) if digits.startswith("2") else numbers.clean_border(digits)


def _read_whole(cell: str) -> int:
    digits = numbers.ascii_digits(cell)
    if not _WHOLE.match(digits):
        raise ValidationError(_("Write a whole number, like 12."), code="number")
    return int(digits)


def _read_amount(cell: str) -> Decimal:
    digits = numbers.ascii_digits(cell)
    if not _AMOUNT.match(digits):
        raise ValidationError(_("Write the amount as 1500 or 1500.50."), code="amount")
    return Decimal(digits).quantize(Decimal("0.01"))


def _read_country(cell: str) -> str:
    code = cell.strip().upper()
    if code not in countries.codes():
        raise ValidationError(_("Use a two-letter country code, like PK."), code="country")
    return code


REPORTED_ON = day("reported_on", "day of the facts, by which newer is told from older; today if there is none")
