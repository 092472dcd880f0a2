"""Form fields of the residency services."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from muqeem import counts, facts, numbers
from muqeem.fields import IqamaField
from muqeem.operations.base import ReachableField
from residency.models import Resident


class ResidentField(IqamaField, ReachableField):
    """A resident of the account, named by the iqama number."""

    def narrow(self, account: Account, branches: list[int], *, lock: bool) -> None:
        """Limit the choice to what the account reaches; `lock` also takes the resident's row for this transaction."""
        reach = Resident.objects.reachable_by(account, branches).select_related("sponsor", "occupation")
        self.reach = reach.select_for_update(of=("self",)) if lock else reach
        self._found: dict[str, Resident | None] = {}

    def clean(self, value: Any) -> Resident:
        """The resident of the number. Somebody else's is answered as if there were none."""
        number = super().clean(value)
        if number not in self._found:  # a form asks more than once whom it speaks of
            self._found[number] = self.reach.filter(iqama_number=number).first()
        resident = self._found[number]
        if resident is None:
            raise ValidationError(_("There is no resident with this number in your account."), code="not_found")
        return resident


class MonthsField(forms.TypedChoiceField):
    """A period in months, one of those that are offered."""

    default_error_messages: ClassVar[dict[str, Any]] = {"required": _("Choose the period.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, empty_value=None, widget=forms.RadioSelect, **kwargs)

    def offer(self, periods: Sequence[int]) -> None:
        """Let these periods be chosen."""
        self.choices = [(str(months), counts.months(months)) for months in periods]
        words = _("Choose one of these periods: %(periods)s.")
        listed = facts.plain("periods", [label for _value, label in self.choices])
        self.error_messages["invalid_choice"] = words % {"periods": listed}

    def to_python(self, value: Any) -> str:
        """The number as it is kept, in whatever digits it came."""
        return numbers.ascii_digits(super().to_python(value))
