"""What is asked of a passport. What is recorded is what an officer will find on the paper, so doubtful days are refused."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from muqeem import facts
from muqeem.fields import BothCalendarsDateField, PassportField, TextField
from residency.forms import ResidentForm
from residency.models import Passport, Resident

PLACE = 60  # signs


class PassportForm(ResidentForm):
    """A form about a passport that lasts until a day; its answers are `resident` and `expires_on`."""

    expires_on = BothCalendarsDateField(label=_("Passport expires on"), help_text=_("As the passport says."))

    def clean(self) -> dict[str, Any]:
        """A passport that has expired opens nothing."""
        answers = super().clean()
        day = answers.get("expires_on")
        if day and day < self.terms.on:
            words = _("By this date the passport has expired already. Enter the last day of a passport that is valid today.")
            self.add_error("expires_on", ValidationError(words, code="expired"))
        return answers


class PassportExtensionForm(PassportForm):
    """Until when the passport on record was extended."""

    def clean(self) -> dict[str, Any]:
        """The new last day comes after the old one."""
        answers = super().clean()
        resident, day = answers.get("resident"), answers.get("expires_on")
        if resident and day and resident.passport and day <= resident.passport.expires_on:
            words = _("The passport on record lasts until %(date)s already. Enter the later day to which it was extended.")
            params = {"date": facts.dates_in_text(resident.passport.expires_on)}
            self.add_error("expires_on", ValidationError(words, code="not_later", params=params))
        return answers


class NewPassportForm(PassportForm):
    """The passport that takes the place of the one on record."""

    field_order = ("iqama_number", "number", "issued_on", "expires_on", "place")

    number = PassportField(label=_("Number of the new passport"), help_text=_("As the passport says, without spaces."))
    issued_on = BothCalendarsDateField(label=_("Passport issued on"), help_text=_("As the passport says."))
    place = TextField(label=_("Place of issue"), max_length=PLACE, help_text=_("The city or authority that the passport names."))

    def clean(self) -> dict[str, Any]:
        """Judge the days against each other and the passport on record, and the number against all others."""
        answers = super().clean()
        resident, issued_on, expires_on = (answers.get(name) for name in ("resident", "issued_on", "expires_on"))
        if issued_on and expires_on and expires_on <= issued_on:
            self.add_error(
                "expires_on", ValidationError(_("A passport expires after the day of its issue. Check both days."), code="order")
            )
        if issued_on and (error := self._wrong_issue(resident, issued_on)):
            self.add_error("issued_on", error)
        if resident and (number := answers.get("number")) and (error := _wrong_number(resident, number)):
            self.add_error("number", error)
        return answers

    def _wrong_issue(self, resident: Resident | None, day: date) -> ValidationError | None:
        """What is wrong with the day of issue."""
        if day > self.terms.on:
            return ValidationError(_("A passport is not issued in the future. Check the day of issue."), code="future")
        if resident is None:
            return None
        if day < resident.birth_on:
            words = _("This day is before the resident's date of birth, %(date)s. Check the day of issue.")
            return ValidationError(words, code="before_birth", params={"date": facts.dates_in_text(resident.birth_on)})
        old = resident.passport.issued_on if resident.passport else None
        if old and day < old:
            words = _("The passport on record is newer: it was issued on %(date)s. Check the day of issue.")
            return ValidationError(words, code="older", params={"date": facts.dates_in_text(old)})
        return None


def _wrong_number(resident: Resident, number: str) -> ValidationError | None:
    """What is wrong with a number that is on record."""
    known = Passport.of_number(resident.passport_country, number)
    if known is None:
        return None
    if known.resident != resident:
        words = _(
            "This passport number is on record for another resident. Check the number;"
            " if it is right, a passport office corrects the record."
        )
        return ValidationError(words, code="of_another")
    if known.replaced_on:
        words = _("This is an earlier passport of the resident, replaced on %(date)s. Enter the number of the new one.")
        return ValidationError(words, code="replaced", params={"date": facts.dates_in_text(known.replaced_on)})
    words = _('This is the number on record. If the same passport was extended, use the service "Passport: extended".')
    return ValidationError(words, code="same")
