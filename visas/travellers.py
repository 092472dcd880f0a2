"""What pages, reviews and receipts of visas say of the people who travel."""

from typing import Any

from muqeem.facts import stored
from muqeem.record.terms import Terms
from residency.models import Period, Resident, Visa
from residency.particulars import granted, particulars

LAST_DAYS = ("exit_before_on", "return_before_on")

# What the register knows and a visa does not tell.
UNTOLD = {"dependants", "insured_until_on", "work_permit_until_on"}


def traveller(resident: Resident, terms: Terms) -> dict[str, Any]:
    """The person, the passport and the residency, as a visa tells of them."""
    known = {name: value for name, value in particulars(resident, terms.on).items() if name not in UNTOLD}
    return known | {"border_number": resident.border_number, "permit_until_on": resident.iqama and resident.iqama.expires_on}


def visa_of_today(kind: str, period: Period, terms: Terms) -> dict[str, Any]:
    """A visa that is granted today, as its pages tell of it."""
    visa = Visa(kind=kind, issued_on=terms.on, **vars(period))
    return granted(visa) | {"cancel_before_on": visa.cancel_by(terms)}


def companion(member: Resident) -> dict[str, Any]:
    """One of the family in a line: who it is, and by which papers."""
    return {
        "name": member.names,
        "relationship": Resident.Relationship(member.relationship or "other").label,
        "iqama_number": member.iqama_number,
        "passport_number": member.passport and member.passport.number,
    }


def of_member(member: Resident, head: Resident, terms: Terms) -> dict[str, Any]:
    """What the page of a family member says in the place of what the receipt says of the head."""
    nothing = dict.fromkeys((*traveller(head, terms), "accompanying", "accompanying_visas"))
    return stored(nothing | traveller(member, terms))
