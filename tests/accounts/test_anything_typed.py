"""Anything at all in any field: a clear answer, never an error of ours, and nothing changed.

Hypothesis calls the views themselves, each with its form made into HTML; the whole way through the portal is walked
with the worst of it.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Attempt, OperationToken, User
from accounts.sessions import BEGAN, PENDING
from accounts.views import choices, security, sign_in
from muqeem import clock
from tests.accounts.people import send, sign_in_first, signed_in
from tests.factories import PASSWORD, AccountFactory, MembershipFactory, UserFactory, password_hash

pytestmark = pytest.mark.django_db
WORST = ["", "\x00", "\ud800", "x" * 10_000, "٣" * 10_000, "²²²²²²", "{{ 7 }}%s%(x)s", "' OR 1=1 --", "<script>", "\u202e12", "../../x"]

anything = st.one_of(
    st.text(max_size=20),  # control and bidi characters, every script
    st.text("0123456789٠١٢٣٤٥۰۱۲۳۴۵²१  \u200f\u202e\x00-+.e", max_size=12),
    st.sampled_from([*WORST, PASSWORD]),
)
six_digits = st.from_regex("[1-9][0-9]{5}", fullmatch=True)
five_hundred = settings(
    max_examples=500,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password costs 30 ms, a page around a form 20; not here. What cannot be hashed still cannot."""
    password_hash()  # the one of all test users, made in earnest
    monkeypatch.setattr("accounts.hashers.Argon2id.encode", lambda self, password, salt: password.encode().hex()[:60])
    monkeypatch.setattr("accounts.hashers.Argon2id.verify", lambda self, password, encoded: password == PASSWORD)
    for views in (sign_in, security):
        monkeypatch.setattr(views, "render", lambda request, page, context, status=200: HttpResponse(str(context["form"]), status=status))


@pytest.fixture
def post() -> Callable[..., Any]:
    """Call a view with what is posted, by whoever is signed in, in a session that is kept nowhere."""

    def call(
        view: Callable[..., Any], query: str = "", user: User | None = None, session: dict[str, Any] | None = None, **fields: str
    ) -> Any:
        Attempt.objects.all().delete()  # no pause: each input is looked at
        body = urlencode(fields, errors="surrogatepass")
        request: Any = RequestFactory().post(f"/{query}", body, content_type="application/x-www-form-urlencoded")
        request.user = user or AnonymousUser()
        request.session = SessionStore()
        request.session.update(session or {})
        request._messages = CookieStorage(request)
        return view(request)

    return call


@five_hundred
@given(username=anything, password=anything)
def test_at_sign_in(post, username: str, password: str) -> None:
    assert post(sign_in.sign_in, username=username, password=password).status_code == 422


@pytest.fixture
def token() -> OperationToken:
    return sign_in_first(Client(), UserFactory())


@five_hundred
@given(code=st.one_of(anything, six_digits), backup=st.booleans())
def test_at_the_code_of_sign_in(post, token: OperationToken, code: str, backup: bool) -> None:
    answer = post(sign_in.sign_in_code, "?backup=1" * backup, session={PENDING: str(token.uuid)}, code=code)
    assert answer.status_code == 422
    assert OperationToken.objects.filter(pk=token.pk, used_at=None).update(tries=0)


@pytest.fixture
def user() -> User:
    return MembershipFactory(account=AccountFactory(individual=True), main=True).user


@five_hundred
@given(old=anything.filter(lambda typed: typed != PASSWORD), new=anything)
def test_at_the_change_of_a_password(post, user: User, old: str, new: str) -> None:
    assert post(security.password, user=user, password=old, new_password=new).status_code == 422


@five_hundred
@given(new=anything.filter(lambda typed: len(typed) < 12))
def test_at_a_new_password(post, user: User, new: str) -> None:
    assert post(security.password, user=user, password=PASSWORD, new_password=new).status_code == 422


@five_hundred
@given(code=st.one_of(anything, six_digits))
def test_at_setting_up_an_app(post, user: User, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.enrolment.qr_svg", str)
    assert post(security.enrol, user=user, session={BEGAN: clock.now().timestamp()}, code=code).status_code == 422
    assert not user.totpdevice_set.exists()


@five_hundred
@given(language=anything, target=anything)
def test_at_the_language_switch(post, language: str, target: str) -> None:
    address = post(choices.language, language=language, next=target).url
    assert address.startswith("/")
    assert not address.startswith(("//", "/\\"))


@five_hundred
@given(account=anything)
def test_at_the_switch_of_accounts(post, user: User, account: str) -> None:
    with pytest.raises(Http404):
        post(choices.switch_account, user=user, account=account)


@pytest.mark.parametrize("typed", WORST, ids=range(len(WORST)))
def test_the_worst_of_it_through_the_whole_portal(typed: str, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    visitor, member = Client(), signed_in(user)
    assert send(visitor, "/sign-in/", username=typed, password=typed).status_code == 422
    assert send(visitor, "/language/", language=typed, next=typed).status_code == 302
    assert send(member, "/account/password/", password=typed, new_password=typed).status_code == 422
    assert send(member, "/account/authenticator/", code=typed).status_code == 422
    assert send(member, "/account/switch/", account=typed).status_code == 404
    sign_in_first(visitor, UserFactory())
    for address in ("/sign-in/code/", "/sign-in/code/?backup=1"):
        assert send(visitor, address, code=typed).status_code == 422


@pytest.mark.parametrize(
    ("encoding", "status"), [("utf-8", 422), ("UTF8", 422), ("no-such-one", 422), ("unicode_escape", 400), ("rot13", 400), ("utf-16", 400)]
)
def test_forms_in_other_encodings_are_refused(encoding: str, status: int, settings) -> None:
    settings.MIDDLEWARE = ["accounts.middleware.only_utf8", *settings.MIDDLEWARE]
    body = '--x\r\nContent-Disposition: form-data; name="username"\r\n\r\na\\ud800\r\n--x--\r\n'
    answer = Client().generic("POST", "/sign-in/", body, f"multipart/form-data; boundary=x; charset={encoding}")
    assert answer.status_code == status
