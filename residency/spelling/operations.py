"""The service about a name in Latin letters. `residency.operations` registers it beside the others."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from muqeem.facts import stored, was
from muqeem.operations.base import Operation
from muqeem.operations.fee import Fee
from residency import rules
from residency.fees import update_fee
from residency.models import LatinName, Resident
from residency.particulars import identity, name_parts, passport_of
from residency.spelling.forms import NameForm


class CorrectName(Operation):
    """The name in Latin letters becomes what the passport says."""

    slug = "name-correction"
    title = _("Edit transliterated name")
    icon = "person"
    summary = _("Match the Latin spelling to the passport.")
    review_title = _("Name before and after")
    confirm_label = _("Change name")
    done_title = _("Transliterated name changed")
    form_class = NameForm
    requirements = (rules.not_deceased, rules.not_left_for_good)
    page = "residency/name_page.html"
    page_title = _("Transliterated Name Notice")
    text = "name-changed"
    spends = 0

    resident: Resident
    name: LatinName

    def fee(self) -> Fee:
        """Nothing: data are kept current free of charge."""
        return update_fee()

    def facts(self) -> dict[str, Any]:
        """The person, and the whole name and each part of it before and after."""
        before = {"name": self.resident.names} | name_parts(self.resident.latin_name)
        after = {"name": self.resident.names | {"en": str(self.name)}} | name_parts(self.name)
        earlier = {was(key): value for key, value in before.items()}
        return stored(identity(self.resident) | passport_of(self.resident) | earlier | after)

    def apply(self) -> dict[str, Any]:
        """Write the name as it was given; the Arabic one stays."""
        self.resident.correct_name(self.name, self.terms.on)
        return {}
