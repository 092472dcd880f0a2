"""From what was read to what the register holds: one page, or one person, by an exact number and in no other way."""

from collections.abc import Iterable
from dataclasses import dataclass

from muqeem.operations.models import Document
from residency.desk.reading import Kind, Reading, Seal
from residency.models import Resident


@dataclass(frozen=True)
class Found:
    """What a reading led to. A person without any page has no document."""

    resident: Resident
    document: Document | None
    seal: Seal


def find(readings: Iterable[Reading]) -> tuple[Reading, Found | None]:
    """The first reading that leads somewhere, and where; or the likeliest reading, and nothing."""
    tried = list(readings)
    for reading in tried:
        found = _person(reading) if reading.kind == Kind.IQAMA else _page(reading)
        if found:
            return reading, found
    return tried[0], None


def _page(reading: Reading) -> Found | None:
    documents = Document.objects.select_related("receipt", "resident")
    if reading.kind == Kind.RECEIPT:
        document = documents.filter(receipt__number=reading.number).order_by("pk").first()
    else:
        document = documents.filter(serial=reading.number).first()
    if document is None:
        return None
    other = reading.seal == Seal.GENUINE and reading.seal_text != document.seal
    return Found(document.resident, document, Seal.OTHER if other else reading.seal)


def _person(reading: Reading) -> Found | None:
    """The person of a number with the newest page: that of the residency before all others, for it is what cards follow."""
    resident = Resident.objects.filter(iqama_number=reading.number).first()
    if resident is None:
        return None
    pages = Document.objects.filter(resident=resident).select_related("receipt", "resident").order_by("-pk")
    document = pages.filter(facts__has_key="card_version").first() or pages.first()
    return Found(resident, document, reading.seal)
