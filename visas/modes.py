"""Forms that take one thing in one of several ways, each with a field of its own; which way, says the field `mode`."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MISSING = {"days": _("Enter the number of days."), "return_before": _("Enter the return date."), "months": _("Enter the number of months.")}


def given(form: forms.Form, answers: dict[str, Any], modes: Iterable[str]) -> tuple[str, Any] | None:
    """The way that was chosen and what stands in its field, out of the answers; the fields of the others are not read.

    None where the form says what is wrong with either.
    """
    mode, values = answers.pop("mode", None), {name: answers.pop(name, None) for name in modes}
    for name in values:
        if name != mode:
            form.errors.pop(name, None)
    if not mode or mode in form.errors:
        return None
    if values[mode] is None:
        form.add_error(mode, ValidationError(MISSING[mode], code="required"))
        return None
    return mode, values[mode]
