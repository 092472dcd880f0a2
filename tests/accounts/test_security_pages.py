"""The page that gathers what guards an account, back-up codes, the lost phone, and forms that come too late."""

import html
import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.test import Client
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from accounts import enrolment
from accounts.models import User
from muqeem.codes import backup_mark
from muqeem.record.models import Event
from tests.accounts.people import all_at_once, app_code, is_signed_in, sign_in, sign_in_first, signed_in
from tests.doors.production import as_in_production, browser
from tests.factories import AccountFactory, MembershipFactory, UserFactory
from tests.operations.journeys import said

pytestmark = pytest.mark.django_db
SECURITY, CODES, LOST = "/account/security/", "/account/backup-codes/", "/sign-in/lost-phone/"


# --- one page for all of it ---


def test_the_page_says_how_codes_come_and_what_is_left() -> None:
    user = UserFactory()
    client = Client()
    sign_in(client, user, remember="on")
    page = said(client.get(SECURITY))
    assert f"the mobile ending {user.phone_last2}" in page
    assert "and is safer: texts can be intercepted" in page
    assert "1 session open. 1 browser remembered." in page
    assert "None. They sign you in" in page
    enrolment.make_backup_codes(user, "batch")
    assert "10 backup codes left." in said(client.get(SECURITY))


def test_with_an_app_it_says_so_and_without_any_phone_who_records_one() -> None:
    assert "It gives your codes." in said(signed_in(UserFactory(with_app=True)).get(SECURITY))
    assert "There is no mobile number on record." in said(signed_in(UserFactory(with_phone=False)).get(SECURITY))


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_part_is_reached_from_it_and_leads_somewhere(language: str) -> None:
    client = signed_in(UserFactory(language=language))
    page = client.get(SECURITY).content.decode()
    parts = re.findall(r'<a class="go" href="([^"]+)"', page)
    assert parts == ["/account/password/", "/account/authenticator/", CODES, "/account/browsers/"]
    for part in parts:
        answer = client.get(part)
        assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)


def test_the_menu_leads_to_it_and_signs_out() -> None:
    page = signed_in(MembershipFactory(account=AccountFactory(individual=True), main=True).user).get("/").content.decode()
    menu = page[page.index('class="drop__box"') : page.index("</details>")]
    assert re.findall(r'href="([^"]+)"', menu) == [
        "/account/money/",
        "/account/subscription/",
        "/account/people/",
        "/account/notices/",
        "/account/data/",
        SECURITY,
    ]
    assert re.findall(r'action="([^"]+)"', menu) == ["/account/switch/", "/sign-out/"]


def test_the_language_is_changed_there_and_one_stays_there() -> None:
    user = UserFactory(language="ar")
    client = signed_in(user)
    assert 'name="language"' in client.get(SECURITY).content.decode()
    assert client.post("/language/", {"language": "en", "next": SECURITY}).url == SECURITY
    assert client.get(SECURITY).headers["Content-Language"] == "en"


# --- back-up codes ---


def make(client: Client, batch: str | None = None) -> Any:
    return client.post(CODES, {"batch": batch or str(uuid4())})


def valid_marks() -> set[str]:
    return set(StaticToken.objects.values_list("token", flat=True))


def marks(user: User, codes_of_the_user: list[str]) -> set[str]:
    return {backup_mark(str(user.uuid), code) for code in codes_of_the_user}


def test_new_codes_are_shown_once_and_those_of_before_are_void() -> None:
    user = UserFactory(with_app=True)
    before = enrolment.make_backup_codes(user, "of before")
    client = signed_in(user)
    answer = make(client)
    codes = answer.context["codes"]
    assert (answer.status_code, len(set(codes)), set(codes) & set(before)) == (200, 10, set())
    assert all(code in said(answer) for code in codes)
    assert valid_marks() == marks(user, codes)
    page = said(client.get(CODES))
    assert "10 backup codes left." in page
    assert not any(code in page for code in codes)
    sealed = Event.objects.chained().filter(kind="backup-codes-made").latest("pk")
    assert (sealed.actor, [code for code in codes if code in sealed.body]) == (user.username, [])


def test_the_page_makes_them_by_post_alone() -> None:
    client = signed_in(UserFactory())
    client.get(CODES)
    assert client.post(CODES).status_code == 200
    assert client.post(CODES, {"batch": "\x00"}).status_code == 200
    assert not StaticDevice.objects.exists()


def test_a_page_that_is_sent_twice_shows_the_same_codes() -> None:
    client, batch = signed_in(UserFactory()), str(uuid4())
    first, second = make(client, batch), make(client, batch)
    assert first.context["codes"] == second.context["codes"]
    assert Event.objects.filter(kind="backup-codes-made").count() == 1


