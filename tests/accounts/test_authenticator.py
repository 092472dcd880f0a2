"""Authenticator apps and back-up codes: what they open, what they do not, and how they are set up."""

import time
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import django_otp.oath
import pytest
from django.apps import apps
from django.conf import settings as portal
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp import models as otp_models

from accounts import enrolment
from accounts.models import Attempt, AuthenticatorApp, OperationToken
from accounts.models.attempts import name_key
from accounts.models.limits import GENEROUS_TRIES, Paused
from accounts.models.tokens import CodeSpent, Method, Step, TokenClosed, WrongCode
from muqeem import catalogue, clock, codes
from muqeem.record.models import Demonstration, Event, Message
from tests.accounts.people import all_at_once, app_code, right_code, signed_in, wrong_app_code
from tests.factories import AccountFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
HALF_A_MINUTE = 30


@pytest.fixture(autouse=True)
def wait(db: None) -> Callable[[float], None]:
    """Begin with the first second of a half minute, by the clock that apps and portal read, and let some pass."""
    Demonstration.objects.get_or_create()
    passed = [0.0]

    def move(seconds: float) -> None:
        passed[0] += seconds
        Demonstration.objects.update(clock_shift=timedelta(seconds=passed[0]))

    move(HALF_A_MINUTE - clock.now().timestamp() % HALF_A_MINUTE)
    return move


def begun(user=None, slug: str = "iqama-renewal") -> OperationToken:
    return OperationToken.begin(user or UserFactory(with_app=True), slug, AccountFactory())


def code_at(app: AuthenticatorApp, moment: float) -> str:
    """What the app shows at a moment."""
    totp = TOTP(app.bin_key)
    totp.time = moment
    return f"{totp.token():06}"


def wrong_ones(user) -> int:
    return Attempt.objects.filter(name=name_key(user.username), kind=Attempt.Kind.CODE).count()


# --- the codes of an app ---


def test_whoever_has_an_app_gets_no_text() -> None:
    token = begun()
    assert (token.method, token.sends, token.code_valid_until) == (Method.APP, 0, None)
    assert not Message.objects.exists()


def test_an_app_that_was_never_confirmed_serves_nobody() -> None:
    user = UserFactory()
    AuthenticatorApp.objects.create(user=user, name="app", confirmed=False)
    assert begun(user).method == Method.TEXT


def test_the_code_of_the_app_opens_an_operation() -> None:
    token = begun()
    token.try_code(app_code(token.user))
    assert (token.step(), wrong_ones(token.user)) == (Step.DETAILS, 0)


@pytest.mark.parametrize("steps", [-1, 1])
def test_an_app_may_be_half_a_minute_slow_or_fast(steps) -> None:
    token = begun()
    token.try_code(app_code(token.user, steps))
    assert token.step() == Step.DETAILS


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_an_app_may_not_be_a_minute_slow_or_fast(steps) -> None:
    token = begun()
    with pytest.raises(WrongCode):
        token.try_code(app_code(token.user, steps))


@pytest.mark.parametrize("steps", [-1, 1])
def test_after_two_wrong_codes_a_day_the_app_must_be_exact(steps) -> None:
    token = begun()
    for _ in range(GENEROUS_TRIES):
        with pytest.raises(WrongCode):
            token.try_code(wrong_app_code(token.user))
    with pytest.raises(WrongCode):
        token.try_code(app_code(token.user, steps))
    token.try_code(app_code(token.user))
    assert token.step() == Step.DETAILS


def test_a_day_later_it_need_not_be_exact_any_more(wait) -> None:
    token = begun()
    for _ in range(GENEROUS_TRIES):
        with pytest.raises(WrongCode):
            token.try_code(wrong_app_code(token.user))
    wait(timedelta(hours=24).total_seconds() + HALF_A_MINUTE)
    token.try_code(app_code(token.user, -1))
    assert token.step() == Step.DETAILS


def test_a_code_that_was_used_says_wait_and_is_no_wrong_code(wait) -> None:
    first = begun()
    code = app_code(first.user)
    first.try_code(code)
    second = begun(first.user)
    for _ in range(7):
        with pytest.raises(CodeSpent):
            second.try_code(code)
    assert (second.step(), second.tries, wrong_ones(first.user)) == (Step.CODE, 0, 0)
    wait(30)
    second.try_code(app_code(first.user))
    assert second.step() == Step.DETAILS


def test_a_code_of_the_step_before_the_used_one_counts_as_used() -> None:
    first = begun()
    first.try_code(app_code(first.user))
    second = begun(first.user)
    with pytest.raises(CodeSpent):
        second.try_code(app_code(first.user, -1))


