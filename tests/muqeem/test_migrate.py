"""How long migrations wait for a table. That nobody waits for them is in `tests/chaos/test_changes.py`."""

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.commands import migrate as plain
from django.db import OperationalError, connection
from psycopg.errors import AdminShutdown, LockNotAvailable

from muqeem.management.commands import migrate

pytestmark = pytest.mark.django_db


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> list[str]:
    """How often it was tried; each try fails for the reason that is given."""
    made: list[str] = []

    def fail(*_: Any, **__: Any) -> None:
        made.append(timeouts()[0])
        raise OperationalError from request.param()

    monkeypatch.setattr(plain.Command, "handle", fail)
    monkeypatch.setattr(migrate, "PAUSE", 0)
    monkeypatch.setattr(migrate, "TRIES", 3)
    return made


def timeouts() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        return cursor.fetchone()


@pytest.mark.parametrize(("tries", "expected"), [(LockNotAvailable, 3), (AdminShutdown, 1)], indirect=["tries"])
def test_a_table_in_use_is_asked_for_again_and_nothing_else_is(tries: list[str], expected: int) -> None:
    before = timeouts()
    with pytest.raises(OperationalError):
        call_command("migrate", stderr=io.StringIO())
    assert tries == [migrate.PATIENCE] * expected
    assert timeouts() == before != (migrate.PATIENCE, "0")
