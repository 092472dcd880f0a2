"""Pages are rendered here, each copy once. The task is a hint; the row decides whether anything is left to do."""

import hashlib
import logging
from contextlib import suppress
from datetime import timedelta
from functools import partial

from celery import shared_task
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from muqeem import clock, pdf
from muqeem.operations.files import keep
from muqeem.operations.models import Document, Print, Receipt
from muqeem.operations.page import page_context

logger = logging.getLogger(__name__)

ATTEMPTS = 5
FULL_DISK_WAITS = timedelta(seconds=30)  # as often as it takes: the page can do nothing for it


@shared_task(name="operations.render")
def render(*, copy: int, **_: object) -> None:
    """Render one copy if nobody else does."""
    produce(copy)


def produce(pk: int) -> None:
    """Render one copy now. What can never be rendered is shown to staff with its reason; the rest is tried again."""
    printed = Print.lease(pk)
    if printed is None:
        return
    if printed.attempts > ATTEMPTS:  # its worker died again and again
        printed.fail(printed.error or "every worker died that tried to make the page")
        return
    try:
        content = pdf.render(printed.document.page, page_context(printed))
    except (pdf.Unprintable, pdf.Overfull, pdf.Unfetchable) as error:
        logger.error("a page cannot be printed", extra={"reference": printed.document.serial})
        printed.fail(f"{type(error).__name__}: {error}")
        return
    except Exception as error:
        logger.exception("a page was not printed", extra={"reference": printed.document.serial})
        printed.postpone(timedelta(seconds=2**printed.attempts), f"{type(error).__name__}: {error}")
        return
    name = _name(printed, printed.attempts)
    try:
        file = keep(name, content)
    except OSError as error:
        logger.exception("a page could not be kept", extra={"reference": printed.document.serial})
        with suppress(OSError):
            default_storage.delete(name)
        printed.postpone(FULL_DISK_WAITS, f"{type(error).__name__}: {error}", blameless=True)
        return
    if not printed.rendered(file, hashlib.sha256(content).hexdigest()):
        default_storage.delete(file)
        return
    for attempt in range(1, printed.attempts):  # a worker that died between its file and its row left the file behind
        default_storage.delete(_name(printed, attempt))


def _name(printed: Print, attempt: int) -> str:
    """Every attempt writes a file of its own, so that a late one cannot change what another has recorded."""
    day = clock.riyadh_day(printed.printed_at)
    return f"{day:%Y/%m}/{printed.document.serial}-{printed.copy}-{attempt}.pdf"


def print_copy(document: Document, user: User, *, first: bool = False, receipt: Receipt | None = None) -> Print:
    """Ask for one more copy on paper and tell a worker after the commit. Requires a transaction."""
    printed = document.print_copy(user, first=first, receipt=receipt)
    transaction.on_commit(partial(hint, printed.pk), robust=True)
    return printed


def hint(pk: int) -> None:
    """Tell a worker; the broker may be away, then the sweeper does it. Call it on commit."""
    try:
        render.apply_async(kwargs={"copy": pk}, retry=False)
    except Exception:  # noqa: BLE001 -- whatever the broker's client raises, the deed is done and the row is kept
        logger.warning("the broker is away; the sweeper will print")
