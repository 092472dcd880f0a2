"""What is asked of a missing or damaged card."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from muqeem import facts
from muqeem.fields import BothCalendarsDateField, TextField
from residency.forms import ResidentForm
from residency.models import Resident

PLACE = 60  # signs
LOST, DAMAGED = "lost", "damaged"
REASONS = {LOST: _("Lost: it was reported missing"), DAMAGED: _("Damaged: it is handed in")}


class MissingForm(ResidentForm):
    """Since when the card is missing, and where it went missing."""

    missing_on = BothCalendarsDateField(label=_("Missing since"))
    place = TextField(label=_("Where it went missing"), max_length=PLACE, help_text=_("The city; if it was abroad, also the country."))

    def clean(self) -> dict[str, Any]:
        """The card went missing when there was one, and not in the future."""
        answers = super().clean()
        day = answers.get("missing_on")
        if day and (error := self._wrong_day(day, answers.get("resident"))):
            self.add_error("missing_on", error)
        return answers

    def _wrong_day(self, day: date, resident: Resident | None) -> ValidationError | None:
        if day > self.terms.on:
            return ValidationError(_("This day is still to come. Enter the day since which the card is missing."), code="future")
        first = min((iqama.issued_on for iqama in resident.file.iqamas), default=None) if resident else None
        if first and day < first:
            words = _("The first card was issued on %(date)s; this day is before it. Check the day.")
            return ValidationError(words, code="before_the_first", params={"date": facts.dates_in_text(first)})
        return None


class ReplacementForm(ResidentForm):
    """Why the card is replaced."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        widget=forms.RadioSelect,
        choices=list(REASONS.items()),
        error_messages={"required": _("Choose why the card is replaced."), "invalid_choice": _("Choose why the card is replaced.")},
    )

    def prefill(self, person: Resident, about: str) -> dict[str, str]:
        """A card that was reported missing is replaced as lost."""
        return super().prefill(person, about) | ({"reason": LOST} if person.missing_report else {})

    def clean(self) -> dict[str, Any]:
        """A lost card was reported missing; one that was reported is not handed in."""
        answers = super().clean()
        resident, reason = answers.get("resident"), answers.get("reason")
        if resident and reason == LOST and not resident.missing_report:
            words = _('A lost card is reported first, with the service "Report a missing iqama"; then it is replaced.')
            self.add_error("reason", ValidationError(words, code="not_reported"))
        if resident and reason == DAMAGED and resident.missing_report:
            words = _("The card was reported missing on %(date)s, report number %(number)s. Choose the other reason.")
            report = resident.missing_report
            params = {"date": facts.dates_in_text(report.filed_on), "number": report.number}
            self.add_error("reason", ValidationError(words, code="reported", params=params))
        return answers
