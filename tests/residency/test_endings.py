"""Residencies that end soon: told to the main users once each of the days before, all of one person's in one message."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from accounts.models import Account, User
from accounts.models.notices import Kind
from muqeem import clock
from muqeem.record import texts
from muqeem.record.mails import worded
from muqeem.record.models import Message
from residency.tasks import warn
from tests.factories import AccountFactory, MembershipFactory, ResidentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next slice is done here and now."""
    monkeypatch.setattr(warn, "apply_async", lambda kwargs, *, retry: warn(**kwargs))


def main_user(*accounts: Account) -> User:
    user: User = MembershipFactory(account=accounts[0], main=True).user
    for account in accounts[1:]:
        MembershipFactory(user=user, account=account, main=True)
    return user


def told(user: User) -> list[str]:
    with override("en"):
        return [str(notice.sentence) for notice in user.notices.filter(kind=Kind.ENDING).order_by("pk")]


def text_of(user: User) -> str:
    phone = user.phone()
    assert phone
    return texts.words(Message.objects.get(channel="text", receiver=phone.number))


def test_each_of_the_days_is_told_once_by_name_while_it_is_one_person(shift) -> None:
    user = main_user(account := AccountFactory())
    person = ResidentFactory(sponsor=account, expiring_in=92, first_en="IMRAN", family_en="KHAN")
    days = []
    for day in range(95):
        shift(timedelta(days=day))
        before = len(told(user))
        warn()
        warn()
        days += [92 - day] * (len(told(user)) - before)
    assert days == [90, 60, 30, 14, 7, 3, 1]
    assert all("IMRAN" in sentence for sentence in told(user))
    assert {notice.leads_to for notice in user.notices.all()} == {f"/residents/{person.uuid}/"}
    assert Message.objects.filter(channel="mail").count() == Message.objects.filter(channel="text").count() == 7


def test_several_people_of_several_accounts_stand_in_one_text_and_one_mail() -> None:
    one, other = AccountFactory(), AccountFactory()
    user = main_user(one, other)
    ResidentFactory.create_batch(2, sponsor=one, expiring_in=30)
    ResidentFactory(sponsor=one, expiring_in=60)
    ResidentFactory(sponsor=one, expiring_in=31)
    ResidentFactory(sponsor=other, expiring_in=7)
    warn()
    several, single = told(user)
    assert several.startswith("Residencies that end soon: 3 residents. The first ends on ")
    assert single.startswith("The residency of ")
    assert "4 residents" in text_of(user)
    assert "7 days left" in text_of(user)
    mail = Message.objects.get(channel="mail", receiver=user.email)
    with override("en"):
        assert worded(mail).line.startswith("4 residents; the first residency ends on ")
    assert worded(mail).address == "/residents/"
    listed = user.notices.get(account=one)
    assert listed.leads_to == "/residents/?list=expiring"


def test_one_person_whom_two_accounts_reach_is_one_in_the_message() -> None:
    employer = AccountFactory()
    person = ResidentFactory(sponsor=employer, expiring_in=14)
    user = main_user(employer, AccountFactory(number=person.iqama_number))
    warn()
    assert len(told(user)) == 2
    assert person.last4 in text_of(user)
    assert "14 days left" in text_of(user)


def test_whoever_left_was_renewed_or_belongs_to_others_is_not_spoken_of() -> None:
    user = main_user(account := AccountFactory())
    today = clock.today()
    ResidentFactory(sponsor=account, expiring_in=30, left_on=today)
    ResidentFactory(sponsor=account, expiring_in=400)
    ResidentFactory(expiring_in=30)
    delegated = MembershipFactory(account=account).user
    warn()
    assert told(user) == told(delegated) == []


def test_an_outage_ends_in_one_message(shift) -> None:
    user = main_user(account := AccountFactory())
    ResidentFactory(sponsor=account, expiring_in=35)
    ResidentFactory(sponsor=account, expiring_in=20)
    warn()
    shift(timedelta(days=22))
    warn()
    assert len(told(user)) == 1
    assert Message.objects.filter(channel="text").count() == 1


def test_far_ones_are_shown_in_the_whole_list() -> None:
    user = main_user(account := AccountFactory())
    ResidentFactory.create_batch(2, sponsor=account, expiring_in=90)
    warn()
    assert user.notices.get().leads_to == "/residents/"
