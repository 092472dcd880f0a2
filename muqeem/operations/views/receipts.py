"""What came of it: receipts, their pages, the account's operations."""

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.access import MemberRequest, member
from accounts.models import OperationToken, User
from muqeem import catalogue, clock
from muqeem.facts import named
from muqeem.operations.base import registry
from muqeem.operations.models import Document, Print, Receipt
from muqeem.operations.tasks import print_copy
from muqeem.record.models import Event
from muqeem.sentences import Sentence
from muqeem.serials import clean_serial

WAIT = 2.0  # seconds that "Look again" may wait for a page that is nearly ready
PAGE = 25


@member
def receipt(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """The receipt with its pages. It never looks at the services of today."""
    found = get_object_or_404(Receipt.objects.select_related("account", "user", "resident"), uuid=uuid, account=request.account)
    context = {
        "receipt": found,
        "operation": {"title": found.title, "done_title": named(found.titles)},
        "facts": found.facts,
        "fee": found.fee,
        "documents": _documents(found, until=time.monotonic() + (WAIT if "wait" in request.GET else 0)),
        "already_done": "again" in request.GET,
        "resident_uuid": found.resident.uuid,
    }
    return render(request, "operations/receipt.html", context)


def _documents(found: Receipt, *, until: float) -> list[dict[str, Any]]:
    """The pages of a receipt. Whoever looks again is answered as soon as they are there, or when the time is up."""
    newest = [(page, _newest(page)) for page in found.documents.order_by("pk")]
    for _page, printed in newest:
        while printed.state == "progress" and time.monotonic() < until:
            time.sleep(0.1)
            printed.refresh_from_db()
    return [{"serial": page.serial, "code": page.code, "state": printed.state, "copy": printed.copy} for page, printed in newest]


def _newest(document: Document) -> Print:
    return document.prints.latest("copy")


@member
def document(request: MemberRequest, serial: str) -> HttpResponse:
    """The document's address leads to its receipt."""
    return redirect("receipt", _of_account(request, serial).receipt.uuid)


@member
def document_pdf(request: MemberRequest, serial: str) -> HttpResponseBase:
    """The newest copy as a file; while it is being made, the receipt shows the progress."""
    found = _of_account(request, serial)
    printed = _newest(found)
    if not printed.ready:
        return redirect("receipt", found.receipt.uuid)
    name = f"{found.serial}-{printed.copy}.pdf"
    download = "download" in request.GET  # else the browser shows it, ready to be printed
    return FileResponse(printed.file.open(), as_attachment=download, filename=name, content_type="application/pdf")


@member
@require_POST
def document_copies(request: MemberRequest, serial: str) -> HttpResponse:
    """Ask for a copy on paper. The first print of a fresh page is copy 1; every further one is numbered."""
    found = _of_account(request, serial)
    with transaction.atomic():
        newest = Document.objects.select_for_update().get(pk=found.pk).prints.latest("copy")
        if newest.taken_at or newest.failed_at:
            newest = print_copy(found, request.user)
        newest.take()
    return redirect("document-pdf", serial) if newest.ready else redirect("receipt", found.receipt.uuid)


def _of_account(request: MemberRequest, serial: str) -> Document:
    try:
        number = clean_serial(serial)
    except ValidationError:
        raise Http404 from None
    return get_object_or_404(Document.objects.select_related("receipt"), serial=number, receipt__account=request.account)


@member
def my_operations(request: MemberRequest) -> HttpResponse:
    """What was done and what was refused for the account, newest first, with who and why."""
    before = request.GET.get("before", "")
    events = Event.objects.of_account(request.account.number).filter(kind__in=["operation", "refusal"]).order_by("-id")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        events = events.filter(id__lt=int(before))
    page = list(events[: PAGE + 1])
    names = {user.username: user.names for user in User.objects.filter(username__in={event.actor for event in page})}
    context = {
        "open": _open(request),
        "rows": [_row(event, names) for event in page[:PAGE]],
        "next": page[PAGE - 1].pk if len(page) > PAGE else None,
    }
    return render(request, "operations/my_operations.html", context)


def _open(request: MemberRequest) -> list[OperationToken]:
    """The journeys that this member may carry on, those that end first in front."""
    mine = OperationToken.objects.filter(user=request.user, account=request.account, slug__in=list(registry))
    live = mine.filter(verified_at__isnull=False, used_at=None, closed_at=None, expires_at__gt=clock.now())
    return [token for token in live.order_by("expires_at") if request.membership.may(token.slug)]


def _row(event: Event, names: Mapping[str, Any]) -> dict[str, Any]:
    done = event.kind == "operation"
    return {
        "at": event.at,
        "title": catalogue.title(event.data["slug"]),
        "person": event.data.get("name") or "",
        "outcome": "done" if done else "refused",
        "who": names.get(event.actor, event.actor),
        "reason": "" if done else Sentence.of(event.data["reason"]),
        "receipt": {"uuid": event.subject, "number": event.data["receipt"]} if done else None,
    }
