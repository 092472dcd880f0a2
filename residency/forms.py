"""What the residency services ask."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar, cast

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from muqeem import facts, hijri
from muqeem.operations.base import OperationForm
from muqeem.record.terms import Terms
from residency.fields import FamilyAskedField, FamilyField, HeadField, MonthsField, ResidentField
from residency.models import Clearance, Iqama, Resident, Visa
from residency.standing import covered_until


class ResidentForm(OperationForm):
    """A form about one resident, asked for by the iqama number; its answer is `resident`."""

    iqama_number = ResidentField()

    def clean(self) -> dict[str, Any]:
        """Hand the resident on under the name that operations know."""
        answers = super().clean() or self.cleaned_data
        if "iqama_number" in answers:
            answers["resident"] = answers.pop("iqama_number")
        return answers

    def prefill(self, person: Resident, about: str) -> dict[str, str]:
        """The number of whoever has one."""
        return {"iqama_number": person.iqama_number} if person.iqama_number else {}

    @classmethod
    def visas(cls, resident: Resident, terms: Terms) -> Sequence[Visa]:
        """The visas of the resident that it may be about; none where it is about the resident alone."""
        return []

    def named_resident(self) -> Resident | None:
        """Whom the form speaks of before it is judged: the number typed, or filled in from the resident's file."""
        try:
            return self.fields["iqama_number"].clean(self["iqama_number"].value())
        except ValidationError:
            return None


class HouseholdForm(ResidentForm):
    """A form about a resident and those of the family who are included; its answers are `resident` and `family`.

    Which family there is follows from the number. Where it was typed into this very form, the family could not be
    shown before: then it is asked about once, and nobody is left out or taken along unseen.
    """

    everybody: ClassVar[bool] = False  # ticked before anybody chose
    ask_again: ClassVar[Any] = _("This resident has family members inside the Kingdom. Choose who is included, then verify the data again.")

    iqama_number = HeadField()
    family = FamilyField(label=_("Family members included"))
    family_asked = FamilyAskedField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        head = self.named_resident()
        family = cast(HeadField, self.fields["iqama_number"]).family_of(head) if head else []
        if head is None or not family:
            del self.fields["family"], self.fields["family_asked"]
            return
        boxes, asked = cast(FamilyField, self.fields["family"]), cast(FamilyAskedField, self.fields["family_asked"])
        asked.number = asked.initial = head.iqama_number or ""
        known = not self.is_bound or self.data.get("family_asked") == asked.number
        boxes.offer(family, asked=known, everybody=self.everybody)
        if self.initial.get("family_asked") != asked.number:  # what is kept is about other people
            self.initial = {name: value for name, value in self.initial.items() if name not in {"family", "family_asked"}}

    def family_shown(self) -> list[Resident]:
        """Those who are offered."""
        return cast(FamilyField, self.fields["family"]).family if "family" in self.fields else []

    def clean(self) -> dict[str, Any]:
        """Hand on whom it is about; ask about a family that was not shown yet."""
        answers = super().clean()
        answers.pop("family_asked", None)
        answers.setdefault("family", [])
        if "family" in self.fields and not cast(FamilyField, self.fields["family"]).asked:
            self.add_error("family", ValidationError(self.ask_again, code="family"))
        return answers


class RenewalForm(ResidentForm):
    """Whose residency is renewed, and for how long."""

    months = MonthsField(label=_("Period"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        resident = self.named_resident()
        domestic = resident is not None and resident.kind == Resident.Kind.DOMESTIC
        periods = self.terms.numbers("iqama.domestic.durations_months" if domestic else "iqama.durations_months")
        cast(MonthsField, self.fields["months"]).offer(periods)
        if self.terms.flag("iqama.term_calendar"):
            self.fields["months"].label = _("Period in Hijri months")

    def clean(self) -> dict[str, Any]:
        """Judge the period against what must last as long."""
        answers = super().clean()
        resident, months = answers.get("resident"), answers.get("months")
        if resident and months and resident.iqama:
            for error in self._too_long_or_short(resident, resident.iqama, months):
                self.add_error("months", error)
        return answers

    def _too_long_or_short(self, resident: Resident, iqama: Iqama, months: int) -> list[ValidationError]:
        """What is wrong with the period. A paper that is not in force today is a requirement's matter, not the period's."""
        errors = []
        try:
            end = iqama.renewed_until(months, self.terms)
        except ValidationError:
            words = _("This period ends after %(last)s, the last day of the Umm al-Qura calendar. Choose a shorter period.")
            return [_error(words, "out_of_range", last=hijri.LAST_DAY)]
        if end < self.terms.on:
            words = _("This period ends on %(end)s and the residency would still be expired. Choose a longer period.")
            errors.append(_error(words, "too_short", end=end))
        insured_to = iqama.renewed_until(min(months, self.terms.number("insurance.cover_months")), self.terms)
        insurance = covered_until(resident, Clearance.Kind.INSURANCE, self.terms.on)
        if insurance and insurance < insured_to:
            words = _(
                "Health insurance ends on %(date)s, before the period does on %(end)s."
                " Extend it with the insurer, or choose a shorter period."
            )
            errors.append(_error(words, "insurance", date=insurance, end=insured_to))
        permit = covered_until(resident, Clearance.Kind.WORK_PERMIT, self.terms.on)
        worker = resident.kind == Resident.Kind.WORKER
        if worker and permit and permit < end and not self.terms.flag("labour.collected_here"):
            words = _(
                "The work permit ends on %(date)s, before the period does on %(end)s."
                " Renew it with the labour authority, or choose a shorter period."
            )
            errors.append(_error(words, "work_permit", date=permit, end=end))
        return errors


def _error(words: Any, code: str, **days: date) -> ValidationError:
    return ValidationError(words, code=code, params={name: facts.dates_in_text(day) for name, day in days.items()})
