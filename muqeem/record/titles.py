"""What the parameters are called, how the public page groups them, and how it says values and sources."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from muqeem import facts, hijri

GROUPS: dict[str, Promise] = {
    "a": _("Residency renewal"),
    "b": _("Work permit and levies"),
    "c": _("Family members"),
    "d": _("Health insurance and biometrics"),
    "e": _("Exit/re-entry visas"),
    "f": _("Final exit visas"),
    "h": _("Lost and damaged cards"),
    "g": _("Our service charges"),
    "z": _("Other rules"),
}

_GROUP_OF = {
    "iqama": "a",
    "lost": "h",
    "workpermit": "b",
    "levy": "b",
    "labour": "b",
    "dependant": "c",
    "insurance": "d",
    "biometric": "d",
    "er": "e",
    "visa": "e",
    "fe": "f",
    "vat": "g",
    "package": "g",
}

TITLES: dict[str, Promise] = {
    "package.individual.free_operations": _("Free operations a year for individuals who register"),
    "vat.percent": _("VAT on packages, per cent; state fees carry none"),
    "iqama.durations_months": _("Periods of renewal, in months"),
    "iqama.domestic.durations_months": _("Periods of renewal for domestic workers, in months"),
    "iqama.term_calendar": _("Months by which renewals run on"),
    "iqama.work.year_fee": _("Residency fee a year, SAR"),
    "iqama.domestic.year_fee": _("Residency fee a year for domestic workers, SAR"),
    "iqama.abroad_multiplier.dependants_domestic": _("Factor of the residency fee for dependants and domestic workers abroad"),
    "iqama.renew.window_months.work": _("Renewal opens when fewer months are left"),
    "iqama.renew.window_months.domestic": _("Renewal for domestic workers opens when fewer months are left"),
    "iqama.renew.grace_days": _("Days after expiry without a fine"),
    "iqama.renew.late_fine": _("Fine for the first and the second late renewal, SAR"),
    "lost.fine": _("Fine for the first, second and third lost card, SAR"),
    "lost.replacement_fee": _("Replacement of a lost or damaged card, SAR"),
    "workpermit.year_fee": _("Work permit a year, SAR"),
    "levy.month.saudi_majority": _("Expatriate levy a month where Saudis are at least half, SAR"),
    "levy.month.expat_majority": _("Expatriate levy a month where expatriates are the majority, SAR"),
    "levy.small.in_force": _("Very small establishments are partly exempt from the levy"),
    "levy.small.last_day": _("Last day of the exemption of very small establishments"),
    "levy.small.workers": _("Workers of a very small establishment at most, the owner included"),
    "levy.small.free": _("Expatriates exempt from the levy in a very small establishment whose owner works there full time"),
    "levy.small.free_with_saudi": _("Expatriates exempt from the levy in a very small establishment that employs one more Saudi"),
    "labour.collected_here": _("Work permit and levy are collected here"),
    "dependant.month_fee": _("Levy a month for each dependant or companion, SAR"),
    "dependant.proof_of_study_age": _("Age from which a dependant's proofs are needed"),
    "dependant.male_transfer_age": _("Age at which a male dependant moves to an employer"),
    "biometric.min_age": _("Age from which biometrics are needed"),
    "insurance.cover_months": _("Months that health insurance must cover at least"),
    "er.single.base_fee": _("Single visa, SAR"),
    "er.single.base_months": _("Months that the fee of a single visa covers"),
    "er.single.extra_month": _("Each further month of a single visa, SAR"),
    "er.multiple.base_fee": _("Multiple visa, SAR"),
    "er.multiple.base_months": _("Months that the fee of a multiple visa covers"),
    "er.multiple.extra_month": _("Each further month of a multiple visa, SAR"),
    "er.abroad_multiplier": _("Factor of the fee for months added from abroad"),
    "er.month_days": _("Days that count as one month of the fee"),
    "er.min_days": _("Shortest visa and shortest extension, in days"),
    "er.passport_min_days": _("Days that the passport must still be valid for an exit/re-entry visa"),
    "er.month_mode.travel_within_months": _("Months within which one leaves with a visa by months"),
    "er.self_request.iqama_margin_months": _("Months by which the residency must outlast a visa that the worker asks for"),
    "er.dependant.iqama_margin_days": _("Days by which a dependant's residency must outlast the visa"),
    "er.cancel.max_days_from_issue": _("Days after issue within which an exit/re-entry visa may be cancelled"),
    "er.unused_fine": _("Fine for the first, second and third unused visa, SAR"),
    "er.no_return_status_after_months": _("Months after expiry until somebody has left and did not return"),
    "visa.reminder_days": _("Days before the last day of a visa on which people are reminded"),
    "notice.reminder_days": _("Days before the end of a residency or a subscription on which main users are told"),
    "notice.few_operations_percent": _("Main users are told when no more of a package's operations are left, per cent"),
    "fe.fee": _("Final exit visa, SAR"),
    "fe.iqama_min_days": _("Days that the residency must still last for a final exit visa"),
    "fe.max_days": _("Longest final exit visa, in days"),
    "fe.passport_min_days": _("Days that the passport must still be valid for a final exit visa"),
    "fe.cancel.max_days": _("Days after issue within which a final exit visa may be cancelled"),
    "fe.expired_fine": _("Fine for a final exit visa that expired unused, SAR"),
    "vat.rate": _("VAT on service charges"),
}

YES_OR_NO: dict[str, Promise] = {"1": _("Yes"), "0": _("No")}
ANSWERS: dict[str, dict[str, Promise]] = {  # what the figures of a parameter stand for
    "labour.collected_here": YES_OR_NO,
    "levy.small.in_force": YES_OR_NO,
    "iqama.term_calendar": {"1": _("Hijri months"), "0": _("Gregorian months")},
}
HIJRI_DAYS = {"levy.small.last_day"}  # a year, a month and a day of the Umm al-Qura calendar

# The sources that the portal comes with; staff write further ones in the language that they are quoted in.
SOURCES = (
    _("Muqeem API description, version 1.9"),
    _("manoramaonline.com, 12 December 2022"),
    _("eastcoastdaily.in, 31 December 2022"),
    _("zawya.com, ministry of labour, 9 December 2021"),
    _("gulfnews.com, 2024"),
    _("okaz.com.sa: extended in 2024 for three years; applied by Qiwa until 14 Sha'ban 1448 (16 January 2026)"),
    _(
        "okaz.com.sa, 16 January 2026, there 21 January 2027, by the Umm al-Qura table the 22nd; "
        "Qiwa counts the days beyond, here begun months"
    ),
    _("okaz.com.sa, 16 January 2026: nine or fewer, the owner included"),
    _("okaz.com.sa, 16 January 2026; which workers it does not say, here the longest-standing"),
    _("okaz.com.sa, 16 January 2026; saudigazette.com.sa, 19 March 2022"),
    _("no source says which calendar; fees are reported by Gregorian months"),
    _("zawya.com, passport directorate"),
    _("gulfnews.com, 19 June 2022; zawya.com, passport directorate"),
    _("eastcoastdaily.in, 31 December 2022, the day of the report"),
    _("eastcoastdaily.in, 8 December 2020"),
    _("siasat.com, 10 January 2025"),
    _("en.akhbrna.ae, January 2025"),
    _("my.gov.sa, final exit"),
    _("my.gov.sa, cancelling a final exit"),
    _("passport directorate"),
    _("notes of a published fee calculator"),
    _("saudibuzz.com; livingingulf.com; iqamacheck.com: they disagree"),
    _("the portal's own choice"),
    _("the portal's own offer"),
    _("zatca.gov.sa, rate since 1 July 2020"),
)
NO_SOURCE = "—"


def group_of(code: str) -> str:
    """The group under which the public page shows a parameter."""
    return _GROUP_OF.get(code.partition(".")[0], "z")


def title_of(code: str) -> Promise | str:
    """What a parameter is called; its code where it has no name yet."""
    return TITLES.get(code, code)


def value_in_words(code: str, value: str) -> str:
    """A value as people read it: an answer for a switch, a day in both calendars, a list with spaces."""
    if code in ANSWERS:
        return str(ANSWERS[code].get(value, value))
    parts = [part.strip() for part in value.split(",")]
    try:
        day = day_of(code, value)
    except ValidationError:
        day = None  # it came past the staff's form
    return facts.dates_in_text(day) if day else facts.listed(parts)


def day_of(code: str, value: str) -> date | None:
    """The day that a value stands for; None where it stands for none. Raises `ValidationError` if there is no such day."""
    if code not in HIJRI_DAYS:
        return None
    parts = [part.strip() for part in value.split(",")]
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        raise ValidationError(_("A Hijri day: its year, month and day, separated by commas."))
    return hijri.from_hijri(*map(int, parts))


def source_in_words(source: str) -> str:
    """A source in the reader's language, if it is one of those that the portal came with; nothing where there is none."""
    return "" if source == NO_SOURCE else gettext(source)
