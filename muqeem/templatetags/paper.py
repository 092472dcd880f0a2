"""What printed pages are made of. A page speaks both languages at once, whichever is active."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import override

from muqeem import barcodes, counts, facts, hijri

register = template.Library()

Pair = dict[str, Any]


@register.simple_tag
@lru_cache(200)
def both(ar: str, en: str) -> SafeString:
    """A short label in both languages on one line."""
    return format_html('{} · <bdi lang="en" dir="ltr">{}</bdi>', ar, en)


@register.simple_tag
def qr(text: str) -> SafeString:
    """A QR code, drawn into the page."""
    return _varying(barcodes.qr_svg(text))


@register.simple_tag
def bars(digits: str) -> SafeString:
    """A Code 128 of digits, drawn into the page."""
    return _varying(barcodes.code128_svg(digits))


@register.filter
def grouped(signs: str) -> SafeString:
    """A serial or code in groups of four."""
    plain = signs.replace("-", "")
    return _slot("-".join(plain[start : start + 4] for start in range(0, len(plain), 4)))


@register.filter
def on_paper(day: date | str) -> SafeString:
    """A Gregorian day in digits, year first: 2026/11/22."""
    return _slot(hijri.format_gregorian(_day(day), "table"))


@register.filter
def moment_ar(at: datetime) -> str:
    """A moment in Arabic, Riyadh time."""
    local = timezone.localtime(at)
    with override("ar"):
        return f"{hijri.format_gregorian(local.date())}، الساعة {local:%H:%M}"


@register.filter
def moment_en(at: datetime) -> str:
    """A moment in English, Riyadh time."""
    local = timezone.localtime(at)
    with override("en"):
        return f"{hijri.format_gregorian(local.date())}, {local:%H:%M} (Riyadh)"


@register.filter
def day_ar(day: date | str) -> str:
    """A Gregorian day within an Arabic sentence."""
    return str(_in("ar", hijri.format_gregorian, _day(day)))


@register.filter
def day_en(day: date | str) -> str:
    """The same within an English one."""
    return str(_in("en", hijri.format_gregorian, _day(day)))


@register.filter
def in_arabic(value: Mapping[str, str] | str) -> str:
    """A name in Arabic, or in the one spelling it has."""
    return value if isinstance(value, str) else str(value.get("ar") or value.get("en") or "")


@register.filter
def in_english(value: Mapping[str, str] | str) -> str:
    """A name in Latin letters, or in the one spelling it has."""
    return value if isinstance(value, str) else str(value.get("en") or value.get("ar") or "")


@register.filter
def riyals_ar(amount: Decimal | str) -> SafeString:
    """An amount inside an Arabic sentence."""
    return _in("ar", facts.money, amount)


@register.filter
def riyals_en(amount: Decimal | str) -> SafeString:
    """An amount inside an English sentence."""
    return _in("en", facts.money, amount)


@register.inclusion_tag("print/day.html")
def day(ar: str, en: str, value: date | str | None, kind: str = "main") -> Pair:
    """A day in a frame of its own, in both calendars and both languages."""
    return {"ar": ar, "en": en, "kind": kind, "day": _in_all_forms(value)}


@register.inclusion_tag("print/term.html")
def term(ar: str, en: str, months: int, latest: date | str) -> Pair:
    """A day that is not known yet, in a frame of its own: so long from the journey, and when at the latest."""
    return {
        "ar": ar,
        "en": en,
        "term_ar": _in("ar", counts.months, months),
        "term_en": _in("en", counts.months, months),
        "day": _in_all_forms(latest),
    }


@register.simple_tag
def fact(ar: str, en: str, value: Mapping[str, str] | str | int | None) -> SafeString:
    """A row of the facts: a name of two languages on both sides, a number in the middle; no row without a value."""
    if isinstance(value, Mapping):
        return _two_sides(ar, en, value.get("ar") or "", value.get("en") or "")
    return _row(ar, en, _IN_THE_MIDDLE, value) if value or value == 0 else SafeString()


@register.simple_tag
def fact_day(ar: str, en: str, value: date | str | None) -> SafeString:
    """A row with a day: Hijri on the Arabic side, Gregorian on the English one."""
    day = _in_all_forms(value)
    if not day:
        return SafeString()
    arabic = format_html(_HIJRI, **day) if day["hijri"] else ""
    return _row(ar, en, _DAY, arabic, day["gregorian_en"], day["gregorian"])


@register.simple_tag
def fact_count(ar: str, en: str, value: int | None) -> SafeString:
    """A row that counts; nobody is said in words, because a nought alone is easily altered."""
    return fact(ar, en, {"ar": "لا يوجد", "en": "None"} if value == 0 else value)


@register.simple_tag
def fact_money(ar: str, en: str, value: Decimal | str | None) -> SafeString:
    """A row with an amount."""
    if value is None:
        return SafeString()
    amount = f"{Decimal(value):,.2f}"
    return _row(ar, en, _MONEY, amount, amount)


@register.simple_tag
def fact_months(ar: str, en: str, value: int | None) -> SafeString:
    """A row with a period of months."""
    return _period(ar, en, counts.months, value)


@register.simple_tag
def fact_days(ar: str, en: str, value: int | None) -> SafeString:
    """A row with a period of days."""
    return _period(ar, en, counts.days, value)


@register.inclusion_tag("print/family.html", takes_context=True)
def family(context: Mapping[str, Any], ar: str, en: str, members: Sequence[Pair] | None) -> Pair:
    """A row with a line for each member of the family."""
    return {"ar": ar, "en": en, "members": members, "by_number": "densest" in context["density"]}


# Rows are not templates of their own: sixteen of them would take a page a seventh of its time.
_ROW = '<tr><th scope="row">{}</th>{}<th class="en" lang="en">{}</th></tr>'
_IN_THE_MIDDLE = '<td class="mid" colspan="2"><bdi dir="ltr" data-slot>{}</bdi></td>'
_TWO_SIDES = '<td><bdi data-slot>{}</bdi></td><td class="en" lang="en"><bdi dir="ltr" data-slot>{}</bdi></td>'
_HIJRI = '<bdi data-slot>{hijri_ar}</bdi> <span class="sub">· <bdi dir="ltr" data-slot>{hijri}</bdi></span>'
_DAY = (
    '<td>{}</td><td class="en" lang="en"><bdi dir="ltr" data-slot>{}</bdi>'
    ' <span class="sub">· <bdi dir="ltr" data-slot>{}</bdi></span></td>'
)
_MONEY = (
    '<td><bdi><bdi dir="ltr" data-slot>{}</bdi>&nbsp;ريال</bdi></td>'
    '<td class="en" lang="en"><bdi dir="ltr" data-slot>SAR&nbsp;{}</bdi></td>'
)


def _row(ar: str, en: str, cells: str, *values: Any) -> SafeString:
    return format_html(_ROW, ar, format_html(cells, *values), en)


def _two_sides(ar: str, en: str, arabic: str, latin: str) -> SafeString:
    return _row(ar, en, _TWO_SIDES, arabic, latin) if arabic or latin else SafeString()


def _period(ar: str, en: str, say: Any, value: int | None) -> SafeString:
    return _two_sides(ar, en, _in("ar", say, value), _in("en", say, value)) if value else SafeString()


def _slot(value: str) -> SafeString:
    """A number or code that keeps its order inside Arabic and differs from page to page: see muqeem/pdf/slots.py."""
    return format_html('<bdi dir="ltr" data-slot>{}</bdi>', value)


def _varying(drawing: SafeString) -> SafeString:
    """A drawing whose strokes differ from page to page."""
    return SafeString(drawing.replace(' d="', ' data-slot d="'))


def _in(language: str, say: Any, value: Any) -> Any:
    with override(language):
        return say(value)


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


@lru_cache(2000)
def _in_all_forms(value: date | str | None) -> Pair | None:
    if not value:
        return None
    day = _day(value)
    forms = {
        "gregorian": hijri.format_gregorian(day, "table"),
        "hijri": hijri.format_hijri(day, "table") if hijri.to_hijri(day) else "",
    }
    for language in facts.LANGUAGES:
        with override(language):
            forms |= {f"gregorian_{language}": hijri.format_gregorian(day), f"hijri_{language}": hijri.format_hijri(day)}
    return forms
