"""The desk's pages. Every address leads from an exact number; every look is noted; nobody but clerks sees any of it."""

import logging
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import PortalRequest, clerk
from muqeem import clock, facts, keyset
from muqeem.operations.models import Document
from muqeem.serials import clean_serial, in_a_sentence, show_serial
from residency.desk import queue, shift, work
from residency.desk.comparison import compare, judge, label, page_now, register_now
from residency.desk.finding import find
from residency.desk.forms import CardForm, ScanForm, UndoForm, focus
from residency.desk.reading import Kind, Reading, Seal
from residency.models import Hold, Resident
from residency.models.cards import AlreadyPrinted, Card, SerialUsed, TooLateToUndo

logger = logging.getLogger(__name__)

WAIT = 2.0  # seconds that opening a copy may wait for it
LATEST = 6
WAITING = 8
ACTS = 50  # of a shift, on one page


# --- the field ---


@clerk
def desk(request: PortalRequest) -> HttpResponse:
    """The field, and what a text in it leads to."""
    form = ScanForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reading, found = find(form.cleaned_data["scan"])
        look = shift.note_look(request.user, reading, found)
        if found is None:
            form.add_error("scan", _not_found(reading))
        elif found.document is None:
            return redirect("desk-resident", found.resident.uuid)
        else:
            return redirect(f"{reverse('desk-document', args=[found.document.serial])}?look={look}")
    rows, _more = queue.page(size=WAITING)
    context = _frame(request, form) | {"waiting": rows, "waiting_count": queue.count()}
    return render(request, "residency/desk/desk.html", context, status=422 if form.errors else 200)


def _not_found(reading: Reading) -> ValidationError:
    match reading.kind:
        case Kind.SEAL if reading.seal != Seal.GENUINE:
            words = _("The seal is not genuine, and no page has its number %(number)s.")
        case Kind.SEAL | Kind.SERIAL:
            words = _("No page has the document number %(number)s.")
        case Kind.RECEIPT:
            words = _("No receipt has the number %(number)s.")
        case Kind.IQAMA:
            words = _("Nobody in the register has the iqama number %(number)s.")
    number = in_a_sentence(show_serial(reading.number)) if reading.kind in {Kind.SEAL, Kind.SERIAL} else reading.number
    return ValidationError(words, code="not_found", params={"number": number})


def _frame(request: PortalRequest, form: ScanForm, *, begin_in: Any = None) -> dict[str, Any]:
    """What stands around every answer: the field, and the last lines of the shift. A form that failed takes the focus."""
    focus(begin_in or form)
    return {"form": form, "latest": shift.lines(shift.acts(request.user, clock.today())[:LATEST])}


# --- a page, a person ---


@clerk
def document(request: PortalRequest, serial: str) -> HttpResponse:
    """A page as it was issued beside the register as it is now."""
    return _answer(request, _page_of(serial))


def _answer(request: PortalRequest, page: Document, *, status: int = 200, card_form: Any = None, undo_form: Any = None) -> HttpResponse:
    resident, today = page.resident, clock.today()
    shift.note_view(request.user, resident)
    rows = compare(page, page_now(page, today))
    verdict = judge(page, _paper(request, page), sum(row.differs for row in rows), today)
    failed = card_form or undo_form
    context = _frame(request, ScanForm(), begin_in=failed)
    context |= _person(resident) | {
        "document": page,
        "receipt": page.receipt,
        "verdict": verdict,
        "rows": rows,
        "copies": page.prints.count(),
        "look": _query(request),
        "card": None if verdict.is_bad else _card(request, page, card_form, undo_form),
        "failed": failed,
    }
    return render(request, "residency/desk/document.html", context, status=status)


def _query(request: PortalRequest) -> str:
    """The rest of the page's address: which look it answers. What is posted from the page comes back to the same answer."""
    return f"?{urlencode({'look': request.GET['look']})}" if "look" in request.GET else ""


def _back(request: PortalRequest, page: Document) -> HttpResponse:
    return redirect(f"{reverse('desk-document', args=[page.serial])}{_query(request)}")


def _paper(request: PortalRequest, page: Document) -> Seal:
    """What the scan that led here found of the paper's seal. A page that was opened by its number was not scanned."""
    look = shift.look_called(request.user, request.GET.get("look", ""), page)
    return Seal(look.data["seal"]) if look else Seal.UNSCANNED


