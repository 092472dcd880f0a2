"""Whom an account lets act, with what; and what the invited say of themselves."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms.sign_in import PasswordField
from accounts.models import Account, Branch, User
from muqeem import catalogue
from muqeem.fields import GateField, MailField, NameField, PersonNumberField, PhoneField, TextField
from muqeem.numbers import ascii_digits

_USERNAME = re.compile(r"\A[a-z][a-z0-9._-]{3,29}\Z")


class PrivilegesForm(forms.Form):
    """Services, and the branches whose residents they are for."""

    privileges = forms.MultipleChoiceField(
        label=_("Privileges"), widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Choose one privilege at least.")}
    )
    branches = forms.ModelMultipleChoiceField(
        label=_("Limited to branches"),
        help_text=_("None chosen: all branches."),
        required=False,
        queryset=Branch.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["privileges"].choices = list(catalogue.services().items())  # type: ignore[attr-defined]
        branches = account.branches.order_by("name_ar")
        self.fields["branches"].queryset = branches  # type: ignore[attr-defined]
        if not branches:
            del self.fields["branches"]


class InviteForm(PrivilegesForm):
    """Somebody who is to act for the account."""

    name = TextField(label=_("Name"), max_length=150)
    id_number = PersonNumberField()
    email = MailField()
    phone = PhoneField()
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, initial=settings.LANGUAGE_CODE, widget=forms.RadioSelect)

    field_order = ["name", "id_number", "email", "phone", "language", "privileges", "branches"]


class UsernameField(GateField):
    """A user name that nobody has: Latin letters, digits and a few marks."""

    usual_label = _("User name")
    attrs = {"class": "in", "dir": "ltr", "autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}

    def gate(self, text: str) -> str:
        name = ascii_digits(text).lower()
        if not _USERNAME.match(name):
            words = _("A user name has 4 to 30 Latin letters, digits, dots or hyphens and starts with a letter.")
            raise ValidationError(words, code="form")
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(_("This user name is taken; choose another."), code="taken")
        return name


class ChosenUserForm(forms.Form):
    """What a new user chooses: how to be called here, and the password. `person` is what is known of them."""

    username = UsernameField()
    password = PasswordField(
        label=_("Password"),
        autocomplete="new-password",
        help_text=_("At least 12 characters; a sentence is easier to remember than signs."),
    )

    def __init__(self, *args: Any, person: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person or {}

    def clean(self) -> dict[str, Any]:
        """A password that others cannot guess from the rest."""
        said = self.cleaned_data
        if password := said.get("password"):
            known = {**self.person, **said}
            person = User(**{name: known.get(name, "") for name in ("username", "name_ar", "name_en")})
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return said


class NewUserForm(ChosenUserForm):
    """The same of somebody who is on no record: with both spellings of the name."""

    name_ar = NameField(script="arabic", label=_("Name in Arabic"), max_length=150)
    name_en = NameField(script="latin", label=_("Name in Latin letters"), max_length=150)

    field_order = ["name_ar", "name_en", "username", "password"]
