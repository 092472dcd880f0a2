"""Every screen as a browser gets it, each kind once: what the checks of HTML and of access for all look at.

The screens are made by the test client in a transaction that is rolled back, so they are quick and there is no state
that cannot be had. `shown` puts them into a real browser one after the other, with the files that they name.
"""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page, Route

from accounts.models import Account, OperationToken, Subscription, notices
from accounts.sessions import NEW_BROWSER
from muqeem import clock
from muqeem.sentences import say
from residency.models import Correction, Resident
from tests.doors import pages
from tests.doors.people import ANONYMOUS, CLERK, MAIN_USER, RESIDENT, ROLES, STAFF, Caller, Somebody
from tests.doors.production import browser
from tests.factories import (
    PASSWORD,
    AccountFactory,
    HoldFactory,
    ResidentFactory,
    UserFactory,
)
from tests.operations.journeys import RENEWAL

SITE = "http://portal.test"
NAME = {"ar": "عبدالمستعصم بالله المستنصر بن عبدالرحمن", "en": "ABDULMUSTASIM BILLAH ALMUSTANSIR SHAHID"}  # 39 and 39 of 40
ACCOUNT = {"name_ar": "شركة مجموعة الشرق الأوسط المتحدة للمقاولات " * 4, "name_en": "Middle East United Contracting Company " * 5}
FRAMES = {"", ANONYMOUS, CLERK}
LIVING_PAGE = "/demo/components/"
# The staff's site is Django's but for these: its first page, a list, a row to change, a row to add.
STAFFS = ("/admin/", "/admin/record/parameter/", "/admin/residency/resident/", "/admin/record/parameter/add/")


@dataclass(frozen=True)
class Screen:
    """One answer: what it is called in reports, and what the browser gets."""

    name: str
    path: str
    status: int
    body: str


def screens(language: str) -> list[Screen]:
    """Each kind of screen once, and beside them those that differ by what is in them."""
    found: dict[object, Screen] = {}
    in_another_frame: dict[object, str] = {}
    for note, path, answer in _all(language):
        if answer.body and answer.headers.get("Content-Type", "").startswith("text/html"):
            kind = "" if path == LIVING_PAGE else note  # that one is the same for everybody
            names = [template.name for template in getattr(answer, "templates", []) if template.name]
            templates = frozenset(names)
            # What visitors, members and clerks are shown alike is looked at in the frame of the first of them.
            if note in FRAMES and in_another_frame.setdefault((*names[:1], answer.status_code), note) != note:
                continue
            name = " ".join(filter(None, [kind, path, str(answer.status_code), language]))
            found.setdefault((kind, templates, answer.status_code), Screen(name, path, answer.status_code, answer.body.decode()))
    return list(found.values())


def _all(language: str) -> Iterator[tuple[str, str, Any]]:
    for role in (ANONYMOUS, *ROLES):
        caller = Caller(role, language)
        yield from ((_role(role), path, answer) for path, answer in pages.of(caller, caller.person))
        if role == RESIDENT:
            yield from (("", path, answer) for path, answer in [*pages.steps(caller), *pages.without_file(caller)])
        if role == STAFF:
            yield from (("staff", path, caller.ask("GET", path)) for path in STAFFS)
    yield from (("", path, answer) for path, answer in [*pages.on_the_way_in(language), *pages.errors(language)])
    yield from _long_names(language)
    yield from _full_and_empty(language)
    yield from _kept_and_told(language)
    yield from pages.second_person(language)
    yield from pages.shared(language)
    yield from _paused(language)


def _role(role: str) -> str:
    """A clerk's and a visitor's frame is another one than that of those who act for an account."""
    return role if role in {ANONYMOUS, CLERK} else ""


def _long_names(language: str) -> Iterator[tuple[str, str, Any]]:
    """Names as long as the register takes, of a resident and of the employer."""
    caller = Caller(MAIN_USER, language)
    Account.objects.filter(pk=caller.person.account.pk).update(**{name: words[:200] for name, words in ACCOUNT.items()})
    parts = {f"{part}_{script}": name for part in ("first", "father", "grandfather", "family") for script, name in NAME.items()}
    Resident.objects.filter(pk=caller.person.resident.pk).update(**parts, permit_ends_on=None)
    for name in ("home", "residents", "resident", "service", "operation"):
        request = pages.request_of(name, caller.person)
        yield "long names", request.address, caller.ask("GET", request.address)


