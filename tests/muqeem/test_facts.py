"""Facts are shown in two languages and two calendars, and never fail."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy, override

from muqeem import counts, facts

NAMES = {"ar": "محمد رفيق", "en": "MOHAMMED RAFIQ"}


@pytest.fixture(params=["ar", "en"])
def language(request):
    with override(request.param):
        yield request.param


def test_a_day_is_shown_in_both_calendars_gregorian_first():
    with override("ar"):
        assert facts.show("expires_on", "2026-03-15") == ('<span class="dates"><bdi>15 مارس 2026م</bdi><bdi>26 رمضان 1447هـ</bdi></span>')
    with override("en"):
        assert facts.plain("expires_on", date(2026, 3, 15)) == "15 March 2026 (26 Ramadan 1447 AH)"


def test_a_day_beyond_the_tables_of_umm_al_qura_is_shown_in_one_calendar(language):
    assert facts.show("expires_on", "2190-01-01").count("<bdi>") == 1
    assert "(" not in facts.plain("expires_on", "2190-01-01")


def test_days_in_tables_stand_one_above_the_other_in_digits(language):
    html = facts.dates(date(2026, 3, 15), stacked=True)

    assert html == ('<span class="dates dates--stack"><bdi dir="ltr">2026/03/15</bdi><bdi dir="ltr">1447/09/26</bdi></span>')


def test_a_moment_is_told_in_riyadh():
    at = datetime(2026, 3, 15, 22, 5, tzinfo=UTC)

    with override("en"):
        assert facts.plain("done_at", at) == "16 March 2026, 01:05 (Riyadh)"
        assert facts.plain("done_at", at.isoformat()) == facts.show("done_at", at)


def test_an_amount_never_parts_from_its_currency():
    with override("ar"):
        assert facts.show("total_sar", "1300.00") == '<bdi dir="ltr">1,300.00</bdi>\N{NO-BREAK SPACE}ريال'
        assert facts.plain("gap", Decimal("12.5")) == "12.50\N{NO-BREAK SPACE}ريال"
    with override("en"):
        assert facts.plain("gap", "1300.00") == "SAR\N{NO-BREAK SPACE}1,300.00"


def test_a_name_stands_above_itself_in_the_other_language():
    with override("ar"):
        assert facts.show("name", NAMES) == ('<bdi>محمد رفيق</bdi><span class="sub"><bdi lang="en" dir="ltr">MOHAMMED RAFIQ</bdi></span>')
    with override("en"):
        assert facts.plain("name", NAMES) == "MOHAMMED RAFIQ"
        assert facts.show("name", {"ar": "محمد", "en": ""}) == "<bdi>محمد</bdi>"


def test_a_number_keeps_its_order_inside_arabic():
    assert facts.show("iqama_number", "2000000188") == '<bdi dir="ltr">2000000188</bdi>'


def test_a_latin_name_does_not_draw_the_day_after_it_to_its_side():
    with override("ar"):
        assert facts.latin_apart("siasat.com، 10 يناير <2025م>") == '<bdi dir="ltr">siasat.com</bdi>، 10 يناير &lt;2025م&gt;'
    with override("en"):
        assert facts.latin_apart("siasat.com, 10 January <2025>") == "siasat.com, 10 January &lt;2025&gt;"


def test_a_counted_fact_says_its_unit_and_still_counts():
    with override("en"):
        months = facts.plain("months", 12)
        assert str(months) == "12 months"
        assert f"{months:d}" == "12"
        assert facts.show("min_days", 90) == "90 days"
        assert facts.plain("offence", 2) == 2


def test_what_nobody_recorded_is_said_to_be_missing():
    with override("en"):
        assert facts.show("occupation", None) == '<span class="muted">Not recorded</span>'
        assert facts.plain("occupation", None) == ""


@pytest.mark.parametrize(
    "value",
    [
        "2026-13-45",
        "2026-02-30",
        "<script>",
        {"x": 1},
        [],
        [NAMES, "2026-03-15", None],
        object(),
        -1,
        10**30,
        float("nan"),
        Decimal("NaN"),
        True,
        "\ud800",
        "١٢٣",
        "9" * 10_000,
        {"ar": None, "en": None},
    ],
)
def test_nothing_that_was_once_kept_fails_to_be_shown(language, value):
    shown, said = facts.show("a_key_of_2016", value), facts.plain("a_key_of_2016", value)

    assert "<script>" not in shown
    assert isinstance(said, str | int)
    assert json.dumps(facts.stored(value))


def test_a_key_without_a_label_speaks_for_itself():
    assert facts.label("some_old_fact_on") == "Some old fact"
    assert facts.fee_label("iqama.some_old_line") == "Some old line"


def test_every_label_has_two_languages():
    for key in facts.LABELS:
        with override("en"):
            english, arabic = str(facts.label(key)), facts.label_in_other_language(key)
        assert english != arabic, key
        assert not arabic.isascii(), key


def test_what_is_stored_is_read_back_the_same():
    kept = facts.stored(
        {"day": date(2026, 3, 15), "sum_sar": Decimal(650), "title": gettext_lazy("Name"), "many": (1, None), "name": NAMES}
    )

    assert kept == {
        "day": "2026-03-15",
        "sum_sar": "650.00",
        "title": {"ar": "الاسم", "en": "Name"},
        "many": [1, None],
        "name": NAMES,
    }
    assert facts.stored(kept) == kept


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "أقل من يوم"),
        (1, "يوم واحد"),
        (2, "يومان"),
        (3, "3 أيام"),
        (11, "11 يومًا"),
        (100, "100 يوم"),
        (103, "103 أيام"),
        (1095, "1,095 يومًا"),
    ],
)
def test_arabic_counts_in_six_forms(n, said):
    with override("ar"):
        assert counts.days(n) == said


@pytest.mark.parametrize("unit", counts.UNITS)
def test_every_unit_counts_in_both_languages(language, unit):
    assert "12" in counts.UNITS[unit](12)
    assert counts.UNITS[unit](1) != counts.UNITS[unit](12)
