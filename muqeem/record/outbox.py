"""Posting a message: the row with the deed, the hint after the commit."""

from functools import partial
from typing import Any

from django.db import transaction

from muqeem.record import tasks
from muqeem.record.models import Message


def post(**fields: Any) -> Message:
    """Write a message into the outbox. Requires the transaction of what it tells of."""
    message = Message.objects.create(**fields)
    transaction.on_commit(partial(tasks.hint, message.pk), robust=True)
    return message
