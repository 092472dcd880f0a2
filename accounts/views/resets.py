"""A forgotten password: the name, the link of the e-mail, the code of the text, a new one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts import visitors
from accounts.access import anyone, before_enrolment
from accounts.forms.sign_in import ForgottenForm, NewPasswordForm
from accounts.models import PasswordReset
from accounts.models.attempts import name_key
from accounts.models.limits import Paused, count_request
from accounts.models.resets import ROUTE
from accounts.phone_steps import PhoneStep
from accounts.replies import requests_paused
from muqeem import codes


@anyone
@before_enrolment
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link. Words, status and time are the same whether the name exists or not."""
    form = ForgottenForm(request.POST or None)
    if form.is_valid():
        username = form.cleaned_data["username"]
        try:
            count_request(visitors.key_of(request, "reset"), name_key(f"reset {username}"))
        except Paused as paused:
            form.add_error(None, requests_paused(paused))
        else:
            PasswordReset.begin(username)
            return redirect("password-link-sent")
    return render(request, "accounts/forgotten.html", {"form": form}, status=422 if form.errors else 200)


@anyone
@before_enrolment
def link_sent(request: HttpRequest) -> HttpResponse:
    """What happens next, for whoever asked."""
    return render(request, "accounts/link_sent.html")


@anyone
@before_enrolment
@sensitive_post_parameters()
def reset(request: HttpRequest, uuid: UUID, key: str) -> HttpResponse:
    """Each step behind the link, by how far this browser has come."""
    asked = _asked(uuid, key, ROUTE)
    if not asked.is_open:
        return render(request, "accounts/reset_over.html", status=410)
    phone = asked.user.phone()
    context: dict[str, Any] = {"last2": phone.last2 if phone else ""}
    step = PhoneStep(request, f"{ROUTE} {uuid}")
    if step.is_waiting:
        return step.page("accounts/reset_code.html", **context)
    if not step.is_done:
        if request.method == "POST" and phone:
            name = name_key(asked.user.username)
            return step.begin(phone.number, language=asked.user.language, template="password-reset", name=name)
        return render(request, "accounts/reset.html", context)
    form = NewPasswordForm(request.POST or None, user=asked.user)
    if form.is_valid():
        with transaction.atomic():
            done = step.use() and asked.use(form.cleaned_data["new_password"])
        if done:
            messages.success(request, _("Password changed. Sign in with the new one."))
            return redirect("sign-in")
        return redirect(request.get_full_path())
    return render(request, "accounts/reset_password.html", {"form": form}, status=422 if form.errors else 200)


@anyone
@before_enrolment
def stop(request: HttpRequest, uuid: UUID, key: str) -> HttpResponse:
    """Shut the user out whose password somebody else has set; a passport office or the portal's staff let them in again."""
    asked = _asked(uuid, key, "stop-user")
    done = request.method == "POST" and asked.stop()
    stopped = done or not asked.user.is_active
    return render(request, "accounts/stop.html", {"stopped": stopped})


def _asked(uuid: UUID, key: str, route: str) -> PasswordReset:
    found = PasswordReset.objects.select_related("user").filter(uuid=uuid).first()
    if found is None or not codes.opens(key, route, str(uuid)):
        raise Http404
    return found