@pytest.mark.usefixtures("transactional_db")
def test_of_clicks_at_once_all_are_told_the_codes_that_are_valid() -> None:
    user = UserFactory()
    told = all_at_once(lambda _: enrolment.make_backup_codes(user, "batch"), 4)
    assert [marks(user, codes) for codes in told] == [valid_marks()] * 4


@pytest.mark.usefixtures("transactional_db")
def test_of_clicks_at_once_all_are_told_the_codes_of_the_app_that_was_set_up() -> None:
    user = UserFactory()
    key = enrolment.begin(user, {}).key  # type: ignore[arg-type]
    devices = [enrolment.begin(user, {enrolment.KEY: key}) for _ in range(4)]  # type: ignore[arg-type]
    code = devices[0].code()
    told = all_at_once(lambda number: enrolment.confirm(devices[number], code), 4)
    assert [marks(user, codes) for codes in told] == [valid_marks()] * 4
    assert {device.pk for device in devices} == {user.authenticators().get().pk}


def test_a_session_left_open_makes_none(shift) -> None:
    user = UserFactory()
    client = signed_in(user)
    shift(timedelta(minutes=10, seconds=5))
    assert client.get(CODES).status_code == 200
    answer = make(client)
    assert (answer.status_code, answer.url) == (302, f"/sign-in/?next={CODES}")
    assert not StaticDevice.objects.exists()
    assert not is_signed_in(client)
    page = client.get(answer.url)
    assert page.headers["Content-Language"] == user.language == "en"
    assert "Making backup codes needs a new sign-in." in said(page)


def test_after_signing_in_with_one_it_is_said_how_many_are_left() -> None:
    user = UserFactory(with_app=True)
    codes = enrolment.make_backup_codes(user, "batch")
    client = Client()
    sign_in_first(client, user)
    answer = client.post(f"/sign-in/code/?backup=1&next={SECURITY}", {"code": codes[0]}, follow=True)
    assert "Signed in with a backup code. 9 are left." in said(answer)
    assert Event.objects.get(kind="sign-in").data == {"method": "backup-code"}
    assert enrolment.backup_codes_left(user) == 9


def test_the_codes_can_be_taken_along_as_a_file() -> None:
    answer = make(signed_in(UserFactory(language="ar")))
    link = re.search(r'href="(data:text/plain;charset=utf-8,[^"]+)"\s+download="([^"]+)"', answer.content.decode())
    assert link
    lines = unquote(html.unescape(link[1]).partition(",")[2]).split("\r\n")
    assert lines[3:-1] == answer.context["codes"]
    assert link[2] == "muqeem-backup-codes.txt"


def test_the_way_from_a_backup_code_back_to_the_code_keeps_where_one_wanted_to_go() -> None:
    user, client = UserFactory(), Client()
    sign_in_first(client, user)
    links = r'href="(\?[^"]*)"'
    there = html.unescape(re.findall(links, client.get("/sign-in/code/?next=/services/").content.decode())[0])
    assert there == "?next=/services/&backup=1" or there == "?next=%2Fservices%2F&backup=1"
    back = html.unescape(re.findall(links, client.get(f"/sign-in/code/{there}").content.decode())[0])
    assert back in {"?next=/services/", "?next=%2Fservices%2F"}
    plain = client.get("/sign-in/code/?backup=1")
    assert re.findall(links, plain.content.decode()) == ["?"]
    assert "Valid until" not in said(plain)


# --- setting up ---


