"""The saved lists of residents management: who is in each, how it is sorted, and how many there are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import IntegerField, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from muqeem import countries
from muqeem.counts import MOST
from muqeem.record.terms import Terms
from residency import deadlines
from residency.models import Resident, Visa
from residency.models.people import ResidentQuerySet

SOON = timedelta(days=30)
BY_NAME, BY_EXPIRY = "folded", "permit_ends_on"


@dataclass(frozen=True)
class SavedList:
    """One list: its name in the address, its title, and who is in it on a day."""

    slug: str
    title: Promise | str
    who: Callable[[ResidentQuerySet, Terms], ResidentQuerySet]
    order: str = BY_NAME
    always: bool = True  # shown also when nobody is in it


def _urgent(reach: ResidentQuerySet, terms: Terms) -> ResidentQuerySet:
    return reach.here().filter(permit_ends_on__lte=terms.on + SOON)


def _expiring(reach: ResidentQuerySet, terms: Terms) -> ResidentQuerySet:
    return _urgent(reach, terms).filter(permit_ends_on__gte=terms.on)


def _expired(reach: ResidentQuerySet, terms: Terms) -> ResidentQuerySet:
    return reach.here().filter(permit_ends_on__lt=terms.on)


def _outside(reach: ResidentQuerySet, terms: Terms) -> ResidentQuerySet:
    return reach.here().filter(departed_on__isnull=False)


def _visas(reach: ResidentQuerySet, terms: Terms) -> ResidentQuerySet:
    return reach.here().filter(deadlines.has_near_one(terms))


def _visa_fines(reach: ResidentQuerySet, terms: Terms) -> ResidentQuerySet:
    """Those with a visa that was left to expire and is not paid for: `VisaState.EXPIRED_UNUSED`, asked of the database."""
    unused = Visa.objects.filter(kind__in=Visa.TRAVEL, cancelled_on=None, used_on=None, fined_on=None, travelled_on=None)
    expired = unused.alias(last_on=Coalesce("leave_before", "ends_on")).filter(last_on__lt=terms.on)
    return reach.here().filter(pk__in=expired.values("resident"))


def _awaiting(reach: ResidentQuerySet, terms: Terms) -> ResidentQuerySet:
    return reach.here().filter(permit_ends_on=None)


def _gone(reach: ResidentQuerySet, terms: Terms) -> ResidentQuerySet:
    return reach.filter(Q(left_on__isnull=False) | Q(deceased_on__isnull=False))


EVERYBODY = SavedList("residents", _("All residents"), lambda reach, terms: reach.here())
LISTS = {
    saved.slug: saved
    for saved in (
        EVERYBODY,
        SavedList("urgent", _("Need action"), _urgent, BY_EXPIRY),
        SavedList("expiring", _("Expire within 30 days"), _expiring, BY_EXPIRY),
        SavedList("expired", _("Expired"), _expired, BY_EXPIRY),
        SavedList("outside", _("Outside the Kingdom"), _outside),
        SavedList("visas", _("Last day of a visa is near"), _visas, always=False),
        SavedList("visa-fines", _("Unused-visa fine due"), _visa_fines, always=False),
        SavedList("awaiting", _("Awaiting issue"), _awaiting, always=False),
        SavedList("gone", _("Left for good or deceased"), _gone, always=False),
    )
}


class Capped(Subquery):
    """How many rows there are, beside other columns; nobody is counted beyond the number that is shown as more."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()

    def __init__(self, rows: ResidentQuerySet, up_to: int = MOST) -> None:
        super().__init__(rows.order_by().values("pk")[: up_to + 1])


def counts(account: Account, reach: ResidentQuerySet, terms: Terms, slugs: Iterable[str] = LISTS, **others: Capped) -> dict[str, int]:
    """How many are in each list, and in whatever else is to be counted, in one query."""
    wanted = {slug: Capped(LISTS[slug].who(reach, terms)) for slug in slugs} | others
    row = Account.objects.filter(pk=account.pk).values_list(*wanted.values()).get()
    return dict(zip(wanted, row, strict=True))


def chips(account: Account, reach: ResidentQuerySet, terms: Terms, current: SavedList | None) -> list[dict[str, Any]]:
    """The lists as one chooses among them, each with its number; rare ones only where somebody is in them."""
    numbers = counts(account, reach, terms)
    return [
        {"slug": saved.slug, "title": saved.title, "count": numbers[saved.slug], "current": saved is current}
        for saved in LISTS.values()
        if saved.always or saved is current or numbers[saved.slug]
    ]


def rows(residents: Sequence[Resident], terms: Terms) -> list[dict[str, Any]]:
    """What a list shows of people beside them, with the last day of a visa where it is near."""
    near = {deadline.visa.resident_id: deadline for deadline in deadlines.of_residents(residents, terms, most=len(residents))}
    return [row(resident, terms.on) | {"deadline": near.get(resident.pk)} for resident in residents]


def row(resident: Resident, today: date) -> dict[str, Any]:
    """What a list shows of a person beside the person; of somebody who has gone no days are counted."""
    ends_on = None if resident.left_on or resident.deceased_on else resident.permit_ends_on
    return {
        "resident": resident,
        "nationality": countries.names(resident.nationality),
        "days_left": (ends_on - today).days if ends_on else None,
    }
