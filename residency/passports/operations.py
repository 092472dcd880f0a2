"""The services about a passport. `residency.operations` registers them beside the others."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from muqeem.facts import stored
from muqeem.operations.base import Operation
from muqeem.operations.fee import Fee
from muqeem.operations.perform import Refused
from muqeem.sentences import say, sentence
from residency import rules
from residency.fees import update_fee
from residency.models import NumberInUse, Resident
from residency.particulars import identity, passport_of
from residency.passports.forms import NewPassportForm, PassportExtensionForm

NUMBER_TAKEN = sentence(
    "passport-number-taken", _("This passport number has just been recorded for another resident. Nothing was changed.")
)
CHECK_NUMBER = sentence("check-passport-number", _("Check the number; if it is right, a passport office corrects the record"))


class UpdatePassport(Operation):
    """What is on record of a passport becomes what the passport says."""

    icon = "passport"
    review_title = _("Check the passport")
    confirm_label = _("Update passport")
    done_title = _("Passport updated")
    page = "residency/passport_page.html"
    page_title = _("Passport Update Notice")
    text = "passport-updated"
    tells = {"passport_expires_on": "passport_expires_on"}
    spends = 0

    resident: Resident
    expires_on: date

    def fee(self) -> Fee:
        """Nothing: data are kept current free of charge."""
        return update_fee()

    def before(self) -> dict[str, Any]:
        """What the passport on record says of what changes."""
        raise NotImplementedError

    def after(self) -> dict[str, Any]:
        """The same as the passport says it now."""
        raise NotImplementedError

    def facts(self) -> dict[str, Any]:
        """The person, and the passport before and after."""
        return stored(identity(self.resident) | passport_of(self.resident) | self.before() | self.after())


class ExtendPassport(UpdatePassport):
    """The same passport lasts longer: its new last day is recorded, and what waited for it is open at once."""

    slug = "passport-extension"
    title = _("Passport: extended")
    short_title = _("Passport update")
    summary = _("Record the new expiry of the same passport.")
    form_class = PassportExtensionForm
    requirements = (rules.not_deceased, rules.not_left_for_good, rules.passport_recorded)

    def before(self) -> dict[str, Any]:
        assert self.resident.passport is not None  # it is a requirement
        return {"old_passport_expires_on": self.resident.passport.expires_on}

    def after(self) -> dict[str, Any]:
        return {"passport_expires_on": self.expires_on}

    def apply(self) -> dict[str, Any]:
        """Move the passport's last day."""
        self.resident.extend_passport(self.expires_on, self.terms.on)
        return {}


class RecordPassport(UpdatePassport):
    """A new passport takes the place of the one on record, which is kept; what waited for it is open at once."""

    slug = "new-passport"
    title = _("Passport: new passport")
    short_title = _("Passport update")
    summary = _("Move the data from the old passport to the new one.")
    form_class = NewPassportForm
    requirements = (rules.not_deceased, rules.not_left_for_good)

    number: str
    issued_on: date
    place: str

    def before(self) -> dict[str, Any]:
        old = self.resident.passport
        return {
            "old_passport_number": old and old.number,
            "old_passport_issued_on": old and old.issued_on,
            "old_passport_expires_on": old and old.expires_on,
            "old_place_of_issue": old and old.place,
        }

    def after(self) -> dict[str, Any]:
        return {
            "passport_number": self.number,
            "passport_issued_on": self.issued_on,
            "passport_expires_on": self.expires_on,
            "place_of_issue": self.place,
        }

    def apply(self) -> dict[str, Any]:
        """Record the new passport and the day on which the old one was replaced."""
        try:
            self.resident.replace_passport(
                self.number, issued_on=self.issued_on, expires_on=self.expires_on, place=self.place, on=self.terms.on
            )
        except NumberInUse:
            raise Refused(say(NUMBER_TAKEN), say(CHECK_NUMBER)) from None
        return {}
