"""One's own sessions: where one is signed in, and ending them; an ended one is out at the next request."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import tasks
from accounts.models import Attempt, BrowserSession, User
from muqeem import clock
from muqeem.record.models import Event
from tests.accounts.people import is_signed_in, password_alone, sign_in, signed_in, tables_holding
from tests.factories import PASSWORD, UserFactory
from tests.operations.journeys import said

pytestmark = pytest.mark.django_db
PAGE = "/account/browsers/"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"


def at_a(agent: str, user: User, **more: str) -> Client:
    """Signed in by both steps in a browser that calls itself so."""
    Attempt.objects.all().delete()
    client = Client(headers={"user-agent": agent})
    sign_in(client, user, **more)
    return client


def places(client: Client) -> list[str]:
    """The browsers of the list, in its order."""
    return [str(each.place) for each in client.get(PAGE).context["sessions"]]


def uuid_of(user: User, client: Client) -> str:
    return str(user.sessions.get(session_id=client.session.session_key).uuid)


# --- the list ---


def test_the_list_says_where_since_when_and_which_one_this_is(shift) -> None:
    user = UserFactory()
    at_a(WINDOWS, user)
    shift(timedelta(minutes=5))
    here = at_a(IPHONE, user)
    assert places(here) == ["Safari iPhone", "Chrome Windows"]
    this, other = here.get(PAGE).context["sessions"]
    assert (this.is_this, other.is_this) == (True, False)
    assert timedelta(minutes=5) <= this.began_at - other.began_at < timedelta(minutes=6)
    page = said(here.get(PAGE))
    assert "Safari on iPhone This browser" in page
    assert f"{this.began_at:%H:%M} (Riyadh)" in page
    assert f"{other.began_at:%H:%M} (Riyadh)" in page


def test_last_seen_moves_with_use_and_the_one_used_last_comes_first(shift) -> None:
    user = UserFactory()
    first, second, here = at_a(WINDOWS, user), at_a(IPHONE, user), at_a("", user)
    shift(timedelta(minutes=2))
    first.get("/account/password/")
    sessions = here.get(PAGE).context["sessions"]
    assert [str(each.place) for each in sessions] == ["", "Chrome Windows", "Safari iPhone"]
    assert sessions[1].seen_at - sessions[1].began_at > timedelta(minutes=1, seconds=50)
    assert is_signed_in(second)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_page_is_there_in_both_languages(language: str) -> None:
    user = UserFactory(language=language)
    client = at_a("curl/8.5.0", user, remember="on")
    answer = client.get(PAGE)
    assert answer.headers["Content-Language"] == language
    assert str(user.browsers.get().uuid) in answer.content.decode()


def test_sessions_of_others_are_in_nobody_elses_list() -> None:
    at_a(WINDOWS, UserFactory())
    assert places(at_a(IPHONE, UserFactory())) == ["Safari iPhone"]


def test_a_session_on_a_remembered_browser_is_in_the_list(shift) -> None:
    user = UserFactory()
    client = at_a(WINDOWS, user, remember="on")
    client.post("/sign-out/")
    password_alone(client, user)
    assert places(client) == ["Chrome Windows"]


def test_what_would_not_be_let_in_any_more_is_not_in_the_list(shift) -> None:
    user = UserFactory()
    idle, old = at_a(WINDOWS, user), at_a(IPHONE, user)
    session = old.session
    session["began"] -= timedelta(hours=12).total_seconds()
    session.save()
    here = at_a("", user)
    assert places(here) == ["", "Chrome Windows"]
    session = idle.session
    session["seen"] -= timedelta(minutes=16).total_seconds()
    session.save()
    assert places(here) == [""]


def test_what_a_browser_writes_of_itself_is_kept_and_shown_nowhere() -> None:
    user = UserFactory()
    client = at_a("<b>zebra-7</b> Chrome/1 (Windows NT 10.0)", user)
    assert places(client) == ["Chrome Windows"]
    assert b"zebra-7" not in client.get(PAGE).content
    assert tables_holding("zebra-7") == set()


def test_no_network_address_is_kept() -> None:
    user, client = UserFactory(), Client(REMOTE_ADDR="203.0.113.77", headers={"x-forwarded-for": "203.0.113.77"})
    sign_in(client, user, remember="on")
    client.get(PAGE)
    assert tables_holding("203.0.113.77") == set()
    assert tables_holding(user.username) >= {"accounts_user", "record_event"}  # the search finds what there is


def test_the_list_takes_as_many_queries_for_five_sessions_as_for_one() -> None:
    user = UserFactory()
    here = at_a(WINDOWS, user)
    taken = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            here.get(PAGE)
        taken.append(len(asked))
        for _ in range(4):
            at_a(IPHONE, user, remember="on")
    assert taken[0] == taken[1]
    assert len(places(here)) == 9


# --- ending them ---


def test_signing_out_there_is_felt_at_the_next_request_there() -> None:
    user = UserFactory()
    here, there, third = at_a(WINDOWS, user), at_a(IPHONE, user), at_a("", user)
    name = uuid_of(user, there)
    assert name in here.get(PAGE).content.decode()
    assert here.post(PAGE, {"session": name}).url == PAGE
    assert there.get("/account/password/").url == "/sign-in/?next=/account/password/"
    assert is_signed_in(here)
    assert is_signed_in(third)
    assert not Session.objects.filter(pk=there.cookies["session"].value).exists()
    assert Event.objects.get(kind="signed-out-elsewhere", actor=user.username).data == {"sessions": 1}


def test_signing_out_everywhere_else_leaves_this_one() -> None:
    user, other = UserFactory(), UserFactory()
    here, *elsewhere = [at_a(WINDOWS, user) for _ in range(3)]
    stranger = at_a(WINDOWS, other)
    here.post(PAGE, {"other-sessions": "1"})
    assert [is_signed_in(client) for client in elsewhere] == [False, False]
    assert is_signed_in(here)
    assert is_signed_in(stranger)
    assert places(here) == ["Chrome Windows"]


def test_an_ended_session_is_not_brought_back_by_a_request_that_was_under_way() -> None:
    user = UserFactory()
    here, there = at_a(WINDOWS, user), at_a(IPHONE, user)
    under_way = there.session
    under_way["seen"] = clock.now().timestamp()
    here.post(PAGE, {"other-sessions": "1"})
    with pytest.raises(UpdateError):
        under_way.save()
    assert not is_signed_in(there)


@pytest.mark.parametrize(("method", "way_on"), [("get", "/account/browsers/?of=me"), ("post", "/sign-in/")])
def test_a_request_whose_session_ended_on_its_way_leads_to_sign_in(monkeypatch, method: str, way_on: str) -> None:
    """As when somebody presses twice at sign-in: the first press gives the session another key."""
    client = signed_in(UserFactory())

    def ends_meanwhile(session: Any) -> bool:
        session["seen"] += 1
        Session.objects.all().delete()
        return False

    monkeypatch.setattr("accounts.middleware.sessions.has_run_out", ends_meanwhile)
    answer = getattr(client, method)("/account/browsers/?of=me")
    assert (answer.status_code, answer.url) == (302, way_on)


@pytest.mark.parametrize("strange", ["", "x", "\x00", "x" * 10_000, "5f0c6a9e-0000-4000-8000-000000000000"], ids=range(5))
def test_somebody_elses_session_is_answered_like_one_that_does_not_exist(strange: str) -> None:
    other, user = UserFactory(), UserFactory()
    theirs, here = at_a(WINDOWS, other), at_a(WINDOWS, user)
    answers = [here.post(PAGE, {"session": name}) for name in (strange, uuid_of(other, theirs))]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, PAGE)}
    assert "Signed out" not in said(here.get(PAGE))
    assert is_signed_in(theirs)
    assert not Event.objects.filter(kind="signed-out-elsewhere").exists()


def test_this_session_is_ended_by_signing_out_and_not_by_its_name() -> None:
    user = UserFactory()
    here = at_a(WINDOWS, user)
    here.post(PAGE, {"session": uuid_of(user, here)})
    assert is_signed_in(here)
    assert re.search(r'formaction="/sign-out/"', here.get(PAGE).content.decode())


@pytest.mark.parametrize("posted", [{}, {"something": "else"}])
def test_what_ends_nothing_ends_nothing(posted: dict[str, str]) -> None:
    user = UserFactory()
    here, there = at_a(WINDOWS, user, remember="on"), at_a(IPHONE, user)
    assert here.post(PAGE, posted).url == PAGE
    assert is_signed_in(there)
    assert user.browsers.filter(revoked_at=None).count() == 1


# --- however a session ends, its line goes with it ---


def test_signing_out_takes_the_line_along() -> None:
    user = UserFactory()
    at_a(WINDOWS, user).post("/sign-out/")
    assert not BrowserSession.objects.exists()


def test_running_out_takes_the_line_along(shift) -> None:
    client = at_a(WINDOWS, UserFactory())
    shift(timedelta(minutes=16))
    assert not is_signed_in(client)
    assert not BrowserSession.objects.exists()


def test_the_nights_tidying_takes_the_line_along() -> None:
    user = UserFactory()
    ended, _live = at_a(WINDOWS, user), at_a(IPHONE, user)
    Session.objects.filter(pk=ended.session.session_key).update(expire_date=clock.now() - timedelta(seconds=1))
    tasks.clear_sessions()
    assert [str(row) for row in BrowserSession.objects.all()] == ["Safari iPhone"]


def test_a_row_removed_by_hand_takes_the_line_along() -> None:
    at_a(WINDOWS, UserFactory())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_session")
    assert not BrowserSession.objects.exists()


def test_a_new_password_keeps_this_session_in_the_list_and_no_other() -> None:
    user = UserFactory()
    here, there = at_a(WINDOWS, user), at_a(IPHONE, user)
    assert here.post("/account/password/", {"password": PASSWORD, "new_password": "seven green doors in Abha"}).status_code == 302
    assert places(here) == ["Chrome Windows"]
    assert here.get(PAGE).context["sessions"][0].is_this
    assert not is_signed_in(there)


def test_a_new_app_keeps_this_session_in_the_list() -> None:
    user = UserFactory()
    here = at_a(WINDOWS, user)
    here.get("/account/authenticator/")
    from_key: Any = here.session["authenticator-key"]
    code = user.authenticators().model(key=from_key).code()
    assert here.post("/account/authenticator/", {"code": code}).status_code == 200
    assert places(here) == ["Chrome Windows"]
    assert here.get(PAGE).context["sessions"][0].is_this


def test_whoever_is_deactivated_has_no_session_on_the_day_of_coming_back() -> None:
    user = UserFactory()
    client = at_a(WINDOWS, user)
    for is_active in (False, True):
        user.is_active = is_active
        user.save()
    assert not is_signed_in(client)
    assert not BrowserSession.objects.exists()


def test_the_page_is_nobody_elses_to_open() -> None:
    assert Client().get(PAGE).url == f"/sign-in/?next={PAGE}"
    assert signed_in(UserFactory(clerk=True, with_app=True), verified=True).get(PAGE).status_code == 200
