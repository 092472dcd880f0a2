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
    """Whether the typed code is that of this sending."""
    return alike(typed, derive(token, send))


def link_key(route: str, uuid: str) -> str:
    """What makes the link of a mail hard to guess: 256 bits, for one row and one page."""
    return base64.urlsafe_b64encode(_digest(f"link|{route}|{uuid}")).decode().rstrip("=")


def opens(key: str, route: str, uuid: str) -> bool:
    """Whether a key is that of the link."""
    return alike(key, link_key(route, uuid))


def backup_code(device: str, number: int) -> str:
    """One of the back-up codes of a device: forty bits, in signs that are easy to copy from paper."""
    return _signs(f"backup|{device}|{number}", 8)


def backup_mark(user: str, code: str) -> str:
    """What is kept of a back-up code: eighty bits, from which nobody finds the code without the key."""
    return _signs(f"backup-mark|{user}|{code}", 16)


def alike(typed: str, secret: str) -> bool:
    """Whether what was typed is the secret, compared in constant time."""
    return hmac.compare_digest(typed.encode(errors="replace"), secret.encode())


def _signs(text: str, length: int) -> str:
    return base64.b32encode(_digest(text)).decode().lower()[:length]


def _digest(text: str) -> bytes:
    return hmac.new(settings.CODE_KEY.encode(), text.encode(), hashlib.sha256).digest()
