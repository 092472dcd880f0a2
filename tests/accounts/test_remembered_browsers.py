"""Remembering a browser: what it leaves out, for whom, how long, and what ends it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import enrolment, tasks
from accounts.agents import Agent
from accounts.models import Attempt, AuthenticatorApp, Browser, OperationToken, PhoneDevice, User
from accounts.models.attempts import name_key
from accounts.models.tokens import Step
from muqeem import clock
from muqeem.record.models import Event, Message
from tests.accounts.people import (
    all_at_once,
    app_code,
    is_signed_in,
    password_alone,
    sign_in,
    sign_in_first,
    signed_in,
    tables_holding,
)
from tests.doors.production import as_in_production, browser
from tests.factories import PASSWORD, AccountFactory, MembershipFactory, OfficeFactory, UserFactory
from tests.operations.journeys import Person

pytestmark = pytest.mark.django_db
PAGE = "/account/browsers/"
COOKIE = "browser"
CODE_PAGE = "/sign-in/code/"


def remembered(user: User, client: Client | None = None) -> Client:
    """A browser that its person asked to be remembered, signed out again."""
    client = client or Client()
    sign_in(client, user, remember="on")
    client.post("/sign-out/")
    assert not is_signed_in(client)
    return client


def secret_of(client: Client) -> str:
    return client.cookies[COOKIE].value


def is_known(client: Client, user: User) -> bool:
    """Whether name and password are enough there, once the limit of sendings is out of the way."""
    Attempt.objects.all().delete()
    answer = password_alone(client, user)
    assert answer.status_code == 302
    return answer.url != CODE_PAGE


def manager() -> User:
    """Somebody who acts for an establishment, with an authenticator app."""
    return MembershipFactory(user=UserFactory(with_app=True), account=AccountFactory(), main=True).user


# --- what it leaves out ---


@pytest.mark.parametrize("person", [UserFactory, manager], ids=["a resident", "acts for an establishment"])
def test_on_a_remembered_browser_name_and_password_are_enough(person: Callable[[], User]) -> None:
    user = person()
    client = remembered(user)
    tokens, texts = OperationToken.objects.count(), Message.objects.count()
    answer = password_alone(client, user, "?next=/account/security/")
    assert (answer.status_code, answer.url) == (302, "/account/security/")
    assert is_signed_in(client)
    assert (OperationToken.objects.count(), Message.objects.count()) == (tokens, texts)  # nothing was sent either
    assert Browser.objects.get().last_used_at is not None


def test_every_sign_in_without_the_second_step_is_in_the_journal() -> None:
    user = UserFactory()
    client = remembered(user)
    password_alone(client, user)
    methods = Event.objects.filter(kind="sign-in", actor=user.username).order_by("pk").values_list("data__method", flat=True)
    assert list(methods) == ["text", "browser"]
    assert Event.objects.filter(kind="browser-remembered", actor=user.username).count() == 1


def test_a_browser_is_remembered_only_where_the_box_was_ticked() -> None:
    user, client = UserFactory(), Client()
    page = client.get(sign_in_first(client, user) and CODE_PAGE)
    box = re.search(r'<input type="checkbox" name="remember"[^>]*>', page.content.decode())
    assert box
    assert "checked" not in box[0]
    Attempt.objects.all().delete()
    sign_in(client, user)
    client.post("/sign-out/")
    assert COOKIE not in client.cookies
    assert not is_known(client, user)


def test_another_browser_of_the_same_person_is_not_known() -> None:
    user = UserFactory()
    remembered(user)
    assert not is_known(Client(), user)


def test_the_cookie_without_the_password_opens_nothing() -> None:
    user = UserFactory()
    client = remembered(user)
    assert not is_signed_in(client)
    assert client.post("/sign-in/", {"username": user.username, "password": "a guess"}).status_code == 422
    assert not is_signed_in(client)


def test_operations_ask_for_their_code_on_a_remembered_browser_too() -> None:
    person = Person()
    person.client = remembered(person.user)
    Attempt.objects.all().delete()
    assert password_alone(person.client, person.user).url == "/"
    token = person.start()
    assert (token.step(), token.sends) == (Step.CODE, 1)
    assert person.give(token).status_code == 422
    token.refresh_from_db()
    assert token.step() == Step.CODE


def test_somebody_whose_codes_are_paused_by_another_still_gets_in() -> None:
    user = UserFactory()
    client = remembered(user)
    Attempt.objects.bulk_create([Attempt(name=name_key(user.username), kind=Attempt.Kind.CODE) for _ in range(15)])
    assert password_alone(Client(), user).status_code == 422
    assert password_alone(client, user).url == "/"


def test_the_session_gets_a_new_key_here_too() -> None:
    user = UserFactory()
    client, attacker = remembered(user), Client()
    session = attacker.session
    session["planted"] = True
    session.save()
    client.cookies["session"] = attacker.cookies["session"] = session.session_key
    password_alone(client, user)
    assert is_signed_in(client)
    assert "planted" not in client.session
    assert not is_signed_in(attacker)


def test_a_form_that_was_kept_is_offered_here_too(shift) -> None:
    person = Person()
    person.client = remembered(person.user)
    password_alone(person.client, person.user)
    shift(timedelta(minutes=16))
    person.client.post(
        "/services/iqama-renewal/", "csrfmiddlewaretoken=of+the+page+before", content_type="application/x-www-form-urlencoded"
    )
    assert password_alone(person.client, person.user).url == "/account/unsent/"
    assert person.client.get("/account/unsent/").status_code == 200


# --- for whom ---


def may_not() -> list[Callable[[], User]]:
    return [lambda: UserFactory(clerk=True, with_app=True), lambda: UserFactory(staff=True, with_app=True)]


@pytest.mark.parametrize("person", may_not(), ids=["clerk", "staff"])
def test_clerks_and_staff_are_never_remembered(person: Callable[[], User]) -> None:
    user, client = person(), Client()
    sign_in_first(client, user)
    client.cookies["language"] = "en"
    page = client.get(CODE_PAGE).content.decode()
    assert 'name="remember"' not in page
    assert "no browser is remembered for them" in page
    client.post(CODE_PAGE, {"code": app_code(user), "remember": "on"})
    assert is_signed_in(client)
    assert COOKIE not in client.cookies
    assert not Browser.objects.exists()


@pytest.mark.parametrize("becomes", [{"is_staff": True}, {"office": True}], ids=["staff", "clerk"])
def test_whoever_becomes_clerk_or_staff_is_known_to_no_browser(becomes: dict[str, Any]) -> None:
    user = UserFactory(with_app=True)
    client = remembered(user)
    if becomes.get("office"):
        becomes = {"office": OfficeFactory()}
    User.objects.filter(pk=user.pk).update(**becomes)
    assert not is_known(client, user)


def test_whoever_must_still_set_an_app_up_is_not_offered_it_and_not_known() -> None:
    user = UserFactory()
    client = remembered(user)
    MembershipFactory(user=user, account=AccountFactory(), main=True)
    assert not is_known(client, user)
    assert 'name="remember"' not in client.get(CODE_PAGE).content.decode()


def test_a_backup_code_signs_in_once_and_remembers_nothing() -> None:
    user, client = UserFactory(with_app=True), Client()
    code = enrolment.make_backup_codes(user, "batch")[0]
    sign_in_first(client, user)
    assert 'name="remember"' not in client.get(f"{CODE_PAGE}?backup=1").content.decode()
    client.post(f"{CODE_PAGE}?backup=1", {"code": code, "remember": "on"})
    assert is_signed_in(client)
    assert not Browser.objects.exists()


# --- what is not exchanged on it ---


def test_a_remembered_browser_sets_up_no_app_and_makes_no_backup_codes_without_both_steps() -> None:
    user = UserFactory(with_app=True)
    client = remembered(user)
    for address in ("/account/authenticator/", "/account/backup-codes/"):
        password_alone(client, user)
        answer = client.post(address, {"batch": "5f0c6a9e-0000-4000-8000-000000000000", "code": "123456"})
        assert (answer.status_code, answer.url) == (302, f"/sign-in/?next={address}")
        assert not is_signed_in(client)
        assert password_alone(client, user, f"?next={address}").url == f"{CODE_PAGE}?next={address}"
        token = user.tokens.latest("pk")
        assert token.step() == Step.CODE
        token.close()
        client.cookies["session"] = ""
    assert enrolment.backup_codes_left(user) == 0


def test_after_both_steps_they_are_not_asked_for_a_second_time() -> None:
    user = UserFactory()
    client = remembered(user)
    password_alone(client, user)
    query = client.get("/account/authenticator/").url.removeprefix("/sign-in/")
    for _ in range(2):  # back from the page of the code, and once more
        Attempt.objects.all().delete()
        assert password_alone(client, user, query).url == f"{CODE_PAGE}{query}"
    Attempt.objects.all().delete()
    assert sign_in(client, user, query).url == "/account/authenticator/"
    assert client.get("/account/authenticator/").status_code == 200
    client.post("/sign-out/")
    assert is_known(client, user)  # the next sign-in is as before


# --- the cookie ---


def test_the_cookie_is_for_the_server_alone() -> None:
    client = Client()
    sign_in(client, UserFactory(), remember="on")
    cookie = client.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    assert cookie["max-age"] == 30 * 24 * 3600
    assert cookie["secure"] == ""  # by http, on a machine of one's own


def test_by_https_the_cookie_is_bound_to_host_and_https(settings) -> None:
    as_in_production(settings)
    user, client = UserFactory(), browser()
    sign_in(client, user, remember="on")
    cookie = client.cookies["__Host-browser"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, True, "Lax", "/", "")
    client.post("/sign-out/")
    assert is_known(client, user)


def test_the_secret_is_in_no_table_and_has_256_bits() -> None:
    client = Client()
    sign_in(client, UserFactory(), remember="on")
    assert len(secret_of(client)) == 43  # of 64 signs
    assert tables_holding(secret_of(client)) == set()
    assert tables_holding(Browser.objects.get().digest) == {"accounts_browser"}


def test_two_browsers_have_two_secrets() -> None:
    user = UserFactory()
    assert secret_of(remembered(user)) != secret_of(remembered(user))
    assert Browser.objects.count() == 2


def test_somebody_elses_cookie_is_none() -> None:
    first, second = UserFactory(), UserFactory()
    client = remembered(first)
    assert not is_known(client, second)
    assert Browser.objects.get().last_used_at is None
    assert is_known(client, first)


def test_a_secret_serves_the_person_it_was_made_for_and_nobody_with_the_same_means() -> None:
    first, second = (UserFactory(with_phone=False) for _ in range(2))
    assert first.means() == second.means()
    Browser.remember(first, "secret", Agent())
    assert not Browser.recognise(second, "secret")
    assert Browser.recognise(first, "secret")


@pytest.mark.parametrize("forged", ["", "x", "\x00", "é", "x" * 4000, "' OR 1=1 --"], ids=range(6))
def test_a_forged_cookie_is_none(forged: str) -> None:
    user = UserFactory()
    remembered(user)
    client = Client()
    client.cookies[COOKIE] = forged
    assert not is_known(client, user)


def test_the_digest_is_not_the_secret() -> None:
    user = UserFactory()
    remembered(user)
    client = Client()
    client.cookies[COOKIE] = Browser.objects.get().digest
    assert not is_known(client, user)


# --- what a stranger learns ---


def wrong_password(client: Client, username: str) -> tuple[Any, ...]:
    client.cookies["language"] = "en"
    with CaptureQueriesContext(connection) as asked:
        answer = client.post("/sign-in/", {"username": username, "password": "a guess"})
    tables = {table for query in asked for table in re.findall(r'"(accounts_\w+)"', query["sql"])}
    headers = {name: value for name, value in answer.headers.items() if name != "Set-Cookie"}
    return answer.status_code, len(answer.content), headers, sorted(answer.cookies), len(asked), tables


def test_to_whoever_guesses_a_browser_with_the_cookie_is_as_one_without() -> None:
    user = UserFactory(username="known-1")
    client = remembered(user)
    Attempt.objects.all().delete()
    secret = secret_of(client)
    client = Client()
    client.cookies[COOKIE] = secret
    with_cookie = wrong_password(client, "known-1")
    assert with_cookie[0] == 422
    assert wrong_password(Client(), "known-1") == with_cookie
    assert wrong_password(Client(), "nobody1") == with_cookie
    assert "accounts_browser" not in with_cookie[-1]
    assert Browser.objects.get().last_used_at is None


def test_guesses_on_a_remembered_browser_are_counted_like_any() -> None:
    user = UserFactory()
    client = remembered(user)
    for _ in range(10):
        wrong_password(client, user.username)
    assert password_alone(client, user).status_code == 422
    assert not is_signed_in(client)


# --- how long ---


@pytest.mark.parametrize(("seconds", "known"), [(-1, True), (0, False), (1, False)])
def test_it_lasts_thirty_days_to_the_second(seconds: int, known: bool) -> None:
    user, secret = UserFactory(), "of a browser"
    Browser.remember(user, secret, Agent())
    begun = Browser.objects.get().created_at
    for _ in range(3):  # a busy machine gets a second and a third look
        at(begun + timedelta(days=30, seconds=seconds))
        if (found := Browser.recognise(user, secret)) is known:
            break
    assert found is known


def at(moment: Any) -> None:
    """Move the portal's clock to a moment, as exactly as it runs."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE record_demonstration SET clock_shift = %s - statement_timestamp()", [moment])


