"""The visa services."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from muqeem.facts import stored
from muqeem.operations.base import Operation, register
from muqeem.operations.fee import Fee
from residency import rules as of_register
from residency.models import Period, Resident, Visa, VisaState
from visas import rules
from visas.asked import Asked
from visas.existing.operations import CancelExitReentry, CancelFinalExit, ExtendExitReentry, PayVisaFine, ReprintVisa
from visas.fees import exit_reentry_fee, final_exit_fee
from visas.forms import ExitReentryForm, FinalExitForm
from visas.paper import on_paper
from visas.travellers import LAST_DAYS, companion, of_member, traveller, visa_of_today


class IssueVisa(Operation):
    """A visa for a resident and those of the family who are included, each with a page of their own."""

    resident: Resident
    family: list[Resident]

    def visa_kind(self) -> str:
        """Single, multiple or final."""
        raise NotImplementedError

    def period_of(self, person: Resident) -> Period:
        """How long one person's visa lasts."""
        raise NotImplementedError

    def conditions(self) -> dict[str, Any]:
        """What else the page says."""
        return {}

    @property
    def people(self) -> Sequence[Resident]:
        """The resident and the family members who are included."""
        return [self.resident, *self.family]

    def facts(self) -> dict[str, Any]:
        """Who travels, by which papers, and until when."""
        visa = self.conditions() | self._visa(self.resident)
        family = {"accompanying": [self._line(member) for member in self.family]} if self.family else {}
        return stored(traveller(self.resident, self.terms) | visa | family)

    def apply(self) -> dict[str, Any]:
        """Grant each of them a visa with a number of its own."""
        self.granted = {person: self.grant(person) for person in self.people}
        numbers = [{"name": member.names, "visa_number": self.granted[member].number} for member in self.family]
        family = {"accompanying_visas": numbers} if numbers else {}
        return {"visa_number": self.granted[self.resident].number, "issued_on": self.terms.on} | family

    def grant(self, person: Resident) -> Visa:
        """Grant one person the visa."""
        return person.issue_visa(self.visa_kind(), self.period_of(person), self.terms.on)

    def facts_of(self, person: Resident) -> dict[str, Any]:
        """The person's own papers, number and days, and what this one visa cost."""
        visa = self.granted[person]
        each = self.fee().total / len(self.people)
        own = {"visa_number": visa.number, "visa_state": VisaState.VALID.label, "total_sar": each} | on_paper(person, visa)
        if person == self.resident:
            return stored(own)
        return of_member(person, self.resident, self.terms) | stored(self._visa(person) | own)

    def _line(self, member: Resident) -> dict[str, Any]:
        """One of the family, with the last day where it is not the head's."""
        own, of_head = self._visa(member), self._visa(self.resident)
        return companion(member) | {name: day for name, day in own.items() if name in LAST_DAYS and day != of_head[name]}

    def _visa(self, person: Resident) -> dict[str, Any]:
        return visa_of_today(self.visa_kind(), self.period_of(person), self.terms)


@register
class IssueExitReentry(IssueVisa):
    """Let somebody, and family members with them, leave and come back: once or often, for a time."""

    slug = "exit-reentry-issue"
    title = _("Issue exit/re-entry visa")
    short_title = _("Exit/re-entry visa")
    icon = "plane"
    summary = _("Single or multiple, for a resident and family members.")
    review_title = _("Check the visa")
    confirm_label = _("Issue visa")
    done_title = _("Exit/re-entry visa issued")
    form_class = ExitReentryForm
    requirements = (
        of_register.not_deceased,
        of_register.not_left_for_good,
        of_register.residency_issued,
        rules.inside,
        rules.residency_lasts_for_a_visa,
        rules.no_other_visa,
        rules.no_unused_fine,
        of_register.not_absent,
        of_register.no_recruitment_violation,
        of_register.fines_paid,
        of_register.no_arrears,
        of_register.biometrics_taken,
        rules.passport_lasts("er.passport_min_days"),
    )
    page = "visas/exit_reentry_page.html"
    page_title = _("Exit/Re-entry Visa")
    tells = {name: name for name in ("travel_before_on", "return_before_on", "visa_months", "until_on")}

    kind: str
    asked: Asked

    @property
    def text(self) -> str:
        """A visa by months has no day of return yet."""
        return "exit-reentry-by-months" if self.asked.months else "exit-reentry-issued"

    def visa_kind(self) -> str:
        """Single or multiple, as was asked for."""
        return self.kind

    def period_of(self, person: Resident) -> Period:
        """As long as was asked for; by months no longer than the residency."""
        return self.asked.period(person, self.terms)

    def fee(self) -> Fee:
        """The visa and its further months, for everybody who travels."""
        return exit_reentry_fee(self.kind, self.asked.fee_months(self.terms), len(self.people), self.terms)


@register
class IssueFinalExit(IssueVisa):
    """Let somebody and the family leave for good."""

    slug = "final-exit-issue"
    title = _("Issue final exit visa")
    short_title = _("Final exit visa")
    icon = "leave"
    summary = _("To leave the Kingdom for good and end the residency.")
    review_title = _("Check the final exit")
    confirm_label = _("Issue visa")
    done_title = _("Final exit visa issued")
    form_class = FinalExitForm
    requirements = (
        of_register.not_deceased,
        of_register.not_left_for_good,
        of_register.residency_issued,
        rules.inside,
        rules.residency_lasts_for_final_exit,
        rules.no_other_visa,
        rules.no_unused_fine,
        of_register.not_absent,
        of_register.no_recruitment_violation,
        of_register.fines_paid,
        rules.no_vehicle,
        of_register.biometrics_taken,
        rules.passport_lasts("fe.passport_min_days"),
    )
    page = "visas/final_exit_page.html"
    page_title = _("Final Exit Visa")
    text = "final-exit-issued"
    four_eyes = True
    tells = {name: name for name in ("exit_before_on", "until_on")}

    def visa_kind(self) -> str:
        """There is one."""
        return Visa.Kind.FINAL

    def period_of(self, person: Resident) -> Period:
        """As long as the residency lasts, up to the longest."""
        assert person.iqama is not None
        longest = self.terms.on + timedelta(days=self.terms.number("fe.max_days"))
        return Period.to_leave(min(person.iqama.expires_on, longest))

    def conditions(self) -> dict[str, Any]:
        """What it costs to let it expire."""
        return {"unused_fine_sar": self.terms.money("fe.expired_fine")}

    def grant(self, person: Resident) -> Visa:
        """Grant the visa with which the residency ends at the border."""
        return person.leave_for_good(self.period_of(person), self.terms.on)

    def fee(self) -> Fee:
        """A final exit is free of charge."""
        return final_exit_fee(len(self.people), self.terms)


for service in (ExtendExitReentry, CancelExitReentry, CancelFinalExit, ReprintVisa, PayVisaFine):
    register(service)