def _full_and_empty(language: str) -> Iterator[tuple[str, str, Any]]:
    """Lists with many rows and with none, and somebody who is refused."""
    caller = Caller(MAIN_USER, language)
    for days in range(-3, 30):
        ResidentFactory(sponsor=caller.person.account, expiring_in=days)
    today = clock.today()
    path, day = f"/services/{RENEWAL}/simulate/", {"on_day": str(today.day), "on_month": str(today.month), "on_year": str(today.year)}
    answers = {"iqama_number": caller.person.resident.iqama_number, "months": "12", "on_calendar": "gregorian"}
    yield "simulated", path, caller.ask("POST", path, day | answers)
    yield "wrong", path, caller.ask("POST", path, day)
    HoldFactory(resident=caller.person.resident)
    for path in ("/", "/residents/", "/residents/?q=zzzz", "/residents/?list=urgent"):
        yield "full", path, caller.ask("GET", path)
    for name in ("resident", "service"):
        yield "refused", (path := pages.request_of(name, caller.person).address), caller.ask("GET", path)
    empty = AccountFactory()
    Subscription.objects.filter(account=caller.person.account).update(account=empty)
    caller.person.membership.account = empty
    caller.person.membership.save()
    for path in ("/", "/residents/", "/operations/"):
        yield "empty", path, caller.ask("GET", path)
    caller.person.membership.delete()
    for path in ("/", "/services/"):
        yield "without account", path, caller.ask("GET", path)


def _kept_and_told(language: str) -> Iterator[tuple[str, str, Any]]:
    """What somebody was told, a correction that was answered, and a mobile number that takes effect soon."""
    caller = Caller(RESIDENT, language)
    user, second = caller.person.user, UserFactory(office=caller.person.phone_change.office)
    for is_seen in (False, True):
        notices.note(user, notices.Kind.DONE, say(NEW_BROWSER), leads_to="/account/browsers/", is_seen=is_seen)
    Correction.objects.create(user=user, entry="Date of birth", claim="3 March 1988", proof="A certificate")
    Correction.objects.get(user=user).reply(Correction.Outcome.CORRECTED, "Corrected by the certificate.", by="staff")
    caller.person.phone_change.confirm(by=second)
    for path in ("/account/notices/", "/account/data/", "/account/security/"):
        yield "told", path, caller.ask("GET", path)


def _paused(language: str) -> Iterator[tuple[str, str, Any]]:
    """Too many tries at a password and at a code."""
    user, client = UserFactory(language=language), browser(language)
    for _ in range(20):
        answer = client.post("/sign-in/", {"username": "nobody", "password": "wrong"})
    yield "paused", "/sign-in/", answer
    client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    yield "wrong", "/sign-in/code/", client.post("/sign-in/code/", {"code": "1"})
    yield "wrong", "/sign-in/code/?backup=1", client.post("/sign-in/code/?backup=1", {"code": "1"})
    person = Somebody(resident=ResidentFactory(permitted_until=1500), language=language)
    OperationToken.objects.filter(pk=person.journey.pk).update(verified_at=None, expires_at=None, data=None)
    path = f"/operations/{person.journey.uuid}/"
    person.client.get(path)
    yield "wrong", path, pages.with_body(person.client.post(path, {"code": "1"}))


# --- in a browser -----------------------------------------------------------------------------------------------------
@contextmanager
def shown(browser: Browser, each: list[Screen], script: Path) -> Iterator[Iterator[tuple[Screen, Page]]]:
    """Open one screen after the other in one page, with a script in it that examines it."""
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    context.add_init_script(path=script)
    now: list[Screen] = []

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if route.request.is_navigation_request():
            route.fulfill(status=now[0].status, content_type="text/html; charset=utf-8", body=now[0].body)
        elif path.startswith(settings.STATIC_URL):
            file = Path(finders.find(path.removeprefix(settings.STATIC_URL)) or "")
            route.fulfill(content_type=mimetypes.guess_type(file.name)[0] or "font/woff2", body=file.read_bytes())
        else:
            route.fulfill(status=404)

    context.route("**/*", answer)
    page = context.new_page()

    def opened() -> Iterator[tuple[Screen, Page]]:
        for screen in each:
            now[:] = [screen]
            page.goto(f"{SITE}{screen.path}")
            yield screen, page

    yield opened()
    context.close()
