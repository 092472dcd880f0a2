"""Issuing an exit and re-entry visa: what it asks, what it costs, whom it is for, and what it leaves behind."""

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pypdf
import pytest
from django.http import QueryDict
from django.utils.translation import override

from muqeem import clock, pdf
from muqeem.facts import dates_in_text
from muqeem.hijri import add_months, to_hijri
from muqeem.operations.invariants import violations
from muqeem.operations.judge import verify
from muqeem.operations.models import Document, Receipt
from muqeem.operations.page import page_context
from muqeem.operations.perform import Refused, perform
from muqeem.record.models import Message, Parameter
from residency.models import Hold, Movement, Resident, Visa, VisaState
from tests.accounts.people import all_at_once
from tests.factories import AccountFactory, HoldFactory, IqamaFactory, MovementFactory, ResidentFactory, VisaFactory, birthday, in_days
from tests.operations.journeys import Household, Person, said
from tests.visas.people import held, returned, with_visa, worker
from visas.asked import Asked
from visas.fees import exit_reentry_fee
from visas.forms import ExitReentryForm
from visas.operations import IssueExitReentry

pytestmark = pytest.mark.django_db

SLUG = "exit-reentry-issue"
BY_DAYS = {"kind": "single", "mode": "days", "days": "30"}


def terms(day: date | None = None):
    return Parameter.objects.terms(day or clock.today())


def form_for(resident: Resident, account: Any = None, **answers: Any) -> ExitReentryForm:
    data = {"iqama_number": resident.iqama_number} | answers
    return ExitReentryForm(data, account=account or resident.sponsor, terms=terms(), branches=[])


def errors(form: ExitReentryForm) -> dict[str, list[str]]:
    with override("en"):
        return {name: list(found) for name, found in form.errors.items()}


def long_day(day: date) -> str:
    with override("en"):
        return dates_in_text(day)


def typed(day: date, calendar: str = "gregorian") -> dict[str, str]:
    year, month, of_month = (day.year, day.month, day.day) if calendar == "gregorian" else to_hijri(day)
    parts = {"day": of_month, "month": month, "year": year, "calendar": calendar}
    return {"kind": "single", "mode": "return_before"} | {f"return_before_{name}": str(part) for name, part in parts.items()}


# --- what it asks ---------------------------------------------------------------------------------
def test_a_visa_by_days_runs_from_today():
    resident = worker()
    form = form_for(resident, **BY_DAYS)
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"resident": resident, "kind": "single", "asked": Asked(days=30), "family": []}
    period = form.cleaned_data["asked"].period(resident, terms())
    assert (period.leave_before, period.return_before, period.ends_on) == (in_days(30), in_days(30), in_days(30))


@pytest.mark.parametrize("calendar", ["gregorian", "hijri"])
def test_a_return_date_comes_in_either_calendar(calendar):
    form = form_for(worker(), **typed(in_days(45), calendar))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["asked"] == Asked(return_before=in_days(45))


def test_a_visa_by_months_runs_from_the_day_of_travel():
    resident = worker()
    period = Asked(months=2).period(resident, terms())
    leave = add_months(clock.today(), 3)
    assert (period.leave_before, period.return_before, period.ends_on, period.months) == (leave, None, add_months(leave, 2), 2)


def test_the_two_fields_that_were_not_chosen_are_not_read():
    form = form_for(worker(), kind="multiple", mode="days", days="٣٠", months="abc", return_before_day="40", return_before_month="x")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["asked"] == Asked(days=30)


@pytest.mark.parametrize(
    ("answers", "field", "words"),
    [
        ({}, "kind", "Choose the visa type."),
        ({"kind": "double"}, "kind", "Choose the visa type."),
        ({"kind": "single"}, "mode", "Choose how the duration is given."),
        ({"kind": "single", "mode": "weeks"}, "mode", "Choose how the duration is given."),
        ({"kind": "single", "mode": "days"}, "days", "Enter the number of days."),
        ({"kind": "single", "mode": "months", "days": "30"}, "months", "Enter the number of months."),
        ({"kind": "single", "mode": "return_before"}, "return_before", "Enter the return date."),
        ({"kind": "single", "mode": "days", "days": "-5"}, "days", "Enter a whole number from 1 to 9999."),
        ({"kind": "single", "mode": "days", "days": "1.5"}, "days", "Enter a whole number from 1 to 9999."),
        ({"kind": "single", "mode": "months", "months": "0"}, "months", "Enter a whole number from 1 to 99."),
        ({"kind": "single", "mode": "months", "months": "9" * 10_000}, "months", "Enter a whole number from 1 to 99."),
    ],
)
def test_what_is_missing_or_wrong_is_said_beside_its_field(answers, field, words):
    said_of = errors(form_for(worker(), **answers))
    assert said_of[field] == [words]
    assert set(said_of) <= {"kind", "mode", field}


