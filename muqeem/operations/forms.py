"""What the engine's own pages ask."""

from django import forms
from django.utils.translation import gettext_lazy as _

from muqeem import seal, serials
from muqeem.fields import GateField


class SerialField(GateField):
    """The number of a printed document."""

    usual_label = _("Document number")

    def gate(self, text: str) -> str:
        return serials.clean_serial(text)


class DocumentCodeField(GateField):
    """The code beside it. Anything else matches no document."""

    usual_label = _("Document code")

    def gate(self, text: str) -> str:
        return seal.clean_check_code(text)[:40]


class CheckForm(forms.Form):
    """Two facts from the paper."""

    serial = SerialField()
    code = DocumentCodeField()
