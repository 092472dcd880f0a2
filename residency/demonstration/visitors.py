"""The people who sign in to a demonstration, with their passwords and keys in the open."""

import base64
import hashlib
from dataclasses import dataclass

from residency.demonstration.names import Pair


@dataclass(frozen=True)
class Visitor:
    """Somebody who signs in."""

    username: str
    role: str
    password: str
    phone: str
    language: str
    name: Pair
    authenticator: bool = False

    @property
    def key(self) -> bytes:
        """The key of the authenticator app: always the same, so that it is typed into an app once."""
        return hashlib.sha256(f"muqeem demonstration {self.username}".encode()).digest()[:20]

    @property
    def secret(self) -> str:
        """The key as authenticator apps take it."""
        return base64.b32encode(self.key).decode()


RAFIQ = Visitor(
    "rafiq", "resident with two dependants", "Silver-Dhow-29", "+966500000101", "ar", ("محمد رفيق حسين", "Mohammad Rafiq Hossain")
)
NOURA = Visitor(
    "noura",
    "main user of two establishments",
    "Amber-Palm-71",
    "+966500000102",
    "ar",
    ("نورة العتيبي", "Noura Alotaibi"),
    authenticator=True,
)
SALEM = Visitor(
    "salem",
    "delegated user, one branch only",
    "Quiet-Falcon-34",
    "+966500000103",
    "en",
    ("سالم القحطاني", "Salem Alqahtani"),
    authenticator=True,
)
MAHA = Visitor(
    "maha",
    "delegated user without the privilege to renew",
    "Green-Harbour-85",
    "+966500000104",
    "ar",
    ("مها الزهراني", "Maha Alzahrani"),
    authenticator=True,
)
FAISAL = Visitor("faisal", "citizen with domestic workers", "Desert-Rain-58", "+966500000105", "ar", ("فيصل الحربي", "Faisal Alharbi"))
HUDA = Visitor(
    "huda",
    "passport-office clerk",
    "Paper-Lantern-16",
    "+966500000106",
    "ar",
    ("هدى الغامدي", "Huda Alghamdi"),
    authenticator=True,
)
STAFF = Visitor(
    "staff",
    "portal staff",
    "Copper-Bridge-92",
    "+966500000107",
    "en",
    ("فريق البوابة", "Portal Staff"),
    authenticator=True,
)
VISITORS = (RAFIQ, NOURA, SALEM, MAHA, FAISAL, HUDA, STAFF)
