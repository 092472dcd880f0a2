"""Residents management: who is listed and found, what a file shows, and to whom."""

import uuid
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, User
from muqeem import clock
from residency.models import Resident, View
from tests.factories import (
    AccountFactory,
    BranchFactory,
    ClearanceFactory,
    HoldFactory,
    MembershipFactory,
    MovementFactory,
    ResidentFactory,
    SubscriptionFactory,
    UserFactory,
    VisaFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def establishment() -> Account:
    account = AccountFactory(establishment=True)
    SubscriptionFactory(account=account)
    return account


@pytest.fixture
def noura(establishment: Account) -> Client:
    """A browser signed in as the establishment's main user."""
    user = UserFactory(with_app=True)
    MembershipFactory(user=user, account=establishment, main=True)
    return signed_in(user)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    session["began"] = session["seen"] = clock.now().timestamp()
    session.save()
    return client


def listed(client: Client, query: str = "") -> list[Resident]:
    answer = client.get(f"/residents/{query}")
    assert answer.status_code == 200
    return [row["resident"] for row in answer.context["rows"]]


def file_of(resident: Resident) -> str:
    return f"/residents/{resident.uuid}/"


# --- the list -------------------------------------------------------------------------------------
def test_the_list_is_sorted_by_name_and_holds_nobody_elses_residents(noura: Client, establishment: Account) -> None:
    zaid = ResidentFactory(sponsor=establishment, first_ar="يزيد", first_en="YAZEED")
    adam = ResidentFactory(sponsor=establishment, first_ar="آدم", first_en="ADAM")
    ResidentFactory()
    assert listed(noura) == [adam, zaid]


def test_an_empty_register_says_so(noura: Client) -> None:
    assert "No residents in this account yet." in noura.get("/residents/").content.decode()


@pytest.mark.parametrize("typed", ["أحمد", "احمد", "AHM", "ahm", "خطي", "الخطيب", "ELKHA", "عبد الرح"])
def test_a_name_is_found_by_the_beginning_of_any_word_in_either_script(noura: Client, establishment: Account, typed: str) -> None:
    ahmad = ResidentFactory(
        sponsor=establishment,
        first_ar="أحمد",
        father_ar="عبد الرحمن",
        family_ar="خطيب الخطيب",
        first_en="AHMED",
        family_en="ELKHATIB",
    )
    ResidentFactory(sponsor=establishment, first_ar="بابكر", father_ar="آدم", family_ar="نور", first_en="BABIKER", father_en="ADAM")
    assert listed(noura, f"?q={typed}") == [ahmad]


def test_a_number_is_found_exactly_and_in_the_digits_of_any_keyboard(noura: Client, establishment: Account) -> None:
    wanted = ResidentFactory(sponsor=establishment, iqama_number="2955000003", border_number="3955000001", passport_until=900)
    ResidentFactory(sponsor=establishment)
    passport = wanted.passports.get().number
    for typed in ("2955000003", "٢٩٥٥٠٠٠٠٠٣", "295 500 0003", "3955000001", passport, passport.lower()):
        assert listed(noura, f"?q={typed}") == [wanted]
    assert listed(noura, "?q=295500000") == []


def test_anothers_resident_is_not_found_by_number(noura: Client) -> None:
    stranger = ResidentFactory()
    assert listed(noura, f"?q={stranger.iqama_number}") == []
    assert listed(noura, f"?q={stranger.passports.get().number}") == []


@pytest.mark.parametrize(
    "typed", ["%00", "%00123", "%ED%A0%80", "'", "\\", "':*", "! | %26 ( )", "2" * 10_000, "أ" * 3000, "%E2%80%AE", "   "]
)
def test_whatever_is_searched_for_gets_an_answer(noura: Client, establishment: Account, typed: str) -> None:
    ResidentFactory(sponsor=establishment)
    assert noura.get(f"/residents/?q={typed}").status_code == 200


def test_pages_follow_each_other_without_names_in_the_address(
    noura: Client, establishment: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("residency.search.PAGE", 2)
    people = [ResidentFactory(sponsor=establishment, first_ar=first) for first in ("أنس", "باسل", "باسل", "تامر", "جمال")]
    first = noura.get("/residents/")
    assert (first.context["previous"], [row["resident"] for row in first.context["rows"]]) == ("", people[:2])
    second = noura.get(f"/residents/?{first.context['next']}")
    assert [row["resident"] for row in second.context["rows"]] == people[2:4]
    third = noura.get(f"/residents/?{second.context['next']}")
    assert ([row["resident"] for row in third.context["rows"]], third.context["next"]) == (people[4:], "")
    back = noura.get(f"/residents/?{third.context['previous']}")
    assert [row["resident"] for row in back.context["rows"]] == people[2:4]
    start = noura.get(f"/residents/?{back.context['previous']}")
    assert ([row["resident"] for row in start.context["rows"]], start.context["previous"]) == (people[:2], "")
    assert "after=" in start.context["next"]
    assert str(people[1].uuid) in start.context["next"]


@pytest.mark.parametrize("edge", ["after=x", f"before={uuid.UUID(int=4)}", "after=%00", "before=" + "9" * 5000])
def test_a_page_that_begins_nowhere_begins_at_the_start(noura: Client, establishment: Account, edge: str) -> None:
    somebody = ResidentFactory(sponsor=establishment)
    assert listed(noura, f"?{edge}") == [somebody]


def test_a_page_keeps_what_was_searched_for(noura: Client, establishment: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("residency.search.PAGE", 1)
    ResidentFactory.create_batch(2, sponsor=establishment)
    assert "q=MOHAMMAD" in noura.get("/residents/?q=MOHAMMAD").context["next"]


def test_long_counts_are_capped(noura: Client, establishment: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("residency.views.COUNTED", 3)
    ResidentFactory.create_batch(2, sponsor=establishment)
    assert noura.get("/residents/").context["count"] == "2"
    ResidentFactory(sponsor=establishment)
    assert noura.get("/residents/").context["count"] == "1,000+"


@pytest.mark.parametrize("residents", [1, 3])
def test_the_list_takes_as_many_queries_for_one_resident_as_for_three(
    noura: Client, establishment: Account, residents: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ResidentFactory.create_batch(residents, sponsor=establishment)
    noura.get("/residents/")
    with django_assert_num_queries(8):
        assert len(noura.get("/residents/").context["rows"]) == residents


# --- the file -------------------------------------------------------------------------------------
def test_a_file_shows_the_person_and_the_services_with_their_requirements(noura: Client, establishment: Account) -> None:
    resident = ResidentFactory(sponsor=establishment, permitted_until=800)
    HoldFactory(resident=resident)
    answer = noura.get(file_of(resident))
    page = answer.content.decode()
    assert resident.iqama_number in page
    assert resident.name_ar in page
    assert "Unpaid traffic violations" in page
    assert "Pay them; the record updates when notice of payment arrives" in page
    [renewal] = [service for service in answer.context["services"] if service["slug"] == "iqama-renewal"]
    assert (renewal["eligible"], renewal["unmet"], renewal["reason"]) == (False, 1, "")
    assert renewal["url"] == f"/services/iqama-renewal/?resident={resident.uuid}"


def test_the_service_starts_from_the_file_with_the_resident_filled_in(noura: Client, establishment: Account) -> None:
    resident = ResidentFactory(sponsor=establishment)
    [renewal] = [s for s in noura.get(file_of(resident)).context["services"] if s["slug"] == "iqama-renewal"]
    assert noura.get(renewal["url"]).context["resident"] == resident


def test_a_service_without_the_privilege_stays_visible_with_its_reason(establishment: Account) -> None:
    user = UserFactory(with_app=True)
    MembershipFactory(user=user, account=establishment, privileges=["resident-report"])
    resident = ResidentFactory(sponsor=establishment)
    [renewal] = [s for s in signed_in(user).get(file_of(resident)).context["services"] if s["slug"] == "iqama-renewal"]
    assert renewal["url"] == ""
    assert "Not among your privileges" in renewal["reason"]


def test_the_file_in_arabic_is_complete(noura: Client, establishment: Account) -> None:
    User.objects.update(language="ar")
    resident = ResidentFactory(sponsor=establishment, outside=True)
    ResidentFactory(son=True, head=resident, aged=5)
    VisaFactory(resident=resident)
    answer = noura.get(file_of(resident))
    assert answer.status_code == 200
    assert 'dir="rtl"' in answer.content.decode()


def test_a_strangers_file_does_not_exist(noura: Client) -> None:
    assert noura.get(file_of(ResidentFactory())).status_code == 404
    assert noura.get(f"/residents/{uuid.uuid4()}/").status_code == 404
    assert View.objects.count() == 0


def test_a_member_limited_to_a_branch_sees_that_branch_only(establishment: Account) -> None:
    here, there = BranchFactory(account=establishment), BranchFactory(account=establishment)
    user = UserFactory(with_app=True)
    MembershipFactory(user=user, account=establishment, privileges=["iqama-renewal"]).branches.add(here)
    near = ResidentFactory(sponsor=establishment, branch=here)
    far = ResidentFactory(sponsor=establishment, branch=there)
    client = signed_in(user)
    assert listed(client) == [near]
    assert client.get(file_of(far)).status_code == 404


def test_a_resident_reads_the_own_file_and_the_familys(establishment: Account) -> None:
    rafiq = ResidentFactory(sponsor=establishment)
    son = ResidentFactory(son=True, head=rafiq, aged=7)
    colleague = ResidentFactory(sponsor=establishment)
    user = UserFactory()
    MembershipFactory(user=user, account=AccountFactory(individual=True, number=rafiq.iqama_number), main=True)
    client = signed_in(user)
    assert set(listed(client)) == {rafiq, son}
    assert client.get(file_of(son)).context["head"] == rafiq
    assert client.get(file_of(colleague)).status_code == 404


def test_the_head_of_household_is_named_to_those_only_who_reach_the_head(establishment: Account) -> None:
    head = ResidentFactory(sponsor=establishment)
    wife = ResidentFactory(dependant=True, head=head)
    user = UserFactory()
    MembershipFactory(user=user, account=AccountFactory(individual=True, number=wife.iqama_number), main=True)
    assert signed_in(user).get(file_of(wife)).context["head"] is None


def test_looking_at_a_file_is_noted_and_is_all_that_a_get_writes(noura: Client, establishment: Account) -> None:
    resident = ResidentFactory(sponsor=establishment)
    noura.get("/residents/")
    assert View.objects.count() == 0
    noura.get(file_of(resident))
    noted = View.objects.get()
    assert (noted.resident, noted.account, noted.user.memberships.get().account) == (resident, establishment, establishment)


def test_somebody_without_papers_has_a_file(noura: Client, establishment: Account) -> None:
    newcomer = ResidentFactory(
        sponsor=establishment, iqama_number=None, expiring_in=False, passport_until=False, insured_until=False, occupation=None
    )
    page = noura.get(file_of(newcomer)).content.decode()
    assert "No passport on record." in page
    assert "awaiting issue" in page
    assert [resident.pk for resident in listed(noura)] == [newcomer.pk]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_file_takes_as_many_queries_for_one_row_of_each_kind_as_for_three(
    noura: Client, establishment: Account, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    resident = ResidentFactory(sponsor=establishment)
    for place in range(rows):
        ResidentFactory(son=True, head=resident, aged=5 + place)
        ClearanceFactory(resident=resident)
        HoldFactory(resident=resident, kind="vehicle")
        MovementFactory(resident=resident)
        VisaFactory(resident=resident, cancelled_on=clock.today())
    noura.get(file_of(resident))
    with django_assert_num_queries(28):
        answer: Any = noura.get(file_of(resident))
    assert len(answer.context["dependants"]) == rows
