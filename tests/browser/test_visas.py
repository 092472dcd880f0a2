"""Visas in a real browser: a journey given up again, as a stranger sees it too, and a family that leaves for good."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from muqeem.operations.models import Print, Receipt
from muqeem.operations.tasks import produce
from residency.models import Resident, Visa
from tests.factories import in_days
from tests.operations.journeys import Household, Person
from tests.visas.people import worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Officer:
    """Somebody signed in for an employer, and what is true of every page they see."""

    def __init__(self, page: Page, site: str, person: Person) -> None:
        self.page, self.site, self.person, self.language = page, site, person, person.user.language
        page.set_default_timeout(15_000)
        self.errors: list[str] = []
        page.on(
            "console", lambda line: self.errors.append(line.text) if line.type == "error" and "status of 422" not in line.text else None
        )
        page.context.add_cookies(
            [
                {"name": "session", "value": person.client.cookies["session"].value, "url": site},
                {"name": "language", "value": self.language, "url": site},
            ]
        )

    def said(self, msgid: str) -> str:
        with override(self.language):
            return gettext(msgid)

    def presses(self, msgid: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=self.said(msgid), exact=True).click()

    def agrees(self, msgid: str) -> None:
        """The last button: what is done, and where it costs something the sum."""
        button = self.page.locator("form:has([name=fingerprint]) button[type=submit]")
        assert self.said(msgid) in button.inner_text()
        with self.page.expect_navigation():
            button.click()

    def sees(self, msgid: str) -> None:
        assert self.said(msgid) in self.page.locator("main").inner_text()
        html = self.page.locator("html")
        assert html.get_attribute("dir") == ("rtl" if self.language == "ar" else "ltr")
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"
        assert self.errors == []

    def opens(self, service: str) -> None:
        """A service from the menu, with the code of the authenticator app."""
        self.page.goto(f"{self.site}/services/")
        with self.page.expect_navigation():
            self.page.locator(f"main a[href='/services/{service}/']").first.click()
        with self.page.expect_navigation():
            self.page.locator("main form button[type=submit]").first.click()
        self.person.user.authenticators().update(last_t=0)  # the app shows another code by now
        self.page.locator("[name=code]").fill(self.person.code(self.person.user.tokens.latest("pk")))
        self.presses("Confirm")
        self.sees("The code is correct")

    def fills(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").fill(value)

    def chooses(self, **options: str) -> None:
        for name, value in options.items():
            option = self.page.locator(f"[name={name}][value={value}]")
            self.page.locator(f"label[for={option.get_attribute('id')}]").click()
            assert option.is_checked()

    def prints(self) -> list[str]:
        """The words of each sheet of the file that the receipt offers."""
        for copy in Print.objects.filter(file=""):
            produce(copy.pk)
        self.page.reload()
        link = self.page.locator("a[href*='.pdf'][href*='download']").first
        with self.page.expect_download() as download:
            link.click()
        return [" ".join(sheet.extract_text().split()) for sheet in PdfReader(io.BytesIO(download.value.path().read_bytes())).pages]


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Any]:
    """Pages of browsers that know nothing of each other."""
    contexts = []

    def opened(width: int) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True, accept_downloads=True))
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


def test_a_visa_is_issued_printed_checked_by_a_stranger_and_cancelled(new_page: Any, live_server: Any) -> None:
    officer = Officer(new_page(1280), live_server.url, Person(resident=worker(), by_app=True, language="ar"))
    resident: Resident = officer.person.resident
    number, passport = resident.iqama_number or "", resident.passports.get().number

    officer.opens("exit-reentry-issue")
    officer.fills(iqama_number=number)
    officer.chooses(kind="single", mode="days")
    officer.fills(days="٣٠")
    officer.presses("Verify data")
    officer.sees("The data is correct")
    officer.agrees("Issue visa")
    officer.sees("Exit/re-entry visa issued")
    visa = Visa.objects.get()
    [sheet] = officer.prints()
    last = f"{in_days(30):%Y/%m/%d}"
    assert [words for words in (visa.number, number, passport, last, "Return Before", resident.name_en) if words not in sheet] == []

    stranger = new_page(360)
    stranger.context.add_cookies([{"name": "language", "value": "ar", "url": live_server.url}])

    def checks() -> str:
        stranger.goto(f"{live_server.url}/check/")
        stranger.locator("[name=number]").fill(visa.number)
        stranger.locator("input[value=passport_number]").check()
        stranger.locator("[name=passport_number]").fill(passport)
        with stranger.expect_navigation():
            stranger.locator("form:has([name=number]) button[type=submit]").click()
        return stranger.locator("main").inner_text()

    answer = checks()
    assert officer.said("The visa is valid") in answer
    assert number not in answer

    officer.opens("exit-reentry-cancel")
    officer.fills(iqama_number=number, visa_number=visa.number)
    officer.presses("Verify data")
    officer.sees("The visa fee is not refunded.")
    officer.agrees("Cancel visa")
    officer.sees("Exit/re-entry visa cancelled")
    [slip] = officer.prints()
    assert "Exit/Re-entry Visa Cancellation Notice" in slip
    assert visa.number in slip
    answer = checks()
    assert officer.said("The visa is cancelled") in answer
    assert officer.said("The visa is valid") not in answer


def test_a_family_leaves_for_good_with_one_receipt_and_a_sheet_each(new_page: Any, live_server: Any) -> None:
    family = Household(language="en")
    officer = Officer(new_page(360), live_server.url, family)

    officer.opens("final-exit-issue")
    officer.fills(iqama_number=family.resident.iqama_number or "")
    officer.presses("Verify data")
    officer.sees("Family members inside the Kingdom leave with the head of household.")
    assert officer.page.locator("[name=family]:checked").count() == 2
    officer.presses("Verify data")
    officer.sees("The data is correct")
    officer.sees("A final exit visa is free of charge")
    officer.agrees("Issue visa")
    officer.sees("Final exit visa issued")
    receipt = Receipt.objects.get()
    officer.sees(receipt.number)
    sheets = officer.prints()
    everybody = [family.resident, *family.members]
    assert len(sheets) == receipt.documents.count() == 3
    numbers = {visa.resident_id: visa.number for visa in Visa.objects.filter(kind="final")}
    for sheet, person in zip(sheets, everybody, strict=True):
        wanted = (numbers[person.pk], person.name_en, person.iqama_number, f"{in_days(60):%Y/%m/%d}", "Exit Before")
        assert [words for words in wanted if words not in sheet] == []
