"""What every answer carries, whoever made it; a line in the log for each; one reading of the clock."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse

from muqeem import clock, logs

Answer = Callable[[HttpRequest], HttpResponse]

PROBES = {"/healthz", "/readyz"}  # asked every few seconds, also while the database is away
PROGRAMS = {"/payments/", "/check/keys"}  # asked by programs, which follow a redirect without a word

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


def programs_by_https(get_response: Answer) -> Answer:
    """Refuse a program that comes by http where people are led to https: else nobody learns that it does."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SECURE_SSL_REDIRECT and request.path in PROGRAMS and not request.is_secure():
            return JsonResponse({"error": "https"}, status=403)
        return get_response(request)

    return middleware


def no_large_bodies(get_response: Answer) -> Answer:
    """Refuse what is larger than any form, unread. Django does so for fields; what is sent as a file it would put on the disk."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig("the body is larger than any form")
        return get_response(request)

    return middleware


def access_log(get_response: Answer) -> Answer:
    """Say which route was asked for, by which user, and how it was answered: never the address as typed, which may hold anything.

    A user is named by the random name of the row, which is nothing to whoever has the log alone.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path in PROBES:
            return get_response(request)
        began = time.monotonic()
        response = get_response(request)
        line: dict[str, object] = {
            "route": logs.route_of(request),
            "status_code": response.status_code,
            "ms": round((time.monotonic() - began) * 1000),
        }
        if user := getattr(request, "signed_in_as", ""):
            line["user"] = user
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
