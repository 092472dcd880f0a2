"""Rows that wait for staff to decide: shown as they are, decided on a page of their own, with words that the person reads."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import Access, allow
from muqeem.record.staff import ReadOnly


class Waiting(admin.SimpleListFilter):
    """The rows that wait for staff."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("waits for a decision"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.waiting() if self.value() == "waiting" else queryset


class Decided(ReadOnly):
    """Nobody edits these rows. Each is decided once by whoever may change it, and the decision is a link of the chain."""

    decision_form: ClassVar[type[forms.Form]]
    decision: Promise | str = _("Decide")
    button: Promise | str = _("Decide and tell the person")
    done: Promise | str = _("Decided; the person is told by e-mail.")
    list_filter = [Waiting]
    ordering = ["-id"]
    change_form_template = "admin/decided.html"

    def waits(self, row: Any) -> bool:
        """Whether there is something to decide."""
        raise NotImplementedError

    def carry_out(self, row: Any, decided: dict[str, Any], by: str) -> bool:
        """Do what the form says; False where it was decided meanwhile."""
        raise NotImplementedError

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def get_urls(self) -> list[Any]:
        decide = path("<int:pk>/decide/", self.admin_site.admin_view(self.decide), name=self._route("decide"))
        return [decide, *super().get_urls()]

    @allow(Access.STAFF)
    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        row = self.get_object(request, object_id)
        may = row is not None and self.waits(row) and self._may_decide(request)
        context = {"decide": f"admin:{self._route('decide')}" if may else "", "decision": self.decision} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    @allow(Access.STAFF)
    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What was decided meanwhile stays as it is."""
        if not self._may_decide(request):
            raise PermissionDenied
        row = get_object_or_404(self.model, pk=pk)
        back = f"admin:{self._route('change')}"
        form = self.decision_form(request.POST or None)
        if not form.is_valid():
            page = {"form": form, "row": row, "back": back, "title": self.decision, "button": self.button}
            context = self.admin_site.each_context(request) | page
            return render(request, "admin/decide.html", context, status=422 if form.errors else 200)
        if self.carry_out(row, form.cleaned_data, request.user.get_username()):
            messages.success(request, str(self.done))
        else:
            messages.warning(request, _("It was decided meanwhile; nothing changed."))
        return redirect(back, pk)

    def _may_decide(self, request: Any) -> bool:
        meta = self.model._meta
        return bool(request.user.has_perm(f"{meta.app_label}.change_{meta.model_name}"))

    def _route(self, what: str) -> str:
        return f"{self.model._meta.app_label}_{self.model._meta.model_name}_{what}"
