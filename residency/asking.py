"""Asking the employer to do what the law lets the employer pay for."""

from datetime import timedelta
from enum import Enum

from django.db import transaction

from accounts.models import User
from accounts.models.attempts import Attempt
from muqeem import clock
from muqeem.record.models import Event
from muqeem.record.outbox import post
from residency.models import Resident

AGAIN_AFTER = timedelta(days=1)
KIND = "asked-employer"


class Answer(Enum):
    """What came of it."""

    ASKED = "asked"
    ALREADY = "already"
    NOBODY = "nobody"


def ask(person: Resident, slug: str, user: User) -> Answer:
    """Text the employer's main users, once a day for a person and a service. Opens a transaction."""
    phones = [phone for member in person.sponsor.main_users() if (phone := member.user.phone())]
    if not phones:
        return Answer.NOBODY
    subject = str(person.uuid)
    with transaction.atomic():
        Attempt.lock(f"{KIND} {subject} {slug}")
        asked = Event.objects.filter(kind=KIND, subject=subject, data__slug=slug, at__gt=clock.Now() - AGAIN_AFTER)
        if asked.exists():
            return Answer.ALREADY
        for phone in phones:
            post(
                template="ask-employer",
                language=phone.user.language,
                receiver=phone.number,
                account=person.sponsor.number,
                arguments={"slug": slug, "last4": person.last4},
            )
        Event.objects.write(KIND, actor=user.username, account=person.sponsor.number, subject=subject, slug=slug)
    return Answer.ASKED
