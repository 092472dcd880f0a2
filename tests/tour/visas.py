"""The screens of the visa services: a family that leaves and stays after all, journeys, a visa that runs out, the public check."""

from playwright.sync_api import Browser

from tests.scan.servers import PortalSite
from tests.tour.traveller import Traveller, arrange


def visas(browser: Browser, portal: PortalSite, language: str) -> None:
    """Every visa service, from the file of whoever needs it."""
    noura = Traveller(browser, portal, language, "3-visas")
    noura.signs_in("noura")
    people = arrange(portal, "travellers", "noura")
    _leaves_for_good(noura, people["family"])
    _travels_by_months(noura, people["family"])
    _travels_by_days(noura, people["worker"])
    _travels_to_a_date(noura, people["other"])
    _stays_abroad(noura, people["abroad"])
    _pays_the_fine(noura, people["unused"])
    noura.sees(people["family"], "file-of-traveller", wide=True)
    noura.sees("/operations/", "my-operations")
    noura.sees("/", "home-deadlines", wide=True)
    _is_checked(Traveller(browser, portal, language, "3-visas-check"), people)


def _is_checked(guest: Traveller, people: dict[str, str]) -> None:
    """What an airline asks: a visa by two facts, a page by its code, what does not match, and once too often."""
    visa, cancelled = (arrange(guest.portal, "newest_visa", people[whose]) for whose in ("worker", "family"))
    guest.goes_to("/check/")
    guest.errs("empty", "number", number="")
    guest.errs("passport", "number", number=visa["number"], passport_number=visa["passport_number"])
    guest.presses("fact", 1)
    guest.photographs("second-fact")
    guest.errs("born-incomplete", "number", number=visa["number"], birth_on_day="3")
    guest.errs("born", "number", number=visa["number"], **visa["birth_on"])
    guest.goes_to("/check/")
    guest.errs("cancelled", "number", number=cancelled["number"], passport_number=cancelled["passport_number"])
    guest.goes_to("/check/")
    guest.errs("page-of-cancelled", "serial", serial=cancelled["serial"], code=cancelled["code"])
    guest.errs("no-match", "number", number=visa["number"], passport_number="A0000001")
    for _attempt in range(6):
        guest.fills(number=visa["number"], passport_number="A0000001")
        guest.sends("number")
    guest.photographs("limited")


def _starts(noura: Traveller, file: str, slug: str) -> None:
    """From the file to the form, with the code."""
    noura.goes_to(file)
    service = noura.page.locator(f"main a[href*='/services/{slug}/']").first
    noura.page.goto(noura.portal.address + str(service.get_attribute("href")))
    noura.photographs(f"{slug}-start")
    noura.sends("csrfmiddlewaretoken")
    noura.enters_code("noura")


def _finishes(noura: Traveller, slug: str) -> None:
    """From the review to the paper."""
    noura.photographs(f"{slug}-review", wide=True)
    noura.sends("fingerprint")
    arrange(noura.portal, "newest_copy", "ready")
    noura.page.reload()
    noura.photographs(f"{slug}-receipt", wide=True)
    noura.prints(slug)


def _leaves_for_good(noura: Traveller, file: str) -> None:
    """All of the family, and then they stay."""
    _starts(noura, file, "final-exit-issue")
    noura.photographs("final-exit-issue-details")
    noura.presses("family", 2)
    noura.sends("iqama_number")
    noura.photographs("final-exit-issue-left-out")
    noura.presses("family", 2)
    noura.sends("iqama_number")
    _finishes(noura, "final-exit-issue")
    _starts(noura, file, "final-exit-cancel")
    noura.photographs("final-exit-cancel-details")
    noura.sends("iqama_number")
    _finishes(noura, "final-exit-cancel")


def _travels_by_months(noura: Traveller, file: str) -> None:
    """Some of the family; a copy of the visa, and its end."""
    _starts(noura, file, "exit-reentry-issue")
    noura.photographs("exit-reentry-issue-details", wide=True)
    noura.sends("iqama_number")
    noura.photographs("exit-reentry-issue-empty")
    noura.presses("kind", 1)
    noura.presses("mode", 2)
    noura.presses("family", 0, 1)
    noura.errs("exit-reentry-issue-too-long", "iqama_number", months="24")
    noura.fills(months="3")
    noura.sends("iqama_number")
    _finishes(noura, "exit-reentry-issue")
    _starts(noura, file, "visa-reprint")
    noura.photographs("visa-reprint-details")
    noura.errs("visa-reprint-unknown", "iqama_number", visa_number="1234567890")
    noura.goes_to(noura.page.url.removeprefix(noura.portal.address))
    noura.fills(visa_number=arrange(noura.portal, "newest_visa", file)["number"])
    noura.sends("iqama_number")
    _finishes(noura, "visa-reprint")
    _starts(noura, file, "exit-reentry-cancel")
    noura.photographs("exit-reentry-cancel-details")
    noura.sends("iqama_number")
    _finishes(noura, "exit-reentry-cancel")


def _travels_by_days(noura: Traveller, file: str) -> None:
    """A worker alone."""
    _starts(noura, file, "exit-reentry-issue")
    noura.presses("kind", 0)
    noura.presses("mode", 0)
    noura.errs("exit-reentry-days-too-few", "iqama_number", days="3")
    noura.fills(days="30")
    noura.sends("iqama_number")
    _finishes(noura, "exit-reentry-days")


def _travels_to_a_date(noura: Traveller, file: str) -> None:
    """A day of return that there is not, then one that there is."""
    _starts(noura, file, "exit-reentry-issue")
    noura.presses("kind", 1)
    noura.presses("mode", 1)
    calendar = noura.page.locator("main [name=return_before_calendar]")
    calendar.select_option("hijri")
    noura.errs("exit-reentry-date-no-such-day", "iqama_number", return_before_day="31", return_before_month="9", return_before_year="1448")
    calendar.select_option("gregorian")
    noura.fills(**arrange(noura.portal, "in_days", "45"))
    noura.sends("iqama_number")
    _finishes(noura, "exit-reentry-date")


def _stays_abroad(noura: Traveller, file: str) -> None:
    """More time, from abroad."""
    noura.sees(file, "file-abroad")
    _starts(noura, file, "exit-reentry-extend")
    noura.presses("mode", 0)
    noura.errs("exit-reentry-extend-too-few", "iqama_number", days="2")
    noura.fills(days="14")
    noura.sends("iqama_number")
    _finishes(noura, "exit-reentry-extend")


def _pays_the_fine(noura: Traveller, file: str) -> None:
    """A visa that nobody used."""
    noura.sees(file, "file-unused")
    _starts(noura, file, "visa-fine")
    noura.photographs("visa-fine-details")
    noura.sends("iqama_number")
    _finishes(noura, "visa-fine")
