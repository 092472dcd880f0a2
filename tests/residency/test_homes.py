"""The first page: of a visitor, a resident, a citizen and an establishment, with what each should do next."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, Membership, Subscription, User
from muqeem import clock
from muqeem.numbers import luhn_complete, luhn_valid
from muqeem.operations.base import registry
from residency import homes
from residency.models import Resident
from tests.accounts.people import signed_in
from tests.factories import (
    AccountFactory,
    BranchFactory,
    ClearanceFactory,
    HoldFactory,
    IqamaFactory,
    MembershipFactory,
    PackageFactory,
    ResidentFactory,
    SubscriptionFactory,
    UserFactory,
    VisaFactory,
    WalletFactory,
    in_days,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences are read in English here, also outside a request."""
    with override("en"):
        yield


def at_home(client: Client) -> Any:
    answer = client.get("/")
    assert answer.status_code == 200
    return answer


# --- visitors and staff ---------------------------------------------------------------------------
def test_a_visitor_sees_what_is_offered_and_a_sample_of_nobody(client: Client) -> None:
    answer = at_home(client)
    assert [service["slug"] for service in answer.context["services"]] == list(registry)
    assert not luhn_valid(answer.context["sample"]["iqama_number"])
    assert homes.SAMPLE_NUMBER in answer.content.decode()


def test_a_visitors_menu_holds_what_is_public(client: Client) -> None:
    page = at_home(client).content.decode()
    assert page.count('class="tabs"') == 1
    assert 'href="/check/"' in page
    assert 'href="/operations/"' not in page


def test_staff_who_act_for_nobody_are_led_to_their_site() -> None:
    staff = signed_in(UserFactory(staff=True, with_app=True), verified=True)
    assert staff.get("/").headers["Location"] == "/admin/"


def test_a_user_who_acts_for_nobody_sees_what_visitors_see() -> None:
    assert "sample" in at_home(signed_in(UserFactory())).context


# --- residents ------------------------------------------------------------------------------------
class Own:
    """A resident at home, with a package and money."""

    def __init__(self, **adjectives: Any) -> None:
        self.account = AccountFactory(individual=True, number=luhn_complete("288800001"))  # no relative gets this number
        SubscriptionFactory(account=self.account)
        WalletFactory(account=self.account)
        self.resident: Resident = ResidentFactory(iqama_number=self.account.number, **{"permitted_until": 1500} | adjectives)
        self.user: User = UserFactory()
        MembershipFactory(user=self.user, account=self.account, main=True)
        self.client = signed_in(self.user)

    def home(self) -> Any:
        return at_home(self.client)

    def next_step(self) -> tuple[str, str, str]:
        context = self.home().context
        return context["next"].tone, str(context["next"].fact), context["renew_url"]


def test_a_residency_that_may_be_renewed_leads_to_its_renewal() -> None:
    own = Own(expiring_in=29)
    assert own.next_step() == ("met", "Open now", f"/services/iqama-renewal/?resident={own.resident.uuid}")
    page = own.home().content.decode()
    assert "29 days left" in page
    assert "ends soon" in page
    assert "AH" in page


def test_a_residency_that_may_not_be_renewed_yet_says_from_when() -> None:
    own = Own(expiring_in=400)
    tone, fact, url = own.next_step()
    assert (tone, url) == ("soon", "")
    assert fact.startswith("Opens on ")
    assert "You can start it from that day on" in own.home().content.decode()


def test_the_first_thing_in_the_way_is_told_with_what_mends_it_and_the_others_are_to_watch() -> None:
    own = Own(expiring_in=29)
    HoldFactory(resident=own.resident)
    HoldFactory(resident=own.resident, kind="arrears", amount="80.00")
    assert own.next_step() == ("no", "Unpaid traffic violations: SAR\N{NO-BREAK SPACE}300.00", "")
    answer = own.home()
    assert "Pay them; the record updates when notice of payment arrives" in answer.content.decode()
    watched = [str(notice.fact) for notice in answer.context["watch"]]
    assert "Levy arrears: SAR\N{NO-BREAK SPACE}80.00, payable in full" in watched
    assert str(answer.context["next"].fact) not in watched


def test_what_is_in_the_way_is_told_before_the_day_on_which_renewal_opens() -> None:
    own = Own(expiring_in=400)
    HoldFactory(resident=own.resident)
    assert own.next_step()[1].startswith("Unpaid traffic violations")
    assert any(str(notice.fact).startswith("Opens on") for notice in own.home().context["watch"])


def test_papers_that_end_before_the_residency_are_to_watch() -> None:
    own = Own(expiring_in=120, insured_until=100, passport_until=119)
    told = [(notice.tone, str(notice.fact)) for notice in own.home().context["watch"]]
    assert [tone for tone, _fact in told] == ["soon", "soon"]
    assert told[0][1].startswith("Health insurance ends on ")
    assert told[1][1].startswith("The passport expires on ")


