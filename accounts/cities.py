"""The cities of establishments: two digits of the region as in ISO 3166-2:SA, two of ours."""

import csv
from functools import cache
from pathlib import Path

from django.utils.translation import gettext

from muqeem.facts import named

FILE = Path(__file__).with_name("cities.csv")


@cache
def cities() -> dict[str, dict[str, str]]:
    """The names in both languages, by code."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: {"ar": row["ar"], "en": row["en"]} for row in csv.DictReader(file)}


def choices() -> list[tuple[str, str]]:
    """Codes and names in the reader's language, region by region."""
    return [("", gettext("Choose a city …")), *((code, named(names)) for code, names in cities().items())]


def name_of(code: str) -> dict[str, str]:
    """A city by its code; the code itself where the file no longer has it."""
    return cities().get(code, {"ar": code, "en": code})
