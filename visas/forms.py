"""What the visa services ask."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from muqeem import counts, facts
from muqeem.fields import BothCalendarsDateField, CountField
from residency.forms import HouseholdForm
from residency.models import Resident, Visa
from visas.asked import Asked, latest_end
from visas.modes import given

MODES = {"days": _("In days, from today"), "return_before": _("To a return date"), "months": _("In months, from the day of travel")}


class ExitReentryForm(HouseholdForm):
    """Who travels, how often, and for how long: by days, to a day of return, or by months."""

    field_order = ("iqama_number", "kind", "mode", *MODES, "family", "family_asked")

    kind = forms.ChoiceField(
        label=_("Visa type"),
        widget=forms.RadioSelect,
        choices=[(Visa.Kind.SINGLE, _("Single: one journey")), (Visa.Kind.MULTIPLE, _("Multiple: any number of journeys"))],
        error_messages={"required": _("Choose the visa type."), "invalid_choice": _("Choose the visa type.")},
    )
    mode = forms.ChoiceField(
        label=_("Duration"),
        help_text=_("Choose one and fill in its field below; the other two are not read."),
        widget=forms.RadioSelect,
        choices=list(MODES.items()),
        error_messages={"required": _("Choose how the duration is given."), "invalid_choice": _("Choose how the duration is given.")},
    )
    days = CountField(label=_("Days"), help_text=_("Counted from today; one leaves and returns within them."), most=9999, required=False)
    return_before = BothCalendarsDateField(label=_("Return before"), help_text=_("The last day to return; it counts."), required=False)
    months = CountField(label=_("Months"), help_text=_("Counted from the day of travel."), most=99, required=False)

    def clean(self) -> dict[str, Any]:
        """Judge the duration against the shortest one and against everybody's residency."""
        answers = super().clean()
        if asked := given(self, answers, MODES):
            mode, value = asked
            answers["asked"] = Asked(**{mode: value})
            self._judge(mode, answers["asked"], answers)
        return answers

    def _judge(self, mode: str, asked: Asked, answers: dict[str, Any]) -> None:
        least = self.terms.number("er.min_days")
        first, ends = self.terms.on + timedelta(days=least), asked.ends(self.terms)
        if ends < self.terms.on:
            words = _("The return date is in the past; the earliest is %(first)s.")
            self.add_error(mode, ValidationError(words, code="past", params={"first": facts.dates_in_text(first)}))
        elif ends < first:
            words = _("The shortest visa: %(min_days)s. The earliest return date is %(first)s.")
            params = {"min_days": counts.days(least), "first": facts.dates_in_text(first)}
            self.add_error(mode, ValidationError(words, code="too_short", params=params))
        if resident := answers.get("resident"):
            self._judge_residency(mode, asked, resident)
            for member in answers.get("family", ()):
                self._judge_residency("family", asked, member)

    def _judge_residency(self, field: str, asked: Asked, resident: Resident) -> None:
        """What is wrong with the end. Where the residency leaves room for no visa at all, it is a requirement's matter."""
        latest = latest_end(resident, self.account, self.terms)
        if latest is None or latest < self.terms.on + timedelta(days=self.terms.number("er.min_days")) or asked.ends(self.terms) <= latest:
            return
        if field == "family":
            words = _("%(name)s: the latest date the residency allows is %(last)s. Renew it first, or choose a shorter duration.")
        else:
            words = _("The latest date the residency allows is %(last)s. Renew it first, or choose a shorter duration.")
        params = {"name": facts.named(resident.names), "last": facts.dates_in_text(latest)}
        self.add_error(field, ValidationError(words, code="past_residency", params=params))


class FinalExitForm(HouseholdForm):
    """Who leaves for good, and the family inside the Kingdom, who leaves along."""

    everybody: ClassVar[bool] = True
    ask_again: ClassVar[Any] = _(
        "Family members inside the Kingdom leave with the head of household. They are ticked here: check them, then verify the data again."
    )

    def clean(self) -> dict[str, Any]:
        """Leave nobody of the family behind."""
        answers = super().clean()
        if "family" in self.errors:
            return answers
        left = [each.names for each in self.family_shown() if each not in answers["family"]]
        if left:
            words = _(
                "Left out: %(names)s. Family members inside the Kingdom leave with the head of household."
                " Include them; who stays needs another head of household or an employer first."
            )
            params = {"names": facts.plain("names", left)}
            self.add_error("family", ValidationError(words, code="left_out", params=params))
        return answers
