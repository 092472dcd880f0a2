"""Days in both calendars: Gregorian, which is kept, and Umm al-Qura (Hijri), which is shown beside it.

Umm al-Qura is a table, not a formula; it covers 1 Muharram 1343 to 30 Dhu al-Hijjah 1500. A day outside has no Hijri
form (`to_hijri` says None) and is no valid answer in a form. The names of the months are the portal's own, in both
languages: other catalogues have others.
"""

import calendar as gregorian_calendar
from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

import hijridate
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

Calendar = Literal["gregorian", "hijri"]
Style = Literal["text", "table", "iso"]

FIRST_DAY = date(1924, 8, 1)  # 1 Muharram 1343
LAST_DAY = date(2077, 11, 16)  # 30 Dhu al-Hijjah 1500

# fmt: off
_GREGORIAN_MONTHS = {
    "ar": ("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو",
           "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"),
    "en": ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"),
}
_HIJRI_MONTHS = {
    "ar": ("محرم", "صفر", "ربيع الأول", "ربيع الآخر", "جمادى الأولى", "جمادى الآخرة",
           "رجب", "شعبان", "رمضان", "شوال", "ذو القعدة", "ذو الحجة"),
    "en": ("Muharram", "Safar", "Rabi al-Awwal", "Rabi al-Thani", "Jumada al-Ula", "Jumada al-Akhirah",
           "Rajab", "Shaban", "Ramadan", "Shawwal", "Dhu al-Qadah", "Dhu al-Hijjah"),
}
# fmt: on
_ERAS = {"ar": {"gregorian": "م", "hijri": "هـ"}, "en": {"gregorian": "", "hijri": " AH"}}


class Hijri(NamedTuple):
    """A day of the Umm al-Qura calendar."""

    year: int
    month: int
    day: int


FIRST_HIJRI = Hijri(1343, 1, 1)
LAST_HIJRI = Hijri(1500, 12, 30)


def to_hijri(day: date) -> Hijri | None:
    """The Umm al-Qura day of a Gregorian one; None outside the table."""
    if not FIRST_DAY <= date(day.year, day.month, day.day) <= LAST_DAY:
        return None
    return Hijri(*hijridate.Gregorian.fromdate(day).to_hijri().datetuple())


def from_hijri(year: int, month: int, day: int) -> date:
    """The Gregorian day of an Umm al-Qura one; `ValidationError` if there is none."""
    days = month_days("hijri", year, month)
    if not 1 <= day <= days:
        words = _("There is no such day in the Umm al-Qura calendar: %(month)s %(year)d AH has %(n)d days.")
        params = {"month": month_name("hijri", month), "year": year, "n": days}
        raise ValidationError(words, code="no_such_day", params=params)
    return date(*hijridate.Hijri(year, month, day).to_gregorian().datetuple())


def from_gregorian(year: int, month: int, day: int) -> date:
    """The day of these three numbers, if it can be shown in both calendars; else `ValidationError`."""
    days = month_days("gregorian", year, month)
    if not 1 <= day <= days:
        words = _("There is no such day: %(month)s %(year)d has %(n)d days.")
        params = {"month": month_name("gregorian", month), "year": year, "n": days}
        raise ValidationError(words, code="no_such_day", params=params)
    found = date(year, month, day)
    if not FIRST_DAY <= found <= LAST_DAY:
        raise out_of_range("gregorian")
    return found


def month_days(calendar: Calendar, year: int, month: int) -> int:
    """How many days a month has; `ValidationError` if there is no such month in the range of the calendars."""
    first, last = (FIRST_DAY, LAST_DAY) if calendar == "gregorian" else (FIRST_HIJRI, LAST_HIJRI)
    if not first.year <= year <= last.year:
        raise out_of_range(calendar)
    if not 1 <= month <= 12:
        raise ValidationError(_("There is no such month: a year has 12 months."), code="no_such_month")
    if calendar == "gregorian":
        return gregorian_calendar.monthrange(year, month)[1]
    return hijridate.Hijri(year, month, 1).month_length()


def add_months(day: date, n: int) -> date:
    """The same Gregorian day n months later (earlier if n is negative), or the last of a shorter month."""
    months = day.year * 12 + day.month - 1 + n
    year, month = months // 12, months % 12 + 1
    if not date.min.year <= year <= date.max.year:
        raise ValueError(f"no calendar reaches {n} months from {day}")
    return date(year, month, min(day.day, gregorian_calendar.monthrange(year, month)[1]))


def add_hijri_months(day: date, n: int) -> date:
    """The same Umm al-Qura day n months later, or the last of a shorter month; `ValidationError` where the table ends."""
    hijri = to_hijri(day)
    if hijri is None:
        raise out_of_range("hijri")
    months = hijri.year * 12 + hijri.month - 1 + n
    year, month = months // 12, months % 12 + 1
    return from_hijri(year, month, min(hijri.day, month_days("hijri", year, month)))


def month_name(calendar: Calendar, month: int) -> str:
    """The name of a month (1 to 12) in the active language."""
    return _months(calendar)[month - 1]


def format_gregorian(day: date, style: Style = "text") -> str:
    """15 March 2026 (text), 2026/03/15 (table) or 2026-03-15 (iso)."""
    return _format("gregorian", (day.year, day.month, day.day), style)


def format_hijri(day: date, style: Style = "text") -> str:
    """The same day as 26 Ramadan 1447 AH, 1447/09/26 or 1447-09-26; a dash where the table ends."""
    hijri = to_hijri(day)
    return _format("hijri", hijri, style) if hijri else "—"


def out_of_range(calendar: Calendar, earliest: date = FIRST_DAY, latest: date = LAST_DAY) -> ValidationError:
    """The error that says, in the calendar that was chosen, which days are accepted."""
    show = format_gregorian if calendar == "gregorian" else format_hijri
    words = _("The date must be from %(min)s to %(max)s.")
    return ValidationError(words, code="out_of_range", params={"min": show(earliest), "max": show(latest)})


def _format(calendar: Calendar, parts: tuple[int, int, int], style: Style) -> str:
    year, month, day = parts
    if style == "text":
        return f"{day} {month_name(calendar, month)} {year}{_ERAS[_language()][calendar]}"
    slash = {"table": "/", "iso": "-"}[style]
    return f"{year:04}{slash}{month:02}{slash}{day:02}"


def _months(calendar: Calendar) -> Sequence[str]:
    return (_GREGORIAN_MONTHS if calendar == "gregorian" else _HIJRI_MONTHS)[_language()]


def _language() -> Literal["ar", "en"]:
    return "ar" if (get_language() or "").startswith("ar") else "en"
