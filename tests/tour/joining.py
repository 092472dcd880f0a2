"""The screens on the way in: a request and what becomes of it, an invitation, a registration, a forgotten password, another main user."""

from base64 import b32decode

from django_otp.oath import totp
from playwright.sync_api import Browser

from tests.scan.servers import PortalSite
from tests.tour.traveller import Traveller, arrange

PASSWORD = "seven camels at dawn"


def joining(browser: Browser, portal: PortalSite, language: str) -> None:
    """From a stranger's request to the colleague who takes over."""
    stranger = Traveller(browser, portal, language, "6-joining")
    _asks(stranger)
    staff = Traveller(browser, portal, language, "6-joining-staff")
    request = _is_decided(staff, stranger)
    _follows(stranger, request)
    _is_refused(staff, stranger)
    _joins(Traveller(browser, portal, language, "6-joining-main"), "account-ready", "noura" if language == "ar" else "munira")
    noura = Traveller(browser, portal, language, "6-joining-people")
    noura.signs_in("noura")
    _invites(noura)
    colleague = Traveller(browser, portal, language, "6-joining-colleague")
    _joins(colleague, "invitation", "hind" if language == "ar" else "hessa")
    _enrols(colleague)
    _invites_somebody_known(noura, Traveller(browser, portal, language, "6-joining-known"))
    _hands_over(noura)
    _takes_over(colleague)
    _forgets(Traveller(browser, portal, language, "6-joining-password"))
    _registers(Traveller(browser, portal, language, "6-joining-individual"))


def _asks(stranger: Traveller) -> None:
    """The form empty, wrong, by text, and sent."""
    arabic = stranger.language == "ar"
    stranger.sees("/subscribe/", "request", wide=True)
    stranger.errs("request-empty", "company_number")
    stranger.fills(company="مخابز نجد الحديثة" if arabic else "Najd Modern Bakeries", company_number="701234567" + ("1" if arabic else "2"))
    stranger.fills(name="منيرة العمري" if arabic else "Munira Alamri", id_number="1000000008" if arabic else "1000000016")
    stranger.fills(phone="0500000777", email="munira@example.com" if arabic else "munira.en@example.com")
    stranger.page.locator("main [name=city]").select_option("0202")
    stranger.presses("package", 0)
    stranger.errs("request-wrong-number", "company_number", verification_1="000000")
    stranger.fills(verification_1=arrange(stranger.portal, "picture"))
    stranger.sends("company_number")
    stranger.photographs("request-received")
    stranger.sees("/subscribe/?by-text=1", "request-by-text")
    stranger.sees("/subscribe/follow/", "request-follow")
    stranger.errs("request-follow-wrong", "reference", reference="0000-0000-0000")


def _is_decided(staff: Traveller, stranger: Traveller) -> str:
    """What staff see of it, an answer that is asked for, and the approval; the address of the request."""
    request = str(arrange(staff.portal, "newest_request"))
    staff.signs_in("staff")
    staff.sees("/admin/", "home")
    staff.sees("/admin/accounts/subscriptionrequest/", "requests")
    staff.follows("tbody th a", "request")
    staff.follows("a[href*='/decide/']", "decide")
    staff.errs("decide-without-words", "decision")
    staff.page.locator("[name=decision][value=ask]").check()
    staff.fills(words="رقم السجل التجاري" if staff.language == "ar" else "The number of the commercial register")
    staff.sends("decision")
    stranger.sees(request, "request-more-needed")
    stranger.errs("request-answer-empty", "answer")
    stranger.fills(answer="1010101010")
    stranger.sends("answer")
    staff.goes_to("/admin/accounts/subscriptionrequest/")
    staff.follows("tbody th a", "request-answered")
    staff.follows("a[href*='/decide/']", "decide-again")
    staff.page.locator("[name=decision][value=approve]").check()
    staff.sends("decision")
    staff.photographs("request-approved")
    return request


