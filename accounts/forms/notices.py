"""How somebody wants to be told of what."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Preference, User
from accounts.models.notices import ALWAYS_BY_TEXT, Kind
from muqeem.record.models import Message

TEXT = (Message.Channel.TEXT.value, pgettext_lazy("message", "By text"))
MAIL = (Message.Channel.MAIL.value, pgettext_lazy("message", "By e-mail"))


class PreferencesForm(forms.Form):
    """For each kind: by text, by e-mail, by both or by neither."""

    def __init__(self, *args: Any, user: User, kinds: Iterable[Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        for kind in kinds:
            chosen = Preference.of(user, kind)
            self.fields[kind.value] = forms.MultipleChoiceField(
                label=kind.label,
                help_text=_("A text about each of them is always sent.") if kind in ALWAYS_BY_TEXT else "",
                choices=[MAIL] if kind in ALWAYS_BY_TEXT else [TEXT, MAIL],
                initial=[way for way, _label in (TEXT, MAIL) if (chosen.by_text if way == TEXT[0] else chosen.by_mail)],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )

    def save(self) -> None:
        for kind, ways in self.cleaned_data.items():
            chosen = {"by_text": TEXT[0] in ways, "by_mail": MAIL[0] in ways}
            Preference.objects.update_or_create(user=self.user, kind=kind, defaults=chosen)
