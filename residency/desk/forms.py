"""What the desk asks: a scan, a card's serial, a reason."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from muqeem.fields import GateField, TextField
from muqeem.operations.models import Document
from residency.desk import keyboard
from residency.desk.reading import Reading, clean_card_serial, read

# Scanners press keys, as people do; nothing may be completed, corrected or put in capitals on the way.
_AS_TYPED = {"dir": "ltr", "autocomplete": "off", "autocapitalize": "off", "autocorrect": "off", "spellcheck": "false"}


class ScanField(forms.Field):
    """The one field of the desk. Its value is everything that the text can mean."""

    default_error_messages: ClassVar[dict[str, Any]] = {"required": _("Nothing was scanned or typed.")}

    def to_python(self, value: Any) -> list[Reading]:
        """The readings of a text; nothing but signs that cannot be seen counts as nothing."""
        text = "" if value is None else str(value)
        return read(text) if keyboard.plain(text) else []


def focus(form: forms.Form) -> None:
    """Let the page begin in the form's field; each of them has one."""
    for field in form.fields.values():
        field.widget.attrs["autofocus"] = True


class ScanForm(forms.Form):
    """Whatever lies on the desk."""

    scan = ScanField(
        label=_("Page code, document number, receipt number or iqama number"),
        widget=forms.TextInput({**_AS_TYPED, "class": "in scan", "accesskey": "1"}),
    )


class CardSerialField(GateField):
    """The serial that is printed on a card."""

    attrs = {**_AS_TYPED, "class": "in", "accesskey": "3"}

    def gate(self, text: str) -> str:
        return clean_card_serial(text)


class CardForm(forms.Form):
    """Which card was printed."""

    card = CardSerialField(label=_("Card serial"))

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document = document

    def clean_card(self) -> str:
        """The serial, unless it is another number that lies on the desk with the card."""
        serial: str = self.cleaned_data["card"]
        resident = self.document.resident
        numbers = {self.document.serial, self.document.code, self.document.receipt.number, resident.iqama_number, resident.border_number}
        if serial in numbers:
            raise ValidationError(_("This is a number of the page or the person, not of the card."), code="not-the-card")
        return serial


class UndoForm(forms.Form):
    """Why the record of a card is taken back."""

    reason = TextField(label=_("Reason"))
