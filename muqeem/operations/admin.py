"""Receipts and documents to read; prints that could not be made, with their reason."""

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from muqeem.operations.models import Document, Print, Receipt
from muqeem.record.models import Event
from muqeem.record.staff import ReadOnly


@admin.register(Receipt)
class ReceiptAdmin(ReadOnly):
    list_display = ["number", "at", "slug", "account", "user", "total"]
    list_select_related = ["account", "user"]
    search_fields = ["number", "account__number"]
    ordering = ["-id"]
    show_full_result_count = False


@admin.register(Document)
class DocumentAdmin(ReadOnly):
    list_display = ["serial", "issued_on", "valid_until", "receipt"]
    list_select_related = ["receipt"]
    search_fields = ["serial"]
    ordering = ["-id"]
    show_full_result_count = False


@admin.register(Print)
class PrintAdmin(ReadOnly):
    """Copies on paper; the failed ones first."""

    list_display = ["document", "copy", "printed_at", "rendered_at", "failed_at", "attempts", "error"]
    list_filter = [("failed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["document"]
    fields = ["document", "copy", "printed_at", "rendered_at", "failed_at", "attempts", "error", "sha256"]
    ordering = ["-failed_at", "-id"]
    actions = ["try_again"]
    show_full_result_count = False

    @admin.action(description=_("Try again"))
    def try_again(self, request: HttpRequest, chosen: QuerySet[Print]) -> None:
        """Render failed copies again."""
        failed = list(chosen.filter(failed_at__isnull=False))
        with transaction.atomic():
            for copy in failed:
                copy.retry()
            Event.objects.seal("staff-retry", actor=request.user.get_username(), subject="prints", copies=[copy.pk for copy in failed])
        words = ngettext("%(n)d page is tried again.", "%(n)d pages are tried again.", len(failed)) % {"n": len(failed)}
        messages.success(request, words)