def _follows(stranger: Traveller, request: str) -> None:
    """The bill, its payment, and what the mails say."""
    stranger.sees(request, "request-approved")
    arrange(stranger.portal, "pay_newest_bill")
    stranger.sees(request, "request-active")
    stranger.sees("/demo/phone/", "mails")


def _is_refused(staff: Traveller, stranger: Traveller) -> None:
    """Another request, with a code by text instead of the picture, that is not granted."""
    arabic = stranger.language == "ar"
    stranger.goes_to("/subscribe/?by-text=1")
    stranger.fills(company="ورشة الوفاء" if arabic else "Alwafa Workshop", company_number="701234568" + ("0" if arabic else "1"))
    stranger.fills(name="سعد المطيري" if arabic else "Saad Almutairi", id_number="1000000057" if arabic else "1000000065")
    stranger.fills(phone="0500000666", email="saad@example.com" if arabic else "saad.en@example.com")
    stranger.page.locator("main [name=city]").select_option("0202")
    stranger.presses("package", 0)
    stranger.sends("company_number")
    stranger.photographs("request-code")
    stranger.errs("request-code-wrong", "code", code="000000")
    stranger.fills(code=str(arrange(stranger.portal, "newest_phone_code")))
    stranger.sends("code")
    staff.goes_to("/admin/accounts/subscriptionrequest/")
    staff.page.locator("main tbody th a").first.click()
    staff.page.locator("main a[href*='/decide/']").click()
    staff.page.locator("[name=decision][value=refuse]").check()
    staff.fills(words="رقم المنشأة لمنشأة أخرى." if arabic else "The number is that of another establishment.")
    staff.sends("decision")
    staff.photographs("request-refused")
    stranger.sees(str(arrange(stranger.portal, "newest_request")), "request-refused")


def _joins(guest: Traveller, template: str, username: str) -> None:
    """Link, code, name and password, and the app that whoever acts for an establishment needs."""
    link = str(arrange(guest.portal, "link_in_newest_mail", template))
    guest.sees(link, "invitation")
    guest.sends("csrfmiddlewaretoken")
    guest.photographs("code")
    guest.errs("code-wrong", "code", code="000000")
    guest.fills(code=str(arrange(guest.portal, "newest_phone_code")))
    guest.sends("code")
    guest.photographs("user")
    guest.errs("user-wrong", "username", username="ab", password="short")
    guest.fills(name_ar="منيرة العمري", name_en="MUNIRA ALAMRI", username=f"{username}.alamri", password=PASSWORD)
    guest.sends("username")
    guest.photographs("enrol")
    guest.sees(link, "invitation-over")


def _enrols(colleague: Traveller) -> None:
    """The key goes into an app by hand."""
    colleague.goes_to("/account/authenticator/")
    key = b32decode("".join(colleague.page.locator("main code.lat").inner_text().split()))
    colleague.fills(code=f"{totp(key):06}")
    colleague.sends("code")
    colleague.photographs("enrolled")


def _invites(noura: Traveller) -> None:
    arabic = noura.language == "ar"
    noura.sees("/account/people/", "people", wide=True)
    noura.follows("a[href='/account/people/invite/']", "invite")
    noura.errs("invite-empty", "id_number")
    noura.fills(name="هند القحطاني" if arabic else "Hind Alqahtani", id_number="1000000024" if arabic else "1000000032")
    noura.fills(email="hind@example.com" if arabic else "hessa@example.com", phone="0500000888")
    noura.presses("language", 0 if arabic else 1)
    noura.presses("privileges", 0, 1, 4)
    noura.sends("id_number")
    noura.photographs("people-invited", wide=True)
    noura.page.locator("main a.go").nth(1).click()
    noura.photographs("member")
    noura.page.locator("main [name=act][value=suspend]").click()
    noura.photographs("member-suspended")
    noura.sees("/account/people/", "people-suspended")
    noura.page.locator("main a.go").nth(1).click()
    noura.page.locator("main [name=act][value=resume]").click()


