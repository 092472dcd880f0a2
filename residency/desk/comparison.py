"""The page as it was issued beside the register as it is now."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muqeem import facts, hijri, seal
from muqeem.operations.judge import terms_of_today
from muqeem.operations.models import Document
from residency.desk.reading import Seal
from residency.models import Resident, Visa
from residency.particulars import companions, granted, name_parts, particulars, residency_of

# As the paper has them: at a review one day is still to come and the other not yet past.
LABELS: dict[str, Promise] = {"new_expires_on": gettext_lazy("Valid until"), "expires_on": gettext_lazy("Previous expiry")}
OF_AN_EVENT = {"report_number", "missing_report_number", "missing_card_version", "missing_on", "missing_place", "replacement_reason"}
NOT_COMPARED = frozenset({"title", *OF_AN_EVENT})
WAS = facts.was("")  # what the register said before the page was made is no fact of today


@dataclass(frozen=True)
class Row:
    """One fact of the page, and the same fact now."""

    label: Promise | str
    issued: SafeString
    now: SafeString
    differs: bool


@dataclass(frozen=True)
class Verdict:
    """The answer in a head: its colour, its sign, its words."""

    tone: str
    icon: str
    title: str
    sentence: str

    @property
    def is_bad(self) -> bool:
        """Whether nothing may be done with this paper."""
        return self.tone == "bad"


def register_now(resident: Resident, day: date) -> dict[str, Any]:
    """What the register says today, as a page issued today would say it."""
    iqama, passport = resident.iqama, resident.passport
    of_passport = {"passport_issued_on": passport.issued_on, "place_of_issue": passport.place} if passport else {}
    of_residency = residency_of(iqama) if iqama else {}
    known = particulars(resident, day) | name_parts(resident.latin_name) | companions(resident) | of_passport | of_residency
    current: dict[str, Any] = facts.stored(known)
    return current


def page_now(document: Document, day: date) -> dict[str, Any]:
    """What a page about the same would say today; of a visa also whether it is still what it was."""
    resident = document.resident
    current, number = register_now(resident, day), document.facts.get("visa_number")
    if not number:
        return current
    visa = Visa.objects.select_related("resident").filter(resident=resident, number=number).first()
    if visa is None:
        return current | {"visa_number": None}
    of_visa = granted(visa) | {"visa_number": visa.number, "issued_on": visa.issued_on, "visa_issued_on": visa.issued_on}
    of_visa["visa_state"] = visa.state(terms_of_today()).label
    of_person = {"border_number": resident.border_number, "permit_until_on": resident.iqama and resident.iqama.expires_on}
    return current | facts.stored(of_visa | of_person)


def compare(document: Document, current: dict[str, Any]) -> list[Row]:
    """Every fact of the page with what the register says of it now, those that differ in front.

    The page of a visa holds more than the register tells, like the family that travelled along: that is left out.
    """
    told = current if "visa_number" in document.facts else document.facts
    rows = [
        Row(label(key), facts.show(key, issued), facts.show(key, current.get(key)), issued != current.get(key))
        for key, issued in facts.ordered(document.facts)
        if key not in NOT_COMPARED and key in told and not key.startswith(WAS)
    ]
    return sorted(rows, key=lambda row: not row.differs)


def label(key: str) -> Promise | str:
    """What a fact is called on paper."""
    return LABELS.get(key) or facts.label(key)


# --- the answer ---


def judge(document: Document, paper: Seal, differing: int, day: date) -> Verdict:
    """What is to be thought of the paper: its seal first, then whether the register has moved on."""
    if not _record_holds(document):
        why = _("Portal staff must look at it before anything is done.")
        return Verdict("bad", "unmet", _("The page on record has a broken seal"), why)
    match paper:
        case Seal.FORGED:
            return _not_genuine(_("The seal is not genuine"), _("This portal did not seal a page with these facts."))
        case Seal.UNKNOWN_KEY:
            return _not_genuine(_("The seal is of an unknown key"), _("No key of this portal, in use or retired, made this seal."))
        case Seal.OTHER:
            return _not_genuine(_("The seal is not that of this page"), _("The page on record has another seal."))
    scanned = paper == Seal.GENUINE
    if document.valid_until and document.valid_until < day:
        words = _("Genuine, but expired on %(date)s.") if scanned else _("On record, but expired on %(date)s.")
        title = words % {"date": hijri.format_gregorian(document.valid_until)}
        return Verdict("warn", "clock", title.removesuffix("."), _how_it_was_checked(scanned=scanned))
    if differing:
        title = _("Genuine, but the register has changed since") if scanned else _("On record, but the register has changed since")
        words = ngettext("%(n)d fact differs; it is marked below.", "%(n)d facts differ; they are marked below.", differing)
        return Verdict("warn", "alert", title, f"{words % {'n': differing}} {_how_it_was_checked(scanned=scanned)}")
    title = _("Genuine, and as the register") if scanned else _("On record, and as the register")
    return Verdict("good" if scanned else "info", "shield" if scanned else "info", title, _how_it_was_checked(scanned=scanned))


def _not_genuine(title: str, why: str) -> Verdict:
    below = _("What the register holds under its number stands below; nothing is printed for this paper.")
    return Verdict("bad", "unmet", title, f"{why} {below}")


def _how_it_was_checked(*, scanned: bool) -> str:
    if scanned:
        return _("The paper's seal was checked and is the one on record.")
    return _("The number alone was read: the paper itself is checked by scanning its QR code.")


def _record_holds(document: Document) -> bool:
    """Whether the seal on record is whole and vouches for this page; it is our own, so it should be."""
    try:
        payload = seal.open_seal(document.seal)
    except seal.SealBroken:
        return False
    return (payload.serial, payload.kind, payload.dates.get("until_on")) == (document.serial, document.receipt.slug, document.valid_until)
