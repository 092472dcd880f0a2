"""What every answer carries, whoever made it; a line in the log for each; one reading of the clock."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from muqeem import clock, logs

Answer = Callable[[HttpRequest], HttpResponse]

PROBES = {"/healthz", "/readyz"}  # asked every few seconds, also while the database is away

logger = logging.getLogger("muqeem.access")


def doors(get_response: Answer) -> Answer:
    """Shut by default, errors and files included: no other site may embed an answer, nobody may store it.

    A view that is the same for everybody says so with a Cache-Control of its own.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def access_log(get_response: Answer) -> Answer:
    """Say which route was asked for and how it was answered: never the address as typed, which may hold anything."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path in PROBES:
            return get_response(request)
        began = time.monotonic()
        response = get_response(request)
        line = {"route": logs.route_of(request), "status_code": response.status_code, "ms": round((time.monotonic() - began) * 1000)}
        logger.info("%s", logs.method_of(request), extra=line)
        return response

    return middleware


def moment(get_response: Answer) -> Answer:
    """Every rule and every page of a request sees the same moment, and so the same Riyadh day."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path in PROBES:
            return get_response(request)
        with clock.hold():
            return get_response(request)

    return middleware
