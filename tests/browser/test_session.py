"""A session that ends: people are told before, may stay, and hear of it when it has ended."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Page

from accounts import sessions
from tests.doors.people import resident

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_page(browser: Browser, live_server: Any, settings: Any) -> Any:
    """A page of somebody whose session ends soon after it was opened."""
    person = resident()
    context = browser.new_context()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": person.session, "url": live_server.url}])
    page = context.new_page()
    page.clock.install()
    page.goto(f"{live_server.url}/fees/")
    yield page, person
    context.close()


def told(page: Page, what: str) -> bool:
    return page.locator(f"[data-session] [data-{what}]").is_visible()


def idle() -> int:
    return int(settings.SESSION_IDLE.total_seconds() * 1000)


def test_people_are_told_two_minutes_before_and_may_stay(open_page: Any) -> None:
    page, person = open_page
    page.clock.run_for(idle() - 130_000)
    assert not told(page, "ending")
    page.clock.run_for(20_000)
    assert told(page, "ending")
    assert page.locator("[role=alert]:has([data-ending])").count() == 1
    session = Session.objects.get(pk=person.session)
    before = session.get_decoded()[sessions.SEEN]
    page.keyboard.press("Tab")
    page.locator("[data-session] button[type=button]").focus()
    with page.expect_response("**/account/session/") as answer:
        page.keyboard.press("Enter")
    assert answer.value.status == 200
    page.locator("[data-ending]").wait_for(state="hidden")
    session.refresh_from_db()
    assert session.get_decoded()[sessions.SEEN] >= before
    page.clock.run_for(idle() - 130_000)
    assert not told(page, "ending")


def test_people_hear_that_their_session_has_ended(open_page: Any) -> None:
    page, _person = open_page
    page.clock.run_for(idle())
    assert told(page, "ended")
    assert not told(page, "ending")
    assert not page.locator("[data-session] button[type=button]").is_visible()
