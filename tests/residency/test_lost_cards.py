"""A card that is missing is reported, a lost or damaged one replaced: versions, report numbers, fees and fines."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import Office
from muqeem import clock, seal
from muqeem.operations.models import Receipt
from muqeem.operations.perform import Refused, perform
from muqeem.record.models import Message, Parameter
from residency.cards.operations import ReplaceCard, ReportMissing
from residency.desk import queue, work
from residency.desk.comparison import compare, page_now
from residency.models import Iqama, MissingReport, Resident
from residency.operations import RenewIqama
from tests.accounts.people import all_at_once
from tests.factories import AccountFactory, IqamaFactory, ResidentFactory, UserFactory, in_days
from tests.operations.journeys import Person, day_typed, said
from tests.residency.data_services import Words, broken, errors, is_refused, obstacles, state_of

pytestmark = pytest.mark.django_db

every_language = pytest.mark.parametrize("language", ["ar", "en"])
REPORT, REPLACEMENT = ReportMissing.slug, ReplaceCard.slug


def holder(language: str = "en", *, holding: str = "100000.00", operations: int | None = 100, **resident: Any) -> Person:
    """Whoever acts for a worker with two months of residency left."""
    worker = ResidentFactory(**{"expiring_in": 60, "permitted_until": 1500} | resident)
    return Person(resident=worker, by_app=True, language=language, holding=holding, operations=operations)


def done(person: Person, slug: str, **answers: Any) -> Receipt:
    token = person.ready(slug=slug, **answers)
    return perform(token, token.fingerprint)


def fresh(person: Person) -> Resident:
    return Resident.objects.get(pk=person.resident.pk)


# --- for whom -------------------------------------------------------------------------------------
@pytest.mark.parametrize("service", [ReportMissing, ReplaceCard])
@pytest.mark.parametrize(
    ("resident", "obstacle"),
    [({"deceased": True}, "deceased"), ({"left": True}, "left"), ({"expiring_in": False}, "residency-not-issued"), ({}, None)],
)
def test_there_must_be_somebody_with_a_card(service: Any, resident: dict[str, Any], obstacle: str | None) -> None:
    assert obstacles(service, ResidentFactory(**resident)) == ([obstacle] if obstacle else [])


@pytest.mark.parametrize(("days", "obstacle"), [(0, []), (-1, ["residency-ended"])])
def test_a_card_is_replaced_up_to_the_last_day_of_the_residency_and_reported_after_it_too(days: int, obstacle: list[str]) -> None:
    resident = ResidentFactory(expiring_in=days)
    assert obstacles(ReplaceCard, resident) == obstacle
    assert obstacles(ReportMissing, resident) == []


# --- the report -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Report filed", "Missing since", "Where it went missing", "Jeddah", "Reporting is free of charge"]),
        ("ar", ["سُجل بلاغ الفقدان", "مفقودة منذ", "مكان الفقدان", "Jeddah", "البلاغ دون رسوم"]),
    ],
)
def test_over_http_a_missing_card_gets_a_report_number(language: str, words: list[str]) -> None:
    person = holder(language)
    token = person.start(REPORT, resident=person.resident.uuid)
    assert person.post(token, code=person.code(token)).status_code == 302
    assert person.post(token, **person.answers(slug=REPORT)).status_code == 302
    token.refresh_from_db()
    shown = said(person.get(token))
    receipt = said(person.client.get(person.confirm(token).url))
    report = MissingReport.objects.get()
    assert [each for each in words[1:] if each not in shown] == []
    assert [each for each in [*words, report.number] if each not in receipt] == []
    assert report.number in said(person.client.get(f"/residents/{person.resident.uuid}/"))
    assert broken() == []


def test_a_report_costs_and_spends_nothing_and_changes_no_permit() -> None:
    person = holder(holding="0.00", operations=0)
    before = list(Iqama.objects.values_list())
    receipt = done(person, REPORT)
    report = MissingReport.objects.get()
    assert (receipt.total, receipt.spent, receipt.facts["report_number"]) == (Decimal(0), 0, report.number)
    assert (report.iqama.version, report.missing_on, report.place, report.filed_on) == (1, in_days(-1), "Jeddah", clock.today())
    assert re.fullmatch("[1-9][0-9]{9}", report.number)
    assert list(Iqama.objects.values_list()) == before


@every_language
def test_a_card_that_is_reported_is_not_reported_again(language: str) -> None:
    person = holder(language)
    done(person, REPORT)
    words: Words = {"en": "Replace it with the service ", "ar": "إصدار البدل من خدمة «بدل فاقد أو تالف لهوية مقيم»"}
    is_refused(person, REPORT, words)


DAYS: dict[str, tuple[int, Words]] = {
    "tomorrow": (1, {"en": "This day is still to come.", "ar": "هذا التاريخ لم يأتِ بعد."}),
    "before the first card": (-400, {"en": "The first card was issued on ", "ar": "هذا التاريخ قبل إصدار أول هوية في "}),
}


@every_language
@pytest.mark.parametrize("day", DAYS)
def test_a_day_that_cannot_be_is_refused(day: str, language: str) -> None:
    n, words = DAYS[day]
    is_refused(holder(language), REPORT, words, **day_typed("missing_on", in_days(n)))


@pytest.mark.parametrize("days", [0, 60 - 365])
def test_a_card_may_be_missing_since_today_and_since_its_first_day(days: int) -> None:
    assert errors(holder(), ReportMissing, **day_typed("missing_on", in_days(days))) == {}


@pytest.mark.parametrize("place", ["", "Jed\u202edah", "J\u0435ddah", "J" * 61])
def test_a_place_that_cannot_be_printed_is_refused(place: str) -> None:
    assert "place" in errors(holder(), ReportMissing, place=place)


# --- the replacement ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Replacement issued", "Card version", "Fee for the replacement card", "Fine for a lost card", "1,000.00", "500.00"]),
        ("ar", ["صدر بدل الهوية", "رقم نسخة الهوية", "رسم بدل الهوية", "غرامة فقدان الهوية", "1,000.00", "500.00"]),
    ],
)
def test_over_http_a_lost_card_is_replaced(language: str, words: list[str]) -> None:
    person = holder(language)
    done(person, REPORT)
    token = person.start(REPLACEMENT, resident=person.resident.uuid)
    assert token.prefill == {"iqama_number": person.resident.iqama_number, "reason": "lost"}
    assert person.post(token, code=person.code(token)).status_code == 302
    assert person.post(token, **token.prefill).status_code == 302
    token.refresh_from_db()
    shown = said(person.get(token))
    receipt = said(person.client.get(person.confirm(token).url))
    assert [each for each in words[1:] if each not in shown] == []
    assert [each for each in words if each not in receipt] == []
    assert broken() == []


@pytest.mark.parametrize("reason", ["lost", "damaged"])
def test_the_version_grows_and_the_residency_stays_as_it_is(reason: str) -> None:
    person = holder()
    old = person.resident.iqama
    assert old is not None
    if reason == "lost":
        done(person, REPORT)
    receipt = done(person, REPLACEMENT, reason=reason)
    now = fresh(person).iqama
    assert now is not None
    assert (now.version, now.issued_on, now.awaits_card) == (old.version + 1, clock.today(), True)
    assert (now.starts_on, now.expires_on, now.months, now.days_late) == (old.starts_on, old.expires_on, old.months, 0)
    assert (receipt.spent, receipt.facts["card_version"]) == (1, now.version)
    assert Iqama.objects.get(pk=old.pk).awaits_card is False
    assert broken() == []


def test_a_replacement_settles_the_report_and_another_card_may_go_missing() -> None:
    person = holder()
    number = done(person, REPORT).facts["report_number"]
    receipt = done(person, REPLACEMENT, reason="lost")
    report = MissingReport.objects.get()
    assert (report.number, report.replaced_by) == (number, fresh(person).iqama)
    assert receipt.facts["missing_report_number"] == number
    assert obstacles(ReportMissing, person.resident) == []


def test_a_report_stays_open_over_a_renewal() -> None:
    person = holder()
    done(person, REPORT)
    done(person, "iqama-renewal")
    assert obstacles(ReportMissing, person.resident) == ["card-reported"]
    assert done(person, REPLACEMENT, reason="lost").facts["card_version"] == 3
    assert broken() == []


def test_a_renewal_after_a_replacement_runs_on_and_is_not_late() -> None:
    person = holder()
    done(person, REPLACEMENT)
    renewed = done(person, "iqama-renewal").facts
    assert (renewed["starts_on"], renewed["card_version"]) == (in_days(60).isoformat(), 3)
    assert obstacles(RenewIqama, person.resident) == ["opens"]
    assert broken() == []


# --- its price ------------------------------------------------------------------------------------
def test_each_lost_card_costs_a_higher_fine_up_to_the_last_amount() -> None:
    person = holder()
    paid = []
    for _time in range(4):
        done(person, REPORT)
        receipt = done(person, REPLACEMENT, reason="lost")
        paid.append((receipt.total, [line["amount"] for line in receipt.fee]))
    assert paid == [
        (Decimal(1500), ["500.00", "1000.00"]),
        (Decimal(2500), ["500.00", "2000.00"]),
        (Decimal(3500), ["500.00", "3000.00"]),
        (Decimal(3500), ["500.00", "3000.00"]),
    ]
    person.wallet.refresh_from_db()
    assert person.wallet.balance == Decimal("100000.00") - 11000
    assert broken() == []


def test_a_damaged_card_costs_no_fine_and_counts_as_no_lost_one() -> None:
    person = holder()
    assert done(person, REPLACEMENT).total == Decimal(500)
    done(person, REPORT)
    assert done(person, REPLACEMENT, reason="lost").total == Decimal(1500)


def test_the_amounts_are_parameters_of_an_uncertain_source() -> None:
    Parameter.objects.filter(code="lost.fine").update(value="70")
    Parameter.objects.filter(code="lost.replacement_fee").update(value="5.50")
    person = holder()
    done(person, REPORT)
    assert done(person, REPLACEMENT, reason="lost").total == Decimal("75.50")
    rows = Parameter.objects.filter(code__startswith="lost.")
    assert [row.uncertain for row in rows] == [True, True]
    page = said(person.client.get("/fees/"))
    assert "Fine for the first, second and third lost card, SAR" in page


def test_an_empty_wallet_replaces_nothing() -> None:
    person = holder(holding="499.99")
    token = person.ready(slug=REPLACEMENT)
    before = state_of(person)
    with pytest.raises(Refused, match="wallet-low"):
        perform(token, token.fingerprint)
    assert state_of(person) == before


# --- what is refused ------------------------------------------------------------------------------
@every_language
def test_a_lost_card_is_reported_before_it_is_replaced(language: str) -> None:
    words: Words = {
        "en": "A lost card is reported first, with the service ",
        "ar": "الهوية المفقودة يُبلغ عنها أولًا من خدمة «بلاغ فقدان هوية»",
    }
    is_refused(holder(language), REPLACEMENT, words, reason="lost")


@every_language
def test_a_card_that_was_reported_missing_is_not_handed_in_as_damaged(language: str) -> None:
    person = holder(language)
    done(person, REPORT)
    words: Words = {"en": "The card was reported missing on ", "ar": "سُجل بلاغ فقدان الهوية في "}
    is_refused(person, REPLACEMENT, words, reason="damaged")


@pytest.mark.parametrize("reason", ["", "stolen", "\x00"])
def test_a_reason_is_one_of_two(reason: str) -> None:
    assert errors(holder(), ReplaceCard, reason=reason)["reason"] == ["Choose why the card is replaced."]


def test_the_register_keeps_reports_as_they_were_filed() -> None:
    person = holder()
    done(person, REPORT)
    for change in ({"place": "Riyadh"}, {"missing_on": in_days(-3)}):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            MissingReport.objects.update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        MissingReport.objects.all()._raw_delete("default")
    with pytest.raises(IntegrityError, match="missing_report_one_open"), transaction.atomic():
        fresh(person).report_card_missing(in_days(-1), "Jeddah", clock.today())
    with pytest.raises(IntegrityError, match="missing_report_days"), transaction.atomic():
        ResidentFactory().report_card_missing(in_days(1), "Jeddah", clock.today())
    done(person, REPLACEMENT, reason="lost")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        MissingReport.objects.update(replaced_by=None)


def test_the_count_of_lost_cards_is_the_residents_own() -> None:
    others = holder()
    done(others, REPORT)
    done(others, REPLACEMENT, reason="lost")
    person = holder()
    done(person, REPORT)
    assert done(person, REPLACEMENT, reason="lost").total == Decimal(1500)


# --- paper and desk -------------------------------------------------------------------------------
def test_the_seals_tell_the_day_of_the_loss_and_the_last_day_of_the_residency() -> None:
    person = holder()
    reported = seal.open_seal(done(person, REPORT).documents.get().seal)
    replaced = done(person, REPLACEMENT, reason="lost").documents.get()
    assert reported.dates["missing_on"] == in_days(-1)
    assert seal.open_seal(replaced.seal).dates["until_on"] == replaced.valid_until == in_days(60)
    told = Message.objects.filter(receiver=person.resident.phone, arguments__has_key="receipt").order_by("pk")
    assert [message.template for message in told] == ["card-missing", "card-replaced"]


def test_the_desk_prints_the_card_of_a_replacement_and_none_for_a_report() -> None:
    person = holder()
    reported = done(person, REPORT).documents.select_related("resident", "receipt").get()
    assert work.iqama_of(reported) is None
    replaced = done(person, REPLACEMENT, reason="lost").documents.select_related("resident", "receipt").get()
    assert [waiting.document for waiting in queue.page()[0]] == [replaced]
    clerk = UserFactory(clerk=True)
    card = work.record_card(replaced, "AB123456", clerk, clock.today())
    assert card.iqama.version == 2
    assert Office.objects.get() == card.office
    assert queue.page()[0] == []


@pytest.mark.parametrize("slug", [REPORT, REPLACEMENT])
def test_at_the_desk_the_page_is_as_the_register(slug: str) -> None:
    document = done(holder(), slug).documents.select_related("resident", "receipt").get()
    assert [str(row.label) for row in compare(document, page_now(document, clock.today())) if row.differs] == []


# --- at the same time -----------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("slug", [REPORT, REPLACEMENT])
def test_of_employer_and_resident_at_once_one_is_served(transactional_db: None, slug: str) -> None:
    person = holder()
    own = Person(resident=person.resident, account=AccountFactory(individual=True, number=person.resident.iqama_number))
    tokens = [each.ready(slug=slug) for each in (person, own)]
    results = all_at_once(lambda n: perform(tokens[n], tokens[n].fingerprint), 2)
    assert sorted(type(result).__name__ for result in results) == ["Receipt", "Refused"]
    assert (MissingReport.objects.count(), Iqama.objects.count()) == ((1, 1) if slug == REPORT else (0, 2))
    assert broken() == []


def test_a_renewal_after_the_review_refuses_the_replacement() -> None:
    person = holder()
    token = person.ready(slug=REPLACEMENT)
    IqamaFactory(resident=person.resident, expires_on=in_days(425))
    before = state_of(person)
    with pytest.raises(Refused, match="facts-changed"):
        perform(token, token.fingerprint)
    assert state_of(person) == before
