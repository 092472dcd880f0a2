"""Sending what the outbox holds. The task is a hint; the row decides whether anything is left to do."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery import shared_task

from muqeem import clock, mail, sms
from muqeem.record import mails, texts
from muqeem.record.models import Message

logger = logging.getLogger(__name__)

GIVE_UP = timedelta(hours=48)

# How a message is worded, and how it leaves.
WAYS: dict[str, tuple[Callable[[Message], Any], Callable[[str, Any, str], None]]] = {
    Message.Channel.TEXT: (texts.words, sms.send),
    Message.Channel.MAIL: (mails.letter, mail.send),
}


@shared_task(name="record.send")
def send(*, message: int, **_: object) -> None:
    """Send one message if nobody else does."""
    deliver(message)


def deliver(pk: int) -> None:
    """Send one message now: once for every key, as often as it takes, until it is useless or two days old."""
    message = Message.lease(pk)
    if message is None:
        return
    now = clock.now()
    if message.useless_after and message.useless_after <= now:
        message.fail("expired before it was sent")
        return
    word, send_off = WAYS[message.channel]
    try:
        worded = word(message)
    except (LookupError, ValueError) as error:  # written by a service whose texts are gone
        logger.exception("a message cannot be worded", extra={"reference": str(message.key)})
        message.fail(f"cannot be worded: {type(error).__name__}")
        return
    try:
        send_off(message.receiver, worded, str(message.key))
    except sms.NeverSent as error:
        logger.error("a message was refused by the gateway", extra={"reference": str(message.key)})
        message.fail(str(error))
    except sms.NotSent as error:
        if message.created_at + GIVE_UP <= now:
            message.fail(str(error))
        else:
            message.postpone(timedelta(seconds=min(300, 2**message.attempts)), str(error))
    else:
        message.sent()


def hint(pk: int) -> None:
    """Tell a worker; the broker may be away, then the sweeper does it. Call it on commit."""
    try:
        send.apply_async(kwargs={"message": pk}, retry=False)
    except Exception:  # noqa: BLE001 -- whatever the broker's client raises, the deed is done and the row is kept
        logger.warning("the broker is away; the sweeper will send")
