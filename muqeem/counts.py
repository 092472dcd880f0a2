"""Counted things in words: one day, two days, 11 days, with the six forms of Arabic."""

from collections.abc import Callable

from django.utils.translation import gettext, ngettext

MOST = 1000  # more are not counted


def at_most(n: int) -> str:
    """A number that was counted no further than that it is more than the most."""
    return gettext("1,000+") if n > MOST else f"{n:,}"


def _counted(words: str, n: int) -> str:
    """Words with the number that they count, its thousands apart."""
    return words.replace("%(n)d", f"{n:,}")


def seconds(n: int) -> str:
    """So many seconds."""
    return _counted(ngettext("%(n)d second", "%(n)d seconds", n), n)


def minutes(n: int) -> str:
    """So many minutes."""
    return _counted(ngettext("%(n)d minute", "%(n)d minutes", n), n)


def hours(n: int) -> str:
    """So many hours."""
    return _counted(ngettext("%(n)d hour", "%(n)d hours", n), n)


def days(n: int) -> str:
    """So many days."""
    return _counted(ngettext("%(n)d day", "%(n)d days", n), n)


def months(n: int) -> str:
    """So many months."""
    return _counted(ngettext("%(n)d month", "%(n)d months", n), n)


def years(n: int) -> str:
    """So many years."""
    return _counted(ngettext("%(n)d year", "%(n)d years", n), n)


def residents(n: int) -> str:
    """So many residents."""
    return _counted(ngettext("%(n)d resident", "%(n)d residents", n), n)


def people(n: int) -> str:
    """So many people."""
    return _counted(ngettext("%(n)d person", "%(n)d people", n), n)


def operations(n: int) -> str:
    """So many operations."""
    return _counted(ngettext("%(n)d operation", "%(n)d operations", n), n)


def attempts(n: int) -> str:
    """So many attempts."""
    return _counted(ngettext("%(n)d attempt", "%(n)d attempts", n), n)


# The last word of a fact's key says what it counts: `months`, `min_days`.
UNITS: dict[str, Callable[[int], str]] = {
    counted.__name__: counted for counted in (seconds, minutes, hours, days, months, years, residents, people, operations, attempts)
}


class Counted(int):
    """A number that says its unit as text and stays a number for plural forms and `%d`."""

    words: str

    def __new__(cls, n: int, unit: str) -> "Counted":
        number = super().__new__(cls, n)
        number.words = UNITS[unit](n)
        return number

    def __str__(self) -> str:
        return self.words
