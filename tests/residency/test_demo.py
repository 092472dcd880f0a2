"""The demonstration: believable people in reserved numbers, every state a rule can meet, and who signs in."""

import json
from collections.abc import Iterable
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F, Max, Q, Sum

from accounts.models import Account, Membership, OperationToken, Package, PhoneDevice, Subscription, User, Wallet
from muqeem import clock, codes, names, numbers
from muqeem.operations.base import registry
from muqeem.operations.invariants import violations
from muqeem.operations.judge import terms_of_today
from muqeem.record.models import Demonstration
from muqeem.record.terms import Terms
from residency.demonstration import register
from residency.demonstration.names import CULTURES
from residency.demonstration.people import Person
from residency.demonstration.states import DOMESTIC, FAMILIES, WORKERS
from residency.demonstration.visitors import VISITORS
from residency.models import Iqama, Passport, Resident
from tests.factories import AccountFactory, PhoneDeviceFactory, ResidentFactory, UserFactory, in_days

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _demonstration_mode(settings: Any) -> None:
    settings.DEMO = True


def run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def people() -> dict[str, dict[str, str]]:
    return {person["username"]: person for person in json.loads(run("demo", "--json"))}


# --- where it may run -----------------------------------------------------------------------------
def test_a_demonstration_needs_demonstration_mode(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="demonstration mode"):
        run("demo")
    assert not Resident.objects.exists()


@pytest.mark.parametrize("somebody", [UserFactory, AccountFactory, ResidentFactory])
def test_a_database_with_people_that_is_not_marked_is_left_alone(somebody: Any) -> None:
    Demonstration.objects.all().delete()
    somebody()
    users = User.objects.count()
    with pytest.raises(CommandError, match="not marked"):
        run("demo")
    assert not Demonstration.objects.exists()
    assert User.objects.count() == users


def test_an_empty_database_is_marked_and_filled() -> None:
    Demonstration.objects.all().delete()
    run("demo")
    assert Demonstration.objects.exists()
    assert Resident.objects.count() == 200


def test_a_marked_database_with_a_register_of_its_own_stays_as_it_is() -> None:
    ResidentFactory()
    assert json.loads(run("demo", "--json")) == []
    assert Resident.objects.count() == 1


def test_a_second_run_changes_nothing_and_prints_the_same_people() -> None:
    first = run("demo", "--json")
    before = [model.objects.count() for model in (Resident, Iqama, Account, User, Wallet)]
    assert run("demo", "--json") == first
    assert [model.objects.count() for model in (Resident, Iqama, Account, User, Wallet)] == before


def test_the_same_people_are_made_each_time() -> None:
    def made() -> list[tuple[Any, ...]]:
        with transaction.atomic():
            run("demo", "--residents", "120")
            found = list(Resident.objects.order_by("pk").values_list("iqama_number", "folded", "birth_on", "phone", "sponsor__number"))
            transaction.set_rollback(True)
        return found

    assert made() == made()


# --- who is in it ---------------------------------------------------------------------------------
@pytest.fixture
def demonstration(monkeypatch: pytest.MonkeyPatch) -> dict[str, Resident]:
    """A small demonstration; its residents by what is said of their state."""
    residents: dict[str, Resident] = {}
    write = register.write

    def watched(households: Iterable[list[Person]]) -> int:
        some = list(households)
        residents.update({person.state.says: person.resident for household in some for person in household if person.state.says})
        return write(some)

    monkeypatch.setattr(register, "write", watched)
    run("demo", "--residents", "150")
    return {says: Resident.objects.get(pk=resident.pk) for says, resident in residents.items()}


