"""A stranger becomes a user without anybody editing the database: an establishment's whole life, and an individual's."""

import json
import re
from base64 import b32decode
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from captcha.models import CaptchaStore
from django.test import Client
from django.utils.translation import gettext, override
from playwright.sync_api import Browser, Page

from accounts import payments
from accounts.models import Account, AuthenticatorApp, Bill, OperationToken, PhoneCode, Subscription, SubscriptionRequest, User
from muqeem import clock, codes
from muqeem.operations.models import Receipt
from muqeem.record.mails import address
from muqeem.record.models import Event, Message, Parameter
from residency.models import Resident
from tests.accounts.people import signed_in
from tests.factories import AccountFactory, PackageFactory, ResidentFactory, UserFactory
from tests.visas.existing import broken

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEY = "k" * 40
PASSWORD = "seven camels at dawn"
COMPANY = "7012345678"
RENEWAL, VISA = "iqama-renewal", "exit-reentry-issue"


class Somebody:
    """A person at a browser that knows nothing of anybody else's."""

    def __init__(self, page: Page, site: str, language: str) -> None:
        self.page, self.site, self.language = page, site, language
        page.set_default_timeout(15_000)
        page.context.add_cookies([{"name": "language", "value": language, "url": site}])

    def said(self, msgid: str) -> str:
        with override(self.language):
            return gettext(msgid)

    def goes(self, path: str) -> None:
        self.page.goto(f"{self.site}{path}")

    def fills(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").fill(value)

    def chooses(self, name: str, value: str) -> None:
        option = self.page.locator(f"input[name={name}][value='{value}']")
        self.page.locator(f"label[for={option.get_attribute('id')}]").click()

    def presses(self, msgid: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=self.said(msgid), exact=True).first.click()

    def sees(self, words: str) -> None:
        main = self.page.locator("main").inner_text()
        assert self.said(words) in main, main
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"

    def texted(self) -> str:
        """The code of the text that just came."""
        code = PhoneCode.objects.latest("pk")
        return codes.derive(str(code.uuid), code.sends)

    def gives_code(self, code: str) -> None:
        self.fills(code=code)
        self.presses("Confirm")

    def enrols(self) -> None:
        """Sets up an authenticator app by typing its key; the back-up codes are shown once."""
        key = re.sub(r"\s", "", self.page.locator("code.lat").first.inner_text())
        self.fills(code=AuthenticatorApp(key=b32decode(key + "=" * (-len(key) % 8)).hex()).code())
        with self.page.expect_navigation():
            self.page.locator("form:has([name=code]) button[type=submit]").first.click()
        self.sees("Backup codes")

    def starts(self, service: str, user: User) -> OperationToken:
        """A service from the menu, opened with the code that the person has."""
        self.goes(f"/services/{service}/")
        with self.page.expect_navigation():
            self.page.locator("main form button[type=submit]").first.click()
        token = user.tokens.latest("pk")
        if token.method == "app":
            user.authenticators().update(last_t=0)  # the app shows another code by now
            self.gives_code(user.authenticators().get().code())
        else:
            self.gives_code(codes.derive(str(token.uuid), token.sends))
        return token

    def prepares_renewal(self, user: User, resident: Resident) -> None:
        """As far as the review."""
        self.starts(RENEWAL, user)
        self.fills(iqama_number=str(resident.iqama_number))
        self.chooses("months", "12")
        self.presses("Verify data")

    def confirms(self) -> None:
        with self.page.expect_navigation():
            self.page.locator("form:has([name=fingerprint]) button[type=submit]").click()

    def deposits(self, amount: str) -> Bill:
        self.goes("/account/money/deposit/")
        self.fills(amount=amount)
        self.presses("Issue SADAD bill")
        return Bill.objects.latest("pk")


@pytest.fixture
def somebody(browser: Browser, live_server: Any) -> Iterator[Any]:
    contexts = []

    def made(language: str = "ar", width: int = 1280) -> Somebody:
        contexts.append(browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True))
        return Somebody(contexts[-1].new_page(), live_server.url, language)

    yield made
    for context in contexts:
        context.close()


def link_in_mail(template: str, receiver: str, route: str) -> str:
    """Where the button of the newest e-mail leads."""
    return address(route, Message.objects.filter(channel="mail", template=template, receiver=receiver).latest("pk").arguments)


@pytest.fixture
def bank(client: Client, settings: Any) -> Callable[[Bill], None]:
    """The bank tells of a payment, signed."""
    settings.PAYMENT_KEYS = [KEY]

    def pays(bill: Bill) -> None:
        total = Bill.objects.get(pk=bill.pk).total
        told = {"reference": f"SADAD-{bill.number}", "bill": bill.number, "amount": str(total), "paid_at": clock.now().isoformat()}
        body = json.dumps(told).encode()
        header = {payments.HEADER: payments.sign(KEY, clock.now(), body)}
        answer = client.post("/payments/", body, content_type="application/json", headers=header)
        assert answer.json()["outcome"] == "settled"

    return pays


