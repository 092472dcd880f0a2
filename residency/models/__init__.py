"""The register: people, their papers, and the facts that other authorities report of them."""

from residency.models.cards import Card
from residency.models.corrections import Correction
from residency.models.facts import Clearance, Hold, Movement
from residency.models.looks import View
from residency.models.missing import MissingReport
from residency.models.names import LatinName
from residency.models.occupations import Occupation
from residency.models.papers import Iqama, NumberInUse, Passport
from residency.models.people import Resident
from residency.models.periods import Period
from residency.models.shares import ShareCode, ShareLook
from residency.models.visas import Visa, VisaState

__all__ = [
    "Card",
    "Clearance",
    "Correction",
    "Hold",
    "Iqama",
    "LatinName",
    "MissingReport",
    "Movement",
    "NumberInUse",
    "Occupation",
    "Passport",
    "Period",
    "Resident",
    "ShareCode",
    "ShareLook",
    "View",
    "Visa",
    "VisaState",
]
