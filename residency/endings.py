"""Residencies that end soon, told to the main users who reach the people: each account's in one sentence."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.urls import reverse

from accounts.endings import DAYS, accounts_of
from accounts.models import Account, User
from accounts.models.notices import Kind, Words, is_due, note, send
from muqeem.record.terms import Terms
from muqeem.sentences import Sentence, say
from residency.attention import RESIDENCIES_END, RESIDENCY_ENDS
from residency.lists import SOON
from residency.models import Resident


def of_residencies(user: User, after: date, terms: Terms) -> None:
    """Tell a main user whose residencies end: each account's on the page, all of them in the message of the day."""
    all_due: dict[int, date] = {}
    for account in accounts_of(user):
        due = _due(account, after, terms)
        if due:
            said, leads_to = _said(due, terms)
            note(user, Kind.ENDING, said, account=account, leads_to=leads_to)
        all_due |= due
    if all_due:
        words = _words(all_due, terms)
        send(user, Kind.ENDING, text=words, mail=words)


def _due(account: Account, after: date, terms: Terms) -> dict[int, date]:
    """The keys and last days of those who are to be spoken of."""
    days = terms.numbers(DAYS)
    last_days = [terms.on + timedelta(days=n) for n in range(max(days) + 1)]
    spoken_of = [day for day in last_days if is_due(day, days, after=after, today=terms.on)]
    reach = Resident.objects.reachable_by(account).here().filter(permit_ends_on__in=spoken_of)
    return {pk: day for pk, day in reach.values_list("pk", "permit_ends_on") if day}


def _said(due: Mapping[int, date], terms: Terms) -> tuple[Sentence, str]:
    """One person is spoken of by name, several by their number and the first last day; and the page that shows them."""
    ends_on = min(due.values())
    if len(due) > 1:
        listed = {"list": "expiring"} if ends_on <= terms.on + SOON else {}
        return say(RESIDENCIES_END, ending_residents=len(due), ends_on=ends_on), reverse("residents", query=listed)
    person = Resident.objects.get(pk__in=due)
    return say(RESIDENCY_ENDS, name=person.names, ends_on=ends_on), reverse("resident", args=[person.uuid])


def _words(due: Mapping[int, date], terms: Terms) -> Words:
    ends_on = min(due.values())
    values = {"ends_on": ends_on.isoformat(), "left_days": (ends_on - terms.on).days}
    if len(due) > 1:
        return Words("residencies-end", values | {"ending_residents": len(due)})
    person = Resident.objects.get(pk__in=due)
    return Words("residency-ends", values | {"last4": person.last4, "of": str(person.uuid)})
