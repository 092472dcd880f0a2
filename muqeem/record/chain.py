"""The arithmetic of the chain: canonical texts and the hashes that bind them."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

GENESIS = hashlib.sha256(b"muqeem").hexdigest()


def canonical(value: Mapping[str, Any]) -> str:
    """One text for one value: sorted keys, no spaces, moments in UTC to the microsecond."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def digest(text: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def link(previous: str, body: str) -> str:
    """The hash of a line that follows the line with hash `previous`."""
    return digest(previous + "\n" + body)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")
