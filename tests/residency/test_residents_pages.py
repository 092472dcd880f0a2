"""Residents management: who is listed and found, what a file shows, and to whom."""

import re
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, User
from muqeem import clock
from muqeem.operations.judge import terms_of_today
from residency import lists
from residency.models import Resident, View
from tests.factories import (
    AccountFactory,
    BranchFactory,
    ClearanceFactory,
    HoldFactory,
    IqamaFactory,
    MembershipFactory,
    MovementFactory,
    ResidentFactory,
    SubscriptionFactory,
    UserFactory,
    VisaFactory,
    in_days,
)
from tests.operations.journeys import said

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


@pytest.mark.parametrize("residents", [1, 3])
def test_the_list_takes_as_many_queries_for_one_resident_as_for_three(
    noura: Client, establishment: Account, residents: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ResidentFactory.create_batch(residents, sponsor=establishment)
    noura.get("/residents/")
    with django_assert_num_queries(9):
        assert len(noura.get("/residents/").context["rows"]) == residents


# --- the saved lists ------------------------------------------------------------------------------
def counted(client: Client, query: str = "") -> dict[str, int]:
    return {chip["slug"]: chip["count"] for chip in client.get(f"/residents/{query}").context["chips"]}


@pytest.fixture
def everybody(establishment: Account) -> dict[str, Resident]:
    """One person for every list, and one for none but the first."""
    return {
        "fine": ResidentFactory(sponsor=establishment, expiring_in=31),
        "expiring": ResidentFactory(sponsor=establishment, expiring_in=30),
        "last-day": ResidentFactory(sponsor=establishment, expiring_in=0),
        "expired": ResidentFactory(sponsor=establishment, expiring_in=-1),
        "outside": ResidentFactory(sponsor=establishment, expiring_in=200, outside=True),
        "awaiting": ResidentFactory(sponsor=establishment, expiring_in=False),
        "left": ResidentFactory(sponsor=establishment, expiring_in=-300, outside=True, left=True),
        "deceased": ResidentFactory(sponsor=establishment, expiring_in=5, deceased=True),
    }


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ("residents", {"fine", "expiring", "last-day", "expired", "outside", "awaiting"}),
        ("urgent", {"expired", "last-day", "expiring"}),
        ("expiring", {"last-day", "expiring"}),
        ("expired", {"expired"}),
        ("outside", {"outside"}),
        ("awaiting", {"awaiting"}),
        ("gone", {"left", "deceased"}),
    ],
)
def test_every_list_holds_whom_it_names_and_says_how_many(
    noura: Client, everybody: dict[str, Resident], chosen: str, names: set[str]
) -> None:
    ResidentFactory(expiring_in=5)
    assert set(listed(noura, f"?list={chosen}")) == {everybody[name] for name in names}
    assert counted(noura)[chosen] == len(names)
    [current] = [chip for chip in noura.get(f"/residents/?list={chosen}").context["chips"] if chip["current"]]
    assert (current["slug"], current["url"]) == (chosen, f"?list={chosen}")


def test_who_expires_first_stands_first(noura: Client, everybody: dict[str, Resident]) -> None:
    assert listed(noura, "?list=urgent") == [everybody[name] for name in ("expired", "last-day", "expiring")]


def test_rare_lists_are_named_only_where_somebody_is_in_them(noura: Client, establishment: Account) -> None:
    ResidentFactory(sponsor=establishment)
    assert set(counted(noura)) == {"residents", "urgent", "expiring", "expired", "outside"}
    assert "awaiting" in counted(noura, "?list=awaiting")


def test_a_list_that_nobody_knows_is_that_of_everybody(noura: Client, everybody: dict[str, Resident]) -> None:
    assert len(listed(noura, "?list=%00")) == len(listed(noura)) == 6


def test_a_search_looks_into_all_lists(noura: Client, everybody: dict[str, Resident]) -> None:
    left = everybody["left"]
    assert listed(noura, f"?q={left.iqama_number}&list=expiring") == [left]
    assert not any(chip["current"] for chip in noura.get(f"/residents/?q={left.iqama_number}").context["chips"])


def test_an_empty_list_says_so_and_leads_to_everybody(noura: Client, establishment: Account) -> None:
    ResidentFactory(sponsor=establishment, expiring_in=400)
    page = noura.get("/residents/?list=expired").content.decode()
    assert "Nobody is in this list." in page
    assert "No residents in this account yet." not in page


