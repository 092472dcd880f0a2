"""Finding residents: exactly by a number, or by the beginning of any word of the name."""

from typing import Any
from uuid import UUID

from django.db.models import Q

from muqeem import numbers
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
    with_passport = Passport.objects.filter(number=number).values("resident")
    return reach.filter(Q(iqama_number=number) | Q(border_number=number) | Q(pk__in=with_passport))


class Page:
    """A page of a list sorted by name. Its neighbours are named by the id of a person at its edge, never by a name."""

    def __init__(self, residents: ResidentQuerySet, *, after: str = "", before: str = "") -> None:
        edge = _person(residents, after or before)
        backwards = bool(before) and edge is not None
        if edge is None:
            rows = residents.order_by("folded", "pk")
        elif backwards:
            rows = residents.filter(Q(folded__lt=edge.folded) | Q(pk__lt=edge.pk), folded__lte=edge.folded).order_by("-folded", "-pk")
        else:
            rows = residents.filter(Q(folded__gt=edge.folded) | Q(pk__gt=edge.pk), folded__gte=edge.folded).order_by("folded", "pk")
        found = list(rows[: PAGE + 1])
        more = len(found) > PAGE
        self.rows: list[Any] = found[:PAGE][::-1] if backwards else found[:PAGE]
        has_previous = more if backwards else edge is not None
        has_next = backwards or more
        self.previous = {"before": str(self.rows[0].uuid)} if self.rows and has_previous else {}
        self.next = {"after": str(self.rows[-1].uuid)} if self.rows and has_next else {}


def _person(residents: ResidentQuerySet, uuid: str) -> Resident | None:
    """The person at the edge of the page before, if still in the list; otherwise the list begins anew."""
    try:
        return residents.filter(uuid=UUID(uuid)).first()
    except ValueError:
        return None
