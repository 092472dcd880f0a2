"""The last days of visas on the first page: of a resident, of a family, of a household, of an establishment."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from residency.models import Movement, Resident, Visa
from tests.accounts.people import signed_in
from tests.factories import (
    AccountFactory,
    BranchFactory,
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


def unused(resident: Resident, left: int = 5, **more: Any) -> Visa:
    return VisaFactory(resident=resident, issued_on=in_days(-20), ends_on=in_days(left), **more)


def abroad(resident: Resident, left: int = 5) -> Visa:
    visa = unused(resident, left)
    MovementFactory(resident=resident, direction=Movement.Direction.OUT, crossed_on=in_days(-15), visa=visa)
    return visa


def main_user(account: Account, **user: Any) -> Client:
    member = MembershipFactory(account=account, user=UserFactory(language="en", **user), main=True)
    SubscriptionFactory(account=account)
    return signed_in(member.user)


@pytest.fixture
def rafiq() -> tuple[Resident, Client]:
    resident = ResidentFactory(permitted_until=1500)
    return resident, main_user(AccountFactory(individual=True, number=resident.iqama_number))


def test_a_resident_reads_the_last_day_of_the_own_visa_without_a_name(rafiq: tuple[Resident, Client]) -> None:
    resident, client = rafiq
    assert "cancel by" not in said(client.get("/"))
    visa = unused(resident)
    text = said(client.get("/"))
    assert "Unused visa: cancel by" in text
    assert "A visa that is neither used nor cancelled costs a fine" in text
    assert f"{resident.name_en}: Unused visa" not in text
    visa.cancel(in_days(0))
    assert "cancel by" not in said(client.get("/"))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (abroad, "Outside the Kingdom: return by"),
        (lambda person: unused(person, kind="final", return_before=None), "Final exit visa: leave by"),
    ],
    ids=["abroad", "final"],
)
def test_the_last_day_to_return_and_to_leave_are_read_too(rafiq: tuple[Resident, Client], make: Any, words: str) -> None:
    resident, client = rafiq
    make(resident)
    assert words in said(client.get("/"))


def test_those_of_the_family_are_read_with_their_names(rafiq: tuple[Resident, Client]) -> None:
    resident, client = rafiq
    wife = ResidentFactory(dependant=True, head=resident)
    abroad(wife)
    assert f"{wife.name_en}: Outside the Kingdom: return by" in said(client.get("/"))


def test_a_citizen_reads_those_of_the_household() -> None:
    driver = ResidentFactory(domestic=True)
    client = main_user(driver.sponsor)
    assert "return by" not in said(client.get("/"))
    abroad(driver)
    assert f"{driver.name_en}: Outside the Kingdom: return by" in said(client.get("/"))


def test_of_somebody_who_has_gone_nothing_is_read(rafiq: tuple[Resident, Client]) -> None:
    resident, client = rafiq
    unused(resident)
    Resident.objects.filter(pk=resident.pk).update(left_on=in_days(0))
    assert "cancel by" not in said(client.get("/"))


def test_an_establishment_is_led_from_the_number_to_the_people_with_their_days() -> None:
    account = AccountFactory()
    client = main_user(account, with_app=True)
    ResidentFactory(sponsor=account)
    assert "list=visas" not in client.get("/").content.decode()
    first, second = ResidentFactory(sponsor=account), ResidentFactory(sponsor=account)
    unused(first)
    abroad(second, 1)
    abroad(ResidentFactory(sponsor=account), 30)
    unused(ResidentFactory())
    page = client.get("/")
    assert "Last day of a visa is near: 2" in said(page)
    assert 'href="/residents/?list=visas"' in page.content.decode()
    answer = client.get("/residents/?list=visas")
    assert {row["resident"] for row in answer.context["rows"]} == {first, second}
    assert "Unused visa: cancel by" in said(answer)
    assert "Outside the Kingdom: return by" in said(answer)


def test_a_delegated_user_is_told_of_the_own_branches_only() -> None:
    account = AccountFactory()
    branch = BranchFactory(account=account)
    user = UserFactory(language="en", with_app=True)
    MembershipFactory(account=account, user=user, branches=[branch])
    unused(ResidentFactory(sponsor=account))
    assert "list=visas" not in signed_in(user).get("/").content.decode()
