"""The portal's own pages: errors, and whether it is alive."""

import logging
import secrets

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.templatetags.static import static

from accounts.access import anyone

logger = logging.getLogger(__name__)


@anyone
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: this process answers."""
    return HttpResponse("ok", content_type="text/plain")


@anyone
def readyz(request: HttpRequest) -> HttpResponse:
    """Ready: the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        logger.exception("not ready")
        return HttpResponse("database", status=503, content_type="text/plain", headers={"Retry-After": "5"})
    return HttpResponse("ok", content_type="text/plain")


@anyone
def favicon(request: HttpRequest) -> HttpResponse:
    """The mark, where browsers look for it."""
    return HttpResponsePermanentRedirect(static("img/mark.svg"))


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's proof of origin is missing or old; nothing was done."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our own failure: a reference that the logs know, and the way to see what was done."""
    reference = secrets.token_hex(4).upper()
    logger.error("a page failed", extra={"reference": reference})
    return render(request, "500.html", {"reference": reference}, status=500)
