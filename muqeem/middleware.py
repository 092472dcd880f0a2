"""One reading of the clock for each request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from muqeem import clock


def moment(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Every rule and every page of a request sees the same moment, and so the same Riyadh day."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path in {"/healthz", "/readyz"}:
            return get_response(request)
        with clock.hold():
            return get_response(request)

    return middleware
