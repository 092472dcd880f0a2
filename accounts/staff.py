"""The staff's site: portal staff only, and only after their second step."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from accounts.access import Access, allow
from muqeem.record.staff import name_columns, piles


class StaffSite(AdminSite):
    site_header = _("Muqeem portal staff")
    site_title = _("Muqeem portal staff")
    index_title = _("What is in the portal")
    index_template = "admin/index.html"
    enable_nav_sidebar = False  # the lists need its room

    def has_permission(self, request: HttpRequest) -> bool:
        """Signed in as staff, with an authenticator app or a back-up code."""
        user: Any = request.user  # the OTP middleware gave it `is_verified`
        return super().has_permission(request) and user.is_verified()

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Nothing is shown to staff under a name that only the code knows."""
        super().register(model_or_iterable, admin_class, **options)
        for model in [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable:
            name_columns(model)

    @allow(Access.STAFF)
    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """What waits or is stuck, each number leading to its list; then every table."""
        seen = [pile for pile in piles if request.user.has_perm(pile.permission)]
        return super().index(request, {"piles": seen} | (extra_context or {}))

    @allow(Access.STAFF)
    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        """There is one page for it, which counts wrong tries and writes into the journal."""
        return redirect("password")