def test_the_page_of_the_app_serves_with_camera_without_one_and_on_the_phone_itself() -> None:
    user = UserFactory()
    client = signed_in(user)
    page = client.get("/account/authenticator/").content.decode()
    device = enrolment.begin(user, client.session)
    assert "<svg" in page[page.index('class="qr"') :]
    assert enrolment.secret(device) in page
    assert re.fullmatch(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", enrolment.secret(device))
    link = re.search(r'href="(otpauth://totp/[^"]+)"', page)
    assert link
    assert html.unescape(link[1]) == device.config_url
    assert enrolment.secret(device).replace(" ", "") in device.config_url


def test_it_says_what_a_new_app_replaces_and_who_must_have_one() -> None:
    assert "the app in use and its backup codes no longer work" in said(
        signed_in(UserFactory(with_app=True)).get("/account/authenticator/")
    )
    newcomer = MembershipFactory(account=AccountFactory(), main=True).user
    assert "signs in with an authenticator app" in said(signed_in(newcomer).get("/account/authenticator/"))


@pytest.mark.parametrize("typed", ["12", "abcdef", ""])
def test_what_is_no_code_is_said_without_calling_it_a_security_code(typed: str) -> None:
    pages = [signed_in(UserFactory()).post("/account/authenticator/", {"code": typed})]
    client = Client()
    client.cookies["language"] = "en"
    sign_in_first(client, UserFactory())
    pages.append(client.post("/sign-in/code/", {"code": typed}))
    for page in pages:
        assert page.status_code == 422
        assert page.context["form"].errors["code"]
        assert "ecurity code" not in said(page)


# --- the phone is lost ---


def lost(client: Client) -> Any:
    client.cookies["language"] = "en"
    return client.get(LOST)


def test_the_page_asks_for_nothing_and_is_the_same_for_every_visitor() -> None:
    UserFactory(username="known-1")
    plain = lost(Client())
    assert plain.status_code == 200
    main = plain.content.decode().partition("<main")[2]
    assert "<form" not in main
    assert "<input" not in main
    assert lost(Client()).content.partition(b"<main")[2] == plain.content.partition(b"<main")[2]
    told = said(plain)
    for word in ("backup code", "authenticator app", "passport office", "passport and your iqama"):
        assert word in told


def test_the_page_changes_nothing_by_post_either() -> None:
    user = UserFactory(with_app=True)
    before = list(User.objects.values()), list(user.totpdevice_set.values())
    assert Client().post(LOST, {"username": user.username}).status_code == 200
    assert before == (list(User.objects.values()), list(user.totpdevice_set.values()))


def test_with_a_sign_in_under_way_it_leads_to_the_backup_code_and_else_to_sign_in() -> None:
    client = Client()
    assert f"{'/sign-in/code/'}?backup=1" not in lost(client).content.decode()
    sign_in_first(client, UserFactory())
    assert '"/sign-in/code/?backup=1"' in lost(client).content.decode()


def test_who_is_signed_in_is_led_to_what_can_be_done_now() -> None:
    main = lost(signed_in(UserFactory())).content.decode().partition("<main")[2]
    assert f'href="{CODES}"' in main
    assert f'href="{SECURITY}"' in main


def test_sign_in_and_the_page_of_the_code_lead_to_it() -> None:
    client = Client()
    assert f'href="{LOST}"' in client.get("/sign-in/").content.decode()
    sign_in_first(client, UserFactory())
    assert f'href="{LOST}"' in client.get("/sign-in/code/").content.decode()


# --- a form that comes too late ---


def late(client: Client, path: str, **headers: str) -> Any:
    client.handler.enforce_csrf_checks = True
    return client.post(path, {"session": "something", "note": "a forged zebra"}, headers=headers)


def test_a_form_of_before_the_last_sign_in_is_explained_and_leads_back_to_its_page() -> None:
    answer = late(signed_in(UserFactory()), "/sign-out/", referer="http://testserver/account/security/?page=2")
    assert answer.status_code == 403
    assert "The form expired; nothing was done." in said(answer)
    assert 'href="http://testserver/account/security/?page=2"' in answer.content.decode()


def test_the_page_says_for_whom_one_acts_as_any_page_does() -> None:
    membership = MembershipFactory(account=AccountFactory(individual=True, name_en="ZEBRA"), main=True)
    assert "ZEBRA" in said(late(signed_in(membership.user), "/sign-out/"))


def test_nothing_of_it_is_offered_again_and_nothing_is_done() -> None:
    client = signed_in(UserFactory())
    answer = late(client, "/account/browsers/", referer="http://testserver/account/browsers/")
    assert "zebra" not in answer.content.decode()
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    assert "<form" not in main
    assert is_signed_in(client)


FOREIGN = [
    "https://evil.example/",
    "//evil.example/",
    "javascript:alert(1)",
    "http://testserver.evil.example/",
    "http://testserver@evil.example/",
    "x",
    "",
]


@pytest.mark.parametrize("referer", FOREIGN, ids=range(len(FOREIGN)))
def test_from_another_site_the_only_way_on_is_home(referer: str) -> None:
    answer = late(signed_in(UserFactory()), "/account/browsers/", referer=referer)
    assert answer.status_code == 403
    assert re.findall(r'<a class="btn" href="([^"]*)"', answer.content.decode().partition("<main")[2]) == ["/"]


def test_by_https_it_leads_to_no_page_by_http(settings) -> None:
    as_in_production(settings)
    client = browser()
    client.handler.enforce_csrf_checks = True
    answer = client.post("/sign-in/", {"username": "x"}, headers={"referer": "http://portal.example/sign-in/"})
    assert answer.status_code == 403
    assert "http://portal.example" not in str(answer.body)


def test_somebody_with_an_app_signs_in_with_its_code_as_before() -> None:
    user, client = UserFactory(with_app=True), Client()
    sign_in_first(client, user)
    assert client.post("/sign-in/code/", {"code": app_code(user)}).url == "/"
