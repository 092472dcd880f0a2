"""What rows refer to by its number: residents and accounts."""

from collections.abc import Iterable, Iterator

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Account
from residency.imports.faults import Row
from residency.models import Resident

AT_ONCE = 1000  # numbers in one query


def residents_by_number(numbers: Iterable[str]) -> dict[str, Resident]:
    """The residents who have one of these iqama or border numbers, by that number."""
    found: dict[str, Resident] = {}
    for some in _batches(numbers):
        for resident in Resident.objects.filter(Q(iqama_number__in=some) | Q(border_number__in=some)).select_related("sponsor", "branch"):
            found.update({number: resident for number in (resident.iqama_number, resident.border_number) if number in some})
    return found


def link_residents(rows: list[Row]) -> None:
    """Put the resident in the place of the number in the column `resident`."""
    found = residents_by_number(row.values["resident"] for row in rows if row.values.get("resident"))
    for row in rows:
        number = row.values.get("resident")
        row.values["resident"] = found.get(number) if number else None
        if number and number not in found:
            row.blame("resident", _("There is no resident with this number; import residents first."))


def link_accounts(rows: list[Row], column: str, field: str) -> None:
    """Put into the field the account whose number is in the column."""
    found: dict[str, Account] = {}
    for some in _batches(row.values[column] for row in rows if row.values.get(column)):
        found.update({account.number: account for account in Account.objects.filter(number__in=some)})
    for row in rows:
        number = row.values.get(column)
        row.values[field] = found.get(number) if number else None
        if number and number not in found:
            row.blame(column, _("There is no account with this number; import accounts first."))


def _batches(numbers: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), AT_ONCE):
        yield wanted[start : start + AT_ONCE]
