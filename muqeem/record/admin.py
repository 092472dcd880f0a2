"""The journal to read, the parameters with their days, the messages that are stuck."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from muqeem import clock
from muqeem.record import titles
from muqeem.record.models import Event, Message, Parameter
from muqeem.record.staff import Journalled, ReadOnly


@admin.register(Event)
class EventAdmin(ReadOnly):
    list_display = ["seq", "at", "kind", "actor", "account", "subject"]
    list_filter = ["kind"]
    search_fields = ["subject", "account", "actor"]
    ordering = ["-id"]
    show_full_result_count = False


@admin.register(Parameter)
class ParameterAdmin(Journalled):
    """A new value is a new row from a day on; rows that have been in force stay as they are."""

    list_display = ["code", "title", "value", "from_on", "confidence", "source", "in_force"]
    list_filter = ["confidence"]
    search_fields = ["code", "source"]
    ordering = ["code", "-from_on"]
    readonly_fields = ["preview"]

    @admin.display(description=_("title"))
    def title(self, row: Parameter) -> Any:
        return titles.title_of(row.code)

    @admin.display(description=_("in force today"), boolean=True)
    def in_force(self, row: Parameter) -> bool:
        newest = Parameter.objects.filter(code=row.code, from_on__lte=clock.today()).order_by("-from_on").first()
        return newest is not None and newest.pk == row.pk

    @admin.display(description=_("What holds when"))
    def preview(self, row: Parameter) -> Any:
        """Every value of the code with its days, the way the rules will read it."""
        rows = list(Parameter.objects.filter(code=row.code).order_by("from_on"))
        ends = [str(later.from_on) for later in rows[1:]] + [str(_("open"))]
        return format_html_join(
            "", "<p><bdi>{} → {}</bdi>: <b>{}</b></p>", ((r.from_on, end, r.value) for r, end in zip(rows, ends, strict=True))
        )

    def has_change_permission(self, request: HttpRequest, obj: Parameter | None = None) -> bool:
        """What was in force before today is history."""
        past = obj is not None and obj.from_on < clock.today()
        return not past and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Parameter | None = None) -> bool:
        return self.has_change_permission(request, obj)


@admin.register(Message)
class MessageAdmin(ReadOnly):
    """Texts; the failed ones first, with the gateway's reason."""

    list_display = ["template", "created_at", "sent_at", "failed_at", "attempts", "error"]
    list_filter = [("failed_at", admin.EmptyFieldListFilter), "template"]
    fields = ["template", "language", "created_at", "sent_at", "failed_at", "attempts", "error"]
    ordering = ["-failed_at", "-id"]
    actions = ["try_again"]
    show_full_result_count = False

    @admin.action(description=_("Try again"))
    def try_again(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        """Put failed messages back into the outbox."""
        again = chosen.filter(failed_at__isnull=False)
        with transaction.atomic():
            keys = [str(message.key) for message in again]
            count = again.update(failed_at=None, attempts=0, due_at=clock.Now())
            Event.objects.seal("staff-retry", actor=request.user.get_username(), subject="messages", keys=keys)
        words = ngettext("%(n)d message is tried again.", "%(n)d messages are tried again.", count) % {"n": count}
        messages.success(request, words)
