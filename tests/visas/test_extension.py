"""Extending an exit/re-entry visa: only from abroad and before it expires, never past the residency, at the price from abroad."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from muqeem import clock
from muqeem.operations.judge import verify
from muqeem.operations.perform import Refused, perform
from muqeem.record.models import Message, Parameter
from residency.models import Movement, Resident, Visa, VisaState
from tests.factories import AccountFactory, MovementFactory, ResidentFactory, in_days
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
    long_day,
    obstacles,
    someone,
    state_of,
    terms,
    typed,
    visa_of,
)
from visas.existing.fees import extension_fee
from visas.existing.operations import ExtendExitReentry

pytestmark = pytest.mark.django_db

SLUG = "exit-reentry-extend"
LAST = 20  # days until the last day to return


def form(visa: Visa, **answers: Any) -> Any:
    return form_for(ExtendExitReentry, visa, **answers)


# --- what it asks ---------------------------------------------------------------------------------
def test_days_are_added_to_the_last_day_to_return():
    visa = abroad()
    asked = form(visa, mode="days", days="٣٠")
    assert asked.is_valid(), asked.errors
    assert asked.cleaned_data == {"resident": visa.resident, "visa": visa, "return_before": in_days(LAST + 30)}


@pytest.mark.parametrize("calendar", ["gregorian", "hijri"])
def test_a_return_date_comes_in_either_calendar(calendar):
    asked = form(abroad(), **typed(in_days(60), calendar))
    assert asked.is_valid(), asked.errors
    assert asked.cleaned_data["return_before"] == in_days(60)


@pytest.mark.parametrize(
    ("answers", "field", "words"),
    [
        ({}, "mode", "Choose how the extension is given."),
        ({"mode": "weeks"}, "mode", "Choose how the extension is given."),
        ({"mode": "days"}, "days", "Enter the number of days."),
        ({"mode": "days", "days": "9" * 10_000}, "days", "Enter a whole number from 1 to 9999."),
        ({"mode": "return_before", "days": "10"}, "return_before", "Enter the return date."),
    ],
)
def test_what_is_missing_or_wrong_is_said_beside_its_field(answers, field, words):
    assert errors(form(abroad(), **answers)) == {field: [words]}


@pytest.mark.parametrize(("days", "accepted"), [(6, False), (7, True)])
def test_an_extension_is_a_week_at_least(days, accepted):
    visa = abroad()
    by_days, by_date = errors(form(visa, mode="days", days=str(days))), errors(form(visa, **typed(in_days(LAST + days))))
    words = f"The shortest extension: 7 days. The earliest return date is {long_day(in_days(LAST + 7))}."
    assert (by_days, by_date) == (({}, {}) if accepted else ({"days": [words]}, {"return_before": [words]}))


def test_a_return_before_today_is_said_to_be_past():
    words = f"The return date is in the past; the earliest is {long_day(in_days(LAST + 7))}."
    assert errors(form(abroad(), **typed(in_days(-1)))) == {"return_before": [words]}


def test_a_hijri_day_that_does_not_exist_is_said_to_be_none():
    parts = {"return_before_day": "30", "return_before_month": "9", "return_before_year": "1448", "return_before_calendar": "hijri"}
    said_of = errors(form(abroad(), mode="return_before", **parts))
    assert said_of == {"return_before": ["There is no such day in the Umm al-Qura calendar: Ramadan 1448 AH has 29 days."]}


@pytest.mark.parametrize(("days", "accepted"), [(30, True), (31, False)])
def test_no_extension_reaches_past_the_residency(days, accepted):
    visa = abroad(visa_of(someone(expiring_in=LAST + 30)))
    words = f"The latest date the residency allows is {long_day(in_days(LAST + 30))}. Renew it first, or choose a shorter duration."
    answers = {"days": {"mode": "days", "days": str(days)}, "return_before": typed(in_days(LAST + days))}
    for field, answered in answers.items():
        said_of = errors(form(visa, **answered))
        assert said_of == ({} if accepted else {field: [words]})


# --- whose visa -----------------------------------------------------------------------------------
def test_somebody_elses_visa_is_not_found():
    visa, other = abroad(), abroad()
    colleague = abroad(visa_of(someone(sponsor=visa.resident.sponsor)))
    words = "This resident has no visa with this number. Check the digits on the visa or in the resident's file."
    for number in (other.number, colleague.number, "6999999999"):
        assert errors(form(visa, visa_number=number, mode="days", days="7")) == {"visa_number": [words]}


def test_a_number_that_was_left_out_is_named():
    visa = abroad()
    words = f"Enter the visa number. The one of this resident is {visa.number}."
    assert errors(form(visa, visa_number="", mode="days", days="7")) == {"visa_number": [words]}
    nobody = final_of()
    assert errors(form(nobody, visa_number="", mode="days", days="7")) == {"visa_number": ["Enter visa number."]}


@pytest.mark.parametrize("typed_number", ["abc", "\x00", "\ud800", "9" * 10_000, "1' OR 1=1 --"])
def test_any_other_text_is_an_error_beside_the_number(typed_number):
    assert set(errors(form(abroad(), visa_number=typed_number, mode="days", days="7"))) == {"visa_number"}


def test_a_visa_of_another_kind_or_day_is_answered_with_the_one_that_can_be():
    visa = abroad()
    used = visa_of(visa.resident, issued_on=in_days(-90), ends_on=in_days(-60), used_on=in_days(-70))
    assert errors(form(visa, visa_number=used.number, mode="days", days="7")) == {
        "visa_number": [f"Exit/re-entry visa, single: used. This service is for {visa.number}."]
    }
    final = final_of()
    assert errors(form(final, mode="days", days="7")) == {
        "visa_number": ["Final exit visa: valid. This service is for the exit/re-entry visa of a resident abroad."]
    }


def test_a_form_that_is_started_from_the_file_holds_the_only_visa():
    visa = abroad()
    empty = ExtendExitReentry.form_class(account=visa.resident.sponsor, terms=terms(), branches=[])
    assert empty.prefill(visa.resident, "") == {"iqama_number": visa.resident.iqama_number, "visa_number": visa.number}
    nobody = someone()
    assert empty.prefill(nobody, "") == {"iqama_number": nobody.iqama_number}


# --- what it costs --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "days", "fee"),
    [
        ("single", 7, "200.00"),
        ("single", 30, "200.00"),
        ("single", 31, "400.00"),
        ("single", 60, "400.00"),
        ("multiple", 30, "400.00"),
        ("multiple", 31, "800.00"),
    ],
)
def test_begun_months_count_whole_and_double(kind, days, fee):
    visa = visa_of(kind=kind)
    assert extension_fee(visa, visa.last_day + timedelta(days=days), terms()).total == Decimal(fee)


def test_the_factor_from_abroad_is_a_parameter():
    Parameter.objects.filter(code="er.abroad_multiplier").update(value="1.5")
    visa = visa_of()
    assert extension_fee(visa, visa.last_day + timedelta(days=31), terms()).stored() == [
        {"code": "abroad", "amount": "300.00", "note": ["fee-from-abroad", {"extra_months": 2, "each_sar": "150.00"}]}
    ]


# --- for whom -------------------------------------------------------------------------------------
def returned(visa: Visa) -> Visa:
    cross(visa, IN, 0)
    return visa


EDGES: dict[str, Any] = {  # an obstacle: who just meets the requirement, and who just does not
    "visa-holder-inside": (abroad, visa_of),
    "visa-ran-out": (lambda: abroad(visa_of(ends_on=in_days(0))), lambda: abroad(visa_of(ends_on=in_days(-1)))),
    "no-exit-reentry-visa": (abroad, lambda: returned(abroad())),
    "residency-ends-before": (
        lambda: abroad(visa_of(someone(expiring_in=LAST + 7))),
        lambda: abroad(visa_of(someone(expiring_in=LAST + 6))),
    ),
    "residency-not-issued": (abroad, lambda: abroad(visa_of(someone(expiring_in=False)))),
    "deceased": (abroad, lambda: abroad(visa_of(someone(deceased=True)))),
    "left": (abroad, lambda: abroad(visa_of(someone(left=True)))),
}


@pytest.mark.parametrize("obstacle", EDGES)
def test_each_requirement_at_its_edge(obstacle):
    meets, does_not = (made() for made in EDGES[obstacle])
    assert obstacles(ExtendExitReentry, meets.resident) == {}
    assert obstacle in obstacles(ExtendExitReentry, does_not.resident)


def test_somebody_inside_is_told_to_cancel_and_issue_another():
    assert obstacles(ExtendExitReentry, visa_of().resident) == {
        "visa-holder-inside": "For a longer stay, cancel the visa and issue another"
    }


def test_a_multiple_visa_is_extended_on_its_second_trip_too():
    visa = abroad(visa_of(kind="multiple", issued_on=in_days(-60)), since=-40)
    cross(visa, IN, -30)
    assert "visa-holder-inside" in obstacles(ExtendExitReentry, visa.resident)
    assert obstacles(ExtendExitReentry, abroad(visa, since=-2).resident) == {}


def test_a_visa_by_months_is_extended_from_the_day_on_which_it_ends_after_the_journey():
    visa = abroad(visa_of(months=1, return_before=None, leave_before=in_days(80), ends_on=in_days(111)), since=-5)
    assert visa.last_day == visa.return_by < in_days(30)
    asked = form(visa, mode="days", days="10")
    assert asked.is_valid(), asked.errors
    assert asked.cleaned_data["return_before"] == visa.last_day + timedelta(days=10)


def test_a_visa_with_which_nobody_left_is_not_extended_though_its_holder_is_abroad():
    """The border reports late that somebody was gone before the visa was issued: an extension could only shorten it."""
    visa = visa_of(months=2, return_before=None, leave_before=in_days(80), ends_on=in_days(141))
    MovementFactory(resident=visa.resident, direction=OUT, crossed_on=in_days(-11))
    assert Visa.objects.get(pk=visa.pk).travelled_on is None
    assert obstacles(ExtendExitReentry, visa.resident) == {"left-without-visa": "Contact the competent authority"}


def test_residents_extend_for_themselves_and_their_family():
    head = someone()
    own = AccountFactory(individual=True, number=head.iqama_number)
    wife = ResidentFactory(dependant=True, head=head, expiring_in=400)
    for resident in (head, wife):
        asked = form_for(ExtendExitReentry, abroad(visa_of(resident)), account=own, mode="days", days="7")
        assert asked.is_valid(), asked.errors


@pytest.mark.parametrize(("hours", "accepted"), [(23, True), (24, False)])
def test_on_the_last_day_it_is_open_until_midnight_in_riyadh(hours, accepted, shift):
    visa = abroad(visa_of(ends_on=in_days(0)))
    midnight = clock.now().astimezone(clock.RIYADH).replace(hour=0, minute=0, second=0, microsecond=0)
    shift(midnight + timedelta(hours=hours, minutes=59 if accepted else 0, seconds=1) - clock.now())
    assert (obstacles(ExtendExitReentry, visa.resident) == {}) is accepted


# --- what it does ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Visa extended", "Before the change", "Extended by", "31 days", "400.00", "Fee for an extension from abroad"]),
        ("ar", ["اكتمل تمديد التأشيرة", "قبل التعديل", "مدة التمديد", "31 يومًا", "400.00", "رسم التمديد من خارج المملكة"]),
    ],
)
def test_over_http_a_visa_is_extended_in_both_languages(language, words):
    visa = abroad()
    person = acting_for(visa, language=language)
    token = person.start(SLUG, resident=visa.resident.uuid)
    assert token.prefill == {"iqama_number": visa.resident.iqama_number, "visa_number": visa.number}
    assert person.post(token, code=person.code(token)).status_code == 302
    assert visa.number in person.get(token).content.decode()
    assert person.post(token, **person.answers(slug=SLUG, days="31")).status_code == 302
    token.refresh_from_db()
    review = said(person.get(token))
    assert all(each in review for each in words[1:])
    answer = person.confirm(token)
    shown = said(person.client.get(answer.url))
    assert all(each in shown for each in words)
    assert Visa.objects.get(pk=visa.pk).return_before == in_days(LAST + 31)
    assert broken() == []


def test_an_extension_moves_the_last_day_is_paid_and_told():
    visa = abroad()
    person = acting_for(visa)
    receipt = done(person, SLUG, days="31")
    now = Visa.objects.get(pk=visa.pk)
    assert (now.return_before, now.ends_on, now.state(terms())) == (in_days(LAST + 31), in_days(LAST + 31), VisaState.TRAVELLED)
    person.wallet.refresh_from_db()
    assert (receipt.total, person.wallet.balance, receipt.spent) == (Decimal("400.00"), Decimal("99600.00"), 1)
    facts = {
        name: receipt.facts[name] for name in ("visa_number", "old_return_before_on", "return_before_on", "extra_days", "travelled_on")
    }
    assert facts == {
        "visa_number": visa.number,
        "old_return_before_on": in_days(LAST).isoformat(),
        "return_before_on": in_days(LAST + 31).isoformat(),
        "extra_days": 31,
        "travelled_on": in_days(-5).isoformat(),
    }
    page = receipt.documents.get()
    assert (page.page, page.valid_until) == ("visas/extension_page.html", in_days(LAST + 31))
    message = Message.objects.get(receiver=visa.resident.phone)
    assert (message.template, message.arguments["until_on"]) == ("exit-reentry-extended", in_days(LAST + 31).isoformat())


def test_an_extended_visa_is_extended_once_more():
    visa = abroad()
    person = acting_for(visa)
    for _time in range(2):
        done(person, SLUG, days="10")
    assert Visa.objects.get(pk=visa.pk).last_day == in_days(LAST + 20)


def test_an_extended_visa_whose_departure_is_withdrawn_is_over_on_its_last_day():
    """By months one may leave until later than an extension of the journey once made reaches."""
    visa = abroad(visa_of(months=1, return_before=None, leave_before=in_days(80), ends_on=in_days(111)))
    done(acting_for(visa), SLUG, days="7")
    Movement.objects.all().delete()
    now = Visa.objects.get(pk=visa.pk)
    assert now.travelled_on is None
    assert now.last_day == now.ends_on == visa.last_day + timedelta(days=7)
    assert now.state(terms(now.ends_on + timedelta(days=1))) == VisaState.EXPIRED_UNUSED


# --- what it leaves alone -------------------------------------------------------------------------
@pytest.mark.parametrize("obstacle", ["visa-holder-inside", "deceased", "facts-changed", "wallet-low"])
def test_what_changes_after_the_review_refuses_and_spends_nothing(obstacle):
    visa = abroad()
    person = acting_for(visa, holding="100.00" if obstacle == "wallet-low" else "1000.00")
    token = person.ready(slug=SLUG)
    match obstacle:
        case "visa-holder-inside":
            cross(visa, IN, 0)
        case "deceased":
            Resident.objects.update(deceased_on=clock.today())
        case "facts-changed":
            Visa.objects.update(ends_on=in_days(LAST + 1), return_before=in_days(LAST + 1))
    before = state_of(person)
    with pytest.raises(Refused) as refusal:
        perform(token, token.fingerprint)
    # Once back, a single visa is used up, and then it is no answer any more.
    assert refusal.value.reason.key == ("facts-changed" if obstacle == "visa-holder-inside" else obstacle)
    assert state_of(person) == before


def test_a_return_between_review_and_confirmation_says_that_the_visa_is_used():
    visa = abroad()
    person = acting_for(visa)
    token = person.ready(slug=SLUG)
    cross(visa, IN, 0)
    answer = person.confirm(token)
    assert answer.status_code == 409
    assert "Exit/re-entry visa, single: used." in said(answer)


# --- at the same time -----------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_two_extensions_at_once_each_adds_what_it_showed_or_is_refused(transactional_db):
    visa = abroad()
    people = [acting_for(visa), Person(resident=visa.resident, account=AccountFactory(individual=True, number=visa.resident.iqama_number))]
    tokens = [person.ready(slug=SLUG, days="7") for person in people]
    results = at_once(*(partial(perform, token, token.fingerprint) for token in tokens))
    assert sorted(type(result).__name__ for result in results) == ["Receipt", "Refused"]
    assert Visa.objects.get().last_day == in_days(LAST + 7)
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_of_an_extension_and_a_return_at_once_the_visa_is_extended_before_the_return_or_not_at_all(transactional_db):
    for _time in range(5):
        visa = abroad()
        token = acting_for(visa).ready(slug=SLUG)
        extended, back = at_once(partial(perform, token, token.fingerprint), partial(cross, visa, IN, 0))
        now = Visa.objects.get(pk=visa.pk)
        assert now.used_on == clock.today() == back.crossed_on
        assert now.last_day == in_days(LAST + (7 if token.receipts.exists() else 0))
        assert isinstance(extended, Refused) is not token.receipts.exists()
    assert broken() == []


def test_the_token_of_one_visa_does_not_serve_another():
    visa = abroad()
    person = acting_for(visa)
    token = person.ready(slug=SLUG)
    again = abroad(visa_of(someone(sponsor=visa.resident.sponsor)))
    verify(token, person.answers(slug=SLUG) | {"iqama_number": again.resident.iqama_number, "visa_number": again.number})
    stale = token.fingerprint
    verify(token, person.answers(slug=SLUG))
    assert token.fingerprint != stale
