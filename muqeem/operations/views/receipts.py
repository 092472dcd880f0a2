"""What came of it: receipts, their pages, the account's operations."""

import logging
import time
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, UUIDField, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.access import MemberRequest, member
from accounts.models import OperationToken, User
from accounts.models.limits import TRIES_A_TOKEN
from accounts.models.tokens import TIME_TO_CONFIRM
from muqeem import catalogue, clock, keyset, pdf
from muqeem.facts import named, outcomes
from muqeem.operations.base import registry
from muqeem.operations.models import Document, Preparation, Print, Receipt, residents_reached
from muqeem.operations.tasks import print_copy
from muqeem.record.models import Event
from muqeem.sentences import Sentence
from muqeem.serials import clean_serial

logger = logging.getLogger(__name__)

WAIT = 2.0  # seconds that "Look again" may wait for a page that is nearly ready
PAGE = 25
KINDS = ("operation", "refusal")  # of the journal's lines, those that the list shows


@member
def receipt(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """The receipt with its pages. It never looks at the services of today."""
    seen = Receipt.objects.seen_by(request.membership).select_related("account", "user", "token__confirms__user")
    found = get_object_or_404(seen, uuid=uuid)
    reach = residents_reached(request.account, request.membership.branch_ids())
    documents = _documents(found, until=time.monotonic() + (WAIT if "wait" in request.GET else 0))
    context = {
        "receipt": found,
        "operation": {"title": found.title, "done_title": named(found.titles)},
        "facts": found.facts,
        "changed": outcomes(found.facts),
        "fee": found.fee,
        "documents": documents,
        "printable": any(page["state"] != "failed" for page in documents),
        "all_ready": len(documents) > 1 and all(page["state"] == "ready" for page in documents),
        "already_done": "again" in request.GET,
        "resident_uuid": reach.filter(pk=found.resident_id).values_list("uuid", flat=True).first(),
    }
    return render(request, "operations/receipt.html", context)


def _documents(found: Receipt, *, until: float) -> list[dict[str, Any]]:
    """The pages of a receipt. Whoever looks again is answered as soon as they are there, or when the time is up."""
    newest = [(page, _newest(page)) for page in found.pages()]
    for _page, printed in newest:
        while printed.state == "progress" and time.monotonic() < until:
            time.sleep(0.1)
            printed.refresh_from_db()
    return [_shown(page, printed) for page, printed in newest]


def _shown(page: Document, newest: Print) -> dict[str, Any]:
    """A page as its component shows it. `next_copy` is what the button promises to print: the form posts it."""
    next_copy = newest.copy if newest.is_fresh else newest.copy + 1
    return {
        "name": page.facts.get("name"),
        "serial": page.serial,
        "code": page.code,
        "state": newest.state,
        "copy": newest.copy,
        "next_copy": next_copy,
    }


def _newest(document: Document) -> Print:
    return document.prints.latest("copy")


@member
def document(request: MemberRequest, serial: str) -> HttpResponse:
    """The document's address leads to its receipt."""
    _document, found = _seen(request, serial)
    return redirect("receipt", found.uuid)


@member
def document_pdf(request: MemberRequest, serial: str) -> HttpResponseBase:
    """The newest copy as a file; while it is being made, the receipt shows the progress."""
    page, found = _seen(request, serial)
    printed = _newest(page)
    if not printed.ready:
        return redirect("receipt", found.uuid)
    try:
        file = printed.file.open()
    except FileNotFoundError:
        return _without_file(request, found, printed)
    return _file(request, file, f"{page.serial}-{printed.copy}.pdf")


@member
def receipt_pdf(request: MemberRequest, uuid: UUID) -> HttpResponseBase:
    """The newest copies of all pages of a receipt as one file: a family prints once."""
    found = get_object_or_404(Receipt.objects.seen_by(request.membership), uuid=uuid)
    newest = [_newest(page) for page in found.pages().select_related("receipt")]
    if not newest or not all(printed.ready for printed in newest):
        return redirect("receipt", found.uuid)
    contents = []
    for printed in newest:
        try:
            with printed.file.open() as file:
                contents.append(file.read())
        except FileNotFoundError:
            return _without_file(request, found, printed)
    return _file(request, BytesIO(pdf.joined(contents)), f"{found.number}.pdf")


def _file(request: MemberRequest, file: Any, name: str) -> FileResponse:
    """A file that is kept, or by default shown by the browser, ready to be printed."""
    return FileResponse(file, as_attachment="download" in request.GET, filename=name, content_type="application/pdf")


def _without_file(request: MemberRequest, found: Receipt, lost: Print) -> HttpResponse:
    """A copy that is on record and not in the storage: only the next one can be printed."""
    logger.error("the file of a copy is missing", extra={"reference": f"{lost.document.serial}-{lost.copy}.pdf"})
    context = {
        "operation": {"title": found.title},
        "receipt": found,
        "document": _shown(lost.document, lost) | {"next_copy": lost.copy + 1},
    }
    return render(request, "operations/file_missing.html", context, status=404)


@member
@require_POST
def document_copies(request: MemberRequest, serial: str) -> HttpResponse:
    """Ask for a copy on paper. The first print of a fresh page is copy 1; every further one is numbered.

    The form names the copy that its button promised. Whoever posts it again has taken that copy and is led to it.
    """
    page, found = _seen(request, serial)
    with transaction.atomic():
        taken = _taken(page, request.POST.get("copy", ""), request.user)
    return redirect("document-pdf", serial) if taken and taken.ready else redirect("receipt", found.uuid)


@member
@require_POST
def receipt_copies(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Ask for all pages of a receipt on paper; the form names the copy of each, as its own button would."""
    found = get_object_or_404(Receipt.objects.seen_by(request.membership), uuid=uuid)
    with transaction.atomic():
        taken = [_taken(page, request.POST.get(page.serial, ""), request.user) for page in found.pages()]
    return redirect("receipt-pdf" if all(copy and copy.ready for copy in taken) else "receipt", found.uuid)


def _taken(found: Document, promised: str, user: User) -> Print | None:
    """The copy that a button promised, or the newest one where the promise was kept before; None if no button of ours did."""
    newest = Document.objects.select_for_update().get(pk=found.pk).prints.latest("copy")
    if promised not in {str(number) for number in range(1, newest.copy + 2)}:
        return None
    if not found.prints.filter(copy__gte=int(promised), taken_by=user).exists():
        if int(promised) > newest.copy or not newest.is_fresh:
            newest = print_copy(found, user)
        newest.take(user)
    return newest


def _seen(request: MemberRequest, serial: str) -> tuple[Document, Receipt]:
    """A page and the receipt through which the member sees it: its own, or one of a copy, where another account made the page."""
    try:
        page = get_object_or_404(Document, serial=clean_serial(serial))
    except ValidationError:
        raise Http404 from None
    receipts = Receipt.objects.seen_by(request.membership).filter(Q(documents=page) | Q(copies__document=page))
    found = receipts.order_by("pk").first()  # its own is older than any of a copy
    if found is None:
        raise Http404
    return page, found


@member
def my_operations(request: MemberRequest) -> HttpResponse:
    """What was done and what was refused for the account, newest first, with who and why."""
    events = _events_seen(request).order_by("-id")
    page = list(keyset.before(events, request.GET.get("before", ""))[: PAGE + 1])
    names = User.names_of(event.actor for event in page)
    context = {
        "open": _open(request),
        "waiting": _waiting(request),
        "rows": [_row(event, names) for event in page[:PAGE]],
        "next": page[PAGE - 1].pk if len(page) > PAGE else None,
    }
    return render(request, "operations/my_operations.html", context)


def _events_seen(request: MemberRequest) -> QuerySet[Event]:
    """The account's operations and refusals; to a member limited to branches, those of their residents and the member's own."""
    events = Event.objects.of_account(request.account.number).filter(kind__in=KINDS)
    branches = request.membership.branch_ids()
    if not branches:
        return events
    reach = residents_reached(request.account, branches)
    done = Receipt.objects.filter(uuid=OuterRef("about"), resident__in=reach)
    asked = OperationToken.objects.filter(uuid=OuterRef("about")).annotate(number=KT("data__iqama_number"))
    refused = asked.filter(number__in=reach.values("iqama_number"))
    # The subject of other kinds is no uuid; only a case keeps the database from reading it as one.
    about = Case(When(kind__in=KINDS, then=Cast("subject", UUIDField())))
    return events.annotate(about=about).filter(Q(actor=request.user.username) | Exists(done) | Exists(refused))


def _open(request: MemberRequest) -> list[OperationToken]:
    """The journeys that this member may carry on, those that wait for their code and those that end first in front."""
    mine = OperationToken.objects.filter(user=request.user, account=request.account, slug__in=list(registry))
    begun = Q(verified_at=None, tries__lt=TRIES_A_TOKEN, created_at__gt=clock.now() - TIME_TO_CONFIRM)
    opened = Q(verified_at__isnull=False, expires_at__gt=clock.now())
    live = mine.filter(begun | opened, used_at=None, closed_at=None).order_by(F("expires_at").asc(nulls_first=True), "-pk")
    return [token for token in live if request.membership.may(token.slug)]


def _waiting(request: MemberRequest) -> QuerySet[Preparation]:
    """What was prepared for the account and waits for a second person, the oldest first."""
    seen = Preparation.objects.waiting().seen_by(request.membership)
    return seen.select_related("token", "prepared_by").order_by("pk")[:PAGE]


def _row(event: Event, names: Mapping[str, Any]) -> dict[str, Any]:
    done = event.kind == "operation"
    mend = event.data.get("mend")
    return {
        "at": event.at,
        "title": catalogue.title(event.data["slug"]),
        "person": event.data.get("name") or "",
        "outcome": "done" if done else "refused",
        "who": names.get(event.actor, event.actor),
        "reason": "" if done else Sentence.of(event.data["reason"]),
        "mend": Sentence.of(mend) if mend else "",
        "receipt": {"uuid": event.subject, "number": event.data["receipt"]} if done else None,
    }
