"""A name in Latin letters as the passport writes it: typed, or read from the passport's two lines, and proven by them."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from mrz.generator.td3 import TD3CodeGenerator

from muqeem import clock, mrz
from muqeem.operations.models import Receipt
from muqeem.operations.perform import Refused, perform
from muqeem.record.models import Message
from residency.desk.comparison import compare, page_now
from residency.models import LatinName, Passport, Resident
from residency.spelling.operations import CorrectName
from tests.accounts.people import all_at_once
from tests.factories import AccountFactory, ResidentFactory, in_days
from tests.operations.journeys import Person, said
from tests.residency.data_services import Words, broken, errors, is_refused, obstacles, state_of
from tests.residency.test_import import load

pytestmark = pytest.mark.django_db

every_language = pytest.mark.parametrize("language", ["ar", "en"])
SLUG = "name-correction"
EMPTY = {"first_en": "", "father_en": "", "grandfather_en": "", "family_en": ""}


def someone(language: str = "en", **resident: Any) -> Person:
    return Person(resident=ResidentFactory(**resident), by_app=True, language=language)


def name_of(person: Person) -> LatinName:
    return Resident.objects.get(pk=person.resident.pk).latin_name


def done(person: Person, **answers: Any) -> Receipt:
    token = person.ready(slug=SLUG, **answers)
    return perform(token, token.fingerprint)


def zone(person: Person, family: str = "HOSSAIN", given: str = "MOHAMMAD RAFIQ ABDUL", **changed: str) -> str:
    """The two lines of the resident's passport, by another writer."""
    resident = person.resident
    assert resident.passport is not None
    state = mrz.state_code(resident.nationality)
    told = {"number": resident.passport.number, "nationality": state, "born": f"{resident.birth_on:%y%m%d}"} | changed
    return str(TD3CodeGenerator("P", state, family, given, told["number"], told["nationality"], told["born"], "M", "350101", ""))


# --- for whom, at what price ----------------------------------------------------------------------
@pytest.mark.parametrize(("gone", "obstacle"), [("deceased", "deceased"), ("left", "left")])
def test_nobody_who_has_gone_is_called_otherwise(gone: str, obstacle: str) -> None:
    assert obstacles(CorrectName, ResidentFactory(**{gone: True})) == [obstacle]


def test_it_costs_nothing_spends_nothing_and_works_with_an_empty_package() -> None:
    person = Person(resident=ResidentFactory(), by_app=True, holding="0.00", operations=0)
    receipt = done(person)
    person.subscription.refresh_from_db()
    assert (receipt.total, receipt.spent, person.subscription.operations_left) == (Decimal(0), 0, 0)


# --- what it does ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Transliterated name changed", "Before the change", "After the change", "Father's name in Latin letters", "O'BRIEN-KHAN"]),
        ("ar", ["اكتمل تعديل الاسم المترجم", "قبل التعديل", "بعد التعديل", "اسم الأب بالحروف اللاتينية", "O'BRIEN-KHAN"]),
    ],
)
def test_over_http_before_and_after_stand_side_by_side(language: str, words: list[str]) -> None:
    person = someone(language)
    token = person.start(SLUG, resident=person.resident.uuid)
    assert person.post(token, code=person.code(token)).status_code == 302
    asked = {"iqama_number": person.resident.iqama_number, "first_en": "Muhammad", "family_en": "O’Brien-Khan"}
    assert person.post(token, **asked).status_code == 302
    token.refresh_from_db()
    shown = said(person.get(token))
    receipt = said(person.client.get(person.confirm(token).url))
    assert [each for each in [*words[1:], "MOHAMMAD ABDULRAHMAN ALI KHAN", "MUHAMMAD O'BRIEN-KHAN"] if each not in shown] == []
    assert [each for each in words if each not in receipt] == []
    assert name_of(person) == LatinName("MUHAMMAD", family="O'BRIEN-KHAN")
    assert broken() == []


def test_the_arabic_name_stays_and_the_new_one_is_found() -> None:
    person = someone()
    done(person, first_en="Bartholomew", father_en="", grandfather_en="", family_en="D'Souza")
    now = Resident.objects.get(pk=person.resident.pk)
    assert (now.name_ar, now.name_en, now.name_corrected_on) == (person.resident.name_ar, "BARTHOLOMEW D'SOUZA", clock.today())
    for typed in ("bartholomew", "d'souza", "souza"):
        assert list(Resident.objects.named(typed)) == [now]


def test_the_lines_alone_give_all_four_parts() -> None:
    person = someone()
    done(person, **EMPTY, zone=zone(person))
    assert name_of(person) == LatinName("MOHAMMAD", "RAFIQ", "ABDUL", "HOSSAIN")


