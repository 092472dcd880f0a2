"""The portal's own pages: errors, and whether it is alive."""

import logging
import secrets
import sys

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.templatetags.static import static

from accounts.access import anyone

logger = logging.getLogger(__name__)

RETRY_AFTER = "5"  # seconds


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
        return HttpResponse("database", status=503, content_type="text/plain", headers={"Retry-After": RETRY_AFTER})
    return HttpResponse("ok", content_type="text/plain")


@anyone
def favicon(request: HttpRequest) -> HttpResponse:
    """The mark, where browsers look for it."""
    return HttpResponsePermanentRedirect(static("img/mark.svg"))


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's proof of origin is missing or old; nothing was done."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our own failure: a reference that the logs know, and the way to see what was done.

    Without the database, or when it asks for patience, we are paused and say when to come back. Every layer's failure
    passes here, the session's included; a middleware would see only those of the layers that do not catch their own.
    """
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        logger.error("the database is away")
        doubt = {"in_doubt": request.method == "POST"}  # what was asked for may have been done before the answer was lost
        answer = render(request, "503.html", doubt, status=503)
        answer.headers["Retry-After"] = RETRY_AFTER
        return answer
    reference = secrets.token_hex(4).upper()
    logger.error("a page failed", extra={"reference": reference})
    return render(request, "500.html", {"reference": reference}, status=500)
