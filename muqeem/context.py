"""What every page may say of the portal itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from muqeem import counts

SLACK = 5  # seconds by which the browser is sooner than the server


def site(request: HttpRequest) -> dict[str, Any]:
    """Whether this is a demonstration, under whose authority the portal runs, and how long a session may be idle."""
    idle, warning = int(settings.SESSION_IDLE.total_seconds()), int(settings.SESSION_WARNING.total_seconds())
    return {
        "site": {
            "demonstration": settings.DEMO,
            "authority": settings.ISSUING_AUTHORITY,
            "url": settings.SITE_URL,
            "session": {"warn_after": idle - warning - SLACK, "end_after": idle - SLACK, "left": counts.minutes(warning // 60)},
        }
    }
