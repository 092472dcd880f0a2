"""What a clerk does with a page: a copy on paper, a card recorded, a record undone. Each is a line of the chain."""

import time
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from muqeem import hijri
from muqeem.operations.models import Document, Print
from muqeem.operations.tasks import print_copy
from residency.desk.shift import Act, seal_act
from residency.models import Card, Iqama, Resident
from residency.models.cards import CardRefused


class NoCard(CardRefused):
    """There is a reason, told by the text, why no card is printed for this page now."""


# --- copies ---


def new_copy(document: Document, clerk: User, promised: int) -> Print:
    """The copy that the button promised, printed by this clerk: a new one, once however often it is pressed.

    Opens a transaction.
    """
    with transaction.atomic():
        Document.objects.select_for_update().get(pk=document.pk)
        if made := document.prints.filter(copy__gte=promised, user=clerk, taken_at__isnull=False).order_by("-copy").first():
            return made
        printed = print_copy(document, clerk)
        printed.take()
        seal_act(Act.PRINT, clerk, document, copy=printed.copy)
    return printed


def copy_of(document: Document, clerk: User) -> Print | None:
    """The newest copy that this clerk asked for."""
    return document.prints.filter(user=clerk, taken_at__isnull=False).order_by("-copy").first()


def wait_for(printed: Print, seconds: float) -> None:
    """Look at a copy until it is ready or has failed, or the time is up."""
    until = time.monotonic() + seconds
    while printed.state == "progress" and time.monotonic() < until:
        time.sleep(0.1)
        printed.refresh_from_db()


# --- cards ---


def iqama_of(document: Document) -> Iqama | None:
    """The version of the residency that a page tells of; None if it tells of none."""
    version = document.facts.get("card_version")
    newest = document.resident.iqama
    if newest is not None and newest.version == version:
        return newest
    return Iqama.objects.filter(resident=document.resident_id, version=version).first() if isinstance(version, int) else None


def card_of(iqama: Iqama) -> Card | None:
    """The card that was printed for a version and not undone."""
    return Card.objects.standing().select_related("office", "user").filter(iqama=iqama).first()


def why_no_card(resident: Resident, iqama: Iqama, day: date) -> str:
    """Why this version gets no card now; nothing if it may have one."""
    if resident.deceased_on:
        return _("A death was recorded on %(date)s.") % {"date": hijri.format_gregorian(resident.deceased_on)}
    if resident.left_on:
        return _("The resident left for good on %(date)s.") % {"date": hijri.format_gregorian(resident.left_on)}
    newest = resident.iqama
    if newest and newest.version > iqama.version:
        return _("A newer version of the residency is on record: %(version)d. Its page is the one to bring.") % {"version": newest.version}
    if iqama.expires_on < day:
        return _("The residency expired on %(date)s.") % {"date": hijri.format_gregorian(iqama.expires_on)}
    return ""


def record_card(document: Document, serial: str, clerk: User, day: date) -> Card:
    """Record the card that was printed for a page. Opens a transaction. Raises a CardRefused; then nothing changed."""
    with transaction.atomic():
        resident = Resident.objects.select_for_update().get(pk=document.resident_id)
        iqama = iqama_of(document)
        if iqama is None:
            raise NoCard(_("This page tells of no residency, so no card follows from it."))
        if reason := why_no_card(resident, iqama, day):
            raise NoCard(reason)
        card = Card.record(document, iqama, serial, clerk)
        seal_act(Act.CARD, clerk, document, card=card.serial)
    return card


def undo_card(card: Card, clerk: User, reason: str) -> None:
    """Take the record of a card back. Opens a transaction. Raises TooLateToUndo; then nothing changed."""
    with transaction.atomic():
        Resident.objects.select_for_update().get(pk=card.resident_id)
        card.undo(clerk, reason)
        seal_act(Act.UNDO, clerk, card.document, card=card.serial, reason=reason)
