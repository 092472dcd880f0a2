"""What the parameters are called, and how the public page groups them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GROUPS: dict[str, Promise] = {
    "a": _("Residency renewal"),
    "b": _("Work permit and levies"),
    "c": _("Family members"),
    "d": _("Health insurance and biometrics"),
    "e": _("Exit/re-entry visas"),
    "f": _("Final exit visas"),
    "z": _("Other rules"),
}

_GROUP_OF = {
    "iqama": "a",
    "workpermit": "b",
    "levy": "b",
    "labour": "b",
    "dependant": "c",
    "insurance": "d",
    "biometric": "d",
    "er": "e",
    "visa": "e",
    "fe": "f",
}

TITLES: dict[str, Promise] = {
    "iqama.durations_months": _("Periods of renewal, in months"),
    "iqama.domestic.durations_months": _("Periods of renewal for domestic workers, in months"),
    "iqama.term_calendar": _("Renewals run on by Hijri months (1) or Gregorian months (0)"),
    "iqama.work.year_fee": _("Residency fee a year, SAR"),
    "iqama.domestic.year_fee": _("Residency fee a year for domestic workers, SAR"),
    "iqama.abroad_multiplier.dependants_domestic": _("Factor of the residency fee for dependants and domestic workers abroad"),
    "iqama.renew.window_months.work": _("Renewal opens when fewer months are left"),
    "iqama.renew.window_months.domestic": _("Renewal for domestic workers opens when fewer months are left"),
    "iqama.renew.grace_days": _("Days after expiry without a fine"),
    "iqama.renew.late_fine": _("Fine for the first and the second late renewal, SAR"),
    "workpermit.year_fee": _("Work permit a year, SAR"),
    "levy.month.saudi_majority": _("Expatriate levy a month where Saudis are at least half, SAR"),
    "levy.month.expat_majority": _("Expatriate levy a month where expatriates are the majority, SAR"),
    "levy.small.in_force": _("Very small establishments are partly exempt from the levy (1) or not (0)"),
    "levy.small.last_day": _("Last day of the exemption of very small establishments: Hijri year, month, day"),
    "levy.small.workers": _("Workers of a very small establishment at most, the owner included"),
    "levy.small.free": _("Expatriates exempt from the levy in a very small establishment whose owner works there full time"),
    "levy.small.free_with_saudi": _("Expatriates exempt from the levy in a very small establishment that employs one more Saudi"),
    "labour.collected_here": _("Work permit and levy are collected here (1) or not (0)"),
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
    "fe.fee": _("Final exit visa, SAR"),
    "fe.iqama_min_days": _("Days that the residency must still last for a final exit visa"),
    "fe.max_days": _("Longest final exit visa, in days"),
    "fe.passport_min_days": _("Days that the passport must still be valid for a final exit visa"),
    "fe.cancel.max_days": _("Days after issue within which a final exit visa may be cancelled"),
    "fe.expired_fine": _("Fine for a final exit visa that expired unused, SAR"),
    "vat.rate": _("VAT on service charges"),
}


def group_of(code: str) -> str:
    """The group under which the public page shows a parameter."""
    return _GROUP_OF.get(code.partition(".")[0], "z")


def title_of(code: str) -> Promise | str:
    """What a parameter is called; its code where it has no name yet."""
    return TITLES.get(code, code)