def test_everybody_stands_in_the_reserved_numbers_and_passes_the_gates(demonstration: dict[str, Resident]) -> None:
    residents = Resident.objects.select_related("sponsor").all()
    for resident in residents:
        if resident.iqama_number:
            assert numbers.clean_iqama(resident.iqama_number).startswith("29")
        assert numbers.clean_border(resident.border_number).startswith("39")
        assert resident.sponsor.number[:2] in {"19", "29", "79"}
        assert not resident.phone or numbers.clean_phone(resident.phone).startswith("+96650")
        for part in ("first", "father", "grandfather", "family"):
            arabic, latin = getattr(resident, f"{part}_ar"), getattr(resident, f"{part}_en")
            assert names.clean_arabic_name(arabic, part, 40) == arabic
            assert names.clean_latin_name(latin, part, 40) == latin
            assert bool(arabic) == bool(latin)
    for passport in Passport.objects.all():
        assert numbers.clean_passport(passport.number) == passport.number
    for account in Account.objects.all():
        assert numbers.clean_sponsor(account.number) == account.number


def test_names_fit_nationality_faith_and_gender(demonstration: dict[str, Resident]) -> None:
    for resident in Resident.objects.exclude(pk=demonstration["The longest name"].pk):
        cultures = [c for c in CULTURES if (c.nationality, c.religion) == (resident.nationality, resident.religion)]
        own = (resident.first_ar, resident.first_en)
        assert any(own in (culture.men if resident.gender == "M" else culture.women) for culture in cultures), resident.name_en


def test_the_eight_nationalities_come_with_their_shares() -> None:
    run("demo", "--residents", "3000")
    workers = Resident.objects.filter(kind="worker")
    everybody = sum(culture.thousands for culture in CULTURES)
    for nationality in {culture.nationality for culture in CULTURES}:
        share = sum(culture.thousands for culture in CULTURES if culture.nationality == nationality) / everybody
        assert workers.filter(nationality=nationality).count() / workers.count() == pytest.approx(share, abs=0.03)
    assert workers.values("nationality").distinct().count() == 8


def test_families_hang_together(demonstration: dict[str, Resident]) -> None:
    relatives = Resident.objects.filter(head__isnull=False).select_related("head")
    assert relatives.exists()
    for relative in relatives:
        head = relative.head
        assert (relative.sponsor_id, relative.branch_id, relative.nationality) == (head.sponsor_id, head.branch_id, head.nationality)
        assert relative.iqama.expires_on == head.iqama.expires_on
        if relative.relationship in {"son", "daughter"}:
            assert relative.father_en == head.first_en
            assert relative.family_en == head.family_en
            assert relative.birth_on > head.birth_on


def test_every_state_is_there(demonstration: dict[str, Resident]) -> None:
    relatives = [relative.state for _head, family in FAMILIES for relative in family]
    states = [*WORKERS, *DOMESTIC, *(head for head, _family in FAMILIES), *relatives]
    assert {state.says for state in states if state.says} <= set(demonstration)


WHAT_STANDS_AGAINST = {
    "The renewal is not open yet: 200 days left": {"opens"},
    "100 days left": set(),
    "29 days left": set(),
    "Today is the last day": set(),
    "Expired 40 days ago, late once before": set(),
    "Expired 40 days ago, late twice before": {"third-late"},
    "Biometrics not recorded": {"no-biometrics"},
    "Passport expired": {"passport-expired"},
    "No health insurance": {"not-insured"},
    "No work permit": {"no-permit"},
    "Work permit expired": {"permit-expired"},
    "Traffic violations unpaid": {"fines-unpaid"},
    "Traffic violations paid yesterday": set(),
    "Absent from work": {"absent"},
    "Absence reported, term running": {"absence-reported"},
    "Recruitment violation": {"recruitment-violation"},
    "Deceased": {"deceased"},
    "Son who turns 6 tomorrow, no biometrics": set(),
    "Daughter of 6, no biometrics": {"no-biometrics"},
    "Son who turns 21 tomorrow, no proof of study": set(),
    "Son of 21, no proof of study": {"no-study-proof"},
    "Son of 21 with proof of study": set(),
    "Son who turns 25 tomorrow, studies": set(),
    "Son of 25": {"too-old"},
    "Daughter of 22, no proof of being unmarried": {"no-unmarried-proof"},
    "Daughter of 25 with proof of being unmarried": set(),
    "Domestic worker, 10 months left": set(),
    "Domestic worker, 15 months left": {"opens"},
    "The employer has arrears": {"arrears"},
    "Employs a domestic worker": set(),
    "Works in a resident's household": set(),
    "Everything is in order, 29 days left": set(),
}


