"""A demonstration and a production database never meet: the mark decides, at the first connection of a process."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

_TABLES = "SELECT to_regclass('record_demonstration') IS NOT NULL AND to_regclass('accounts_user') IS NOT NULL"
_STATE = "SELECT EXISTS (SELECT FROM record_demonstration), EXISTS (SELECT FROM accounts_user)"


def watch() -> None:
    """Look at the mark when this process first connects to a database that has its tables."""
    connection_created.connect(_look, dispatch_uid="mark")


def judge(*, demonstration: bool, marked: bool, people: bool) -> None:
    """Raises ImproperlyConfigured where settings and database do not belong together."""
    if marked and not demonstration:
        raise ImproperlyConfigured("This database is a demonstration's; production needs one of its own.")
    if demonstration and people and not marked:
        raise ImproperlyConfigured("This database holds people and is no demonstration's; a demonstration needs an empty one.")


def _look(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        if not cursor.fetchone()[0]:
            return  # not migrated yet
        cursor.execute(_STATE)
        marked, people = cursor.fetchone()
    judge(demonstration=settings.DEMO, marked=marked, people=people)
    connection_created.disconnect(dispatch_uid="mark")
