"""How staff work on the portal's tables: every act is a link of the chain; some tables are only read.

What waits for somebody is counted on the staff's home: each table says so of itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from muqeem.counts import MOST
from muqeem.fields import TextField
from muqeem.record.models import Event

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHOWN = 20  # of the rows that an action is asked back for


@dataclass(frozen=True)
class Pile:
    """Rows that wait: for staff, who must do something, or for the portal, which should have done it."""

    title: Promise | str
    rows: Callable[[], QuerySet[Any]]
    list: str  # the name of the list's address, without `admin:`
    query: str  # what narrows the list to these rows
    since: str = ""  # the field that says since when a row waits
    is_bad: bool = False

    @property
    def count(self) -> int:
        """How many, up to one more than the most."""
        return self.rows().order_by()[: MOST + 1].count()

    @property
    def oldest(self) -> datetime | None:
        """Since when the first of them waits."""
        return self.rows().order_by(self.since).values_list(self.since, flat=True).first() if self.since else None

    @property
    def permission(self) -> str:
        """What one must have to see the list."""
        meta = self.rows().model._meta
        return f"{meta.app_label}.view_{meta.model_name}"

    @property
    def address(self) -> str:
        return f"{reverse(f'admin:{self.list}')}?{self.query}"


piles: list[Pile] = []


class Outbox(admin.SimpleListFilter):
    """Rows that are to be done once: those that wait, those that are done, those that failed."""

    title = _("state")
    parameter_name = "state"
    done_at = ""  # the field that says when it was done

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("waiting", pgettext_lazy("outbox", "waiting")),
            ("failed", pgettext_lazy("outbox", "failed")),
            ("done", pgettext_lazy("outbox", "done")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "waiting":
                return queryset.filter(**{self.done_at: None}, failed_at=None)
            case "failed":
                return queryset.filter(failed_at__isnull=False)
            case "done":
                return queryset.filter(**{f"{self.done_at}__isnull": False})
        return queryset


class InWords(admin.SimpleListFilter):
    """Rows by a short code that they are kept under, told in words."""

    words: Mapping[str, Promise]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(self.words.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


COLUMNS: dict[str, Any] = {
    "seq": _("link of the chain"),
    "at": _("at"),
    "kind": _("kind"),
    "actor": _("who"),
    "subject": _("about what"),
    "data": _("details"),
    "account": _("account"),
    "arguments": _("details"),
    "answered": _("answered"),
    "created_at": _("since"),
    "leads_to": _("leads to"),
    "used_at": _("used"),
    "withdrawn_at": _("withdrawn"),
    "suspended_at": _("suspended"),
    "removed_at": _("removed"),
    "page": _("template"),
    "permit_ends_on": _("residency until"),
    "language": _("language"),
    "printed_by": _("printed by"),
    "sha256": _("check sum of the file"),
}


def name_columns(model: type[Model]) -> None:
    """Give columns that a model leaves unnamed a name in the reader's language: that of the table they lead to, or ours."""
    column: Any
    for column in model._meta.concrete_fields:
        if column._verbose_name is not None:  # the model has named it
            continue
        if column.related_model:
            column.verbose_name = column.related_model._meta.verbose_name
        elif column.name in COLUMNS:
            column.verbose_name = COLUMNS[column.name]


class NamedList(ChangeList):
    """A list under the name of its rows: Django's "Select … to change" has one gender in Arabic for all of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = str(capfirst(self.opts.verbose_name_plural))


class Listed(admin.ModelAdmin):
    """What the portal's own lists have in common."""

    show_facets = admin.ShowFacets.NEVER  # no list is counted through for the numbers beside a filter

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NamedList


class Journalled(Listed):
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


class ReadOnly(Listed):
    """Shown to staff, changed by nobody here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReasonForm(forms.Form):
    """Why staff do something to the rows that they chose."""

    reason = TextField(label=_("Reason"))


def with_reason(description: "StrOrPromise", **options: Any) -> Callable[[Callable[..., None]], Callable[..., HttpResponse | None]]:
    """An action on the chosen rows of a list, asked back on a page of its own, with a reason for the journal."""

    def action(act: Callable[..., None]) -> Callable[..., HttpResponse | None]:
        @admin.action(description=description, **options)
        @wraps(act)
        def ask_first(table: Listed, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse | None:
            form = ReasonForm(request.POST if "reason" in request.POST else None)
            if form.is_valid():
                act(table, request, chosen, form.cleaned_data["reason"])
                return None
            posted = ("action", "select_across", "index", ACTION_CHECKBOX_NAME)
            context = table.admin_site.each_context(request) | {
                "title": description,
                "form": form,
                "rows": chosen[:SHOWN],
                "count": chosen.count(),
                "posted": [(name, value) for name in posted for value in request.POST.getlist(name)],
            }
            return render(request, "admin/reason.html", context, status=422 if form.errors else 200)

        return ask_first

    return action
