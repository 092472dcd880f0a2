"""Text messages leave here, by the gateway that SMS_URL names.

`demo:` keeps them on the demonstration's phone (they are rows of the outbox already). `https://KEY@host/path` posts
JSON `{"to", "from", "text"}` with the bearer KEY and an Idempotency-Key, so that sending again bills once.
"""

from urllib.parse import unquote, urlsplit

import httpx
from django.conf import settings

TIMEOUT = httpx.Timeout(10.0, connect=3.0)


class NotSent(Exception):
    """The gateway did not take the message. It may take it later."""


class NeverSent(NotSent):
    """The gateway refused the message itself: sending it again is useless."""


def send(number: str, text: str, key: str) -> None:
    """Hand a text to the gateway, once per key. Raises NotSent or NeverSent."""
    url = urlsplit(settings.SMS_URL)
    if url.scheme == "demo":
        return
    address = url._replace(netloc=url.netloc.rpartition("@")[2]).geturl()
    try:
        answer = httpx.post(
            address,
            json={"to": number, "from": settings.SMS_SENDER, "text": text},
            headers={"Authorization": f"Bearer {unquote(url.username or '')}", "Idempotency-Key": key},
            timeout=TIMEOUT,
        )
    except httpx.HTTPError as error:
        raise NotSent(type(error).__name__) from error
    if answer.is_success or answer.status_code == httpx.codes.CONFLICT:  # a conflict: this key was taken before
        return
    if answer.is_client_error and answer.status_code not in {408, 425, 429}:
        raise NeverSent(f"status {answer.status_code}")
    raise NotSent(f"status {answer.status_code}")
