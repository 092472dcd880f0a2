"""The clerk's shift: what was looked at and done at the desk on one day, line by line in the journal.

The subject of these lines is the shift itself, a clerk's Riyadh day, so that a shift is read back by its index however
long the journal is. Looks are not chained, like everybody's; acts are.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from muqeem import catalogue, clock
from muqeem.operations.models import Document
from muqeem.record.models import Event, EventQuerySet
from muqeem.serials import show_serial
from residency.desk.finding import Found
from residency.desk.reading import Kind, Reading, Seal
from residency.models import Resident, View


class Act(StrEnum):
    """What a clerk does; the kinds of the journal's lines."""

    LOOK = "desk-look"
    PRINT = "desk-print"
    CARD = "card-printed"
    UNDO = "card-undone"


@dataclass(frozen=True)
class Line:
    """One line of a shift, as the desk shows it: what lay on the desk, and what came of it."""

    at: datetime
    shown: str  # the page's number in groups, or what was asked for and not found
    serial: str
    title: str
    last4: str
    tone: str
    icon: str
    outcome: str
    reason: str = ""


def subject_of(clerk: User, day: date) -> str:
    """The shift's name in the journal."""
    return f"shift {clerk.uuid} {day:%Y-%m-%d}"


def acts(clerk: User, day: date) -> EventQuerySet:
    """A day's lines, the newest first."""
    return Event.objects.filter(subject=subject_of(clerk, day)).order_by("-id")


def tally(clerk: User, day: date) -> list[dict[str, Any]]:
    """How much of everything was done in a day."""
    counted = dict(acts(clerk, day).order_by().values_list("kind").annotate(Count("id")))
    labels = {Act.LOOK: _("Looked up"), Act.PRINT: _("Copies printed"), Act.CARD: _("Cards recorded"), Act.UNDO: _("Cards undone")}
    return [{"label": label, "n": counted.get(act, 0)} for act, label in labels.items()]


def lines(events: Iterable[Event]) -> list[Line]:
    """The journal's lines as the desk shows them."""
    return [_line(event) for event in events]


def _line(event: Event) -> Line:
    data = event.data
    tone, icon, outcome = _outcome(event)
    return Line(
        at=event.at,
        shown=_shown(data),
        serial=data.get("serial", ""),
        title=catalogue.title(data["slug"]) if "slug" in data else "",
        last4=data.get("last4", ""),
        tone=tone,
        icon=icon,
        outcome=outcome,
        reason=data.get("reason", ""),
    )


def _shown(data: dict[str, Any]) -> str:
    """A page's number in groups, also of one that was not found; any other number as it is."""
    if "serial" in data:
        return show_serial(data["serial"])
    number = data.get("number", "")
    return show_serial(number) if data.get("read") == Kind.SERIAL else str(number)


def _outcome(event: Event) -> tuple[str, str, str]:
    data = event.data
    match event.kind:
        case Act.PRINT:
            return "info", "print", _("Copy %(n)s") % {"n": data["copy"]}
        case Act.CARD:
            return "good", "card", _("Card printed")
        case Act.UNDO:
            return "warn", "back", _("Card undone")
    if data["seal"] not in {Seal.UNSCANNED, Seal.GENUINE}:
        return "bad", "unmet", _("Not genuine")
    if not data["found"]:
        return "warn", "search", _("Not found")
    if data["seal"] == Seal.GENUINE:
        return "good", "check", pgettext("seal", "Genuine")
    return "", "search", _("By number")


def note_look(clerk: User, reading: Reading, found: Found | None) -> str:
    """Note what was read at the desk and what it led to; the name by which the page that opens finds it again."""
    name = str(uuid.uuid4())
    told: dict[str, Any] = {"look": name, "read": reading.kind, "found": found is not None}
    if found:
        told |= _of(found.document, found.resident) | {"seal": found.seal}
    else:
        told |= {"number": reading.number[-4:] if reading.is_personal else reading.number, "seal": reading.seal}
    Event.objects.write(Act.LOOK, **_whose(clerk), **told)
    return name


def look_called(clerk: User, name: str, document: Document) -> Event | None:
    """The look of today that led to this page, if it was this clerk's."""
    try:
        look = str(uuid.UUID(name))
    except ValueError:
        return None
    return acts(clerk, clock.today()).filter(kind=Act.LOOK, data__look=look, data__serial=document.serial).first()


def seal_act(act: Act, clerk: User, document: Document, **data: Any) -> None:
    """Chain what a clerk did. Requires the transaction of the deed; call it last."""
    Event.objects.seal(act, **_whose(clerk), **_of(document, document.resident), **data)


def note_view(clerk: User, resident: Resident) -> None:
    """Note that a person's data was shown to a clerk, for the person to know."""
    View.objects.create(resident=resident, user=clerk, office=clerk.office)


def _whose(clerk: User) -> dict[str, Any]:
    assert clerk.office is not None
    return {"actor": clerk.username, "subject": subject_of(clerk, clock.today()), "office": clerk.office.code}


def _of(document: Document | None, resident: Resident) -> dict[str, str]:
    person = {"resident": str(resident.uuid), "last4": resident.last4}
    return person | {"serial": document.serial, "slug": document.receipt.slug} if document else person
