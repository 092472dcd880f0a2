"""The public check of a visa: two facts, one answer, and nothing for whoever knows only one of them."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from accounts.models import Attempt
from muqeem.hijri import format_gregorian, to_hijri
from residency.check.answers import VERDICTS
from residency.check.visas import Fact
from residency.models import Movement, Resident, Visa, VisaState
from tests.factories import MovementFactory, PassportFactory, ResidentFactory, VisaFactory, in_days
from tests.operations.journeys import said

pytestmark = pytest.mark.django_db

NO_MATCH = "No visa matches these details."
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


def ask(**typed: Any) -> Any:
    return Client().post("/check/", typed, headers={"Cookie": "language=en"})


def day(name: str, on: date, calendar: str = "gregorian") -> dict[str, Any]:
    """A day as the three inputs and the calendar send it."""
    parts = (on.year, on.month, on.day) if calendar == "gregorian" else to_hijri(on)
    assert parts
    return {f"{name}_year": parts[0], f"{name}_month": parts[1], f"{name}_day": parts[2], f"{name}_calendar": calendar}


@pytest.fixture
def resident() -> Resident:
    return ResidentFactory(first_en="JOSE MARIA", family_en="AL-QAHTANI", first_ar="أحمد", family_ar="القحطاني")


@pytest.fixture
def visa(resident: Resident) -> Visa:
    return VisaFactory(resident=resident)


def facts_of(visa: Visa) -> dict[Fact, dict[str, Any]]:
    """Every second fact, as it is typed."""
    resident = visa.resident
    resident.refresh_from_db()
    assert resident.permit_ends_on
    return {
        Fact.PASSPORT: {"passport_number": resident.passports.get().number},
        Fact.BIRTH: day("birth_on", resident.birth_on),
        Fact.NAME: {"name": resident.name_en},
        Fact.PERMIT_END: day("iqama_expires_on", resident.permit_ends_on),
        Fact.VISA: {"visa_number": visa.number},
        Fact.VISA_END: day("visa_expires_on", visa.ends_on),
    }


# --- what matches -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("fact", Fact)
def test_each_second_fact_opens_the_visa_of_an_iqama_number(visa: Visa, fact: Fact) -> None:
    answer = ask(number=visa.resident.iqama_number, fact=fact, **facts_of(visa)[fact])
    assert answer.status_code == 200
    assert "The visa is valid" in said(answer)


@pytest.mark.parametrize("fact", [fact for fact in Fact if fact != Fact.VISA])
def test_each_second_fact_opens_the_visa_of_its_own_number(visa: Visa, fact: Fact) -> None:
    assert ask(number=visa.number, fact=fact, **facts_of(visa)[fact]).status_code == 200


@pytest.mark.parametrize("fact", Fact)
def test_no_second_fact_of_somebody_else_opens_it(visa: Visa, fact: Fact) -> None:
    other = VisaFactory(
        resident=ResidentFactory(aged=50, expiring_in=300, first_en="ANOTHER", first_ar="آخر"), ends_on=in_days(9), return_before=in_days(9)
    )
    answer = ask(number=visa.resident.iqama_number, fact=fact, **facts_of(other)[fact])
    assert (answer.status_code, NO_MATCH in said(answer)) == (404, True)


@pytest.mark.parametrize("fact", [Fact.BIRTH, Fact.PERMIT_END, Fact.VISA_END])
def test_days_are_taken_in_the_hijri_calendar_too(visa: Visa, fact: Fact) -> None:
    resident = Resident.objects.get()
    on = {Fact.BIRTH: resident.birth_on, Fact.PERMIT_END: resident.permit_ends_on, Fact.VISA_END: visa.ends_on}[fact]
    assert on
    assert ask(number=visa.number, fact=fact, **day(fact, on, "hijri")).status_code == 200


def test_numbers_come_in_any_digits_with_spaces_and_marks_of_direction(visa: Visa) -> None:
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    number = f"\u200f {visa.number[:4]} {visa.number[4:]}\u200e".translate(arabic)
    passport = f"\u2067{visa.resident.passports.get().number.lower()}\u2069".translate(arabic)
    assert ask(number=number, fact=Fact.PASSPORT, passport_number=passport).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "jose maria abdulrahman ali al qahtani",
        "Al-Qahtani, José María Abdulrahman Ali".replace(",", ""),
        "احمد عبد الرحمن على القحطانى",
        "القحطاني أحمد عبد الرحمن علي",
    ],
)
def test_a_whole_name_matches_in_either_script_as_people_spell_and_order_it(visa: Visa, name: str) -> None:
    assert ask(number=visa.number, fact=Fact.NAME, name=name).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["JOSE", "JOSE MARIA", "JOSE MARIA ABDULRAHMAN ALI", "JOSE MARIA ABDULRAHMAN ALI AL QAHTANI KHAN", "JOSE JOSE MARIA ABDULRAHMAN ALI AL QAHTANI",
     "أحمد عبد الرحمن علي", "J% M%", "احمد"],
)  # fmt: skip
def test_a_part_of_a_name_says_nothing(visa: Visa, name: str) -> None:
    assert NO_MATCH in said(ask(number=visa.number, fact=Fact.NAME, name=name)) or "%" in name


def test_a_name_of_two_scripts_is_refused_beside_its_field(visa: Visa) -> None:
    answer = ask(number=visa.number, fact=Fact.NAME, name="أحمد QAHTANI")
    assert answer.status_code == 422
    assert "mixes Arabic and Latin letters" in said(answer)


def test_the_newest_visa_of_a_person_is_told(visa: Visa) -> None:
    older = VisaFactory(resident=visa.resident, issued_on=in_days(-200), ends_on=in_days(-150), cancelled_on=in_days(-190))
    assert "The visa is valid" in said(ask(number=visa.resident.iqama_number, fact=Fact.BIRTH, **facts_of(visa)[Fact.BIRTH]))
    by_number = ask(number=visa.resident.iqama_number, fact=Fact.VISA, visa_number=older.number)
    assert "The visa is cancelled" in said(by_number)


def test_an_earlier_passport_that_the_paper_names_matches_still(visa: Visa) -> None:
    old = PassportFactory(resident=visa.resident, number="OLD123", replaced_on=in_days(-5))
    assert ask(number=visa.number, fact=Fact.PASSPORT, passport_number=old.number).status_code == 200


# --- what is told -----------------------------------------------------------------------------------------------------
def abroad(visa: Visa) -> None:
    MovementFactory(resident=visa.resident, direction=Movement.Direction.OUT, crossed_on=in_days(0), visa=visa)


@pytest.mark.parametrize("fact", Fact)
def test_where_the_person_is_is_told_only_to_who_knew_the_passport(visa: Visa, fact: Fact) -> None:
    inside = said(ask(number=visa.resident.iqama_number, fact=fact, **facts_of(visa)[fact]))
    abroad(visa)
    outside = said(ask(number=visa.resident.iqama_number, fact=fact, **facts_of(visa)[fact]))
    assert ("Inside the Kingdom" in inside, "Outside the Kingdom" in outside) == (fact == Fact.PASSPORT, fact == Fact.PASSPORT)


@pytest.mark.parametrize("fact", Fact)
def test_no_name_and_no_number_that_was_not_typed_is_told(visa: Visa, fact: Fact) -> None:
    resident = visa.resident
    typed = facts_of(visa)[fact]
    text = said(ask(number=resident.iqama_number, fact=fact, **typed))
    secrets = {resident.name_en, resident.name_ar, resident.passports.get().number, resident.border_number, visa.number}
    assert not [secret for secret in secrets if secret in text]
    assert resident.iqama_number not in text


def test_type_duration_and_days_are_told_in_both_calendars(visa: Visa) -> None:
    text = said(ask(number=visa.number, fact=Fact.PASSPORT, **facts_of(visa)[Fact.PASSPORT]))
    assert "Exit/re-entry visa, single" in text
    assert text.count(" AH") >= 3


# --- not found and mismatch -------------------------------------------------------------------------------------------
def shown(answer: Any) -> tuple[int, str]:
    """All that an answer tells, without what was typed and the proof of origin that is always new."""
    text = CSRF.sub("", answer.content.decode())
    for word in ("2000000008", answer.context["visa_form"]["number"].value()):
        text = text.replace(word, "…")
    return answer.status_code, text


def test_a_number_that_is_not_there_and_a_fact_that_does_not_match_get_the_same_answer(visa: Visa) -> None:
    mismatch = ask(number=visa.resident.iqama_number, fact=Fact.PASSPORT, passport_number="X1")
    nowhere = ask(number="2000000008", fact=Fact.PASSPORT, passport_number="X1")
    assert shown(mismatch) == shown(nowhere)
    assert len(mismatch.content) == len(nowhere.content)
    assert mismatch.headers.keys() == nowhere.headers.keys()


# --- what is wrong with what was typed --------------------------------------------------------------------------------
WRONG = [
    ({"number": "", "fact": "passport_number"}, "Enter iqama or visa number."),
    ({"number": "12a", "fact": "passport_number", "passport_number": "A1"}, "A visa number has digits only."),
    ({"number": "1", "fact": "passport_number"}, "Enter passport number."),
    ({"number": "1", "fact": "shoe_size"}, "Select a valid choice"),
    ({"number": "6000000001", "fact": "visa_number", "visa_number": "6000000001"}, "An iqama number has 10 digits and starts with 2."),
    ({"number": "2000000001", "fact": "visa_number", "visa_number": "1"}, "This iqama number is not correct"),
    ({"number": "1", "fact": "birth_on", "birth_on_day": "30", "birth_on_month": "2", "birth_on_year": "1990"}, "There is no such day"),
    ({"number": "1", "fact": "birth_on", "birth_on_day": "3"}, "The date is incomplete"),
    ({"number": "1" * 10_000, "fact": "passport_number", "passport_number": "A1"}, "At most 20 characters."),
]


@pytest.mark.parametrize(("typed", "sentence"), WRONG)
def test_what_is_wrong_is_said_beside_the_field_and_counts_as_no_look(typed: dict[str, Any], sentence: str) -> None:
    answer = ask(**typed)
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert not Attempt.objects.exists()


def test_what_stands_in_the_fields_of_other_facts_does_not_matter(visa: Visa) -> None:
    typed = {"passport_number": "not one at all", "visa_number": "x", **facts_of(visa)[Fact.BIRTH]}
    assert ask(number=visa.number, fact=Fact.BIRTH, **typed).status_code == 200


def test_looking_at_the_page_asks_nothing() -> None:
    answer = Client().get("/check/?number=1&fact=passport_number")
    assert answer.status_code == 200
    assert not Attempt.objects.exists()


# --- what the visa is worth -------------------------------------------------------------------------------------------
def crossed(visa: Visa, direction: str, days: int) -> None:
    MovementFactory(resident=visa.resident, direction=direction, crossed_on=in_days(days), visa=visa)


OUT, IN = Movement.Direction.OUT, Movement.Direction.IN
LATELY = {"issued_on": -40, "ends_on": 20}
LONG_AGO = {"issued_on": -200, "ends_on": -100}


@pytest.mark.parametrize(
    ("days", "crossings", "more", "words"),
    [
        (LATELY, [], {}, "valid"),
        (LATELY, [(OUT, -9)], {}, "valid"),
        (LATELY, [(OUT, -9), (IN, -3)], {}, "used"),
        (LATELY, [(OUT, -9), (IN, -3)], {"kind": Visa.Kind.MULTIPLE}, "valid"),
        (LATELY, [], {"cancelled_on": in_days}, "cancelled"),
        (LATELY, [(OUT, -9)], {"kind": Visa.Kind.FINAL, "return_before": None}, "used"),
        (LONG_AGO, [], {}, "expired"),
        (LONG_AGO, [(OUT, -150)], {}, "expired"),
        (LATELY, [], {"kind": Visa.Kind.VISIT}, "valid"),
        (LONG_AGO, [], {"kind": Visa.Kind.WORK}, "expired"),
    ],
)
def test_the_answer_has_four_words(days: dict[str, int], crossings: list[Any], more: dict[str, Any], words: str) -> None:
    dated = {name: in_days(day) for name, day in days.items()} | {name: each(-1) if callable(each) else each for name, each in more.items()}
    visa = VisaFactory(**dated)
    for direction, day in crossings:
        crossed(visa, direction, day)
    answer = ask(number=visa.number, fact=Fact.PASSPORT, passport_number=visa.resident.passports.get().number)
    assert answer.status_code == 200
    assert f"The visa is {words}" in said(answer)


def test_every_state_has_its_word() -> None:
    assert set(VERDICTS) == set(VisaState)


def test_of_a_visa_by_months_the_day_of_return_is_told_only_to_who_knew_the_passport() -> None:
    visa = VisaFactory(issued_on=in_days(-40), ends_on=in_days(90), leave_before=in_days(50), return_before=None, months=1)
    crossed(visa, OUT, -9)
    visa.refresh_from_db()
    assert visa.return_by
    with override("en"):
        returns = format_gregorian(visa.return_by)
    known = facts_of(visa)
    assert returns in said(ask(number=visa.number, fact=Fact.PASSPORT, **known[Fact.PASSPORT]))
    by_birth = said(ask(number=visa.number, fact=Fact.BIRTH, **known[Fact.BIRTH]))
    assert returns not in by_birth
    assert "1 month" in by_birth
