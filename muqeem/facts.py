"""Facts: their labels in two languages, and how they are shown, said in plain text, and kept.

A fact is a key and a value. Receipts and documents keep facts for ever, so nothing here fails on a key or a value
that nobody shows any more: what is not understood is shown as it stands.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from muqeem import hijri, numbers
from muqeem.counts import UNITS, Counted

_LATIN = re.compile(r"([A-Za-z][A-Za-z0-9./-]*[A-Za-z0-9])")

# The order in which a page shows them, too.
LABELS: dict[str, Promise | str] = {
    "old_name": _("Name, before the change"),
    "name": _("Name"),
    "old_first_en": _("First name in Latin letters, before the change"),
    "first_en": _("First name in Latin letters"),
    "old_father_en": _("Father's name in Latin letters, before the change"),
    "father_en": _("Father's name in Latin letters"),
    "old_grandfather_en": _("Grandfather's name in Latin letters, before the change"),
    "grandfather_en": _("Grandfather's name in Latin letters"),
    "old_family_en": _("Family name in Latin letters, before the change"),
    "family_en": _("Family name in Latin letters"),
    "iqama_number": _("Iqama number"),
    "border_number": _("Border number"),
    "national_id": _("National ID number"),
    "expires_on": _("Expires before renewal"),
    "new_expires_on": _("Expires after renewal"),
    "months": _("Period"),
    "visa_number": _("Visa number"),
    "visa_kind": _("Visa type"),
    "visa_state": _("Status of the visa"),
    "visa_months": _("Duration"),
    "visa_days": _("Duration"),
    "visa_issued_on": _("Issued on"),
    "visa_until_on": _("Last day of the visa"),
    "travel_before_on": _("Travel before"),
    "old_return_before_on": _("Return before, until now"),
    "return_before_on": _("Return before"),
    "extra_days": _("Extended by"),
    "extended_on": _("Extended on"),
    "exit_before_on": _("Exit before"),
    "whereabouts": _("Whereabouts"),
    "cancel_before_on": _("Cancel by"),
    "cancelled_on": _("Cancelled on"),
    "refund": _("Refund"),
    "fine_paid_on": _("Fine paid on"),
    "printed_page": _("Page"),
    "travelled_on": _("Left the Kingdom on"),
    "unused_fine_sar": _("Fine if it expires unused"),
    "accompanying": _("Family members included"),
    "accompanying_visas": _("Visas of the family members"),
    "permit_until_on": _("Residency until"),
    "old_card_version": _("Card version, before the change"),
    "card_version": _("Card version"),
    "report_number": _("Report number"),
    "missing_report_number": _("Report of the missing card"),
    "missing_card_version": _("Version of the missing card"),
    "missing_on": _("Missing since"),
    "missing_place": _("Where it went missing"),
    "replacement_reason": _("Reason"),
    "issued_on": _("Issued on"),
    "starts_on": _("Residency from"),
    "occupation": _("Occupation"),
    "employer": _("Employer"),
    "employer_number": _("Employer's number"),
    "relationship": _("Relationship"),
    "head_of_household": _("Head of household"),
    "dependants": _("Dependants"),
    "companions": _("Companions"),
    "nationality": _("Nationality"),
    "birth_on": _("Date of birth"),
    "gender": _("Gender"),
    "religion": _("Religion"),
    "marital_status": _("Marital status"),
    "old_passport_number": _("Passport number, before the change"),
    "passport_number": _("Passport number"),
    "old_passport_issued_on": _("Passport issued on, before the change"),
    "passport_issued_on": _("Passport issued on"),
    "old_passport_expires_on": _("Passport expires on, before the change"),
    "passport_expires_on": _("Passport expires on"),
    "old_place_of_issue": _("Place of issue, before the change"),
    "place_of_issue": _("Place of issue"),
    "insured_until_on": _("Health insurance until"),
    "work_permit_number": _("Work permit number"),
    "work_permit_until_on": _("Work permit until"),
    "branch": _("Branch"),
    "workplace": _("Workplace"),
    "insurer": _("Insurer"),
    "mobile": _("Mobile"),
    "email": _("E-mail"),
    "short_address": _("Short address"),
    "receipt_number": _("Receipt number"),
    "document_number": _("Document number"),
    "serial": _("Document number"),
    "valid_until_on": _("Valid until"),
    "until_on": _("Valid until"),
    "kind": _("Type"),
    "last4": _("Last four digits"),
    "birth_year": _("Year of birth"),
    "bill_number": _("Bill number"),
    "username": _("User name"),
    "id_number": _("ID number"),
    "user_since": _("User since"),
    "total_sar": _("Total"),
    "balance_sar": _("Wallet balance"),
}

# Lines of a fee, by the last part of their code: `iqama.late` is called as `late` is.
FEE_LABELS: dict[str, Promise | str] = {
    "residency": _("Residency fee"),
    "work-permit": _("Work permit fee"),
    "levy": _("Expatriate levy"),
    "dependants": _("Dependants' levy"),
    "late": _("Late renewal fine"),
    "visa": _("Visa fee"),
    "extra-months": _("Fee for extra months"),
    "abroad": _("Fee for an extension from abroad"),
    "cancellation": _("Cancellation"),
    "unused": _("Fine for an unused visa"),
    "final-exit-expired": _("Fine for an expired final exit visa"),
    "data-update": _("Update of data"),
    "missing-report": _("Report of a missing card"),
    "replacement": _("Fee for the replacement card"),
    "lost-card": _("Fine for a lost card"),
}

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}")
MONEY = re.compile(r"-?[0-9]+\.[0-9]{2}\Z")
LANGUAGES = ("ar", "en")
GROUPED = {"serial", "document_number"}  # codes that people read aloud

# What operations bring about, beside what is called new: a receipt begins with it.
OUTCOMES = {"visa_months", "travel_before_on", "return_before_on", "exit_before_on", "cancelled_on", "fine_paid_on", "report_number"}


def was(key: str) -> str:
    """The key of what a fact was before the operation, which stands beside it where both are told."""
    return f"old_{key}"


def is_outcome(key: str, facts: Mapping[str, Any]) -> bool:
    """Whether a fact is what the operation was for: called new, one of the outcomes, or other than it was."""
    return key.startswith("new_") or key in OUTCOMES or (was(key) in facts and facts[was(key)] != facts[key])


def outcomes(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that the operation was for, each with what it was before."""
    keys = {key for key in facts if is_outcome(key, facts)}
    return {key: value for key, value in facts.items() if key in keys or key in map(was, keys)}


