"""Days in both calendars."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import deactivate_all, override
from hypothesis import given
from hypothesis import strategies as st

from muqeem import hijri
from muqeem.hijri import (
    Hijri,
    add_hijri_months,
    add_months,
    format_gregorian,
    format_hijri,
    from_gregorian,
    from_hijri,
    month_days,
    to_hijri,
)


def refusal(*arguments, of=from_hijri, language="en"):
    """What the calendar says of three numbers."""
    with override(language), pytest.raises(ValidationError) as raised:
        of(*arguments)
    (message,) = raised.value.messages
    return message


def test_every_day_of_the_table_goes_to_hijri_and_back():
    days = [hijri.FIRST_DAY + timedelta(n) for n in range((hijri.LAST_DAY - hijri.FIRST_DAY).days + 1)]
    assert len(days) > 55_000
    in_hijri = [to_hijri(day) for day in days]
    assert [from_hijri(*day) for day in in_hijri] == days
    assert in_hijri == sorted(set(in_hijri))


def test_months_have_29_or_30_days_and_years_354_or_355_since_the_calendar_is_calculated():
    for year in range(1402, 1501):
        months = [month_days("hijri", year, month) for month in range(1, 13)]
        assert set(months) <= {29, 30}
        assert sum(months) in {354, 355}


def test_the_oldest_printed_calendars_had_months_of_28_and_31_days():
    assert month_days("hijri", 1348, 11) == 31
    assert month_days("hijri", 1364, 8) == 28
    assert from_hijri(1348, 11, 31) + timedelta(1) == from_hijri(1348, 12, 1)


@pytest.mark.parametrize(
    ("gregorian", "umm_al_qura"),
    [
        (date(1924, 8, 1), (1343, 1, 1)),
        (date(2015, 10, 14), (1437, 1, 1)),
        (date(2025, 6, 26), (1447, 1, 1)),
        (date(2025, 7, 26), (1447, 2, 1)),
        (date(2026, 1, 1), (1447, 7, 12)),
        (date(2026, 3, 15), (1447, 9, 26)),
        (date(2077, 11, 16), (1500, 12, 30)),
    ],
)
def test_announced_days_agree(gregorian, umm_al_qura):
    assert to_hijri(gregorian) == umm_al_qura
    assert from_hijri(*umm_al_qura) == gregorian


@pytest.mark.parametrize(("year", "days"), [(1446, 354), (1447, 355), (1448, 355)])
def test_the_length_of_a_year_comes_from_the_table(year, days):
    assert sum(month_days("hijri", year, month) for month in range(1, 13)) == days


def test_a_moment_has_the_hijri_day_of_its_date():
    assert to_hijri(datetime(2026, 3, 15, 23, 59, tzinfo=UTC)) == Hijri(1447, 9, 26)


@pytest.mark.parametrize("day", [date.min, date(1924, 7, 31), date(2077, 11, 17), date.max])
def test_outside_the_table_there_is_no_hijri_day(day):
    assert to_hijri(day) is None
    assert format_hijri(day) == format_hijri(day, "table") == format_hijri(day, "iso") == "—"


def test_the_thirtieth_of_ramadan_exists_in_one_year_and_not_in_the_next():
    assert from_hijri(1447, 9, 30) == date(2026, 3, 19)
    assert refusal(1448, 9, 30) == ("There is no such day in the Umm al-Qura calendar: Ramadan 1448 AH has 29 days.")


@pytest.mark.parametrize("day", [0, -1, 31, 10**30])
def test_days_no_month_has_are_refused_with_its_length(day):
    assert refusal(1447, 9, day).endswith("Ramadan 1447 AH has 30 days.")
    assert refusal(2025, 2, day or 29, of=from_gregorian) == "There is no such day: February 2025 has 28 days."


def test_the_twenty_ninth_of_february_exists_in_leap_years():
    assert from_gregorian(2028, 2, 29) == date(2028, 2, 29)
    assert refusal(2027, 2, 29, of=from_gregorian) == "There is no such day: February 2027 has 28 days."


@pytest.mark.parametrize("month", [0, 13, -1, 10**30])
def test_a_year_has_twelve_months(month):
    assert refusal(1447, month, 1) == "There is no such month: a year has 12 months."
    assert refusal(2026, month, 1, of=from_gregorian) == "There is no such month: a year has 12 months."


@pytest.mark.parametrize("year", [0, -1, 1342, 1501, 2026, 10**30])
def test_years_outside_the_table_are_refused_with_its_ends(year):
    assert refusal(year, 1, 1) == "The date must be from 1 Muharram 1343 AH to 30 Dhu al-Hijjah 1500 AH."


@pytest.mark.parametrize("day", [(1924, 7, 31), (2077, 11, 17), (1, 1, 1), (9999, 12, 31), (10**30, 1, 1)])
def test_gregorian_days_without_a_hijri_day_are_refused(day):
    assert refusal(*day, of=from_gregorian) == "The date must be from 1 August 1924 to 16 November 2077."


@pytest.mark.parametrize("of", [from_hijri, from_gregorian])
def test_any_three_numbers_are_a_day_or_refused_in_words(of):
    @given(*[st.integers() | st.integers(-1, 40) | st.integers(1340, 1505) | st.integers(1920, 2080)] * 3)
    def judged(year, month, day):
        try:
            found = of(year, month, day)
        except ValidationError as error:
            assert all(error.messages)
        else:
            parts = to_hijri(found) if of is from_hijri else (found.year, found.month, found.day)
            assert parts == (year, month, day)

    judged()


def test_days_are_said_in_arabic_with_their_era():
    with override("ar"):
        assert format_gregorian(date(2026, 3, 15)) == "15 مارس 2026م"
        assert format_hijri(date(2026, 3, 15)) == "26 رمضان 1447هـ"


@pytest.mark.parametrize("language", ["en", "en-gb"])
def test_days_are_said_in_english(language):
    with override(language):
        assert format_gregorian(date(2026, 3, 5)) == "5 March 2026"
        assert format_hijri(date(2026, 3, 15)) == "26 Ramadan 1447 AH"


def test_without_a_language_days_are_said_in_english():
    with override(None):
        deactivate_all()
        assert format_gregorian(date(2026, 3, 15)) == "15 March 2026"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_tables_and_files_have_the_same_digits_in_both_languages(language):
    with override(language):
        assert format_gregorian(date(2026, 3, 5), "table") == "2026/03/05"
        assert format_hijri(date(2026, 3, 15), "table") == "1447/09/26"
        assert format_gregorian(date(2026, 3, 5), "iso") == "2026-03-05"
        assert format_hijri(date(2026, 3, 15), "iso") == "1447-09-26"


def test_the_months_have_the_portals_names():
    gregorian = ["يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"]
    umm_al_qura = "محرم، صفر، ربيع الأول، ربيع الآخر، جمادى الأولى، جمادى الآخرة، رجب، شعبان، رمضان، شوال، ذو القعدة، ذو الحجة"
    with override("ar"):
        assert [hijri.month_name("gregorian", n) for n in range(1, 13)] == gregorian
        assert [hijri.month_name("hijri", n) for n in range(1, 13)] == umm_al_qura.split("، ")
    with override("en"):
        assert [hijri.month_name("gregorian", n) for n in range(1, 13)] == [date(2026, n, 1).strftime("%B") for n in range(1, 13)]
        assert [hijri.month_name("hijri", n) for n in range(1, 13)] == [
            *("Muharram", "Safar", "Rabi al-Awwal", "Rabi al-Thani", "Jumada al-Ula", "Jumada al-Akhirah"),
            *("Rajab", "Shaban", "Ramadan", "Shawwal", "Dhu al-Qadah", "Dhu al-Hijjah"),
        ]


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 15), 12, date(2027, 3, 15)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 3, 15), 0, date(2026, 3, 15)),
    ],
)
def test_months_are_added_up_to_the_last_day_of_a_shorter_month(day, months, later):
    assert add_months(day, months) == later


@given(st.dates(), st.integers())
def test_months_beyond_any_calendar_are_refused(day, months):
    try:
        later = add_months(day, months)
    except ValueError:
        assert not 1 <= day.year + (day.month - 1 + months) // 12 <= 9999
    else:
        assert (later.year - day.year) * 12 + later.month - day.month == months
        assert later.day <= day.day


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ((1447, 9, 26), 12, (1448, 9, 26)),
        ((1447, 9, 30), 12, (1448, 9, 29)),
        ((1447, 9, 29), 12, (1448, 9, 29)),
        ((1447, 12, 15), 1, (1448, 1, 15)),
        ((1447, 1, 15), -1, (1446, 12, 15)),
        ((1447, 9, 26), 0, (1447, 9, 26)),
        ((1499, 12, 29), 12, (1500, 12, 29)),
        ((1500, 11, 29), 1, (1500, 12, 29)),
    ],
)
def test_hijri_months_are_added_up_to_the_last_day_of_a_shorter_month(day, months, later):
    assert to_hijri(add_hijri_months(from_hijri(*day), months)) == later


def test_a_hijri_year_is_shorter_than_a_gregorian_one():
    assert add_hijri_months(date(2026, 3, 15), 12) == date(2027, 3, 5)


@pytest.mark.parametrize(
    ("day", "months"), [((1500, 12, 1), 1), ((1500, 1, 1), 12), ((1499, 12, 29), 24), ((1343, 1, 1), -1), ((1447, 9, 26), 10**30)]
)
def test_hijri_months_beyond_the_table_are_refused_with_its_ends(day, months):
    words = "The date must be from 1 Muharram 1343 AH to 30 Dhu al-Hijjah 1500 AH."
    assert refusal(from_hijri(*day), months, of=add_hijri_months) == words


@pytest.mark.parametrize("day", [date(1924, 7, 31), date(2077, 11, 17)])
def test_hijri_months_are_not_counted_from_a_day_outside_the_table(day):
    assert refusal(day, 0, of=add_hijri_months) == "The date must be from 1 Muharram 1343 AH to 30 Dhu al-Hijjah 1500 AH."


@given(st.dates(hijri.FIRST_DAY, hijri.LAST_DAY), st.integers(-1900, 1900))
def test_hijri_months_added_are_the_months_between(day, months):
    try:
        later = to_hijri(add_hijri_months(day, months))
    except ValidationError:
        first = to_hijri(day)
        assert not 1343 <= first.year + (first.month - 1 + months) // 12 <= 1500
    else:
        before = to_hijri(day)
        assert (later.year - before.year) * 12 + later.month - before.month == months
        assert later.day == min(before.day, month_days("hijri", later.year, later.month))
