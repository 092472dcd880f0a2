"""The facts of visa pages, as their services give them."""

from datetime import date

from muqeem import mrz
from tests.paper import a_context

PERSON = {
    "name": {"ar": "محمد رفيق الإسلام عبد الرحمن", "en": "MOHAMMED RAFIQUL ISLAM ABDUR RAHMAN"},
    "iqama_number": "2000000188",
    "nationality": {"ar": "بنغلاديش", "en": "Bangladesh"},
    "birth_on": "1988-03-14",
    "gender": {"ar": "ذكر", "en": "Male"},
    "passport_number": "EK0000188",
    "passport_expires_on": "2029-08-17",
    "permit_until_on": "2027-12-21",
    "occupation": {"ar": "فني تكييف وتبريد", "en": "Air-conditioning technician"},
    "employer": {
        "ar": "شركة آفاق الخليج للتشغيل والصيانة والخدمات البيئية المحدودة",
        "en": "Gulf Horizons Operation, Maintenance and Environmental Services Co. Ltd.",
    },
    "employer_number": "7000000012",
    "visa_number": "9000000433",
    "done_on": "2026-11-22",
}
SINGLE = {"ar": "مفردة", "en": "Single"}
MULTIPLE = {"ar": "متعددة", "en": "Multiple"}
WIFE = {"name": {"ar": "فاطمة بيغم", "en": "FATIMA BEGUM"}, "iqama_number": "2000000196", "relationship": {"ar": "زوجة", "en": "Wife"}}
SON = {"name": {"ar": "كريم محمد", "en": "KARIM MOHAMMED"}, "iqama_number": "2000000204", "relationship": {"ar": "ابن", "en": "Son"}}

TITLES = {
    "exit_reentry": {"ar": "تأشيرة خروج وعودة", "en": "Exit/Re-entry Visa"},
    "extension": {"ar": "تأشيرة خروج وعودة (ممددة)", "en": "Exit/Re-entry Visa (Extended)"},
    "cancellation": {"ar": "إشعار إلغاء تأشيرة خروج وعودة", "en": "Exit/Re-entry Visa Cancellation Notice"},
    "final_exit": {"ar": "تأشيرة خروج نهائي", "en": "Final Exit Visa"},
    "unused_fine": {"ar": "إيصال غرامة تأشيرة غير مستخدمة", "en": "Unused Visa Fine Receipt"},
}


def a_zone(kind="S", until_on=date(2027, 5, 20), family="RAHMAN", given="MOHAMMED RAFIQUL ISLAM ABDUR"):
    return mrz.visa(
        kind=kind,
        state=mrz.UTOPIA,
        primary=family,
        secondary=given,
        number="EK0000188",
        nationality="BD",
        birth_on=date(1988, 3, 14),
        sex="M",
        until_on=until_on,
        optional="9000000433",
    )


def a_visa(page, facts, changes):
    """A page of the visa services with the facts of a person laid under the visa's own."""
    dates = {name: date.fromisoformat(facts[name]) for name in ("travel_before_on", "return_before_on", "exit_before_on") if name in facts}
    return a_context("exit-reentry", TITLES[page], PERSON | facts, dates, changes)


def by_months(**changes):
    facts = {
        "entries": SINGLE,
        "visa_months": 3,
        "travel_before_on": "2027-02-20",
        "until_on": "2027-05-20",
        "cancel_before_on": "2027-02-20",
        "total_sar": "300.00",
        "mrz": a_zone(),
    }
    return a_visa("exit_reentry", facts, changes)


def by_days(**changes):
    facts = {
        "entries": MULTIPLE,
        "visa_days": 90,
        "travel_before_on": "2027-02-20",
        "return_before_on": "2027-02-20",
        "cancel_before_on": "2027-02-20",
        "total_sar": "500.00",
        "mrz": a_zone("M", date(2027, 2, 20)),
    }
    return a_visa("exit_reentry", facts, changes)


def extended(**changes):
    facts = {
        "entries": SINGLE,
        "extra_days": 31,
        "travelled_on": "2026-11-30",
        "old_return_before_on": "2027-02-20",
        "return_before_on": "2027-03-23",
        "total_sar": "400.00",
        "mrz": a_zone("S", date(2027, 3, 23)),
    }
    return a_visa("extension", facts, changes)


def cancelled(**changes):
    facts = {
        "visa_kind": {"ar": "تأشيرة خروج وعودة، مفردة", "en": "Exit/re-entry visa, single"},
        "visa_issued_on": "2026-11-20",
        "visa_until_on": "2027-02-20",
        "cancelled_on": "2026-11-22",
        "refund": {"ar": "لا يُسترد رسم التأشيرة.", "en": "The visa fee is not refunded."},
        "total_sar": "0.00",
    }
    return a_visa("cancellation", facts, changes)


def final_exit(**changes):
    facts = {
        "unused_fine_sar": "1000.00",
        "exit_before_on": "2027-01-20",
        "cancel_before_on": "2027-01-20",
        "accompanying": [WIFE, SON],
        "total_sar": "0.00",
        "mrz": a_zone("F", date(2027, 1, 20)),
    }
    return a_visa("final_exit", facts, changes)


def fined(**changes):
    facts = {
        "visa_kind": {"ar": "تأشيرة خروج وعودة، مفردة", "en": "Exit/re-entry visa, single"},
        "visa_issued_on": "2026-06-30",
        "visa_until_on": "2026-09-30",
        "fine_paid_on": "2026-11-22",
        "total_sar": "1000.00",
    }
    return a_visa("unused_fine", facts, changes)


PAGES = {
    "by months": ("visas/exit_reentry_page.html", by_months),
    "by days": ("visas/exit_reentry_page.html", by_days),
    "extended": ("visas/extension_page.html", extended),
    "cancelled": ("visas/cancellation_page.html", cancelled),
    "final exit": ("visas/final_exit_page.html", final_exit),
    "fined": ("visas/unused_fine_page.html", fined),
}
