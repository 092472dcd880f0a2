"""Texts before the last day of a visa: to whoever it is about, and to the employer, once each.

A reminder belongs to a number of days before the last one. Of those that were missed only the nearest is made up for,
so that an outage ends in one text and not in three. First it is remembered what is due and whom it concerns, visa by
visa; then everybody is told once: of their own visa, or of all those of a kind in one text, for an employer may have
thousands. Whoever was told today waits with the rest until tomorrow. Both steps read from the visas as they stand at
that moment: what was used, cancelled or extended meanwhile is not spoken of.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from muqeem.clock import RIYADH
from muqeem.record.outbox import post
from muqeem.record.terms import Terms
from residency.deadlines import REMINDERS, About, Deadline, near
from residency.models import Resident, Visa
from visas.models import Digest, Mention, Reminder

logger = logging.getLogger(__name__)

SLICE = 100  # visas, or people, that one task looks at
ONE_DAY = timedelta(days=1)


# --- what is due, and whom it concerns ------------------------------------------------------------
def remember_due(terms: Terms, after: int = 0) -> int:
    """Remember what is due for the next visas after a key; the last of their keys, or 0 when there are no more."""
    visas = list(near(Visa.objects.filter(pk__gt=after), terms).order_by("pk").values_list("pk", "resident")[:SLICE])
    for visa, resident in visas:
        try:
            remind(visa, resident, terms)
        except Exception:  # one visa that nobody can be told of must not keep the others waiting
            logger.exception("a reminder was not remembered")
    return visas[-1][0] if len(visas) == SLICE else 0


def remind(visa: int, resident: int, terms: Terms) -> bool:
    """Remember one reminder if it is due and was not remembered. Opens a transaction."""
    with transaction.atomic():
        person = Resident.objects.select_for_update().get(pk=resident)
        found = near(Visa.objects.filter(pk=visa, resident=person), terms).first()
        deadline = Deadline.of(found, terms) if found else None
        if deadline is None:
            return False
        days = stage(deadline, terms)
        if days is None:
            return False
        row, is_new = Reminder.objects.get_or_create(visa=found, about=deadline.about, deadline_on=deadline.on, days=days)
        if is_new:
            Mention.objects.bulk_create(concerned(row, person), ignore_conflicts=True)  # a number is of several people
        return is_new


def stage(deadline: Deadline, terms: Terms) -> int | None:
    """The reminder that a day calls for: the nearest that has come, unless it had come before there was a visa."""
    left = deadline.days_left(terms.on)
    days = min((days for days in terms.numbers(REMINDERS) if days >= left), default=None)
    return None if days is None or deadline.on - days * ONE_DAY <= deadline.began_on else days


def concerned(reminder: Reminder, person: Resident) -> Iterator[Mention]:
    """The person, or the head of household where a family member has no number; of a worker also who employs them."""
    if person.phone:
        yield Mention(reminder=reminder, receiver=person.phone, language=person.language, is_own=True)
    elif person.head and person.head.phone:
        yield Mention(reminder=reminder, receiver=person.head.phone, language=person.head.language)
    if not person.is_dependant:
        for member in person.sponsor.main_users():
            if phone := member.user.phone():
                yield Mention(reminder=reminder, receiver=phone.number, language=member.user.language)


# --- who is told of it ----------------------------------------------------------------------------
def tell_due(terms: Terms, after: str = "") -> str:
    """Write the texts of the next people after a number; the last of their numbers, or none when there are no more."""
    told = Digest.objects.filter(receiver=OuterRef("receiver"), about=OuterRef("reminder__about"), on=terms.on)
    waiting = Mention.objects.filter(~Exists(told), digest=None, receiver__gt=after)
    people = list(waiting.order_by("receiver").values_list("receiver", flat=True).distinct()[:SLICE])
    for receiver in people:
        for about in About:
            try:
                tell(receiver, about, terms)
            except Exception:  # nor must one of the people
                logger.exception("a reminder was not written")
    return people[-1] if len(people) == SLICE else ""


def tell(receiver: str, about: str, terms: Terms) -> bool:
    """Write somebody's one text of a kind and day, if there is anything to say. Opens a transaction."""
    with transaction.atomic():
        waiting = Mention.objects.filter(receiver=receiver, reminder__about=about, digest=None).select_related("reminder")
        if not waiting.exists():
            return False
        digest, is_new = Digest.objects.get_or_create(receiver=receiver, about=about, on=terms.on)
        if not is_new:
            return False
        mentions = list(waiting)
        deadlines = _standing(mentions, terms)
        due = [mention for mention in mentions if mention.reminder in deadlines]
        Mention.objects.filter(pk__in=[mention.pk for mention in mentions if mention not in due]).delete()
        if not due:
            digest.delete()
            return False
        Mention.objects.filter(pk__in=[mention.pk for mention in due]).update(digest=digest)
        _write(due, deadlines, terms)
        return True


def _standing(mentions: list[Mention], terms: Terms) -> dict[Reminder, Deadline]:
    """The last days that are still as they were when they were remembered."""
    visas = near(Visa.objects.filter(pk__in=[mention.reminder.visa_id for mention in mentions]), terms).select_related("resident")
    last_days = {visa.pk: Deadline.of(visa, terms) for visa in visas}
    found = {mention.reminder: last_days.get(mention.reminder.visa_id) for mention in mentions}
    return {
        reminder: deadline
        for reminder, deadline in found.items()
        if deadline and (deadline.about, deadline.on) == (reminder.about, reminder.deadline_on)
    }


def _write(mentions: list[Mention], deadlines: dict[Reminder, Deadline], terms: Terms) -> None:
    """One visa is spoken of as such, several by their number and the first of their last days."""
    deadline = min((deadlines[mention.reminder] for mention in mentions), key=lambda each: each.on)
    visas = {mention.reminder.visa_id for mention in mentions}
    values = {"by_on": deadline.on.isoformat(), "left_days": deadline.days_left(terms.on)}
    if len(visas) > 1:
        template, values = f"visas-{deadline.about}", values | {"visas": len(visas)}
    else:
        own = deadline.about == About.RETURN and all(mention.is_own for mention in mentions)
        template, values = f"visa-{deadline.about}{'-own' if own else ''}", values | {"last4": deadline.visa.resident.last4}
    post(
        template=template,
        language=mentions[0].language,
        receiver=mentions[0].receiver,
        arguments=values,
        useless_after=datetime.combine(deadline.on + ONE_DAY, time(), RIYADH),
    )