def test_papers_that_last_as_long_as_the_residency_are_not_spoken_of() -> None:
    own = Own(expiring_in=120, insured_until=120, passport_until=120)
    assert list(own.home().context["watch"]) == []
    assert "Nothing stands in the way, and nothing ends before the residency." in own.home().content.decode()


@pytest.mark.parametrize(
    ("expiring_in", "told"),
    [
        (61, ""),
        (60, "Last day to renew without a fine: "),
        (-3, "Last day to renew without a fine: "),
        (-4, "Late renewal fine: SAR\N{NO-BREAK SPACE}500.00"),
    ],
)
def test_the_fine_is_spoken_of_when_its_day_is_near(expiring_in: int, told: str) -> None:
    own = Own(expiring_in=expiring_in)
    facts = [str(notice.fact) for notice in own.home().context["watch"]]
    assert [fact for fact in facts if "fine" in fact and fact.startswith(told)] == [fact for fact in facts if "fine" in fact]
    assert bool(told) == any("fine" in fact for fact in facts)


def test_after_the_last_fine_the_passport_office_decides() -> None:
    own = Own(expiring_in=False)
    for days in (-800, -400):
        IqamaFactory(resident=own.resident, expires_on=in_days(days), days_late=30)
    IqamaFactory(resident=own.resident, expires_on=in_days(-10))
    assert own.next_step()[1] == "This is the third late renewal"
    assert not any("fine" in str(notice.fact) for notice in own.home().context["watch"])


def test_without_a_subscription_renewal_is_closed_with_its_reason() -> None:
    own = Own(expiring_in=29)
    Subscription.objects.all().delete()
    answer = own.home()
    assert answer.context["renew_url"] == ""
    assert "Renewal is closed" in answer.content.decode()
    assert "The account has no subscription in force." in answer.content.decode()


@pytest.mark.parametrize("gone", ["left", "deceased"])
def test_of_somebody_who_has_gone_nothing_is_asked(gone: str) -> None:
    own = Own(expiring_in=-30, **{gone: True})
    answer = own.home()
    assert "next" not in answer.context
    assert "days ago" not in answer.content.decode()


def test_a_residency_that_was_never_issued_says_so() -> None:
    own = Own(expiring_in=False)
    assert own.next_step() == ("no", "No residency has been issued yet", "")
    assert "awaiting issue" in own.home().content.decode()


def test_the_family_is_listed_with_days_left_and_those_who_left_are_not() -> None:
    own = Own(expiring_in=29)
    wife = ResidentFactory(dependant=True, head=own.resident, expiring_in=12)
    son = ResidentFactory(son=True, head=own.resident, aged=7, expiring_in=5)
    ResidentFactory(son=True, head=own.resident, aged=9, left=True)
    answer = own.home()
    assert [row["resident"] for row in answer.context["rows"]] == [son, wife]
    assert "12 days left" in answer.content.decode()
    assert not answer.context["more"]


def test_a_large_family_is_cut_with_a_way_to_all_of_it() -> None:
    own = Own(expiring_in=29)
    for age in range(homes.PEOPLE + 1):
        ResidentFactory(son=True, head=own.resident, aged=age)
    context = own.home().context
    assert (len(context["rows"]), context["more"]) == (homes.PEOPLE, True)


def test_a_resident_in_arabic_is_at_home() -> None:
    own = Own(expiring_in=29)
    User.objects.update(language="ar")
    page = own.home().content.decode()
    assert 'dir="rtl"' in page
    assert "هـ" in page


def test_a_citizen_sees_those_who_work_in_the_household() -> None:
    citizen = AccountFactory(citizen=True)
    SubscriptionFactory(account=citizen)
    user = UserFactory()
    MembershipFactory(user=user, account=citizen, main=True)
    worker = ResidentFactory(domestic=True, sponsor=citizen, expiring_in=12)
    answer = at_home(signed_in(user))
    assert [row["resident"] for row in answer.context["rows"]] == [worker]
    assert answer.context["resident"] is None
    assert "Domestic workers and their families" in answer.content.decode()
    Resident.objects.update(left_on=clock.today())
    assert "No residents in this account yet." in at_home(signed_in(user)).content.decode()


