"""What time it is: PostgreSQL's clock, read as the Riyadh day.

`muqeem_now()` is `statement_timestamp()` plus the shift that a database marked as a demonstration may carry,
so that tests and demonstrations can look at another day; in an unmarked database there is no shift.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import DateTimeField, Func

RIYADH = ZoneInfo("Asia/Riyadh")
_held: ContextVar[datetime | None] = ContextVar("held", default=None)


class Now(Func):
    """The moment, as an expression in a query: for conditions that must not trust a value read earlier."""

    function = "muqeem_now"
    arity = 0
    output_field = DateTimeField()


def now() -> datetime:
    """The moment, with its time zone; inside `hold()` always the one that was read first."""
    return _held.get() or _read()


def today() -> date:
    """The Riyadh day of `now()`."""
    return riyadh_day(now())


def riyadh_day(moment: datetime) -> date:
    """The Riyadh day in which a moment lies."""
    return moment.astimezone(RIYADH).date()


@contextmanager
def hold() -> Iterator[datetime]:
    """Read the clock once: all that happens inside sees the same moment and therefore the same day."""
    moment = _read()
    token = _held.set(moment)
    try:
        yield moment
    finally:
        _held.reset(token)


def _read() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT muqeem_now()")
        moment: datetime = cursor.fetchone()[0]
    return moment