def test_at_sign_in_it_is_over_after_thirty_days(shift) -> None:
    user = UserFactory()
    client = remembered(user)
    shift(timedelta(days=30) - timedelta(minutes=10))
    assert is_known(client, user)
    client.post("/sign-out/")
    shift(timedelta(days=30, seconds=1))
    assert not is_known(client, user)


def test_using_it_prolongs_nothing_and_the_table_refuses_more(shift) -> None:
    user = UserFactory()
    client = remembered(user)
    row = Browser.objects.get()
    shift(timedelta(days=20))
    assert is_known(client, user)
    assert Browser.objects.get().expires_at == row.expires_at
    with pytest.raises(IntegrityError, match="browser_thirty_days"), transaction.atomic():
        Browser.objects.update(expires_at=row.expires_at + timedelta(seconds=1))


def test_both_steps_without_the_tick_leave_it_as_it_is_and_with_it_begin_anew(shift) -> None:
    user = UserFactory()
    client = remembered(user)
    row = Browser.objects.get()
    shift(timedelta(days=10))
    for more in ({}, {"remember": "on"}):
        password_alone(client, user)
        client.get("/account/authenticator/")  # asks for both steps
        Attempt.objects.all().delete()
        sign_in(client, user, **more)
        client.post("/sign-out/")
        if not more:
            assert Browser.objects.get().expires_at == row.expires_at
    assert [each.revoked_at is None for each in Browser.objects.order_by("pk")] == [False, True]
    shift(timedelta(days=35))
    assert is_known(client, user)


