"""One person, one browser: from the sign-in to the printed page, in both languages, on a phone and on a desk."""

import io
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from accounts.models import OperationToken, User
from muqeem import codes
from muqeem.operations.models import Print, Receipt
from muqeem.operations.tasks import produce
from tests.factories import (
    PASSWORD,
    AccountFactory,
    MembershipFactory,
    ResidentFactory,
    SubscriptionFactory,
    UserFactory,
    WalletFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "ar": {"confirm": "تأكيد", "verify": "تحقق من البيانات", "period": "12 شهرًا", "good": "البيانات صحيحة", "done": "اكتمل تجديد الإقامة"},
    "en": {
        "confirm": "Confirm",
        "verify": "Verify data",
        "period": "12 months",
        "good": "The data is correct",
        "done": "Residency renewed",
    },
}


class Visitor:
    """What a person does with the pages, and what is true of every page they see."""

    def __init__(self, page: Page, site: str, language: str) -> None:
        self.page, self.site, self.language = page, site, language
        page.set_default_timeout(15_000)
        self.errors: list[str] = []
        page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)

    def goes_to(self, path: str) -> None:
        self.page.goto(self.site + path)

    def presses(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()

    def sees(self, words: str) -> None:
        assert words in self.page.locator("main").inner_text()
        html = self.page.locator("html")
        assert html.get_attribute("lang") == self.language
        assert html.get_attribute("dir") == ("rtl" if self.language == "ar" else "ltr")


def newest_code(user: User) -> str:
    token = OperationToken.objects.filter(user=user).latest("pk")
    return codes.derive(str(token.uuid), token.sends)


@pytest.fixture
def rafiq(language: str) -> User:
    """A resident with an account of his own, money in it, and a residency that ends in a month."""
    resident = ResidentFactory(permitted_until=800)
    account = AccountFactory(individual=True, number=resident.iqama_number)
    user = UserFactory(username="rafiq", language=language)
    MembershipFactory(user=user, account=account, main=True)
    SubscriptionFactory(account=account)
    WalletFactory(account=account, holding="5000.00")
    return user


@pytest.mark.parametrize(("language", "width", "script"), [("ar", 360, True), ("en", 1280, False)])
def test_a_resident_renews_a_residency_and_prints_the_page(
    browser: Browser, live_server: Any, rafiq: User, language: str, width: int, script: bool
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, java_script_enabled=script, bypass_csp=True, accept_downloads=True
    )
    words = WORDS[language]
    visitor = Visitor(context.new_page(), live_server.url, language)
    page = visitor.page
    context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    number = rafiq.memberships.get().account.number

    visitor.goes_to("/services/iqama-renewal/")
    page.get_by_label("اسم المستخدم" if language == "ar" else "User name").fill("rafiq")
    page.get_by_label("كلمة المرور" if language == "ar" else "Password", exact=True).fill(PASSWORD)
    visitor.presses("تسجيل الدخول" if language == "ar" else "Sign in")
    visitor.sees("رمز الدخول" if language == "ar" else "Sign-in code")
    page.locator("[name=code]").fill(newest_code(rafiq))
    visitor.presses(words["confirm"])
    visitor.sees("تجديد الإقامة" if language == "ar" else "Renew residency")
    visitor.presses("إرسال رمز الأمان" if language == "ar" else "Send security code")
    visitor.sees("رمز الأمان" if language == "ar" else "Security code")
    arabic_digits = newest_code(rafiq).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    page.locator("[name=code]").fill(arabic_digits if language == "ar" else newest_code(rafiq))
    visitor.presses(words["confirm"])
    visitor.sees("الرمز صحيح" if language == "ar" else "The code is correct")
    page.locator("[name=iqama_number]").fill(number)
    page.get_by_text(words["period"], exact=True).click()
    visitor.presses(words["verify"])
    visitor.sees(words["good"])
    visitor.sees("650.00")
    with page.expect_navigation():
        page.locator("form:has([name=fingerprint]) button").click()
    visitor.sees(words["done"])
    produce(Print.objects.get().pk)
    page.reload()
    receipt = Receipt.objects.get()
    visitor.sees(receipt.number)
    with page.expect_download() as download:
        page.get_by_role("link", name="تنزيل" if language == "ar" else "Download").click()
    text = PdfReader(io.BytesIO(download.value.path().read_bytes())).pages[0].extract_text()
    assert number in text
    assert receipt.number in text
    visitor.goes_to("/operations/")
    visitor.sees(receipt.number)
    assert visitor.errors == []
    context.close()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_resident_renews_a_residency_with_tab_and_enter_alone(browser: Browser, live_server: Any, rafiq: User, language: str) -> None:
    """No pointer, no script; and the arrow keys for the period, as everywhere among options."""
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(15_000)

    def tabs_to(selector: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.locator(f"{selector}:focus").count():
                return
        raise AssertionError(f"no way to {selector} by the keyboard")

    def enters() -> None:
        with page.expect_navigation():
            page.keyboard.press("Enter")

    page.goto(f"{live_server.url}/services/iqama-renewal/")
    page.keyboard.press("Tab")
    assert page.locator(".skip:focus").count() == 1
    tabs_to("[name=username]")
    page.keyboard.type("rafiq")
    tabs_to("[name=password]")
    page.keyboard.type(PASSWORD)
    enters()
    tabs_to("[name=code]")
    page.keyboard.type(newest_code(rafiq))
    enters()
    tabs_to("main form button")
    enters()
    tabs_to("[name=code]")
    page.keyboard.type(newest_code(rafiq))
    enters()
    tabs_to("[name=iqama_number]")
    page.keyboard.type(rafiq.memberships.get().account.number)
    tabs_to("[name=months]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tabs_to("main form button")
    enters()
    tabs_to("form:has([name=fingerprint]) button")
    enters()
    assert Receipt.objects.get().resident.iqama_number == rafiq.memberships.get().account.number
    assert WORDS[language]["done"] in page.locator("main").inner_text()
    context.close()
