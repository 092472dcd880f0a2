"""What people keep of their own: password, language, the account they act for; and the doors that stay shut."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.translation import gettext, ngettext, override

from accounts import access, middleware
from accounts.models import Attempt
from muqeem.record.models import Event
from tests.accounts.people import right_code, send, sign_in, signed_in
from tests.factories import PASSWORD, AccountFactory, MembershipFactory, SubscriptionFactory, UserFactory, WalletFactory

pytestmark = pytest.mark.django_db
NEW = "seven green doors in Abha"


def change(client: Client, old: str = PASSWORD, new: str = NEW):
    return client.post("/account/password/", {"password": old, "new_password": new})


# --- password ---


def test_a_password_is_changed_and_the_other_sessions_end() -> None:
    user = UserFactory()
    here, elsewhere = signed_in(user), signed_in(user)
    answer = change(here)
    assert (answer.status_code, answer.url) == (302, "/account/security/")
    assert here.get("/account/password/").status_code == 200
    assert elsewhere.get("/account/password/").status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert Event.objects.get(kind="password-changed").actor == user.username


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("not the current one", NEW, "password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "password12345", "new_password"),
        (PASSWORD, "sarah-alqahtani-1", "new_password"),
        (PASSWORD, "", "new_password"),
        (PASSWORD, "x" * 501, "new_password"),
        ("", NEW, "password"),
    ],
    ids=["wrong current", "short", "common", "similar", "none", "long", "no current"],
)
def test_a_password_that_cannot_be_taken_is_an_error_beside_its_field(old, new, field) -> None:
    user = UserFactory(username="sarah-alqahtani")
    answer = change(signed_in(user), old, new)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


SHORT = ("The password is too short; at least %(min)d character.", "The password is too short; at least %(min)d characters.")
SENTENCES = {
    "short": lambda: ngettext(*SHORT, 12) % {"min": 12},
    "password12345": lambda: gettext("This password is common; choose another."),
    "sarah-alqahtani-1": lambda: (
        gettext("This password is too much like the %(verbose_name)s; choose another.") % {"verbose_name": gettext("user name")}
    ),
    "x" * 501: lambda: ngettext("At most %(max)d character.", "At most %(max)d characters.", 500) % {"max": 500},
    "": lambda: gettext("Enter %(label)s.") % {"label": gettext("New password").replace("New", "new")},
}


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("new", SENTENCES, ids=["short", "common", "like the name", "long", "none"])
def test_why_a_password_cannot_be_taken_is_said_in_the_portals_words(new, language) -> None:
    answer = change(signed_in(UserFactory(username="sarah-alqahtani", language=language)), new=new)
    with override(language):
        assert answer.context["form"].errors["new_password"] == [SENTENCES[new]()]


COMMON = ["liverpool2026!", "2026-Liverpool-1", "dragondragon", "Shadow1!Shadow1!", "aaaaaaaaaaaa", "qwertyuiop[]"]
OF_THE_PORTAL = ["Muqeem-2026-KSA", "my.absher.2026!", "مقيم السعودية ٢٠٢٦", "Jawazat--Riyadh", "resident of me"]


@pytest.mark.parametrize("password", COMMON)
def test_a_common_password_made_longer_is_common(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert gettext("This password is common; choose another.") in refused.value.messages


@pytest.mark.parametrize("password", OF_THE_PORTAL)
def test_a_password_of_words_of_the_portal_is_refused(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert refused.value.messages == [gettext("This password is made of words of this portal; choose another.")]


@pytest.mark.parametrize(
    "password", ["the kingdom of my lamps", "7392-0184-5521", "مصابيح زرقاء فوق نجران", "lower case and nothing else", "!?!?.,.,;:;:-_"]
)
def test_a_password_may_be_made_of_anything(password: str) -> None:
    validate_password(password)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_wherever_a_password_is_set_the_words_are_the_same(language) -> None:
    user = UserFactory(username="sarah-alqahtani")
    with override(language), pytest.raises(ValidationError) as refused:
        validate_password("alqahtani", user)
    with override(language):
        assert set(refused.value.messages) == {
            SENTENCES["short"](),
            gettext("This password is too much like the %(verbose_name)s; choose another.") % {"verbose_name": gettext("user name")},
        }


def test_a_password_is_hidden_while_it_is_typed_and_may_come_from_a_password_manager() -> None:
    pages = {"/sign-in/": Client(), "/account/password/": signed_in(UserFactory())}
    fields = [
        field
        for path, client in pages.items()
        for field in re.findall(r'<input[^>]*name="(?:new_)?password"[^>]*>', client.get(path).content.decode())
    ]
    assert [re.findall(r'type="(\w+)"|autocomplete="([\w-]+)"', field) for field in fields] == [
        [("password", ""), ("", use)] for use in ("current-password", "current-password", "new-password")
    ]
    assert not re.search("onpaste|readonly|autocomplete=.off", "".join(fields))


def test_a_password_does_not_grow_old(shift) -> None:
    user = UserFactory()
    shift(timedelta(days=3650))
    sign_in(Client(), user)


def test_there_is_one_page_for_changing_a_password() -> None:
    staff = signed_in(UserFactory(staff=True, with_app=True), verified=True)
    for send_to in (staff.get, staff.post):
        answer = send_to("/admin/password_change/")
        assert (answer.status_code, answer.url) == (302, "/account/password/")


def test_a_password_of_128_signs_with_spaces_is_taken_as_it_is() -> None:
    user = UserFactory()
    long = "  a sentence of lamps, doors and roads over Najran " * 3
    assert change(signed_in(user), new=long[:128]).status_code == 302
    user.refresh_from_db()
    assert user.check_password(long[:128])
    assert not user.check_password(long[:128].strip())


def test_the_current_password_cannot_be_guessed_in_a_session_left_open(shift) -> None:
    user = UserFactory()
    client = signed_in(user)
    client.cookies["language"] = "en"
    for _ in range(10):
        assert change(client, "a guess").status_code == 422
    answer = change(client)
    assert answer.status_code == 422
    assert "Sign-in is paused." in answer.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert Attempt.objects.filter(kind=Attempt.Kind.PASSWORD).count() == 10


def test_the_password_hash_is_argon2id_at_the_cost_that_was_chosen() -> None:
    user = UserFactory()
    assert user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


# --- language ---


def test_a_visitor_who_asks_for_nothing_reads_arabic_whatever_the_browser_wants() -> None:
    page = Client().get("/sign-in/", headers={"accept-language": "en"})
    assert page.headers["Content-Language"] == "ar"
    assert 'dir="rtl"' in page.content.decode()


def test_a_visitor_switches_the_language_by_post_and_it_is_kept() -> None:
    client = Client()
    assert client.get("/language/").status_code == 405
    answer = client.post("/language/", {"language": "en", "next": "/sign-in/"})
    assert (answer.status_code, answer.url) == (302, "/sign-in/")
    assert client.get("/sign-in/").headers["Content-Language"] == "en"
    assert client.cookies["language"]["httponly"]


def test_the_language_of_somebody_signed_in_is_kept_on_the_user_for_every_browser() -> None:
    user = UserFactory(language="ar")
    client = signed_in(user)
    client.post("/language/", {"language": "en"})
    assert client.get("/account/password/").headers["Content-Language"] == "en"
    other = signed_in(user)
    other.cookies["language"] = "ar"
    assert other.get("/account/password/").headers["Content-Language"] == "en"


@pytest.mark.parametrize("language", ["", "fr", "ar ", "x" * 10_000, "\x00", "\ud800"])
def test_an_unknown_language_changes_nothing(language) -> None:
    user = UserFactory(language="ar")
    assert send(signed_in(user), "/language/", language=language).status_code == 302
    user.refresh_from_db()
    assert user.language == "ar"


def test_a_forged_language_cookie_is_ignored() -> None:
    client = Client()
    client.cookies["language"] = "fr"
    assert client.get("/sign-in/").headers["Content-Language"] == "ar"


# --- the account one acts for ---


def two_accounts() -> tuple[Client, list]:
    user = UserFactory()
    accounts = [AccountFactory(individual=True, name_ar=name, name_en="") for name in ("أ", "ب")]
    for account in accounts:
        MembershipFactory(user=user, account=account, main=True)
        SubscriptionFactory(account=account)
        WalletFactory(account=account)
    return signed_in(user), accounts


def acting_for(client: Client):
    return client.get("/services/").wsgi_request.account


def test_whoever_acts_for_several_switches_between_them() -> None:
    client, (first, second) = two_accounts()
    assert acting_for(client) == first
    assert client.post("/account/switch/", {"account": second.uuid}).url == "/"
    assert acting_for(client) == second


@pytest.mark.parametrize("strange", ["", "x", "\x00", "\ud800", "x" * 10_000, "' OR 1=1 --"])
def test_switching_to_what_is_no_account_is_not_found(strange) -> None:
    client, (first, _) = two_accounts()
    assert send(client, "/account/switch/", account=strange).status_code == 404
    assert acting_for(client) == first


def test_switching_to_a_foreign_or_former_account_is_not_found() -> None:
    client, (first, second) = two_accounts()
    foreign = AccountFactory()
    second.memberships.update(suspended_at="2026-01-01T00:00Z")
    for account in (foreign, second):
        assert client.post("/account/switch/", {"account": account.uuid}).status_code == 404
    assert acting_for(client) == first


def test_a_choice_that_was_removed_falls_back_to_what_is_left() -> None:
    client, (first, second) = two_accounts()
    client.post("/account/switch/", {"account": second.uuid})
    second.memberships.update(removed_at="2026-01-01T00:00Z")
    assert acting_for(client) == first


def test_the_address_of_the_switch_is_nothing_to_look_at() -> None:
    client, _ = two_accounts()
    assert client.get("/account/switch/").status_code == 405
    assert Client().post("/account/switch/").url == "/sign-in/?next=/account/switch/"


# --- doors ---


def test_a_view_without_a_declaration_is_seen_by_nobody() -> None:
    def undeclared(request):
        raise AssertionError("never called")

    door = middleware.Access(lambda request: None)
    with pytest.raises(PermissionDenied):
        door.process_view(RequestFactory().get("/"), undeclared, (), {})


def test_a_view_for_clerks_is_not_found_by_others() -> None:
    def desk(request):
        """What clerks see."""

    access.allow(access.Access.CLERK)(desk)
    assert opens(desk, UserFactory(clerk=True, with_app=True))
    assert not opens(desk, UserFactory())
    assert not opens(desk, UserFactory(staff=True, with_app=True))


def test_a_view_for_members_is_forbidden_to_whoever_acts_for_nobody() -> None:
    client = signed_in(UserFactory())
    assert client.get("/services/").status_code == 403


def opens(view, user) -> bool:
    client = signed_in(user, verified=user.totpdevice_set.exists())
    request = client.get("/sign-out/").wsgi_request
    try:
        return middleware.Access(lambda _: None).process_view(request, view, (), {}) is None
    except Http404:
        return False


@pytest.mark.parametrize("address", ["admin:index", "admin:login", "admin:accounts_user_changelist", "admin:record_event_changelist"])
def test_nobody_but_verified_staff_reaches_the_administration(address) -> None:
    path = reverse(address)
    assert Client().get(path).url == f"/sign-in/?next={path}"
    for user in (UserFactory(), UserFactory(clerk=True, with_app=True)):
        assert signed_in(user, verified=user.is_clerk).get(path).status_code == 404
    unverified = signed_in(UserFactory(is_superuser=True, staff=True, with_app=True))
    assert unverified.get(path).status_code == 404
    staff = signed_in(UserFactory(is_superuser=True, staff=True, with_app=True), verified=True)
    assert staff.get(path, follow=True).status_code == 200


def test_the_administration_has_no_sign_in_of_its_own() -> None:
    user = UserFactory(is_superuser=True, staff=True, with_app=True)
    client = Client()
    answer = client.post("/admin/login/", {"username": user.username, "password": PASSWORD})
    assert answer.url == "/sign-in/?next=/admin/login/"
    assert "_auth_user_id" not in client.session


def test_staff_reach_the_administration_by_both_steps() -> None:
    client = Client()
    sign_in(client, UserFactory(is_superuser=True, staff=True, with_app=True))
    assert client.get("/admin/").status_code == 200


# --- the demonstration's phone ---


def test_the_demonstrations_phone_shows_the_texts(settings) -> None:
    settings.DEMO = True
    user, client = UserFactory(), Client()
    client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    page = Client().get("/demo/phone/")
    assert page.status_code == 200
    assert f"<bdi>@127.0.0.1:8000 #{right_code(user.tokens.get())}</bdi>" in page.content.decode()  # whichever way the rest runs


def test_outside_a_demonstration_there_is_no_such_phone(settings) -> None:
    settings.DEMO = False
    assert Client().get("/demo/phone/").status_code == 404


def test_a_phone_in_a_demonstration_is_empty_before_anybody_signs_in(settings, shift) -> None:
    settings.DEMO = True
    shift(timedelta(days=1))
    assert Client().get("/demo/phone/").status_code == 200
