"""The renewal itself: what it asks, what it shows, what it changes, and what a refusal leaves alone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from muqeem import clock
from muqeem.facts import dates_in_text
from muqeem.hijri import add_hijri_months, add_months, from_hijri
from muqeem.numbers import luhn_complete
from muqeem.operations.base import registry
from muqeem.operations.judge import judge, verify
from muqeem.operations.models import Document, Receipt
from muqeem.operations.perform import Outdated, Refused, TokenSpent, perform
from muqeem.record.models import Event, Message, Parameter
from residency.forms import RenewalForm
from residency.models import Clearance, Hold, Movement, Resident
from residency.operations import RenewIqama
from tests.factories import (
    AccountFactory,
    BranchFactory,
    HoldFactory,
    IqamaFactory,
    MembershipFactory,
    MovementFactory,
    OperationTokenFactory,
    ResidentFactory,
    SubscriptionFactory,
    WalletFactory,
    in_days,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    """The main user of an establishment with operations and money."""
    member = MembershipFactory(main=True)
    SubscriptionFactory(account=member.account)
    WalletFactory(account=member.account)
    return member


@pytest.fixture
def token(member):
    return OperationTokenFactory(verified=True, user=member.user, account=member.account)


def answers(resident, months=12):
    return {"iqama_number": resident.iqama_number, "months": str(months)}


def form_for(account, data, branches=(), day=None, **changed):
    """The form as an account's user sees it; `changed` sets parameters by their code, with __ for a point."""
    for code, value in changed.items():
        Parameter.objects.filter(code=code.replace("__", ".")).update(value=str(value))
    terms = Parameter.objects.terms(day or clock.today())
    return RenewalForm(data, account=account, terms=terms, branches=list(branches))


def errors(form):
    """What the form says, in English."""
    with override("en"):
        return {name: list(said) for name, said in form.errors.items()}


def long_day(day):
    """A day as English sentences say it."""
    with override("en"):
        return dates_in_text(day)


def state(account):
    """All that a renewal changes."""
    wallet, subscription = account.wallet, account.subscriptions.get()
    wallet.refresh_from_db()
    return {
        "versions": list(Resident.objects.filter(sponsor=account).values_list("iqamas__version", "iqamas__expires_on")),
        "balance": wallet.balance,
        "entries": wallet.entries.count(),
        "left": subscription.operations_left,
        "receipts": Receipt.objects.count(),
        "documents": Document.objects.count(),
        "messages": Message.objects.filter(channel=Message.Channel.TEXT).count(),
    }


# --- whom it is for -------------------------------------------------------------------------------
def test_the_service_is_offered_under_its_own_name():
    assert registry["iqama-renewal"] is RenewIqama
    with override("en"):
        said = [str(RenewIqama.title), str(RenewIqama.review_title), str(RenewIqama.confirm_label), str(RenewIqama.done_title)]
    assert said == ["Renew residency", "Check the renewal", "Renew residency", "Residency renewed"]


def test_a_strangers_resident_is_answered_as_if_there_were_none():
    account, stranger = AccountFactory(), ResidentFactory()
    nobody = {"iqama_number": luhn_complete("299999999"), "months": "12"}
    words = {"iqama_number": ["There is no resident with this number in your account."]}
    assert errors(form_for(account, answers(stranger))) == errors(form_for(account, nobody)) == words
    assert errors(form_for(stranger.sponsor, answers(stranger))) == {}


def test_a_delegated_user_reaches_only_the_residents_of_the_branches():
    resident = ResidentFactory()
    north, south = BranchFactory(account=resident.sponsor), BranchFactory(account=resident.sponsor)
    Resident.objects.filter(pk=resident.pk).update(branch=north)
    assert errors(form_for(resident.sponsor, answers(resident), branches=[north.pk])) == {}
    assert "iqama_number" in errors(form_for(resident.sponsor, answers(resident), branches=[south.pk]))


def test_a_resident_reaches_himself_and_his_family():
    head = ResidentFactory()
    child, own = ResidentFactory(son=True, head=head, aged=5), AccountFactory(number=head.iqama_number)
    assert errors(form_for(own, answers(head))) == errors(form_for(own, answers(child))) == {}


