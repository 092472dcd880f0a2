"""Every page that the portal shows: each address as everybody sees it, each step of a journey, each kind of error."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from django.test import override_settings

from accounts import enrolment
from accounts.models import OperationToken
from accounts.models.devices import AuthenticatorApp
from muqeem import catalogue
from muqeem.operations.models import Preparation
from muqeem.record.models import Message
from tests.accounts.people import right_code
from tests.doors import matrix
from tests.doors.people import ANONYMOUS, MAIN_USER, RESIDENT, ROLES, STAFF, Caller, Somebody, stranger
from tests.doors.production import browser
from tests.factories import PASSWORD, HoldFactory, MembershipFactory, ShareCodeFactory, UserFactory, in_days
from tests.operations.journeys import RENEWAL

Page = tuple[str, Any]  # an address and its answer
Noted = tuple[str, str, Any]  # the same, and before it what it is looked at for


def every_page(language: str = "ar") -> list[Page]:
    """All of them, those included that differ in nothing but their words."""
    other = stranger()
    pages: list[Page] = []
    for role in (ANONYMOUS, *ROLES):
        caller = Caller(role, language)
        pages += [*of(caller, caller.person), *of(caller, other), *of_staffs_site(caller)]
        if role in {RESIDENT, MAIN_USER}:
            pages += [*steps(caller), *without_file(caller)]
    pages += [(path, answer) for of in (second_person, shared, asked_back) for _note, path, answer in of(language)]
    return pages + on_the_way_in(language) + errors(language)


def of(caller: Caller, person: Somebody) -> Iterator[Page]:
    """Every address with somebody's rows in it, looked at and posted to."""
    for address in matrix.tree():
        for method in ("GET", "POST"):
            request = matrix.asked(address, matrix.DOORS[address.name], person)
            yield request.address, matrix.answer(caller, method, request)


def request_of(name: str, person: Somebody) -> matrix.Asked:
    """The request for one address with somebody's rows in it."""
    address = next(address for address in matrix.tree() if address.name == name)
    return matrix.asked(address, matrix.DOORS[name], person)


def of_staffs_site(caller: Caller) -> Iterator[Page]:
    for path in matrix.of_staff():
        yield path, matrix.answer(caller, "GET", matrix.Asked(path, {}, ()))


def steps(caller: Caller) -> list[Page]:
    """A journey at its code, its details, its review, refused, and over."""
    token = caller.person.journey
    path = f"/operations/{token.uuid}/"
    rows = OperationToken.objects.filter(pk=token.pk)
    pages = [caller.ask("GET", path), caller.ask("GET", f"{path}?edit=1"), caller.ask("POST", path, {"fingerprint": token.fingerprint})]
    for change in ({"verified_at": None, "expires_at": None, "data": None}, {"closed_at": token.created_at}):
        rows.update(**change)
        pages.append(caller.ask("GET", path))
    return [(path, page) for page in pages]


def on_the_way_in(language: str) -> list[Page]:
    """The second step, the form that waited for it, and the codes that are shown once."""
    user, client = UserFactory(language=language), browser(language)
    form = urlencode({"csrfmiddlewaretoken": "of the page before", "note": "one door"})
    client.post("/services/iqama-renewal/", form, content_type="application/x-www-form-urlencoded")
    client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    pages = [("/sign-in/code/", client.get("/sign-in/code/"))]
    client.post("/sign-in/code/", {"code": right_code(user.tokens.latest("pk"))})
    pages.append(("/account/unsent/", client.get("/account/unsent/")))
    path = "/account/authenticator/"
    client.get(path)
    app = AuthenticatorApp(key=client.session[enrolment.KEY])
    return [*pages, (path, client.post(path, {"code": app.code()}))]


def without_file(caller: Caller) -> list[Page]:
    """A page whose file is gone."""
    copy = caller.person.page.prints.get()
    copy.file.delete(save=False)
    path = f"/documents/{caller.person.page.serial}.pdf"
    return [(path, caller.ask("GET", path))]


@override_settings(ROOT_URLCONF="tests.doors.trouble")
def errors(language: str) -> list[Page]:
    client = browser(language)
    client.raise_request_exception = False
    pages = [(path, client.get(path)) for path in ("/nothing/", "/trouble/", "/trouble-without-database/", "/sign-out/")]
    pages.append(("/", client.get("/", headers={"host": "evil.example"})))
    client.handler.enforce_csrf_checks = True
    return [*pages, ("/sign-in/", client.post("/sign-in/"))]


def second_person(language: str) -> Iterator[Noted]:
    """What another prepared: to be looked at, to be refused without a reason, at the review, and where a requirement fails meanwhile."""
    caller = Caller(MAIN_USER, language)
    caller.person.account.ask_for_two(by="somebody")
    journey = f"/operations/{caller.person.journey.uuid}/"
    with patch.object(catalogue, "four_eyes", {RENEWAL}):
        yield "for another", journey, caller.ask("GET", journey)
    yield "for another", "/account/people/", caller.ask("GET", "/account/people/")
    prepared = caller.person.preparation
    Preparation.objects.filter(pk=prepared.pk).update(prepared_by=MembershipFactory(account=caller.person.account).user)
    path = f"/prepared/{prepared.uuid}/"
    yield "to confirm", path, caller.ask("GET", path)
    yield "to confirm", path, caller.ask("POST", path, {"reason": ""})
    token = caller.person.journey
    OperationToken.objects.filter(pk=token.pk).update(confirms=prepared.token)
    yield "to confirm", journey, caller.ask("GET", journey)
    OperationToken.objects.filter(pk=token.pk).update(data=None)
    HoldFactory(resident=caller.person.resident)
    yield "to confirm", journey, caller.ask("GET", journey)


def shared(language: str) -> Iterator[Noted]:
    """One's own share codes in every state, and what one shows to whoever holds it."""
    caller = Caller(RESIDENT, language)
    share, person = caller.person.share, caller.person.resident
    share.looks.create(viewer="Bank of the North")
    ShareCodeFactory(resident=person, user=caller.person.user, purpose="landlord", issued_on=in_days(-9), until_on=in_days(-1))
    ShareCodeFactory(resident=person, user=caller.person.user, purpose="airline").withdraw()
    yield "full", "/account/shares/", caller.ask("GET", "/account/shares/")
    yield "wrong", "/account/shares/", caller.ask("POST", "/account/shares/", {"days": "91"})
    born, stranger = person.birth_on, browser(language)
    day = {"birth_on_day": born.day, "birth_on_month": born.month, "birth_on_year": born.year, "birth_on_calendar": "gregorian"}
    for note, purpose, until_on in (("shared", "airline", in_days(1)), ("shared", "bank", in_days(1)), ("over", "bank", in_days(-1))):
        code = ShareCodeFactory(resident=person, purpose=purpose, issued_on=in_days(-2), until_on=until_on).code
        yield note, "/share/", with_body(stranger.post("/share/", day | {"code": code, "viewer": "Bank of the North"}))
    yield "wrong", "/share/", with_body(stranger.post("/share/", day | {"code": "7K3M9PQ2XRTE", "viewer": ""}))


def asked_back(language: str) -> Iterator[Noted]:
    """Staff who would have messages sent again are asked why."""
    caller = Caller(STAFF, language)
    path, chosen = "/admin/record/message/", str(Message.objects.latest("pk").pk)
    yield "asked back", path, caller.ask("POST", path, {"action": "try_again", "_selected_action": chosen})


def with_body(answer: Any) -> Any:
    """An answer of a plain client, as a caller's is looked at."""
    answer.body = answer.content
    return answer
