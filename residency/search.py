"""Finding residents: exactly by a number, or by the beginning of any word of the name."""

from typing import Any
from uuid import UUID

from django.db.models import Q

from muqeem import numbers
from residency.lists import BY_NAME
from residency.models import Passport, Resident
from residency.models.people import ResidentQuerySet

PAGE = 25
LONGEST = 100  # signs; no name and no number is longer


def search(reach: ResidentQuerySet, typed: str) -> ResidentQuerySet:
    """Those of the reach whom the typed text means; a text with a digit is a number."""
    if len(typed) > LONGEST:
        return reach.none()
    number = "".join(numbers.ascii_digits(typed).split()).upper()
    if not any(sign in "0123456789" for sign in number):
        return reach.named(typed)
    if not number.isascii() or "\x00" in number:
        return reach.none()
    numbered = Resident.objects.filter(Q(iqama_number=number) | Q(border_number=number)).values_list("pk")
    # Asked first and apart: beside a reach of many thousands the planner would rather look at each of them.
    found = list(numbered.union(Passport.objects.filter(number=number).values_list("resident")))
    return reach.filter(pk__in=[pk for (pk,) in found])


class Page:
    """A page of a list sorted by name or by expiry. Its neighbours are named by the id of a person at its edge, never by a name."""

    def __init__(self, residents: ResidentQuerySet, *, order: str = BY_NAME, after: str = "", before: str = "") -> None:
        edge = _person(residents, after or before)
        backwards = bool(before) and edge is not None
        sign = "-" if backwards else ""
        rows = residents.order_by(f"{sign}{order}", f"{sign}pk")
        if edge is not None:
            rows = rows.filter(_beyond(order, getattr(edge, order), edge.pk, "lt" if backwards else "gt"))
        found = list(rows[: PAGE + 1])
        more = len(found) > PAGE
        self.rows: list[Any] = found[:PAGE][::-1] if backwards else found[:PAGE]
        has_previous = more if backwards else edge is not None
        has_next = backwards or more
        self.previous = {"before": str(self.rows[0].uuid)} if self.rows and has_previous else {}
        self.next = {"after": str(self.rows[-1].uuid)} if self.rows and has_next else {}


def _beyond(order: str, value: Any, pk: int, way: str) -> Q:
    """Everybody on one side of an edge. The second condition follows from the first and lets the index find the place."""
    return (Q((f"{order}__{way}", value)) | Q((f"pk__{way}", pk))) & Q((f"{order}__{way}e", value))


def _person(residents: ResidentQuerySet, uuid: str) -> Resident | None:
    """The person at the edge of the page before, if still in the list; otherwise the list begins anew."""
    try:
        return residents.filter(uuid=UUID(uuid)).first()
    except ValueError:
        return None
