"""Addresses, stable from the first day, without identifiers of people."""

from django.contrib import admin
from django.urls import include, path

from muqeem import components, views
from residency import homes

urlpatterns = [
    path("", homes.home, name="home"),
    path("", include("accounts.urls")),
    path("", include("muqeem.operations.urls")),
    path("", include("residency.urls")),
    path("demo/components/", components.components, name="demo-components"),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("favicon.ico", views.favicon, name="favicon"),
]

handler400 = "muqeem.views.bad_request"
handler404 = "muqeem.views.not_found"
handler500 = "muqeem.views.server_error"