@pytest.mark.parametrize(("days", "accepted"), [(6, False), (7, True)])
def test_a_visa_lasts_a_week_at_least(days, accepted):
    by_days, by_date = (errors(form_for(worker(), **answers)) for answers in (BY_DAYS | {"days": str(days)}, typed(in_days(days))))
    words = f"The shortest visa: 7 days. The earliest return date is {long_day(in_days(7))}."
    assert (by_days, by_date) == (({}, {}) if accepted else ({"days": [words]}, {"return_before": [words]}))


def test_a_return_before_today_is_said_to_be_past():
    words = f"The return date is in the past; the earliest is {long_day(in_days(7))}."
    assert errors(form_for(worker(), **typed(in_days(-1)))) == {"return_before": [words]}


def test_a_hijri_day_that_does_not_exist_is_said_to_be_none():
    answers = {"kind": "single", "mode": "return_before", "return_before_day": "30", "return_before_month": "9"}
    said_of = errors(form_for(worker(), **answers, return_before_year="1448", return_before_calendar="hijri"))
    assert said_of == {"return_before": ["There is no such day in the Umm al-Qura calendar: Ramadan 1448 AH has 29 days."]}


# --- how far the residency reaches -----------------------------------------------------------------
def latest_error(day: date) -> str:
    return f"The latest date the residency allows is {long_day(day)}. Renew it first, or choose a shorter duration."


@pytest.mark.parametrize(("days", "accepted"), [(100, True), (101, False)])
def test_a_visa_ends_with_the_residency(days, accepted):
    said_of = errors(form_for(worker(expiring_in=100), **BY_DAYS | {"days": str(days)}))
    assert said_of == ({} if accepted else {"days": [latest_error(in_days(100))]})


@pytest.mark.parametrize(("spare", "accepted"), [(0, True), (-1, False)])
def test_a_visa_by_months_fits_into_the_residency_when_one_leaves_today(spare, accepted):
    end = add_months(clock.today(), 3) + timedelta(days=spare)
    said_of = errors(form_for(worker(expiring_in=end), kind="single", mode="months", months="3"))
    assert said_of == ({} if accepted else {"months": [latest_error(end)]})


@pytest.mark.parametrize(("spare", "accepted"), [(0, True), (1, False)])
def test_a_worker_who_asks_himself_keeps_three_months_of_the_residency(spare, accepted):
    resident = worker(expiring_in=400)
    own = AccountFactory(individual=True, number=resident.iqama_number)
    latest = add_months(in_days(400), -3)
    said_of = errors(form_for(resident, own, **typed(latest + timedelta(days=spare))))
    assert said_of == ({} if accepted else {"return_before": [latest_error(latest)]})


@pytest.mark.parametrize(("days", "accepted"), [(93, True), (94, False)])
def test_a_dependants_residency_outlasts_the_visa_by_a_week(days, accepted):
    wife = ResidentFactory(dependant=True, expiring_in=100)
    said_of = errors(form_for(wife, **BY_DAYS | {"days": str(days)}))
    assert said_of == ({} if accepted else {"days": [latest_error(in_days(93))]})


def test_a_family_member_whose_residency_is_too_short_is_named():
    family = Household(expiring_in=100)
    said_of = errors(form_for(family.resident, **(BY_DAYS | family.asked(family.wife, family.son) | {"days": "95"})))
    assert said_of == {
        "family": [f"{each.name_en}: {latest_error(in_days(93)).replace('The l', 'the l')}" for each in (family.wife, family.son)]
    }


