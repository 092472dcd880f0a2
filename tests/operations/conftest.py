"""What the tests of the engine share."""

from collections.abc import Iterator

import pytest

from muqeem import catalogue
from muqeem.operations.base import register, registry
from muqeem.operations.views import receipts
from tests.operations.services import Stamp


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody prints during most tests, so no answer waits for a page."""
    monkeypatch.setattr(receipts, "WAIT", 0.0)


@pytest.fixture
def stamp() -> Iterator[type[Stamp]]:
    """A second service beside the renewal, offered for one test."""
    yield register(Stamp)
    del registry[Stamp.slug], catalogue.titles[Stamp.slug], catalogue.short_titles[Stamp.slug]
