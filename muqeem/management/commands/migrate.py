"""Migrations beside people at work."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable

# Whoever asks for a table makes all those wait who come after, so it is not asked for long: rather again and again.
PATIENCE = "500ms"
PAUSE = 1.0  # seconds in which those who queued up are served
TRIES = 60


class Command(migrate.Command):
    """Django's own, but it gives way: no request waits for it longer than half a second for each table."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; where a table is in use, again from the migration that did not get it."""
        with giving_way(connections[options["database"]]):
            for tries_left in reversed(range(TRIES)):
                try:
                    super().handle(*args, **options)
                except OperationalError as error:
                    if not tries_left or not isinstance(error.__cause__, LockNotAvailable):
                        raise
                else:
                    return
                self.stderr.write("A table is in use; trying again.")
                time.sleep(PAUSE)


@contextmanager
def giving_way(connection: Any) -> Iterator[None]:
    """Wait briefly for locks, and for statements as long as they take: to build an index is no failure."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{PATIENCE}'")
        cursor.execute("SET statement_timeout = 0")
    try:
        with connection.execute_wrapper(_in_no_hurry):
            yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")
                cursor.execute("RESET statement_timeout")


def _in_no_hurry(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """What is done CONCURRENTLY waits for others, and nobody for it; given up half-way it would leave an invalid index."""
    if " CONCURRENTLY " not in str(sql):
        return execute(sql, params, many, context)
    cursor = context["cursor"]
    cursor.execute("SET lock_timeout = 0")
    try:
        return execute(sql, params, many, context)
    finally:
        cursor.execute(f"SET lock_timeout = '{PATIENCE}'")
