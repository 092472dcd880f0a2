"""Signing in with two steps, what a stranger can learn from it, and how long it lasts."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.hashers import Argon2id
from accounts.models import Attempt, User
from accounts.models.attempts import name_key
from accounts.models.tokens import Step
from accounts.sessions import PENDING
from muqeem import catalogue, codes
from muqeem.record.models import Event, Message
from tests.accounts.people import app_code, is_signed_in, right_code, send, sign_in, sign_in_first, signed_in, wrong_code
from tests.factories import PASSWORD, AccountFactory, MembershipFactory, PhoneDeviceFactory, UserFactory

pytestmark = pytest.mark.django_db
WRONG = "not the right password"


# --- two steps ---


@pytest.mark.parametrize("language", ["ar", "en"])
def test_name_and_password_then_the_code_of_the_text(language) -> None:
    user, client = UserFactory(language=language), Client()
    token = sign_in_first(client, user)
    assert (token.slug, token.account, token.method) == (catalogue.SIGN_IN, None, "text")
    page = client.get("/sign-in/code/")
    assert page.status_code == 200
    assert user.phonedevice_set.get().number[-2:] in page.content.decode()
    assert not is_signed_in(client)
    answer = client.post("/sign-in/code/", {"code": right_code(token)})
    assert (answer.status_code, answer.url) == (302, "/")
    assert is_signed_in(client)
    token.refresh_from_db()
    assert token.step() == Step.DONE
    assert Event.objects.get(kind="sign-in").actor == user.username


def test_name_and_password_then_the_code_of_the_app() -> None:
    user, client = UserFactory(with_app=True), Client()
    token = sign_in_first(client, user)
    client.cookies["language"] = "en"
    assert "current code of your authenticator app" in client.get("/sign-in/code/").content.decode()
    client.post("/sign-in/code/", {"code": app_code(user)})
    assert is_signed_in(client)
    assert client.session["otp_device_id"] == user.authenticators().get().persistent_id
    assert token.method == "app"


def test_name_and_password_then_a_backup_code() -> None:
    user, client = UserFactory(with_app=True), Client()
    user.staticdevice_set.create(name="backup").token_set.create(token=codes.backup_mark(str(user.uuid), "abcd2345"))
    sign_in_first(client, user)
    assert client.get("/sign-in/code/?backup=1").status_code == 200
    wrong = client.post("/sign-in/code/?backup=1", {"code": "abcd2346"})
    assert wrong.status_code == 422
    client.post("/sign-in/code/?backup=1", {"code": "ABCD2345"})
    assert is_signed_in(client)


def test_the_password_alone_opens_nothing() -> None:
    client = Client()
    sign_in_first(client, UserFactory())
    for address in ("/account/password/", "/services/", "/account/authenticator/", "/operations/"):
        assert client.get(address).url == f"/sign-in/?next={address}"


def test_the_code_alone_opens_nothing() -> None:
    sign_in_first(Client(), user := UserFactory())
    stranger = Client()
    answer = stranger.post("/sign-in/code/", {"code": right_code(user.tokens.get())})
    assert (answer.status_code, answer.url) == (302, "/sign-in/")
    assert not is_signed_in(stranger)


def test_a_wrong_code_says_how_many_tries_are_left_and_the_fifth_closes() -> None:
    client = Client()
    client.cookies["language"] = "en"
    token = sign_in_first(client, UserFactory())
    for left in ("4 attempts", "3 attempts", "2 attempts", "1 attempt"):
        answer = client.post("/sign-in/code/", {"code": wrong_code(token)})
        assert answer.status_code == 422
        assert f"The code is not correct. {left} left." in answer.content.decode()
    answer = client.post("/sign-in/code/", {"code": wrong_code(token)}, follow=True)
    assert answer.redirect_chain == [("/sign-in/code/", 302), ("/sign-in/", 302)]
    assert "Too many tries: this sign-in is closed." in answer.content.decode()
    client.post("/sign-in/code/", {"code": right_code(token)})
    assert not is_signed_in(client)


def test_the_right_code_after_another_request_used_it_leads_on_without_a_word_of_error() -> None:
    client = Client()
    token = sign_in_first(client, UserFactory())
    token.try_code(right_code(token))
    answer = client.post("/sign-in/code/", {"code": right_code(token)})
    assert (answer.status_code, answer.url) == (302, "/sign-in/code/")
    assert Attempt.objects.filter(kind=Attempt.Kind.CODE).count() == 0


def test_an_expired_code_says_so_and_a_new_one_signs_in(shift) -> None:
    client = Client()
    client.cookies["language"] = "en"
    token = sign_in_first(client, UserFactory())
    old = right_code(token)
    soon = client.post("/sign-in/code/", {"again": "1"}, follow=True)
    assert "You can ask for a new code in" in soon.content.decode()
    shift(timedelta(seconds=310))
    assert "The code has expired" in client.post("/sign-in/code/", {"code": old}).content.decode()
    assert client.post("/sign-in/code/", {"again": "1"}).status_code == 302
    assert right_code(token) != old
    client.post("/sign-in/code/", {"code": right_code(token)})
    assert is_signed_in(client)


def test_signing_in_again_within_a_minute_says_when_the_next_code_may_be_sent() -> None:
    client, user = Client(), UserFactory()
    client.cookies["language"] = "en"
    sign_in_first(client, user)
    answer = client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 422
    assert "You can ask for a new code in" in answer.content.decode()
    assert "paused" not in answer.content.decode()


def test_a_text_that_the_gateway_refused_is_told_at_sign_in() -> None:
    client = Client()
    client.cookies["language"] = "en"
    sign_in_first(client, UserFactory())
    assert "We sent a sign-in code" in client.get("/sign-in/code/").content.decode()
    Message.objects.get().fail("status 400")
    page = client.get("/sign-in/code/").content.decode()
    assert "You can ask for a new code, or use a backup code." in page
    assert "We sent a sign-in code" not in page


def test_without_a_phone_on_record_the_page_says_who_records_one() -> None:
    client, user = Client(), UserFactory(with_phone=False)
    client.cookies["language"] = "en"
    answer = client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 422
    assert "There is no mobile number on record." in answer.content.decode()


def test_nothing_typed_is_an_error_beside_each_field() -> None:
    answer = Client().post("/sign-in/", {})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"username", "password"}


def test_whoever_is_signed_in_is_led_home_from_sign_in() -> None:
    assert signed_in(UserFactory()).get("/sign-in/").url == "/"


# --- what a stranger learns ---


def reply_to(username: str, password: str = WRONG):
    client = Client()
    client.cookies["language"] = "en"
    return client.post("/sign-in/", {"username": username, "password": password})


def comparable(answer) -> tuple:
    headers = {name: value for name, value in answer.headers.items() if name != "Set-Cookie"}
    return answer.status_code, len(answer.content), headers, sorted(answer.cookies)


def test_the_answer_is_the_same_whether_the_name_exists_or_not() -> None:
    UserFactory(username="known-1")
    UserFactory(username="known-2", is_active=False)
    UserFactory(username="known-3", with_phone=False)
    User.objects.create(username="known-4", password="!unusable")
    strangers = comparable(reply_to("nobody1"))
    assert strangers[0] == 422
    assert "The sign-in details are not correct." in reply_to("nobody2").content.decode()
    for number in range(1, 5):
        assert comparable(reply_to(f"known-{number}")) == strangers
    assert not Message.objects.exists()


def test_names_are_paused_alike_whether_they_exist_or_not() -> None:
    UserFactory(username="known-1")
    answers = {name: [comparable(reply_to(name)) for _ in range(12)] for name in ("known-1", "nobody1")}
    assert answers["known-1"] == answers["nobody1"]
    assert "Sign-in is paused." in reply_to("nobody1").content.decode()
    assert "Sign-in is paused." in reply_to("KNOWN-1 ").content.decode()
    right = reply_to("known-1", PASSWORD)
    assert right.status_code == 422
    assert not Message.objects.exists()


def test_the_pause_ends_a_quarter_of_an_hour_after_the_first_of_ten(shift) -> None:
    user = UserFactory()
    for _ in range(10):
        reply_to(user.username)
    shift(timedelta(minutes=14, seconds=50))
    assert reply_to(user.username, PASSWORD).status_code == 422
    shift(timedelta(minutes=15, seconds=10))
    assert reply_to(user.username, PASSWORD).status_code == 302


def test_right_passwords_are_not_counted(shift) -> None:
    user = UserFactory(with_app=True)
    for _ in range(12):
        assert reply_to(user.username, PASSWORD).status_code == 302
    assert not Attempt.objects.filter(name=name_key(user.username)).exists()


def hashes_checked(monkeypatch, name: str) -> int:
    """How often an answer costs the work of a password hash, which is nearly all of its time."""
    done = []
    for method in ("encode", "verify"):
        original = getattr(Argon2id, method)
        monkeypatch.setattr(Argon2id, method, lambda *args, original=original, **named: (done.append(1), original(*args, **named))[1])
    reply_to(name)
    monkeypatch.undo()
    return len(done)


def test_an_answer_costs_one_hash_whether_the_name_exists_or_not(monkeypatch) -> None:
    UserFactory(username="known-1")
    UserFactory(username="known-2", is_active=False)
    assert [hashes_checked(monkeypatch, name) for name in ("known-1", "known-2", "nobody1")] == [1, 1, 1]


def test_without_the_hash_that_a_password_is_set_by_nobody_is_answered_for_less(monkeypatch) -> None:
    UserFactory(username="known-1")
    monkeypatch.setattr(User, "set_password", lambda self, password: None)
    assert hashes_checked(monkeypatch, "nobody1") == 0


# --- the session ---


def test_each_step_gives_the_session_a_new_key() -> None:
    client, user = Client(), UserFactory()
    session = client.session
    session["visited"] = True
    session.save()
    client.cookies["session"] = session.session_key
    keys = [session.session_key]
    token = sign_in_first(client, user)
    keys.append(client.session.session_key)
    client.post("/sign-in/code/", {"code": right_code(token)})
    keys.append(client.session.session_key)
    client.post("/account/password/", {"password": PASSWORD, "new_password": "another sentence about lamps"})
    keys.append(client.session.session_key)
    assert len(set(keys)) == 4
    assert list(Session.objects.values_list("session_key", flat=True)) == [keys[-1]]


def test_the_key_of_a_session_has_more_than_128_bits() -> None:
    user, keys = UserFactory(), []
    for _time in range(3):
        client = signed_in(user)
        keys.append(client.cookies["session"].value)
    assert all(re.fullmatch(r"[a-z0-9]{32}", key) for key in keys)  # 36 signs, 32 places: 165 bits
    assert len({key[:8] for key in keys}) == 3


def test_a_session_key_that_was_planted_before_sign_in_is_worth_nothing_after_it() -> None:
    attacker, victim = Client(), Client()
    session = attacker.session
    session["planted"] = True
    session.save()
    attacker.cookies["session"] = victim.cookies["session"] = session.session_key
    sign_in(victim, UserFactory())
    assert is_signed_in(victim)
    assert "planted" not in victim.session
    assert not is_signed_in(attacker)


def test_a_password_step_in_a_planted_session_cannot_be_taken_over() -> None:
    attacker, victim = Client(), Client()
    session = attacker.session
    session["planted"] = True
    session.save()
    attacker.cookies["session"] = victim.cookies["session"] = session.session_key
    token = sign_in_first(victim, UserFactory())
    answer = attacker.post("/sign-in/code/", {"code": right_code(token)})
    assert answer.url == "/sign-in/"
    assert victim.session[PENDING] == str(token.uuid)


@pytest.mark.parametrize(("minutes", "lasts"), [(14.8, True), (15.2, False)])
def test_a_session_ends_after_fifteen_idle_minutes(minutes, lasts, shift) -> None:
    client = Client()
    sign_in(client, UserFactory())
    shift(timedelta(minutes=minutes))
    assert is_signed_in(client) is lasts


def test_a_session_that_is_used_ends_after_twelve_hours_all_the_same(shift) -> None:
    client = Client()
    sign_in(client, UserFactory())
    for minutes in range(10, 12 * 60, 10):
        shift(timedelta(minutes=minutes))
        assert is_signed_in(client), minutes
    shift(timedelta(hours=12, seconds=20))
    assert not is_signed_in(client)
    shift(timedelta(0))
    assert not is_signed_in(client)  # it was ended, not only refused


def test_a_session_without_a_beginning_is_none(shift) -> None:
    client = Client()
    client.force_login(UserFactory())
    assert not is_signed_in(client)


def test_sign_out_ends_the_session_on_the_server() -> None:
    client, thief = Client(), Client()
    sign_in(client, UserFactory())
    thief.cookies["session"] = client.cookies["session"].value
    assert is_signed_in(thief)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").url == "/"
    assert not is_signed_in(thief)
    assert not Session.objects.exists()
    assert Event.objects.filter(kind="sign-out").count() == 1


def test_signing_out_without_having_signed_in_is_no_error() -> None:
    assert Client().post("/sign-out/").status_code == 302
    assert not Event.objects.exists()


def test_somebody_deactivated_is_out_at_the_next_request() -> None:
    user, client = UserFactory(), Client()
    sign_in(client, user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not is_signed_in(client)


def test_somebody_deactivated_between_the_steps_does_not_get_in() -> None:
    user, client = UserFactory(), Client()
    token = sign_in_first(client, user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.post("/sign-in/code/", {"code": right_code(token)}).url == "/sign-in/"
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert not is_signed_in(client)


def test_a_phone_that_is_taken_off_the_record_between_the_steps_verifies_nobody() -> None:
    user, client = UserFactory(), Client()
    token = sign_in_first(client, user)
    user.phonedevice_set.all().delete()
    client.post("/sign-in/code/", {"code": right_code(token)})
    assert is_signed_in(client)
    assert "otp_device_id" not in client.session


@pytest.mark.parametrize("end", ["suspended_at", "removed_at"])
def test_leave_that_ends_is_gone_at_the_next_request(end) -> None:
    membership = MembershipFactory(account=AccountFactory(individual=True), main=True)
    client = signed_in(membership.user)
    assert client.get("/services/").status_code == 200
    setattr(membership, end, membership.created_at)
    membership.save()
    assert client.get("/services/").status_code == 403


def test_what_a_signed_in_person_sees_is_stored_nowhere() -> None:
    client = Client()
    sign_in_first(client, UserFactory())
    assert client.get("/sign-in/code/").headers["Cache-Control"] == "no-store"
    assert signed_in(UserFactory()).get("/account/password/").headers["Cache-Control"] == "no-store"


# --- where it leads ---

HOSTILE = [
    "https://evil.example/", "//evil.example", "///evil.example", "http:///evil.example", r"\\evil.example", r"/\evil.example",
    "javascript:alert(1)", "data:text/html,x", "https:evil.example", "/\t/evil.example", "\x08//evil.example", "http://testserver@evil.example/",
    "evil", "accounts.views", "", "\x00", "\ud800", "/\ud800", "/" + "x" * 10_000,
]  # fmt: skip


@pytest.mark.parametrize("target", HOSTILE, ids=range(len(HOSTILE)))
def test_sign_in_leads_nobody_to_another_site(target) -> None:
    client, user = Client(), UserFactory()
    token = sign_in_first(client, user)
    answer = client.generic(
        "POST", f"/sign-in/code/?{query(next=target)}", f"code={right_code(token)}", "application/x-www-form-urlencoded"
    )
    assert leads_home(answer, target)


@pytest.mark.parametrize("target", HOSTILE, ids=range(len(HOSTILE)))
def test_the_language_switch_leads_nobody_to_another_site(target) -> None:
    assert leads_home(send(Client(), "/language/", language="en", next=target), target)


def query(**fields: str) -> str:
    return urlencode(fields, errors="surrogatepass")


def leads_home(answer, target: str) -> bool:
    """Home; a half of a character arrives as the sign that replaces it, in an address that is ours and leads nowhere."""
    return answer.status_code == 302 and answer.url == ("/%EF%BF%BD%EF%BF%BD%EF%BF%BD" if target == "/\ud800" else "/")


@pytest.mark.parametrize("target", ["/services/", "/operations/?page=2", "/receipts/%D8%B9/"])
def test_sign_in_leads_back_to_where_it_was_asked_for(target) -> None:
    client, user = Client(), UserFactory()
    assert sign_in(client, user, f"?{query(next=target)}").url == target


def test_the_way_to_sign_in_keeps_where_one_wanted_to_go() -> None:
    user, client = UserFactory(), Client()
    answer = client.get("/operations/?page=2")
    assert answer.url == "/sign-in/?next=/operations/%3Fpage%3D2"
    first = client.post(answer.url, {"username": user.username, "password": PASSWORD})
    assert first.url == "/sign-in/code/?next=/operations/%3Fpage%3D2"
    last = client.post(first.url, {"code": right_code(user.tokens.get())})
    assert last.url == "/operations/?page=2"


def test_two_people_with_one_phone_each_get_in_with_their_own_code_only(shift) -> None:
    first, second = UserFactory(), UserFactory(with_phone=False)
    PhoneDeviceFactory(user=second, number=first.phonedevice_set.get().number)
    one = sign_in_first(Client(), first)
    shift(timedelta(minutes=2))
    client = Client()
    sign_in_first(client, second)
    assert client.post("/sign-in/code/", {"code": right_code(one)}).status_code == 422
    assert not is_signed_in(client)
