"""What people type about themselves. Forms never save."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.attempts import name_key
from accounts.models.limits import Paused, count_password
from accounts.replies import sign_in_paused
from muqeem.fields import CodeField, TextField


class SignInForm(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput({"class": "in", "dir": "ltr", "autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Enter your user name.")},
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=500,
        strip=False,
        widget=forms.PasswordInput({"class": "in", "dir": "ltr", "autocomplete": "current-password"}),
        error_messages={"required": _("Enter your password.")},
    )


class CodeForm(forms.Form):
    """Six digits, in any of three scripts."""

    code = CodeField(label=_("Security code"))


class BackupCodeForm(forms.Form):
    """One of the back-up codes."""

    code = TextField(label=_("Backup code"), max_length=32)


class PasswordForm(forms.Form):
    """A new password, beside the one in use."""

    password = forms.CharField(
        label=_("Current password"),
        strip=False,
        max_length=500,
        widget=forms.PasswordInput({"class": "in", "dir": "ltr", "autocomplete": "current-password"}),
    )
    new_password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=500,
        widget=forms.PasswordInput({"class": "in", "dir": "ltr", "autocomplete": "new-password"}),
        help_text=_("At least 12 characters; a sentence is easier to remember than signs."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """The password in use; wrong ones are counted like those of sign-in, for a session may be somebody else's."""
        password: str = self.cleaned_data["password"]
        try:
            attempt = count_password(name_key(self.user.username))
        except Paused as paused:
            raise ValidationError(sign_in_paused(paused)) from None
        if not self.user.check_password(password):
            raise ValidationError(_("The current password is not correct."))
        attempt.delete()
        return password

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        validate_password(password, self.user)
        return password
