"""What must not be lost although a hint was: each second the rows that are due are hinted again, or done here."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from kombu import Connection

from muqeem import clock
from muqeem.operations.models import Print
from muqeem.operations.tasks import produce, render
from muqeem.record.models import Message
from muqeem.record.tasks import deliver, send

logger = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(seconds=30)
AT_ONCE = 20


@dataclass(frozen=True)
class Outbox:
    """Rows that wait for work: which are due, the task that does one with the name of its argument, and the work itself."""

    due: Callable[[], QuerySet[Any]]
    task: Any
    argument: str
    do: Callable[[int], None]


# Each is looked after on its own: a gateway that hangs must not keep pages waiting.
OUTBOXES = (
    Outbox(Message.objects.due, send, "message", deliver),
    Outbox(Print.objects.due, render, "copy", produce),
)


def sweep(outbox: Outbox) -> int:
    """One look at an outbox; how many rows were due. Opens transactions of its own."""
    broker = broker_is_there()
    claimed = claim(outbox.due())
    for pk in claimed:
        if broker:
            try:
                outbox.task.apply_async(kwargs={outbox.argument: pk}, retry=False)
                continue
            except Exception:  # noqa: BLE001 -- the broker went away between the look and the hint
                logger.warning("the broker is away; the sweeper does it", extra={"service": outbox.argument})
        outbox.do(pk)
    return len(claimed)


def claim(due: QuerySet[Any]) -> list[int]:
    """Take some due rows for the next half minute; rows that another sweeper holds are left to it."""
    with transaction.atomic():
        rows = due.order_by("due_at").select_for_update(skip_locked=True).values_list("pk", flat=True)[:AT_ONCE]
        claimed = list(rows)
        due.model.objects.filter(pk__in=claimed).update(due_at=clock.Now() + AGAIN_AFTER)
    return claimed


def broker_is_there() -> bool:
    """Whether the broker answers within a third of a second."""
    try:
        with Connection(settings.CELERY_BROKER_URL, transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS) as broker:
            broker.default_channel.client.ping()
    except Exception:  # noqa: BLE001 -- every client names its failures otherwise; all mean that it is away
        return False
    return True