@clerk
def resident(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A person of whom the portal has issued no page: the register as it is now."""
    person = get_object_or_404(_people(), uuid=uuid)
    shift.note_view(request.user, person)
    rows = [{"label": label(key), "value": facts.show(key, value)} for key, value in facts.ordered(register_now(person, clock.today()))]
    context = _frame(request, ScanForm()) | _person(person) | {"rows": rows}
    return render(request, "residency/desk/resident.html", context)


def _person(resident: Resident) -> dict[str, Any]:
    today = clock.today()
    return {
        "resident": resident,
        "iqama": resident.iqama,
        "days_left": resident.iqama.days_left(today) if resident.iqama else None,
        "outside_since": resident.outside_since(),
        "holds": list(Hold.objects.standing(today).filter(resident=resident).order_by("-since_on")),
    }


def _people() -> QuerySet[Resident]:
    return Resident.objects.select_related("occupation", "sponsor", "head")


def _page_of(serial: str) -> Document:
    """The page with exactly this number."""
    try:
        number = clean_serial(serial)
    except ValidationError:
        raise Http404 from None
    pages = Document.objects.select_related("receipt", "resident__occupation", "resident__sponsor", "resident__head")
    return get_object_or_404(pages, serial=number)


# --- copies on paper ---


@clerk
@require_POST
def copies(request: PortalRequest, serial: str) -> HttpResponse:
    """Ask for a copy, named by the button that promised it; it opens as soon as it is there."""
    page = _page_of(serial)
    promised = request.POST.get("copy", "")
    if promised not in {str(number) for number in range(1, page.prints.count() + 2)}:
        return redirect("desk-document", page.serial)  # no button of ours
    work.new_copy(page, request.user, int(promised))
    return redirect(f"{reverse('desk-copy', args=[page.serial])}?wait=1")


@clerk
def copy(request: PortalRequest, serial: str) -> HttpResponse:
    """The copy that this clerk asked for last: on the way, ready, or failed."""
    page = _page_of(serial)
    printed = work.copy_of(page, request.user)
    if printed is None:
        raise Http404
    if "wait" in request.GET:
        work.wait_for(printed, WAIT)
        if printed.ready:
            return redirect("desk-pdf", page.serial)
    return render(request, "residency/desk/copy.html", {"document": page, "printed": printed, "state": printed.state})


@clerk
def pdf(request: PortalRequest, serial: str) -> HttpResponseBase:
    """The file of that copy."""
    page = _page_of(serial)
    printed = work.copy_of(page, request.user)
    if printed is None:
        raise Http404
    if not printed.ready:
        return redirect("desk-copy", page.serial)
    shift.note_view(request.user, page.resident)
    name = f"{page.serial}-{printed.copy}.pdf"
    try:
        return FileResponse(printed.file.open(), filename=name, content_type="application/pdf")
    except FileNotFoundError:
        logger.error("the file of a copy is missing", extra={"reference": name})
        return render(request, "residency/desk/copy.html", {"document": page, "printed": printed, "state": "missing"}, status=404)


# --- the card ---


def _card(request: PortalRequest, page: Document, card_form: Any, undo_form: Any) -> dict[str, Any] | None:
    """What stands about the card of a page: it is printed, it may be, or why it may not be."""
    iqama = work.iqama_of(page)
    if iqama is None:
        return None
    printed = work.card_of(iqama)
    if printed:
        may_undo = printed.may_be_undone_by(request.user)
        return {"printed": printed, "may_undo": may_undo, "undo_form": undo_form or UndoForm()}
    reason = work.why_no_card(page.resident, iqama, clock.today())
    return {"printed": None, "reason": reason, "form": card_form or CardForm(document=page)}


@clerk
@require_POST
def card(request: PortalRequest, serial: str) -> HttpResponse:
    """Record the card that was printed."""
    page = _page_of(serial)
    form = CardForm(request.POST, document=page)
    if form.is_valid():
        try:
            printed = work.record_card(page, form.cleaned_data["card"], request.user, clock.today())
        except AlreadyPrinted as already:
            if already.card.serial != form.cleaned_data["card"]:
                messages.warning(request, _not_again(already.card))
            return _back(request, page)
        except SerialUsed:
            form.add_error("card", _("A card with this serial has been recorded already."))
        except work.NoCard as no:
            messages.warning(request, str(no))
            return _back(request, page)
        else:
            words = _("Card %(card)s is recorded. It can be undone until %(time)s.")
            time = printed.undo_until.astimezone(clock.RIYADH)
            messages.success(request, words % {"card": printed.serial, "time": f"{time:%H:%M}"})
            return _back(request, page)
    return _answer(request, page, status=422, card_form=form)


def _not_again(printed: Card) -> str:
    words = _("Card %(card)s was recorded for this renewal already: %(moment)s. Nothing was changed.")
    return words % {"card": printed.serial, "moment": facts.moment_in_text(printed.at)}


@clerk
@require_POST
def undo(request: PortalRequest, serial: str) -> HttpResponse:
    """Take the record of the card back, with a reason, within ten minutes."""
    page = _page_of(serial)
    iqama = work.iqama_of(page)
    printed = work.card_of(iqama) if iqama else None
    form = UndoForm(request.POST)
    if printed is not None and not form.is_valid():
        return _answer(request, page, status=422, undo_form=form)
    try:
        if printed is None:
            raise TooLateToUndo
        work.undo_card(printed, request.user, form.cleaned_data["reason"])
    except TooLateToUndo:
        messages.warning(request, _("The card can no longer be undone here. Nothing was changed."))
    else:
        messages.success(request, _("Card %(card)s is undone; the renewal waits for its card again.") % {"card": printed.serial})
    return _back(request, page)


# --- lists ---


@clerk
def todays_work(request: PortalRequest) -> HttpResponse:
    """What this clerk did today, the newest first."""
    today = shift.acts(request.user, clock.today())
    rows = list(keyset.before(today, request.GET.get("before", ""))[: ACTS + 1])
    context = _frame(request, ScanForm()) | {
        "tally": shift.tally(request.user, clock.today()),
        "rows": shift.lines(rows[:ACTS]),
        "next": f"before={rows[ACTS - 1].pk}" if len(rows) > ACTS else "",
        "today": clock.today(),
    }
    return render(request, "residency/desk/shift.html", context)


@clerk
def cards_awaited(request: PortalRequest) -> HttpResponse:
    """Renewals without a card, the oldest first."""
    rows, after = queue.page(request.GET.get("after", ""))
    context = _frame(request, ScanForm()) | {"rows": rows, "count": queue.count(), "next": f"after={after}" if after else ""}
    return render(request, "residency/desk/queue.html", context)
