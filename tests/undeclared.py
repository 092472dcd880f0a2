"""An address whose view does not say who may see it, beside those of the portal."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from muqeem.urls import urlpatterns as of_the_portal


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("seen")


urlpatterns = [path("undeclared/", view), *of_the_portal]
