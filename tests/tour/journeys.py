"""Who travels, where to, and what goes wrong on the way. The order counts: the last journey breaks the portal."""

from playwright.sync_api import Browser

from tests.scan.servers import PortalSite
from tests.tour.joining import joining
from tests.tour.own import own
from tests.tour.traveller import Traveller, arrange
from tests.tour.visas import visas

SERVICE = "/services/iqama-renewal/"
NOBODY = "00000000-0000-0000-0000-000000000000"


def visitor(browser: Browser, portal: PortalSite, language: str) -> None:
    """Somebody without an account."""
    guest = Traveller(browser, portal, language, "1-visitor")
    guest.sees("/", "home", wide=True)
    guest.sees("/fees/", "fees", wide=True)
    guest.sees("/check/", "check")
    guest.errs("check-empty", "serial")
    guest.errs("check-wrong", "serial", serial="0000-0000-0000", code="0000")
    guest.errs("check-no-visa", "number", number="6000000001", passport_number="A1234567")
    genuine = arrange(portal, "issued")
    guest.goes_to("/check/")
    guest.errs("check-genuine", "serial", serial=genuine["serial"], code=genuine["code"])
    guest.sees("/sign-in/lost-phone/", "lost-phone")
    guest.sees("/nowhere/", "not-found")
    guest.sees("/demo/phone/", "demo-phone-empty")
    guest.sees("/demo/components/", "components", wide=True)
    guest.goes_to("/sign-in/")
    guest.context.clear_cookies(name="csrf")
    guest.errs("form-expired", "password", username="rafiq", password="whatever")
    guest.sees(f"/check/#{genuine['seal']}", "check-seal")
    guest.goes_to("/fees/")
    guest.sees(f"/check/#{genuine['seal'][:-4]}AAAA", "check-seal-forged")


def resident(browser: Browser, portal: PortalSite, language: str) -> None:
    """A resident renews a residency, with a mistake at every step, and prints the page."""
    rafiq = Traveller(browser, portal, language, "2-resident")
    rafiq.signs_in("rafiq", pictures=True)
    rafiq.photographs("home", wide=True)
    rafiq.follows("a[href^='/residents/']", "file", wide=True)
    rafiq.sees("/operations/", "my-operations-empty")
    rafiq.sees("/services/", "services")
    rafiq.sees(SERVICE, "service", wide=True)
    rafiq.sends("csrfmiddlewaretoken")
    rafiq.photographs("code")
    rafiq.errs("code-wrong", "code", code="000000")
    rafiq.enters_code("rafiq")
    rafiq.photographs("details")
    rafiq.errs("details-empty", "iqama_number", iqama_number="")
    number = portal.people["rafiq"]["account"]
    rafiq.errs("details-errors", "iqama_number", iqama_number=number[:-1] + str((int(number[-1]) + 1) % 10))
    rafiq.fills(iqama_number=number)
    rafiq.presses("months", 3)
    rafiq.sends("iqama_number")
    rafiq.photographs("review", wide=True)
    review = rafiq.page.url
    arrange(portal, "dearer", "iqama.work.year_fee")
    rafiq.sends("fingerprint")
    rafiq.photographs("refused-changed")
    rafiq.page.goto(review)
    rafiq.sends("fingerprint")
    done = rafiq.page.url
    for state in ("ready", "drawing", "failed"):
        arrange(portal, "newest_copy", state)
        rafiq.page.goto(done)
        rafiq.photographs(f"receipt-{state}", wide=state == "ready")
    rafiq.sees(f"/documents/{arrange(portal, 'newest_copy', 'missing')}.pdf", "file-missing")
    rafiq.page.goto(review)
    rafiq.photographs("receipt-again")
    rafiq.sees("/", "home-renewed")
    rafiq.sees("/operations/", "my-operations")
    rafiq.sees("/demo/phone/", "demo-phone")
    _own_pages(rafiq)
    rafiq.sees(f"/operations/{NOBODY}/", "not-found")
    _left_open(rafiq)


