"""MDN's HTTP Observatory over every template of the portal, offline: `.ci/scan` runs it, with OBSERVATORY naming its folder."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import override_settings

from accounts import enrolment
from accounts.models import OperationToken
from accounts.models.devices import AuthenticatorApp
from muqeem.middleware import PROBES
from tests.accounts.people import right_code
from tests.doors import matrix
from tests.doors.people import ANONYMOUS, MAIN_USER, RESIDENT, ROLES, Caller, stranger
from tests.doors.production import HOST, Browser, as_in_production, browser
from tests.factories import PASSWORD, UserFactory

BEST, ENOUGH = "A+", 115
SCRIPT = Path(__file__).with_suffix(".mjs")
# Parts of pages, the paper that is printed, and pages that only a failure of an engine shows.
NO_PAGES = re.compile(r"components/|print/|bare\.html|base\.html|\w+/\w+_page\.html")


@pytest.fixture(autouse=True)
def _production(settings: Any) -> None:
    as_in_production(settings)


def scored(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Score, grade and faults of each answer."""
    command = [os.environ["NODE"], str(SCRIPT), os.environ["OBSERVATORY"]]
    done = subprocess.run(command, input=json.dumps(answers), capture_output=True, text=True, timeout=300, check=True)
    scores: list[dict[str, Any]] = json.loads(done.stdout)
    return scores


def seen(answer: Any, path: str) -> dict[str, Any]:
    """An answer as the Observatory takes it, with the way from http to it."""
    plain = Browser(headers={"host": HOST}, raise_request_exception=False).get(path)
    return {
        "url": f"https://{HOST}{path}",
        "redirect": {"status": plain.status_code, "location": plain.headers.get("Location", "")},
        "status": answer.status_code,
        "headers": {name.lower(): value for name, value in answer.headers.items()},
        "cookies": [cookie.OutputString() for cookie in answer.cookies.values() if cookie["max-age"] != 0],
        "body": answer.body.decode(errors="replace"),
    }


def every_page() -> list[tuple[str, Any]]:
    """Every address as everybody sees it, each step of a journey, and each kind of error."""
    other = stranger()
    pages: list[tuple[str, Any]] = []
    for role in (ANONYMOUS, *ROLES):
        caller = Caller(role)
        for address in matrix.tree():
            for method in ("GET", "POST"):
                for person in (caller.person, other):
                    request = matrix.asked(address, matrix.DOORS[address.name], person)
                    pages.append((request.address, matrix.answer(caller, method, request)))
        pages += [(path, matrix.answer(caller, "GET", matrix.Asked(path, {}, ()))) for path in matrix.of_staff()]
        if role in {RESIDENT, MAIN_USER}:
            pages += [*steps(caller), *without_file(caller)]
    return pages + on_the_way_in() + errors()


def kind(page: Any) -> tuple[object, ...]:
    """What of an answer may change its score: its templates, status, headers and cookies."""
    templates = tuple(template.name for template in getattr(page, "templates", []))
    headers = tuple((name, value) for name, value in page.headers.items() if name not in {"Content-Length", "Location"})
    cookies = tuple((name, cookie["secure"], cookie["httponly"], cookie["samesite"]) for name, cookie in page.cookies.items())
    return templates, page.status_code, headers, cookies


def steps(caller: Caller) -> list[tuple[str, Any]]:
    """A journey at its code, its details, its review, refused, and over."""
    token = caller.person.journey
    path = f"/operations/{token.uuid}/"
    rows = OperationToken.objects.filter(pk=token.pk)
    pages = [caller.ask("GET", path), caller.ask("GET", f"{path}?edit=1"), caller.ask("POST", path, {"fingerprint": token.fingerprint})]
    for change in ({"verified_at": None, "expires_at": None, "data": None}, {"closed_at": token.created_at}):
        rows.update(**change)
        pages.append(caller.ask("GET", path))
    return [(path, page) for page in pages]


def on_the_way_in() -> list[tuple[str, Any]]:
    """The second step, the form that waited for it, and the codes that are shown once."""
    user, client = UserFactory(), browser()
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


def without_file(caller: Caller) -> list[tuple[str, Any]]:
    """A page whose file is gone."""
    copy = caller.person.page.prints.get()
    copy.file.delete(save=False)
    path = f"/documents/{caller.person.page.serial}.pdf"
    return [(path, caller.ask("GET", path))]


@override_settings(ROOT_URLCONF="tests.doors.trouble")
def errors() -> list[tuple[str, Any]]:
    client = browser()
    client.raise_request_exception = False
    pages = [(path, client.get(path)) for path in ("/nothing/", "/trouble/", "/trouble-without-database/", "/sign-out/")]
    pages.append(("/", client.get("/", headers={"host": "evil.example"})))
    client.handler.enforce_csrf_checks = True
    return [*pages, ("/sign-in/", client.post("/sign-in/"))]


@pytest.mark.django_db
def test_every_template_is_graded_as_well_as_can_be() -> None:
    pages = every_page()
    rendered = {template.name for _path, page in pages for template in getattr(page, "templates", []) if template.name}
    folder = Path(settings.BASE_DIR) / "templates"
    ours = {str(path.relative_to(folder)) for path in folder.rglob("*.html")}
    missing = {name for name in ours - rendered if not NO_PAGES.match(name)}
    pages = list({kind(page): (path, page) for path, page in pages}.values())
    scores = scored([seen(page, path) for path, page in pages])
    for (path, _page), each in zip(pages, scores, strict=True):
        if path in PROBES and each["faults"] == ["redirection-missing"]:  # asked from inside, before the proxy
            each |= {"score": ENOUGH, "grade": BEST}
    worst = min(each["score"] for each in scores)
    sys.stdout.write(f"{len(scores)} answers, {len(rendered & ours)} templates, scores {worst} to {max(e['score'] for e in scores)}\n")
    bad = [
        (path, page.status_code, each)
        for (path, page), each in zip(pages, scores, strict=True)
        if each["grade"] != BEST or each["score"] < ENOUGH
    ]
    assert not bad, "\n".join(map(str, bad))
    assert missing == set()


@pytest.mark.django_db
def test_a_bare_page_is_graded_badly(settings: Any) -> None:
    """The scores can fall: without the middlewares nothing is left of them."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name.startswith(("django.contrib", "accounts", "django_otp"))]
    [score] = scored([seen(browser().get("/sign-in/"), "/sign-in/")])
    assert score["score"] < 50, score
    assert {"csp-not-implemented", "hsts-not-implemented"} <= set(score["faults"])
