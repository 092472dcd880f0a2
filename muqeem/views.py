"""The portal's own pages: errors, and whether it is alive."""

import logging
import secrets
import sys
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.templatetags.static import static
from psycopg import errors

from accounts.access import anyone
from accounts.middleware import attach_accounts

logger = logging.getLogger(__name__)

RETRY_AFTER = "5"  # seconds
PLAIN = "text/plain; charset=utf-8"


@anyone
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: this process answers."""
    return HttpResponse("ok", content_type=PLAIN)


@anyone
def readyz(request: HttpRequest) -> HttpResponse:
    """Ready: the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        logger.exception("not ready")
        return HttpResponse("database", status=503, content_type=PLAIN, headers={"Retry-After": RETRY_AFTER})
    return HttpResponse("ok", content_type=PLAIN)


@anyone
def favicon(request: HttpRequest) -> HttpResponse:
    """The mark, where browsers look for it."""
    return HttpResponsePermanentRedirect(static("img/mark.svg"))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What was sent cannot be understood. Django's own answer would not know in whose name the portal speaks."""
    return render(request, "400.html", status=400)


def not_found(request: Any, exception: Exception | None = None) -> HttpResponse:
    """No such page, or not for this account; whoever is signed in may change to another one from here, too."""
    _attach_accounts(request)
    return render(request, "404.html", status=404)


def form_expired(request: Any, reason: str = "") -> HttpResponse:
    """The form's proof of origin is missing or old; nothing was done.

    What it held is not offered again: another site may have written it. The way back is the page of ours it was sent from.
    """
    _attach_accounts(request)
    came_from = request.headers.get("Referer", "")
    ours = came_from.startswith(request.build_absolute_uri("/"))
    return render(request, "403_csrf.html", {"back": came_from if ours else ""}, status=403)


def _attach_accounts(request: Any) -> None:
    """For whom the user acts, where the request did not come as far as the door, which reads it."""
    if request.user.is_authenticated and not hasattr(request, "account"):
        attach_accounts(request)


# The server ended our transaction because we stood still, or it is a standby that was just put in another's place. psycopg
# counts these among our own mistakes.
AWAY = (errors.IdleInTransactionSessionTimeout, errors.TransactionTimeout, errors.ReadOnlySqlTransaction)


def _database_is_away(failure: BaseException | None) -> bool:
    """Whether it was the database that asked for patience."""
    return isinstance(failure, OperationalError | InterfaceError) or isinstance(failure and failure.__cause__, AWAY)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our own failure: a reference that the logs know, and the way to see what was done.

    Without the database, or when it asks for patience, we are paused and say when to come back. Every layer's failure
    passes here, the session's included; a middleware would see only those of the layers that do not catch their own.
    """
    if _database_is_away(sys.exception()):
        logger.error("the database is away")
        posted = request.method == "POST"  # what was asked for may have been done before the answer was lost
        answer = render(request, "503.html", {"in_doubt": posted, "again": "/" if posted else request.get_full_path()}, status=503)
        answer.headers["Retry-After"] = RETRY_AFTER
        return answer
    reference = secrets.token_hex(4).upper()
    logger.error("a page failed", extra={"reference": reference})
    return render(request, "500.html", {"reference": reference}, status=500)
