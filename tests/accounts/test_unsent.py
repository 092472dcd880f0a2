"""A form posted after the session had ended: kept for its person, offered after sign-in, sent only by the person."""

import html
import json
import re
from base64 import b64decode
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.utils.translation import gettext, override, pgettext

from accounts import unsent
from accounts.models import Attempt, Membership, OperationToken, User
from accounts.models.tokens import Step
from muqeem.operations.models import Receipt
from tests.accounts.people import right_code, sign_in, sign_in_first, signed_in
from tests.factories import AccountFactory, MembershipFactory, UserFactory
from tests.operations.journeys import Person, said

pytestmark = pytest.mark.django_db
PAGE = "/account/unsent/"
IDLE = timedelta(minutes=16)
START = "/services/iqama-renewal/"
WRITTEN = {"resident": "", "note": "two lamps, one door", "more": ["a", "b"]}


class Browser(Client):
    """Posts forms as browsers do."""

    def post(self, path: str, data: Any = None, content_type: str = unsent.PLAIN_FORM, **extra: Any) -> Any:
        data = {"csrfmiddlewaretoken": "of the page before"} | (data or {})
        return super().post(path, urlencode(data, doseq=True), content_type, **extra)


def at_a_browser(person: Person, **options: Any) -> Person:
    """The same person and session."""
    browser = Browser(**options)
    browser.cookies = person.client.cookies
    person.client = browser
    return person


@pytest.fixture
def person() -> Person:
    return at_a_browser(Person())


def opened(person: Person) -> OperationToken:
    """An operation that stays open longer than the session."""
    token = person.opened()
    assert token.extend()
    return token


def back(person: Person) -> Any:
    """Where sign-in leads."""
    Attempt.objects.all().delete()
    return sign_in(person.client, person.user).url


def offered(page: Any) -> tuple[str, list[tuple[str, str]]]:
    """The address and the fields of the form that the page would send."""
    form = re.search(r'<form method="post" action="([^"]+)">((?:(?!</form>).)*)Send it now', page.content.decode(), re.DOTALL)
    assert form
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[2])
    fields = [(html.unescape(name), html.unescape(value)) for name, value in hidden]
    assert fields.pop(0)[0] == "csrfmiddlewaretoken"
    return html.unescape(form[1]), fields


def send_now(person: Person) -> Any:
    address, fields = offered(person.client.get(PAGE))
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    return person.client.post(address, data)


def kept(client: Client) -> bool:
    return unsent.KEPT in client.session


# --- the whole way ---


def test_the_details_of_an_operation_are_kept_offered_and_sent(person, shift) -> None:
    token = opened(person)
    shift(IDLE)
    answer = person.give(token)
    assert (answer.status_code, answer.url) == (302, f"/sign-in/?next=/operations/{token.uuid}/")
    assert "Your session has ended. Sign in to carry on where you stopped." in said(visit(person.client, answer.url))
    assert back(person) == PAGE
    page = person.client.get(PAGE)
    assert "Your session ended before this form was sent. Nothing was lost." in said(page)
    assert "Renew residency" in said(page)
    address, fields = offered(page)
    assert address == f"/operations/{token.uuid}/"
    assert fields == [("iqama_number", person.resident.iqama_number), ("months", "12")]
    token.refresh_from_db()
    assert token.step() == Step.DETAILS  # nothing was sent by itself
    assert send_now(person).status_code == 302
    token.refresh_from_db()
    assert token.step() == Step.REVIEW
    assert person.client.get(PAGE).url == "/"


def visit(client: Client, address: str) -> Any:
    client.cookies["language"] = "en"
    return client.get(address)


def test_a_confirmation_is_kept_and_performed_once(person, shift) -> None:
    token = opened(person)
    person.give(token)
    token.refresh_from_db()
    shift(IDLE)
    person.confirm(token)
    assert back(person) == PAGE
    assert not Receipt.objects.exists()
    answer = send_now(person)
    assert answer.url == f"/receipts/{Receipt.objects.get().uuid}/"


def test_a_form_that_names_its_service_only_by_its_address_says_which_service_it_is(person, shift) -> None:
    shift(IDLE)
    person.client.post(START)
    assert back(person) == PAGE
    assert "Renew residency" in said(person.client.get(PAGE))
    assert send_now(person).status_code == 302
    assert person.user.tokens.filter(slug="iqama-renewal").count() == 1


