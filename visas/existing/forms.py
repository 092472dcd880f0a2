"""What is asked about a visa that exists. Whose visa it is follows from the resident, so a stranger's is not found."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from muqeem import counts, facts
from muqeem.fields import BothCalendarsDateField, CountField, VisaNumberField
from muqeem.record.terms import Terms
from residency.fields import HeadField
from residency.forms import ResidentForm
from residency.models import Resident, Visa
from residency.standing import unused_visa
from visas.existing.standing import final_exit_to_cancel, grant_of, visa_to_cancel, visa_to_extend, visas_with_pages
from visas.modes import given

LONGEST = 9999  # days; the residency ends long before
MODES = {"days": _("By a number of days"), "return_before": _("To a return date")}


class VisaForm(ResidentForm):
    """A form about one visa of a resident, by its number; its answers are `resident` and `visa`."""

    meant: ClassVar[Any]  # the visas it is for, in words

    visa_number = VisaNumberField(help_text=_("It stands on the visa and in the resident's file."))

    def prefill(self, person: Resident, about: str) -> dict[str, str]:
        """The visa that was chosen in the file; without a choice the only one there is."""
        offered = self.visas(person, self.terms)
        chosen = [visa for visa in offered if str(visa.uuid) == about] or offered
        number = {"visa_number": chosen[0].number} if len(chosen) == 1 else {}
        return super().prefill(person, about) | number

    def clean(self) -> dict[str, Any]:
        """Find the visa among those of the resident and judge whether the service is for it."""
        answers = super().clean()
        number, resident = answers.pop("visa_number", None), answers.get("resident")
        if resident is None:
            return answers
        if number is None:
            self._name_the_only_one(resident)
            return answers
        visa = self._find(resident, number)
        if visa:
            answers["visa"] = visa
        return answers

    def _find(self, resident: Resident, number: str) -> Visa | None:
        visa = next((each for each in resident.file.visas if each.number == number), None)
        if visa is None:
            words = _("This resident has no visa with this number. Check the digits on the visa or in the resident's file.")
            self.add_error("visa_number", ValidationError(words, code="not_found"))
        elif visa not in (offered := self.visas(resident, self.terms)):
            meant = offered[0].number if len(offered) == 1 else self.meant
            words = _("%(kind)s: %(state)s. This service is for %(meant)s.")
            params = {"kind": Visa.Kind(visa.kind).label, "state": visa.state(self.terms).label, "meant": meant}
            self.add_error("visa_number", ValidationError(words, code="not_for_it", params=params))
        else:
            return visa
        return None

    def _name_the_only_one(self, resident: Resident) -> None:
        """Where the number was left out and there is one visa only, say which."""
        offered = self.visas(resident, self.terms)
        if self.has_error("visa_number", code="required") and len(offered) == 1:
            del self.errors["visa_number"]
            words = _("Enter the visa number. The one of this resident is %(number)s.")
            self.add_error("visa_number", ValidationError(words, code="required", params={"number": offered[0].number}))


class ExtensionForm(VisaForm):
    """Until when a visa of somebody abroad is extended: by days, or to a day of return."""

    meant = _("the exit/re-entry visa of a resident abroad")

    mode = forms.ChoiceField(
        label=_("Extension"),
        help_text=_("Choose one and fill in its field below; the other is not read."),
        widget=forms.RadioSelect,
        choices=list(MODES.items()),
        error_messages={"required": _("Choose how the extension is given."), "invalid_choice": _("Choose how the extension is given.")},
    )
    days = CountField(label=_("Days"), help_text=_("Added to the last day to return."), most=LONGEST, required=False)
    return_before = BothCalendarsDateField(label=_("Return before"), help_text=_("The new last day to return; it counts."), required=False)

    @classmethod
    def visas(cls, resident: Resident, terms: Terms) -> Sequence[Visa]:
        return _only(visa_to_extend(resident, terms))

    def clean(self) -> dict[str, Any]:
        """The new last day, judged against the old one and the residency."""
        answers = super().clean()
        asked, visa = given(self, answers, MODES), answers.get("visa")
        if asked and visa:
            mode, value = asked
            last = value if mode == "return_before" else visa.last_day + timedelta(days=value)
            self._judge(mode, visa, last)
            answers["return_before"] = last
        return answers

    def _judge(self, mode: str, visa: Visa, last: Any) -> None:
        least = self.terms.number("er.min_days")
        first = visa.last_day + timedelta(days=least)
        iqama = visa.resident.iqama
        if last < self.terms.on:
            words, code = _("The return date is in the past; the earliest is %(first)s."), "past"
        elif last < first:
            words, code = _("The shortest extension: %(min_days)s. The earliest return date is %(first)s."), "too_short"
        elif iqama and iqama.expires_on < last and first <= iqama.expires_on:  # else it is a requirement's matter
            words, code = (
                _("The latest date the residency allows is %(last)s. Renew it first, or choose a shorter duration."),
                "past_residency",
            )
        else:
            return
        ends = facts.dates_in_text(iqama.expires_on) if iqama else ""
        params = {"first": facts.dates_in_text(first), "min_days": counts.days(least), "last": ends}
        self.add_error(mode, ValidationError(words, code=code, params=params))


class CancellationForm(VisaForm):
    """Which exit/re-entry visa is cancelled."""

    meant = _("an exit/re-entry visa that is not used up")

    @classmethod
    def visas(cls, resident: Resident, terms: Terms) -> Sequence[Visa]:
        return _only(visa_to_cancel(resident, terms))


class FinalExitCancellationForm(VisaForm):
    """Which final exit visa is cancelled; those that were granted to the family with it are `family`."""

    meant = _("a final exit visa that is not used")

    iqama_number = HeadField()

    @classmethod
    def visas(cls, resident: Resident, terms: Terms) -> Sequence[Visa]:
        return _only(final_exit_to_cancel(resident, terms))

    def clean(self) -> dict[str, Any]:
        """The family whose visas the same operation granted; whose visa came with the head's keeps it as long as the head does."""
        answers = super().clean()
        visa = answers.get("visa")
        if visa is None:
            return answers
        granted = grant_of(visa)
        if granted is None:
            return answers | {"family": []}
        if granted.resident != visa.resident and self._keeps(granted.resident, granted.facts["visa_number"]):
            words = _("This visa was granted with that of %(name)s. Cancel that one; those of the family are cancelled with it.")
            self.add_error("visa_number", ValidationError(words, code="of_family", params={"name": facts.named(granted.resident.names)}))
            return answers
        numbers = set(granted.documents.values_list("facts__visa_number", flat=True))
        family = cast(HeadField, self.fields["iqama_number"]).family_of(visa.resident)
        answers["family"] = [member for member in family if any(self._keeps(member, number) for number in numbers)]
        return answers

    def _keeps(self, person: Resident, number: str) -> bool:
        """Whether the person's visa of this number still waits to be cancelled."""
        return any(visa.number == number for visa in self.visas(person, self.terms))


class ReprintForm(VisaForm):
    """Of which visa a copy is printed."""

    meant = _("a visa whose page was made here")

    @classmethod
    def visas(cls, resident: Resident, terms: Terms) -> Sequence[Visa]:
        return visas_with_pages(resident)


class FineForm(ResidentForm):
    """Whose fine is paid: of the visa that was left to expire first."""

    @classmethod
    def visas(cls, resident: Resident, terms: Terms) -> Sequence[Visa]:
        return _only(unused_visa(resident, terms))


def _only(visa: Visa | None) -> list[Visa]:
    return [visa] if visa else []