def test_at_night_those_that_serve_nobody_are_removed(shift) -> None:
    live, over, revoked = (Browser.remember(UserFactory(), name, Agent()) for name in ("live", "over", "revoked"))
    Browser.objects.filter(pk=over.pk).update(expires_at=clock.Now())
    Browser.objects.filter(pk=revoked.pk).update(revoked_at=clock.Now())
    tasks.clear_sessions()
    assert Browser.objects.get() == live


# --- what ends it ---


def ended_by_a_new_password(user: User) -> None:
    signed_in(user).post("/account/password/", {"password": PASSWORD, "new_password": "seven green doors in Abha"})


def ended_by_a_password_set_by_a_command(user: User) -> None:
    user.set_password(PASSWORD)
    user.save()


def ended_by_a_first_app(user: User) -> None:
    device = enrolment.begin(user, {})  # type: ignore[arg-type]
    assert enrolment.confirm(device, device.code())


def ended_by_a_new_phone(user: User) -> None:
    PhoneDevice.objects.filter(user=user).update(number="+966509999999")


def ended_by_a_second_phone(user: User) -> None:
    PhoneDevice.objects.create(user=user, name="second", number="+966508888888", confirmed=True)


def ended_by_taking_the_phone_off_the_record(user: User) -> None:
    PhoneDevice.objects.filter(user=user).delete()
    AuthenticatorApp.objects.create(user=user, name="app", confirmed=True)


