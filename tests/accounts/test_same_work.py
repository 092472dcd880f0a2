"""Whoever names somebody and whoever names nobody make the portal do the same work: what takes as long tells nothing.

The time itself is measured by tests/bench/sign_in_time.py, which knows the doors.
"""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import phone_codes, resets
from muqeem.record import outbox
from tests.bench.sign_in_time import BORN, DOORS, KNOWN, NOBODY, Ask, Who
from tests.factories import ResidentFactory, UserFactory

pytestmark = pytest.mark.django_db

MARK = re.compile(r"SAVEPOINT|RELEASE")  # what is left out takes no measurable time
VERB_AND_TABLE = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM|SELECT)\b(?:.*?\bFROM)?\s*\"?(\w+)", re.DOTALL)


@pytest.fixture(autouse=True)
def _somebody() -> None:
    UserFactory(username=KNOWN[0])
    ResidentFactory(iqama_number=KNOWN[1], birth_on=BORN, phone="+966500000333")


def work(ask: Ask) -> list[str]:
    """What the database is asked, by verb and table."""
    with CaptureQueriesContext(connection) as queries:
        ask()
    asked = [query["sql"] for query in queries if not MARK.search(query["sql"])]
    return [" ".join(found.groups()) if (found := VERB_AND_TABLE.match(sql)) else sql for sql in asked]


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_somebody_and_nobody_cost_the_same_queries(door: Callable[[Who], Ask]) -> None:
    assert work(door(KNOWN)) == work(door(NOBODY))


@pytest.mark.parametrize(
    ("door", "place"), [("a new password", resets), ("registration", phone_codes), ("registration, another code", phone_codes)]
)
def test_without_pretending_to_write_a_message_they_do_not(door: str, place: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert outbox.pretend is place.pretend
    monkeypatch.setattr(place, "pretend", lambda **_fields: None)
    assert work(DOORS[door](KNOWN)) != work(DOORS[door](NOBODY))
