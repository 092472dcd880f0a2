"""Countries: ISO 3166-1 codes with CLDR's Arabic and English names."""

from functools import cache

import pycountry
from babel import Locale


@cache
def names(code: str) -> dict[str, str]:
    """Both names of a country by its two-letter code; the code itself where CLDR has none."""
    return {language: Locale(language).territories.get(code, code) for language in ("ar", "en")}


@cache
def alpha_3(code: str) -> str:
    """The three-letter code of a country by its two letters."""
    country = pycountry.countries.get(alpha_2=code)
    assert country is not None  # one of codes()
    return str(country.alpha_3)


@cache
def codes() -> frozenset[str]:
    """All two-letter codes in use."""
    return frozenset(country.alpha_2 for country in pycountry.countries)


def choices() -> list[tuple[str, str]]:
    """Codes with their names, for a form of the staff."""
    return sorted(((code, names(code)["en"]) for code in codes()), key=lambda choice: choice[1])
