"""What the tests of the engine share."""

from collections.abc import Iterator
from typing import Any

import pytest

from muqeem import catalogue
from muqeem.operations.base import register, registry
from muqeem.operations.views import receipts
from tests.operations.services import Stamp, StampAgain, StampFamily, StampTogether


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody prints during most tests, so no answer waits for a page."""
    monkeypatch.setattr(receipts, "WAIT", 0.0)


@pytest.fixture
def stamp() -> Iterator[type[Stamp]]:
    """A service of tests, offered for one test."""
    yield from offered(Stamp)


@pytest.fixture
def stamp_family() -> Iterator[type[StampFamily]]:
    """A service about a household."""
    yield from offered(StampFamily)


@pytest.fixture
def stamp_again() -> Iterator[type[StampAgain]]:
    """A service that gives a copy of another's page."""
    yield from offered(StampAgain)


@pytest.fixture
def stamp_together() -> Iterator[type[StampTogether]]:
    """A service that an account may want two people for."""
    yield from offered(StampTogether)


def offered(service: Any) -> Iterator[Any]:
    yield register(service)
    catalogue.four_eyes.discard(service.slug)
    del registry[service.slug], catalogue.titles[service.slug], catalogue.short_titles[service.slug]