@pytest.mark.usefixtures("transactional_db")
def test_of_two_tokens_that_get_one_code_at_once_one_opens_and_the_other_waits() -> None:
    user = UserFactory(with_app=True)
    tokens = [begun(user) for _ in range(4)]
    code = app_code(user)
    outcomes = all_at_once(lambda number: tokens[number].try_code(code), 4)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["CodeSpent"] * 3 + ["NoneType"]
    assert wrong_ones(user) == 0
    assert OperationToken.objects.filter(verified_at__isnull=False).count() == 1


def test_somebody_elses_app_opens_nothing() -> None:
    with_text, with_app = begun(UserFactory()), begun()
    for token in (with_text, with_app):
        with pytest.raises(WrongCode):
            token.try_code(app_code(UserFactory(with_app=True)) if token.user == with_app.user else app_code(with_app.user))


def test_a_token_of_texts_is_not_opened_by_the_persons_own_app() -> None:
    token = begun(UserFactory())
    AuthenticatorApp.objects.create(user=token.user, name="app", confirmed=True)
    with pytest.raises(WrongCode):
        token.try_code(app_code(token.user))
    token.try_code(right_code(token))
    assert token.step() == Step.DETAILS


@pytest.mark.parametrize("typed", ["", "²²²²²²", "\x00", "\ud800", "1" * 10_000])
def test_what_is_no_code_at_all_is_only_a_wrong_one(typed) -> None:
    for token in (begun(), begun(UserFactory())):
        with pytest.raises(WrongCode):
            token.try_code(typed)


def test_the_apps_codes_are_those_of_rfc_6238() -> None:
    device = AuthenticatorApp(key=b"12345678901234567890".hex())
    vector = TOTP(device.bin_key, digits=8)
    vector.time = 1_111_111_109
    assert vector.token() == 7_081_804  # RFC 6238, appendix B, SHA-1


# --- whose clock ---


