"""Posting a message: the row with the deed, the hint after the commit."""

from functools import partial
from typing import Any

from django.db import transaction

from muqeem.record import tasks
from muqeem.record.models import Message

NOBODY = 0  # the row of no message


def post(**fields: Any) -> Message:
    """Write a message into the outbox. Requires the transaction of what it tells of."""
    message = Message.objects.create(**fields)
    transaction.on_commit(partial(tasks.hint, message.pk), robust=True)
    return message


def pretend(**fields: Any) -> None:
    """Take as long as posting takes, and leave nothing: whoever waits must not learn that there is nobody to tell."""
    with transaction.atomic():
        Message.objects.create(**fields)
        transaction.set_rollback(True)
    transaction.on_commit(partial(tasks.hint, NOBODY), robust=True)
