"""Requests that staff decide, and invitations that they send again."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.decisions import Decided
from accounts.models import Invitation, SubscriptionRequest
from accounts.models.invitations import AlreadyInvited
from accounts.models.requests import State
from muqeem.facts import named
from muqeem.fields import TextField
from muqeem.record.staff import Pile, piles


class DecisionForm(forms.Form):
    """What becomes of a request, and what its person is told of it."""

    APPROVE, ASK, REFUSE = "approve", "ask", "refuse"

    decision = forms.ChoiceField(
        label=_("decision"),
        choices=[
            (APPROVE, _("approve: the bill is issued and told by e-mail")),
            (ASK, _("ask for more: the person answers on the page of the request")),
            (REFUSE, _("refuse: the reason is told by e-mail")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what becomes of it.")},
    )
    words = TextField(label=_("what is needed, or the reason"), max_length=300, required=False, widget=forms.Textarea({"rows": 3}))

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("decision") in {self.ASK, self.REFUSE} and not said.get("words") and "words" not in self.errors:
            self.add_error("words", _("The person must be told what is needed, or why not."))
        return said


@admin.register(SubscriptionRequest)
class SubscriptionRequestAdmin(Decided):
    """What strangers ask for."""

    decision_form = DecisionForm
    list_display = ["__str__", "company", "company_number", "package", "created_at", "state_in_words"]
    list_select_related = ["package", "bill__account"]
    search_fields = ["reference", "company", "company_number"]
    fields = [
        "reference", "created_at", "company", "company_number", "town", "package", "name", "id_number", "phone", "email",
        "question", "answer", "refused_at", "reason", "bill",
    ]  # fmt: skip

    @admin.display(description=_("state"))
    def state_in_words(self, row: SubscriptionRequest) -> str:
        return row.state_in_words

    @admin.display(description=_("city"))
    def town(self, row: SubscriptionRequest) -> str:
        return named(row.city_name)

    def waits(self, row: SubscriptionRequest) -> bool:
        return row.state in {State.REVIEW, State.MORE}

    def carry_out(self, row: SubscriptionRequest, decided: dict[str, Any], by: str) -> bool:
        match decided["decision"]:
            case DecisionForm.APPROVE:
                return row.approve(by=by)
            case DecisionForm.ASK:
                return row.ask(decided["words"], by=by)
        return row.refuse(decided["words"], by=by)


class Pending(admin.SimpleListFilter):
    """The main users who were invited and have not come in."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("pending", _("main users who have not come in yet"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.pending().filter(is_main=True) if self.value() == "pending" else queryset


class RenewForm(forms.Form):
    """Why an invitation is sent again."""

    reason = TextField(label=_("reason for the journal"), max_length=300, widget=forms.Textarea({"rows": 3}))


@admin.register(Invitation)
class InvitationAdmin(Decided):
    """Who was asked to act for whom. The link is in the e-mail alone; that of a main user is sent again from here."""

    decision_form = RenewForm
    decision = _("Send again")
    button = _("Send a new link; the one before leads nowhere any more")
    done = _("A new link is on its way by e-mail; the one before leads nowhere any more.")
    fields = ["account", "name", "is_main", "email", "id_number", "created_at", "expires_at", "used_at", "withdrawn_at"]
    list_filter = [Pending]
    list_display = ["name", "account", "is_main", "created_at", "expires_at", "used_at", "withdrawn_at"]
    list_select_related = ["account"]
    search_fields = ["account__number", "name"]

    def waits(self, row: Invitation) -> bool:
        return row.is_main and row.used_at is None and row.withdrawn_at is None

    def carry_out(self, row: Invitation, decided: dict[str, Any], by: str) -> bool:
        try:
            return row.renew(decided["reason"], by=by)
        except AlreadyInvited:
            return False


piles += [
    Pile(
        _("Requests to decide"),
        SubscriptionRequest.objects.waiting,
        "accounts_subscriptionrequest_changelist",
        "state=waiting",
        "created_at",
    ),
]
