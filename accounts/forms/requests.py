"""What a stranger says who asks for a subscription."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import cities
from accounts.models import Package
from accounts.verification import VerificationField
from muqeem import counts, serials
from muqeem.facts import listed, plain
from muqeem.fields import EstablishmentField, GateField, MailField, PersonNumberField, PhoneField, TextField


class SerialField(GateField):
    """The number of a request, as it was written down."""

    attrs: Mapping[str, Any] = {"class": "in in--id", "dir": "ltr", "autocomplete": "off", "spellcheck": "false", "maxlength": "64"}

    def gate(self, text: str) -> str:
        return serials.clean_serial(text)


class PackageField(forms.ModelChoiceField):
    """A package by its name, its band and its price."""

    in_rows = True  # more is said of each than fits beside another

    def label_from_instance(self, package: Package) -> str:
        most = package.residents_up_to
        band = gettext("any number of residents") if most is None else gettext("up to %(most)s") % {"most": counts.residents(most)}
        return listed([package, band, plain("price", package.price)])


class RequestForm(forms.Form):
    """Who asks, for which establishment and which package."""

    company = TextField(label=_("Establishment"), max_length=200)
    company_number = EstablishmentField()
    city = forms.ChoiceField(label=_("City"), error_messages={"required": _("Choose the city.")})
    name = TextField(label=_("Name of the main user"), max_length=150)
    id_number = PersonNumberField(help_text=_("The invitation of the main user can be accepted under this number alone."))
    phone = PhoneField()
    email = MailField()
    package = PackageField(
        label=_("Package"),
        help_text=_("The price is for a year, before VAT."),
        queryset=Package.objects.none(),
        to_field_name="code",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a package.")},
    )
    verification = VerificationField()

    def __init__(self, *args: Any, by_text: bool, **kwargs: Any) -> None:
        """`by_text`: a code by text stands in for the picture."""
        super().__init__(*args, **kwargs)
        self.fields["city"].choices = cities.choices()  # type: ignore[attr-defined]
        self.fields["package"].queryset = Package.objects.offered()  # type: ignore[attr-defined]
        if by_text:
            del self.fields["verification"]

    def told(self) -> dict[str, Any]:
        """What is kept of it, as JSON can hold it."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "verification"}
        return said | {"package": said["package"].code}


class ReferenceForm(forms.Form):
    """The number of a request."""

    reference = SerialField(label=_("Request number"))


class AnswerForm(forms.Form):
    """The answer to what staff asked."""

    answer = TextField(label=_("Answer"), max_length=500)