def test_an_establishment_from_a_strangers_request_to_a_colleagues_receipt(somebody: Any, bank: Callable[[Bill], None]) -> None:
    PackageFactory(code="shamil", name_ar="شامل", price="2000.00")

    # A stranger asks, on a phone.
    noura = somebody("ar", 360)
    noura.goes("/")
    with noura.page.expect_navigation():
        noura.page.locator("main a[href='/subscribe/']").first.click()
    noura.fills(company="مخابز نجد", company_number=COMPANY, name="نورة العمري", id_number="1000000008")
    noura.fills(phone="٠٥٠٠٠٠٠٧٧٧", email="noura@example.com", verification_1=CaptchaStore.objects.latest("pk").response)
    noura.page.locator("[name=city]").select_option("0101")
    noura.chooses("package", "shamil")
    noura.presses("Send request")
    noura.sees("Portal staff look at it. The answer comes by e-mail; nothing is to be done until then.")

    # Staff approve.
    request = SubscriptionRequest.objects.get()
    staff = somebody("en")
    session = signed_in(UserFactory(staff=True, is_superuser=True, with_app=True, language="en"), verified=True).cookies["session"].value
    staff.page.context.add_cookies([{"name": "session", "value": session, "url": staff.site}])
    staff.goes("/admin/accounts/subscriptionrequest/?state=waiting")
    with staff.page.expect_navigation():
        staff.page.get_by_role("link", name=str(request)).click()
    with staff.page.expect_navigation():
        staff.page.get_by_role("link", name="Decide", exact=True).click()
    staff.page.locator("[name=decision][value=approve]").check()
    with staff.page.expect_navigation():
        staff.page.get_by_role("button", name="Decide and tell the person").click()
    assert "Decided; the person is told by e-mail." in staff.page.inner_text("body")

    # The bill is paid; the main user comes in by link and code, and enrols.
    noura.goes(link_in_mail("request-approved", "noura@example.com", "request"))
    request.refresh_from_db()
    assert request.bill.number in noura.page.inner_text("main")
    bank(request.bill)
    noura.goes(link_in_mail("account-ready", "noura@example.com", "join"))
    noura.presses("Send the code")
    noura.gives_code(noura.texted())
    noura.fills(name_ar="نورة العمري", name_en="NOURA ALAMRI", username="noura.alamri", password=PASSWORD)
    noura.presses("Create the user")
    noura.enrols()
    account = Account.objects.get(number=COMPANY)
    main_user = User.objects.get(username="noura.alamri")
    assert account.memberships.get().user == main_user

    # She adds money and invites a colleague with two privileges.
    bank(noura.deposits("20000"))
    noura.goes("/account/people/invite/")
    noura.fills(name="سالم القحطاني", id_number="1000000016", email="salem@example.com", phone="0500000888")
    noura.chooses("language", "en")
    noura.chooses("privileges", RENEWAL)
    noura.chooses("privileges", "final-exit-issue")
    noura.presses("Send invitation")
    salem = somebody("en")
    salem.goes(link_in_mail("invitation", "salem@example.com", "join"))
    salem.presses("Send the code")
    salem.gives_code(salem.texted())
    salem.fills(name_ar="سالم القحطاني", name_en="SALEM ALQAHTANI", username="salem.q", password=PASSWORD)
    salem.presses("Create the user")
    salem.enrols()

    # The colleague renews a permit and is refused a visa.
    resident = ResidentFactory(sponsor=account)
    colleague = User.objects.get(username="salem.q")
    salem.prepares_renewal(colleague, resident)
    salem.confirms()
    salem.sees("Residency renewed")
    salem.goes(f"/services/{VISA}/")
    salem.sees("Not among your privileges")
    assert salem.page.locator("main form button[type=submit]").count() == 0

    # Statement and journal show it.
    receipt = Receipt.objects.get()
    assert (receipt.user, receipt.resident) == (colleague, resident)
    noura.goes("/account/money/")
    assert receipt.number in noura.page.inner_text("main")
    noura.goes("/operations/")
    assert {receipt.number, "سالم القحطاني"} <= set(re.split(r"[\n\t]", noura.page.inner_text("main")))
    kinds = ["request-approved", "subscription", "invited", "joined", "credit", "invited", "joined", "operation"]
    assert [kind for kind in Event.objects.chained().values_list("kind", flat=True) if kind in kinds] == kinds


def test_an_individual_whose_operations_run_out_in_the_middle(somebody: Any, bank: Callable[[Bill], None]) -> None:
    Parameter.objects.create(code="package.individual.free_operations", from_on=clock.today(), value="1", source="test", confidence="S")
    PackageFactory(code="operations-50", name_ar="عمليات", operations=50, price="950.00")
    faisal = AccountFactory(
        number="1000000008", name_ar="فيصل الحربي", name_en="FAISAL ALHARBI", birth_on=date(1980, 5, 1), phone="+966500000444"
    )
    drivers = [ResidentFactory(domestic=True, sponsor=faisal) for _number in range(2)]

    browser = somebody("ar", 360)
    browser.goes("/")
    with browser.page.expect_navigation():
        browser.page.locator("main a[href='/register/']").first.click()
    browser.fills(number="1000000008", birth_on_day="1", birth_on_month="5", birth_on_year="1980")
    browser.presses("Continue")
    browser.gives_code(browser.texted())
    browser.fills(username="faisal.h", password=PASSWORD)
    browser.presses("Create account")
    user = User.objects.get(username="faisal.h")
    bank(browser.deposits("5000"))

    # Two renewals are ready to be confirmed; there is one operation left.
    browser.prepares_renewal(user, drivers[0])
    first = browser.page.url
    browser.prepares_renewal(user, drivers[1])
    second = browser.page.url
    browser.page.goto(first)
    browser.confirms()
    browser.sees("Residency renewed")
    browser.page.goto(second)
    browser.confirms()
    browser.sees("Your package has no operations left. Nothing was done or charged. Renew or upgrade.")
    assert Receipt.objects.count() == 1

    # He buys a package and confirms what he had prepared.
    browser.goes("/account/subscription/")
    with browser.page.expect_navigation():
        browser.page.locator("button[name=package][value=operations-50]").click()
    bank(Bill.objects.latest("pk"))
    browser.page.goto(second)
    browser.confirms()
    browser.sees("Residency renewed")
    assert Receipt.objects.count() == 2
    assert sum(Subscription.objects.values_list("operations_spent", flat=True)) == 2
    assert broken() == []