@pytest.mark.parametrize("family", [1, 3])
def test_a_residents_home_takes_as_many_queries_for_one_relative_as_for_three(
    family: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    own = Own(expiring_in=29)
    for age in range(family):
        ResidentFactory(son=True, head=own.resident, aged=age)
        ClearanceFactory(resident=own.resident)
    own.home()
    with django_assert_num_queries(12):
        assert len(own.home().context["rows"]) == family


# --- establishments -------------------------------------------------------------------------------
@pytest.fixture
def establishment() -> Account:
    account = AccountFactory(establishment=True)
    SubscriptionFactory(account=account)
    return account


@pytest.fixture
def noura(establishment: Account) -> Client:
    user = UserFactory(with_app=True)
    MembershipFactory(user=user, account=establishment, main=True)
    return signed_in(user)


def test_every_count_is_that_of_the_list_it_leads_to(noura: Client, establishment: Account) -> None:
    head = ResidentFactory(sponsor=establishment, expiring_in=300)
    ResidentFactory(son=True, head=head, aged=4, expiring_in=6)
    ResidentFactory(sponsor=establishment, expiring_in=7)
    ResidentFactory(sponsor=establishment, expiring_in=-3, outside=True)
    ResidentFactory(sponsor=establishment, expiring_in=-4)
    ResidentFactory(sponsor=establishment, expiring_in=-300, left=True, outside=True)
    ResidentFactory(expiring_in=3)
    VisaFactory(resident=head, issued_on=in_days(-20), ends_on=in_days(2))
    answer = at_home(noura)
    counts = answer.context["counts"]
    assert counts == {
        "residents": 5,
        "urgent": 4,
        "expiring": 2,
        "expired": 2,
        "outside": 1,
        "visas": 1,
        "family": 1,
        "this_week": 1,
        "fined": 1,
        "abroad_soon": 1,
    }
    page = answer.content.decode()
    for slug in ("residents", "urgent", "expiring", "expired", "outside", "visas"):
        query = "" if slug == "residents" else f"?list={slug}"
        assert f'href="/residents/{query}"' in page
        assert len(noura.get(f"/residents/{query}").context["rows"]) == counts[slug]


def test_who_expires_first_may_be_renewed_from_here(noura: Client, establishment: Account) -> None:
    late, later = ResidentFactory(sponsor=establishment, expiring_in=-2), ResidentFactory(sponsor=establishment, expiring_in=20)
    ResidentFactory(sponsor=establishment, expiring_in=31)
    rows = at_home(noura).context["rows"]
    assert [row["resident"] for row in rows] == [late, later]
    assert noura.get(rows[0]["renew_url"]).context["resident"] == late


@pytest.mark.parametrize("reason", ["no privilege", "no subscription"])
def test_whoever_may_not_renew_is_offered_nothing(noura: Client, establishment: Account, reason: str) -> None:
    ResidentFactory(sponsor=establishment, expiring_in=3)
    if reason == "no privilege":
        Membership.objects.update(is_main=False, privileges=["another-service"])
    else:
        Subscription.objects.all().delete()
    assert not at_home(noura).context["rows"][0]["renew_url"]


def test_an_establishment_without_anybody_urgent_says_so(noura: Client, establishment: Account) -> None:
    assert "No residency ends within 30 days." in at_home(noura).content.decode()


def test_the_coming_weeks_are_counted_from_today(noura: Client, establishment: Account) -> None:
    for days in (-1, 0, 6, 7, 83, 84):
        ResidentFactory(sponsor=establishment, expiring_in=days)
    weeks = at_home(noura).context["weeks"]
    assert [week["n"] for week in weeks] == [2, 1, *[0] * 9, 1]
    assert [week["from_on"] for week in weeks] == [clock.today() + timedelta(days=7 * week) for week in range(12)]
    assert [week["soon"] for week in weeks] == [True] * 4 + [False] * 8


@pytest.mark.parametrize(("residents", "told"), [(2, False), (3, True)])
def test_a_band_that_is_passed_is_told_and_closes_nothing(noura: Client, establishment: Account, residents: int, told: bool) -> None:
    Subscription.objects.update(package=PackageFactory(residents_up_to=2))
    ResidentFactory.create_batch(residents, sponsor=establishment, expiring_in=3)
    answer = at_home(noura)
    assert (answer.context["band"] == "2") is told
    assert ("the next band is needed" in answer.content.decode()) is told
    assert answer.context["rows"][0]["renew_url"]


def test_the_band_counts_everybody_also_for_a_member_of_one_branch(establishment: Account) -> None:
    branch = BranchFactory(account=establishment)
    user = UserFactory(with_app=True)
    MembershipFactory(user=user, account=establishment, privileges=["iqama-renewal"], branches=[branch])
    Subscription.objects.update(package=PackageFactory(residents_up_to=1))
    ResidentFactory(sponsor=establishment, branch=branch)
    ResidentFactory(sponsor=establishment)
    context = at_home(signed_in(user)).context
    assert (context["counts"]["residents"], context["band"]) == (1, "1")


@pytest.mark.parametrize("residents", [1, 3])
def test_an_establishments_home_takes_as_many_queries_for_one_resident_as_for_three(
    noura: Client, establishment: Account, residents: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ResidentFactory.create_batch(residents, sponsor=establishment, expiring_in=3)
    at_home(noura)
    with django_assert_num_queries(12):
        assert len(at_home(noura).context["rows"]) == residents