def test_the_number_comes_in_digits_of_any_keyboard():
    resident = ResidentFactory()
    typed = resident.iqama_number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    form = form_for(resident.sponsor, {"iqama_number": f" {typed[:3]} {typed[3:]}\u200f", "months": "١٢"})
    assert form.is_valid()
    assert form.cleaned_data == {"resident": resident, "months": 12}


@pytest.mark.parametrize("typed", ["", "abc", "2123456780", "\x00", "\ud800", "9" * 10_000, "2' OR 1=1 --"])
def test_any_other_text_is_an_error_beside_the_field(typed):
    said = errors(form_for(AccountFactory(), {"iqama_number": typed, "months": typed}))
    assert set(said) == {"iqama_number", "months"}


# --- for how long ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "offered"), [("worker", [3, 6, 9, 12, 15, 18, 21, 24]), ("dependant", [3, 6, 9, 12, 15, 18, 21, 24]), ("domestic", [12, 24])]
)
@pytest.mark.parametrize("months", [1, 3, 9, 12, 18, 24, 27])
def test_only_the_periods_of_the_kind_are_offered(kind, offered, months):
    resident = ResidentFactory(**{kind: True})
    form = form_for(resident.sponsor, answers(resident, months))
    assert [value for value, _label in form.fields["months"].choices] == [str(each) for each in offered]
    assert form.is_valid() is (months in offered)


def test_a_period_that_is_not_offered_is_answered_with_those_that_are():
    domestic = ResidentFactory(domestic=True)
    with override("en"):
        form = form_for(domestic.sponsor, answers(domestic, 3))
        assert form.errors["months"] == ["Choose one of these periods: 12 months, 24 months."]


def test_a_form_opened_from_a_domestic_workers_file_offers_whole_years():
    domestic = ResidentFactory(domestic=True)
    terms = Parameter.objects.terms(clock.today())
    form = RenewalForm(initial={"iqama_number": domestic.iqama_number}, account=domestic.sponsor, terms=terms, branches=[])
    assert [value for value, _label in form.fields["months"].choices] == ["12", "24"]


@pytest.mark.parametrize(("months", "cover"), [(3, 3), (12, 12), (24, 12)])
@pytest.mark.parametrize(("spare", "accepted"), [(-1, False), (0, True), (1, True)])
def test_insurance_covers_the_period_or_its_first_year(months, cover, spare, accepted):
    ends, end = in_days(30), add_months(in_days(30), cover)
    resident = ResidentFactory(expiring_in=ends, insured_until=end + timedelta(days=spare))
    said = errors(form_for(resident.sponsor, answers(resident, months)))
    if accepted:
        assert said == {}
    else:
        fact = f"Health insurance ends on {long_day(end - timedelta(days=1))}, before the period does on {long_day(end)}."
        assert said == {"months": [f"{fact} Extend it with the insurer, or choose a shorter period."]}


def test_insurance_that_has_ended_is_left_to_the_requirement():
    resident = ResidentFactory(insured_until=-1)
    assert errors(form_for(resident.sponsor, answers(resident))) == {}


@pytest.mark.parametrize(("spare", "accepted"), [(-1, False), (0, True), (1, True)])
@pytest.mark.parametrize("collected", [0, 1])
def test_a_permit_reaches_the_new_end_unless_its_fee_is_collected_here(spare, accepted, collected):
    end = add_months(in_days(30), 12)
    resident = ResidentFactory(expiring_in=30, permitted_until=end + timedelta(days=spare))
    said = errors(form_for(resident.sponsor, answers(resident), labour__collected_here=collected))
    if accepted or collected:
        assert said == {}
    else:
        fact = f"The work permit ends on {long_day(end - timedelta(days=1))}, before the period does on {long_day(end)}."
        assert said == {"months": [f"{fact} Renew it with the labour authority, or choose a shorter period."]}


@pytest.mark.parametrize(("day", "accepted"), [(date(2026, 3, 14), True), (date(2026, 3, 15), True), (date(2026, 3, 16), False)])
def test_a_period_that_ends_before_today_renews_nothing(day, accepted):
    resident = ResidentFactory(expiring_in=date(2025, 3, 15))
    said = errors(form_for(resident.sponsor, answers(resident, 12), day=day))
    if accepted:
        assert said == {}
    else:
        words = "This period ends on 15 March 2026 (26 Ramadan 1447 AH) and the residency would still be expired. Choose a longer period."
        assert said == {"months": [words]}


