"""Cancelling a final exit: inside, within its days, for the whole family of one operation; past them the fine comes first."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.utils.translation import override

from muqeem import clock
from muqeem.operations.judge import judge, verify
from muqeem.operations.models import Receipt
from muqeem.operations.perform import Refused, perform
from muqeem.record.models import Message, Parameter
from residency.models import Hold, Resident, Visa, VisaState
from tests.factories import AccountFactory, HoldFactory, IqamaFactory, MovementFactory, in_days
from tests.operations.journeys import Household, Person, said
from tests.visas.existing import (
    OUT,
    acting_for,
    at_once,
    broken,
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
from visas.existing.operations import CancelFinalExit

pytestmark = pytest.mark.django_db

SLUG = "final-exit-cancel"
ISSUE = "final-exit-issue"
PAY = 'Pay the fine with the service "Pay an unused-visa fine", then cancel'


def held(kind: str, **changed: Any) -> Visa:
    return final_of(HoldFactory(resident=someone(), kind=kind, **changed).resident)


def leaving(**household: Any) -> Household:
    """A family of three with final exit visas of today."""
    family = Household(**household)
    token = family.token(ISSUE)
    verify(token, family.asked(*family.members))
    perform(token, token.fingerprint)
    return family


def final_visa(person: Resident) -> Visa:
    return person.visas.get()


# --- for whom and when ----------------------------------------------------------------------------
EDGES: dict[str, Any] = {  # an obstacle: who just meets the requirement, and who just does not
    "outside": (final_of, lambda: final_of(someone(outside=True))),
    "final-exit-fine": (lambda: final_of(ends_on=in_days(0)), lambda: final_of(ends_on=in_days(-1))),
    "no-final-exit-visa": (final_of, visa_of),
    "residency-ended": (lambda: final_of(someone(expiring_in=0)), lambda: final_of(someone(expiring_in=-1))),
    "cancellation-period-ended": (
        lambda: final_of(issued_on=in_days(-60), ends_on=in_days(5)),
        lambda: final_of(issued_on=in_days(-61), ends_on=in_days(5)),
    ),
    "absent": (lambda: held(Hold.Kind.ABSENT, cleared_on=clock.today()), lambda: held(Hold.Kind.ABSENT)),
    "recruitment-violation": (lambda: held(Hold.Kind.RECRUITMENT, cleared_on=clock.today()), lambda: held(Hold.Kind.RECRUITMENT)),
    "deceased": (final_of, lambda: final_of(someone(deceased=True))),
    "left": (final_of, lambda: final_of(someone(left=True))),
}


@pytest.mark.parametrize("obstacle", EDGES)
def test_each_requirement_at_its_edge(obstacle):
    meets, does_not = (made() for made in EDGES[obstacle])
    assert obstacles(CancelFinalExit, meets.resident) == {}
    assert obstacle in obstacles(CancelFinalExit, does_not.resident)


def test_past_its_date_the_mend_names_the_service_that_takes_the_fine():
    assert obstacles(CancelFinalExit, final_of(ends_on=in_days(-1)).resident) == {"final-exit-fine": PAY}


def test_once_the_fine_is_paid_it_is_cancelled_at_any_time():
    visa = final_of(issued_on=in_days(-90), ends_on=in_days(-30))
    person = acting_for(visa)
    assert done(person, "visa-fine").total == Decimal("1000.00")
    assert obstacles(CancelFinalExit, visa.resident) == {}
    done(person, SLUG)
    assert Visa.objects.get().state(terms()) == VisaState.CANCELLED
    assert broken() == []


def test_a_residency_that_ended_with_the_visa_is_renewed_first():
    visa = final_of(someone(expiring_in=-1), ends_on=in_days(-1))
    assert set(obstacles(CancelFinalExit, visa.resident)) == {"final-exit-fine", "residency-ended"}
    IqamaFactory(resident=visa.resident, expires_on=in_days(300))
    assert set(obstacles(CancelFinalExit, visa.resident)) == {"final-exit-fine"}


@pytest.mark.parametrize(("hours", "accepted"), [(23, True), (24, False)])
def test_on_the_last_day_it_is_open_until_midnight_in_riyadh(hours, accepted, shift):
    visa = final_of(ends_on=in_days(0))
    midnight = clock.now().astimezone(clock.RIYADH).replace(hour=0, minute=0, second=0, microsecond=0)
    shift(midnight + timedelta(hours=hours, minutes=59 if accepted else 0, seconds=1) - clock.now())
    assert (obstacles(CancelFinalExit, visa.resident) == {}) is accepted


def test_somebody_elses_visa_is_not_found_and_another_kind_is_not_meant():
    visa, other, travel = final_of(), final_of(), visa_of()
    words = "This resident has no visa with this number. Check the digits on the visa or in the resident's file."
    assert errors(form_for(CancelFinalExit, visa, visa_number=other.number)) == {"visa_number": [words]}
    assert errors(form_for(CancelFinalExit, travel)) == {
        "visa_number": ["Exit/re-entry visa, single: valid. This service is for a final exit visa that is not used."]
    }


# --- the family -----------------------------------------------------------------------------------
def test_the_visas_of_one_operation_are_cancelled_together():
    family = leaving()
    texts = Message.objects.count()
    receipt = done(family, SLUG)
    assert {visa.cancelled_on for visa in Visa.objects.all()} == {clock.today()}
    assert [each["name"] for each in receipt.facts["accompanying"]] == [family.wife.names, family.son.names]
    pages = {page.resident: page.facts for page in receipt.documents.all()}
    assert {person: facts["visa_number"] for person, facts in pages.items()} == {
        person: final_visa(person).number for person in (family.resident, *family.members)
    }
    assert {facts["cancelled_on"] for facts in pages.values()} == {clock.today().isoformat()}
    wife = pages[family.wife]
    assert (wife["name"], wife["passport_number"], wife["accompanying"]) == (family.wife.names, family.wife.passport.number, None)
    assert (receipt.total, receipt.spent) == (0, 0)
    assert Message.objects.count() == texts + 2  # the son has no number of his own
    assert broken() == []


def test_only_those_whose_visa_still_stands_are_cancelled_along():
    family = leaving()
    MovementFactory(resident=family.son, direction=OUT, crossed_on=clock.today(), visa=final_visa(family.son))
    receipt = done(family, SLUG)
    assert [page.resident for page in receipt.documents.all()] == [family.resident, family.wife]
    assert final_visa(family.son).cancelled_on is None
    assert Resident.objects.get(pk=family.son.pk).left_on == clock.today()


def test_a_visa_of_another_day_stays():
    family = Household()
    alone = final_of(family.son)
    final_of(family.resident)
    receipt = done(family, SLUG)
    assert receipt.documents.get().resident == family.resident
    assert Visa.objects.get(pk=alone.pk).cancelled_on is None


def test_a_members_visa_is_cancelled_with_the_heads_and_not_before():
    family = leaving()
    words = f"This visa was granted with that of {family.resident.name_en}. Cancel that one; those of the family are cancelled with it."
    assert errors(form_for(CancelFinalExit, final_visa(family.wife))) == {"visa_number": [words]}
    MovementFactory(resident=family.resident, direction=OUT, crossed_on=clock.today(), visa=final_visa(family.resident))
    asked = form_for(CancelFinalExit, final_visa(family.wife))
    assert asked.is_valid(), asked.errors


def test_a_member_who_may_not_is_named_and_nobody_is_cancelled():
    family = leaving()
    HoldFactory(resident=family.wife, kind=Hold.Kind.ABSENT)
    judgement = judge(token := family.token(SLUG), family.answers(slug=SLUG))
    with override("en"):
        assert [str(found.fact).startswith(f"{family.wife.name_en}: Absent") for found in judgement.obstacles] == [True]
    assert token.fingerprint == ""


# --- what it does ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Final exit visa cancelled", "Cancelling is free of charge", "FATIMA", "Cancelled on"]),
        ("ar", ["أُلغيت تأشيرة الخروج النهائي", "الإلغاء بلا رسوم", "فاطمة", "تاريخ الإلغاء"]),
    ],
)
def test_over_http_a_familys_final_exit_is_cancelled_in_both_languages(language, words):
    family = leaving(language=language)
    visa = final_visa(family.resident)
    token = family.start(SLUG, resident=family.resident.uuid)
    assert token.prefill == {"iqama_number": family.resident.iqama_number, "visa_number": visa.number}
    assert family.post(token, code=family.code(token)).status_code == 302
    assert family.post(token, **token.prefill).status_code == 302
    token.refresh_from_db()
    review = said(family.get(token))
    assert all(each in review for each in words[1:3])
    answer = family.confirm(token)
    shown = said(family.client.get(answer.url))
    assert all(each in shown for each in words)
    assert Visa.objects.filter(cancelled_on=None).count() == 0


def test_a_slip_says_what_is_cancelled_and_the_residency_stays():
    family = leaving()
    receipt = done(family, SLUG)
    page = receipt.documents.get(resident=family.resident)
    assert (page.page, page.facts["title"]["en"]) == ("visas/cancellation_page.html", "Final Exit Visa Cancellation Notice")
    assert page.facts["permit_until_on"] == in_days(300).isoformat()
    assert "refund" not in page.facts


def test_who_stays_may_travel_again():
    family = leaving()
    done(family, SLUG)
    done(family, "exit-reentry-issue", **family.asked())
    assert Visa.objects.filter(cancelled_on=None).count() == 1


@pytest.mark.parametrize("obstacle", ["absent", "facts-changed", "residency-ended"])
def test_what_changes_after_the_review_refuses_and_spends_nothing(obstacle):
    family = leaving()
    token = family.ready(slug=SLUG)
    match obstacle:
        case "absent":
            HoldFactory(resident=family.resident, kind=Hold.Kind.ABSENT)
        case "facts-changed":
            final_visa(family.son).cancel(clock.today())
        case "residency-ended":
            family.resident.iqamas.update(expires_on=in_days(-1))
    before = state_of(family)
    with pytest.raises(Refused, match=obstacle):
        perform(token, token.fingerprint)
    assert state_of(family) == before


def test_the_days_and_the_fine_are_parameters():
    Parameter.objects.filter(code="fe.cancel.max_days").update(value="9")
    assert set(obstacles(CancelFinalExit, final_of().resident)) == {"cancellation-period-ended"}


# --- at the same time -----------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_two_cancellations_at_once_one_is_done(transactional_db):
    family = leaving()
    own = Person(resident=family.resident, account=AccountFactory(individual=True, number=family.resident.iqama_number))
    tokens = [person.ready(slug=SLUG) for person in (family, own)]
    results = at_once(*(partial(perform, token, token.fingerprint) for token in tokens))
    assert sorted(type(result).__name__ for result in results) == ["Receipt", "Refused"]
    assert Receipt.objects.filter(slug=SLUG).get().documents.count() == 3
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_of_a_cancellation_and_a_departure_at_once_one_is_first(transactional_db):
    for _time in range(4):
        visa = final_of()
        token = acting_for(visa).ready(slug=SLUG)
        leave = partial(MovementFactory, resident=visa.resident, direction=OUT, crossed_on=clock.today())
        cancelled, _gone = at_once(partial(perform, token, token.fingerprint), leave)
        now = Visa.objects.get(pk=visa.pk)
        person = Resident.objects.get(pk=visa.resident_id)
        # Who crossed with a visa that was cancelled before has left without one.
        assert (isinstance(cancelled, Receipt), now.cancelled_on, person.left_on) in {
            (True, clock.today(), None),
            (False, None, clock.today()),
        }
    assert broken() == []
