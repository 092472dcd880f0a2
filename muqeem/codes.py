"""Security codes: derived whenever they are needed, stored nowhere."""

import hashlib
import hmac

from django.conf import settings

DIGITS = 6


def derive(token: str, send: int) -> str:
    """The six digits of one sending of one token: RFC 4226 truncation of HMAC-SHA-256(CODE_KEY, token ‖ send)."""
    digest = hmac.new(settings.CODE_KEY.encode(), f"{token}|{send}".encode(), hashlib.sha256).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def same(typed: str, token: str, send: int) -> bool:
    """Whether the typed code is that of this sending, compared in constant time."""
    return hmac.compare_digest(typed.encode(errors="replace"), derive(token, send).encode())
