"""How a person stands on a day: what rules, forms and fees ask of the register."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from muqeem.record.terms import Terms
from residency.models import Hold, Iqama, Resident

ONE_DAY = timedelta(days=1)


def covered_until(resident: Resident, kind: str, day: date) -> date | None:
    """Until when clearances of a kind reach without a gap from a day on; None if none is in force on it."""
    until = day - ONE_DAY
    for clearance in resident.clearances.filter(kind=kind, until_on__gte=day).order_by("from_on"):
        if clearance.from_on > until + ONE_DAY:
            break
        until = max(until, clearance.until_on)
    return until if until >= day else None


def ended(resident: Resident, kind: str, day: date) -> date | None:
    """When the last clearance of a kind ended before a day; None if there was none."""
    last = resident.clearances.filter(kind=kind, until_on__lt=day).order_by("-until_on").first()
    return last.until_on if last else None


def holds(resident: Resident, terms: Terms, kind: str) -> QuerySet[Hold]:
    """What stands against the person, or the account they are under, longest first."""
    return Hold.objects.blocking(resident, terms.on, kind)


def total(standing: Iterable[Hold]) -> Decimal:
    """What is owed in all."""
    return sum((hold.amount or Decimal(0) for hold in standing), Decimal("0.00"))


def late_offence(resident: Resident, iqama: Iqama, terms: Terms) -> int:
    """Which late renewal a renewal today would be; 0 if it is not late beyond the grace."""
    grace = terms.number("iqama.renew.grace_days")
    if -iqama.days_left(terms.on) <= grace:
        return 0
    return resident.iqamas.filter(days_late__gt=grace).count() + 1


def family_of(resident: Resident) -> QuerySet[Resident]:
    """The dependants and companions on a head's file who are still here, with a final exit visa or without."""
    return resident.dependants.filter(left_on=None, deceased_on=None)
