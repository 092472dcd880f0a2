"""Renewals that await their card, the oldest first. They are one queue for all offices: nobody is bound to one of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet

from muqeem.operations.models import Document
from muqeem.serials import clean_serial
from residency.desk.work import iqama_of
from residency.models import Iqama

PAGE = 25
COUNTED = 1001  # counts stop here: "1,000+"


@dataclass(frozen=True)
class Waiting:
    """One renewal without a card. It shows what its page shows to a stranger: no name, no whole number."""

    document: Document
    last4: str


def waiting() -> QuerySet[Iqama]:
    """The versions that await a card: the newest of people who are still here."""
    newer = Iqama.objects.filter(resident=OuterRef("resident"), version__gt=OuterRef("version"))
    here = Iqama.objects.filter(awaits_card=True, resident__deceased_on=None, resident__left_on=None)
    return here.filter(~Exists(newer)).order_by("pk")


def count() -> str:
    """How many they are, up to a thousand."""
    found = waiting()[:COUNTED].count()
    return "1,000+" if found == COUNTED else f"{found:,}"


def page(after: str = "", size: int = PAGE) -> tuple[list[Waiting], str]:
    """The renewals that wait after the page with this serial, or from the first on; and the serial that the next page follows."""
    versions = waiting().select_related("resident")
    if edge := _version_of(after):
        versions = versions.filter(pk__gt=edge.pk)
    found = list(versions[: size + 1])
    rows = _with_pages(found[:size])
    return rows, rows[-1].document.serial if rows and len(found) > size else ""


def _version_of(serial: str) -> Iqama | None:
    """The version that the page with this serial tells of; anything else begins the list anew."""
    try:
        document = Document.objects.filter(serial=clean_serial(serial)).first()
    except ValidationError:
        return None
    return iqama_of(document) if document else None


def _with_pages(versions: Iterable[Iqama]) -> list[Waiting]:
    """Each version with the page of its renewal, in one query for all of them."""
    of_person = {version.resident_id: version for version in versions}
    renewals = Document.objects.filter(resident__in=of_person, facts__has_key="card_version").select_related("receipt")
    pages = {
        (document.resident_id, document.facts["card_version"]): Waiting(document, of_person[document.resident_id].resident.last4)
        for document in renewals
    }
    rows = (pages.get((version.resident_id, version.version)) for version in of_person.values())
    return [row for row in rows if row]