# --- the family -----------------------------------------------------------------------------------
def test_a_family_that_was_not_shown_is_asked_about_first():
    family = Household()
    form = form_for(family.resident, **BY_DAYS)
    words = "This resident has family members inside the Kingdom. Choose who is included, then verify the data again."
    assert errors(form) == {"family": [words]}
    assert form.fields["family"].family == [family.wife, family.son]
    assert f'name="family_asked" value="{family.resident.iqama_number}"' in str(form)
    assert "checked" not in str(form["family"])


def test_boxes_that_were_shown_for_another_number_are_asked_about_anew():
    family, other = Household(), Household()
    assert "family" in errors(
        form_for(family.resident, **BY_DAYS, **other.asked(other.wife) | {"iqama_number": family.resident.iqama_number})
    )


def test_only_those_inside_who_are_alive_are_offered():
    family = Household()
    ResidentFactory(daughter=True, head=family.resident, outside=True, aged=3)
    ResidentFactory(daughter=True, head=family.resident, deceased=True, aged=4)
    ResidentFactory(daughter=True, head=family.resident, left=True, aged=5)
    assert form_for(family.resident, **BY_DAYS).fields["family"].family == family.members


def test_somebody_elses_child_cannot_be_taken_along():
    family, stranger = Household(), ResidentFactory(son=True, aged=9)
    assert errors(form_for(family.resident, **BY_DAYS, **family.asked(stranger))) == {
        "family": ["Choose among the family members shown here."]
    }


def test_a_dependant_gets_a_visa_alone():
    family = Household()
    form = form_for(family.wife, **BY_DAYS)
    assert form.is_valid(), form.errors
    assert "family" not in form.fields


def test_what_was_answered_is_kept_and_shown_again():
    family = Household(language="en")
    token = family.token(SLUG)
    posted = QueryDict(mutable=True)
    posted.update(typed(in_days(45), "hijri"))
    for name, value in family.asked(family.wife).items():
        posted.setlist(name, value) if isinstance(value, list) else posted.update({name: value})
    assert family.client.post(f"/operations/{token.uuid}/", posted).status_code == 302
    token.refresh_from_db()
    assert token.data["family"] == [str(family.wife.uuid)]
    shown = family.get(token, "?edit=1").content.decode()
    assert f'value="{family.wife.uuid}" ' in shown
    form = family.get(token, "?edit=1").context["form"]
    assert form["family"].value() == [str(family.wife.uuid)]
    assert form["return_before"].value() == [*map(str, reversed(to_hijri(in_days(45)))), "hijri"]
    assert str(form["return_before"]).count("selected") == 1


# --- what it costs --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "days", "fee"),
    [
        ("single", 60, "200.00"),
        ("single", 61, "300.00"),
        ("single", 120, "400.00"),
        ("single", 31, "200.00"),
        ("multiple", 90, "500.00"),
        ("multiple", 91, "700.00"),
        ("multiple", 180, "1100.00"),
    ],
)
def test_the_fee_counts_begun_months_of_thirty_days(kind, days, fee):
    for asked in (Asked(days=days), Asked(return_before=in_days(days))):
        assert exit_reentry_fee(kind, asked.fee_months(terms()), 1, terms()).total == Decimal(fee)


def test_a_visa_by_months_costs_its_months():
    assert exit_reentry_fee("single", Asked(months=4).fee_months(terms()), 1, terms()).total == Decimal("400.00")


def test_each_person_pays_and_the_lines_say_for_how_many():
    fee = exit_reentry_fee("single", 3, 3, terms())
    with override("en"):
        lines = [(line.code, line.amount, str(line.note).replace("\N{NO-BREAK SPACE}", " ")) for line in fee.lines]
    assert lines == [("visa", 600, "3 people, SAR 200.00 each"), ("extra-months", 300, "3 people, SAR 100.00 each")]


def test_lines_for_one_say_which_months_they_are_for():
    with override("en"):
        notes = [[str(line.note) for line in exit_reentry_fee("single", months, 1, terms()).lines] for months in (2, 3)]
    assert notes == [
        ["Covers a visa of up to 2 months", "None: the visa lasts no longer than 2 months"],
        ["Covers a visa of up to 2 months", "For 1 month more"],
    ]


# --- for whom -------------------------------------------------------------------------------------
def obstacles(resident: Resident) -> list[str]:
    resident = Resident.objects.get(pk=resident.pk)
    return [finding.fact.key for finding in IssueExitReentry.judge(resident, resident.sponsor, terms()) if not finding.met]


