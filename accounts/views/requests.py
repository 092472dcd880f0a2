"""A stranger asks for a subscription, and follows what becomes of it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import visitors
from accounts.access import anyone, before_enrolment
from accounts.forms.requests import AnswerForm, ReferenceForm, RequestForm
from accounts.models import Package, PhoneCode, SubscriptionRequest, looks
from accounts.models.attempts import name_key
from accounts.models.limits import Paused, count_request
from accounts.models.requests import State, Subscribed, UnderReview
from accounts.phone_steps import PhoneStep
from accounts.replies import requests_paused
from muqeem.facts import moment_in_text
from muqeem.serials import clean_serial, in_a_sentence

TOLD = "subscription-request"  # in the session, while a code by text stands in for the picture


@anyone
@before_enrolment
def ask(request: HttpRequest) -> HttpResponse:
    """The form. Without the picture, which not everybody can see, the request goes on with a code by text."""
    by_text = "by-text" in request.GET
    form = RequestForm(request.POST or None, by_text=by_text, initial={"package": request.GET.get("package", "")})
    if form.is_valid():
        if not by_text:
            filed = _filed(request, form.told())
        else:
            request.session[TOLD] = form.told()
            filed = _step(request, form.told()).begin(
                form.cleaned_data["phone"], language=_language(), template="phone-confirmation", on="request-by-text"
            )
        if isinstance(filed, HttpResponse):
            return filed
        form.add_error(*filed)
    context = {"form": form, "by_text": by_text}
    return render(request, "accounts/request_form.html", context, status=422 if form.errors else 200)


@anyone
@before_enrolment
def ask_by_text(request: HttpRequest) -> HttpResponse:
    """The code that stands in for the picture; then the request is filed as it was written."""
    told = request.session.get(TOLD)
    if not told or not (step := _step(request, told)).is_waiting:
        return redirect("request-subscription")

    def file(_code: PhoneCode) -> HttpResponse:
        del request.session[TOLD]
        filed = _filed(request, told)
        if isinstance(filed, HttpResponse):
            return filed
        messages.warning(request, filed[1])
        return redirect("request-subscription")

    return step.page("accounts/request_code.html", then=file)


def _step(request: HttpRequest, told: dict[str, Any]) -> PhoneStep:
    """The code to the mobile of this request, and of no other that was written in this browser."""
    return PhoneStep(request, f"{TOLD} {told['phone']}")


def _filed(request: HttpRequest, told: dict[str, Any]) -> HttpResponse | tuple[str | None, str]:
    """The page of the request that was filed, or the field and the words of what stands in its way."""
    try:
        count_request(visitors.key_of(request), name_key(told["email"]))
    except Paused as paused:
        return None, requests_paused(paused)
    package = Package.objects.offered().filter(code=told["package"]).first()
    if package is None:  # while a code was on its way
        return "package", _("This package is not offered any more. Choose another.")
    try:
        filed = SubscriptionRequest.file(**told | {"package": package, "language": _language()})
    except Subscribed:
        return "company_number", _("This establishment has an account. Its main user can invite you.")
    except UnderReview:
        return "company_number", _("A request of this establishment is under review. Its answer goes to the e-mail that was given in it.")
    shown = {"ref": in_a_sentence(str(filed)), "email": filed.email}
    messages.success(request, _("Request %(ref)s received. Its number went to %(email)s.") % shown)
    return redirect("request", filed.reference)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


@anyone
@before_enrolment
def follow(request: HttpRequest) -> HttpResponse:
    """Where the number of a request leads to it."""
    form = ReferenceForm(request.POST or None)
    if form.is_valid():
        try:
            found = looks.count_look(visitors.key_of(request), visitors.key_of(request, form.cleaned_data["reference"]))
        except Paused as paused:
            form.add_error("reference", _("Too many checks. Try again at %(moment)s.") % {"moment": moment_in_text(paused.until)})
        else:
            if SubscriptionRequest.objects.filter(reference=form.cleaned_data["reference"]).exists():
                looks.found(found)
                return redirect("request", form.cleaned_data["reference"])
            form.add_error("reference", _("There is no request with this number."))
    return render(request, "accounts/request_follow.html", {"form": form}, status=422 if form.errors else 200)


@anyone
@before_enrolment
def request_page(request: HttpRequest, reference: str) -> HttpResponse:
    """How far a request is, for whoever has its number: no names, no addresses."""
    try:
        serial = clean_serial(reference)
    except ValidationError:
        raise Http404 from None
    found = SubscriptionRequest.objects.select_related("package", "bill__account", "bill__package").filter(reference=serial).first()
    if found is None:
        raise Http404
    form = AnswerForm(request.POST or None)
    if found.state == State.MORE and form.is_valid():
        found.reply(form.cleaned_data["answer"])
        messages.success(request, _("The answer is with the portal staff."))
        return redirect("request", serial)
    context = {"request_": found, "form": form, "biller": settings.SADAD_BILLER}
    return render(request, "accounts/request.html", context, status=422 if form.errors else 200)
