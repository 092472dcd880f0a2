"""The steps of a registration. Words, status and time are the same whether the person is on record or not."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts import browsers, sessions, visitors
from accounts.access import anyone
from accounts.forms.people import ChosenUserForm
from accounts.models.attempts import name_key
from accounts.models.limits import Paused, count_request
from accounts.phone_steps import PhoneStep
from accounts.replies import requests_paused
from residency.registration.forms import WhoForm
from residency.registration.people import Known, find, is_registered, register

WHO = "registration"  # in the session: the number that was asked about, and who was found


@anyone
def start(request: HttpRequest) -> HttpResponse:
    """Number and birth date; a code goes to the phone on record, if both are true."""
    form = WhoForm(request.POST or None)
    if form.is_valid():
        number = form.cleaned_data["number"]
        name = name_key(f"registration {number}")
        try:
            count_request(visitors.key_of(request, WHO), name)
        except Paused as paused:
            form.add_error(None, requests_paused(paused))
        else:
            known = find(number, form.cleaned_data["birth_on"])
            request.session[WHO] = {"number": number, "known": asdict(known) if known else None}
            return _step(request, number).begin(
                known.phone if known else "", on="registration", language=_language(), template="phone-confirmation", name=name
            )
    return render(request, "residency/registration/start.html", {"form": form}, status=422 if form.errors else 200)


@anyone
@sensitive_post_parameters()
def go_on(request: HttpRequest) -> HttpResponse:
    """The code, then a user name and a password."""
    asked = request.session.get(WHO)
    if not asked:
        return redirect("register")
    step = _step(request, asked["number"])
    if step.is_waiting:
        return step.page("residency/registration/code.html")
    if not step.is_done:  # nor is it ever for whom there is not
        return redirect("register")
    known = Known(**asked["known"])
    if is_registered(known):
        return render(request, "residency/registration/known.html")
    form = ChosenUserForm(request.POST or None, person={"name_ar": known.name_ar, "name_en": known.name_en})
    if form.is_valid() and (user := _registered(step, known, form.cleaned_data)):
        del request.session[WHO]
        sessions.joined(request, user)
        messages.success(request, _("Your account is ready."))
        response = redirect("home")
        browsers.mark_seen(request, response, user)
        return response
    context = {"form": form, "known": known}
    return render(request, "residency/registration/user.html", context, status=422 if form.errors else 200)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _step(request: HttpRequest, number: str) -> PhoneStep:
    """The code for one person's registration: that of another, given before in this browser, opens nothing here."""
    return PhoneStep(request, f"{WHO} {number}")


def _registered(step: PhoneStep, known: Known, chosen: dict[str, Any]) -> Any:
    """The new user; None if the code was used, or the name or the person came in, by another request a moment ago."""
    try:
        with transaction.atomic():
            return register(known, language=_language(), **chosen) if step.use() else None
    except IntegrityError:
        return None