# --- the calendar of the period -------------------------------------------------------------------
def calendar_of_terms(name):
    """Let renewals run on by the months of a calendar."""
    changed = Parameter.objects.filter(code="iqama.term_calendar").update(value={"gregorian": "0", "hijri": "1"}[name])
    assert changed == 1


RAMADAN_30 = from_hijri(1447, 9, 30)  # the next Ramadan has 29 days


@pytest.mark.parametrize(
    ("calendar", "months", "end"),
    [
        ("gregorian", 12, date(2027, 3, 19)),
        ("hijri", 12, from_hijri(1448, 9, 29)),
        ("hijri", 3, from_hijri(1447, 12, 29)),
        ("hijri", 15, from_hijri(1448, 12, 30)),
    ],
)
def test_a_renewal_runs_on_by_the_months_of_its_calendar(calendar, months, end):
    calendar_of_terms(calendar)
    resident, terms = ResidentFactory(expiring_in=RAMADAN_30), Parameter.objects.terms(RAMADAN_30)
    assert resident.iqama.renewed_until(months, terms) == end
    renewed = resident.renew(months, terms)
    assert (renewed.starts_on, renewed.expires_on, renewed.months) == (RAMADAN_30, end, months)


def test_a_renewal_in_hijri_months_is_shown_judged_and_kept_with_the_same_end(member, token):
    calendar_of_terms("hijri")
    resident = ResidentFactory(sponsor=member.account, expiring_in=30)
    end = add_hijri_months(in_days(30), 12)
    assert end < add_months(in_days(30), 12)
    assert verify(token, answers(resident, 12)).facts["new_expires_on"] == end.isoformat()
    receipt = perform(token, token.fingerprint)
    assert receipt.facts["new_expires_on"] == end.isoformat()
    assert resident.iqamas.latest("version").expires_on == Document.objects.get().valid_until == end


@pytest.mark.parametrize(("calendar", "label"), [("gregorian", "Period"), ("hijri", "Period in Hijri months")])
def test_the_form_says_of_which_calendar_the_months_are(calendar, label):
    calendar_of_terms(calendar)
    with override("en"):
        assert str(form_for(AccountFactory(), {}).fields["months"].label) == label


@pytest.mark.parametrize(("spare", "accepted"), [(-1, False), (0, True)])
def test_insurance_covers_a_period_in_hijri_months(spare, accepted):
    calendar_of_terms("hijri")
    ends = in_days(30)
    resident = ResidentFactory(expiring_in=ends, insured_until=add_hijri_months(ends, 6) + timedelta(days=spare))
    assert (errors(form_for(resident.sponsor, answers(resident, 6))) == {}) is accepted


@pytest.mark.parametrize(("months", "accepted"), [(3, True), (6, False), (24, False)])
def test_a_period_beyond_the_hijri_table_is_an_error_beside_the_field(months, accepted):
    calendar_of_terms("hijri")
    resident = ResidentFactory(expiring_in=from_hijri(1500, 8, 15), insured_until=date(2080, 1, 1))
    said = errors(form_for(resident.sponsor, answers(resident, months), day=from_hijri(1500, 8, 1)))
    words = (
        "This period ends after 16 November 2077 (30 Dhu al-Hijjah 1500 AH), the last day of the Umm al-Qura calendar."
        " Choose a shorter period."
    )
    assert said == ({} if accepted else {"months": [words]})


def test_another_calendar_after_the_review_does_nothing(member, token):
    resident = ResidentFactory(sponsor=member.account)
    verify(token, answers(resident))
    calendar_of_terms("hijri")
    with pytest.raises(Refused) as refusal:
        perform(token, token.fingerprint)
    assert refusal.value.reason.key == "facts-changed"
    assert resident.iqamas.count() == 1


