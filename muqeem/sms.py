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
        if not settings.DEMO:
            raise NeverSent("SMS_URL is demo:, which is for demonstrations")
        return
    headers = {"Idempotency-Key": key} | ({"Authorization": f"Bearer {unquote(url.username)}"} if url.username else {})
    address = url._replace(netloc=url.netloc.rpartition("@")[2]).geturl()
    message = {"to": number, "from": settings.SMS_SENDER, "text": text}
    try:
        with httpx.stream("POST", address, json=message, headers=headers, timeout=TIMEOUT) as answer:
            _judge(answer)  # by its status; whatever else it says is not waited for
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotSent(type(error).__name__) from error


def _judge(answer: httpx.Response) -> None:
    if answer.is_success or answer.status_code == httpx.codes.CONFLICT:  # a conflict: this key was taken before
        return
    if answer.is_client_error and answer.status_code not in {408, 425, 429}:
        raise NeverSent(f"status {answer.status_code}")
    raise NotSent(f"status {answer.status_code}")