def ended_by_deactivation(user: User) -> None:
    for is_active in (False, True):
        user.is_active = is_active
        user.save()


ENDS = [
    ended_by_a_new_password,
    ended_by_a_password_set_by_a_command,
    ended_by_a_first_app,
    ended_by_a_new_phone,
    ended_by_a_second_phone,
    ended_by_taking_the_phone_off_the_record,
    ended_by_deactivation,
]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_whatever_the_person_signs_in_with_changes_every_browser_is_forgotten(end: Callable[[User], None]) -> None:
    user = UserFactory()
    clients = [remembered(user) for _ in range(2)]
    end(user)
    user.refresh_from_db()
    new = "seven green doors in Abha" if end is ended_by_a_new_password else PASSWORD
    for client in clients:
        Attempt.objects.all().delete()
        assert client.post("/sign-in/", {"username": user.username, "password": new}).url == CODE_PAGE


def test_another_app_in_the_place_of_the_first_ends_it_too() -> None:
    user = UserFactory(with_app=True)
    client = remembered(user)
    device = enrolment.begin(user, {})  # type: ignore[arg-type]
    assert enrolment.confirm(device, device.code())
    assert not is_known(client, user)


def test_what_changes_nothing_of_that_ends_nothing() -> None:
    user = UserFactory()
    client = remembered(user)
    user.language, user.email = "ar", "another@example.com"
    user.save()
    enrolment.make_backup_codes(user, "batch")
    PhoneDevice.objects.create(user=user, name="typed, not confirmed", number="+966507777777", confirmed=False)
    assert is_known(client, user)


