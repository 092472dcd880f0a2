"""Texts before the last day of a visa: to whoever it is about, and to the employer, once each.

A reminder belongs to a number of days before the last one. Of those that were missed only the nearest is made up for,
so that an outage ends in one text and not in three. Whether anything is due is read from the visa at the moment of
writing, with its resident locked: what was used, cancelled or extended meanwhile is not reminded of.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.db import transaction

from muqeem.clock import RIYADH
from muqeem.record.outbox import post
from muqeem.record.terms import Terms
from residency.deadlines import REMINDERS, About, Deadline, near
from residency.models import Resident, Visa
from visas.models import Reminder

logger = logging.getLogger(__name__)

SLICE = 100  # visas that one task looks at
ONE_DAY = timedelta(days=1)


class Receiver(NamedTuple):
    """A number, the language of its owner, and whether the visa is the owner's own."""

    number: str
    language: str
    is_own: bool


def send_due(terms: Terms, after: int = 0) -> int:
    """Write what is due for the next visas after a key; the last of their keys, or 0 when there are no more."""
    visas = list(near(Visa.objects.filter(pk__gt=after), terms).order_by("pk").values_list("pk", "resident")[:SLICE])
    for visa, resident in visas:
        try:
            remind(visa, resident, terms)
        except Exception:  # one visa that nobody can be told of must not keep the others waiting
            logger.exception("a reminder was not written")
    return visas[-1][0] if len(visas) == SLICE else 0


def remind(visa: int, resident: int, terms: Terms) -> bool:
    """Write one reminder if it is due and was not written. Opens a transaction."""
    with transaction.atomic():
        person = Resident.objects.select_for_update().get(pk=resident)
        found = near(Visa.objects.filter(pk=visa, resident=person), terms).first()
        deadline = Deadline.of(found, terms) if found else None
        if deadline is None:
            return False
        days = stage(deadline, terms)
        if days is None:
            return False
        _row, is_new = Reminder.objects.get_or_create(visa=found, about=deadline.about, deadline_on=deadline.on, days=days)
        if is_new:
            _write(person, deadline, terms)
        return is_new


def stage(deadline: Deadline, terms: Terms) -> int | None:
    """The reminder that a day calls for: the nearest that has come, unless it had come before there was a visa."""
    left = deadline.days_left(terms.on)
    days = min((days for days in terms.numbers(REMINDERS) if days >= left), default=None)
    return None if days is None or deadline.on - days * ONE_DAY <= deadline.began_on else days


def _write(person: Resident, deadline: Deadline, terms: Terms) -> None:
    values = {"last4": person.last4, "by_on": deadline.on.isoformat(), "left_days": deadline.days_left(terms.on)}
    end = datetime.combine(deadline.on + ONE_DAY, time(), RIYADH)
    told: dict[str, Receiver] = {}
    for receiver in receivers(person):
        told.setdefault(receiver.number, receiver)
    for receiver in told.values():
        template = "visa-return-own" if deadline.about == About.RETURN and receiver.is_own else f"visa-{deadline.about}"
        post(template=template, language=receiver.language, receiver=receiver.number, arguments=values, useless_after=end)


def receivers(person: Resident) -> Iterator[Receiver]:
    """The person, or the head of household where a family member has no number; of a worker also who employs them."""
    if person.phone:
        yield Receiver(person.phone, person.language, is_own=True)
    elif person.head and person.head.phone:
        yield Receiver(person.head.phone, person.head.language, is_own=False)
    if not person.is_dependant:
        for member in person.sponsor.main_users():
            if phone := member.user.phone():
                yield Receiver(phone.number, member.user.language, is_own=False)