EDGES: dict[str, Any] = {  # an obstacle: who just meets the requirement, and who just does not
    "passport-short": (lambda: worker(passport_until=90), lambda: worker(passport_until=89)),
    "passport-expired": (worker, lambda: worker(passport_until=-1)),
    "no-passport": (worker, lambda: worker(passport_until=False)),
    "residency-short": (lambda: worker(expiring_in=7), lambda: worker(expiring_in=6)),
    "residency-ended": (worker, lambda: worker(expiring_in=-1)),
    "residency-not-issued": (worker, lambda: worker(expiring_in=False)),
    "outside": (returned, lambda: worker(outside=True)),
    "no-biometrics": (
        lambda: worker(biometrics_on=None, birth_on=birthday(6) + timedelta(days=1)),
        lambda: worker(biometrics_on=None, birth_on=birthday(6)),
    ),
    "fines-unpaid": (lambda: held(Hold.Kind.TRAFFIC, cleared_on=clock.today()), lambda: held(Hold.Kind.TRAFFIC)),
    "arrears": (lambda: held(Hold.Kind.ARREARS, cleared_on=clock.today()), lambda: held(Hold.Kind.ARREARS)),
    "absent": (lambda: held(Hold.Kind.ABSENT, cleared_on=clock.today()), lambda: held(Hold.Kind.ABSENT)),
    "recruitment-violation": (lambda: held(Hold.Kind.RECRUITMENT, cleared_on=clock.today()), lambda: held(Hold.Kind.RECRUITMENT)),
    "deceased": (worker, lambda: worker(deceased=True)),
    "left": (worker, lambda: worker(left=True)),
    "other-visa": (lambda: with_visa(cancelled_on=clock.today()), with_visa),
    "unused-visa-fine": (
        lambda: with_visa(issued_on=in_days(-61), fined_on=clock.today()),
        lambda: with_visa(issued_on=in_days(-61)),
    ),
    "final-exit-fine": (
        lambda: with_visa(final=True, issued_on=in_days(-61), fined_on=clock.today()),
        lambda: with_visa(final=True, issued_on=in_days(-61)),
    ),
}


@pytest.mark.parametrize("obstacle", EDGES)
def test_each_requirement_at_its_edge(obstacle):
    meets, does_not = (made() for made in EDGES[obstacle])
    assert obstacles(meets) == []
    assert obstacle in obstacles(does_not)


def test_a_visa_whose_last_day_is_today_is_still_another_visa():
    assert obstacles(with_visa(issued_on=in_days(-60))) == ["other-visa"]


def test_a_dependants_residency_must_leave_room_for_the_margin():
    with override("en"):
        wives = [ResidentFactory(dependant=True, expiring_in=days) for days in (14, 13)]
        found = [finding for finding in IssueExitReentry.judge(wives[1], wives[1].sponsor, terms()) if not finding.met]
    assert obstacles(wives[0]) == []
    assert found[0].fact.values == {"left_days": 13, "min_days": 14}


@pytest.mark.parametrize("obstacle", ["fines-unpaid", "other-visa", "outside"])
def test_what_changes_after_the_review_refuses_and_leaves_everything_as_it_was(obstacle):
    person = Person(resident=worker(), by_app=True)
    token = person.ready(slug=SLUG)
    match obstacle:
        case "fines-unpaid":
            HoldFactory(resident=person.resident)
        case "other-visa":
            VisaFactory(resident=person.resident)
        case "outside":
            MovementFactory(resident=person.resident, direction=Movement.Direction.OUT)
    visas = Visa.objects.count()
    with pytest.raises(Refused, match=obstacle):
        perform(token, token.fingerprint)
    person.wallet.refresh_from_db()
    person.subscription.refresh_from_db()
    assert (person.wallet.balance, person.subscription.operations_left) == (Decimal("100000.00"), 100)
    assert (Visa.objects.count(), Receipt.objects.count(), Message.objects.count()) == (visas, 0, 0)


def test_a_renewal_after_the_review_is_seen():
    person = Person(resident=worker(), by_app=True)
    token = person.ready(slug=SLUG)
    IqamaFactory(resident=person.resident, expires_on=in_days(500))
    with pytest.raises(Refused, match="facts-changed"):
        perform(token, token.fingerprint)


