"""What every answer of the portal must carry."""

from collections.abc import Iterator
from typing import Any

CARRIED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
NEVER = ("unsafe", "*", "data:", "blob:", "http:", "https:", "nonce-", "strict-dynamic")
REFUSED = ("camera", "geolocation", "microphone", "payment", "usb")
HSTS = "max-age=63072000; includeSubDomains; preload"


def open_doors(answer: Any, *, everybodys: bool = False, https: bool = False) -> Iterator[str]:
    """What an answer lacks, in words; nothing where every door is shut. `everybodys` may be stored."""
    headers = answer.headers
    yield from (f"{name} is {headers.get(name)!r}" for name, value in CARRIED.items() if headers.get(name) != value)
    yield from _too_wide(headers.get("Content-Security-Policy", ""))
    refused = headers.get("Permissions-Policy", "")
    yield from (f"{feature} is not refused" for feature in REFUSED if f"{feature}=()" not in refused)
    if not everybodys and "no-store" not in headers.get("Cache-Control", ""):
        yield f"may be stored: {headers.get('Cache-Control')!r}"
    if https and headers.get("Strict-Transport-Security") != HSTS:
        yield "not only by https"
    if "Access-Control-Allow-Origin" in headers:
        yield "other sites may read it"


def _too_wide(policy: str) -> Iterator[str]:
    directives = {name: sources for name, _, sources in (part.strip().partition(" ") for part in policy.split(";"))}
    for name in ("default-src", "base-uri", "frame-ancestors"):
        if directives.get(name) != "'none'":
            yield f"{name} is not 'none' in {policy!r}"
    if directives.get("form-action") != "'self'" or any(word in policy for word in NEVER):
        yield f"the content policy is too wide: {policy!r}"
