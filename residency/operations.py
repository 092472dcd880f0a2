"""The residency services."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from muqeem.facts import stored
from muqeem.operations.base import Operation, register
from muqeem.operations.fee import Fee
from residency import rules
from residency.cards.operations import ReplaceCard, ReportMissing
from residency.fees import renewal_fee
from residency.forms import RenewalForm
from residency.models import Iqama, Resident
from residency.particulars import companions, particulars
from residency.passports.operations import ExtendPassport, RecordPassport
from residency.spelling.operations import CorrectName


@register
class RenewIqama(Operation):
    """Renew a residency for a number of months that run on from its end."""

    slug = "iqama-renewal"
    title = _("Renew residency")
    icon = "renew"
    summary = _("Renew a residency for the period you choose and print the notice.")
    review_title = _("Check the renewal")
    confirm_label = _("Renew residency")
    done_title = _("Residency renewed")
    form_class = RenewalForm
    requirements = (
        rules.not_deceased,
        rules.not_left_for_good,
        rules.residency_issued,
        rules.within_renewal_window,
        rules.not_late_too_often,
        rules.not_absent,
        rules.no_recruitment_violation,
        rules.fines_paid,
        rules.no_arrears,
        rules.biometrics_taken,
        rules.passport_valid,
        rules.insured,
        rules.work_permit_held,
        rules.renewable_from_where_they_are,
        rules.dependant_young_enough,
        rules.dependant_proven,
    )
    page = "residency/renewal_page.html"
    page_title = _("Residency Renewal Notice")
    text = "residency-renewed"
    tells = {"until_on": "new_expires_on"}

    resident: Resident
    months: int

    @property
    def iqama(self) -> Iqama:
        """The version that runs out. That there is one is the first thing asked of a renewal."""
        assert self.resident.iqama is not None
        return self.resident.iqama

    def fee(self) -> Fee:
        """Residency, work permit, levy, dependants and the fine of a late renewal."""
        return renewal_fee(self.resident, self.iqama, self.months, self.account, self.terms)

    def facts(self) -> dict[str, Any]:
        """The person, the papers that were judged, and the residency before and after."""
        iqama = self.iqama
        renewed = {
            "card_version": iqama.version + 1,
            "months": self.months,
            "expires_on": iqama.expires_on,
            "new_expires_on": iqama.renewed_until(self.months, self.terms),
        }
        return stored(particulars(self.resident, self.terms.on) | companions(self.resident) | renewed)

    def apply(self) -> dict[str, Any]:
        """Add a version of the permit that runs on from the old one's end."""
        renewed = self.resident.renew(self.months, self.terms)
        return {"issued_on": renewed.issued_on, "starts_on": renewed.starts_on}


for service in (ReplaceCard, ReportMissing, ExtendPassport, RecordPassport, CorrectName):
    register(service)
