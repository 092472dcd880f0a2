"""Which visa of a person a service is about, with whose it was granted, and which pages it has."""

from collections.abc import Collection

from django.db.models import QuerySet

from muqeem.operations.models import Document, Receipt
from muqeem.record.terms import Terms
from residency.models import Resident, Visa, VisaState
from residency.standing import open_visa

RAN_OUT_ABROAD = {VisaState.EXPIRED_ABROAD, VisaState.NOT_RETURNED}
UNUSED = {VisaState.EXPIRED_UNUSED}


def visa_to_extend(resident: Resident, terms: Terms) -> Visa | None:
    """The exit/re-entry visa in force; else the one that ran out while the person was abroad."""
    return _open(resident, terms, Visa.RE_ENTRY) or _newest(resident, terms, Visa.RE_ENTRY, RAN_OUT_ABROAD)


def visa_to_cancel(resident: Resident, terms: Terms) -> Visa | None:
    """The exit/re-entry visa in force; else one that was left to expire."""
    return _open(resident, terms, Visa.RE_ENTRY) or _newest(resident, terms, Visa.RE_ENTRY, UNUSED)


def final_exit_to_cancel(resident: Resident, terms: Terms) -> Visa | None:
    """The final exit visa in force; else one that was left to expire, also after its fine is paid."""
    final = (Visa.Kind.FINAL,)
    return _open(resident, terms, final) or _newest(resident, terms, final, UNUSED) or _newest(resident, terms, final, {VisaState.EXPIRED})


def visas_with_pages(resident: Resident) -> list[Visa]:
    """Those of which the portal made a page."""
    return [visa for visa in resident.file.visas if visa.number in resident.file.printed]


def page_of(visa: Visa) -> Document | None:
    """The newest page about a visa: the slip, where it is cancelled."""
    return _pages(visa).select_related("receipt").order_by("-pk").first()


def grant_of(visa: Visa) -> Receipt | None:
    """The operation that granted a final exit visa, to the person alone or to a household."""
    page = _pages(visa).filter(receipt__slug="final-exit-issue").select_related("receipt__resident").first()
    return page.receipt if page else None


def _pages(visa: Visa) -> QuerySet[Document]:
    return Document.objects.filter(resident=visa.resident_id, facts__visa_number=visa.number)


def _open(resident: Resident, terms: Terms, kinds: Collection[str]) -> Visa | None:
    visa = open_visa(resident, terms)
    return visa if visa and visa.kind in kinds else None


def _newest(resident: Resident, terms: Terms, kinds: Collection[str], states: Collection[VisaState]) -> Visa | None:
    found = [visa for visa in resident.file.visas if visa.kind in kinds and visa.state(terms) in states]
    return max(found, key=lambda visa: (visa.issued_on, visa.pk), default=None)
