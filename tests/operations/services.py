"""The smallest services there can be, for what does not depend on a renewal: who stamps a file looks at it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from muqeem.facts import stored
from muqeem.operations.base import Operation
from muqeem.operations.fee import Fee, FeeLine
from muqeem.operations.models import Document
from residency.forms import HouseholdForm, ResidentForm
from residency.models import Resident
from residency.rules import fines_paid


class Stamp(Operation):
    """Its effect is a `View` of the resident, its facts never change, and it costs ten riyals."""

    slug = "stamp"
    title = summary = review_title = confirm_label = done_title = page_title = "Stamp"
    form_class = ResidentForm
    requirements = ()
    page = "residency/renewal_page.html"
    price: ClassVar[Decimal] = Decimal("10.00")

    def fee(self) -> Fee:
        return Fee([FeeLine("stamp", self.price)])

    def facts(self) -> dict[str, Any]:
        return stored({"name": self.resident.names, "iqama_number": self.resident.iqama_number})

    def apply(self) -> dict[str, Any]:
        self.resident.views.create(user=self.user, account=self.account)
        return {}


class StampFamily(Stamp):
    """The same for a household: each looked-at file is a `View`, and each has a page."""

    slug = "stamp-family"
    form_class = HouseholdForm
    requirements = (fines_paid,)
    tells: ClassVar[dict[str, str]] = {"until_on": "until_on"}

    family: list[Resident]

    @property
    def people(self) -> Sequence[Resident]:
        return [self.resident, *self.family]

    def fee(self) -> Fee:
        return Fee([FeeLine("stamp", self.price * len(self.people))])

    def facts(self) -> dict[str, Any]:
        return super().facts() | {"family": [member.names for member in self.family]}

    def apply(self) -> dict[str, Any]:
        for person in self.people:
            person.views.create(user=self.user, account=self.account)
        return {}

    def facts_of(self, person: Resident) -> dict[str, Any]:
        return stored({"name": person.names, "iqama_number": person.iqama_number, "until_on": person.iqama and person.iqama.expires_on})


class StampAgain(Stamp):
    """Without paper of its own: a new copy of the newest page about the resident."""

    slug = "stamp-again"
    page = ""

    def reprints(self) -> Sequence[Document]:
        return [self.resident.documents.latest("pk")]


class StampTogether(Stamp):
    """What an account may want two people for."""

    slug = "stamp-together"
    four_eyes = True
    requirements = (fines_paid,)
