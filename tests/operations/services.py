"""The smallest service there can be, for what does not depend on a renewal: who stamps a file looks at it."""

from decimal import Decimal
from typing import Any, ClassVar

from muqeem.facts import stored
from muqeem.operations.base import Operation
from muqeem.operations.fee import Fee, FeeLine
from residency.forms import ResidentForm


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
