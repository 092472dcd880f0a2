"""Security codes and the keys of links: derived whenever they are needed, stored nowhere."""

import base64
import hashlib
import hmac

from django.conf import settings

DIGITS = 6


def derive(token: str, send: int) -> str:
    """The six digits of one sending of one token: RFC 4226 truncation of HMAC-SHA-256(CODE_KEY, token ‖ send)."""
    digest = _digest(f"{token}|{send}")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def same(typed: str, token: str, send: int) -> bool:
    """Whether the typed code is that of this sending, compared in constant time."""
    return hmac.compare_digest(typed.encode(errors="replace"), derive(token, send).encode())


def link_key(route: str, uuid: str) -> str:
    """What makes the link of a mail hard to guess: 256 bits, for one row and one page."""
    return base64.urlsafe_b64encode(_digest(f"link|{route}|{uuid}")).decode().rstrip("=")


def opens(key: str, route: str, uuid: str) -> bool:
    """Whether a key is that of the link, compared in constant time."""
    return hmac.compare_digest(key.encode(errors="replace"), link_key(route, uuid).encode())


def _digest(text: str) -> bytes:
    return hmac.new(settings.CODE_KEY.encode(), text.encode(), hashlib.sha256).digest()
