"""Accepting an invitation: the link of the e-mail, the code of the text, then a name and a password, or one's own account."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.debug import sensitive_post_parameters

from accounts import browsers, sessions
from accounts.access import anyone, before_enrolment
from accounts.forms.people import NewUserForm
from accounts.models import Invitation, User
from accounts.models.invitations import ROUTE
from accounts.phone_steps import PhoneStep
from muqeem import codes


class Gone(Exception):
    """The invitation or its code was used a moment ago."""


@anyone
@before_enrolment
@sensitive_post_parameters()
def join(request: HttpRequest, uuid: UUID, key: str) -> HttpResponse:
    """Each step of an invitation, by how far this browser has come."""
    invitation = Invitation.objects.select_related("account", "invited_by").filter(uuid=uuid).first()
    if invitation is None or not codes.opens(key, ROUTE, str(uuid)):
        raise Http404
    context: dict[str, Any] = {"invitation": invitation}
    if not invitation.is_open:
        return render(request, "accounts/join_over.html", context, status=410)
    step = PhoneStep(request, f"{ROUTE} {uuid}")
    if step.is_done:
        return _accept(request, step, context)
    if step.is_waiting:
        return step.page("accounts/join_code.html", **context)
    if request.method == "POST":
        return step.begin(invitation.phone, language=invitation.language, template="phone-confirmation")
    return render(request, "accounts/join.html", context)


def _accept(request: HttpRequest, step: PhoneStep, context: dict[str, Any]) -> HttpResponse:
    """The last step: by a user who is signed in, or by a new one."""
    invitation: Invitation = context["invitation"]
    if isinstance(request.user, User):
        return _accept_as(request, request.user, step, context)
    if User.objects.filter(id_number=invitation.id_number).exists():
        return render(request, "accounts/join_known.html", context)
    form = NewUserForm(request.POST or None, initial=_initial(invitation))
    if form.is_valid():
        try:
            user = _made(invitation, step, form)
        except (Gone, IntegrityError):  # the name or the person came in by another request
            return redirect(request.get_full_path())
        sessions.joined(request, user)
        response = _into(request, invitation)
        browsers.mark_seen(request, response, user)
        return response
    return render(request, "accounts/join_user.html", context | {"form": form}, status=422 if form.errors else 200)


def _accept_as(request: HttpRequest, user: User, step: PhoneStep, context: dict[str, Any]) -> HttpResponse:
    invitation: Invitation = context["invitation"]
    if user.is_clerk or not invitation.is_for(user):
        return render(request, "accounts/join_not_theirs.html", context, status=403)
    if request.method != "POST":
        return render(request, "accounts/join_accept.html", context)
    with transaction.atomic():
        accepted = step.use() and invitation.accept(user)
    return _into(request, invitation) if accepted else redirect(request.get_full_path())


def _made(invitation: Invitation, step: PhoneStep, form: NewUserForm) -> User:
    with transaction.atomic():
        if not step.use():
            raise Gone
        user = invitation.make_user(**form.cleaned_data)
        if invitation.accept(user) is None:
            raise Gone
    return user


def _initial(invitation: Invitation) -> dict[str, str]:
    """The name that was given, in the field of its script."""
    return {"name_en" if invitation.name.isascii() else "name_ar": invitation.name}


def _into(request: Any, invitation: Invitation) -> HttpResponse:
    request.session[sessions.ACCOUNT] = str(invitation.account.uuid)
    with override(request.user.language):  # that of the pages from here on
        messages.success(request, _("You act for %(account)s now.") % {"account": invitation.account.name})
    return redirect("home")