def _own_pages(rafiq: Traveller) -> None:
    """Security, sessions, back-up codes, an app without a camera, another password."""
    rafiq.sees("/account/security/", "security", wide=True)
    rafiq.sees("/account/browsers/", "browsers-none")
    arrange(rafiq.portal, "elsewhere", "rafiq")
    rafiq.sees("/account/browsers/", "browsers", wide=True)
    rafiq.sees("/account/password/", "password")
    rafiq.errs("password-errors", "new_password", password="wrong", new_password="1234")
    rafiq.sees("/account/authenticator/", "authenticator")
    rafiq.errs("authenticator-wrong", "code", code="000000")
    rafiq.sees("/account/backup-codes/", "backup-codes")
    rafiq.sends("batch")
    rafiq.photographs("backup-codes-new")
    rafiq.sees("/account/backup-codes/", "backup-codes-left")
    rafiq.sees("/sign-in/lost-phone/", "lost-phone")
    rafiq.goes_to("/")
    rafiq.page.locator("header details > summary").last.click()
    rafiq.photographs("menu-open")


def _left_open(rafiq: Traveller) -> None:
    """A form that is sent after the session has ended, and a journey whose codes are used up."""
    rafiq.goes_to(SERVICE)
    rafiq.context.clear_cookies(name="session")
    rafiq.sends("csrfmiddlewaretoken")
    rafiq.photographs("session-ended")
    rafiq.fills(username="rafiq", password=rafiq.portal.people["rafiq"]["password"])
    rafiq.sends("password")
    rafiq.enters_code("rafiq")
    rafiq.photographs("unsent")
    rafiq.goes_to(SERVICE)
    rafiq.sends("csrfmiddlewaretoken")
    for code in ("000001", "000002", "000003", "000004", "000005"):
        if rafiq.page.locator("main [name=code]").count():
            rafiq.fills(code=code)
            rafiq.sends("code")
    rafiq.photographs("closed")


def establishment(browser: Browser, portal: PortalSite, language: str) -> None:
    """The main user of a human resources department, with many workers."""
    noura = Traveller(browser, portal, language, "3-establishment")
    noura.signs_in("noura")
    noura.photographs("home", wide=True)
    noura.sees("/residents/", "residents", wide=True)
    noura.follows("nav.chips a:nth-of-type(2), .chips li:nth-child(2) a", "residents-list")
    noura.sees("/residents/?q=zzzz", "residents-none")
    noura.sees("/residents/?q=ibrahim", "residents-found")
    noura.goes_to("/residents/")
    noura.follows("a[href^='/residents/']:not([href*='?'])", "file", wide=True)
    noura.sees(arrange(portal, "blocked", "noura"), "file-blocked", wide=True)
    noura.sees("/services/", "services")
    noura.sees(SERVICE, "service")
    noura.sees("/operations/", "my-operations", wide=True)
    noura.page.locator("header details > summary").last.click()
    noura.photographs("menu-open")
    noura.sees("/account/subscription/", "subscription", wide=True)
    noura.sees("/account/money/deposit/", "deposit")
    noura.errs("deposit-wrong", "amount", amount="nothing")
    noura.fills(amount="2500")
    noura.sends("amount")
    noura.photographs("bill")
    noura.sees("/account/money/", "money", wide=True)


def long_names(browser: Browser, portal: PortalSite, language: str) -> None:
    """The same department with the longest names there may be. Pages printed before no longer agree with the register."""
    noura = Traveller(browser, portal, language, "8-long-names")
    noura.signs_in("noura")
    arrange(portal, "long_names", "noura")
    noura.sees("/", "home", wide=True)
    noura.sees("/residents/?list=urgent", "residents", wide=True)
    noura.follows("a[href^='/residents/']:not([href*='?'])", "file", wide=True)


def delegated(browser: Browser, portal: PortalSite, language: str) -> None:
    """Colleagues: one of one branch, one without the privilege of renewing, and then without an app."""
    salem = Traveller(browser, portal, language, "4-delegated")
    salem.signs_in("salem")
    salem.photographs("home")
    salem.sees("/residents/", "residents")
    maha = Traveller(browser, portal, language, "5-without-privilege")
    maha.signs_in("maha")
    maha.sees("/services/", "services")
    maha.sees(SERVICE, "service-closed")
    arrange(portal, "without_app", "maha")
    newcomer = Traveller(browser, portal, language, "6-newcomer")
    newcomer.signs_in("maha")
    newcomer.photographs("authenticator-required")
    arrange(portal, "without_residents", "salem")
    salem.sees("/", "home-empty")
    salem.sees("/residents/", "residents-empty")
    arrange(portal, "without_account", "salem")
    salem.sees("/", "home-without-account")
    salem.sees("/services/", "forbidden")