def test_the_person_forgets_one_and_the_other_stays() -> None:
    user = UserFactory()
    first, second = remembered(user), remembered(user)
    here = signed_in(user)
    lost = Browser.objects.order_by("pk")[0]
    assert here.post(PAGE, {"browser": lost.uuid}).url == PAGE
    assert not is_known(first, user)
    assert is_known(second, user)
    assert Event.objects.get(kind="browsers-forgotten").data == {"browsers": 1}


def test_the_person_forgets_them_all() -> None:
    user = UserFactory()
    clients = [remembered(user), remembered(user)]
    signed_in(user).post(PAGE, {"browsers": "1"})
    assert [is_known(client, user) for client in clients] == [False, False]


@pytest.mark.parametrize("name", ["x", "", "\x00", "5f0c6a9e-0000-4000-8000-000000000000"], ids=range(4))
def test_somebody_elses_browser_is_answered_like_one_that_does_not_exist(name: str) -> None:
    other, client = UserFactory(), signed_in(UserFactory())
    theirs = remembered(other)
    answers = [client.post(PAGE, {"browser": each}) for each in (name, str(Browser.objects.get().uuid))]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, PAGE)}
    assert client.get(PAGE).content.count(b"forgotten") == 0
    assert is_known(theirs, other)
    assert not Event.objects.filter(kind="browsers-forgotten").exists()


def test_all_of_ones_browsers_are_nobody_elses() -> None:
    other = UserFactory()
    theirs = remembered(other)
    signed_in(UserFactory()).post(PAGE, {"browsers": "1"})
    assert is_known(theirs, other)


@pytest.mark.usefixtures("transactional_db")
def test_of_sign_ins_at_once_each_gets_in_and_after_forgetting_none() -> None:
    user = UserFactory()
    secret = secret_of(remembered(user))

    def one(_number: int) -> bool:
        client = Client()
        client.cookies[COOKIE] = secret
        return password_alone(client, user).url == "/"

    assert list(all_at_once(one, 4)) == [True] * 4
    assert user.sessions.count() == 4
    Browser.objects.all().revoke()
    assert one(0) is False
