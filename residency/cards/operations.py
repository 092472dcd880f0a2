"""The services about a missing or damaged card. `residency.operations` registers them beside the others."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from muqeem.facts import stored
from muqeem.operations.base import Operation
from muqeem.operations.fee import Fee
from residency import rules
from residency.cards.fees import replacement_fee, report_fee
from residency.cards.forms import LOST, REASONS, MissingForm, ReplacementForm
from residency.models import Iqama, Resident
from residency.particulars import identity, passport_of


class ReportMissing(Operation):
    """Record that a card is missing, so that whoever finds it cannot use it and another may take its place."""

    slug = "missing-iqama"
    title = _("Report a missing iqama")
    short_title = _("Missing iqama")
    icon = "alert"
    summary = _("Record that a card is missing and get a report number.")
    review_title = _("Check the report")
    confirm_label = _("File report")
    done_title = _("Report filed")
    form_class = MissingForm
    requirements = (rules.not_deceased, rules.not_left_for_good, rules.residency_issued, rules.card_not_reported)
    page = "residency/missing_page.html"
    page_title = _("Missing Iqama Report")
    text = "card-missing"
    tells = {"missing_on": "missing_on"}
    spends = 0

    resident: Resident
    missing_on: date
    place: str

    def fee(self) -> Fee:
        """Nothing; the fine comes with the replacement."""
        return report_fee()

    def facts(self) -> dict[str, Any]:
        """Whose card, which one, since when and where."""
        assert self.resident.iqama is not None  # it is a requirement
        missing = {"missing_card_version": self.resident.iqama.version, "missing_on": self.missing_on, "missing_place": self.place}
        return stored(identity(self.resident) | passport_of(self.resident) | missing)

    def apply(self) -> dict[str, Any]:
        """File the report under a number of its own."""
        return {"report_number": self.resident.report_card_missing(self.missing_on, self.place, self.terms.on).number}


class ReplaceCard(Operation):
    """Issue the residency's next version in the place of a card that is lost or damaged; the residency itself stays as it is."""

    slug = "iqama-replacement"
    title = _("Replace lost or damaged iqama")
    short_title = _("Iqama replacement")
    icon = "card"
    summary = _("A new card with a new version number.")
    review_title = _("Check the replacement")
    confirm_label = _("Issue replacement")
    done_title = _("Replacement issued")
    form_class = ReplacementForm
    requirements = (rules.not_deceased, rules.not_left_for_good, rules.residency_issued, rules.residency_valid)
    page = "residency/replacement_page.html"
    page_title = _("Replacement Iqama Notice")
    text = "card-replaced"
    tells = {"until_on": "permit_until_on", "card_version": "card_version"}

    resident: Resident
    reason: str

    @property
    def iqama(self) -> Iqama:
        """The version whose card is replaced. That there is one is a requirement."""
        assert self.resident.iqama is not None
        return self.resident.iqama

    def fee(self) -> Fee:
        """The card and, if it was lost, the fine."""
        return replacement_fee(self.resident, self.terms, lost=self.reason == LOST)

    def facts(self) -> dict[str, Any]:
        """The person, the residency, and which card comes in the place of which."""
        card = {
            "permit_until_on": self.iqama.expires_on,
            "old_card_version": self.iqama.version,
            "card_version": self.iqama.version + 1,
            "replacement_reason": REASONS[self.reason],
        }
        report = self.resident.missing_report
        reported = {"missing_report_number": report.number, "missing_on": report.missing_on} if report else {}
        return stored(identity(self.resident) | passport_of(self.resident) | card | reported)

    def apply(self) -> dict[str, Any]:
        """Add a version of the permit with the same days, which waits for its card; an open report is settled by it."""
        return {"issued_on": self.resident.replace_card(self.terms.on).issued_on}