def test_each_state_meets_the_rule_that_it_is_there_for(demonstration: dict[str, Resident]) -> None:
    terms = terms_of_today()
    permits_elsewhere = Terms(terms.on, {**terms.values, "labour.collected_here": "0"})

    def unmet(resident: Resident) -> set[str]:
        findings = registry["iqama-renewal"].judge(resident, resident.sponsor, permits_elsewhere)
        return {finding.fact.key for finding in findings if not finding.met}

    assert {says: unmet(demonstration[says]) for says in WHAT_STANDS_AGAINST} == WHAT_STANDS_AGAINST


def test_each_state_of_a_visa_is_there(demonstration: dict[str, Resident]) -> None:
    terms = terms_of_today()
    expected = {
        "Outside the Kingdom on a visa": "travelled",
        "Outside the Kingdom, the visa has ended": "expired-abroad",
        "Outside the Kingdom, did not return": "not-returned",
        "Exit/re-entry visa not used yet": "valid",
        "Exit/re-entry visa by months, not used yet": "valid",
        "Exit/re-entry visa ended unused": "expired-unused",
        "Final exit visa not used yet": "valid",
    }
    assert {says: demonstration[says].visas.get().state(terms) for says in expected} == expected
    last_call = demonstration["Exit/re-entry visa to be cancelled within 3 days"].visas.get()
    assert last_call.cancel_by(terms) == in_days(3)


@pytest.mark.parametrize("slug", ["exit-reentry-issue", "final-exit-issue"])
def test_somebody_may_travel_alone_and_a_family_together(demonstration: dict[str, Resident], slug: str) -> None:
    terms = terms_of_today()
    family = demonstration["Family that may travel, or leave for good"]
    people = [demonstration["The renewal is not open yet: 200 days left"], family, *family.dependants.all()]
    assert len(people) == 5
    for person in people:
        findings = registry[slug].judge(person, person.sponsor, terms)
        assert [finding.fact.key for finding in findings if not finding.met] == []


def test_somebody_has_the_longest_name_that_the_register_takes(demonstration: dict[str, Resident]) -> None:
    longest = demonstration["The longest name"]
    parts = [getattr(longest, f"{part}_{script}") for part in ("first", "father", "grandfather", "family") for script in ("ar", "en")]
    assert {len(part) for part in parts} == {40}


def test_establishments_have_saudi_majorities_and_the_contrary(demonstration: dict[str, Resident]) -> None:
    establishments = Account.objects.filter(number__startswith="7")
    assert {account.has_saudi_majority() for account in establishments} == {True, False}
    assert establishments.filter(saudis=F("expatriates"), expatriates__gt=0).exists()
    assert {account.saudis + account.expatriates <= 9 for account in establishments.filter(owner_full_time=True)} == {True}
    sizes = establishments.annotate(n=Count("residents")).aggregate(largest=Max("n"))
    assert sizes["largest"] > 60


def test_everybody_abroad_has_left_with_a_visa(demonstration: dict[str, Resident]) -> None:
    abroad = demonstration["Outside the Kingdom on a visa"]
    assert abroad.outside_since() is not None
    assert abroad.movements.latest("crossed_on").visa == abroad.visas.get()


# --- who signs in ---------------------------------------------------------------------------------
def test_everybody_printed_can_sign_in_and_has_the_second_step_they_need(demonstration: dict[str, Resident]) -> None:
    printed = people()
    assert set(printed) == {visitor.username for visitor in VISITORS}
    for username, person in printed.items():
        user = authenticate(username=username, password=person["password"])
        assert user is not None
        assert len(person["password"]) >= 12
        assert user.needs_authenticator() == ("totp_secret" in person) == user.has_authenticator()
        assert PhoneDevice.objects.get(user=user, confirmed=True).number == person["phone"]
        assert user.language == person["language"]


