"""What the paper of a visa says and no screen: how often it lets one travel, and the zone for an officer's reader."""

from typing import Any

from django.conf import settings

from muqeem import mrz
from residency.models import Resident, Visa

ENTRIES = {Visa.Kind.SINGLE: {"ar": "مفردة", "en": "Single"}, Visa.Kind.MULTIPLE: {"ar": "متعددة", "en": "Multiple"}}
LETTERS = {Visa.Kind.SINGLE: "S", Visa.Kind.MULTIPLE: "M", Visa.Kind.FINAL: "F"}
KINGDOM = "SAU"


def on_paper(person: Resident, visa: Visa) -> dict[str, Any]:
    """The facts that are the paper's own."""
    kind = Visa.Kind(visa.kind)
    return {"entries": ENTRIES.get(kind), "mrz": zone(person, visa)}


def zone(person: Resident, visa: Visa) -> list[str]:
    """Both lines. They name the Kingdom as the issuer only where an authority does issue.

    The number is the passport's: a visa's has ten digits, and the field holds nine. The visa's follows in the part that
    is the issuer's own, because it is what an officer looks up; the iqama number, which is for life, stays out.
    """
    return list(
        mrz.visa(
            kind=LETTERS[Visa.Kind(visa.kind)],
            state=KINGDOM if settings.ISSUING_AUTHORITY and not settings.DEMO else mrz.UTOPIA,
            primary=person.family_en,
            secondary=" ".join([person.first_en, person.father_en, person.grandfather_en]),
            number=person.passport.number if person.passport else "",
            nationality=person.nationality,
            birth_on=person.birth_on,
            sex=person.gender,
            until_on=visa.ends_on,
            optional=visa.number if len(visa.number) <= mrz.OPTIONAL_WIDTH else "",
        )
    )
