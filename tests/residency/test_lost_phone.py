"""A lost phone: two clerks, a day's wait, both numbers told, and somebody who can say no."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Office, PhoneChange, PhoneDevice, User
from accounts.models.phone_changes import TO_CONFIRM, WAIT, AlreadyAsked
from muqeem.numbers import show_phone
from muqeem.record.models import Event, Message
from tests.accounts.people import all_at_once, signed_in
from tests.factories import AccountFactory, MembershipFactory, OfficeFactory, UserFactory

pytestmark = pytest.mark.django_db

PAGE, NEW = "/desk/phones/", "+966500000888"
WRITTEN = {"number": "1000000008", "phone": "0500000888", "seen": "on"}


@pytest.fixture
def office() -> Office:
    return OfficeFactory()


@pytest.fixture
def person() -> User:
    return UserFactory(language="en", id_number="1000000008")


def clerk(office: Office) -> User:
    return UserFactory(office=office, with_app=True, language="en")


def written(office: Office) -> PhoneChange:
    assert signed_in(clerk(office)).post(PAGE, WRITTEN).url == PAGE
    return PhoneChange.objects.latest("pk")


def confirmed(office: Office) -> PhoneChange:
    change = written(office)
    assert change.confirm(by=clerk(office))
    return change


def test_after_two_clerks_and_a_day_codes_go_to_the_new_number(office: Office, person: User, shift: Callable[[timedelta], None]) -> None:
    old = person.phone()
    assert old
    change = written(office)
    second = signed_in(clerk(office))
    assert show_phone(NEW) in second.get(PAGE).content.decode()
    assert "Confirmed" in second.post(f"{PAGE}{change.uuid}/", {"confirm": "1"}, follow=True).content.decode()
    told = Message.objects.filter(template="phone-change")
    assert {message.receiver for message in told} == {old.number, NEW}
    means = person.means()
    shift(WAIT - timedelta(seconds=5))
    assert person.phone() == old
    assert person.means() == means
    shift(WAIT + timedelta(seconds=5))
    assert person.phone().number == NEW
    assert person.means() != means  # no browser stands in for the code any more
    assert [event.kind for event in Event.objects.chained()] == ["phone-change-asked", "phone-change-confirmed"]


def test_one_clerk_is_not_two(office: Office, person: User) -> None:
    change = written(office)
    first = signed_in(change.asked_by)
    assert b'name="confirm"' not in first.get(PAGE).content
    assert "needs another clerk" in first.post(f"{PAGE}{change.uuid}/", {"confirm": "1"}, follow=True).content.decode()
    assert PhoneDevice.objects.filter(user=person).count() == 1
    with pytest.raises(IntegrityError, match="phone_change_by_two"), transaction.atomic():
        PhoneChange.objects.update(confirmed_by=change.asked_by, confirmed_at=change.asked_at)


def test_a_clerk_of_another_office_neither_sees_nor_confirms(office: Office, person: User) -> None:
    change = written(office)
    other = clerk(OfficeFactory())
    assert NEW not in signed_in(other).get(PAGE).content.decode()
    assert signed_in(other).post(f"{PAGE}{change.uuid}/", {"confirm": "1"}).status_code == 404
    assert not change.confirm(by=other)


def test_the_second_clerk_has_a_day(office: Office, person: User, shift: Callable[[timedelta], None]) -> None:
    change = written(office)
    shift(TO_CONFIRM + timedelta(seconds=1))
    assert not change.confirm(by=clerk(office))
    written(office)  # and then it is asked for anew


@pytest.mark.parametrize("who", ["person", "clerk"])
def test_until_it_holds_it_can_be_withdrawn(office: Office, person: User, who: str, shift: Callable[[timedelta], None]) -> None:
    change = confirmed(office)
    if who == "person":
        browser = signed_in(person)
        assert "recorded a new mobile ending" in browser.get("/account/security/").content.decode()
        assert browser.post(f"/account/security/phone/{change.uuid}/withdraw/").url == "/account/security/"
    else:
        signed_in(clerk(office)).post(f"{PAGE}{change.uuid}/", {"withdraw": "1"})
    shift(WAIT + timedelta(seconds=5))
    assert person.phone().number != NEW
    assert Event.objects.filter(kind="phone-change-withdrawn").count() == 1


def test_once_it_holds_it_is_not_withdrawn(office: Office, person: User, shift: Callable[[timedelta], None]) -> None:
    change = confirmed(office)
    shift(WAIT + timedelta(seconds=5))
    assert not change.withdraw(by=person)
    assert person.phone().number == NEW


def test_nobody_withdraws_the_change_of_somebody_else(office: Office, person: User) -> None:
    change = confirmed(office)
    assert signed_in(UserFactory()).post(f"/account/security/phone/{change.uuid}/withdraw/").status_code == 404


def test_whoever_keeps_an_account_of_their_own_is_found_by_its_number(office: Office) -> None:
    owner = MembershipFactory(account=AccountFactory(individual=True), is_main=True).user
    signed_in(clerk(office)).post(PAGE, {**WRITTEN, "number": owner.memberships.get().account.number})
    assert PhoneChange.objects.get().user == owner


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"number": "1000000016"}, "Nobody with this number has a user here"),
        ({"number": "1000000009"}, "check the digits"),
        ({"phone": "0112345678"}, "landline"),
        ({"seen": ""}, "must be seen first"),
    ],
)
def test_what_is_wrong_is_said_beside_it(office: Office, person: User, changed: dict[str, str], says: str) -> None:
    answer = signed_in(clerk(office)).post(PAGE, {**WRITTEN, **changed})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not PhoneChange.objects.exists()


@pytest.mark.parametrize("first", [written, confirmed])
def test_a_second_change_waits_for_the_first(office: Office, person: User, first: Callable[[Office], PhoneChange]) -> None:
    first(office)
    answer = signed_in(clerk(office)).post(PAGE, {**WRITTEN, "phone": "0500000777"})
    assert "waits already" in answer.content.decode()


@pytest.mark.parametrize("first", [written, confirmed])
def test_what_was_withdrawn_is_neither_confirmed_nor_in_the_way(
    office: Office, person: User, first: Callable[[Office], PhoneChange]
) -> None:
    change = first(office)
    assert [change.withdraw(by=person), change.withdraw(by=person)] == [True, False]
    assert not change.confirm(by=clerk(office))
    assert Event.objects.chained().filter(kind="phone-change-withdrawn").count() == 1
    page = signed_in(clerk(office)).get(PAGE).content.decode()
    assert NEW not in page
    assert written(office) != change


@pytest.mark.django_db(transaction=True)
def test_written_down_by_many_at_once_it_is_one_change() -> None:
    office, person = OfficeFactory(), UserFactory()
    clerks = [clerk(office) for _number in range(4)]
    outcomes = all_at_once(lambda number: PhoneChange.ask(person, NEW, by=clerks[number]), 4)
    assert [type(outcome) for outcome in outcomes].count(AlreadyAsked) == 3
    assert PhoneChange.objects.count() == 1


@pytest.mark.parametrize("whose", [{"id_number": "2000000005"}, {}])
def test_an_account_leads_to_no_user_who_has_another_number_or_acts_as_a_delegated_one(office: Office, whose: dict[str, str]) -> None:
    account = AccountFactory(individual=True)
    MembershipFactory(account=account, user=UserFactory(**whose), is_main=bool(whose))
    answer = signed_in(clerk(office)).post(PAGE, {**WRITTEN, "number": account.number})
    assert "Nobody with this number has a user here" in answer.content.decode()


def test_no_clerk_changes_their_own_number(office: Office) -> None:
    own = UserFactory(office=office, with_app=True, language="en", id_number="1000000008")
    assert "two other clerks" in signed_in(own).post(PAGE, WRITTEN).content.decode()


def test_nobody_confirms_their_own_number_as_the_second_clerk(office: Office) -> None:
    own = UserFactory(office=office, with_app=True, language="en", id_number="1000000008")
    change = written(office)
    assert "needs another clerk" in signed_in(own).post(f"{PAGE}{change.uuid}/", {"confirm": "1"}, follow=True).content.decode()
    assert change.confirm(by=clerk(office))


@pytest.mark.django_db(transaction=True)
def test_confirmed_by_many_at_once_it_is_one_number() -> None:
    office = OfficeFactory()
    person = UserFactory(id_number="1000000008")
    change = written(office)
    seconds = [clerk(office) for _number in range(4)]
    outcomes = all_at_once(lambda number: PhoneChange.objects.get(pk=change.pk).confirm(by=seconds[number]), 4)
    assert sorted(map(bool, outcomes)) == [False, False, False, True]
    assert PhoneDevice.objects.filter(user=person).count() == 2
