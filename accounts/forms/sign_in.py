"""What people type to sign in, and to guard it."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.attempts import name_key, tell_refused
from accounts.models.browsers import LIFE
from accounts.models.limits import Paused, count_password
from accounts.replies import sign_in_paused
from muqeem import counts
from muqeem.fields import CodeField, GateField, TextField
from muqeem.numbers import no_longer_than

LONGEST_PASSWORD = 500  # a long sentence; hashing more would only cost time


class PasswordField(GateField):
    """A password exactly as it was typed: spaces count."""

    attrs = {"class": "in", "dir": "ltr"}

    def __init__(self, *, autocomplete: str, **kwargs: Any) -> None:
        super().__init__(widget=forms.PasswordInput({"autocomplete": autocomplete}), **kwargs)

    def to_python(self, value: Any) -> str:
        return self.gate(value or "")

    def gate(self, text: str) -> str:
        return no_longer_than(LONGEST_PASSWORD, text)


class SignInForm(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput({"class": "in", "dir": "ltr", "autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Enter your user name.")},
    )
    password = PasswordField(label=_("Password"), autocomplete="current-password", error_messages={"required": _("Enter your password.")})


class CodeForm(forms.Form):
    """Six digits, in any of three scripts."""

    code = CodeField(label=_("Security code"))


class SixDigits(CodeField):
    """A code that opens no operation and so is no security code."""

    def gate(self, text: str) -> str:
        try:
            return super().gate(text)
        except ValidationError:
            raise ValidationError(_("The code has 6 digits.")) from None


class AppCodeForm(forms.Form):
    """What the authenticator app that is being set up shows."""

    code = SixDigits(label=_("Code of the app"))


class SignInCodeForm(forms.Form):
    """The code of the second step."""

    code = SixDigits(label=_("Sign-in code"))


class PhoneCodeForm(forms.Form):
    """The code of a text to somebody who is not signed in."""

    code = SixDigits(label=_("Code"))


class RememberingForm(SignInCodeForm):
    """The code of the second step, and whether this browser stands in for it from now on."""

    remember = forms.BooleanField(
        required=False,
        label=_("Remember this browser for %(days)s"),
        help_text=_("Only on a device of your own: the password is then enough to sign in here. Every operation still asks for its code."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remember"].label = str(self.fields["remember"].label) % {"days": counts.days(LIFE.days)}


class BackupCodeForm(forms.Form):
    """One of the back-up codes. It is for one sign-in: no browser is remembered by it."""

    code = TextField(label=_("Backup code"), max_length=32)


class BatchForm(forms.Form):
    """The name under which back-up codes are made, so that a page that is sent twice makes them once."""

    batch = forms.UUIDField(widget=forms.HiddenInput)


class ForgottenForm(forms.Form):
    """Whose password is forgotten."""

    username = SignInForm.base_fields["username"]


class NewPasswordForm(forms.Form):
    """A new password of a user."""

    new_password = PasswordField(
        label=_("New password"),
        autocomplete="new-password",
        help_text=_("At least 12 characters; a sentence is easier to remember than signs."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        validate_password(password, self.user)
        return password


class PasswordForm(NewPasswordForm):
    """A new password, beside the one in use."""

    password = PasswordField(label=_("Current password"), autocomplete="current-password")
    field_order = ["password", "new_password"]

    def clean_password(self) -> str:
        """The password in use; wrong ones are counted like those of sign-in, for a session may be somebody else's."""
        password: str = self.cleaned_data["password"]
        try:
            attempt = count_password(name_key(self.user.username))
        except Paused as paused:
            raise ValidationError(sign_in_paused(paused)) from None
        if not self.user.check_password(password):
            tell_refused("wrong password", name_key(self.user.username))
            raise ValidationError(_("The current password is not correct."))
        attempt.delete()
        return password