def ordered(facts: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Facts in the order of the labels: stored JSON keeps no order of its own."""
    places = {key: place for place, key in enumerate(LABELS)}
    return sorted(facts.items(), key=lambda fact: places.get(fact[0], len(places)))


def label(key: str) -> Promise | str:
    """What a fact is called; a key without a label speaks for itself."""
    return LABELS.get(key) or str(key).removesuffix("_on").removesuffix("_sar").replace("_", " ").capitalize()


def fee_label(code: str) -> Promise | str:
    """What a line of a fee is called."""
    last = str(code).rpartition(".")[2].replace("_", "-")
    return FEE_LABELS.get(last) or last.replace("-", " ").capitalize()


def label_in_other_language(key: str) -> str:
    """The same label in the language that is not active, for the line under it."""
    with override(other_language()):
        return str(label(key))


def language() -> str:
    """The active language, as one of ours."""
    return (get_language() or LANGUAGES[0])[:2]


def other_language() -> str:
    """The portal's other language."""
    return "en" if language() == "ar" else "ar"


def named(value: Any) -> str:
    """A name or title of two languages in the active one, or in the one it has."""
    if isinstance(value, dict):
        return str(value.get(language()) or value.get("ar") or value.get("en") or "")
    return str(value)


def second_name(names: dict[str, Any]) -> SafeString:
    """The name in the other language, for the line under the first; nothing when there is no other."""
    other = str(names.get(other_language()) or "")
    if not other or other == named(names):
        return SafeString("")
    direction = "rtl" if other_language() == "ar" else "ltr"
    return format_html('<span class="sub"><bdi lang="{}" dir="{}">{}</bdi></span>', other_language(), direction, other)


def ltr(value: Any) -> SafeString:
    """A number, code or Latin name that keeps its order inside Arabic."""
    return format_html('<bdi dir="ltr">{}</bdi>', value)


def latin_apart(text: str) -> SafeString:
    """Arabic in which no Latin name draws the number after it to its own side, as a source's address would the day of its news."""
    if language() != "ar":
        return format_html("{}", text)
    parts = _LATIN.split(text)
    return format_html_join("", "{}", ((ltr(part) if place % 2 else part,) for place, part in enumerate(parts)))


def grouped(code: str, size: int = 4) -> str:
    """A long code in groups: 9C21-D480-55E7."""
    return "-".join(code[start : start + size] for start in range(0, len(code), size)).upper()


def listed(parts: Iterable[Any]) -> str:
    """A few things in one sentence, with the comma of the language."""
    return ("، " if language() == "ar" else ", ").join(str(part) for part in parts)


def labels(keys: Iterable[str]) -> str:
    """What these facts are called, in a line."""
    return listed(label(key) for key in keys)


def money(amount: Any) -> SafeString:
    """An amount with its currency, never broken over two lines."""
    figures = f"{Decimal(amount):,.2f}"
    if language() == "ar":
        return format_html('<bdi dir="ltr">{}</bdi>\N{NO-BREAK SPACE}ريال', figures)
    return format_html('<bdi dir="ltr">SAR\N{NO-BREAK SPACE}{}</bdi>', figures)


def dates(day: date, *, stacked: bool = False) -> SafeString:
    """One day in both calendars, Gregorian first; stacked for narrow columns of tables."""
    style: hijri.Style = "table" if stacked else "text"
    both = [hijri.format_gregorian(day, style), hijri.format_hijri(day, style) if hijri.to_hijri(day) else ""]
    html = format_html_join("", '<bdi dir="ltr">{}</bdi>' if stacked else "<bdi>{}</bdi>", ((said,) for said in both if said))
    return format_html('<span class="dates{}">{}</span>', " dates--stack" if stacked else "", html)


def dates_in_text(day: date) -> str:
    """One day in both calendars, for texts and mails."""
    if not hijri.to_hijri(day):
        return hijri.format_gregorian(day)
    return f"{hijri.format_gregorian(day)} ({hijri.format_hijri(day)})"


def moment_in_text(at: datetime) -> str:
    """A day and the time of day, in Riyadh."""
    local = timezone.localtime(at) if timezone.is_aware(at) else at
    return gettext("%(day)s, %(time)s (Riyadh)") % {"day": hijri.format_gregorian(local.date()), "time": f"{local:%H:%M}"}


def show(key: str, value: Any) -> SafeString:
    """A fact's value as HTML in the active language."""
    value = _read(key, value)
    match value:
        case None | "":
            return format_html('<span class="muted">{}</span>', gettext("Not recorded"))
        case bool():
            return format_html("{}", gettext("Yes") if value else gettext("No"))
        case datetime():
            return format_html("{}", moment_in_text(value))
        case date():
            return dates(value)
        case Decimal():
            return money(value)
        case {"ar": _, "en": _}:
            return _show_name(value)
        case dict():
            return _show_one_of_several(value)
        case list() | tuple():
            return format_html_join(SafeString("<br>"), "{}", ((show(key, each),) for each in value))
        case Counted():
            return format_html("{}", value)
    text = str(value)
    return ltr(text) if text.isascii() else format_html("<bdi>{}</bdi>", text)


def plain(key: str, value: Any) -> Any:
    """A fact's value for a sentence or a text message: words, or a number that plural forms can count."""
    value = _read(key, value)
    match value:
        case None:
            return ""
        case bool():
            return gettext("Yes") if value else gettext("No")
        case datetime():
            return moment_in_text(value)
        case date():
            return dates_in_text(value)
        case Decimal():
            return _money_in_text(value)
        case {"ar": _, "en": _}:
            return named(value)
        case dict():
            return _listed(plain(each, said) for each, said in value.items())
        case list() | tuple():
            return _listed(plain(key, each) for each in value)
        case int():
            return value
    return str(value)


def stored(value: Any) -> Any:
    """The JSON form of a value: ISO days, two decimals, both languages of a title."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return f"{value:.2f}"
        case Promise():
            return {code: _in_language(code, value) for code in LANGUAGES}
        case dict():
            return {str(key): stored(each) for key, each in value.items()}
        case list() | tuple():
            return [stored(each) for each in value]
        case None | bool() | int() | str():
            return value
    return str(value)


def _read(key: str, value: Any) -> Any:
    """A stored value as what it means; an odd one as it stands."""
    if isinstance(value, int) and not isinstance(value, bool) and (unit := str(key).rpartition("_")[2]) in UNITS:
        return Counted(value, unit)
    if not isinstance(value, str):
        return value
    if key in GROUPED:
        return grouped(value)
    if key == "mobile":
        return numbers.show_phone(value)
    try:
        if DAY.match(value):
            return date.fromisoformat(value)
        if MOMENT.match(value):
            return datetime.fromisoformat(value)
        if MONEY.match(value):
            return Decimal(value)
    except ValueError:
        pass
    return value


def _listed(parts: Iterable[Any]) -> str:
    return ("، " if language() == "ar" else ", ").join(str(part) for part in parts)


def _show_name(value: dict[str, Any]) -> SafeString:
    return format_html("<bdi>{}</bdi>{}", named(value), second_name(value))


def _show_one_of_several(value: dict[str, Any]) -> SafeString:
    """What is told of one person among several: the name in both languages, and the rest in a line below."""
    known = [(key, said) for key, said in ordered(value) if key != "name" and said is not None]
    rest = format_html_join(" · ", "{}", ((_inline(key, said),) for key, said in known))
    return format_html('{}<span class="sub">{}</span>', show("name", value.get("name")), rest)


def _inline(key: str, value: Any) -> SafeString:
    match _read(key, value):
        case {"ar": _, "en": _}:
            return format_html("<bdi>{}</bdi>", named(value))
        case date() as day:
            return format_html("{} {}", label(key), dates(day))
    return show(key, value)


def _money_in_text(amount: Decimal) -> str:
    if language() == "ar":
        return f"{amount:,.2f}\N{NO-BREAK SPACE}ريال"
    return f"SAR\N{NO-BREAK SPACE}{amount:,.2f}"


def _in_language(code: str, words: Promise) -> str:
    with override(code):
        return str(words)
