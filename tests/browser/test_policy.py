"""The content policy in a real Chromium: the staff's site works under it, and the browser shows a printed page."""

import io
import shutil
import time
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from muqeem.operations.tasks import produce
from tests.doors.people import Somebody, main_user, staff

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]


def signed_in(browser: Browser, site: str, person: Somebody) -> BrowserContext:
    context = browser.new_context(locale="en")
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": person.session, "url": site}])
    return context


def refusals(page: Page) -> list[str]:
    """What the browser refuses to load or run from now on."""
    refused: list[str] = []
    page.on("console", lambda line: refused.append(line.text) if line.type == "error" else None)
    return refused


def test_the_staffs_site_works_with_nothing_inline(live_server: Any, browser: Browser) -> None:
    page = signed_in(browser, live_server.url, staff()).new_page()
    refused = refusals(page)
    pages = [reverse("admin:index")]
    for model in admin.site._registry:
        names = f"{model._meta.app_label}_{model._meta.model_name}"
        pages += [reverse(f"admin:{names}_changelist"), reverse(f"admin:{names}_add")]
    shown = 0
    for path in pages:
        answer = page.goto(live_server.url + path)
        assert answer
        assert answer.status in {200, 403}, path
        if answer.status == 403:  # what staff may not add
            refused.clear()
        assert refused == [], path
        shown += answer.status == 200
    assert shown > len(pages) / 2
    # Its scripts run: a date is filled in by a click, and its style sheet holds.
    page.goto(live_server.url + reverse("admin:residency_hold_add"))
    page.locator(".field-since_on .datetimeshortcuts a").first.click()
    assert page.locator("#id_since_on").input_value()
    assert page.locator("#header").evaluate("header => getComputedStyle(header).display") == "flex"
    assert refused == []


def test_something_inline_would_be_noticed(live_server: Any, browser: Browser) -> None:
    page = signed_in(browser, live_server.url, main_user()).new_page()
    refused = refusals(page)
    page.goto(live_server.url + "/fees/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    page.wait_for_timeout(300)
    assert any("Content Security Policy" in line for line in refused)


def paper(page: Page) -> float:
    """How much of the window is white: the viewer around a page is dark."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("L")
    return sum(picture.histogram()[250:]) / (picture.width * picture.height)


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Playwright's own Chromium has no viewer")
def test_a_printed_page_is_shown_by_the_browsers_own_viewer(live_server: Any, browser: Browser) -> None:
    person = main_user()
    copies = person.page.prints
    copies.update(rendered_at=None, leased_until=None)
    produce(copies.get().pk)
    page = signed_in(browser, live_server.url, person).new_page()
    refused = refusals(page)
    page.goto(f"{live_server.url}/documents/{person.page.serial}.pdf")
    deadline = time.monotonic() + 15
    while paper(page) < 0.3 and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    assert paper(page) > 0.3
    assert refused == []