# --- what is shown --------------------------------------------------------------------------------
def test_the_review_shows_the_residency_before_and_after(member, token):
    worker = ResidentFactory(sponsor=member.account, expiring_in=30, permitted_until=60)
    ResidentFactory(dependant=True, head=worker)
    facts = verify(token, answers(worker, 6)).facts
    assert facts == {
        "name": {"ar": "محمد عبد الرحمن علي خان", "en": "MOHAMMAD ABDULRAHMAN ALI KHAN"},
        "iqama_number": worker.iqama_number,
        "nationality": {"ar": "باكستان", "en": "Pakistan"},
        "birth_on": worker.birth_on.isoformat(),
        "gender": facts["gender"],
        "passport_number": worker.passport.number,
        "passport_expires_on": in_days(1000).isoformat(),
        "occupation": {"ar": "مهندس مدني", "en": "Civil engineer"},
        "employer": {"ar": "شركة الأفق للتجارة", "en": "Horizon Trading Company"},
        "employer_number": member.account.number,
        "dependants": 1,
        "insured_until_on": in_days(1500).isoformat(),
        "work_permit_until_on": in_days(60).isoformat(),
        "card_version": 2,
        "months": 6,
        "expires_on": in_days(30).isoformat(),
        "new_expires_on": add_months(in_days(30), 6).isoformat(),
    }
    assert facts["gender"]["en"] == "Male"


def test_companions_are_not_counted_as_dependants(member, token):
    worker = ResidentFactory(sponsor=member.account, expiring_in=30, permitted_until=60)
    ResidentFactory(dependant=True, head=worker)
    for _mother_and_brother in range(2):
        ResidentFactory(dependant=True, head=worker, kind=Resident.Kind.COMPANION)
    facts = verify(token, answers(worker, 6)).facts
    assert (facts["dependants"], facts["companions"]) == (1, 2)


def test_a_dependants_review_names_the_head_of_household(member, token):
    head = ResidentFactory(sponsor=member.account)
    wife = ResidentFactory(dependant=True, head=head)
    facts = verify(token, answers(wife, 6)).facts
    assert facts["head_of_household"] == head.names
    assert facts["relationship"]["en"] == "Wife"
    assert facts["occupation"] is None


def test_only_the_ticks_that_concern_the_person_are_shown():
    worker, son = ResidentFactory(), ResidentFactory(son=True, aged=22)
    terms = Parameter.objects.terms(clock.today())
    with override("en"):
        of_worker = {str(finding.fact) for finding in RenewIqama.judge(worker, worker.sponsor, terms)}
        of_son = {str(finding.fact) for finding in RenewIqama.judge(son, son.sponsor, terms)}
    assert of_worker - of_son == {"The work permit is paid with the renewal"}
    assert of_son - of_worker == {"Dependant's age within the limit", "No proof of study, required from age 21"}


# --- what is done ---------------------------------------------------------------------------------
def test_a_renewal_adds_a_version_that_runs_on_from_the_old_end(member, token):
    resident = ResidentFactory(sponsor=member.account, expiring_in=30)
    verify(token, answers(resident, 6))
    perform(token, token.fingerprint)
    old, new = resident.iqamas.order_by("version")
    assert (old.version, old.expires_on) == (1, in_days(30))
    assert (new.version, new.months, new.days_late) == (2, 6, 0)
    assert (new.issued_on, new.starts_on, new.expires_on) == (clock.today(), in_days(30), add_months(in_days(30), 6))


@pytest.mark.parametrize(("ended", "days_late", "fine"), [(3, 3, "0.00"), (4, 4, "500.00")])
def test_a_late_renewal_runs_on_from_the_old_end_and_remembers_the_delay(member, token, ended, days_late, fine):
    resident = ResidentFactory(sponsor=member.account, expiring_in=-ended)
    verify(token, answers(resident))
    receipt = perform(token, token.fingerprint)
    renewed = resident.iqamas.latest("version")
    assert (renewed.starts_on, renewed.expires_on) == (in_days(-ended), add_months(in_days(-ended), 12))
    assert renewed.days_late == days_late
    assert {row["code"]: row["amount"] for row in receipt.fee}["late"] == fine