def _invites_somebody_known(noura: Traveller, rafiq: Traveller) -> None:
    """The link in the hands of a user, of somebody else, and after its week; the same person again."""
    noura.goes_to("/account/people/invite/")
    noura.fills(name="محمد رفيق" if noura.language == "ar" else "Mohammad Rafiq", id_number="1000000040")
    noura.fills(email="rafiq@example.com", phone="0500000889")
    noura.presses("privileges", 0)
    noura.sends("id_number")
    link = str(arrange(noura.portal, "link_in_newest_mail", "invitation"))
    rafiq.signs_in("rafiq")
    rafiq.goes_to(link)
    rafiq.sends("csrfmiddlewaretoken")
    rafiq.fills(code=str(arrange(noura.portal, "newest_phone_code")))
    rafiq.sends("code")
    rafiq.photographs("accept")
    arrange(noura.portal, "known_as", "rafiq", "1000000073")
    rafiq.sees(link, "not-theirs")
    noura.goes_to("/account/people/invite/")
    noura.fills(name="محمد رفيق" if noura.language == "ar" else "Mohammad Rafiq", id_number="1000000040")
    noura.fills(email="rafiq@example.com", phone="0500000889")
    noura.presses("privileges", 0)
    noura.errs("invite-again", "id_number")
    arrange(noura.portal, "invitation_over")
    rafiq.sees(link, "invitation-expired")


def _hands_over(noura: Traveller) -> None:
    noura.goes_to("/account/people/")
    noura.page.locator("main a.go", has_text="منيرة" if noura.language == "ar" else "MUNIRA").click()
    noura.photographs("member-to-be")
    noura.follows("a[href$='/main/']", "hand-over")
    noura.sends("csrfmiddlewaretoken")
    noura.photographs("hand-over-code")
    noura.fills(code=str(arrange(noura.portal, "newest_phone_code")))
    noura.sends("code")
    noura.photographs("handed-over", wide=True)


def _takes_over(colleague: Traveller) -> None:
    colleague.sees(str(arrange(colleague.portal, "link_in_newest_mail", "main-user-offer")), "take-over")
    colleague.sends("csrfmiddlewaretoken")
    colleague.photographs("take-over-code")
    colleague.errs("take-over-code-wrong", "code", code="000000")
    colleague.fills(code=str(arrange(colleague.portal, "newest_phone_code")))
    colleague.sends("code")
    colleague.photographs("main-user", wide=True)


def _forgets(somebody: Traveller) -> None:
    somebody.sees("/sign-in/forgotten/", "forgotten")
    somebody.fills(username="maha")
    somebody.sends("username")
    somebody.photographs("link-sent")
    link = str(arrange(somebody.portal, "link_in_newest_mail", "password-reset"))
    somebody.sees(link, "reset")
    somebody.sends("csrfmiddlewaretoken")
    somebody.photographs("reset-code")
    somebody.fills(code=str(arrange(somebody.portal, "newest_phone_code")))
    somebody.sends("code")
    somebody.photographs("new-password")
    somebody.errs("new-password-short", "new_password", new_password="short")
    somebody.fills(new_password=PASSWORD)
    somebody.sends("new_password")
    somebody.sees(link, "reset-over")
    somebody.sees(str(arrange(somebody.portal, "link_in_newest_mail", "password-changed")), "stop")


def _registers(somebody: Traveller) -> None:
    person = arrange(somebody.portal, "somebody_on_record")
    somebody.sees("/register/", "register")
    somebody.errs("register-empty", "number")
    somebody.fills(number=person["number"], **person["birth_on"])
    somebody.sends("number")
    somebody.photographs("register-code")
    somebody.errs("register-code-wrong", "code", code="000000")
    somebody.fills(code=str(arrange(somebody.portal, "newest_phone_code")))
    somebody.sends("code")
    somebody.photographs("register-user")
    somebody.errs("register-user-wrong", "username", username="ab", password="short")
    somebody.fills(username=f"person.{somebody.language}", password=PASSWORD)
    somebody.sends("username")
    somebody.photographs("registered-home")
    somebody.sees("/account/notices/", "notices-empty")
    somebody.sees("/account/data/", "data-of-newcomer")
