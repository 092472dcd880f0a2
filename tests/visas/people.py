"""People whom a visa service is open to, and what may stand in their way."""

from typing import Any

from muqeem import clock
from residency.models import Resident
from tests.factories import HoldFactory, MovementFactory, ResidentFactory, VisaFactory


def worker(**changed: Any) -> Resident:
    """A worker inside the Kingdom with more than a year of residency left."""
    return ResidentFactory(**{"expiring_in": 400} | changed)


def returned() -> Resident:
    """Somebody who came back today."""
    resident = worker(outside=True)
    MovementFactory(resident=resident, crossed_on=clock.today())
    return resident


def held(kind: str, **changed: Any) -> Resident:
    """Somebody against whom a fact of another authority stands."""
    return HoldFactory(resident=worker(), kind=kind, **changed).resident


def with_visa(**changed: Any) -> Resident:
    """Somebody with a visa of today."""
    return VisaFactory(resident=worker(), **changed).resident
