"""What a renewal costs, line by line. A line of nothing stays and says why."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import Account
from muqeem.hijri import add_months
from muqeem.operations.fee import Fee, FeeLine
from muqeem.record.terms import Terms
from muqeem.sentences import Sentence, say, sentence
from residency.models import Clearance, Iqama, Resident
from residency.standing import family_of, late_offence

NOTHING = Decimal("0.00")

DOUBLED = sentence("fee-abroad", _("From abroad, outside the Kingdom since %(date)s: %(times)d times the fee"))
EMPLOYER_PAYS = sentence("fee-of-employer", _("The law puts this fee on the employer."))
PERMIT_PAID = sentence("fee-permit-paid", _("Paid with the permit until %(date)s"))
PERMIT_PARTLY_PAID = sentence("fee-permit-partly-paid", _("The permit is paid until %(date)s; due for %(missing_months)s"))
DOMESTIC_EXEMPT = sentence("fee-domestic-exempt", _("Not due for domestic workers"))
FAMILY_EXEMPT = sentence("fee-family-exempt", _("Not due for dependants and companions"))
SAUDI_MAJORITY = sentence("fee-saudi-majority", _("Saudis are at least as many as expatriates"))
EXPATRIATE_MAJORITY = sentence("fee-expatriate-majority", _("Saudis are fewer than expatriates"))
WITH_HEAD = sentence("fee-with-head", _("Paid with the residency of the head of household"))
NO_FAMILY = sentence("fee-no-family", _("No dependants or companions on file"))
FAMILY = sentence("fee-family", ngettext_lazy("For %(n)d dependant or companion", "For %(n)d dependants and companions", "n"))
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
    missing, note = _missing_months(resident, iqama, months)
    if not missing:
        return [FeeLine("work-permit", NOTHING, note), FeeLine("levy", NOTHING, note)]
    saudis_first = resident.sponsor.has_saudi_majority()
    rate = terms.money("levy.month.saudi_majority" if saudis_first else "levy.month.expat_majority")
    majority = say(SAUDI_MAJORITY if saudis_first else EXPATRIATE_MAJORITY)
    permit = _part_of_year(terms.money("workpermit.year_fee"), missing)
    return [FeeLine("work-permit", permit, note), FeeLine("levy", rate * missing, note or majority)]


def _missing_months(resident: Resident, iqama: Iqama, months: int) -> tuple[int, Sentence | None]:
    """How many months of the new period the work permit leaves open, begun months counted whole, and what to say of it."""
    end = iqama.renewed_until(months)
    permit = Clearance.objects.newest(resident, Clearance.Kind.WORK_PERMIT)
    if permit is None or permit.until_on <= iqama.expires_on:
        return months, None
    if permit.until_on >= end:
        return 0, say(PERMIT_PAID, date=permit.until_on)
    missing = _months_begun(permit.until_on, end)
    return missing, say(PERMIT_PARTLY_PAID, date=permit.until_on, missing_months=missing)


def _months_begun(start: date, end: date) -> int:
    """The fewest whole months that lead from one day to another or beyond."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) >= end else months + 1


def _dependants(resident: Resident, months: int, terms: Terms) -> FeeLine:
    """A month's fee for everybody on the file of a head who has not gone: also for those with a final exit visa."""
    if resident.is_dependant:
        return FeeLine("dependants", NOTHING, say(WITH_HEAD))
    people = family_of(resident).count()
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