def test_pages_of_a_list_by_expiry_follow_each_other_and_keep_the_list(
    noura: Client, establishment: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("residency.search.PAGE", 2)
    late, first, second, third = (ResidentFactory(sponsor=establishment, expiring_in=days) for days in (9, 3, 3, 3))
    one = noura.get("/residents/?list=expiring")
    assert [row["resident"] for row in one.context["rows"]] == [first, second]
    assert "list=expiring" in one.context["next"]
    two = noura.get(f"/residents/?{one.context['next']}")
    assert ([row["resident"] for row in two.context["rows"]], two.context["next"]) == ([third, late], "")
    back = noura.get(f"/residents/?{two.context['previous']}")
    assert [row["resident"] for row in back.context["rows"]] == [first, second]


def test_nobody_is_counted_beyond_the_most(establishment: Account) -> None:
    ResidentFactory.create_batch(4, sponsor=establishment)
    reach = Resident.objects.reachable_by(establishment)
    found = lists.counts(establishment, reach, terms_of_today(), ("residents",), few=lists.Capped(reach, up_to=2))
    assert found == {"residents": 4, "few": 3}


# --- what the lists stand on ----------------------------------------------------------------------
def standing(resident: Resident) -> tuple[Any, Any]:
    return Resident.objects.values_list("permit_ends_on", "departed_on").get(pk=resident.pk)


def test_the_day_of_the_list_is_that_of_the_newest_permit() -> None:
    resident = ResidentFactory(expiring_in=10)
    assert standing(resident)[0] == in_days(10)
    newest = IqamaFactory(resident=resident, expires_on=in_days(375))
    assert standing(resident)[0] == in_days(375)
    newest.expires_on = in_days(300)
    newest.save()
    assert standing(resident)[0] == in_days(300)
    newest.delete()
    assert standing(resident)[0] == in_days(10)


def test_whoever_crossed_out_last_is_abroad_since_that_day() -> None:
    resident = ResidentFactory()
    MovementFactory(resident=resident, direction="out", crossed_on=in_days(-9))
    assert standing(resident)[1] == in_days(-9)
    MovementFactory(resident=resident, direction="in", crossed_on=in_days(-30))
    assert standing(resident)[1] == in_days(-9)
    MovementFactory(resident=resident, direction="in", crossed_on=in_days(-2))
    assert standing(resident)[1] is None


def test_a_person_saved_with_old_values_keeps_the_right_ones() -> None:
    resident = ResidentFactory(expiring_in=10)
    stale = Resident.objects.get(pk=resident.pk)
    IqamaFactory(resident=resident, expires_on=in_days(375))
    stale.save()
    Resident.objects.update(departed_on=in_days(-1))
    assert standing(resident) == (in_days(375), None)


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


@pytest.mark.parametrize(("gender", "said", "not_said"), [("M", "متزوج", "متزوجة"), ("F", "متزوجة", "متزوج"), ("F", "عاملة", "عامل")])
def test_arabic_calls_a_woman_by_words_of_her_own(noura: Client, establishment: Account, gender: str, said: str, not_said: str) -> None:
    User.objects.update(language="ar")
    resident = ResidentFactory(sponsor=establishment, marital_status="married", gender=gender)
    page = noura.get(file_of(resident)).content.decode()
    assert f">{said}<" in page
    assert f">{not_said}<" not in page


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


@pytest.mark.parametrize("change", [lambda views: views.delete(), lambda views: views.update(account=None)])
def test_who_looked_is_never_taken_back(noura: Client, establishment: Account, change: Any) -> None:
    noura.get(file_of(ResidentFactory(sponsor=establishment)))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change(View.objects.all())
    assert View.objects.get().account == establishment


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
    with django_assert_num_queries(12):
        answer: Any = noura.get(file_of(resident))
    assert len(answer.context["family"]) == rows


def test_a_long_history_opens_on_request(noura: Client, establishment: Account) -> None:
    resident = ResidentFactory(sponsor=establishment)
    for days in range(7):
        MovementFactory(resident=resident, crossed_on=in_days(-days), port=f"Port {days}")
    answer = noura.get(file_of(resident))
    [movements] = [history for history in answer.context["histories"] if history.id == "movements"]
    assert [record.note for record in movements.newest] == [f"Port {days}" for days in range(5)]
    assert [record.note for record in movements.older] == ["Port 5", "Port 6"]
    assert answer.content.decode().count('<details class="older">') == 1


def test_what_stands_against_somebody_is_told_before_what_was_cleared(noura: Client, establishment: Account) -> None:
    resident = ResidentFactory(sponsor=establishment, insured_until=-3)
    HoldFactory(resident=resident, kind="vehicle", cleared_on=in_days(-1), since_on=in_days(-5))
    HoldFactory(resident=resident, kind="traffic")
    HoldFactory(of_account=establishment, kind="arrears")
    [reported] = [each for each in noura.get(file_of(resident)).context["histories"] if each.id == "reported"]
    assert [(record.title, record.tone) for record in reported.records] == [
        ("Traffic violations", "no"),
        ("Health insurance", "soon"),
        ("Registered vehicle", "met"),
    ]


@pytest.mark.parametrize("amount", [None, "0.00"])
def test_no_sum_is_shown_of_a_hold_that_was_reported_without_one(noura: Client, establishment: Account, amount: str | None) -> None:
    hold = HoldFactory(resident=ResidentFactory(sponsor=establishment), amount=amount)
    assert not re.search(r"\bSAR\b", said(noura.get(file_of(hold.resident))))


def test_what_is_not_met_stands_above_what_is(noura: Client, establishment: Account) -> None:
    resident = ResidentFactory(sponsor=establishment, permitted_until=800)
    HoldFactory(resident=resident)
    services = noura.get(file_of(resident)).context["services"]
    assert not all(service["eligible"] for service in services)
    for service in services:
        assert [finding.met for finding in service["findings"]] == sorted(finding.met for finding in service["findings"])
        assert service["findings"][0].met is service["eligible"]


def test_a_branch_is_named_in_both_languages(noura: Client, establishment: Account) -> None:
    branch = BranchFactory(account=establishment, name_ar="فرع الرياض", name_en="Riyadh branch")
    page = noura.get(file_of(ResidentFactory(sponsor=establishment, branch=branch))).content.decode()
    assert "فرع الرياض" in page
    assert "Riyadh branch" in page


def test_of_somebody_who_has_gone_no_days_are_counted(noura: Client, establishment: Account) -> None:
    page = noura.get(file_of(ResidentFactory(sponsor=establishment, expiring_in=-300, left=True, passport_until=False))).content.decode()
    assert "left for good" in page
    assert "days ago" not in page
