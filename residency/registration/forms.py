"""Who somebody says they are."""

from django import forms
from django.utils.translation import gettext_lazy as _

from muqeem import clock
from muqeem.fields import BothCalendarsDateField, PersonNumberField


class WhoForm(forms.Form):
    """Two facts that the record holds, too."""

    number = PersonNumberField()
    birth_on = BothCalendarsDateField(label=_("Date of birth"), latest=clock.today)
