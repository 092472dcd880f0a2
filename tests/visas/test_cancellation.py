"""Cancelling an exit/re-entry visa: inside, in time, free of charge and without a refund."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier
from time import sleep as pause
from typing import Any

import pytest

from muqeem import clock
from muqeem.operations.models import Receipt
from muqeem.operations.perform import Refused, perform
from residency.models import Hold, Resident, Visa, VisaState
from tests.factories import AccountFactory, HoldFactory, in_days
from tests.operations.journeys import Person, said
from tests.visas.existing import (
    IN,
    OUT,
    abroad,
    acting_for,
    at_once,
    broken,
    cross,
    done,
    errors,
    final_of,
    form_for,
    obstacles,
    someone,
    state_of,
    terms,
    visa_of,
)
from visas.existing.operations import CancelExitReentry

pytestmark = pytest.mark.django_db

SLUG = "exit-reentry-cancel"
PAY = 'Pay the fine with the service "Pay an unused-visa fine" before another visa'


def back(visa: Visa, days: int = 0) -> Visa:
    """Home again from the first trip."""
    cross(visa, IN, days)
    return Visa.objects.get(pk=visa.pk)


def held(kind: str, **changed: Any) -> Visa:
    return visa_of(HoldFactory(resident=someone(), kind=kind, **changed).resident)


def long_visa(days_ago: int, **changed: Any) -> Visa:
    """A visa for half a year that was issued so many days ago."""
    return visa_of(issued_on=in_days(-days_ago), ends_on=in_days(180 - days_ago), **changed)


# --- for whom and when ----------------------------------------------------------------------------
EDGES: dict[str, Any] = {  # an obstacle: who just meets the requirement, and who just does not
    "outside": (lambda: back(abroad(visa_of(kind="multiple"))), lambda: abroad(visa_of(kind="multiple"))),
    "visa-used": (visa_of, abroad),
    "cancellation-period-ended": (lambda: long_visa(90), lambda: long_visa(91)),
    "no-exit-reentry-visa": (visa_of, lambda: back(abroad())),
    "unused-visa-fine": (
        lambda: visa_of(visa_of(issued_on=in_days(-60), ends_on=in_days(-30), fined_on=in_days(-20)).resident),
        lambda: visa_of(visa_of(issued_on=in_days(-60), ends_on=in_days(-30)).resident),
    ),
    "absent": (lambda: held(Hold.Kind.ABSENT, cleared_on=clock.today()), lambda: held(Hold.Kind.ABSENT)),
    "recruitment-violation": (lambda: held(Hold.Kind.RECRUITMENT, cleared_on=clock.today()), lambda: held(Hold.Kind.RECRUITMENT)),
    "deceased": (visa_of, lambda: visa_of(someone(deceased=True))),
    "left": (visa_of, lambda: visa_of(someone(left=True))),
}


@pytest.mark.parametrize("obstacle", EDGES)
def test_each_requirement_at_its_edge(obstacle):
    meets, does_not = (made() for made in EDGES[obstacle])
    assert obstacles(CancelExitReentry, meets.resident) == {}
    assert obstacle in obstacles(CancelExitReentry, does_not.resident)


@pytest.mark.parametrize("days_left", [1, 0])
def test_a_short_visa_is_cancelled_until_its_last_day(days_left):
    assert obstacles(CancelExitReentry, visa_of(ends_on=in_days(days_left)).resident) == {}


def test_after_its_last_day_the_fine_comes_first_and_the_service_is_named():
    assert obstacles(CancelExitReentry, visa_of(ends_on=in_days(-1)).resident) == {"cancellation-period-ended": PAY}


def test_a_long_visa_past_the_period_can_still_be_used():
    said_of = obstacles(CancelExitReentry, long_visa(91).resident)["cancellation-period-ended"]
    assert said_of.startswith("It can still be used until ")


@pytest.mark.parametrize(("kind", "open_again"), [("multiple", True), ("single", False)])
def test_after_a_trip_a_multiple_visa_is_cancelled_and_a_single_one_is_used(kind, open_again):
    visa = back(abroad(visa_of(kind=kind)))
    assert (obstacles(CancelExitReentry, visa.resident) == {}) is open_again


def test_who_is_abroad_with_a_single_visa_is_told_to_extend_it():
    assert obstacles(CancelExitReentry, abroad().resident)["visa-used"] == "For more time, extend the visa"


@pytest.mark.parametrize(("hours", "accepted"), [(23, True), (24, False)])
def test_on_the_last_day_it_is_open_until_midnight_in_riyadh(hours, accepted, shift):
    visa = visa_of(ends_on=in_days(0))
    midnight = clock.now().astimezone(clock.RIYADH).replace(hour=0, minute=0, second=0, microsecond=0)
    shift(midnight + timedelta(hours=hours, minutes=59 if accepted else 0, seconds=1) - clock.now())
    assert (obstacles(CancelExitReentry, visa.resident) == {}) is accepted


# --- whose visa -----------------------------------------------------------------------------------
def test_somebody_elses_visa_is_not_found():
    visa, other = visa_of(), visa_of()
    words = "This resident has no visa with this number. Check the digits on the visa or in the resident's file."
    assert errors(form_for(CancelExitReentry, visa, visa_number=other.number)) == {"visa_number": [words]}


@pytest.mark.parametrize(
    ("visa", "words"),
    [
        (final_of, "Final exit visa: valid."),
        (lambda: visa_of(cancelled_on=in_days(-1)), "Exit/re-entry visa, single: cancelled."),
        (lambda: back(abroad()), "Exit/re-entry visa, single: used."),
        (lambda: visa_of(ends_on=in_days(-2), fined_on=in_days(-1)), "Exit/re-entry visa, single: expired."),
        (lambda: visa_of(kind="visit"), "Visit visa: valid."),
    ],
)
def test_what_cannot_be_cancelled_is_said_with_what_can(visa, words):
    said_of = errors(form_for(CancelExitReentry, visa()))
    assert said_of == {"visa_number": [f"{words} This service is for an exit/re-entry visa that is not used up."]}


# --- what it does ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "not_refunded", "words"),
    [
        ("en", "The visa fee is not refunded.", ["Exit/re-entry visa cancelled", "Cancelled on"]),
        ("ar", "لا يُسترد رسم التأشيرة.", ["أُلغيت تأشيرة الخروج والعودة", "تاريخ الإلغاء"]),
    ],
)
def test_over_http_a_visa_is_cancelled_and_all_steps_say_that_nothing_is_refunded(language, not_refunded, words):
    visa = visa_of()
    person = acting_for(visa, language=language)
    start = said(person.client.get(f"/services/{SLUG}/?resident={visa.resident.uuid}&about={visa.uuid}"))
    assert ("لا يُسترد رسمها" if language == "ar" else "The fee is not refunded") in start
    token = person.start(SLUG, resident=visa.resident.uuid, about=visa.uuid)
    assert person.post(token, code=person.code(token)).status_code == 302
    assert person.post(token, **token.prefill).status_code == 302
    token.refresh_from_db()
    assert not_refunded in said(person.get(token))
    answer = person.confirm(token)
    shown = said(person.client.get(answer.url))
    assert all(each in shown for each in [*words, not_refunded])
    assert Visa.objects.get().cancelled_on == clock.today()
    assert broken() == []


def test_a_cancellation_costs_nothing_spends_nothing_and_has_a_slip():
    visa = visa_of()
    person = acting_for(visa)
    receipt = done(person, SLUG)
    now = Visa.objects.get()
    assert (now.cancelled_on, now.state(terms())) == (clock.today(), VisaState.CANCELLED)
    person.wallet.refresh_from_db()
    person.subscription.refresh_from_db()
    assert (receipt.total, person.wallet.balance, receipt.spent, person.subscription.operations_left) == (0, Decimal("100000.00"), 0, 100)
    page = receipt.documents.get()
    assert (page.page, page.facts["title"]["en"]) == ("visas/cancellation_page.html", "Exit/Re-entry Visa Cancellation Notice")
    assert {name: page.facts[name] for name in ("visa_number", "visa_issued_on", "visa_until_on", "cancelled_on")} == {
        "visa_number": visa.number,
        "visa_issued_on": in_days(-10).isoformat(),
        "visa_until_on": in_days(20).isoformat(),
        "cancelled_on": clock.today().isoformat(),
    }
    assert page.facts["refund"]["en"] == "The visa fee is not refunded."


def test_a_used_up_package_still_cancels():
    visa = visa_of()
    assert done(acting_for(visa, operations=0), SLUG).spent == 0


def test_after_a_cancellation_another_visa_is_issued():
    visa = visa_of()
    person = acting_for(visa)
    done(person, SLUG)
    done(person, "exit-reentry-issue")
    assert Visa.objects.filter(cancelled_on=None).count() == 1
    assert broken() == []


# --- what it leaves alone -------------------------------------------------------------------------
@pytest.mark.parametrize("obstacle", ["visa-used", "absent", "deceased"])
def test_what_changes_after_the_review_refuses_and_spends_nothing(obstacle):
    visa = visa_of()
    person = acting_for(visa)
    token = person.ready(slug=SLUG)
    match obstacle:
        case "visa-used":
            cross(visa, OUT, 0)
        case "absent":
            HoldFactory(resident=visa.resident, kind=Hold.Kind.ABSENT)
        case "deceased":
            Resident.objects.update(deceased_on=clock.today())
    before = state_of(person)
    with pytest.raises(Refused) as refusal:
        perform(token, token.fingerprint)
    # Who has left is outside first of all.
    assert refusal.value.reason.key == ("outside" if obstacle == "visa-used" else obstacle)
    assert state_of(person) == before


# --- at the same time -----------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_two_cancellations_at_once_one_is_done(transactional_db):
    visa = visa_of()
    own = Person(resident=visa.resident, account=AccountFactory(individual=True, number=visa.resident.iqama_number))
    tokens = [person.ready(slug=SLUG) for person in (acting_for(visa), own)]
    results = at_once(*(partial(perform, token, token.fingerprint) for token in tokens))
    assert sorted(type(result).__name__ for result in results) == ["Receipt", "Refused"]
    assert Receipt.objects.count() == 1
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_of_a_cancellation_and_a_departure_at_once_both_know_of_each_other(transactional_db):
    for _time in range(5):
        visa = visa_of()
        token = acting_for(visa).ready(slug=SLUG)
        cancelled, gone = at_once(partial(perform, token, token.fingerprint), partial(cross, visa, OUT, 0))
        now = Visa.objects.get(pk=visa.pk)
        assert now.travelled_on == gone.crossed_on
        assert isinstance(cancelled, Receipt) is bool(now.cancelled_on) is token.receipts.exists()
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_a_late_report_of_a_journey_waits_for_the_cancellation_instead_of_locking_it_out(transactional_db, monkeypatch):
    """The crossing changes nothing of where the person is, so that only the visa's row and the person's stand between the two."""
    visa = visa_of(kind="multiple")
    cross(visa, IN, -2)
    token = acting_for(visa).ready(slug=SLUG)
    apply = CancelExitReentry.apply

    def slowly(operation: CancelExitReentry) -> dict[str, Any]:
        reporting.wait(10)
        pause(1)
        return apply(operation)

    def report() -> Any:
        reporting.wait(10)
        return cross(visa, OUT, -4)

    reporting = Barrier(2)
    monkeypatch.setattr(CancelExitReentry, "apply", slowly)
    cancelled, reported = at_once(partial(perform, token, token.fingerprint), report)
    assert (type(cancelled).__name__, type(reported).__name__) == ("Receipt", "Movement")
    now = Visa.objects.get()
    assert (now.cancelled_on, now.travelled_on, now.returned_on) == (clock.today(), in_days(-4), in_days(-2))
    assert broken() == []
