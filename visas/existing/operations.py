"""The services about a visa that exists. `visas.operations` registers them beside those that grant one."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from muqeem.facts import stored
from muqeem.operations.base import Operation
from muqeem.operations.fee import Fee
from muqeem.operations.models import Document
from residency import rules as of_register
from residency.models import Resident, Visa
from residency.standing import unused_visa
from visas import rules as of_visas
from visas.existing import rules
from visas.existing.fees import cancellation_fee, extension_fee, fine_fee
from visas.existing.forms import CancellationForm, ExtensionForm, FinalExitCancellationForm, FineForm, ReprintForm
from visas.existing.standing import final_exit_to_cancel, page_of
from visas.paper import on_paper
from visas.travellers import companion, of_member, traveller


def of_visa(visa: Visa) -> dict[str, Any]:
    """What pages call the visa by."""
    return {"visa_number": visa.number, "visa_kind": Visa.Kind(visa.kind).label, "visa_issued_on": visa.issued_on}


def as_it_stood(visa: Visa) -> dict[str, Any]:
    """The same with its last day, of a visa that ends here."""
    return of_visa(visa) | {"visa_until_on": visa.last_day}


class ExtendExitReentry(Operation):
    """Give somebody abroad more time to return."""

    slug = "exit-reentry-extend"
    title = _("Extend exit/re-entry visa")
    short_title = _("Visa extension")
    icon = "clock"
    summary = _("More time for a resident abroad, before the visa expires.")
    review_title = _("Check the extension")
    confirm_label = _("Extend visa")
    done_title = _("Visa extended")
    form_class = ExtensionForm
    requirements = (
        of_register.not_deceased,
        of_register.not_left_for_good,
        of_register.residency_issued,
        rules.outside,
        rules.visa_in_force,
        rules.residency_covers_an_extension,
    )
    page = "visas/extension_page.html"
    page_title = _("Exit/Re-entry Visa (Extended)")
    text = "exit-reentry-extended"
    tells = {"return_before_on": "return_before_on", "until_on": "return_before_on"}

    resident: Resident
    visa: Visa
    return_before: date

    def fee(self) -> Fee:
        """The months that are added, at the price from abroad."""
        return extension_fee(self.visa, self.return_before, self.terms)

    def facts(self) -> dict[str, Any]:
        """The person, and the last day to return before and after."""
        days = {
            "travelled_on": self.visa.travelled_on,
            "old_return_before_on": self.visa.last_day,
            "return_before_on": self.return_before,
            "extra_days": (self.return_before - self.visa.last_day).days,
        }
        return stored(traveller(self.resident, self.terms) | of_visa(self.visa) | days)

    def apply(self) -> dict[str, Any]:
        """Move the last day to return."""
        self.visa.extend(self.return_before)
        return {"extended_on": self.terms.on}

    def facts_of(self, person: Resident) -> dict[str, Any]:
        """The zone of the visa as it is now, and what it is worth: whoever reads the page later sees whether it still is."""
        return stored(on_paper(person, self.visa) | {"visa_state": self.visa.state(self.terms).label})


class CancelVisa(Operation):
    """End a visa unused, or between two trips."""

    review_title = _("Check the cancellation")
    confirm_label = _("Cancel visa")
    spends = 0
    page = "visas/cancellation_page.html"

    resident: Resident
    visa: Visa

    def fee(self) -> Fee:
        """Nothing, and nothing back."""
        return cancellation_fee(self.visa.kind)

    def facts(self) -> dict[str, Any]:
        """The person, and the visa as it stood."""
        return stored(traveller(self.resident, self.terms) | as_it_stood(self.visa))

    def apply(self) -> dict[str, Any]:
        """End the visa today."""
        self.visa.cancel(self.terms.on)
        return {"cancelled_on": self.terms.on}

    def facts_of(self, person: Resident) -> dict[str, Any]:
        """That the visa is worth nothing any more."""
        return stored({"visa_state": self.visa.state(self.terms).label})


class CancelExitReentry(CancelVisa):
    """Give up a journey. The fee is gone."""

    slug = "exit-reentry-cancel"
    title = _("Cancel exit/re-entry visa")
    short_title = _("Visa cancellation")
    icon = "unmet"
    summary = _("Cancel an unused visa. The fee is not refunded.")
    done_title = _("Exit/re-entry visa cancelled")
    form_class = CancellationForm
    requirements = (
        of_register.not_deceased,
        of_register.not_left_for_good,
        of_visas.inside,
        rules.not_used_up,
        rules.exit_reentry_cancellable,
        rules.no_earlier_fine,
        of_register.not_absent,
        of_register.no_recruitment_violation,
    )
    page_title = _("Exit/Re-entry Visa Cancellation Notice")

    def facts(self) -> dict[str, Any]:
        """That nothing comes back is said here, too, and stays with receipt and slip."""
        return stored(super().facts() | {"refund": _("The visa fee is not refunded.")})


class CancelFinalExit(CancelVisa):
    """Stay after all: the visa of the resident and those that the family was granted with it."""

    slug = "final-exit-cancel"
    title = _("Cancel final exit visa")
    short_title = _("Final exit cancellation")
    icon = "unmet"
    summary = _("Cancel the visa and keep the residency.")
    done_title = _("Final exit visa cancelled")
    form_class = FinalExitCancellationForm
    requirements = (
        of_register.not_deceased,
        of_register.not_left_for_good,
        of_visas.inside,
        rules.no_final_exit_fine,
        rules.final_exit_cancellable,
        of_register.residency_valid,
        of_register.not_absent,
        of_register.no_recruitment_violation,
    )
    page_title = _("Final Exit Visa Cancellation Notice")

    family: list[Resident]

    @property
    def people(self) -> Sequence[Resident]:
        """The resident and the family whose visas came with this one."""
        return [self.resident, *self.family]

    def facts(self) -> dict[str, Any]:
        """The resident with the visa, and whose visas end with it."""
        family = {"accompanying": [companion(member) for member in self.family]} if self.family else {}
        return stored(super().facts() | family)

    def apply(self) -> dict[str, Any]:
        """End the visa today, and with it those of the family that were granted together with it."""
        self.of_family = {member: final_exit_to_cancel(member, self.terms) for member in self.family}
        for visa in self.of_family.values():
            assert visa is not None
            visa.cancel(self.terms.on)
        return super().apply()

    def facts_of(self, person: Resident) -> dict[str, Any]:
        """The member's own papers and visa."""
        visa = self.of_family.get(person)
        own = stored(of_member(person, self.resident, self.terms) | as_it_stood(visa)) if visa else {}
        return super().facts_of(person) | own


