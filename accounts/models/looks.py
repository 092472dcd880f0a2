"""How often a visitor may ask the public check: counted by address, and by address and number, before anything is looked up."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.models.attempts import DAY, Attempt, tell_refused
from accounts.models.limits import Paused

HOUR = timedelta(hours=1)


def count_look(visitor: str, number: str) -> list[int]:
    """Count a look as one that finds nothing; `found` says otherwise. Raises Paused. Opens a transaction.

    `number` is what was asked about, as this visitor's key of it: whether it exists makes no difference.
    """
    with transaction.atomic():
        Attempt.lock(visitor)
        until = max(_refused_until(visitor, number), default=None)
        if until is not None:
            tell_refused("not now: public check", visitor)
            raise Paused(until)
        looks = [Attempt(name=name, kind=Attempt.Kind.LOOK) for name in (visitor, number)]
        return [look.pk for look in Attempt.objects.bulk_create(looks)]


def found(looks: list[int]) -> None:
    """Record that a look found what it asked for."""
    Attempt.objects.filter(pk__in=looks).update(answered=True)


def _refused_until(visitor: str, number: str) -> Iterator[datetime]:
    """When each limit that is reached allows the next look."""
    looks, misses = _looks(visitor, HOUR), _looks(visitor, HOUR).filter(answered=False)
    misses_of_number = _looks(number, DAY).filter(answered=False)
    for counted, most, period in (
        (looks, settings.CHECK_LOOKS_AN_HOUR, HOUR),
        (misses, settings.CHECK_MISSES_AN_HOUR, HOUR),
        (misses_of_number, settings.CHECK_MISSES_OF_ONE_NUMBER_A_DAY, DAY),
    ):
        if oldest := counted[most - 1 : most].first():
            yield oldest.at + period


def _looks(name: str, period: timedelta) -> QuerySet[Attempt]:
    """The looks under a name in the period that ends now, newest first."""
    return Attempt.within(name, Attempt.Kind.LOOK, period).order_by("-at", "-id")
