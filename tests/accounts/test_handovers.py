"""Another main user: a code from both, told to both, and never two or none."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Account, Handover, Membership, PhoneCode, User
from muqeem import catalogue, clock, codes
from muqeem.record.models import Event, Message
from tests.accounts.people import all_at_once, signed_in
from tests.factories import AccountFactory, MembershipFactory, UserFactory
from tests.operations.journeys import RENEWAL

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return AccountFactory()


@pytest.fixture
def giver(account: Account) -> User:
    return MembershipFactory(user=UserFactory(with_app=True, language="en"), account=account, is_main=True).user


@pytest.fixture
def taker(account: Account) -> User:
    return MembershipFactory(user=UserFactory(with_app=True, language="en"), account=account, privileges=[RENEWAL]).user


def code() -> str:
    newest = PhoneCode.objects.latest("pk")
    return codes.derive(str(newest.uuid), newest.sends)


def offered(giver: User, taker: User) -> Handover:
    browser, path = signed_in(giver), f"/account/people/{taker.uuid}/main/"
    assert browser.get(path).status_code == 200
    assert browser.post(path).status_code == 302
    assert browser.post(path, {"code": code()}).url == "/account/people/"
    return Handover.objects.latest("pk")


def accept(taker: User, offer: Handover) -> Client:
    browser, path = signed_in(taker), f"/account/handovers/{offer.uuid}/"
    assert browser.get(path).status_code == 200
    assert browser.post(path).status_code == 302
    assert browser.post(path, {"code": code()}).url == "/"
    return browser


def main_users(account: Account) -> list[str]:
    return list(Membership.objects.filter(account=account, is_main=True).values_list("user__username", flat=True))


def test_with_a_code_of_both_the_main_user_changes_and_both_are_told(account: Account, giver: User, taker: User) -> None:
    offer = offered(giver, taker)
    assert main_users(account) == [giver.username]
    assert Message.objects.get(template="main-user-offer").receiver == taker.email
    browser = accept(taker, offer)
    assert main_users(account) == [taker.username]
    assert account.memberships.get(user=giver).privileges == list(catalogue.services())
    told = Message.objects.filter(template="main-user-changed")
    assert {message.receiver for message in told} == {giver.email, taker.email, giver.phone().number, taker.phone().number}
    assert browser.get("/account/people/").status_code == 200
    assert signed_in(giver).get("/account/people/").status_code == 403
    assert Event.objects.chained().get(kind="main-user-changed").subject == giver.username
    assert Event.objects.chained().get(kind="main-user-offered").subject == taker.username


def test_without_the_code_nothing_is_offered_and_nothing_taken(account: Account, giver: User, taker: User) -> None:
    browser, path = signed_in(giver), f"/account/people/{taker.uuid}/main/"
    browser.post(path)
    assert browser.post(path, {"code": "1"}).status_code == 422
    assert not Handover.objects.exists()
    browser.post(path, {"code": code()})
    offer = Handover.objects.get()
    other = signed_in(taker)
    other.post(f"/account/handovers/{offer.uuid}/")
    assert other.post(f"/account/handovers/{offer.uuid}/", {"code": "1"}).status_code == 422
    assert main_users(account) == [giver.username]


def test_only_whom_it_is_offered_to_can_accept(account: Account, giver: User, taker: User) -> None:
    offer = offered(giver, taker)
    colleague = MembershipFactory(user=UserFactory(with_app=True), account=account).user
    for user in (giver, colleague):
        assert signed_in(user).get(f"/account/handovers/{offer.uuid}/").status_code == 404


def test_a_code_to_offer_it_to_one_offers_it_to_no_other(account: Account, giver: User, taker: User) -> None:
    colleague = MembershipFactory(user=UserFactory(with_app=True), account=account).user
    browser = signed_in(giver)
    browser.post(f"/account/people/{taker.uuid}/main/")
    browser.post(f"/account/people/{colleague.uuid}/main/", {"code": code()})
    assert not Handover.objects.exists()


def test_a_code_to_take_one_place_takes_no_other(account: Account, giver: User, taker: User) -> None:
    elsewhere = MembershipFactory(user=taker, account=AccountFactory())
    other = MembershipFactory(user=UserFactory(with_app=True), account=elsewhere.account, is_main=True)
    offer = offered(giver, taker)
    with transaction.atomic():
        second = Handover.offer(other, elsewhere)
    browser = signed_in(taker)
    browser.post(f"/account/handovers/{offer.uuid}/")
    browser.post(f"/account/handovers/{second.uuid}/", {"code": code()})
    assert (main_users(account), main_users(elsewhere.account)) == ([giver.username], [other.user.username])


def test_a_code_to_offer_is_no_code_to_accept(account: Account, giver: User, taker: User) -> None:
    """Of somebody who is main user of one account and is asked to become that of another."""
    own = MembershipFactory(user=taker, account=AccountFactory(), is_main=True).account
    colleague = MembershipFactory(user=UserFactory(with_app=True), account=own).user
    offer = offered(giver, taker)
    browser = signed_in(taker)
    browser.post("/account/switch/", {"account": own.uuid})
    assert browser.post(f"/account/people/{colleague.uuid}/main/").status_code == 302
    browser.post(f"/account/handovers/{offer.uuid}/", {"code": code()})
    assert main_users(account) == [giver.username]


def test_codes_are_used_up_by_what_they_opened(giver: User, taker: User) -> None:
    accept(taker, offered(giver, taker))
    assert PhoneCode.objects.count() == 2
    assert not PhoneCode.objects.filter(used_at=None).exists()


def test_nobody_offers_the_place_of_another_account_or_to_its_people(giver: User, taker: User) -> None:
    foreign = MembershipFactory(user=UserFactory(with_app=True))
    assert signed_in(giver).get(f"/account/people/{foreign.user.uuid}/main/").status_code == 404
    assert signed_in(taker).get(f"/account/people/{giver.uuid}/main/").status_code == 403


def test_nobody_withdraws_an_offer_of_another_account(account: Account, giver: User, taker: User) -> None:
    offer = offered(giver, taker)
    stranger = MembershipFactory(user=UserFactory(with_app=True), is_main=True).user
    assert signed_in(stranger).post(f"/account/handovers/{offer.uuid}/withdraw/").status_code == 404
    offer.refresh_from_db()
    assert offer.withdrawn_at is None


def test_it_is_offered_to_nobody_who_is_suspended(account: Account, giver: User, taker: User) -> None:
    account.memberships.get(user=taker).suspend(by=giver.username)
    assert signed_in(giver).get(f"/account/people/{taker.uuid}/main/").status_code == 404


@pytest.mark.parametrize("end", ["withdrawn", "expired", "suspended", "another offer", "giver no longer"])
def test_an_offer_that_does_not_hold_changes_nothing(account: Account, giver: User, taker: User, end: str) -> None:
    offer = offered(giver, taker)
    browser, path = signed_in(taker), f"/account/handovers/{offer.uuid}/"
    browser.post(path)
    consent = code()
    match end:
        case "withdrawn":
            assert signed_in(giver).post(f"{path}withdraw/").status_code == 302
            assert Event.objects.get(kind="main-user-offer-withdrawn").actor == giver.username
        case "expired":
            Handover.objects.update(expires_at=clock.now() - timedelta(seconds=1))
        case "suspended":
            account.memberships.get(user=taker).suspend(by=giver.username)
        case "another offer":
            offered(giver, MembershipFactory(user=UserFactory(with_app=True), account=account).user)
        case "giver no longer":
            account.memberships.filter(user=giver).update(is_main=False)
    assert browser.post(path, {"code": consent}).status_code in {302, 404}
    assert main_users(account) == ([] if end == "giver no longer" else [giver.username])
    offer.refresh_from_db()
    assert offer.used_at is None


@pytest.mark.parametrize("end", ["used", "withdrawn", "expired"])
def test_an_offer_that_ended_a_moment_ago_is_neither_accepted_nor_withdrawn(account: Account, giver: User, taker: User, end: str) -> None:
    offer = offered(giver, taker)
    Handover.objects.update(
        used_at=clock.now() if end == "used" else None,
        withdrawn_at=clock.now() if end == "withdrawn" else None,
        expires_at=clock.now() + timedelta(days=end != "expired"),
    )
    with transaction.atomic():
        assert not offer.accept()
    offer.withdraw(by=giver.username)
    assert main_users(account) == [giver.username]
    assert [event.kind for event in Event.objects.chained()] == ["main-user-offered"]


def test_the_list_of_users_says_who_was_asked(giver: User, taker: User) -> None:
    offered(giver, taker)
    assert "was asked to become the main user" in signed_in(giver).get("/account/people/").content.decode()


def test_without_a_phone_there_is_no_way(account: Account, taker: User) -> None:
    giver = MembershipFactory(user=UserFactory(with_app=True, with_phone=False), account=account, is_main=True).user
    assert signed_in(giver).get(f"/account/people/{taker.uuid}/main/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_accepted_in_many_windows_at_once_it_happens_once() -> None:
    account = AccountFactory()
    giver = MembershipFactory(user=UserFactory(with_app=True), account=account, is_main=True).user
    taker = MembershipFactory(user=UserFactory(with_app=True), account=account).user
    offer = offered(giver, taker)
    browser, path = signed_in(taker), f"/account/handovers/{offer.uuid}/"
    browser.post(path)
    consent = code()

    def press(_number: int) -> int:
        window = Client()
        window.cookies = browser.cookies
        return int(window.post(path, {"code": consent}).status_code)

    all_at_once(press, 4)
    assert main_users(account) == [taker.username]
    assert Event.objects.filter(kind="main-user-changed").count() == 1
