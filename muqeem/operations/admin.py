"""Receipts and documents to read; prints that could not be made, with their reason."""

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from muqeem.operations.models import Document, Print, Receipt
from muqeem.record.models import Event
from muqeem.record.staff import Outbox, Pile, ReadOnly, piles, with_reason


@admin.register(Receipt)
class ReceiptAdmin(ReadOnly):
    list_display = ["number", "at", "service", "account", "user", "total"]
    list_select_related = ["account", "user"]
    search_fields = ["number", "account__number"]
    ordering = ["-id"]
    show_full_result_count = False

    @admin.display(description=_("service"), ordering="slug")
    def service(self, row: Receipt) -> str:
        return row.title


@admin.register(Document)
class DocumentAdmin(ReadOnly):
    list_display = ["serial", "issued_on", "valid_until", "receipt"]
    list_select_related = ["receipt"]
    search_fields = ["serial"]
    ordering = ["-id"]
    show_full_result_count = False


class Rendered(Outbox):
    done_at = "rendered_at"


@admin.register(Print)
class PrintAdmin(ReadOnly):
    """Copies on paper, with the reason for those that could not be made."""

    list_display = ["document", "copy", "printed_at", "rendered_at", "failed_at", "attempts", "error"]
    list_filter = [Rendered]
    list_select_related = ["document"]
    fields = ["document", "copy", "printed_at", "rendered_at", "failed_at", "attempts", "error", "sha256"]
    ordering = ["-id"]
    actions = ["try_again"]
    show_full_result_count = False

    @with_reason(_("Try again"))
    def try_again(self, request: HttpRequest, chosen: QuerySet[Print], reason: str) -> None:
        """Render again the copies that failed, and those whose file is lost."""
        again = [copy for copy in chosen if copy.failed_at or copy.is_lost]
        with transaction.atomic():
            for copy in again:
                copy.retry()
            copies, actor = [copy.pk for copy in again], request.user.get_username()
            Event.objects.seal("staff-retry", actor=actor, subject="prints", copies=copies, reason=reason)
        words = ngettext("%(n)d page is tried again.", "%(n)d pages are tried again.", len(again)) % {"n": len(again)}
        messages.success(request, words)


piles += [
    Pile(_("Pages that failed"), Print.objects.stuck, "operations_print_changelist", "state=failed", "failed_at", is_bad=True),
    Pile(
        _("Pages that wait"),
        lambda: Print.objects.filter(rendered_at=None, failed_at=None),
        "operations_print_changelist",
        "state=waiting",
        "printed_at",
    ),
]
