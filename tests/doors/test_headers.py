"""What every answer carries, whoever makes it: pages, files, errors, redirects. The matrix asks the same of every page."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser

from tests.doors.headers import open_doors
from tests.doors.people import MAIN_USER, MEMBERS, ROLES, Caller, main_user
from tests.doors.production import HOST, as_in_production, browser

pytestmark = pytest.mark.django_db

PROTECTING = [
    "muqeem.middleware.doors",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
]


@pytest.fixture
def production(settings: Any) -> None:
    as_in_production(settings)


@pytest.fixture
def trouble(settings: Any) -> Iterator[Client]:
    """A browser that is shown errors, and pages that make them."""
    as_in_production(settings)
    settings.ROOT_URLCONF = "tests.doors.trouble"
    client = browser()
    client.raise_request_exception = False
    return client


def with_csrf(client: Client) -> Client:
    client.handler.enforce_csrf_checks = True
    return client


ANSWERS: dict[str, tuple[int, Callable[[Client], Any]]] = {
    "a page": (200, lambda client: client.get("/")),
    "a wrong host": (400, lambda client: client.get("/", headers={"host": "evil.example"})),
    "another encoding": (400, lambda client: client.post("/sign-in/", b"a=b", content_type="text/plain; charset=utf-7")),
    "a form without proof of origin": (403, lambda client: with_csrf(client).post("/sign-in/", {})),
    "no such page": (404, lambda client: client.get("/nothing/here/")),
    "the wrong method": (405, lambda client: client.get("/sign-out/")),
    "a slash too few": (301, lambda client: client.get("/fees")),
    "a failure": (500, lambda client: client.get("/trouble/")),
    "no database": (503, lambda client: client.get("/trouble-without-database/")),
    "the way to sign-in": (302, lambda client: client.get("/residents/")),
    "public keys": (200, lambda client: client.get("/check/keys")),
    "a probe": (200, lambda client: client.get("/healthz")),
    "a style sheet": (200, lambda client: client.get("/static/css/muqeem.css")),
    "no such file": (404, lambda client: client.get("/static/css/nothing.css")),
}
STORED = {"public keys", "a style sheet"}


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_kind_of_answer_shuts_every_door(kind: str, trouble: Client) -> None:
    status, ask = ANSWERS[kind]
    answer = ask(trouble)
    assert answer.status_code == status
    assert list(open_doors(answer, everybodys=kind in STORED, https=True)) == []


def test_a_failure_tells_nothing_of_what_failed(trouble: Client) -> None:
    for path in ("/trouble/secret-word/", "/trouble-in-the-database/"):
        answer = trouble.get(path, {"q": "another-word"})
        assert answer.status_code == 500
        for word in ("secret-word", "another-word", "RuntimeError", "Traceback", "psycopg", "INSERT", ".py", "Django"):
            assert word not in answer.body.decode(), word


def test_http_leads_to_https_with_every_door_shut(production: None) -> None:
    answer = Client(headers={"host": HOST}).get("/sign-in/?next=/fees/")
    assert (answer.status_code, answer.url) == (301, f"https://{HOST}/sign-in/?next=/fees/")
    assert list(open_doors(answer)) == []


def test_a_printed_page_is_shown_by_the_browser_and_stored_by_nobody(production: None) -> None:
    caller = Caller(MAIN_USER)
    answer = caller.ask("GET", f"/documents/{caller.person.page.serial}.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["Cache-Control"] == "no-store"
    assert list(open_doors(answer, https=True)) == []


@pytest.mark.parametrize("middleware", PROTECTING)
@pytest.mark.parametrize("kind", ["a page", "a style sheet", "no such page", "a failure"])
def test_without_one_of_its_guards_an_answer_is_found_open(middleware: str, kind: str, trouble: Client, settings: Any) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != middleware]
    _status, ask = ANSWERS[kind]
    assert list(open_doors(ask(trouble), everybodys=kind in STORED, https=True))


def test_cookies_stay_with_this_host_and_away_from_scripts(production: None) -> None:
    client = browser()
    person = main_user()
    person.user.set_password("a password of one's own")
    person.user.save()
    client.get("/sign-in/")
    answer = client.post("/sign-in/", {"username": person.user.username, "password": "a password of one's own"})
    assert answer.status_code == 302
    client.post("/language/", {"language": "en"})
    assert set(client.cookies) == {"__Host-csrf", "__Host-session", "__Host-language"}
    for name, cookie in client.cookies.items():
        assert cookie["secure"], name
        assert cookie["httponly"], name
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", ""), name


def test_words_for_a_person_wait_in_the_session_and_in_no_cookie(production: None) -> None:
    caller = Caller(MAIN_USER, "en")
    client = caller.client
    client.cookies[settings.SESSION_COOKIE_NAME] = caller.session
    assert client.post("/account/subscription/bill/", {"package": "none"}).status_code == 302
    assert set(client.cookies) == {settings.SESSION_COOKIE_NAME}
    assert b"is not offered to the account any more" in client.get("/account/subscription/").content


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_text_says_in_which_letters_it_is_written(kind: str, trouble: Client) -> None:
    answer = ANSWERS[kind][1](trouble)
    says = answer.headers.get("Content-Type", "")
    assert says or not answer.body
    assert "charset=" in says or not re.match(r"text/|.*(/|\+)xml", says)


@pytest.mark.parametrize("path", ["/payments/", "/check/keys"])
def test_a_program_is_not_led_from_http_to_https_but_refused(path: str, production: None) -> None:
    for method in ("GET", "POST"):
        answer = Client(headers={"host": HOST}).generic(method, path)
        assert (answer.status_code, answer.content) == (403, b'{"error": "https"}')
        assert list(open_doors(answer)) == []


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PUT", "PATCH", "DELETE", "CONNECT", "ANYTHING"])
def test_other_methods_than_those_of_pages_and_forms_are_refused(method: str) -> None:
    caller = Caller(MAIN_USER)
    for path in ("/", "/fees/", "/operations/", "/sign-in/", "/payments/", "/static/css/muqeem.css"):
        assert caller.client.generic(method, path).status_code in {404, 405}, path


def test_signing_out_empties_what_the_browser_kept(production: None) -> None:
    answer = Caller(MAIN_USER).client.post("/sign-out/", headers={"x-forwarded-proto": "https", "host": HOST})
    assert answer.status_code == 302
    assert answer["Clear-Site-Data"] == '"cache", "storage"'


LENGTHS = {
    "two lengths": "Content-Length: 3\r\nContent-Length: 4\r\n",
    "a length and pieces": "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
    "pieces twice": "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "pieces by another name": "Transfer-Encoding: xchunked\r\n",
    "a length that is no number": "Content-Length: +3\r\n",
    "a space before the colon": "Content-Length : 3\r\n",
}


@pytest.mark.parametrize("kind", LENGTHS)
def test_the_web_server_takes_no_request_of_two_lengths(kind: str) -> None:
    sent = f"POST / HTTP/1.1\r\nHost: {HOST}\r\n{LENGTHS[kind]}\r\nabc".encode()
    with pytest.raises(ParseException):
        next(RequestParser(Config(), iter([sent]), ("127.0.0.1", 1)))


# --- what is personal is stored by nobody -----------------------------------------------------------------------------
def test_the_same_for_everybody_may_be_stored_but_not_for_somebody_signed_in() -> None:
    visitor, member = Client().get("/check/keys"), Caller(MAIN_USER).ask("GET", "/check/keys")
    assert "public" in visitor["Cache-Control"]
    assert member["Cache-Control"] == "no-store"
    assert "Cookie" in visitor["Vary"]


ENDINGS = [".css", "/.css", "/a.css", ";a.css", "%0a.css", "%2fa.css", "%3ba.css", "a.js", "/a.png"]


@pytest.mark.parametrize("role", ROLES)
def test_a_page_under_the_name_of_a_style_sheet_is_no_page(role: str) -> None:
    """A cache in front that stores by the ending of an address gets nothing to store."""
    caller = Caller(role)
    person = caller.person
    pages = [
        "/", "/operations/", "/residents/", "/services/", "/account/password/", "/demo/phone/", "/admin/",
        f"/residents/{person.resident.uuid}/", f"/receipts/{person.receipt.uuid}/", f"/operations/{person.journey.uuid}/",
        f"/documents/{person.page.serial}/", f"/documents/{person.page.serial}.pdf",
    ]  # fmt: skip
    for address in {address for page in pages for end in ENDINGS for address in (page + end.removeprefix("/"), page.rstrip("/") + end)}:
        answer = caller.ask("GET", address)
        if answer.status_code == 301:  # a slash more
            assert answer["Cache-Control"] == "no-store", address
            answer = caller.ask("GET", answer.url)
        assert answer.status_code == 404 or (answer.status_code == 403 and role not in MEMBERS), address
        assert answer["Cache-Control"] == "no-store", address


@pytest.mark.parametrize(
    "path",
    ["/.git/config", "/.git/HEAD", "/.env", "/var/env", "/manage.py", "/uv.lock", "/static/../muqeem/settings.py", "/static/%2e%2e/manage.py",
     "/static//etc/passwd", "/media/page.pdf", "/prints/page.pdf", "/static/", "/static/css/", "/__debug__/", "/server-status"],
)  # fmt: skip
def test_nothing_is_served_that_is_not_a_page(path: str) -> None:
    assert Client().get(path).status_code == 404
