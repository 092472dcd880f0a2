"""The portal with pages beside it that fail in the ways in which pages fail."""

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

from accounts.access import anyone
from muqeem.urls import handler500
from muqeem.urls import urlpatterns as of_the_portal

__all__ = ["handler500", "urlpatterns"]


@anyone
def broken(request: HttpRequest, typed: str = "") -> HttpResponse:
    """Fails with all that it was sent in the text of the error."""
    raise RuntimeError(f"{typed} {request.GET.dict()} {request.POST.dict()}")


@anyone
def refused_by_the_database(request: HttpRequest) -> HttpResponse:
    """Fails as a constraint does: PostgreSQL quotes the row."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO accounts_account (number, name_ar) VALUES (%s, %s)", ["2", request.GET["q"]])
    return HttpResponse()


@anyone
def without_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("the connection is closed")


urlpatterns = [
    *of_the_portal,
    path("trouble/", broken),
    path("trouble/<str:typed>/", broken),
    path("trouble-in-the-database/", refused_by_the_database),
    path("trouble-without-database/", without_database),
]