# --- what it leaves behind ------------------------------------------------------------------------
def test_a_visa_is_granted_paid_and_told():
    person = Person(resident=worker(), by_app=True)
    receipt = perform(token := person.ready(slug=SLUG, days="61"), token.fingerprint)
    visa = Visa.objects.get()
    assert (visa.resident, visa.kind, visa.issued_on) == (person.resident, "single", clock.today())
    assert (visa.leave_before, visa.return_before, visa.ends_on, visa.months) == (in_days(61), in_days(61), in_days(61), None)
    assert len(visa.number) == 10
    person.wallet.refresh_from_db()
    assert (receipt.total, person.wallet.balance) == (Decimal("300.00"), Decimal("99700.00"))
    told = {name: receipt.facts[name] for name in ("visa_number", "visa_days", "travel_before_on", "return_before_on", "cancel_before_on")}
    assert told == {
        "visa_number": visa.number,
        "visa_days": 61,
        "travel_before_on": in_days(61).isoformat(),
        "return_before_on": in_days(61).isoformat(),
        "cancel_before_on": in_days(61).isoformat(),
    }
    message = Message.objects.get(receiver=person.resident.phone)
    assert (message.template, message.arguments["until_on"]) == ("exit-reentry-issued", in_days(61).isoformat())


@pytest.mark.parametrize("slug", ["exit-reentry-issue", "final-exit-issue"])
def test_a_multiple_visa_by_months_makes_way_once_its_days_to_return_are_over(slug):
    """The first travel fixed its last day of return; the table knows the one that was possible before, and that is still to come."""
    visa = VisaFactory(
        resident=worker(),
        kind=Visa.Kind.MULTIPLE,
        issued_on=in_days(-100),
        months=1,
        leave_before=in_days(-8),
        return_before=None,
        ends_on=in_days(22),
    )
    for direction, day in ((Movement.Direction.OUT, -90), (Movement.Direction.IN, -80)):
        MovementFactory(resident=visa.resident, direction=direction, crossed_on=in_days(day))
    person = Person(resident=visa.resident, by_app=True)
    perform(token := person.ready(slug=slug), token.fingerprint)
    visa.refresh_from_db()
    assert (visa.used_on, visa.state(terms())) == (add_months(in_days(-90), 1), VisaState.USED)
    assert visa.resident.visas.count() == 2


def test_a_visa_by_months_says_both_limits():
    person = Person(resident=worker(), by_app=True)
    token = person.token(SLUG)
    verify(token, {"iqama_number": person.resident.iqama_number, "kind": "single", "mode": "months", "months": "2"})
    receipt = perform(token, token.fingerprint)
    leave = add_months(clock.today(), 3)
    assert (receipt.facts["travel_before_on"], receipt.facts["until_on"]) == (leave.isoformat(), add_months(leave, 2).isoformat())
    assert receipt.facts["visa_months"] == 2
    assert "return_before_on" not in receipt.facts
    assert Visa.objects.get().months == 2
    assert Message.objects.get(receiver=person.resident.phone).template == "exit-reentry-by-months"


def test_a_family_gets_a_visa_and_a_page_each():
    family = Household()
    token = family.token(SLUG)
    answers = BY_DAYS | family.asked(family.wife, family.son)
    judgement = verify(token, answers)
    assert [each["name"] for each in judgement.facts["accompanying"]] == [family.wife.names, family.son.names]
    receipt = perform(token, token.fingerprint)
    assert (receipt.total, receipt.spent) == (Decimal("600.00"), 3)
    visas = {visa.resident: visa.number for visa in Visa.objects.all()}
    assert receipt.facts["visa_number"] == visas[family.resident]
    assert [each["visa_number"] for each in receipt.facts["accompanying_visas"]] == [visas[family.wife], visas[family.son]]
    pages = {page.resident: page.facts for page in receipt.documents.all()}
    assert {person: facts["visa_number"] for person, facts in pages.items()} == visas
    assert {facts["total_sar"] for facts in pages.values()} == {"200.00"}
    wife = pages[family.wife]
    assert (wife["name"], wife["passport_number"], wife["head_of_household"]) == (
        family.wife.names,
        family.wife.passport.number,
        family.resident.names,
    )
    assert (wife["accompanying"], wife["occupation"], wife["accompanying_visas"]) == (None, None, None)


