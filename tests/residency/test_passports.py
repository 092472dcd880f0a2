"""A passport that was extended, and a new one: data moved, the old one kept, and what waited for it open at once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from muqeem import clock, seal
from muqeem.operations.base import Operation, registry
from muqeem.operations.models import Receipt
from muqeem.operations.perform import Refused, perform
from muqeem.record.models import Message
from residency.desk.comparison import compare, page_now
from residency.models import NumberInUse, Passport, Resident
from residency.operations import RenewIqama
from residency.passports.operations import ExtendPassport, RecordPassport
from tests.accounts.people import all_at_once
from tests.factories import AccountFactory, PassportFactory, ResidentFactory, in_days
from tests.operations.journeys import Person, day_typed, said
from tests.residency.data_services import Words, broken, errors, is_refused, obstacles, state_of
from tests.residency.test_import import load

pytestmark = pytest.mark.django_db

both_services = pytest.mark.parametrize("service", [ExtendPassport, RecordPassport])
every_language = pytest.mark.parametrize("language", ["ar", "en"])
PASSPORTS = "resident,number,country,issued_on,expires_on,reported_on\n"


def holder(*, until: date | int = 100, **resident: Any) -> Person:
    """Whoever acts for a worker whose passport ends on a day."""
    return Person(resident=ResidentFactory(passport_until=until, **{"expiring_in": 60} | resident), by_app=True, language="en")


def own_passport(person: Person) -> Passport:
    passport = Resident.objects.get(pk=person.resident.pk).passport
    assert passport is not None
    return passport


def done(person: Person, slug: str, **answers: Any) -> Receipt:
    token = person.ready(slug=slug, **answers)
    return perform(token, token.fingerprint)


# --- for whom -------------------------------------------------------------------------------------
@both_services
@pytest.mark.parametrize(("gone", "obstacle"), [("deceased", "deceased"), ("left", "left")])
def test_nobody_who_has_gone_gets_a_passport_recorded(service: type[Operation], gone: str, obstacle: str) -> None:
    assert obstacles(service, ResidentFactory(**{gone: True})) == [obstacle]


def test_without_a_passport_on_record_there_is_nothing_to_extend_but_one_to_record() -> None:
    person = holder(until=False)
    assert obstacles(ExtendPassport, person.resident) == ["no-passport"]
    assert obstacles(RecordPassport, person.resident) == []
    receipt = done(person, "new-passport")
    assert receipt.facts["old_passport_number"] is None
    assert own_passport(person).country == person.resident.nationality


@both_services
@pytest.mark.parametrize("outside", [False, True])
def test_an_expired_passport_and_a_stay_abroad_stand_in_nobodys_way(service: type[Operation], outside: bool) -> None:
    assert obstacles(service, ResidentFactory(passport_until=-400, outside=outside, expiring_in=-10)) == []


# --- what it does ---------------------------------------------------------------------------------
JOURNEYS = {
    "passport-extension": {
        "en": ["Passport updated", "Before the change", "After the change", "Data are updated free of charge"],
        "ar": ["اكتمل تحديث جواز السفر", "قبل التعديل", "بعد التعديل", "تحديث البيانات دون رسوم"],
    },
    "new-passport": {
        "en": ["Passport updated", "Before the change", "ZX1234567", "Dhaka", "Data are updated free of charge"],
        "ar": ["اكتمل تحديث جواز السفر", "قبل التعديل", "ZX1234567", "Dhaka", "تحديث البيانات دون رسوم"],
    },
}


@every_language
@pytest.mark.parametrize("slug", JOURNEYS)
def test_over_http_from_the_file_to_the_receipt_before_and_after_stand_side_by_side(slug: str, language: str) -> None:
    person = holder()
    person.user.language = language
    person.user.save()
    old = own_passport(person)
    token = person.start(slug, resident=person.resident.uuid)
    assert person.post(token, code=person.code(token)).status_code == 302
    assert token.prefill | person.answers(slug=slug) == person.answers(slug=slug)
    assert person.post(token, **person.answers(slug=slug)).status_code == 302
    token.refresh_from_db()
    shown = said(person.get(token))
    receipt = said(person.client.get(person.confirm(token).url))
    title, *words = JOURNEYS[slug][language]
    assert [each for each in words if each not in shown] == []
    assert [each for each in [title, *words] if each not in receipt] == []
    assert old.number in shown
    assert broken() == []


def test_an_extension_moves_the_last_day_and_nothing_else() -> None:
    person = holder()
    old = own_passport(person)
    done(person, "passport-extension")
    now = own_passport(person)
    assert (now.pk, now.number, now.issued_on, now.place) == (old.pk, old.number, old.issued_on, old.place)
    assert (now.expires_on, now.updated_on, now.reported_on) == (in_days(4000), clock.today(), clock.today())


def test_a_new_passport_takes_the_place_of_the_old_one_which_is_kept_and_shown() -> None:
    person = holder()
    old = own_passport(person)
    done(person, "new-passport")
    now = own_passport(person)
    assert (now.number, now.country, now.place) == ("ZX1234567", old.country, "Dhaka")
    assert (now.issued_on, now.expires_on) == (in_days(-10), in_days(3600))
    old.refresh_from_db()
    assert (old.expires_on, old.replaced_on) == (in_days(100), in_days(-10))
    file = said(person.client.get(f"/residents/{person.resident.uuid}/"))
    assert "Earlier passports" in file
    assert old.number in file


@both_services
def test_it_costs_nothing_spends_nothing_and_works_with_an_empty_package(service: type[Operation]) -> None:
    person = Person(resident=ResidentFactory(passport_until=-5), by_app=True, holding="0.00", operations=0)
    receipt = done(person, service.slug)
    person.subscription.refresh_from_db()
    assert (receipt.total, receipt.spent, person.subscription.operations_left) == (Decimal(0), 0, 0)
    assert [(line["code"], line["amount"]) for line in receipt.fee] == [("data-update", "0.00")]


@both_services
@pytest.mark.parametrize("waiting", ["iqama-renewal", "exit-reentry-issue", "final-exit-issue"])
def test_what_waited_for_the_passport_is_open_at_once(service: type[Operation], waiting: str) -> None:
    person = holder(until=-1, permitted_until=1500)
    assert any(key.startswith("passport-") for key in obstacles(registry[waiting], person.resident))
    done(person, service.slug)
    assert obstacles(registry[waiting], person.resident) == []
    assert done(person, waiting).slug == waiting


@both_services
def test_the_resident_is_told_and_the_seal_tells_the_last_day(service: type[Operation]) -> None:
    person = holder()
    receipt = done(person, service.slug)
    until = own_passport(person).expires_on
    page = receipt.documents.get()
    payload = seal.open_seal(page.seal)
    assert (payload.kind, payload.dates["passport_expires_on"]) == (service.slug, until)
    message = Message.objects.get(receiver=person.resident.phone, arguments__has_key="receipt")
    assert (message.template, message.arguments["passport_expires_on"]) == ("passport-updated", until.isoformat())


@both_services
def test_at_the_desk_the_page_is_as_the_register_until_the_next_change(service: type[Operation]) -> None:
    person = holder()
    document = done(person, service.slug).documents.select_related("resident", "receipt").get()

    def differing() -> list[str]:
        fresh = type(document).objects.select_related("resident", "receipt").get(pk=document.pk)
        return [str(row.label) for row in compare(fresh, page_now(fresh, clock.today())) if row.differs]

    assert differing() == []
    done(person, "new-passport", number="ZX7654321", **day_typed("issued_on", clock.today()))
    assert len(differing()) >= 1


# --- what is refused ------------------------------------------------------------------------------
def another(person: Person, number: str, **changed: Any) -> Passport:
    """A passport of another resident of the same nationality, whom nobody here knows."""
    return PassportFactory(number=number, country=person.resident.nationality, **changed)


BAD_NUMBERS: dict[str, tuple[Any, Words]] = {
    "in use by another": (
        lambda person: another(person, "ZX1"),
        {"en": "This passport number is on record for another resident.", "ar": "رقم جواز السفر هذا مسجل لمقيم آخر."},
    ),
    "replaced, of another": (
        lambda person: another(person, "ZX1", replaced_on=in_days(-5)),
        {"en": "This passport number is on record for another resident.", "ar": "رقم جواز السفر هذا مسجل لمقيم آخر."},
    ),
    "an earlier one of the same resident": (
        lambda person: PassportFactory(resident=person.resident, number="ZX1", replaced_on=in_days(-5)),
        {"en": "This is an earlier passport of the resident, replaced on ", "ar": "هذا جواز سابق للمقيم، حل محله غيره في "},
    ),
    "the one in use": (
        lambda person: Passport.objects.filter(resident=person.resident).update(number="ZX1"),
        {"en": 'use the service "Passport: extended"', "ar": "فالخدمة المناسبة «تحديث جواز السفر: تمديد»"},
    ),
}


@every_language
@pytest.mark.parametrize("whose", BAD_NUMBERS)
def test_a_number_that_is_on_record_is_refused_with_the_next_step(whose: str, language: str) -> None:
    person = holder()
    person.user.language = language
    person.user.save()
    make, words = BAD_NUMBERS[whose]
    make(person)
    is_refused(person, "new-passport", words, number="zx1")


def test_the_same_number_of_another_country_is_another_passport() -> None:
    person = holder()
    PassportFactory(number="ZX1234567", country="IN")
    done(person, "new-passport")
    assert own_passport(person).number == "ZX1234567"


DAYS: dict[str, tuple[str, dict[str, Any], Words]] = {
    "expired yesterday": (
        "new-passport",
        {"expires_on": -1},
        {"en": "By this date the passport has expired already.", "ar": "جواز السفر منتهٍ بحسب هذا التاريخ."},
    ),
    "extended to yesterday": (
        "passport-extension",
        {"expires_on": -1},
        {"en": "By this date the passport has expired already.", "ar": "جواز السفر منتهٍ بحسب هذا التاريخ."},
    ),
    "extended to the day on record": (
        "passport-extension",
        {"expires_on": 100},
        {"en": "The passport on record lasts until ", "ar": "جواز السفر المسجل سارٍ أصلًا حتى "},
    ),
    "issued tomorrow": (
        "new-passport",
        {"issued_on": 1},
        {"en": "A passport is not issued in the future.", "ar": "تاريخ إصدار جواز السفر لا يكون بعد اليوم."},
    ),
    "issued before the one on record": (
        "new-passport",
        {"issued_on": 100 - 3651},
        {"en": "The passport on record is newer: it was issued on ", "ar": "جواز السفر المسجل أحدث، فقد صدر في "},
    ),
    "issued before birth": (
        "new-passport",
        {"issued_on": -36 * 366},
        {"en": "This day is before the resident's date of birth, ", "ar": "هذا التاريخ قبل تاريخ ميلاد المقيم "},
    ),
    "expires on the day of issue": (
        "new-passport",
        {"issued_on": 0, "expires_on": 0},
        {"en": "A passport expires after the day of its issue.", "ar": "تاريخ انتهاء جواز السفر يلي تاريخ إصداره."},
    ),
}


def typed(days: dict[str, int]) -> dict[str, str]:
    """Days from today in the inputs of their fields."""
    return {name: part for field, n in days.items() for name, part in day_typed(field, in_days(n)).items()}


@every_language
@pytest.mark.parametrize("day", DAYS)
def test_a_day_that_cannot_be_is_refused_and_nothing_has_changed(day: str, language: str) -> None:
    slug, days, words = DAYS[day]
    person = holder()
    person.user.language = language
    person.user.save()
    is_refused(person, slug, words, **typed(days))


@pytest.mark.parametrize(
    ("service", "days"),
    [
        (ExtendPassport, {"expires_on": 101}),
        (RecordPassport, {"issued_on": 0, "expires_on": 1}),
        (RecordPassport, {"issued_on": 100 - 3650}),  # the day on which the one on record was issued
    ],
)
def test_the_first_days_that_can_be_are_taken(service: type[Operation], days: dict[str, int]) -> None:
    assert errors(holder(), service, **typed(days)) == {}


@pytest.mark.parametrize("days", [0, -1])
def test_the_last_day_of_a_passport_counts(days: int) -> None:
    found = errors(holder(until=-50), ExtendPassport, **typed({"expires_on": days}))
    assert list(found) == ([] if days == 0 else ["expires_on"])


@pytest.mark.parametrize("number", ["", "ZX 1", "ZX-1", "\u0410123456", "ZX12345678901234"])
def test_a_number_with_other_signs_is_refused(number: str) -> None:
    person = holder()
    before = state_of(person)
    assert errors(person, RecordPassport, number=number).keys() == {"number"}
    assert state_of(person) == before


def test_a_place_in_two_scripts_within_a_word_is_refused() -> None:
    assert "place" in errors(holder(), RecordPassport, place="Dhаka")


def test_the_register_keeps_each_number_once_and_no_passport_that_ends_before_it_begins() -> None:
    person = holder()
    with pytest.raises(IntegrityError, match="passport_period"), transaction.atomic():
        PassportFactory(issued_on=in_days(10), expires_on=in_days(10))
    another(person, "ZX1")
    with pytest.raises(NumberInUse):
        person.resident.replace_passport("ZX1", issued_on=in_days(-1), expires_on=in_days(9), place="", on=clock.today())
    assert own_passport(person).replaced_on is None


# --- at the same time -----------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_two_residents_who_record_the_same_number_at_once_one_gets_it(transactional_db: None) -> None:
    people = [holder(), holder()]
    tokens = [person.ready(slug="new-passport") for person in people]
    results = all_at_once(lambda n: perform(tokens[n], tokens[n].fingerprint), 2)
    assert sorted(type(result).__name__ for result in results) == ["Receipt", "Refused"]
    assert Passport.objects.filter(number="ZX1234567").count() == 1
    assert [own_passport(person).number for person in people].count("ZX1234567") == 1
    assert Receipt.objects.count() == 1
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_of_employer_and_resident_at_once_one_records_the_passport(transactional_db: None) -> None:
    person = holder()
    own = Person(resident=person.resident, account=AccountFactory(individual=True, number=person.resident.iqama_number))
    tokens = [each.ready(slug="new-passport") for each in (person, own)]
    results = all_at_once(lambda n: perform(tokens[n], tokens[n].fingerprint), 2)
    assert sorted(type(result).__name__ for result in results) == ["Receipt", "Refused"]
    assert Passport.objects.filter(resident=person.resident).count() == 2
    assert broken() == []


def test_a_number_that_was_recorded_after_the_review_refuses() -> None:
    person = holder()
    token = person.ready(slug="new-passport")
    another(person, "ZX1234567")
    before = state_of(person)
    with pytest.raises(Refused, match="facts-changed"):
        perform(token, token.fingerprint)
    assert state_of(person) == before


# --- facts of other authorities -------------------------------------------------------------------
def reported(person: Person, passport: Passport, expires_on: date, day: date | None) -> dict[str, int]:
    """A file that tells of a passport."""
    row = [person.resident.iqama_number, passport.number, passport.country, passport.issued_on, expires_on, day or ""]
    return load("passports", PASSPORTS + ",".join(map(str, row)) + "\n")


@pytest.mark.parametrize("day", [None, -1, 0])
def test_a_file_of_before_does_not_undo_an_extension(day: int | None) -> None:
    person = holder()
    old = own_passport(person)
    done(person, "passport-extension")
    reported(person, old, old.expires_on, None if day is None else in_days(day))
    assert own_passport(person).expires_on == in_days(4000)


def test_a_file_of_a_later_day_is_believed() -> None:
    person = holder()
    old = own_passport(person)
    done(person, "passport-extension")
    Passport.objects.update(updated_on=in_days(-2), reported_on=in_days(-2))
    reported(person, old, old.expires_on, in_days(-1))
    assert own_passport(person).expires_on == old.expires_on


@pytest.mark.parametrize("day", [None, 0])
def test_a_file_with_the_old_passport_does_not_undo_the_new_one(day: int | None) -> None:
    person = holder()
    old = own_passport(person)
    done(person, "new-passport")
    reported(person, old, old.expires_on, None if day is None else in_days(day))
    assert own_passport(person).number == "ZX1234567"


@pytest.mark.parametrize(("day", "kept"), [(None, True), (-3, True), (-1, False)])
def test_an_unknown_passport_without_a_day_of_issue_is_older_unless_it_was_reported_later(day: int | None, kept: bool) -> None:
    person = holder()
    done(person, "new-passport")
    Passport.objects.filter(replaced_on=None).update(updated_on=in_days(-2), reported_on=in_days(-2))
    row = [person.resident.iqama_number, "AA1", person.resident.nationality, "", in_days(300), "" if day is None else in_days(day)]
    load("passports", PASSPORTS + ",".join(map(str, row)) + "\n")
    assert own_passport(person).number == ("ZX1234567" if kept else "AA1")


def test_a_renewal_judges_the_passport_of_the_moment() -> None:
    person = holder(until=-1, permitted_until=1500)
    assert obstacles(RenewIqama, person.resident) == ["passport-expired"]
    done(person, "passport-extension")
    assert done(person, "iqama-renewal").facts["passport_expires_on"] == in_days(4000).isoformat()
