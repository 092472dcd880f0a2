"""Who asks without an account: an address, known for a day by a key that nobody can read it from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

HOUSEHOLD = 64  # bits of an IPv6 address that one customer has all to himself


def key_of(request: HttpRequest, *about: str) -> str:
    """The name under which a visitor's looks are counted, or those about one number."""
    return salted_hmac("accounts.visitors", "\n".join([network_of(request), *about]), algorithm="sha256").hexdigest()


def network_of(request: HttpRequest) -> str:
    """The visitor's IPv4 address or IPv6 network, as the outermost of our proxies saw it."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.PROXIES:
        told = request.headers.get("X-Forwarded-For", "").split(",")
        address = told[-settings.PROXIES :][0].strip() or address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"  # a Unix socket; all of them together
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or ipaddress.ip_network((int(parsed), HOUSEHOLD), strict=False))
    return str(parsed)
