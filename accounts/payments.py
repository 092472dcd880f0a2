"""Who may tell us of payments: a notification is signed with one of our keys, and not long ago.

Muqeem-Signature: t=<seconds since 1970>,v1=<hex of HMAC-SHA-256(key, "<t>." + body)>
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest

from muqeem import clock

HEADER = "Muqeem-Signature"
WINDOW = timedelta(minutes=5)  # that clocks may differ and a notification may travel

_SIGNATURE = re.compile(r"\At=([0-9]{10}),v1=([0-9a-f]{64})\Z")


def sign(key: str, at: datetime, body: bytes) -> str:
    """The header of a notification."""
    moment = int(at.timestamp())
    return f"t={moment},v1={_digest(key, str(moment), body)}"


def is_signed(request: HttpRequest) -> bool:
    """Whether one of our keys signed this body within the window. What is repeated within it is the same payment again."""
    header = _SIGNATURE.match(request.headers.get(HEADER, ""))
    if header is None:
        return False
    moment, signature = header.groups()
    right = [hmac.compare_digest(_digest(key, moment, request.body), signature) for key in settings.PAYMENT_KEYS]
    return any(right) and abs(clock.now() - datetime.fromtimestamp(int(moment), UTC)) <= WINDOW


def _digest(key: str, moment: str, body: bytes) -> str:
    return hmac.new(key.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
