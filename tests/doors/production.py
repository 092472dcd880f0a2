"""The portal as it is behind a proxy that ends TLS: every setting that follows from an address with https."""

import os
import runpy
from pathlib import Path
from typing import Any
from unittest import mock

from django.conf import settings
from django.test import Client

HOST = "portal.example"
DERIVED = ("SECURE_", "SESSION_COOKIE_", "CSRF_COOKIE_", "LANGUAGE_COOKIE_", "HTTPS")


def production_settings() -> dict[str, Any]:
    """What the settings say where the environment names an https address."""
    with mock.patch.dict(os.environ, {"SITE_URL": f"https://{HOST}"}):
        return runpy.run_path(str(Path(settings.BASE_DIR) / "muqeem" / "settings.py"))


def as_in_production(changed: Any) -> None:
    """Take over what the settings say there."""
    for name, value in production_settings().items():
        if name.startswith(DERIVED):
            setattr(changed, name, value)
    changed.ALLOWED_HOSTS = [HOST]


class Browser(Client):
    """Reads files to their end, as browsers do, and keeps what they hold as `body`."""

    def request(self, **request: Any) -> Any:
        answer = super().request(**request)
        answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return answer


def browser(language: str = "") -> Browser:
    """A browser whose requests came to the proxy by https; a language is one that its visitor chose."""
    opened = Browser(headers={"x-forwarded-proto": "https", "host": settings.ALLOWED_HOSTS[0]})
    if language:
        opened.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return opened