def test_a_form_of_no_service_is_named_by_its_address_with_its_query(shift) -> None:
    staff = UserFactory(staff=True, is_superuser=True, with_app=True)
    client = Browser()
    client.cookies = signed_in(staff, verified=True).cookies
    shift(IDLE)
    client.post("/admin/accounts/branch/add/?from=list", {"name_ar": "فرع", "_save": "Save"})
    assert sign_in(client, staff).url == PAGE
    page = client.get(PAGE)
    assert "/admin/accounts/branch/add/?from=list" in said(page)
    assert offered(page) == ("/admin/accounts/branch/add/?from=list", [("name_ar", "فرع"), ("_save", "Save")])


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_page_speaks_both_languages(language, shift) -> None:
    person = at_a_browser(Person(language=language))
    shift(IDLE)
    person.client.post(START)
    assert back(person) == PAGE
    page = said(person.client.get(PAGE))
    with override(language):
        for words in ("A form was not sent", "Your session ended before this form was sent. Nothing was lost.", "Send it now"):
            assert gettext(words) in page
        assert pgettext("form", "Discard") in page


def test_every_value_comes_back_as_it_was_written(person, shift) -> None:
    shift(IDLE)
    tricky = {"a": "\"><script>alert(1)</script>&amp;'", "سطر": "أول\r\nثانٍ", "list": ["1", "2"], "empty": ""}
    person.client.post(START, tricky)
    assert back(person) == PAGE
    assert "<script>alert" not in person.client.get(PAGE).content.decode()
    _, fields = offered(person.client.get(PAGE))
    assert fields == [("a", tricky["a"]), ("سطر", tricky["سطر"]), ("list", "1"), ("list", "2"), ("empty", "")]


def test_a_session_that_ended_by_looking_at_another_page_still_says_whose_the_form_is(person, shift) -> None:
    shift(IDLE)
    assert person.client.get("/operations/").status_code == 302
    person.client.post(START, WRITTEN)
    assert back(person) == PAGE


def test_a_session_of_twelve_hours_keeps_the_last_form_too(person, shift) -> None:
    session = person.client.session
    session["began"] -= 12 * 3600
    session.save()
    person.client.post(START, WRITTEN)
    assert back(person) == PAGE


