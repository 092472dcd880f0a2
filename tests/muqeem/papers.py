"""Facts of printed pages, one by one and at random, and how a page is read."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import zxingcpp
from django.template.loader import render_to_string
from PIL import ImageChops

from muqeem import pdf
from residency.demonstration.names import CULTURES, HOUSES, TRADES
from residency.demonstration.occupations import JOBS
from tests.paper import a_context, picture

RENEWAL = "residency/renewal_page.html"

# Two pictures of a page at 100 dpi differ when more pixels than this differ by more than that, of 255.
DIFFERENT, BY = 20, 96


def a_page(**changes):
    """The context of a renewal page, as the print task gives it."""
    facts = {
        "name": {"ar": "محمد رفيق الإسلام عبد الرحمن", "en": "MOHAMMED RAFIQUL ISLAM ABDUR RAHMAN"},
        "iqama_number": "2000000188",
        "nationality": {"ar": "بنغلاديش", "en": "Bangladesh"},
        "birth_on": "1988-03-14",
        "passport_number": "EK0000188",
        "passport_expires_on": "2029-08-17",
        "occupation": {"ar": "فني تكييف وتبريد", "en": "Air-conditioning technician"},
        "employer": {
            "ar": "شركة آفاق الخليج للتشغيل والصيانة والخدمات البيئية المحدودة",
            "en": "Gulf Horizons Operation, Maintenance and Environmental Services Co. Ltd.",
        },
        "employer_number": "7000000012",
        "dependants": 0,
        "card_version": "7",
        "months": 12,
        "expires_on": "2026-12-21",
        "new_expires_on": "2027-12-21",
        "total_sar": "1650.00",
        "done_on": "2026-11-22",
    }
    title = {"ar": "إشعار تجديد إقامة", "en": "Residency Renewal Notice"}
    return a_context("iqama-renewal", title, facts, {"new_expires_on": date(2027, 12, 21)}, changes)


def a_random_page(rng: random.Random) -> dict[str, Any]:
    """The context of somebody's page: nearly all have every fact; some names are long, some letters rare."""
    today = date(2026, 1, 1) + timedelta(days=rng.randrange(700))
    at = datetime(today.year, today.month, today.day, rng.randrange(24), rng.randrange(60), tzinfo=UTC)
    (house_ar, house_en), (trade_ar, trade_en) = rng.choice(HOUSES), rng.choice(TRADES)
    job = rng.choice(JOBS)

    def some_day(earliest: int, latest: int) -> str:
        return (today + timedelta(days=rng.randint(earliest, latest))).isoformat()

    facts = {
        "name": a_random_name(rng),
        "iqama_number": str(rng.randrange(2 * 10**9, 3 * 10**9)),
        "birth_on": some_day(-25_000, -7_000),
        "passport_number": "".join(rng.choices("ABCDEFGHJKLMNPRSTVWXYZ0123456789", k=rng.randint(7, 9))),
        "passport_expires_on": some_day(0, 3_650),
        "occupation": {"ar": job.ar, "en": job.en},
        "employer": {"ar": f"{house_ar} {trade_ar}", "en": f"{house_en} for {trade_en}"},
        "employer_number": str(rng.choice((1, 7)) * 10**9 + rng.randrange(10**9)),
        "dependants": rng.choice((0, 0, 0, 1, 2, 5)),
        "card_version": str(rng.randint(1, 12)),
        "months": rng.choice((3, 6, 9, 12, 24)),
        "expires_on": some_day(-40, 180),
        "new_expires_on": some_day(100, 700),
        "total_sar": f"{rng.randrange(1_000_000) / 100:.2f}",
        "done_on": today.isoformat(),
    }
    if rng.random() < 0.05:
        facts[rng.choice(("passport_number", "occupation", "card_version", "months"))] = None
    page = a_page(
        facts=facts,
        copy=rng.choice((1, 1, 1, 2, 3)),
        printed_by=a_random_name(rng),
        printed_at=at + timedelta(days=rng.randrange(30)),
        first_printed_at=at,
    )
    page["document"] |= {"receipt_number": str(rng.randrange(26 * 10**10, 27 * 10**10)), "issued_on": today}
    return page


def a_random_name(rng: random.Random) -> dict[str, str]:
    """Somebody's name in both scripts."""
    culture = rng.choice(CULTURES)
    parts = [*rng.choices(culture.men + culture.women, k=rng.choice((1, 2, 2, 3))), rng.choice(culture.families)]
    rare = rng.choice((("گل", "Æ"), ("ڑا", "ŁUKASZ"))) if rng.random() < 0.02 else ()
    return {script: " ".join(part[place] for part in (*parts, *filter(None, [rare]))) for place, script in enumerate(("ar", "en"))}


def codes(file: bytes) -> set[str]:
    """What a scanner reads from the printed page."""
    return {barcode.text for barcode in zxingcpp.read_barcodes(picture(file, dpi=200))}


def pixels_that_differ(file: bytes, other: bytes) -> int:
    """How many pixels of two pages are not alike."""
    one, two = (picture(each, dpi=100).convert("L") for each in (file, other))
    return sum(ImageChops.difference(one, two).histogram()[BY + 1 :])


def in_full(context: dict[str, Any], template: str = RENEWAL) -> bytes:
    """The page as WeasyPrint lays it out, as closely set as it has to be."""
    printer = pdf._printer()
    for density in pdf.DENSITIES:
        filled = context | {"facts": pdf._Facts(context["facts"]), "density": density}
        if file := printer.in_full(render_to_string(template, filled)):
            return file
    raise pdf.Overfull(template)


@contextmanager
def layouts() -> Iterator[list[str]]:
    """The HTML that is laid out meanwhile."""
    press, made = pdf._printer().press, []

    def lay_out(html: str) -> Any:
        made.append(html)
        return type(press).lay_out(press, html)

    press.lay_out = lay_out
    try:
        yield made
    finally:
        del press.lay_out