@pytest.mark.parametrize(
    ("family", "given", "name"),
    [
        ("HOSSAIN", "MOHAMMAD", LatinName("MOHAMMAD", family="HOSSAIN")),
        ("AL HASHEMI", "AHMED ALI OMAR SAID", LatinName("AHMED", "ALI", "OMAR SAID", "AL HASHEMI")),
        ("SUKARNO", "", LatinName("SUKARNO")),
    ],
)
def test_what_the_lines_tell_of_is_divided_as_the_passport_does(family: str, given: str, name: LatinName) -> None:
    person = someone()
    done(person, **EMPTY, zone=zone(person, family, given))
    assert name_of(person) == name


def test_typed_parts_stand_where_the_lines_hold_the_same_words() -> None:
    person = someone()
    done(person, first_en="Mohammad Rafiq", father_en="Abdul", grandfather_en="", family_en="Hossain", zone=zone(person))
    assert name_of(person) == LatinName("MOHAMMAD RAFIQ", "ABDUL", family="HOSSAIN")


LONG = {"first_en": "BALASUBRAMANIAN", "father_en": "RAMAKRISHNAN", "grandfather_en": "", "family_en": "VENKATARAGHAVAN"}


def test_a_name_that_is_cut_in_the_lines_is_typed_and_agrees_as_far_as_they_go() -> None:
    person = someone()
    upper, lower = zone(person).split("\n")
    lines = f"{upper[:5]}{'VENKATARAGHAVAN<<BALASUBRAMANIAN<RAMAKRISHNAN'[:39]}\n{lower}"
    assert "The name may be cut short in the lines." in errors(person, CorrectName, **EMPTY, zone=lines)["first_en"][0]
    assert "The lines tell another name" in errors(person, CorrectName, **LONG | {"father_en": "GOPALAN"}, zone=lines)["zone"][0]
    done(person, **LONG, zone=lines)
    assert str(name_of(person)) == "BALASUBRAMANIAN RAMAKRISHNAN VENKATARAGHAVAN"


def test_the_resident_is_told_and_the_page_is_as_the_register_until_the_next_change() -> None:
    person = someone()
    document = done(person).documents.select_related("resident", "receipt").get()
    assert Message.objects.get(receiver=person.resident.phone, arguments__has_key="receipt").template == "name-changed"

    def differing() -> list[str]:
        fresh = type(document).objects.select_related("resident", "receipt").get(pk=document.pk)
        return [str(row.label) for row in compare(fresh, page_now(fresh, clock.today())) if row.differs]

    assert differing() == []
    done(person, first_en="MOHAMED")
    assert len(differing()) == 2  # the whole name and its first part


# --- what is refused ------------------------------------------------------------------------------
BAD_NAMES: dict[str, tuple[dict[str, str], Words]] = {
    "two scripts": (
        {"family_en": "KHAN خان"},
        {"en": "Family name mixes Arabic and Latin letters; use one.", "ar": "اسم العائلة يجمع حروفًا عربية ولاتينية"},
    ),
    "a letter that looks like another": (
        {"family_en": "KH\u0410N"},
        {"en": 'not allowed after "KH": CYRILLIC CAPITAL LETTER A', "ar": "CYRILLIC CAPITAL LETTER A"},
    ),
    "Arabic alone": (
        {"first_en": "محمد"},
        {"en": "First name: Latin letters, space, hyphen and apostrophe only.", "ar": "الاسم الأول بالحروف اللاتينية فقط"},
    ),
    "hidden": ({"family_en": "KHAN\u202e"}, {"en": "has a hidden character", "ar": "علامة خفية"}),
    "a digit": ({"family_en": "KHAN2"}, {"en": "DIGIT TWO", "ar": "DIGIT TWO"}),
    "too long": ({"family_en": "K" * 41}, {"en": "At most 40 characters.", "ar": "أقصى طول: 40"}),
    "no first name": ({"first_en": ""}, {"en": "Enter first name.", "ar": "المطلوب: الاسم الأول"}),
    "nothing at all": (EMPTY, {"en": "Enter first name.", "ar": "المطلوب: الاسم الأول"}),
    "the name on record": (
        {"first_en": "mohammad", "father_en": "abdulrahman", "grandfather_en": "ali", "family_en": "khan"},
        {"en": "This is the name on record; there is nothing to change.", "ar": "هذا هو الاسم المسجل، ولا يوجد ما يُعدل."},
    ),
}


@every_language
@pytest.mark.parametrize("what", BAD_NAMES)
def test_a_name_that_cannot_be_is_refused_and_nothing_has_changed(what: str, language: str) -> None:
    answers, words = BAD_NAMES[what]
    is_refused(someone(language), SLUG, words, **answers)


