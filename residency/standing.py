"""How a person stands on a day: what rules, forms and fees ask of the register."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, Min, QuerySet

from accounts.models import Account
from muqeem.record.terms import Terms
from residency.models import Clearance, Hold, Iqama, Resident, Visa, VisaState

ONE_DAY = timedelta(days=1)


def covered_until(resident: Resident, kind: str, day: date) -> date | None:
    """Until when clearances of a kind reach without a gap from a day on; None if none is in force on it."""
    until = day - ONE_DAY
    reaching = [clearance for clearance in _clearances(resident, kind) if clearance.until_on >= day]
    for clearance in sorted(reaching, key=lambda clearance: clearance.from_on):
        if clearance.from_on > until + ONE_DAY:
            break
        until = max(until, clearance.until_on)
    return until if until >= day else None


def ended(resident: Resident, kind: str, day: date) -> date | None:
    """When the last clearance of a kind ended before a day; None if there was none."""
    return max((clearance.until_on for clearance in _clearances(resident, kind) if clearance.until_on < day), default=None)


def lasting(resident: Resident, kind: str) -> date | None:
    """When the longest clearance of a kind ends, whether it is in force or not; None if there is none."""
    return max((clearance.until_on for clearance in _clearances(resident, kind)), default=None)


def _clearances(resident: Resident, kind: str) -> list[Clearance]:
    return [clearance for clearance in resident.file.clearances if clearance.kind == kind]


def holds(resident: Resident, terms: Terms, kind: str) -> list[Hold]:
    """What stands against the person, or the account they are under, longest first."""
    standing = [hold for hold in resident.file.holds if hold.kind == kind and hold.stands_on(terms.on)]
    return sorted(standing, key=lambda hold: hold.since_on)


def hold(resident: Resident, terms: Terms, kind: str) -> Hold | None:
    """The one that stands longest."""
    return next(iter(holds(resident, terms, kind)), None)


def total(standing: Iterable[Hold]) -> Decimal:
    """What is owed in all."""
    return sum((hold.amount or Decimal(0) for hold in standing), Decimal("0.00"))


def late_offence(resident: Resident, iqama: Iqama, terms: Terms) -> int:
    """Which late renewal a renewal today would be; 0 if it is not late beyond the grace."""
    grace = terms.number("iqama.renew.grace_days")
    if -iqama.days_left(terms.on) <= grace:
        return 0
    return sum(version.days_late > grace for version in resident.file.iqamas) + 1


def open_visa(resident: Resident, terms: Terms) -> Visa | None:
    """The visa with which the person may leave or return, if there is one."""
    return next((visa for visa in resident.file.visas if visa.is_open(terms)), None)


def unused_visa(resident: Resident, terms: Terms) -> Visa | None:
    """A visa that was neither used nor cancelled and whose fine is not paid; the oldest."""
    unused = [visa for visa in resident.file.visas if visa.state(terms) == VisaState.EXPIRED_UNUSED and visa.kind in Visa.TRAVEL]
    return min(unused, key=lambda visa: (visa.issued_on, visa.pk), default=None)


def unused_fine(resident: Resident, visa: Visa, terms: Terms) -> Decimal:
    """What such a visa costs: one amount for a final exit; for an exit and re-entry more each time, the last amount for good."""
    if visa.kind == Visa.Kind.FINAL:
        return terms.money("fe.expired_fine")
    fines = terms.numbers("er.unused_fine")
    return Decimal(fines[min(unused_offence(resident), len(fines)) - 1]).quantize(Decimal("0.01"))


def unused_offence(resident: Resident) -> int:
    """Which exit/re-entry visa left unused the next one to be paid for is."""
    return sum(visa.fined_on is not None and visa.kind in Visa.RE_ENTRY for visa in resident.file.visas) + 1


def workers_of(account: Account) -> QuerySet[Resident]:
    """The expatriates who work for an account and are still here, the longest-standing first.

    The register does not know since when somebody works for whom; the day of the first permit stands for it.
    """
    here = Resident.objects.filter(sponsor=account, kind=Resident.Kind.WORKER, left_on=None, deceased_on=None)
    return here.alias(first_on=Min("iqamas__issued_on")).order_by(F("first_on").asc(nulls_last=True), "pk")