def citizen(browser: Browser, portal: PortalSite, language: str) -> None:
    """A citizen with domestic workers, who then mistypes codes until sign-in is paused."""
    faisal = Traveller(browser, portal, language, "7-citizen")
    faisal.signs_in("faisal")
    faisal.photographs("home", wide=True)
    faisal.sees("/residents/", "residents")
    somebody = Traveller(browser, portal, language, "7-paused")
    somebody.goes_to("/sign-in/")
    for _attempt in range(20):
        somebody.fills(username="faisal", password="not-the-password")
        somebody.sends("password")
    somebody.photographs("sign-in-paused")


def clerk(browser: Browser, portal: PortalSite, language: str) -> None:
    """A clerk's morning: scan, compare, print, card, undo, and what is not found."""
    huda = Traveller(browser, portal, language, "8-clerk")
    huda.signs_in("huda")
    huda.photographs("desk", wide=True)
    huda.sees("/desk/shift/", "shift-empty")
    huda.sees("/desk/queue/", "queue", wide=True)
    pages = arrange(portal, "awaiting")
    _scans(huda, pages["differs"])
    huda.photographs("differs", wide=True)
    _scans(huda, pages["same"])
    huda.photographs("same", wide=True)
    huda.errs("card-wrong", "card", card="?")
    huda.errs("card", "card", card="C20261107")
    huda.page.locator("details.undo > summary").click()
    huda.photographs("undo")
    huda.errs("undo-wrong", "reason", reason="")
    huda.errs("undone", "reason", reason="تلفت البطاقة في الطابعة" if language == "ar" else "The printer jammed")
    with huda.context.expect_page() as opened:
        huda.page.locator("main [name=copy]").click()
    opened.value.wait_for_load_state()
    opened.value.close()
    for state in ("ready", "drawing", "failed"):
        arrange(portal, "newest_copy", state)
        huda.sees(f"/desk/documents/{pages['same']}/copy/", f"copy-{state}")
    huda.goes_to("/desk/")
    _scans(huda, pages["number"])
    huda.photographs("resident-or-page")
    huda.sees(f"/desk/residents/{pages['resident']}/", "resident", wide=True)
    huda.goes_to("/desk/")
    for name, text in (("nothing", "hello"), ("unknown", "7K3M-9PQ2-XRTE"), ("empty", "")):
        _scans(huda, text)
        huda.photographs(f"scan-{name}")
    huda.sees("/desk/shift/", "shift", wide=True)
    arrange(portal, "all_cards_printed")
    huda.sees("/desk/queue/", "queue-empty")
    huda.sees("/account/security/", "security")
    huda.sees("/residents/", "forbidden")


def _scans(huda: Traveller, text: str) -> None:
    huda.fills(scan=text)
    huda.sends("scan")


def staff(browser: Browser, portal: PortalSite, language: str) -> None:
    """Somebody of the portal's staff: what is stuck, and the lists behind it."""
    colleague = Traveller(browser, portal, language, "9-staff")
    colleague.signs_in("staff")
    colleague.sees("/admin/", "admin", wide=True)
    arrange(portal, "something_stuck")
    colleague.sees("/admin/", "admin-stuck")
    for name in ("record/parameter", "record/message", "record/event", "residency/resident", "residency/hold", "accounts/user"):
        colleague.sees(f"/admin/{name}/", name.replace("/", "-"))
    colleague.goes_to("/admin/record/parameter/").locator("#result_list tbody th a").first.click()
    colleague.photographs("parameter")
    colleague.sees("/admin/residency/hold/add/", "hold-add")


def trouble(browser: Browser, portal: PortalSite, language: str) -> None:
    """What is said when the portal itself fails."""
    guest = Traveller(browser, portal, language, "x-trouble")
    home = f"{portal.address}/"
    guest.context.route(home, lambda route: route.fulfill(response=route.fetch(headers={**route.request.headers, "host": "evil.example"})))
    guest.sees("/", "bad-request")
    guest.context.unroute(home)
    arrange(portal, "broken")
    guest.sees("/fees/", "server-error")
    arrange(portal, "without_database")
    guest.sees("/fees/", "database-away")
    guest.context.close()


ALL = (visitor, resident, visas, establishment, delegated, citizen, clerk, own, long_names, staff, joining, trouble)
