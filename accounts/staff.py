"""The staff's site: portal staff only, and only after their second step."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class StaffSite(AdminSite):
    site_header = _("Muqeem portal staff")
    site_title = _("Muqeem portal staff")
    index_title = _("What is in the portal")

    def has_permission(self, request: HttpRequest) -> bool:
        """Signed in as staff, with an authenticator app or a back-up code."""
        user: Any = request.user  # the OTP middleware gave it `is_verified`
        return super().has_permission(request) and user.is_verified()
