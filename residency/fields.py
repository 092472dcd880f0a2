"""Form fields of the residency services."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
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
            self._found[number] = self._find(number)
        resident = self._found[number]
        if resident is None:
            raise ValidationError(_("There is no resident with this number in your account."), code="not_found")
        return resident

    def _find(self, number: str) -> Resident | None:
        return self.reach.filter(iqama_number=number).first()


class HeadField(ResidentField):
    """A resident of the account with the family, named by the iqama number of the head or of whoever goes alone.

    An operation may be about all of them: they are taken at once, in one order.

    The family follows its head: whoever is limited to branches reaches all of it by the branch of the head.
    """

    def narrow(self, account: Account, branches: list[int], *, lock: bool) -> None:
        super().narrow(account, [], lock=lock)
        self._branches = branches
        self._families: dict[int, list[Resident]] = {}

    def _find(self, number: str) -> Resident | None:
        head, family = Q(iqama_number=number), Q(head__iqama_number=number)
        if self._branches:
            head, family = head & Q(branch__in=self._branches), family & Q(head__branch__in=self._branches)
        household = list(self.reach.filter(head | family).order_by("pk"))
        found = next((each for each in household if each.iqama_number == number), None)
        if found is not None:
            household.remove(found)
            for member in household:
                member.head = found
            self._families[found.pk] = household
        return found

    def family_of(self, head: Resident) -> list[Resident]:
        """Those of the family who are alive and inside the Kingdom, in the order of their birth."""
        here = [each for each in self._families[head.pk] if not (each.left_on or each.deceased_on or each.departed_on)]
        return sorted(here, key=lambda each: (each.birth_on, each.pk))


class FamilyField(forms.MultipleChoiceField):
    """Who of a family is included, by their boxes; its value is the people."""

    default_error_messages: ClassVar[dict[str, Any]] = {"invalid_choice": _("Choose among the family members shown here.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.CheckboxSelectMultiple, **kwargs)
        self.asked = True
        self.family: list[Resident] = []

    def offer(self, family: list[Resident], *, asked: bool, everybody: bool) -> None:
        """Let these be chosen; `asked` if the answers that come are about them, `everybody` if all are ticked at first."""
        self.family, self.asked = family, asked
        self.choices = [(str(each.uuid), _who(each)) for each in family]
        self.initial = [value for value, _label in self.choices] if everybody else []

    def bound_data(self, data: Any, initial: Any) -> Any:
        """The boxes as they were ticked; as they are at first where another family was asked about."""
        return super().bound_data(data, initial) if self.asked else self.initial

    def clean(self, value: Any) -> list[Resident]:
        """The chosen members, in the order in which they are offered."""
        chosen = super().clean(value if self.asked else [])
        return [each for each in self.family if str(each.uuid) in chosen]


def _who(member: Resident) -> str:
    """A family member in a line: the name and the kinship."""
    relationship = Resident.Relationship(member.relationship or Resident.Relationship.OTHER)
    return f"{member} ({relationship.label})"


class FamilyAskedField(forms.CharField):
    """Whose family the boxes beside it were about: whoever comes with another number has not been asked yet."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)
        self.number = ""

    def bound_data(self, data: Any, initial: Any) -> Any:
        """The number of the boxes that are shown now."""
        return self.number


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
