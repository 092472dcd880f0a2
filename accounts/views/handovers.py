"""Changing the main user: a code from the one who gives, a code from the one who takes."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import MemberRequest, PortalRequest, main_user, signed_in
from accounts.models import Handover, PhoneCode, User
from accounts.models.attempts import name_key
from accounts.phone_steps import PhoneStep


@main_user
def hand_over(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Offer the main user's place to another of the account's users."""
    taker = get_object_or_404(request.account.memberships.live().filter(is_main=False).select_related("user"), user__uuid=uuid)

    def offer(code: PhoneCode) -> HttpResponse:
        with transaction.atomic():
            if code.use():
                Handover.offer(request.membership, taker)
                messages.success(request, _("Asked. The main user changes when the other has accepted with a code."))
        return redirect("people")

    context = {"taker": taker, "account": request.account}
    return _with_code(request, f"hand over {taker.pk}", "accounts/handover_offer.html", offer, context)


@main_user
@require_POST
def withdraw_handover(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Take the offer back."""
    get_object_or_404(request.account.handovers, uuid=uuid).withdraw(by=request.user.username)
    return redirect("people")


@signed_in
def take_over(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Accept the main user's place."""
    offer = get_object_or_404(Handover.objects.open().select_related("account", "giver", "taker"), uuid=uuid, taker=request.user)

    def accept(code: PhoneCode) -> HttpResponse:
        with transaction.atomic():
            done = code.use() and offer.accept()
        if done:
            messages.success(request, _("You are the main user of %(account)s now.") % {"account": offer.account.name})
        else:
            messages.warning(request, _("This offer does not hold any more. Nothing changed."))
        return redirect("home")

    return _with_code(request, f"take over {offer.pk}", "accounts/handover_accept.html", accept, {"offer": offer})


def _with_code(
    request: Any, purpose: str, template: str, then: Callable[[PhoneCode], HttpResponse], context: dict[str, Any]
) -> HttpResponse:
    """A deed that a code to the person's own phone opens."""
    user: User = request.user
    phone = user.phone()
    if phone is None:
        raise Http404
    step = PhoneStep(request, purpose)
    if step.is_waiting:
        return step.page(template, then=then, **context)
    if request.method == "POST":
        return step.begin(phone.number, language=user.language, template="consent", name=name_key(user.username))
    return render(request, template, context | {"last2": phone.last2})
