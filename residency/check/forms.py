"""What the public check asks: two facts of a visa, or of a page its number and code, or its seal alone."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from muqeem import names, numbers, seal, serials
from muqeem.fields import BothCalendarsDateField, GateField, PassportField, VisaNumberField, missing
from residency.check.visas import NAME_LENGTH, Fact, Question
from residency.desk.reading import Unreadable, read


class FullNameField(GateField):
    """A whole name in either script."""

    usual_label = _("Full name")
    attrs = {"class": "in", "dir": "auto", "autocomplete": "off", "spellcheck": "false"}

    def gate(self, text: str) -> str:
        typed = numbers.ascii_digits(text)
        clean = names.clean_arabic_name if re.search("[\u0620-\u06ff]", typed) else names.clean_latin_name
        return clean(typed, self.label or "", NAME_LENGTH)


class VisaForm(forms.Form):
    """A number, and one second fact of the visitor's choice; what stands in the fields of the others does not matter."""

    number = VisaNumberField(label=_("Iqama or visa number"))
    fact = forms.ChoiceField(label=_("A second fact"), widget=forms.RadioSelect, choices=Fact.choices, initial=Fact.PASSPORT)
    passport_number = PassportField(required=False)
    birth_on = BothCalendarsDateField(label=_("Date of birth"), required=False)
    name = FullNameField(required=False, help_text=_("All parts of the name as on the page, in Arabic or in Latin letters."))
    iqama_expires_on = BothCalendarsDateField(label=_("Residency until"), required=False)
    visa_number = VisaNumberField(required=False)
    visa_expires_on = BothCalendarsDateField(label=_("Last day of the visa"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chosen = self["fact"].value()
        if self.chosen in Fact.values:
            self.fields[self.chosen].required = True

    def clean(self) -> dict[str, Any]:
        """Judge the chosen fact alone. With a visa's number as the second one, the first is an iqama number."""
        answers = super().clean() or self.cleaned_data
        for other in set(Fact.values) - {self.chosen}:
            self.errors.pop(other, None)
        if self.chosen == Fact.VISA and "number" in answers:
            try:
                numbers.clean_iqama(answers["number"])
            except ValidationError as wrong:
                self.add_error("number", wrong)
        return answers

    def second_facts(self) -> list[tuple[Any, BoundField]]:
        """Each option beside the field that it opens."""
        return [(option, self[option.data["value"]]) for option in self["fact"]]

    def question(self) -> Question:
        """What was asked. Requires a valid form."""
        value: str | date = self.cleaned_data[self.chosen]
        return Question(self.cleaned_data["number"], Fact(self.chosen), value)


class PageField(GateField):
    """The number of a printed page, or all that its QR code holds: then the text begins with a number sign."""

    usual_label = _("Document number or QR code")
    attrs = {"class": "in in--id", "dir": "ltr", "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}

    def gate(self, text: str) -> str:
        if "#" in text or text.count(".") == 2:
            return f"#{text.rpartition('#')[2]}"
        return serials.clean_serial(text)


class DocumentCodeField(GateField):
    """The code beside it. Anything else matches no document."""

    usual_label = _("Document code")
    attrs = PageField.attrs

    def gate(self, text: str) -> str:
        return seal.clean_check_code(text)[:40]


class DocumentForm(forms.Form):
    """Two facts from the paper, or the one that a scanner reads: then the answer is `seal`."""

    serial = PageField(help_text=_("12 letters and digits. A scanner may type the whole QR code here; then no code is needed."))
    code = DocumentCodeField(required=False)

    def __init__(self, *args: Any, awaits_scan: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if awaits_scan:  # whoever scanned one page scans the next
            self.fields["serial"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        """Read what was scanned, and ask for the code of what was typed."""
        answers = super().clean() or self.cleaned_data
        serial = answers.get("serial", "")
        if serial.startswith("#"):
            try:
                answers["seal"] = read(serial)[0]
            except Unreadable as wrong:
                self.add_error("serial", wrong)
        elif serial and not answers.get("code"):
            self.add_error("code", missing(self.fields["code"]))
        return answers
