"""A person's own pages: what they were told, what is held of them, and a mobile number that a passport office changes."""

from playwright.sync_api import Browser

from tests.scan.servers import PortalSite
from tests.tour.traveller import Traveller, arrange


def own(browser: Browser, portal: PortalSite, language: str) -> None:
    """From the notifications to the phone that was lost."""
    _is_told(Traveller(browser, portal, language, "8-own-main"))
    rafiq = Traveller(browser, portal, language, "8-own")
    rafiq.signs_in("rafiq")
    _asks_for_a_correction(rafiq)
    _is_answered(Traveller(browser, portal, language, "8-own-staff"))
    rafiq.sees("/account/data/", "data-answered", wide=True)
    _loses_the_phone(Traveller(browser, portal, language, "8-own-desk"), rafiq)


def _is_told(noura: Traveller) -> None:
    """Everything that somebody was told, and how they want to be told; a way of telling that there is not."""
    noura.signs_in("noura")
    noura.sees("/account/notices/", "notices", wide=True)
    noura.sends("newest")
    noura.photographs("notices-read")
    noura.sees("/account/notices/preferences/", "preferences", wide=True)
    noura.page.locator("main [name=done]").first.evaluate("box => { box.value = 'pigeon'; box.checked = true }")
    noura.errs("preferences-wrong", "done")
    noura.goes_to("/account/notices/preferences/")
    noura.presses("done", 0)
    noura.sends("done")
    noura.photographs("preferences-saved")


def _asks_for_a_correction(rafiq: Traveller) -> None:
    arabic = rafiq.language == "ar"
    rafiq.sees("/account/data/", "data", wide=True)
    rafiq.sees("/account/data/correct/", "correct")
    rafiq.errs("correct-empty", "entry")
    rafiq.fills(entry="تاريخ الميلاد" if arabic else "Date of birth", claim="3 مارس 1988م" if arabic else "3 March 1988")
    rafiq.fills(proof="شهادة ميلاد رقم 88-1204" if arabic else "Birth certificate 88-1204")
    rafiq.sends("entry")
    rafiq.photographs("data-asked")


def _is_answered(staff: Traveller) -> None:
    staff.signs_in("staff")
    staff.sees("/admin/residency/correction/", "corrections")
    staff.follows("tbody th a", "correction")
    staff.follows("a[href*='/decide/']", "answer")
    staff.errs("answer-empty", "outcome")
    staff.page.locator("[name=outcome][value=corrected]").check()
    staff.fills(answer="صُحح تاريخ الميلاد بالشهادة." if staff.language == "ar" else "The date of birth was corrected by the certificate.")
    staff.sends("outcome")
    staff.photographs("correction-answered")


def _loses_the_phone(huda: Traveller, rafiq: Traveller) -> None:
    """Two clerks, a day's wait, and the person who says no in it."""
    huda.signs_in("huda")
    huda.sees("/desk/phones/", "phones", wide=True)
    huda.errs("phones-empty", "number")
    huda.page.locator("main [name=seen]").check()
    huda.errs("phones-nobody", "number", number="1000000008", phone="0500000999")
    huda.fills(number=rafiq.portal.people["rafiq"]["account"])
    huda.sends("number")
    huda.photographs("phones-written-down")
    huda.page.locator("main [name=seen]").check()
    huda.errs("phones-again", "number", number=rafiq.portal.people["rafiq"]["account"], phone="0500000999")
    arrange(huda.portal, "another_clerk", "faisal", "rafiq")
    huda.sees("/desk/phones/", "phones-to-confirm", wide=True)
    huda.sends("confirm")
    huda.photographs("phones-confirmed", wide=True)
    rafiq.sees("/account/security/", "security-number-changes")
    rafiq.sends("csrfmiddlewaretoken")
    rafiq.photographs("security-number-stays")
