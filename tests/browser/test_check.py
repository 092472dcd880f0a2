"""A stranger at the public check: with a phone in Arabic and at a desk in English, with and without scripts."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils.translation import gettext, override
from playwright.sync_api import Browser, Page

from muqeem.facts import grouped
from muqeem.operations.models import Document
from residency.models import Visa
from tests.factories import VisaFactory, in_days
from tests.operations.journeys import Person
from tests.residency.test_desk_reading import WINDOWS, typed_through

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]

VIEWS = [("ar", 360, False), ("en", 1280, True)]


class Stranger:
    """Somebody with a piece of paper."""

    def __init__(self, page: Page, site: str, language: str, width: int, *, script: bool) -> None:
        self.page, self.address, self.language, self.width, self.script = page, f"{site}/check/", language, width, script
        page.set_default_timeout(15_000)
        self.errors: list[str] = []
        page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" and "status of 4" not in line.text else None)
        page.goto(self.address)

    def asks(self, number: str, fact: str, **typed: Any) -> None:
        """Fill in the visa's form, of whose second facts one is open."""
        self.page.locator("[name=number]").fill(number)
        self.page.locator(f"input[value={fact}]").check()
        for name, value in typed.items():
            self.page.locator(f"[name={name}]").fill(str(value))
        assert self.page.locator(".choice__opened:visible").count() == 1
        self.sends("number")

    def scans(self, text: str) -> None:
        """A wedge scanner types into the field of the pages, through whatever keyboard is set, and presses Enter."""
        with self.page.expect_navigation():
            self.page.locator("[name=serial]").press_sequentially(text)
            self.page.keyboard.press("Enter")

    def sends(self, holding: str) -> None:
        with self.page.expect_navigation():
            self.page.locator(f"form:has([name={holding}]) button[type=submit]").click()

    def sees(self, words: str) -> None:
        with override(self.language):
            said = gettext(words)
        page = self.page
        assert said in page.locator("main").inner_text()
        assert page.locator("html").get_attribute("dir") == ("rtl" if self.language == "ar" else "ltr")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"
        if self.script:  # axe is one
            found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
            faults = [fault["id"] for fault in found.response["violations"]]
            assert faults == [], (words, faults)
        assert self.errors == []


@pytest.fixture(params=VIEWS, ids=lambda view: f"{view[0]} {view[1]} {'with' if view[2] else 'without'} scripts")
def stranger(request: pytest.FixtureRequest, browser: Browser, live_server: Any) -> Iterator[Callable[[], Stranger]]:
    language, width, script = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script, bypass_csp=script)
    context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    yield lambda: Stranger(context.new_page(), live_server.url, language, width, script=script)
    context.close()


def passport(visa: Visa) -> str:
    return str(visa.resident.passports.get().number)


def test_whatever_a_visa_is_worth_is_seen_at_the_top(stranger: Callable[[], Stranger], settings: Any) -> None:
    settings.CHECK_MISSES_OF_ONE_NUMBER_A_DAY = 2
    visitor = stranger()
    visitor.sees("Verify a visa or a document")
    long_ago = {"issued_on": in_days(-90), "ends_on": in_days(-30)}
    for words, visa in {
        "The visa is valid": VisaFactory(),
        "The visa is used": VisaFactory(used_on=in_days(0)),
        "The visa is expired": VisaFactory(**long_ago),
        "The visa is cancelled": VisaFactory(cancelled_on=in_days(0)),
    }.items():
        visitor.asks(visa.number, "passport_number", passport_number=passport(visa))
        visitor.sees(words)
        assert visitor.page.locator("[name=number]").input_value() == ""
    for _ in range(2):
        visitor.asks("777", "passport_number", passport_number="X1")
        visitor.sees("No visa matches these details.")
        assert visitor.page.locator("[name=number]").input_value() == "777"
    visitor.asks("777", "passport_number", passport_number="X1")
    visitor.sees("Scanned QR codes are still checked.")


def test_a_day_of_birth_is_asked_for_where_it_was_chosen_and_stays_open_when_it_is_wrong(stranger: Callable[[], Stranger]) -> None:
    visitor, visa = stranger(), VisaFactory()
    born = visa.resident.birth_on
    visitor.asks(visa.number, "birth_on", birth_on_day=31, birth_on_month=2, birth_on_year=born.year)
    visitor.sees("Some entries need correcting")
    assert visitor.page.locator("[name=birth_on_day]").is_visible()
    assert not visitor.page.locator("[name=passport_number]").is_visible()
    visitor.asks(visa.number, "birth_on", birth_on_day=born.day, birth_on_month=born.month, birth_on_year=born.year)
    visitor.sees("The visa is valid")


def test_pages_are_scanned_one_after_the_other(stranger: Callable[[], Stranger]) -> None:
    visitor = stranger()
    document: Document = Person().renewed().documents.get()
    address = f"{visitor.address}#{document.seal}"
    visitor.scans(address)
    visitor.sees("Renew residency")
    assert grouped(document.serial) in visitor.page.locator("main").inner_text()
    with visitor.page.expect_navigation():  # the field waits for the next
        visitor.page.keyboard.type(typed_through(WINDOWS, address))
        visitor.page.keyboard.press("Enter")
    assert grouped(document.serial) in visitor.page.locator("main").inner_text()
    visitor.scans(f"{address[:-4]}AAAA")
    visitor.sees("The seal is not genuine")
    assert grouped(document.serial) not in visitor.page.locator("main").inner_text()
