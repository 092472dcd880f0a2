"""The fine of a visa that was neither used nor cancelled: seen, paid from the wallet, and what it blocked is open at once."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from muqeem import clock
from muqeem.operations.models import Receipt
from muqeem.operations.perform import Refused, perform
from muqeem.record.models import Parameter
from residency.models import Resident, Visa, VisaState
from tests.factories import AccountFactory, VisaFactory, in_days
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
    final_of,
    obstacles,
    someone,
    state_of,
    terms,
    visa_of,
)
from visas.existing.operations import PayVisaFine
from visas.operations import IssueExitReentry, IssueFinalExit

pytestmark = pytest.mark.django_db

SLUG = "visa-fine"


def left_to_expire(resident: Resident | None = None, *, since: int = 30, **changed) -> Visa:
    """A visa that ended unused so many days ago."""
    return visa_of(resident, issued_on=in_days(-since - 30), ends_on=in_days(-since), **changed)


# --- what is due ----------------------------------------------------------------------------------
@pytest.mark.parametrize(("earlier", "fine"), [(0, "1000.00"), (1, "2000.00"), (2, "3000.00"), (3, "3000.00")])
def test_a_fine_grows_with_each_visa_left_unused(earlier, fine):
    visa = left_to_expire()
    for n in range(earlier):
        left_to_expire(visa.resident, since=100 + 40 * n, fined_on=in_days(-90 - 40 * n))
    person = acting_for(visa)
    receipt = done(person, SLUG)
    person.wallet.refresh_from_db()
    assert (receipt.total, person.wallet.balance) == (Decimal(fine), Decimal("100000.00") - Decimal(fine))
    assert receipt.fee == [{"code": "unused", "amount": fine, "note": ["fee-offence", {"offence": earlier + 1}]}]


def test_a_final_exit_costs_the_same_each_time_and_counts_as_no_offence_of_the_others():
    resident = someone()
    final_of(resident, issued_on=in_days(-200), ends_on=in_days(-150), fined_on=in_days(-140))
    final_of(resident, issued_on=in_days(-100), ends_on=in_days(-65))
    travel = left_to_expire(resident)
    person = acting_for(travel)
    assert [done(person, SLUG).total for _time in range(2)] == [Decimal("1000.00"), Decimal("1000.00")]
    assert [entry["code"] for receipt in Receipt.objects.order_by("pk") for entry in receipt.fee] == ["final-exit-expired", "unused"]


def test_of_several_the_oldest_is_paid_first():
    newer = left_to_expire()
    older = left_to_expire(newer.resident, since=70)
    person = acting_for(newer)
    assert [done(person, SLUG).facts["visa_number"] for _time in range(2)] == [older.number, newer.number]
    assert obstacles(PayVisaFine, newer.resident) == {"no-visa-fine-due": "Nothing needs to be paid"}


@pytest.mark.parametrize(
    ("visa", "due"),
    [
        (lambda: visa_of(ends_on=in_days(0)), False),
        (lambda: visa_of(ends_on=in_days(-1)), True),
        (lambda: final_of(ends_on=in_days(-1)), True),
        (lambda: visa_of(ends_on=in_days(-1), cancelled_on=in_days(-2)), False),
        (lambda: visa_of(ends_on=in_days(-1), fined_on=clock.today()), False),
        (lambda: visa_of(ends_on=in_days(-1), kind="visit"), False),
        (lambda: abroad(visa_of(ends_on=in_days(-1))), False),
    ],
)
def test_a_fine_is_due_for_what_was_neither_used_nor_cancelled(visa, due):
    assert (obstacles(PayVisaFine, visa().resident) == {}) is due


def test_a_multiple_visa_that_was_used_once_costs_no_fine():
    visa = visa_of(kind="multiple", issued_on=in_days(-60), ends_on=in_days(-1))
    cross(visa, OUT, -50)
    cross(visa, IN, -40)
    assert obstacles(PayVisaFine, visa.resident) == {"no-visa-fine-due": "Nothing needs to be paid"}


def test_nothing_is_taken_of_the_deceased():
    assert set(obstacles(PayVisaFine, left_to_expire(someone(deceased=True)).resident)) == {"deceased"}


@pytest.mark.parametrize(("hours", "due"), [(23, False), (24, True)])
def test_a_fine_is_due_from_midnight_in_riyadh_after_the_last_day(hours, due, shift):
    visa = visa_of(ends_on=in_days(0))
    midnight = clock.now().astimezone(clock.RIYADH).replace(hour=0, minute=0, second=0, microsecond=0)
    shift(midnight + timedelta(hours=hours, minutes=0 if due else 59, seconds=1) - clock.now())
    assert (obstacles(PayVisaFine, visa.resident) == {}) is due


def test_the_amounts_are_parameters():
    Parameter.objects.filter(code="er.unused_fine").update(value="1200")
    visa = left_to_expire()
    assert done(acting_for(visa), SLUG).total == Decimal("1200.00")


# --- what it does ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Fine paid", "1,000.00", "Unused visa number 1 of this resident", "Fine paid on"]),
        ("ar", ["سُددت الغرامة", "1,000.00", "التأشيرة غير المستخدمة رقم 1 لهذا المقيم", "تاريخ سداد الغرامة"]),
    ],
)
def test_over_http_a_fine_is_paid_in_both_languages(language, words):
    visa = left_to_expire()
    person = acting_for(visa, language=language)
    token = person.start(SLUG, resident=visa.resident.uuid, about=visa.uuid)
    assert token.prefill == {"iqama_number": visa.resident.iqama_number}
    assert person.post(token, code=person.code(token)).status_code == 302
    assert person.post(token, **token.prefill).status_code == 302
    token.refresh_from_db()
    review = said(person.get(token))
    assert all(each in review for each in [visa.number, *words[1:3]])
    answer = person.confirm(token)
    shown = said(person.client.get(answer.url))
    assert all(each in shown for each in words)
    assert broken() == []


@pytest.mark.parametrize("service", [IssueExitReentry, IssueFinalExit])
def test_what_the_fine_blocked_is_open_at_once(service):
    visa = left_to_expire()
    assert set(obstacles(service, visa.resident)) == {"unused-visa-fine"}
    receipt = done(acting_for(visa), SLUG)
    assert obstacles(service, visa.resident) == {}
    now = Visa.objects.get()
    assert (now.fined_on, now.state(terms())) == (clock.today(), VisaState.EXPIRED)
    assert receipt.documents.get().facts["title"]["en"] == "Unused-visa Fine Receipt"
    assert receipt.spent == 1


def test_another_visa_is_issued_on_the_same_day():
    visa = left_to_expire()
    person = acting_for(visa)
    done(person, SLUG)
    done(person, "exit-reentry-issue")
    assert Visa.objects.count() == 2
    assert broken() == []


def test_a_visa_by_months_whose_days_to_return_are_still_to_come_makes_way_once_its_fine_is_paid():
    """Nobody left with it in time, but its last day lies ahead, where the table allows no second open visa."""
    visa = visa_of(issued_on=in_days(-92), months=2, return_before=None, leave_before=in_days(-1), ends_on=in_days(60))
    person = acting_for(visa)
    done(person, SLUG)
    done(person, "exit-reentry-issue")
    assert Visa.objects.count() == 2
    assert broken() == []


@pytest.mark.parametrize("obstacle", ["wallet-low", "no-visa-fine-due", "fee-changed"])
def test_what_changes_after_the_review_refuses_and_spends_nothing(obstacle):
    visa = left_to_expire()
    person = acting_for(visa, holding="999.99" if obstacle == "wallet-low" else "5000.00")
    token = person.ready(slug=SLUG)
    match obstacle:
        case "no-visa-fine-due":
            cross(visa, OUT, -31)  # reported late: it was used
        case "fee-changed":
            Parameter.objects.filter(code="er.unused_fine").update(value="1500")
    before = state_of(person)
    with pytest.raises(Refused, match=obstacle):
        perform(token, token.fingerprint)
    assert state_of(person) == before


@pytest.mark.django_db(transaction=True)
def test_of_two_payments_at_once_one_is_taken(transactional_db):
    visa = left_to_expire()
    own = Person(resident=visa.resident, account=AccountFactory(individual=True, number=visa.resident.iqama_number))
    people = [acting_for(visa), own]
    tokens = [person.ready(slug=SLUG) for person in people]
    results = at_once(*(partial(perform, token, token.fingerprint) for token in tokens))
    assert sorted(type(result).__name__ for result in results) == ["Receipt", "Refused"]
    assert Receipt.objects.get().total == Decimal("1000.00")
    assert broken() == []


def test_two_unpaid_visas_are_two_fines():
    visa = left_to_expire()
    VisaFactory(resident=visa.resident, issued_on=in_days(-20), ends_on=in_days(-1))
    person = acting_for(visa)
    assert [done(person, SLUG).total for _time in range(2)] == [Decimal("1000.00"), Decimal("2000.00")]
