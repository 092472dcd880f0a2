"""How staff work on the portal's tables: every act is a link of the chain; some tables are only read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from muqeem.record.models import Event


class Journalled(admin.ModelAdmin):
    """Whatever staff add, change or delete is a link of the journal's chain. Rows are deleted one by one."""

    actions = None  # Django deletes many at once outside a transaction, where nothing can be sealed

    def log_addition(self, request: HttpRequest, object: Any, message: Any) -> Any:  # noqa: A002 -- Django's name
        self._seal(request, "staff-add", object, message)
        return super().log_addition(request, object, message)

    def log_change(self, request: HttpRequest, object: Any, message: Any) -> Any:  # noqa: A002 -- Django's name
        self._seal(request, "staff-change", object, message)
        return super().log_change(request, object, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for row in queryset:
            self._seal(request, "staff-delete", row, [])
        return super().log_deletions(request, queryset)

    def _seal(self, request: HttpRequest, kind: str, row: Any, message: Any) -> None:
        changed = [name for part in message if isinstance(part, dict) for act in part.values() for name in act.get("fields", [])]
        Event.objects.seal(kind, actor=request.user.get_username(), subject=f"{row._meta.label_lower} {row.pk}", fields=changed)


class ReadOnly(admin.ModelAdmin):
    """Shown to staff, changed by nobody here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
