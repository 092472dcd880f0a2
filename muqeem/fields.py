"""Form fields whose values have passed the gates: what a view receives is what may be kept.

A field shows again what was typed, not what was made of it, and never cuts a paste: a number copied with spaces and
marks of direction is longer than its digits, and a text that is too long is said to be so.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from muqeem import hijri, names, numbers, passport_zone

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST_MAIL = 254
_UP_TO_FOUR_DIGITS = re.compile(r"\A[0-9]{1,4}\Z")


class GateField(forms.CharField):
    """A text input whose text passes one gate; the base of the fields below."""

    default_error_messages: ClassVar[dict[str, Any]] = {"required": _("Enter %(label)s.")}
    attrs: Mapping[str, Any] = {"class": "in"}
    usual_label: "ClassVar[StrOrPromise]" = ""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", self.usual_label)
        kwargs.setdefault("widget", forms.TextInput)
        super().__init__(**kwargs)

    def gate(self, text: str) -> str:
        """The text as it is kept; `ValidationError` says what is wrong with it."""
        raise NotImplementedError

    def to_python(self, value: Any) -> str:
        """The text through the gate; nothing but space counts as nothing typed."""
        text = "" if value is None else str(value)
        return self.gate(text) if numbers.ascii_digits(text) else ""

    def validate(self, value: Any) -> None:
        """Ask for the value by its label if it is missing."""
        if self.required and value in self.empty_values:
            raise missing(self)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Attributes of the field; those given to the widget itself win."""
        return {**super().widget_attrs(widget), **self.attrs, **widget.attrs}


_NUMBER = {"class": "in in--id", "dir": "ltr", "inputmode": "numeric", "autocomplete": "off", "maxlength": "64"}


class IqamaField(GateField):
    """An iqama number."""

    usual_label = _("Iqama number")
    attrs = _NUMBER

    def gate(self, text: str) -> str:
        return numbers.clean_iqama(text)


class BorderField(GateField):
    """A border number."""

    usual_label = _("Border number")
    attrs = _NUMBER

    def gate(self, text: str) -> str:
        return numbers.clean_border(text)


class VisaNumberField(GateField):
    """The number of a visa."""

    usual_label = _("Visa number")
    attrs = _NUMBER

    def gate(self, text: str) -> str:
        return numbers.clean_visa_number(text)


class CountField(GateField):
    """A whole number from one to `most`, in the digits of any keyboard; its value is the number, or None."""

    attrs = {**_NUMBER, "class": "in in--year"}

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self.most = most
        super().__init__(**kwargs)

    def gate(self, text: str) -> str:
        return numbers.clean_count(text, self.most)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return int(text) if text else None