def test_the_proof_of_origin_is_asked_for_before_anything_is_kept_and_given_anew(shift) -> None:
    person = at_a_browser(Person(), enforce_csrf_checks=True)
    strict = person.client
    token = csrf_of(strict.get("/services/iqama-renewal/"))
    shift(IDLE)
    assert strict.post(START, {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
    assert not kept(strict)
    assert strict.post(START, {"csrfmiddlewaretoken": token}).status_code == 302
    assert kept(strict)
    Attempt.objects.all().delete()
    first = strict.post("/sign-in/", credentials(person.user) | {"csrfmiddlewaretoken": csrf_of(strict.get("/sign-in/"))})
    assert first.url == "/sign-in/code/"
    code = person.code(person.user.tokens.latest("pk"))
    last = strict.post(first.url, {"code": code, "csrfmiddlewaretoken": csrf_of(strict.get(first.url))})
    assert last.url == PAGE
    page = strict.get(PAGE)
    assert token not in page.content.decode()
    assert strict.post(START, {"csrfmiddlewaretoken": csrf_of(page)}).url.startswith("/operations/")


def csrf_of(page: Any) -> str:
    """The proof of origin that the page's last form carries."""
    return re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())[-1]


def credentials(user: User) -> dict[str, str]:
    return {"username": user.username, "password": "blue lamps over Najran"}


# --- leaving it ---


def test_a_form_that_is_discarded_is_gone_and_nothing_was_sent(person, shift) -> None:
    shift(IDLE)
    person.client.post(START)
    assert back(person) == PAGE
    assert person.client.post(PAGE).url == "/"
    assert not kept(person.client)
    assert person.client.get(PAGE).url == "/"
    assert not person.user.tokens.filter(slug="iqama-renewal").exists()


def test_looking_twice_and_switching_the_language_lose_nothing(person, shift) -> None:
    shift(IDLE)
    person.client.post(START, WRITTEN)
    assert back(person) == PAGE
    before = offered(person.client.get(PAGE))
    person.client.post("/language/", {"language": "ar", "next": PAGE})
    person.client.post("/language/", {"language": "en", "next": PAGE})
    assert offered(person.client.get(PAGE)) == before


def test_another_form_to_the_same_address_leaves_it_where_it_is(person, shift) -> None:
    token = opened(person)
    shift(IDLE)
    person.give(token)
    assert back(person) == PAGE
    person.give(token, months=6)
    assert kept(person.client)
    person.give(token)
    assert not kept(person.client)


def test_only_the_last_form_is_kept(person, shift) -> None:
    shift(IDLE)
    person.client.post(START, {"note": "first"})
    person.client.post(START, {"note": "second"})
    assert back(person) == PAGE
    assert offered(person.client.get(PAGE))[1] == [("note", "second")]


def test_there_is_nothing_to_offer_to_whoever_has_posted_nothing(person) -> None:
    assert person.client.get(PAGE).url == "/"
    assert person.client.post(PAGE).url == "/"
    assert Client().get(PAGE).url == f"/sign-in/?next={PAGE}"


# --- whose it is, and for how long ---


def test_another_person_who_signs_in_gets_nothing_of_it(person, shift) -> None:
    shift(IDLE)
    person.client.post(START, WRITTEN)
    assert kept(person.client)
    other = UserFactory()
    token = sign_in_first(person.client, other)
    assert not kept(person.client)
    answer = person.client.post("/sign-in/code/?next=/fees/", {"code": right_code(token)})
    assert answer.url == "/fees/"
    assert person.client.get(PAGE).url == "/"


def test_a_form_planted_in_a_session_is_not_offered_to_its_victim(person, shift) -> None:
    victim = MembershipFactory(account=person.account, main=True).user
    client = signed_in(victim)
    shift(IDLE)
    person.client.post(START, WRITTEN)
    session = client.session
    session[unsent.KEPT] = person.client.session[unsent.KEPT]
    session["seen"] = session["began"] = session["began"] + IDLE.total_seconds()
    session.save()
    assert client.get(PAGE).url == "/"


@pytest.mark.parametrize(("minutes", "offers"), [(29.5, True), (31, False)])
def test_it_is_offered_for_half_an_hour(minutes, offers, person, shift) -> None:
    shift(IDLE)
    person.client.post(START, WRITTEN)
    shift(IDLE + timedelta(minutes=minutes))
    assert (back(person) == PAGE) is offers
    assert kept(person.client) is offers


def test_it_is_not_offered_any_more_when_it_grows_old_after_sign_in(person, shift) -> None:
    shift(IDLE)
    person.client.post(START, WRITTEN)
    shift(IDLE + timedelta(minutes=25))
    assert back(person) == PAGE
    shift(IDLE + timedelta(minutes=31))
    assert person.client.get(PAGE).url == "/"
    assert not kept(person.client)


def of_two_accounts() -> tuple[Person, Any]:
    """Somebody who acts for a second account and has chosen it."""
    person = at_a_browser(Person())
    other = MembershipFactory(user=person.user, account=AccountFactory(citizen=True), main=True).account
    acting = person.client.get("/services/").wsgi_request.account
    chosen = next(account for account in (person.account, other) if account != acting)
    person.client.post("/account/switch/", {"account": chosen.uuid})
    return person, chosen


def test_after_sign_in_the_person_acts_for_the_account_that_the_form_was_written_for(shift) -> None:
    person, chosen = of_two_accounts()
    shift(IDLE)
    person.client.post(START, WRITTEN)
    assert back(person) == PAGE
    assert person.client.get(PAGE).wsgi_request.account == chosen


def test_a_form_for_an_account_that_the_person_no_longer_acts_for_is_not_offered(shift) -> None:
    person, chosen = of_two_accounts()
    shift(IDLE)
    person.client.post(START, WRITTEN)
    Membership.objects.filter(account=chosen).update(removed_at="2026-01-01T00:00Z")
    assert back(person) == PAGE
    assert person.client.get(PAGE).url == "/"
    assert not kept(person.client)


def test_a_form_for_the_account_of_somebody_who_chose_none_is_not_offered_for_another_account(shift) -> None:
    person = at_a_browser(Person())
    MembershipFactory(user=person.user, account=AccountFactory(citizen=True), main=True)
    acting = person.client.get("/services/").wsgi_request.account
    shift(IDLE)
    person.client.post(START, WRITTEN)
    Membership.objects.filter(account=acting).update(removed_at="2026-01-01T00:00Z")
    assert back(person) == PAGE
    assert person.client.get(PAGE).url == "/"


# --- what is never kept ---


@pytest.mark.parametrize("field", ["password", "new_password", "code", "old_password", "password1"])
def test_a_form_with_a_secret_is_not_kept(field, person, shift) -> None:
    shift(IDLE)
    person.client.post(START, WRITTEN | {field: "123456"})
    assert not kept(person.client)
    assert back(person) == "/"


def test_the_code_of_an_operation_and_a_changed_password_are_not_kept(person, shift) -> None:
    token = person.start()
    shift(IDLE)
    person.post(token, code=person.code(token))
    person.client.post("/account/password/", {"password": "x", "new_password": "y"})
    assert not kept(person.client)


@pytest.mark.parametrize(("size", "keeps"), [(8 * 1024, True), (8 * 1024 + 1, False)])
def test_a_form_is_kept_up_to_eight_kilobytes(size, keeps, person, shift) -> None:
    shift(IDLE)
    body = "note=" + "x" * (size - len("note="))
    person.client.generic("POST", START, body, "application/x-www-form-urlencoded")
    assert kept(person.client) is keeps


def test_a_file_is_not_kept(person, shift) -> None:
    shift(IDLE)
    person.client.generic("POST", START, "{}", "application/json")
    body = '--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nabc\r\n--x--\r\n'
    person.client.generic("POST", START, body, "multipart/form-data; boundary=x")
    assert not kept(person.client)


@pytest.mark.parametrize("address", ["/no/such/page/", "//evil.example/", "/language/", "/sign-out/", "/check/", "/services/no slug/"])
def test_a_form_to_a_page_that_is_not_for_people_signed_in_is_not_kept(address, person, shift) -> None:
    shift(IDLE)
    person.client.post(address, WRITTEN)
    assert not kept(person.client)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
def test_only_what_is_posted_is_kept(method, person, shift) -> None:
    shift(IDLE)
    person.client.generic(method, START, "note=x", unsent.PLAIN_FORM)
    assert not kept(person.client)


def test_what_has_not_shown_its_origin_is_not_kept_whoever_asks_for_it(person) -> None:
    request: Any = RequestFactory().post(START, "note=x", content_type=unsent.PLAIN_FORM)
    request.session, request.resolver_match = {}, None
    unsent.keep(request, person.user.pk, "")
    assert request.session == {}
    request.csrf_processing_done = True
    unsent.keep(request, person.user.pk, "")
    assert unsent.waiting(request.session, person.user)


def test_without_a_session_that_ended_nobody_knows_whose_it_is(person) -> None:
    visitor = Client()
    assert visitor.post(START, WRITTEN).status_code == 302
    Session.objects.all().delete()
    assert person.client.post(START, WRITTEN).status_code == 302
    assert not Session.objects.exists()


def test_whoever_signs_out_leaves_nothing_behind(person, shift) -> None:
    shift(IDLE)
    person.client.post(START, WRITTEN)
    assert back(person) == PAGE
    person.client.post("/sign-out/")
    assert not Session.objects.exists()


# --- what is in the table ---


def test_the_row_of_the_session_does_not_say_what_was_written_nor_where_to(person, shift, settings) -> None:
    token = opened(person)
    shift(IDLE)
    person.give(token)
    row = Session.objects.get(session_key=person.client.session.session_key)
    readable = json.dumps(row.get_decoded())
    sealed = row.get_decoded()[unsent.KEPT]
    for value in (person.resident.iqama_number, "iqama_number", "months", str(token.uuid), "/operations/", "iqama-renewal"):
        assert value not in readable
        assert value.encode() not in b64decode(sealed, altchars=b"-_")
    settings.SECRET_KEY = "another key of another portal, fifty characters long or so"
    assert unsent.waiting({unsent.KEPT: sealed}, person.user) is None


def test_a_sealed_form_that_was_tampered_with_is_none(person, shift) -> None:
    shift(IDLE)
    person.client.post(START, WRITTEN)
    sealed = person.client.session[unsent.KEPT]
    assert unsent.waiting({unsent.KEPT: sealed}, person.user)
    for place in (5, len(sealed) // 2, len(sealed) - 5):
        changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        assert unsent.waiting({unsent.KEPT: changed}, person.user) is None