def test_a_renewal_is_paid_counted_receipted_printed_told_and_journalled(member, token):
    resident = ResidentFactory(sponsor=member.account, expiring_in=30, permitted_until=1000)
    before = state(member.account)
    verify(token, answers(resident))
    receipt = perform(token, token.fingerprint)
    after = state(member.account)
    assert receipt.total == Decimal("650.00")
    assert before["balance"] - after["balance"] == Decimal("650.00")
    assert before["left"] - after["left"] == 1
    assert [after[what] - before[what] for what in ("entries", "receipts", "documents", "messages")] == [1, 1, 1, 1]
    assert receipt.facts["new_expires_on"] == add_months(in_days(30), 12).isoformat()
    assert (receipt.facts["issued_on"], receipt.facts["starts_on"]) == (clock.today().isoformat(), in_days(30).isoformat())
    assert Document.objects.get().valid_until == add_months(in_days(30), 12)
    message = Message.objects.get(channel=Message.Channel.TEXT)
    assert (message.receiver, message.template) == (resident.phone, "residency-renewed")
    assert Event.objects.chained().last().data["receipt"] == receipt.number


def test_an_unlimited_subscription_only_counts(member, token):
    member.account.subscriptions.update(operations_left=None)
    resident = ResidentFactory(sponsor=member.account)
    verify(token, answers(resident))
    perform(token, token.fingerprint)
    subscription = member.account.subscriptions.get()
    assert (subscription.operations_left, subscription.operations_spent) == (None, 1)


def test_a_token_renews_once(member, token):
    resident = ResidentFactory(sponsor=member.account)
    verify(token, answers(resident))
    receipt = perform(token, token.fingerprint)
    with pytest.raises(TokenSpent) as spent:
        perform(token, token.fingerprint)
    assert spent.value.receipt == receipt
    assert resident.iqamas.count() == 2


def test_of_two_tokens_for_one_resident_the_second_sees_that_it_was_done(member, token):
    resident = ResidentFactory(sponsor=member.account, expiring_in=30)
    second = OperationTokenFactory(verified=True, user=member.user, account=member.account)
    verify(token, answers(resident, 3))
    verify(second, answers(resident, 3))
    perform(token, token.fingerprint)
    with pytest.raises(Refused) as refusal:
        perform(second, second.fingerprint)
    assert refusal.value.reason.key == "facts-changed"
    assert resident.iqamas.count() == 2


# --- what is refused ------------------------------------------------------------------------------
def test_a_requirement_that_is_not_met_stops_at_verify_data(member, token):
    resident = ResidentFactory(sponsor=member.account)
    HoldFactory(resident=resident)
    judgement = verify(token, answers(resident))
    assert [finding.fact.key for finding in judgement.obstacles] == ["fines-unpaid"]
    assert (token.data, token.fingerprint, judgement.fee) == (None, "", None)


BREAKERS = {
    "deceased": lambda resident: Resident.objects.filter(pk=resident.pk).update(deceased_on=in_days(-1)),
    "left": lambda resident: Resident.objects.filter(pk=resident.pk).update(left_on=in_days(-1)),
    "absent": lambda resident: HoldFactory(resident=resident, kind=Hold.Kind.ABSENT),
    "recruitment-violation": lambda resident: HoldFactory(resident=resident, kind=Hold.Kind.RECRUITMENT),
    "fines-unpaid": lambda resident: HoldFactory(resident=resident),
    "arrears": lambda resident: HoldFactory(of_account=resident.sponsor, kind=Hold.Kind.ARREARS),
    "no-biometrics": lambda resident: Resident.objects.filter(pk=resident.pk).update(biometrics_on=None),
    "passport-expired": lambda resident: resident.passports.update(expires_on=in_days(-1)),
    "insurance-ended": lambda resident: resident.clearances.update(until_on=in_days(-1)),
    "opens": lambda resident: IqamaFactory(resident=resident, expires_on=in_days(400)),
    "no-permit": lambda resident: Parameter.objects.filter(code="labour.collected_here").update(value="0"),
}


@pytest.mark.parametrize("reason", BREAKERS)
def test_what_changes_after_the_review_refuses_and_leaves_everything_as_it_was(member, token, reason):
    resident = ResidentFactory(sponsor=member.account)
    verify(token, answers(resident))
    BREAKERS[reason](resident)
    before = state(member.account)
    with pytest.raises(Refused) as refusal:
        perform(token, token.fingerprint)
    assert refusal.value.reason.key == reason
    assert refusal.value.mend is not None
    assert state(member.account) == before
    token.refresh_from_db()
    assert token.used_at is None
    assert Event.objects.filter(kind="refusal", subject=str(token.uuid)).count() == 1