class AmountField(GateField):
    """An amount in riyals, in the digits of any keyboard; its value is a Decimal, or None."""

    usual_label = _("Amount")
    attrs: Mapping[str, Any] = {**_NUMBER, "class": "in in--year", "inputmode": "decimal"}

    def __init__(self, *, least: Decimal, most: Decimal, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(**kwargs)

    def gate(self, text: str) -> str:
        return numbers.clean_amount(text, self.least, self.most)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return Decimal(text) if text else None


class NationalIdField(GateField):
    """The national ID number of a citizen."""

    usual_label = _("National ID number")
    attrs = _NUMBER

    def gate(self, text: str) -> str:
        return numbers.clean_national_id(text)


class PersonNumberField(GateField):
    """The number of a person: an iqama number or a national ID."""

    usual_label = _("Iqama number or national ID")
    attrs = _NUMBER

    def gate(self, text: str) -> str:
        return numbers.clean_person(text)


class EstablishmentField(GateField):
    """The number of an establishment."""

    usual_label = _("Establishment number")
    attrs = _NUMBER

    def gate(self, text: str) -> str:
        return numbers.clean_establishment(text)


class MailField(GateField):
    """An e-mail address, without the marks that a copied one brings."""

    usual_label = _("E-mail")
    attrs: Mapping[str, Any] = {
        "class": "in",
        "dir": "ltr",
        "inputmode": "email",
        "autocomplete": "email",
        "autocapitalize": "none",
        "spellcheck": "false",
    }

    def gate(self, text: str) -> str:
        return numbers.no_longer_than(LONGEST_MAIL, names.clean_mail(text))


class PassportField(GateField):
    """A passport number."""

    usual_label = _("Passport number")
    attrs: Mapping[str, Any] = {**_NUMBER, "inputmode": "text", "autocapitalize": "characters", "spellcheck": "false"}

    def gate(self, text: str) -> str:
        return numbers.clean_passport(text)


class CodeField(GateField):
    """A security code, typed, pasted or filled in by the phone."""

    usual_label = _("Security code")
    attrs: Mapping[str, Any] = {**_NUMBER, "class": "code", "autocomplete": "one-time-code", "size": "6"}

    def gate(self, text: str) -> str:
        return numbers.clean_code(text)


class PhoneField(GateField):
    """A Saudi mobile number; shown again as 050 123 4567."""

    usual_label = _("Mobile number")
    attrs: Mapping[str, Any] = {**_NUMBER, "inputmode": "tel", "autocomplete": "tel"}

    def gate(self, text: str) -> str:
        return numbers.clean_phone(text)

    def prepare_value(self, value: Any) -> Any:
        """A kept number as people write it; what was typed stays as typed."""
        return numbers.show_phone(value) if isinstance(value, str) else value


_SCRIPTS = {"arabic": {"dir": "rtl", "lang": "ar"}, "latin": {"dir": "ltr", "lang": "en", "autocapitalize": "characters"}}


class NameField(GateField):
    """A part of a person's name, in one script."""

    def __init__(
        self, *, script: Literal["arabic", "latin"], label: "StrOrPromise", max_length: int = names.NAME_LENGTH, **kwargs: Any
    ) -> None:
        self.limit = max_length
        self.script = script
        self.attrs = {"class": "in", "autocomplete": "off", "spellcheck": "false", **_SCRIPTS[script]}
        super().__init__(label=label, **kwargs)

    def gate(self, text: str) -> str:
        clean = names.clean_arabic_name if self.script == "arabic" else names.clean_latin_name
        return clean(text, self.label or "", self.limit)


class PassportZoneField(GateField):
    """The two lines at the foot of a passport's page; its value is the `PassportZone`, or None."""

    usual_label = _("The two lines at the foot of the passport's page")
    attrs: Mapping[str, Any] = {
        "class": "in",
        "dir": "ltr",
        "autocomplete": "off",
        "autocapitalize": "characters",
        "spellcheck": "false",
    }

    def __init__(self, **kwargs: Any) -> None:
        helps = _("Letters, digits and < as they stand there. With them the parts of the name may stay empty.")
        super().__init__(**{"widget": forms.Textarea({"rows": "2"}), "help_text": helps} | kwargs)

    def gate(self, text: str) -> str:
        zone = passport_zone.read(text)
        return f"{zone.upper}\n{zone.lower}"

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return passport_zone.read(text) if text else None


class TextField(GateField):
    """Words in any language: a reason, a street, a note."""

    attrs: Mapping[str, Any] = {"class": "in", "dir": "auto"}

    def __init__(self, *, label: "StrOrPromise", max_length: int = 200, **kwargs: Any) -> None:
        self.limit = max_length
        super().__init__(label=label, **kwargs)

    def gate(self, text: str) -> str:
        return names.clean_text(text, self.label or "", self.limit)


class BothCalendarsWidget(forms.MultiWidget):
    """Day, month and year as three plain inputs, and the calendar they are meant in."""

    CALENDARS = (("gregorian", _("Gregorian")), ("hijri", _("Hijri")))

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        part = {"dir": "ltr", "inputmode": "numeric", "autocomplete": "off", "maxlength": "16"}
        small, large = {**part, "class": "in in--day"}, {**part, "class": "in in--year"}
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            "day": forms.TextInput({**small, "aria-label": _("Day")}),
            "month": forms.TextInput({**small, "aria-label": _("Month")}),
            "year": forms.TextInput({**large, "aria-label": _("Year")}),
            "calendar": forms.Select({"class": "in", "aria-label": _("Calendar")}, choices=self.CALENDARS),
        }
        super().__init__(widgets, attrs)

    def decompress(self, value: date | None) -> list[Any]:
        """A kept day as its Gregorian parts."""
        return [value.day, value.month, value.year, "gregorian"] if value else [None, None, None, "gregorian"]

    def id_for_label(self, id_: str) -> str:
        """The input that a line of the error summary leads to."""
        return f"{id_}_0" if id_ else ""