def words_of(page: Document) -> str:
    """What is printed, as a reader of the file gets it."""
    file = pypdf.PdfReader(io.BytesIO(pdf.render(page.page, page_context(page.prints.get()))))
    assert len(file.pages) == 1
    return " ".join(file.pages[0].extract_text().split())


def test_the_pages_say_what_was_granted():
    family = Household()
    token = family.token(SLUG)
    verify(token, BY_DAYS | family.asked(family.wife))
    perform(token, token.fingerprint)
    for page in Document.objects.all():
        printed = words_of(page)
        wanted = (
            page.facts["visa_number"],
            page.resident.name_en,
            "200.00",
            page.resident.passport.number,
            "Travel Before",
            "Return Before",
        )
        assert [words for words in wanted if words not in printed] == []
        assert ("Family Members Included" in printed) is (page.resident == family.resident)


def test_of_two_operations_on_one_resident_at_once_one_grants_a_visa(transactional_db):
    person = Person(resident=worker(), by_app=True)
    tokens = [person.ready(slug=SLUG) for _ in range(2)]
    results = all_at_once(lambda number: perform(tokens[number], tokens[number].fingerprint), 2)
    assert sorted(type(result).__name__ for result in results) == ["Receipt", "Refused"]
    assert (Visa.objects.count(), Receipt.objects.count()) == (1, 1)


def test_a_member_who_asks_alone_and_the_family_that_takes_them_along_do_not_both_get_a_visa(transactional_db):
    family = Household()
    alone, together = family.token(SLUG), family.token(SLUG)
    verify(alone, BY_DAYS | {"iqama_number": family.son.iqama_number})
    verify(together, BY_DAYS | family.asked(family.wife, family.son))
    tokens = [alone, together]
    results = all_at_once(lambda number: perform(tokens[number], tokens[number].fingerprint), 2)
    assert sorted(type(result).__name__ for result in results) == ["Receipt", "Refused"]
    assert Visa.objects.filter(resident=family.son).count() == 1
    assert Visa.objects.count() in {1, 3}


# --- over HTTP ------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("of_head", [False, True])
def test_a_family_gets_its_visas_over_http(language, of_head):
    family = Household(language=language, of_head=of_head)
    token = family.start(SLUG)
    family.post(token, code=family.code(token))
    number = {"iqama_number": family.resident.iqama_number}
    asked_about = family.post(token, **BY_DAYS, **number)
    assert asked_about.status_code == 422
    assert {"ar": family.wife.name_ar, "en": family.wife.name_en}[language] in said(asked_about)
    assert family.post(token, **BY_DAYS, **family.asked(family.wife)).status_code == 302
    token.refresh_from_db()
    review = said(family.get(token))
    assert {"ar": "مراجعة التأشيرة", "en": "Check the visa"}[language] in review
    assert family.wife.name_en in review
    assert "400.00" in review
    answer = family.confirm(token)
    receipt = token.receipts.get()
    page = said(family.client.get(answer.url))
    assert {"ar": "صدرت تأشيرة الخروج والعودة", "en": "Exit/re-entry visa issued"}[language] in page
    assert receipt.facts["visa_number"] in page
    assert [str(violation) for violation in violations()] == []


def test_the_file_says_beforehand_who_may_travel_and_fills_the_number_in():
    family = Household(language="en")
    HoldFactory(resident=family.wife)
    file = said(family.client.get(f"/residents/{family.wife.uuid}/"))
    assert "Issue exit/re-entry visa" in file
    assert "Unpaid traffic violations" in file
    token = family.start(SLUG, resident=str(family.resident.uuid))
    family.post(token, code=family.code(token))
    details = family.get(token).content.decode()
    assert f'value="{family.resident.iqama_number}"' in details
    assert str(family.wife.uuid) in details


def test_the_file_of_a_family_member_shows_the_familys_receipt():
    family = Household(language="en")
    token = family.token(SLUG)
    verify(token, BY_DAYS | family.asked(family.wife))
    receipt = perform(token, token.fingerprint)
    shown = {each: list(family.client.get(f"/residents/{each.uuid}/").context["receipts"]) for each in (family.resident, *family.members)}
    assert shown == {family.resident: [receipt], family.wife: [receipt], family.son: []}
