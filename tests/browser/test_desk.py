"""A clerk's morning by keyboard alone: scan, print, scan, card, scan. Nothing but the scanner presses more than three keys."""

import io
from typing import Any

import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from accounts.models import User
from muqeem.operations.models import Document
from muqeem.operations.tasks import produce
from residency.models import Card
from tests.accounts.people import signed_in
from tests.factories import ResidentFactory, UserFactory
from tests.operations.journeys import Person
from tests.residency.test_desk_reading import WINDOWS, typed_through

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_KEYS = 3


class Clerk:
    """Somebody at the desk, with a scanner that types through an Arabic keyboard."""

    def __init__(self, page: Page, site: str, language: str) -> None:
        self.page, self.site, self.language = page, site, language
        self.keys = 0
        page.set_default_timeout(15_000)
        self.errors: list[str] = []
        page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)

    def scans(self, text: str) -> None:
        """Whatever has the focus gets it, then Enter, as wedge scanners do."""
        with self.page.expect_navigation():
            self.page.keyboard.type(typed_through(WINDOWS, text))
            self.page.keyboard.press("Enter")

    def begins(self) -> None:
        self.keys = 0

    def presses(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1
        assert self.keys <= MOST_KEYS

    def presses_alt_and(self, digit: str) -> None:
        """An access key. Chromium finds it by the text of the key, which Playwright's own presses leave out with Alt."""
        key = {"key": digit, "code": f"Digit{digit}", "text": digit, "unmodifiedText": digit, "windowsVirtualKeyCode": ord(digit)}
        devtools = self.page.context.new_cdp_session(self.page)
        for movement in ("keyDown", "keyUp"):
            devtools.send("Input.dispatchKeyEvent", {**key, "type": movement, "modifiers": 1})
        devtools.detach()
        self.keys += 2
        assert self.keys <= MOST_KEYS

    def sees(self, msgid: str) -> None:
        with override(self.language):
            assert gettext(msgid) in self.page.locator("main").inner_text()

    def is_in_the_field(self) -> None:
        assert self.page.locator("#id_scan:focus").count() == 1


@pytest.fixture
def page_on_paper(language: str) -> Document:
    """The page of a renewal that somebody brings."""
    return Person(resident=ResidentFactory(domestic=True), language=language).renewed().documents.get()


@pytest.fixture
def huda(language: str) -> User:
    return UserFactory(username="huda", clerk=True, with_app=True, language=language)


@pytest.mark.parametrize(("language", "width", "script"), [("ar", 1280, True), ("en", 360, True), ("ar", 1280, False)])
def test_a_clerk_checks_prints_and_records_a_card_by_keyboard_alone(
    browser: Browser, live_server: Any, huda: User, page_on_paper: Document, language: str, width: int, script: bool
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script, bypass_csp=True)
    context.add_cookies([{"name": "session", "value": signed_in(huda).cookies["session"].value, "url": live_server.url}])
    page = context.new_page()
    clerk = Clerk(page, live_server.url, language)
    code = f"{live_server.url}/check/#{page_on_paper.seal}"

    page.goto(live_server.url)
    clerk.sees("Renewals that await their card")
    clerk.is_in_the_field()

    clerk.begins()
    clerk.scans(code)
    clerk.sees("Genuine, and as the register")
    assert clerk.keys == 0
    clerk.is_in_the_field()

    clerk.begins()
    with context.expect_page() as opened:
        clerk.presses("Tab", "Enter") if language == "ar" else clerk.presses_alt_and("2")
    copy = opened.value
    copy.wait_for_load_state()
    produce(page_on_paper.prints.get(copy=2).pk)
    copy.reload()
    file = context.request.get(f"{live_server.url}/desk/documents/{page_on_paper.serial}.pdf").body()
    assert page_on_paper.receipt.number in PdfReader(io.BytesIO(file)).pages[0].extract_text()
    copy.close()
    if not script:
        clerk.begins()
        clerk.presses_alt_and("1")
    clerk.is_in_the_field()

    clerk.begins()
    clerk.scans(page_on_paper.receipt.number)
    clerk.presses("Tab", "Tab") if language == "ar" else clerk.presses_alt_and("3")
    clerk.scans("C20261107")
    clerk.sees("Card on record")
    assert Card.objects.get().serial == "C20261107"
    clerk.is_in_the_field()

    clerk.begins()
    clerk.scans("hello")
    clerk.is_in_the_field()
    clerk.sees("No renewal awaits a card.")
    if script:  # what was kept is selected, so that the next scan replaces it
        clerk.scans(page_on_paper.serial)
        clerk.sees("On record, and as the register")
        clerk.begins()
        clerk.presses_alt_and("3")
        page.locator("[name=reason]").fill("The printer jammed")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert Card.objects.get().undo_reason == "The printer jammed"
        clerk.is_in_the_field()

    for address, words in (("/desk/shift/", "Today's work"), ("/desk/queue/", "Renewals that await their card")):
        page.goto(live_server.url + address)
        clerk.sees(words)
        clerk.is_in_the_field()
    assert [error for error in clerk.errors if "422" not in error] == []
    context.close()