@pytest.fixture(params=[3600, -3600], ids=["an hour fast", "an hour slow"])
def jump(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """The clock of this process is so many seconds wrong."""
    by: int = request.param
    real = time.time
    wrong = lambda: real() + by  # noqa: E731 -- one clock for three names
    monkeypatch.setattr(time, "time", wrong)
    monkeypatch.setattr(django_otp.oath, "time", wrong)
    monkeypatch.setattr(otp_models, "time", SimpleNamespace(time=wrong))
    return by


@pytest.mark.parametrize("exact", [False, True])
def test_in_a_process_whose_clock_jumps_the_code_of_the_databases_moment_is_right_and_no_other(jump, exact) -> None:
    token = begun()
    app = token.user.authenticators().get()
    for _ in range(GENEROUS_TRIES * exact):
        with pytest.raises(WrongCode):
            token.try_code(wrong_app_code(token.user))
    with pytest.raises(WrongCode):
        token.try_code(code_at(app, clock.now().timestamp() + jump))
    token.try_code(code_at(app, clock.now().timestamp()))
    assert token.step() == Step.DETAILS


def test_in_a_process_whose_clock_jumps_an_app_is_set_up_with_the_code_of_the_databases_moment(jump) -> None:
    device = enrolment.begin(UserFactory(), {})
    assert enrolment.confirm(device, code_at(device, clock.now().timestamp() + jump)) == []
    assert len(enrolment.confirm(device, code_at(device, clock.now().timestamp()))) == 10


def test_in_a_process_whose_clock_jumps_a_demonstration_shows_the_code_of_the_databases_moment(jump) -> None:
    app = UserFactory(with_app=True).authenticators().get()
    [shown] = enrolment.demonstration_codes()
    assert shown["code"] == code_at(app, clock.now().timestamp())


def test_the_code_that_is_shown_goes_with_its_half_minute(wait) -> None:
    app = UserFactory(with_app=True).authenticators().get()
    assert 20 <= app.seconds_left() <= 30
    first = app.code()
    wait(25)
    assert (app.seconds_left() <= 5, app.code()) == (True, first)
    wait(5)
    assert 20 <= app.seconds_left() <= 30
    assert app.code() == code_at(app, clock.now().timestamp())


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_is_taken_once_and_teaches_the_device_no_drift(steps) -> None:
    user = UserFactory(with_app=True)
    code = app_code(user, steps)
    assert user.authenticators().get().verify_token(code)
    app = user.authenticators().get()
    assert not app.verify_token(code)
    assert app.drift == 0
    assert app.last_t == app.totp().t() + steps
    assert app.last_used_at is not None


def test_only_one_module_knows_the_device_that_reads_the_clock_of_its_process() -> None:
    named = {
        str(path.relative_to(portal.BASE_DIR))
        for app in ("accounts", "muqeem", "residency")
        for path in Path(portal.BASE_DIR, app).rglob("*.py")
        if "TOTPDevice" in path.read_text(encoding="utf-8")
    }
    assert named == {"accounts/models/devices.py"}


# --- back-up codes ---


def backup_codes(user) -> list[str]:
    return enrolment.make_backup_codes(user, "backup")[:2]


def marks(user, codes_of_the_user: list[str]) -> set[str]:
    return {codes.backup_mark(str(user.uuid), code) for code in codes_of_the_user}


def test_of_a_backup_code_only_a_mark_is_kept_by_a_key_that_is_not_in_the_database(settings) -> None:
    user, other = UserFactory(), UserFactory()
    told = enrolment.make_backup_codes(user, "backup")
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert kept == marks(user, told)
    assert not [code for code in told if code in " ".join(kept)]
    assert not kept & marks(other, told)
    settings.CODE_KEY = "another key"
    assert not kept & marks(user, told)


def test_a_backup_code_of_the_time_when_codes_were_kept_still_signs_in() -> None:
    user = UserFactory(with_app=True)
    kept = user.staticdevice_set.create(name="backup").token_set.create(token=StaticToken.random_token()).token
    import_module("accounts.migrations.0014_marks_of_backup_codes").mark(apps, None)
    token = begun(user, catalogue.SIGN_IN)
    token.try_backup_code(kept)
    assert token.verified_at is not None


def test_codes_made_anew_under_a_name_of_before_are_others() -> None:
    user = UserFactory()
    first = enrolment.make_backup_codes(user, "one")
    enrolment.make_backup_codes(user, "two")
    assert not set(first) & set(enrolment.make_backup_codes(user, "one"))


def test_a_backup_code_signs_in_once() -> None:
    user = UserFactory(with_app=True)
    first, second = backup_codes(user)
    token = begun(user, catalogue.SIGN_IN)
    token.try_backup_code(f"  {first.upper()} ")
    assert token.verified_at is not None
    again = begun(user, catalogue.SIGN_IN)
    with pytest.raises(WrongCode):
        again.try_backup_code(first)
    again.try_backup_code(second)
    assert again.verified_at is not None
    with pytest.raises(TokenClosed):
        again.try_backup_code(second)


def test_backup_codes_open_no_operation() -> None:
    user = UserFactory(with_app=True)
    code, _ = backup_codes(user)
    token = begun(user)
    with pytest.raises(TokenClosed):
        token.try_backup_code(code)
    with pytest.raises(WrongCode):
        token.try_code(code)
    assert StaticToken.objects.filter(token__in=marks(user, [code])).exists()


def test_five_wrong_backup_codes_void_the_sign_in_and_fifteen_close_codes() -> None:
    user = UserFactory(with_app=True)
    for _ in range(2):
        token = begun(user, catalogue.SIGN_IN)
        for _ in range(5):
            with pytest.raises(WrongCode):
                token.try_backup_code("wrong")
        assert token.step() == Step.CLOSED
    with pytest.raises(Paused):
        begun(user, catalogue.SIGN_IN).try_backup_code(backup_codes(user)[0])


def test_somebody_elses_backup_code_signs_nobody_in() -> None:
    code, _ = backup_codes(UserFactory(with_app=True))
    with pytest.raises(WrongCode):
        begun(slug=catalogue.SIGN_IN).try_backup_code(code)


# --- setting up ---


def key_of(client: Client) -> AuthenticatorApp:
    """The device that the page offers."""
    return AuthenticatorApp(key=client.session[enrolment.KEY])


def shown_by(device: AuthenticatorApp) -> str:
    return code_at(device, clock.now().timestamp())


def test_an_app_is_set_up_with_a_code_that_it_shows() -> None:
    user = UserFactory()
    client = signed_in(user)
    page = client.get("/account/authenticator/")
    device = key_of(client)
    assert enrolment.secret(device) in page.content.decode()
    session = client.session.session_key
    answer = client.post("/account/authenticator/", {"code": shown_by(device)})
    told = answer.context["codes"]
    assert answer.status_code == 200
    assert len(set(told)) == 10
    assert all(code in answer.content.decode() for code in told)
    assert AuthenticatorApp.objects.get(user=user).key == device.key
    assert set(StaticToken.objects.values_list("token", flat=True)) == marks(user, told)
    assert client.session.session_key != session
    assert enrolment.KEY not in client.session
    sealed = Event.objects.chained().get(kind="authenticator-enrolled")
    assert (sealed.actor, device.key in sealed.body) == (user.username, False)


def test_looking_at_the_page_leaves_no_device_behind_and_keeps_the_key() -> None:
    client = signed_in(UserFactory())
    client.get("/account/authenticator/")
    key = client.session[enrolment.KEY]
    client.get("/account/authenticator/")
    assert client.session[enrolment.KEY] == key
    assert not AuthenticatorApp.objects.exists()


def test_a_wrong_code_sets_nothing_up_and_repeated_ones_pause() -> None:
    user = UserFactory()
    client = signed_in(user)
    client.get("/account/authenticator/")
    wrong = f"{(int(shown_by(key_of(client))) + 1) % 10**6:06}"
    for _ in range(10):
        answer = client.post("/account/authenticator/", {"code": wrong})
        assert answer.status_code == 422
        assert "not the one that the app shows now" in answer.content.decode()
    answer = client.post("/account/authenticator/", {"code": shown_by(key_of(client))})
    assert answer.status_code == 422
    assert "paused until" in answer.content.decode()
    assert not AuthenticatorApp.objects.exists()


def test_the_code_that_set_the_app_up_opens_nothing_more(wait) -> None:
    user = UserFactory()
    client = signed_in(user)
    client.get("/account/authenticator/")
    client.post("/account/authenticator/", {"code": shown_by(key_of(client))})
    token = begun(user)
    with pytest.raises(CodeSpent):
        token.try_code(app_code(user))
    wait(30)
    token.try_code(app_code(user))
    assert token.step() == Step.DETAILS


def test_a_new_app_replaces_the_old_one_and_its_backup_codes() -> None:
    user = UserFactory(with_app=True)
    old_code = backup_codes(user)[0]
    old = AuthenticatorApp.objects.get(user=user)
    client = signed_in(user, verified=True)
    client.get("/account/authenticator/")
    client.post("/account/authenticator/", {"code": shown_by(key_of(client))})
    assert AuthenticatorApp.objects.get(user=user).key != old.key
    assert not StaticToken.objects.filter(token=old_code).exists()


@pytest.mark.usefixtures("transactional_db")
def test_a_double_click_sets_up_one_app() -> None:
    user = UserFactory()
    key = otp_models.default_key()
    code = shown_by(AuthenticatorApp(key=key))
    all_at_once(lambda _: enrolment.confirm(AuthenticatorApp(user=user, name="app", key=key), code), 4)
    assert AuthenticatorApp.objects.filter(user=user).count() == 1
    assert StaticToken.objects.count() == 10


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_session_left_open_cannot_set_up_an_app(method, wait) -> None:
    client = signed_in(UserFactory())
    client.get("/account/authenticator/")
    code = shown_by(key_of(client))
    wait(timedelta(minutes=10, seconds=5).total_seconds())
    answer = getattr(client, method)("/account/authenticator/", {"code": code})
    assert answer.status_code == 302
    assert answer.url == "/sign-in/?next=/account/authenticator/"
    assert not AuthenticatorApp.objects.exists()
    client.cookies["language"] = "en"
    assert "Setting up an authenticator app needs a new sign-in." in client.get(answer.url).content.decode()


# --- who must have one ---


def establishment_user(**user):
    return MembershipFactory(user=UserFactory(**user), account=AccountFactory(), main=True).user


@pytest.mark.parametrize(
    "person",
    [establishment_user, lambda: UserFactory(clerk=True), lambda: UserFactory(staff=True)],
    ids=["acts for an establishment", "clerk", "staff"],
)
@pytest.mark.parametrize("address", ["/", "/services/", "/account/password/", "/residents/", "/operations/", "/admin/", "/fees/"])
def test_whoever_must_have_an_app_is_led_to_it_and_sees_nothing_before(person, address) -> None:
    client = signed_in(person())
    session = client.session
    session["otp_device_id"] = "accounts.phonedevice/1"
    session.save()
    answer = client.get(address)
    assert (answer.status_code, answer.url) == (302, "/account/authenticator/")
    assert client.get("/account/authenticator/").status_code == 200
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/account/authenticator/").status_code == 302


def test_whoever_acts_for_a_person_needs_no_app() -> None:
    membership = MembershipFactory(account=AccountFactory(individual=True), main=True)
    assert signed_in(membership.user).get("/").status_code == 200
    gone = MembershipFactory(removed=True)
    assert not gone.user.needs_authenticator()


def test_the_demonstration_shows_what_the_apps_show(settings) -> None:
    settings.DEMO = True
    user = UserFactory(with_app=True)
    shown = enrolment.demonstration_codes()
    assert [(row["name"], row["code"]) for row in shown] == [(user.username, app_code(user))]
    assert 1 <= shown[0]["seconds"] <= 30
