"""What every page may say of the portal itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Whether this is a demonstration, and under whose authority the portal runs."""
    return {"site": {"demonstration": settings.DEMO, "authority": settings.ISSUING_AUTHORITY, "url": settings.SITE_URL}}