def test_rafiq_acts_for_himself_and_may_renew_today(demonstration: dict[str, Resident]) -> None:
    account = Account.objects.get(number=people()["rafiq"]["account"])
    rafiq = Resident.objects.get(iqama_number=account.number)
    assert rafiq.phone == people()["rafiq"]["phone"]
    assert rafiq.iqama.days_left(clock.today()) == 29
    assert rafiq.dependants.count() == 2
    for person in (rafiq, *rafiq.dependants.all()):
        assert all(finding.met for finding in registry["iqama-renewal"].judge(person, account, terms_of_today()))
    assert Subscription.current(account, clock.today()).operations_left == 20
    assert Wallet.of(account).balance == Decimal("20000.00")


def test_noura_is_the_main_user_of_two_establishments_with_packages(demonstration: dict[str, Resident]) -> None:
    memberships = Membership.objects.filter(user__username="noura", is_main=True).order_by("pk")
    first, second = (membership.account for membership in memberships)
    assert Subscription.current(first, clock.today()).operations_left is None
    assert Wallet.of(first).balance == Decimal("100000.00")
    assert Subscription.current(second, clock.today()).operations_left == 3
    assert not Package.objects.filter(is_demonstration=False).exists()


def test_delegated_users_are_limited_by_branch_and_by_privilege(demonstration: dict[str, Resident]) -> None:
    salem, maha = (Membership.objects.get(user__username=name) for name in ("salem", "maha"))
    assert salem.may("iqama-renewal")
    assert len(salem.branch_ids()) == 1
    assert 0 < Resident.objects.reachable_by(salem.account, salem.branch_ids()).count() < salem.account.residents.count()
    assert not maha.may("iqama-renewal")


def test_a_citizen_a_clerk_and_staff_are_there(demonstration: dict[str, Resident]) -> None:
    faisal = Membership.objects.get(user__username="faisal").account
    assert faisal.number.startswith("19")
    assert Resident.objects.reachable_by(faisal).filter(kind="domestic").exists()
    assert User.objects.get(username="huda").is_clerk
    assert User.objects.get(username="staff").is_superuser


def test_the_invariants_hold_from_the_first_day(demonstration: dict[str, Resident]) -> None:
    assert list(violations()) == []


def test_wallets_hold_what_their_entries_say(demonstration: dict[str, Resident]) -> None:
    wallets = Wallet.objects.annotate(entered=Sum("entries__amount"))
    assert wallets.filter(entered__gt=0).count() == 4
    assert not wallets.filter(~Q(entered=F("balance"))).exists()


# --- the phone ------------------------------------------------------------------------------------
def test_the_phone_shows_texts_with_their_codes_newest_first(demonstration: dict[str, Resident]) -> None:
    rafiq = User.objects.get(username="rafiq")
    token = OperationToken.begin(rafiq, "sign-in")
    shown = json.loads(run("phone", "0500000101", "--json"))["messages"]
    assert codes.derive(str(token.uuid), token.sends) in shown[0]["text"]
    assert json.loads(run("phone", "rafiq", "--json"))["messages"] == shown
    assert shown[0]["text"] in run("phone", "+966 50 000 0101")


def test_the_phone_shows_the_code_of_an_authenticator_app(demonstration: dict[str, Resident]) -> None:
    noura = User.objects.get(username="noura")
    [app] = json.loads(run("phone", "noura", "--json"))["authenticators"]
    assert noura.authenticators().get().verify_token(app["code"])
    assert 0 < app["seconds_left"] <= 30
    assert app["code"] in run("phone", "noura") or app["seconds_left"] < 3


def test_a_number_without_texts_says_so() -> None:
    assert "No texts yet." in run("phone", "0501234567")


def test_a_phone_is_shown_in_a_demonstration_only(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="demonstration only"):
        run("phone", "0501234567")


@pytest.mark.parametrize("typed", ["nobody", "0112345678", "\x00", "9" * 300])
def test_an_unknown_number_is_refused_in_words(typed: str) -> None:
    with pytest.raises(CommandError, match="neither a mobile number nor the name of a user"):
        run("phone", typed)


def test_two_users_of_one_phone_both_show_their_app() -> None:
    for _user in range(2):
        PhoneDeviceFactory(user=UserFactory(with_phone=False, with_app=True), number="+966501112233")
    assert len(json.loads(run("phone", "0501112233", "--json"))["authenticators"]) == 2
