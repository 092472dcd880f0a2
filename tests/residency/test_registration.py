"""A person on record becomes a user: two facts, a code to the phone on record, a name and a password."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import Account, PhoneCode, Subscription, User
from accounts.models.limits import REQUESTS_ABOUT_ONE
from muqeem import clock, codes, hijri
from muqeem.record.models import Event, Message, Parameter
from residency.models import Resident
from residency.registration import views
from tests.accounts.people import all_at_once, is_signed_in
from tests.factories import AccountFactory, ResidentFactory, SubscriptionFactory, UserFactory, in_days

pytestmark = pytest.mark.django_db

START, GO_ON = "/register/", "/register/user/"
CHOSEN = {"username": "rafiq.h", "password": "seven camels at dawn"}


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.cookies["language"] = "en"
    return client


@pytest.fixture
def person() -> Resident:
    return ResidentFactory(phone="+966500000333", language="ar")


def facts(number: str, birth_on: date) -> dict[str, str]:
    parts = {
        f"birth_on_{place}": str(part)
        for place, part in zip(("day", "month", "year"), (birth_on.day, birth_on.month, birth_on.year), strict=True)
    }
    return {"number": number, **parts, "birth_on_calendar": "gregorian"}


def start(browser: Client, person: Resident, **changed: str) -> Any:
    return browser.post(START, {**facts(str(person.iqama_number), person.birth_on), **changed})


def code() -> str:
    newest = PhoneCode.objects.latest("pk")
    return codes.derive(str(newest.uuid), newest.sends)


def confirmed(browser: Client, person: Resident) -> None:
    assert start(browser, person).url == GO_ON
    assert browser.post(GO_ON, {"code": code()}).status_code == 302


def test_a_resident_registers_and_acts_for_himself_at_once(browser: Client, person: Resident) -> None:
    confirmed(browser, person)
    page = browser.get(GO_ON).content.decode()
    assert person.name_en in page
    assert browser.post(GO_ON, CHOSEN).url == "/"
    user = User.objects.get(username="rafiq.h")
    assert (user.id_number, user.phone().number, user.names) == (person.iqama_number, person.phone, person.names)
    assert user.language == "en"  # of the pages, whatever the register says
    membership = user.memberships.get()
    assert (membership.account.number, membership.is_main) == (person.iqama_number, True)
    subscription = Subscription.objects.get(account=membership.account)
    assert (subscription.operations_left, subscription.starts_on) == (20, clock.today())
    assert is_signed_in(browser)
    assert PhoneCode.objects.get().used_at
    assert person.name_en in browser.get("/").content.decode()
    assert Event.objects.chained().get(kind="registered").account == person.iqama_number


def test_a_citizen_on_record_registers_too(browser: Client) -> None:
    AccountFactory(number="1000000008", name_ar="فيصل الحربي", name_en="FAISAL ALHARBI", birth_on=date(1980, 5, 1), phone="+966500000444")
    assert browser.post(START, facts("1000000008", date(1980, 5, 1))).url == GO_ON
    browser.post(GO_ON, {"code": code()})
    assert browser.post(GO_ON, CHOSEN).url == "/"
    assert User.objects.get().memberships.get().account.number == "1000000008"


def test_the_birth_date_is_taken_in_either_calendar(browser: Client) -> None:
    person = ResidentFactory(birth_on=date(1990, 7, 24), phone="+966500000333")
    on = hijri.to_hijri(person.birth_on)
    assert on
    typed = {"birth_on_day": str(on.day), "birth_on_month": str(on.month), "birth_on_year": str(on.year), "birth_on_calendar": "hijri"}
    assert start(browser, person, **typed).status_code == 302
    assert PhoneCode.objects.get().number == person.phone


@pytest.mark.parametrize("who", ["nobody", "other birth date", "no phone", "deceased", "left for good"])
def test_who_is_not_on_record_sees_what_everybody_sees_and_gets_nothing(browser: Client, person: Resident, who: str) -> None:
    known = Client()
    known.cookies["language"] = "en"
    expected = start(known, person)
    shown = known.get(GO_ON)
    other = ResidentFactory(phone="" if who == "no phone" else "+966500000999")
    changed: dict[str, str] = {}
    match who:
        case "nobody":
            other.delete()
        case "other birth date":
            changed = facts(str(other.iqama_number), other.birth_on - timedelta(days=1))
        case "deceased":
            Resident.objects.filter(pk=other.pk).update(deceased_on=in_days(-1))
        case "left for good":
            Resident.objects.filter(pk=other.pk).update(left_on=in_days(-1))
    sent = Message.objects.count()
    answer = start(browser, other, **changed)
    page = browser.get(GO_ON)
    assert (answer.status_code, answer.url, sorted(answer.headers)) == (expected.status_code, expected.url, sorted(expected.headers))
    assert (page.status_code, len(page.content), sorted(page.headers)) == (shown.status_code, len(shown.content), sorted(shown.headers))
    assert Message.objects.count() == sent
    assert "The code is not correct" in browser.post(GO_ON, {"code": code()}).content.decode()
    assert browser.post(GO_ON, CHOSEN).status_code == 200  # still asks for the code
    assert not User.objects.exists()


@pytest.mark.parametrize("changed", [{"birth_on_day": "2"}, {"number": "1000000016"}])
def test_a_citizen_of_whom_one_fact_is_not_true_gets_nothing(browser: Client, changed: dict[str, str]) -> None:
    AccountFactory(number="1000000008", birth_on=date(1980, 5, 1), phone="+966500000444")
    assert browser.post(START, {**facts("1000000008", date(1980, 5, 1)), **changed}).url == GO_ON
    assert PhoneCode.objects.get().number == ""
    assert not Message.objects.exists()


def test_whoever_came_in_by_another_window_a_moment_ago_is_not_made_twice(
    browser: Client, person: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed(browser, person)
    UserFactory(id_number=person.iqama_number)
    monkeypatch.setattr(views, "is_registered", lambda _known: False)  # as it was when the page was asked for
    assert browser.post(GO_ON, CHOSEN).status_code == 200
    assert User.objects.count() == 1


def test_who_has_a_user_is_told_so_after_the_code_and_not_before(browser: Client, person: Resident) -> None:
    UserFactory(id_number=person.iqama_number)
    assert start(browser, person).url == GO_ON
    assert "already" not in browser.get(GO_ON).content.decode()
    browser.post(GO_ON, {"code": code()})
    assert "You have an account already" in browser.get(GO_ON).content.decode()
    assert browser.post(GO_ON, CHOSEN).status_code == 200
    assert User.objects.count() == 1


def test_a_number_is_asked_about_so_often_a_day_on_record_or_not(browser: Client, person: Resident) -> None:
    for _time in range(REQUESTS_ABOUT_ONE):
        start(browser, person)
    answer = start(browser, person)
    assert answer.status_code == 422
    assert "Too many requests" in answer.content.decode()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"number": "2000000001"}, "check the digits"),
        ({"number": "7000000001"}, "starts with 2 or 1"),
        ({"number": ""}, "Enter iqama number or national ID"),
        ({"birth_on_day": "31", "birth_on_month": "2"}, "no such day"),
        ({"birth_on_year": "2999"}, "must be from"),
        ({"birth_on_year": ""}, "add the year"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(browser: Client, person: Resident, changed: dict[str, str], says: str) -> None:
    answer = start(browser, person, **changed)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_no_step_is_left_out(browser: Client, person: Resident) -> None:
    assert browser.get(GO_ON).url == START
    assert browser.post(GO_ON, CHOSEN).url == START
    start(browser, person)
    assert browser.post(GO_ON, CHOSEN).status_code in {200, 422}
    assert not User.objects.exists()


def test_a_code_of_one_person_registers_no_other(browser: Client, person: Resident) -> None:
    """Also where the second person gets no code, because one was sent a moment ago to another browser."""
    confirmed(browser, person)
    victim = ResidentFactory(phone="+966500000444")
    start(Client(), victim)
    start(browser, victim)
    assert b'name="password"' not in browser.get(GO_ON, follow=True).content
    browser.post(GO_ON, CHOSEN)
    assert not User.objects.exists()


def test_without_free_operations_the_account_begins_without_a_package(browser: Client, person: Resident) -> None:
    Parameter.objects.create(code="package.individual.free_operations", from_on=clock.today(), value="0", source="x", confidence="S")
    confirmed(browser, person)
    browser.post(GO_ON, CHOSEN)
    assert not Subscription.objects.exists()
    assert browser.get("/account/subscription/").status_code == 200


def test_an_account_that_was_there_keeps_its_name_and_its_package(browser: Client, person: Resident) -> None:
    account = AccountFactory(number=person.iqama_number, name_en="As it was")
    package = SubscriptionFactory(account=account)
    confirmed(browser, person)
    browser.post(GO_ON, CHOSEN)
    assert Account.objects.get(number=account.number).name_en == "As it was"
    assert list(account.subscriptions.all()) == [package]


@pytest.mark.django_db(transaction=True)
def test_pressed_several_times_at_once_it_makes_one_user() -> None:
    person, browser = ResidentFactory(), Client()
    confirmed(browser, person)

    def press(number: int) -> int:
        window = Client()
        window.cookies = browser.cookies
        return int(window.post(GO_ON, {**CHOSEN, "username": f"rafiq.{number}"}).status_code)

    outcomes = all_at_once(press, 4)
    assert set(outcomes) <= {200, 302, 422}
    assert User.objects.count() == 1
    assert Subscription.objects.count() == 1


def test_birth_date_and_phone_of_citizens_come_with_the_import(tmp_path: Any) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text("number,name_ar,birth_on,phone\n1000000008,فيصل الحربي,1980-05-01,0500000444\n", encoding="utf-8")
    call_command("import_facts", str(file), verbosity=0)
    account = Account.objects.get(number="1000000008")
    assert (account.birth_on, account.phone) == (date(1980, 5, 1), "+966500000444")
