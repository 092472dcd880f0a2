"""What the register says of a person on a day, under the keys by which pages say it."""

from datetime import date
from typing import Any

from muqeem import countries
from residency.models import Clearance, Iqama, LatinName, Resident, Visa
from residency.standing import covered_until


def identity(resident: Resident) -> dict[str, Any]:
    """The person, the work, and to whom of the family a dependant belongs."""
    known: dict[str, Any] = {
        "name": resident.names,
        "iqama_number": resident.iqama_number,
        "nationality": countries.names(resident.nationality),
        "birth_on": resident.birth_on,
        "gender": Resident.Gender(resident.gender).label,
        "occupation": resident.occupation and resident.occupation.titles,
        "employer": resident.sponsor.names,
        "employer_number": resident.sponsor.number,
    }
    if resident.head:
        known["relationship"] = Resident.Relationship(resident.relationship or "other").label
        known["head_of_household"] = resident.head.names
    return known


def name_parts(name: LatinName) -> dict[str, str]:
    """The four parts of a name in Latin letters."""
    return {"first_en": name.first, "father_en": name.father, "grandfather_en": name.grandfather, "family_en": name.family}


def passport_of(resident: Resident) -> dict[str, Any]:
    """The passport on record; its rows stay, and stay empty, where there is none."""
    passport = resident.passport
    return {"passport_number": passport and passport.number, "passport_expires_on": passport and passport.expires_on}


def particulars(resident: Resident, day: date) -> dict[str, Any]:
    """The person with the passport, the family, and what other authorities grant."""
    of_others: dict[str, Any] = {
        "dependants": resident.file.dependants,
        "insured_until_on": covered_until(resident, Clearance.Kind.INSURANCE, day),
    }
    known = identity(resident) | passport_of(resident) | of_others
    if permit := covered_until(resident, Clearance.Kind.WORK_PERMIT, day):
        known["work_permit_until_on"] = permit
    return known


def companions(resident: Resident) -> dict[str, Any]:
    """How many of the family are here beside the dependants, where somebody is."""
    others = resident.file.family - resident.file.dependants
    return {"companions": others} if others else {}


def granted(visa: Visa) -> dict[str, Any]:
    """A visa as its pages tell of it: the type, how long, and the last days."""
    known: dict[str, Any] = {"visa_kind": Visa.Kind(visa.kind).label, "until_on": visa.ends_on}
    if visa.kind == Visa.Kind.FINAL:
        return known | {"exit_before_on": visa.leave_before}
    known |= {"visa_months": visa.months} if visa.months else {"visa_days": (visa.ends_on - visa.issued_on).days}
    known |= {"return_before_on": visa.return_before} if visa.return_before else {}
    return known | {"travel_before_on": visa.leave_before}


def residency_of(iqama: Iqama) -> dict[str, Any]:
    """A version of the permit as the page of its renewal tells of it: when it was to end before, and ends now."""
    return {
        "card_version": iqama.version,
        "permit_until_on": iqama.expires_on,
        "months": iqama.months,
        "expires_on": iqama.starts_on,
        "new_expires_on": iqama.expires_on,
        "issued_on": iqama.issued_on,
        "starts_on": iqama.starts_on,
    }
