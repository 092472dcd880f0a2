"""Amounts and periods: in force from their day until the next one's, and nothing is guessed."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.translation import override

from muqeem import clock
from muqeem.record import titles
from muqeem.record.models import Demonstration, Parameter
from muqeem.record.terms import NotInForce, Terms

pytestmark = pytest.mark.django_db


def parameter(code: str, day: str, value: str, confidence: str = "B") -> Parameter:
    return Parameter.objects.create(code=code, from_on=day, value=value, source="a circular", confidence=confidence)


@pytest.fixture
def _fees() -> None:
    parameter("test.fee", "2026-01-01", "650")
    parameter("test.fee", "2026-07-01", "700.50")


@pytest.mark.usefixtures("_fees")
@pytest.mark.parametrize(
    ("day", "fee"),
    [("2026-01-01", "650.00"), ("2026-06-30", "650.00"), ("2026-07-01", "700.50"), ("2090-01-01", "700.50")],
)
def test_a_value_is_in_force_from_its_day_until_the_next_ones(day, fee) -> None:
    terms = Parameter.objects.terms(date.fromisoformat(day))
    assert (terms.money("test.fee"), terms.on) == (Decimal(fee), date.fromisoformat(day))


@pytest.mark.usefixtures("_fees")
def test_before_its_first_day_a_value_is_not_in_force() -> None:
    terms = Parameter.objects.terms(date(2025, 12, 31))
    with pytest.raises(NotInForce, match=r"test\.fee has no value on 2025-12-31"):
        terms.money("test.fee")
    assert terms.get("test.fee", 7) == 7


def test_all_that_is_in_force_is_read_in_one_query(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        terms = Parameter.objects.terms(date(2026, 7, 1))
        assert terms.number("iqama.renew.grace_days") >= 0


@pytest.mark.parametrize("read", ["money", "number", "numbers", "rate", "flag"])
def test_a_rule_that_needs_what_nobody_entered_fails_loudly(read) -> None:
    with pytest.raises(NotInForce):
        getattr(Terms(date(2026, 1, 1), {}), read)("no.such")


def test_values_are_read_as_what_they_are() -> None:
    terms = Terms(date(2026, 1, 1), {"list": "3, 6,12", "number": "3", "money": "12.5", "rate": "0.15", "on": "1", "off": "0"})
    assert terms.numbers("list") == [3, 6, 12]
    assert terms.number("number") == terms.get("number", 9) == 3
    assert (terms.money("money"), str(terms.money("money"))) == (Decimal("12.50"), "12.50")
    assert terms.rate("rate") == Decimal("0.15")
    assert (terms.flag("on"), terms.flag("off")) == (True, False)


@pytest.mark.parametrize("value", ["", "free", "1,", ",1", "1.", "٧٠٠", "1;2", "1 2", "1\n", "--1", "1,,2", "\x00"])
def test_only_numbers_are_values(value) -> None:
    with pytest.raises(ValidationError) as refused:
        Parameter(code="x", from_on="2026-01-01", value=value, source="s", confidence="B").full_clean()
    assert list(refused.value.message_dict) == ["value"]


@pytest.mark.parametrize("value", ["1", "-1", "650.00", "3,6,9", "3, 6, 9"])
def test_numbers_and_lists_of_them_are_values(value) -> None:
    Parameter(code="x", from_on="2026-01-01", value=value, source="s", confidence="B").full_clean()


LAST_DAY = "levy.small.last_day"


@pytest.mark.parametrize(
    "value", ["1448", "1448, 8", "1448,8,14,1", "1448,13,1", "1448,8,31", "1448,8,0", "1448.5,8,1", "-1448,8,1", "9" * 30]
)
def test_a_day_that_there_is_not_is_no_value_and_the_public_page_shows_it_as_it_is(value) -> None:
    row = Parameter(code=LAST_DAY, from_on=clock.today(), value=value, source="s", confidence="B")
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert list(refused.value.message_dict) == ["value"]
    row.save()  # by a hand that asks nobody
    answer = Client().get("/fees/", headers={"Cookie": "language=en"})
    assert answer.status_code == 200
    assert value.partition(",")[0] in answer.content.decode()


def test_a_day_that_there_is_is_a_value() -> None:
    Parameter(code=LAST_DAY, from_on="2026-01-01", value="1448, 8, 14", source="s", confidence="B").full_clean()


@pytest.mark.usefixtures("_fees")
def test_a_code_has_one_value_from_a_day() -> None:
    with pytest.raises(IntegrityError, match="parameter_once_a_day"), transaction.atomic():
        parameter("test.fee", "2026-07-01", "1")


def test_what_one_source_or_memory_says_is_called_uncertain() -> None:
    assert {letter: Parameter(confidence=letter).uncertain for letter in "ABCMS"} == {
        "A": False,
        "B": False,
        "C": True,
        "M": True,
        "S": False,
    }
    assert str(Parameter(code="x", value="1", from_on="2026-01-01")) == "x = 1 (2026-01-01)"


def test_every_parameter_of_the_portal_has_a_title_and_a_group() -> None:
    codes = set(Parameter.objects.values_list("code", flat=True))
    assert codes
    assert [code for code in sorted(codes) if titles.title_of(code) == code] == []
    assert {titles.group_of(code) for code in codes} <= set(titles.GROUPS)
    assert (titles.group_of("nobody.knows"), titles.title_of("nobody.knows")) == ("z", "nobody.knows")


def test_every_source_that_the_portal_comes_with_is_said_in_arabic() -> None:
    """Web addresses alone say the same in either language."""
    sources = {
        source for source in Parameter.objects.values_list("source", flat=True) if not re.fullmatch(r"[a-z.-]+(; [a-z.-]+)*|—", source)
    }
    with override("ar"):
        assert [source for source in sorted(sources) if titles.source_in_words(source) == source] == []


def test_a_database_is_marked_once() -> None:
    mark = Demonstration.objects.get()
    assert str(mark) == f"demonstration since {mark.marked_at}"
    with pytest.raises(IntegrityError, match="one_demonstration"), transaction.atomic():
        Demonstration.objects.create(id=2)
