"""The register: people, their papers, and the facts that other authorities report of them."""

from residency.models.cards import Card
from residency.models.facts import Clearance, Hold, Movement
from residency.models.papers import Iqama, Passport, Visa
from residency.models.people import Occupation, Resident, View

__all__ = ["Card", "Clearance", "Hold", "Iqama", "Movement", "Occupation", "Passport", "Resident", "View", "Visa"]
