"""What the public check says: of a visa, of a page, of a seal; never a name, never a whole number."""

import math
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from muqeem import catalogue, clock, facts, seal
from muqeem.hijri import format_gregorian
from muqeem.operations.models import Document
from muqeem.record.models import Parameter
from residency.check.visas import Fact
from residency.desk.reading import Reading, Seal
from residency.models import Visa, VisaState

MINUTE = timedelta(minutes=1)
LONG = 90  # minutes; a longer wait is told in hours

VALID = gettext_lazy("The visa is valid")
USED = gettext_lazy("The visa is used")
EXPIRED = gettext_lazy("The visa is expired")
CANCELLED = gettext_lazy("The visa is cancelled")

# Four words for nine states: the others would tell who has left.
VERDICTS = {
    VisaState.VALID: VALID,
    VisaState.TRAVELLED: VALID,
    VisaState.USED: USED,
    VisaState.LEFT: USED,
    VisaState.CANCELLED: CANCELLED,
    VisaState.EXPIRED: EXPIRED,
    VisaState.EXPIRED_UNUSED: EXPIRED,
    VisaState.EXPIRED_ABROAD: EXPIRED,
    VisaState.NOT_RETURNED: EXPIRED,
}


@dataclass(frozen=True)
class Answer:
    """A verdict with its facts. `tone` is that of a verdict: good, warn or bad; `found` is what limits ask."""

    tone: str
    title: str | Promise
    sentence: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    found: bool = True

    @property
    def sign(self) -> str:
        return {"good": "met", "warn": "clock", "bad": "unmet"}[self.tone]


def no_visa() -> Answer:
    """The same for a number that is not there and for a fact that does not match."""
    return Answer("bad", _("No visa matches these details."), _("Check both entries."), found=False)


def no_document() -> Answer:
    """The same for a number that is not there and for a code that does not match."""
    return Answer("bad", _("No document has this number and code."), _("Check both entries."), found=False)


def too_many(until: datetime) -> Answer:
    """When the next look is possible, and what is possible meanwhile."""
    n = max(1, math.ceil((until - clock.now()) / MINUTE))
    if n <= LONG:
        said = ngettext("Too many checks. Try again in %(n)d minute.", "Too many checks. Try again in %(n)d minutes.", n)
    else:
        n = math.ceil(n / 60)
        said = ngettext("Too many checks. Try again in %(n)d hour.", "Too many checks. Try again in %(n)d hours.", n)
    return Answer("warn", said % {"n": n}, _("Scanned QR codes are still checked."), found=False)


def of_visa(visa: Visa, fact: Fact) -> Answer:
    """The state of a visa and its days; whether the person has left with it, only to whoever knew the passport's number."""
    verdict = VERDICTS[visa.state(Parameter.objects.terms(clock.today()))]
    is_final, knows_passport = visa.kind == Visa.Kind.FINAL, fact == Fact.PASSPORT
    told = {
        "visa_kind": visa.get_kind_display(),
        "visa_months": visa.months,
        "visa_days": None if visa.months or is_final or not visa.return_before else (visa.return_before - visa.issued_on).days,
        "visa_issued_on": visa.issued_on,
        "exit_before_on" if is_final else "travel_before_on": visa.leave_before,
        # Of a visa by months it follows from the day of travel.
        "return_before_on": visa.return_by if knows_passport else visa.return_before,
    }
    if knows_passport:
        told["whereabouts"] = _("Outside the Kingdom") if visa.resident.departed_on else _("Inside the Kingdom")
    as_of = _("As of %(moment)s.") % {"moment": facts.moment_in_text(clock.now())}
    return Answer("good" if verdict is VALID else "warn", verdict, as_of, {name: value for name, value in told.items() if value})


def of_document(document: Document) -> Answer:
    """What the register says of a page to whoever holds it."""
    issued = format_gregorian(document.issued_on)
    payload = seal.open_seal(document.seal)
    tone = "good"
    if cancelled := _cancelled(document):
        tone = "warn"
        sentence = _("Genuine, but the visa was cancelled on %(date)s.") % {"date": format_gregorian(cancelled)}
    elif document.valid_until is None or document.valid_until >= clock.today():
        until = format_gregorian(document.valid_until) if document.valid_until else issued
        sentence = _("This document is genuine, issued %(date)s, valid until %(until)s.") % {"date": issued, "until": until}
    else:
        tone = "warn"
        sentence = _("Genuine, but expired on %(date)s.") % {"date": format_gregorian(document.valid_until)}
    return Answer(tone, catalogue.title(document.receipt.slug), sentence, _sealed(payload))


def _cancelled(document: Document) -> date | None:
    """When the visa on a page was cancelled; None if it was not, or if that is what the page says."""
    number = document.facts.get("visa_number")
    if number is None or "cancelled_on" in document.facts:
        return None
    visa = Visa.objects.filter(number=number).first()
    return visa.cancelled_on if visa else None


def of_seal(reading: Reading) -> Answer:
    """What a scanned seal is worth, and what has become of its page since."""
    match reading.seal:
        case Seal.GENUINE:
            document = Document.objects.select_related("receipt").filter(serial=reading.number, seal=reading.seal_text).first()
            if document:
                return of_document(document)
            payload = seal.open_seal(reading.seal_text)
            said = _("The page was sealed by this portal with exactly these facts.")
            return Answer("good", _("The seal is genuine"), said, {"kind": catalogue.title(payload.kind)} | _sealed(payload))
        case Seal.UNKNOWN_KEY:
            said = _("The page was sealed with a key that this portal does not know (yet). Its number and its code can be entered here.")
            return Answer("warn", _("The seal cannot be verified here"), said, found=False)
    return Answer("bad", _("The seal is not genuine"), _("This portal did not seal a page with these facts."), found=False)


def _sealed(payload: seal.Payload) -> dict[str, Any]:
    """The facts that the seal vouches for."""
    return {
        "serial": payload.serial,
        "last4": payload.last_four,
        "birth_year": str(payload.birth_year),
        **{name: day.isoformat() for name, day in payload.dates.items()},
    }
