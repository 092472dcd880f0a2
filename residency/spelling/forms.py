"""What is asked of a name: its four parts, the two lines of the passport, or both."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from muqeem import mrz
from muqeem.fields import NameField, PassportZoneField, missing
from muqeem.passport_zone import PassportZone
from residency.forms import ResidentForm
from residency.models import LatinName, Resident
from residency.spelling.names import agrees, of_zone

LENGTH = 40  # of one part
PARTS = {"first_en": "first", "father_en": "father", "grandfather_en": "grandfather", "family_en": "family"}  # fields, with their parts


class NameForm(ResidentForm):
    """A form about a name in Latin letters; its answers are `resident` and `name`."""

    zone = PassportZoneField(required=False)
    first_en = NameField(script="latin", label=_("First name"), max_length=LENGTH, required=False)
    father_en = NameField(script="latin", label=_("Father's name"), max_length=LENGTH, required=False)
    grandfather_en = NameField(script="latin", label=_("Grandfather's name"), max_length=LENGTH, required=False)
    family_en = NameField(script="latin", label=_("Family name"), max_length=LENGTH, required=False)

    def clean(self) -> dict[str, Any]:
        """The name of the parts or, where they are left empty, of the lines; judged against the lines and the name on record."""
        answers = super().clean()
        typed, zone = LatinName(**{part: answers.pop(field, "") for field, part in PARTS.items()}), answers.pop("zone", None)
        resident = answers.get("resident")
        if zone and resident and (error := _not_theirs(zone, resident)):
            self.add_error("zone", error)
        if self.errors:
            return answers
        if error := _wrong(typed, zone, resident):
            self.add_error("zone" if error.code == "differs" else "first_en", error)
        answers["name"] = typed if str(typed) or zone is None else of_zone(zone)
        if resident and answers["name"] == resident.latin_name:
            self.add_error("first_en", ValidationError(_("This is the name on record; there is nothing to change."), code="same"))
        return answers


def _not_theirs(zone: PassportZone, resident: Resident) -> ValidationError | None:
    """Why the lines are not those of the passport on record."""
    passport = resident.passport
    if passport is None:
        words = _('No passport is on record. Record it first with "Passport: new passport", or leave the lines empty.')
        return ValidationError(words, code="no_passport")
    if zone.number != passport.number[: mrz.NUMBER_WIDTH]:
        words = _(
            "The lines are of passport %(other)s, and %(number)s is on record."
            ' If the passport is new, record it first with "Passport: new passport".'
        )
        return ValidationError(words, code="number", params={"other": zone.number, "number": passport.number})
    if zone.birth != f"{resident.birth_on:%y%m%d}" or zone.nationality != mrz.state_code(resident.nationality):
        words = _("The lines tell another date of birth or nationality than the register. A passport office corrects whichever is wrong.")
        return ValidationError(words, code="person")
    return None


def _wrong(typed: LatinName, zone: PassportZone | None, resident: Resident | None) -> ValidationError | None:
    """What is wrong with the parts, alone or beside the lines."""
    if typed.first:
        if zone is None or agrees(typed, zone):
            return None
        words = _("The lines tell another name: %(name)s. Correct the parts below, or leave all four empty to take it.")
        return ValidationError(words, code="differs", params={"name": str(of_zone(zone))})
    if str(typed) or zone is None:
        return missing(NameForm.base_fields["first_en"])
    if zone.may_be_cut:
        return ValidationError(_("The name may be cut short in the lines. Enter its parts as the passport writes them above."), code="cut")
    return None
