"""Sending what the outbox holds. The task is a hint; the row decides whether anything is left to do."""

import logging
from datetime import timedelta

from celery import shared_task

from muqeem import clock, mail, sms
from muqeem.mail import Letter
from muqeem.record import mails, texts
from muqeem.record.models import Message

logger = logging.getLogger(__name__)

GIVE_UP = timedelta(hours=48)


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
    try:
        worded = mails.letter(message) if message.channel == Message.Channel.MAIL else texts.words(message)
    except (LookupError, ValueError) as error:  # written by a service whose texts are gone
        logger.exception("a message cannot be worded", extra={"reference": str(message.key)})
        message.fail(f"cannot be worded: {type(error).__name__}")
        return
    try:
        if isinstance(worded, Letter):
            mail.send(message.receiver, worded, str(message.key))
        else:
            sms.send(message.receiver, worded, str(message.key))
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
