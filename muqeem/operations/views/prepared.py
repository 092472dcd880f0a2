"""What one person prepared and another confirms, refuses, or its own person withdraws."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import MemberRequest, member
from accounts.models import OperationToken
from accounts.models.limits import CodeRefused, Paused
from accounts.models.tokens import Method
from accounts.replies import send_error
from muqeem.fields import TextField
from muqeem.operations import preparing
from muqeem.operations.base import registry
from muqeem.operations.models import Preparation
from muqeem.operations.views.services import why_closed


class ReasonForm(forms.Form):
    """Why something is refused."""

    reason = TextField(label=gettext_lazy("Reason"), max_length=200, help_text=gettext_lazy("Whoever prepared it reads it."))


@member
def prepared(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Show it; take what was posted: the wish to confirm, which sends a code, the refusal, or the withdrawal."""
    seen = Preparation.objects.seen_by(request.membership).select_related("token", "resident", "account", "prepared_by", "decided_by")
    found = get_object_or_404(seen, uuid=uuid)
    if request.method == "POST":
        return _decide(request, found)
    return _page(request, found, ReasonForm())


def _decide(request: MemberRequest, found: Preparation) -> HttpResponse:
    if "confirm" in request.POST:
        return _begin(request, found)
    if "withdraw" in request.POST:
        done = preparing.withdraw(found, request.user)
    else:
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return _page(request, found, form, status=422)
        done = preparing.refuse(found, request.user, form.cleaned_data["reason"])
    if not done:
        messages.warning(request, _("Nothing changed: it is not yours to decide, or it was decided before."))
    return redirect("prepared", found.uuid)


def _begin(request: MemberRequest, found: Preparation) -> HttpResponse:
    """Start the journey that confirms it: what was prepared, and a code of one's own."""
    service = registry.get(found.token.slug)
    is_theirs = found.prepared_by == request.user or not request.membership.may(found.token.slug)
    if service is None or is_theirs or not _is_waiting(found):
        messages.warning(request, _("Nothing changed: it is not yours to decide, or it was decided before."))
        return redirect("prepared", found.uuid)
    if closed := why_closed(request, service):
        messages.warning(request, closed)
        return redirect("prepared", found.uuid)
    prefill = {"iqama_number": found.resident.iqama_number}
    try:
        token = OperationToken.begin(request.user, found.token.slug, request.account, prefill, confirms=found.token)
    except CodeRefused as error:
        messages.warning(request, send_error(error))
        return _page(request, found, ReasonForm(), status=429 if isinstance(error, Paused) else 409)
    return redirect("operation", token.uuid)


def _is_waiting(found: Preparation) -> bool:
    return Preparation.objects.waiting().filter(pk=found.pk).exists()


def _page(request: MemberRequest, found: Preparation, form: ReasonForm, *, status: int = 200) -> HttpResponse:
    own = found.prepared_by == request.user
    shown = found.token.shown
    assert shown is not None
    waiting = _is_waiting(found)
    context = {
        "preparation": found,
        "title": found.token.title,
        "facts": shown["facts"],
        "fee": shown["fee"],
        "waiting": waiting,
        "lapsed": not waiting and not found.outcome,
        "own": own,
        "others": [member.user.names for member in preparing.others(found)] if own and waiting else [],
        "form": form,
        "method": Method.APP if request.user.has_authenticator() else Method.TEXT,
        "phone_last2": request.user.phone_last2,
    }
    return render(request, "operations/prepared.html", context, status=status)
