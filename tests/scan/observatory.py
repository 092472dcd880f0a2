"""MDN's HTTP Observatory over every template of the portal, offline: `.ci/scan` runs it, with OBSERVATORY naming its folder."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from muqeem.middleware import PROBES, PROGRAMS
from tests.doors.pages import every_page
from tests.doors.production import HOST, Browser, as_in_production, browser

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


def kind(page: Any) -> tuple[object, ...]:
    """What of an answer may change its score: its templates, status, headers and cookies."""
    templates = tuple(template.name for template in getattr(page, "templates", []))
    headers = tuple((name, value) for name, value in page.headers.items() if name not in {"Content-Length", "Location"})
    cookies = tuple((name, cookie["secure"], cookie["httponly"], cookie["samesite"]) for name, cookie in page.cookies.items())
    return templates, page.status_code, headers, cookies


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
        # Asked from inside, before the proxy, or by programs, which are not led from http to https but refused.
        if path in PROBES | PROGRAMS and each["faults"] == ["redirection-missing"]:
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