_MISSING_PARTS = {
    ("day",): pgettext_lazy("missing of a date", "day"),
    ("month",): pgettext_lazy("missing of a date", "month"),
    ("year",): pgettext_lazy("missing of a date", "year"),
    ("day", "month"): pgettext_lazy("missing of a date", "day and month"),
    ("day", "year"): pgettext_lazy("missing of a date", "day and year"),
    ("month", "year"): pgettext_lazy("missing of a date", "month and year"),
}


class BothCalendarsDateField(forms.MultiValueField):
    """A day typed as three numbers in either calendar; its value is the Gregorian day.

    `earliest` and `latest` are days or, where they depend on today, functions that return one.
    """

    widget = BothCalendarsWidget
    default_error_messages: ClassVar[dict[str, Any]] = {"required": _("Enter %(label)s.")}

    def __init__(
        self,
        *,
        label: "StrOrPromise",
        earliest: date | Callable[[], date] = hijri.FIRST_DAY,
        latest: date | Callable[[], date] = hijri.LAST_DAY,
        **kwargs: Any,
    ) -> None:
        self.earliest = earliest
        self.latest = latest
        parts = [forms.CharField(required=False) for _part in range(4)]
        super().__init__(parts, label=label, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> date | None:
        """The day that was typed; None if nothing was."""
        if self.disabled and not isinstance(value, list):
            value = cast("BothCalendarsWidget", self.widget).decompress(value)
        day = self.compress(value or [])
        if day is None and self.required:
            raise missing(self)
        self.run_validators(day)
        return day

    def compress(self, data_list: Sequence[Any]) -> date | None:
        """The day of its typed parts."""
        typed = [numbers.ascii_digits("" if part is None else str(part)) for part in data_list]
        *parts, calendar = (typed + [""] * 4)[:4]
        if not any(parts):
            return None
        chosen = _calendar(calendar)
        day, month, year = self._numbers(parts)
        found = _day(chosen, year, month, day)
        earliest, latest = (bound() if callable(bound) else bound for bound in (self.earliest, self.latest))
        if not earliest <= found <= latest:
            raise hijri.out_of_range(chosen, earliest, latest)
        return found

    def has_changed(self, initial: date | None, data: Any) -> bool:
        """Whether another day was typed, in whichever calendar and digits."""
        if self.disabled:
            return False
        try:
            return self.compress(data or []) != initial
        except ValidationError:
            return True

    def _numbers(self, parts: Sequence[str]) -> list[int]:
        missing = tuple(name for name, part in zip(("day", "month", "year"), parts, strict=True) if not part)
        if missing:
            words = _("The date is incomplete; add the %(parts)s.")
            raise ValidationError(words, code="incomplete", params={"parts": _MISSING_PARTS[missing]})
        if not all(_UP_TO_FOUR_DIGITS.match(part) for part in parts):
            raise ValidationError(_("Day, month and year are numbers, like 15, 3 and 2026."), code="not_a_number")
        return [int(part) for part in parts]


def _calendar(chosen: str) -> hijri.Calendar:
    if chosen not in {"", "gregorian", "hijri"}:
        raise ValidationError(_("Choose the Gregorian or the Hijri calendar."), code="calendar")
    return "hijri" if chosen == "hijri" else "gregorian"


def _day(calendar: hijri.Calendar, year: int, month: int, day: int) -> date:
    if calendar == "gregorian":
        if hijri.FIRST_HIJRI.year <= year <= hijri.LAST_HIJRI.year:
            words = _("%(year)d is a Hijri year but Gregorian is chosen.")
            raise ValidationError(words, code="wrong_calendar", params={"year": year})
        return hijri.from_gregorian(year, month, day)
    if hijri.FIRST_DAY.year <= year <= hijri.LAST_DAY.year:
        words = _("%(year)d is a Gregorian year but Hijri is chosen.")
        raise ValidationError(words, code="wrong_calendar", params={"year": year})
    return hijri.from_hijri(year, month, day)


def missing(field: forms.Field) -> ValidationError:
    """Ask for a field by its label, which stands inside the sentence: "Enter iqama number." """
    label = str(field.label or "")
    if label[1:2].islower() or label[1:2] == "-":  # not an abbreviation; Arabic has no capitals
        label = label[0].lower() + label[1:]
    return ValidationError(field.error_messages["required"], code="required", params={"label": label})