def test_a_fee_that_rose_after_the_review_is_not_charged(member, token):
    resident = ResidentFactory(sponsor=member.account)
    verify(token, answers(resident))
    Parameter.objects.filter(code="iqama.work.year_fee").update(value="700")
    before = state(member.account)
    with pytest.raises(Refused) as refusal:
        perform(token, token.fingerprint)
    assert refusal.value.reason.key == "fee-changed"
    assert state(member.account) == before


def test_a_period_that_is_no_longer_insured_is_refused(member, token):
    resident = ResidentFactory(sponsor=member.account)
    verify(token, answers(resident))
    resident.clearances.filter(kind=Clearance.Kind.INSURANCE).update(until_on=in_days(1))
    with pytest.raises(Refused) as refusal:
        perform(token, token.fingerprint)
    assert refusal.value.judgement.form.errors["months"]
    assert resident.iqamas.count() == 1


def test_money_and_quota_that_do_not_suffice_change_nothing(member, token):
    resident = ResidentFactory(sponsor=member.account)
    verify(token, answers(resident))
    member.account.subscriptions.update(operations_left=0)
    before = state(member.account)
    with pytest.raises(Refused) as refusal:
        perform(token, token.fingerprint)
    assert refusal.value.reason.key == "quota-used"
    assert state(member.account) == before


def test_an_empty_wallet_renews_nobody():
    member = MembershipFactory(main=True)
    SubscriptionFactory(account=member.account, unlimited=True)
    WalletFactory(account=member.account, holding="100.00")
    token = OperationTokenFactory(verified=True, user=member.user, account=member.account)
    resident = ResidentFactory(sponsor=member.account, permitted_until=1000)
    verify(token, answers(resident))
    before = state(member.account)
    with pytest.raises(Refused) as refusal:
        perform(token, token.fingerprint)
    assert refusal.value.reason.key == "wallet-low"
    assert refusal.value.reason.values["gap"] == Decimal("550.00")
    assert state(member.account) == before


def test_another_fingerprint_than_the_shown_one_does_nothing(member, token):
    resident = ResidentFactory(sponsor=member.account)
    verify(token, answers(resident, 3))
    stale = token.fingerprint
    verify(token, answers(resident, 6))
    with pytest.raises(Outdated):
        perform(token, stale)
    assert resident.iqamas.count() == 1


# --- people abroad and their families -------------------------------------------------------------
def test_the_employer_renews_a_worker_abroad_at_the_usual_fee(member, token):
    worker = ResidentFactory(sponsor=member.account, outside=True, permitted_until=1000)
    verify(token, answers(worker))
    assert perform(token, token.fingerprint).total == Decimal("650.00")


def test_a_dependant_abroad_is_renewed_at_double_the_fee(member, token):
    head = ResidentFactory(sponsor=member.account)
    wife = ResidentFactory(dependant=True, head=head, outside=True)
    verify(token, answers(wife))
    assert perform(token, token.fingerprint).total == Decimal("1300.00")


def test_a_worker_abroad_cannot_renew_from_his_own_account():
    worker = ResidentFactory()
    MovementFactory(resident=worker, direction=Movement.Direction.OUT)
    own = MembershipFactory(main=True, account__number=worker.iqama_number)
    token = OperationTokenFactory(verified=True, user=own.user, account=own.account)
    judgement = judge(token, answers(worker))
    assert [finding.fact.key for finding in judgement.obstacles] == ["outside"]


def test_the_page_is_the_renewal_notice(member, token):
    resident = ResidentFactory(sponsor=member.account)
    verify(token, answers(resident))
    document = perform(token, token.fingerprint).documents.get()
    assert document.page == "residency/renewal_page.html"
    assert document.facts["title"]["en"] == "Residency Renewal Notice"
    assert document.prints.count() == 1


def test_lateness_is_judged_on_the_day_of_the_operation(member, shift):
    resident = ResidentFactory(sponsor=member.account, expiring_in=0)
    shift(timedelta(days=4))
    token = OperationTokenFactory(verified=True, user=member.user, account=member.account)
    judgement = verify(token, answers(resident))
    assert {line.code: line.amount for line in judgement.fee.lines}["late"] == Decimal("500.00")
