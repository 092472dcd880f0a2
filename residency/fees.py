"""What the residency services cost, line by line. A line of nothing stays and says why."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import Account
from muqeem.hijri import from_hijri
from muqeem.operations.fee import Fee, FeeLine
from muqeem.record.terms import Terms
from muqeem.sentences import Sentence, say, sentence
from residency.models import Clearance, Iqama, Resident
from residency.standing import lasting, late_offence, workers_of

NOTHING = Decimal("0.00")

DOUBLED = sentence("fee-abroad", _("From abroad, outside the Kingdom since %(date)s: %(times)d times the fee"))
EMPLOYER_PAYS = sentence("fee-of-employer", _("The law puts this fee on the employer."))
PERMIT_PAID = sentence("fee-permit-paid", _("Paid with the permit until %(date)s"))
PERMIT_PARTLY_PAID = sentence("fee-permit-partly-paid", _("The permit is paid until %(date)s; due for %(missing_months)s"))
DOMESTIC_EXEMPT = sentence("fee-domestic-exempt", _("Not due for domestic workers"))
FAMILY_EXEMPT = sentence("fee-family-exempt", _("Not due for dependants and companions"))
SAUDI_MAJORITY = sentence("fee-saudi-majority", _("Saudis are at least as many as expatriates"))
EXPATRIATE_MAJORITY = sentence("fee-expatriate-majority", _("Saudis are fewer than expatriates"))
SMALL_EXEMPT = sentence("fee-small-exempt", _("Exempt: establishment of %(most)d or fewer workers whose owner works there full time"))
SMALL_PARTLY_EXEMPT = sentence(
    "fee-small-partly-exempt",
    _("The exemption of establishments of %(most)d or fewer workers ends on %(date)s; due for %(missing_months)s"),
)
WITH_HEAD = sentence("fee-with-head", _("Paid with the residency of the head of household"))
NO_FAMILY = sentence("fee-no-family", _("No dependants or companions on file"))
FAMILY = sentence("fee-family", ngettext_lazy("For %(n)d dependant or companion", "For %(n)d dependants and companions", "n"))
UPDATE_FREE = sentence("fee-update-free", _("Data are updated free of charge"))
IN_TIME = sentence("fee-in-time", _("Renewed before the end, no fine"))
IN_GRACE = sentence("fee-in-grace", _("Within the grace period, no fine"))
LATE = sentence("fee-late", _("%(late_days)s after the end, late renewal number %(offence)d"))


def renewal_fee(resident: Resident, iqama: Iqama, months: int, account: Account, terms: Terms) -> Fee:
    """The five lines of a renewal for so many months, paid by an account."""
    lines = [
        _residency(resident, months, terms),
        *_work(resident, iqama, months, terms),
        _dependants(resident, months, terms),
        _late(resident, iqama, terms),
    ]
    if account.pk != resident.sponsor_id and not resident.is_dependant:
        lines = [_of_employer(line) for line in lines]
    return Fee(lines)


def update_fee() -> Fee:
    """Nothing for data that are kept current."""
    return Fee([FeeLine("data-update", NOTHING, say(UPDATE_FREE))])


def _residency(resident: Resident, months: int, terms: Terms) -> FeeLine:
    kind = "domestic" if resident.kind == Resident.Kind.DOMESTIC else "work"
    amount = _part_of_year(terms.money(f"iqama.{kind}.year_fee"), months)
    since = resident.outside_since()
    if since is None or resident.kind == Resident.Kind.WORKER:
        return FeeLine("residency", amount)
    times = terms.number("iqama.abroad_multiplier.dependants_domestic")
    return FeeLine("residency", amount * times, say(DOUBLED, date=since, times=times))


def _work(resident: Resident, iqama: Iqama, months: int, terms: Terms) -> list[FeeLine]:
    """Work permit and levy, for the months that no permit covers."""
    if resident.kind != Resident.Kind.WORKER:
        exempt = say(FAMILY_EXEMPT if resident.is_dependant else DOMESTIC_EXEMPT)
        return [FeeLine("work-permit", NOTHING, exempt), FeeLine("levy", NOTHING, exempt)]
    missing, note = _missing_months(resident, iqama, months, terms)
    if not missing:
        return [FeeLine("work-permit", NOTHING, note), FeeLine("levy", NOTHING, note)]
    saudis_first = resident.sponsor.has_saudi_majority()
    rate = terms.money("levy.month.saudi_majority" if saudis_first else "levy.month.expat_majority")
    majority = say(SAUDI_MAJORITY if saudis_first else EXPATRIATE_MAJORITY)
    permit = _part_of_year(terms.money("workpermit.year_fee"), missing)
    due, spared = _months_not_exempt(resident, iqama, months, missing, terms)
    return [FeeLine("work-permit", permit, note), FeeLine("levy", rate * due, spared or note or majority)]


def _missing_months(resident: Resident, iqama: Iqama, months: int, terms: Terms) -> tuple[int, Sentence | None]:
    """How many months of the new period the work permit leaves open, begun months counted whole, and what to say of it."""
    permit_until = lasting(resident, Clearance.Kind.WORK_PERMIT)
    if permit_until is None or permit_until <= iqama.expires_on:
        return months, None
    missing = _months_after(permit_until, iqama, months, terms)
    if not missing:
        return 0, say(PERMIT_PAID, date=permit_until)
    return missing, say(PERMIT_PARTLY_PAID, date=permit_until, missing_months=missing)


def _months_after(day: date, iqama: Iqama, months: int, terms: Terms) -> int:
    """How many months of the new period are not over by a day."""
    return sum(iqama.renewed_until(month, terms) > day for month in range(1, months + 1))


def _months_not_exempt(resident: Resident, iqama: Iqama, months: int, missing: int, terms: Terms) -> tuple[int, Sentence | None]:
    """How many of the missing months the exemption of very small establishments leaves to pay, and what to say of it."""
    until = _exempt_until(resident, terms)
    due = missing if until is None else min(missing, _months_after(until, iqama, months, terms))
    if due == missing:
        return missing, None
    most = terms.number("levy.small.workers")
    if not due:
        return 0, say(SMALL_EXEMPT, most=most)
    return due, say(SMALL_PARTLY_EXEMPT, most=most, date=until, missing_months=due)


def _exempt_until(resident: Resident, terms: Terms) -> date | None:
    """Until when a worker of a very small establishment is exempt from the levy; None for all others.

    The owner is counted among its Saudis. Which of its expatriates are exempt no source says: here the longest-standing.
    """
    employer = resident.sponsor
    if not (terms.flag("levy.small.in_force") and employer.owner_full_time):
        return None
    if employer.saudis + employer.expatriates > terms.number("levy.small.workers"):
        return None
    exempt = terms.number("levy.small.free_with_saudi" if employer.saudis > 1 else "levy.small.free")
    if resident not in workers_of(employer)[:exempt]:
        return None
    return from_hijri(*terms.numbers("levy.small.last_day"))


def _dependants(resident: Resident, months: int, terms: Terms) -> FeeLine:
    """A month's fee for everybody on the file of a head who has not gone: also for those with a final exit visa."""
    if resident.is_dependant:
        return FeeLine("dependants", NOTHING, say(WITH_HEAD))
    people = resident.file.family
    if not people:
        return FeeLine("dependants", NOTHING, say(NO_FAMILY))
    return FeeLine("dependants", terms.money("dependant.month_fee") * people * months, say(FAMILY, n=people))


def _late(resident: Resident, iqama: Iqama, terms: Terms) -> FeeLine:
    offence = late_offence(resident, iqama, terms)
    if not offence:
        return FeeLine("late", NOTHING, say(IN_TIME if iqama.days_left(terms.on) >= 0 else IN_GRACE))
    fines = terms.numbers("iqama.renew.late_fine")  # there is one for this offence: `not_late_too_often` saw to it
    note = say(LATE, late_days=-iqama.days_left(terms.on), offence=offence)
    return FeeLine("late", Decimal(fines[offence - 1]).quantize(NOTHING), note)


def _of_employer(line: FeeLine) -> FeeLine:
    """A line that somebody else pays although the law puts it on the employer."""
    if line.code == "dependants" or not line.amount:
        return line
    return FeeLine(line.code, line.amount, say(EMPLOYER_PAYS))


def _part_of_year(fee: Decimal, months: int) -> Decimal:
    """The part of a yearly fee for so many months, to the halala."""
    return (fee * months / 12).quantize(NOTHING, ROUND_HALF_UP)
