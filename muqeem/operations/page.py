"""From a receipt to its pages: each person's document with its seal, and what the printer is given."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings

from muqeem import clock, seal, serials
from muqeem.facts import stored
from muqeem.operations.base import Operation
from muqeem.operations.models import Document, Print, Receipt
from muqeem.record.texts import host


def told(operation: Operation, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What of one person's facts their text and their seal tell."""
    return {name: facts[key] for name, key in operation.tells.items() if facts.get(key) is not None}


def document_of(operation: Operation, receipt: Receipt, person: Any, facts: Mapping[str, Any]) -> Document:
    """The sealed page of one person. Requires the receipt's transaction."""
    issued_on = clock.riyadh_day(receipt.at)
    days = {name: date.fromisoformat(day) for name, day in told(operation, facts).items() if name.endswith("_on")}
    dates = {"issued_on": issued_on} | days
    serial = serials.new_serial()
    sealed = seal.seal(seal.Payload(serial=serial, kind=receipt.slug, last_four=person.last4, birth_year=person.birth_on.year, dates=dates))
    return Document.objects.create(
        receipt=receipt,
        resident=person,
        serial=serial,
        page=operation.page,
        facts={**facts, "title": stored(operation.page_title)},
        seal=sealed,
        code=seal.check_code(sealed),
        issued_on=issued_on,
        valid_until=dates.get("until_on"),
    )


def page_context(printed: Print) -> dict[str, Any]:
    """All that the page's template is given; every text in it is judged by the printer."""
    document = printed.document
    receipt = document.receipt
    first = document.prints.filter(copy=1).get()
    return {
        "document": {
            "serial": document.serial,
            "serial_shown": serials.show_serial(document.serial),
            "code": serials.show_serial(document.code),
            "receipt_number": receipt.number,
            "issued_on": document.issued_on,
            "title": document.facts["title"],
        },
        # Of several people, each page may say what that person's part cost.
        "facts": {"total_sar": f"{receipt.total:.2f}", "done_on": clock.riyadh_day(receipt.at).isoformat()} | document.facts,
        "copy": printed.copy,
        "first_printed_at": first.printed_at,
        "printed_by": printed.printed_by,
        "printed_at": printed.printed_at,
        "seal_url": f"{settings.SITE_URL}/check/#{document.seal}",
        "host": host(),
        "demonstration": settings.DEMO,
        "authority": settings.ISSUING_AUTHORITY,
    }