class ReprintVisa(Operation):
    """Give out the newest page of a visa once more: a numbered copy, not another document."""

    slug = "visa-reprint"
    title = _("Reprint a visa")
    icon = "print"
    summary = _("A numbered copy of a visa already issued, or of the slip of its cancellation.")
    review_title = _("Check the copy")
    confirm_label = _("Print a copy")
    done_title = _("The copy is ready")
    form_class = ReprintForm
    requirements = (rules.page_held,)
    spends = 0

    resident: Resident
    visa: Visa

    @property
    def document(self) -> Document:
        """The page. That there is one, the form has seen."""
        page = page_of(self.visa)
        assert page is not None
        return page

    def facts(self) -> dict[str, Any]:
        """Of which page a copy is made."""
        page = self.document
        known = {"name": self.resident.names, "iqama_number": self.resident.iqama_number}
        return stored(known | of_visa(self.visa) | {"printed_page": page.facts["title"], "document_number": page.serial})

    def apply(self) -> dict[str, Any]:
        """Nothing changes but the number of copies."""
        return {}

    def reprints(self) -> Sequence[Document]:
        """The page itself."""
        return [self.document]


class PayVisaFine(Operation):
    """Pay for the visa that was left to expire first, so that it blocks nothing any more."""

    slug = "visa-fine"
    title = _("Pay an unused-visa fine")
    short_title = _("Unused-visa fine")
    icon = "wallet"
    summary = _("For a visa that was neither used nor cancelled. Services open again at once.")
    review_title = _("Check the fine")
    confirm_label = _("Pay the fine")
    done_title = _("Fine paid")
    form_class = FineForm
    requirements = (of_register.not_deceased, rules.fine_due)
    page = "visas/unused_fine_page.html"
    page_title = _("Unused-visa Fine Receipt")

    resident: Resident

    @property
    def visa(self) -> Visa:
        """The oldest one. That there is one is a requirement."""
        visa = unused_visa(self.resident, self.terms)
        assert visa is not None
        return visa

    def fee(self) -> Fee:
        """The fine; for an exit/re-entry visa it grows with each that was left unused."""
        return fine_fee(self.resident, self.visa, self.terms)

    def facts(self) -> dict[str, Any]:
        """For whom and for which visa."""
        known = {"name": self.resident.names, "iqama_number": self.resident.iqama_number}
        return stored(known | as_it_stood(self.visa))

    def apply(self) -> dict[str, Any]:
        """Record the fine as paid, so that the visa blocks nothing any more."""
        self.visa.pay_fine(self.terms.on)
        return {"fine_paid_on": self.terms.on}