BAD_ZONES: dict[str, tuple[dict[str, str], Words]] = {
    "another passport": (
        {"number": "XX0000001"},
        {"en": "The lines are of passport XX0000001, and ", "ar": "السطران لجواز السفر XX0000001"},
    ),
    "another birth": (
        {"born": "700101"},
        {"en": "The lines tell another date of birth or nationality", "ar": "تاريخ الميلاد أو الجنسية في السطرين غير ما في السجل."},
    ),
    "another nationality": (
        {"nationality": "IND"},
        {"en": "The lines tell another date of birth or nationality", "ar": "تاريخ الميلاد أو الجنسية في السطرين غير ما في السجل."},
    ),
}


@every_language
@pytest.mark.parametrize("what", BAD_ZONES)
def test_lines_of_another_passport_or_person_are_refused(what: str, language: str) -> None:
    person = someone(language)
    changed, words = BAD_ZONES[what]
    is_refused(person, SLUG, words, **EMPTY, zone=zone(person, **changed))


@every_language
def test_a_slip_in_the_lines_is_refused_with_its_part(language: str) -> None:
    person = someone(language)
    upper, lower = zone(person).split("\n")
    slipped = lower[:3] + ("1" if lower[3] != "1" else "2") + lower[4:]
    words = {
        "en": "The second line has a slip in this part: passport number.",
        "ar": "في السطر الثاني خطأ في هذا الجزء: رقم جواز السفر.",
    }
    is_refused(person, SLUG, words, **EMPTY, zone=f"{upper}\n{slipped}")


@every_language
def test_typed_parts_that_the_lines_do_not_hold_are_refused(language: str) -> None:
    person = someone(language)
    words = {"en": "The lines tell another name: MOHAMMAD RAFIQ ABDUL HOSSAIN.", "ar": "في السطرين اسم آخر: MOHAMMAD RAFIQ ABDUL HOSSAIN."}
    is_refused(person, SLUG, words, first_en="MOHAMMAD", family_en="KHAN", zone=zone(person))


def test_lines_need_a_passport_on_record() -> None:
    person = someone()
    lines = zone(person)
    Passport.objects.all().delete()
    assert "No passport is on record." in errors(person, CorrectName, **EMPTY, zone=lines)["zone"][0]


def test_the_register_holds_no_arabic_letters_in_a_latin_name() -> None:
    person = someone()
    for part in ("first_en", "father_en", "grandfather_en", "family_en"):
        with pytest.raises(IntegrityError, match="resident_latin_name"), transaction.atomic():
            Resident.objects.filter(pk=person.resident.pk).update(**{part: "خان"})


# --- at the same time -----------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_two_corrections_at_once_one_is_done(transactional_db: None) -> None:
    person = someone()
    own = Person(resident=person.resident, account=AccountFactory(individual=True, number=person.resident.iqama_number))
    tokens = [each.ready(slug=SLUG, first_en=first) for each, first in ((person, "MUHAMMAD"), (own, "MOHAMED"))]
    results = all_at_once(lambda n: perform(tokens[n], tokens[n].fingerprint), 2)
    assert sorted(type(result).__name__ for result in results) == ["Receipt", "Refused"]
    assert Receipt.objects.get().facts["name"]["en"] == str(name_of(person))
    assert broken() == []


def test_a_name_that_was_changed_after_the_review_refuses() -> None:
    person = someone()
    token = person.ready(slug=SLUG)
    Resident.objects.update(first_en="ANOTHER")
    before = state_of(person)
    with pytest.raises(Refused, match="facts-changed"):
        perform(token, token.fingerprint)
    assert state_of(person) == before


# --- facts of other authorities -------------------------------------------------------------------
COLUMNS = (
    "iqama_number,kind,first_ar,father_ar,grandfather_ar,family_ar,first_en,father_en,grandfather_en,family_en,"
    "birth_on,gender,nationality,religion,marital_status,employer,reported_on\n"
)


def reported(resident: Resident, day: int | None) -> None:
    """A file that knows the resident by the name of before."""
    cells = [
        *(resident.iqama_number, resident.kind, resident.first_ar, resident.father_ar, resident.grandfather_ar, resident.family_ar),
        *(resident.first_en, resident.father_en, resident.grandfather_en, resident.family_en, resident.birth_on, resident.gender),
        *(resident.nationality, resident.religion, "widowed", resident.sponsor.number, "" if day is None else in_days(day)),
    ]
    load("residents", COLUMNS + ",".join(map(str, cells)) + "\n")


@pytest.mark.parametrize(("day", "kept"), [(None, True), (-3, True), (-2, True), (-1, False)])
def test_a_file_of_before_does_not_undo_a_correction_and_all_else_in_it_is_read(day: int | None, kept: bool) -> None:
    person = someone()
    done(person)
    Resident.objects.update(name_corrected_on=in_days(-2))
    reported(person.resident, day)
    now = Resident.objects.get(pk=person.resident.pk)
    assert now.first_en == ("MUHAMMAD" if kept else "MOHAMMAD")
    assert now.marital_status == "widowed"
    assert now.folded.endswith(now.name_en)
