"""A forgotten password: a link by e-mail and a code by text, both; and nobody learns who exists."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client

from accounts.models import Browser, PasswordReset, PhoneCode, User
from accounts.models.limits import REQUESTS_ABOUT_ONE
from muqeem import clock, codes
from muqeem.record.mails import address
from muqeem.record.models import Event, Message
from tests.accounts.people import all_at_once, is_signed_in, right_code, sign_in, signed_in
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

NEW = "nine kites over Abha"
FORGOTTEN = "/sign-in/forgotten/"


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.cookies["language"] = "en"
    return client


def link_of(user: User, route: str = "reset-password", template: str = "password-reset") -> str:
    mail = Message.objects.filter(channel="mail", receiver=user.email, template=template).latest("pk")
    return address(route, mail.arguments)


def code() -> str:
    newest = PhoneCode.objects.latest("pk")
    return codes.derive(str(newest.uuid), newest.sends)


def asked(browser: Client, user: User) -> str:
    """Past the name: the link of the mail."""
    assert browser.post(FORGOTTEN, {"username": user.username}).url == f"{FORGOTTEN}sent/"
    return link_of(user)


def confirmed(browser: Client, user: User) -> str:
    """Past the code of the text."""
    path = asked(browser, user)
    assert browser.post(path).status_code == 302
    assert browser.post(path, {"code": code()}).status_code == 302
    return path


def test_with_link_and_code_a_new_password_is_set_and_both_are_told(browser: Client) -> None:
    user = UserFactory(language="en")
    elsewhere = signed_in(user)
    path = confirmed(browser, user)
    assert browser.post(path, {"new_password": NEW}).url == "/sign-in/"
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert not is_signed_in(elsewhere)
    told = Message.objects.filter(template="password-changed")
    assert {(message.channel, message.receiver) for message in told} == {("mail", user.email), ("text", user.phone().number)}
    assert Event.objects.chained().get(kind="password-reset").actor == user.username
    assert PhoneCode.objects.get().used_at


def test_a_link_without_the_code_sets_nothing(browser: Client) -> None:
    user = UserFactory(language="en")
    path = asked(browser, user)
    assert b"new_password" not in browser.get(path).content
    browser.post(path, {"new_password": NEW})
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_the_code_of_one_link_opens_no_other(browser: Client) -> None:
    mine, other = UserFactory(language="en"), UserFactory(language="en")
    confirmed(browser, mine)
    path = asked(browser, other)
    assert b"new_password" not in browser.get(path).content


@pytest.mark.parametrize("over", ["used", "expired"])
def test_a_link_works_once_and_for_an_hour(browser: Client, over: str) -> None:
    user = UserFactory(language="en")
    path = confirmed(browser, user)
    if over == "used":
        browser.post(path, {"new_password": NEW})
    else:
        PasswordReset.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert browser.get(path).status_code == 410
    assert browser.post(path, {"new_password": "another sentence of mine"}).status_code == 410


def test_a_link_that_ended_a_moment_ago_sets_nothing_and_one_that_was_not_used_stops_nobody(browser: Client) -> None:
    user = UserFactory(language="en")
    asked(browser, user)
    link = PasswordReset.objects.get()
    assert not link.stop()
    with transaction.atomic():
        PasswordReset.objects.update(expires_at=clock.now())
        assert not link.use(NEW)
        PasswordReset.objects.update(expires_at=clock.now() + timedelta(minutes=1))
        assert [link.use(NEW), link.use(NEW)] == [True, False]


def test_a_password_that_is_refused_leaves_link_and_code_as_they_are(browser: Client) -> None:
    user = UserFactory(language="en")
    path = confirmed(browser, user)
    assert browser.post(path, {"new_password": "short"}).status_code == 422
    assert browser.post(path, {"new_password": NEW}).status_code == 302


def test_nobody_and_somebody_are_answered_alike(browser: Client) -> None:
    somebody = UserFactory(language="en")
    answers = []
    for name in (somebody.username, "nobody-of-this-name", UserFactory(email="").username, UserFactory(with_phone=False).username):
        client = Client()
        client.cookies["language"] = "en"
        first = client.post(FORGOTTEN, {"username": name})
        page = client.get(first.url)
        answers.append((first.status_code, first.url, sorted(first.headers), page.status_code, len(page.content)))
    assert len(set(map(str, answers))) == 1
    assert PasswordReset.objects.count() == 1
    assert Message.objects.count() == 1


def test_somebody_who_is_shut_out_gets_no_link(browser: Client) -> None:
    user = UserFactory(language="en", is_active=False)
    browser.post(FORGOTTEN, {"username": user.username})
    assert not PasswordReset.objects.exists()


def test_a_name_is_asked_for_so_often_a_day(browser: Client) -> None:
    user = UserFactory()
    for _time in range(REQUESTS_ABOUT_ONE):
        assert browser.post(FORGOTTEN, {"username": user.username}).status_code == 302
    answer = browser.post(FORGOTTEN, {"username": user.username})
    assert answer.status_code == 422
    assert "Too many requests" in answer.content.decode()
    assert Message.objects.count() == REQUESTS_ABOUT_ONE


def test_a_key_that_was_guessed_opens_nothing(browser: Client) -> None:
    user = UserFactory()
    asked(browser, user)
    uuid = PasswordReset.objects.get().uuid
    for path in (f"/reset/{uuid}/x/", f"/stop/{uuid}/x/", f"/stop/{uuid}/{codes.link_key('reset-password', str(uuid))}/"):
        assert browser.get(path).status_code == 404


def test_somebody_who_did_not_do_it_stops_the_account(browser: Client) -> None:
    user = UserFactory(language="en")
    browser.post(confirmed(browser, user), {"new_password": NEW})
    user.refresh_from_db()
    thief = Client()
    assert thief.post("/sign-in/", {"username": user.username, "password": NEW}).status_code == 302
    thief.post("/sign-in/code/", {"code": right_code(user.tokens.latest("pk")), "remember": "on"})
    path = link_of(user, "stop-user", "password-changed")
    assert b"Stop the account" in browser.get(path).content
    assert is_signed_in(thief)
    assert b"The account is stopped" in browser.post(path).content
    user.refresh_from_db()
    assert not user.is_active
    assert not is_signed_in(thief)
    assert not Session.objects.filter(whose__user=user).exists()
    assert not Browser.objects.that_serve(user).exists()
    assert b"The account is stopped" in browser.post(path).content  # pressed twice
    assert Event.objects.filter(kind="user-stopped").count() == 1


def test_who_was_stopped_comes_back_with_a_new_password_and_no_link_of_before(browser: Client) -> None:
    user = UserFactory(language="en")
    thief = Client()
    waiting = asked(thief, user)
    browser.post(confirmed(browser, user), {"new_password": NEW})
    browser.post(link_of(user, "stop-user", "password-changed"))
    assert thief.get(waiting).status_code == 410
    User.objects.filter(pk=user.pk).update(is_active=True)
    user.refresh_from_db()
    assert not user.check_password(NEW)
    assert browser.post("/sign-in/", {"username": user.username, "password": NEW}).status_code == 422


def test_remembered_browsers_are_forgotten(browser: Client) -> None:
    user = UserFactory(language="en")
    client = Client()
    sign_in(client, user, remember="on")
    assert Browser.objects.filter(user=user).exists()
    browser.post(confirmed(browser, user), {"new_password": NEW})
    assert not is_signed_in(client)
    answer = client.post("/sign-in/", {"username": user.username, "password": NEW})
    assert answer.url == "/sign-in/code/"


@pytest.mark.django_db(transaction=True)
def test_in_two_windows_at_once_one_password_is_set() -> None:
    user, browser = UserFactory(language="en"), Client()
    path = confirmed(browser, user)

    def press(number: int) -> int:
        window = Client()
        window.cookies = browser.cookies
        return int(window.post(path, {"new_password": f"{NEW} {number}"}).status_code)

    outcomes = all_at_once(press, 4)
    assert set(outcomes) <= {302, 410}
    assert Event.objects.filter(kind="password-reset").count() == 1
