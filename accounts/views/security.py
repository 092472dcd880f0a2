"""What guards an account, on one page and in its parts: password, authenticator app, back-up codes, browsers."""

from collections.abc import Callable
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import browsers, enrolment, sessions
from accounts.access import PortalRequest, before_enrolment, signed_in
from accounts.forms.sign_in import AppCodeForm, BatchForm, PasswordForm
from accounts.models import AuthenticatorApp, PhoneChange
from accounts.models.limits import CodeRefused
from accounts.replies import code_error
from accounts.views.choices import keep_language


@signed_in
def security(request: PortalRequest) -> HttpResponse:
    """How the account is guarded, and the way to each part of it."""
    user = request.user
    has_authenticator = user.has_authenticator()
    context = {
        "has_authenticator": has_authenticator,
        "phone_last2": "" if has_authenticator else user.phone_last2,
        "codes_left": enrolment.backup_codes_left(user),
        "phone_change": PhoneChange.objects.filter(user=user).coming().first(),
        "sessions": len(sessions.live(request)),
        "browsers": 0 if user.is_clerk or user.is_staff else browsers.remembered(request).count(),
    }
    return render(request, "accounts/security.html", context)


@signed_in
@sensitive_post_parameters()
def password(request: PortalRequest) -> HttpResponse:
    """Change the password; the other sessions of the person end, and no browser is remembered any more."""
    form = PasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        request.user.set_password(form.cleaned_data["new_password"])
        request.user.save(update_fields=["password"])
        sessions.password_changed(request)
        messages.success(request, _("Password changed. You are signed out everywhere else, and no browser is remembered."))
        response = redirect("security")
        browsers.mark_seen(request, response, request.user)
        return response
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)


def _sign_in_again(request: PortalRequest, why: str) -> HttpResponse:
    """What opens operations and sign-ins is not handed out in a session left open, nor to a remembered browser."""
    response = redirect_to_login(request.path)
    keep_language(request, response, request.user.language)
    sessions.ask_again(request)
    messages.info(request, why)
    return response


@signed_in
@require_POST
def withdraw_phone_change(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Say no to a new number that holds soon."""
    if get_object_or_404(PhoneChange, uuid=uuid, user=request.user).withdraw(by=request.user):
        messages.success(request, _("Withdrawn. The number on record stays."))
    return redirect("security")


# --- authenticator app and back-up codes ---


@signed_in
@before_enrolment
@sensitive_post_parameters()
def enrol(request: PortalRequest) -> HttpResponse:
    """Set up an authenticator app, with a camera or by typing the key; then the back-up codes, shown once."""
    if not sessions.is_fresh(request):
        return _sign_in_again(request, _("Setting up an authenticator app needs a new sign-in."))
    device = enrolment.begin(request.user, request.session)
    form = AppCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (codes := _enrolled(form, device)):
        sessions.device_enrolled(request, device)
        return _codes_page(request, codes)
    context = {
        "form": form,
        "qr_svg": enrolment.qr_svg(device),
        "secret": enrolment.secret(device),
        "link": device.config_url,
        "replaces": request.user.has_authenticator(),
        "required": request.user.needs_authenticator(),
    }
    return render(request, "accounts/enrol.html", context, status=422 if form.errors else 200)


def _enrolled(form: AppCodeForm, device: AuthenticatorApp) -> list[str]:
    """The back-up codes of the device, if the code is the one it shows."""
    try:
        codes = enrolment.confirm(device, form.cleaned_data["code"])
    except CodeRefused as error:
        form.add_error("code", code_error(error))
        return []
    if not codes:
        form.add_error("code", _("The code is not the one that the app shows now."))
    return codes


@signed_in
def backup_codes(request: PortalRequest) -> HttpResponse:
    """How many back-up codes are left; new ones on demand, shown once."""
    form = BatchForm(request.POST or None)
    if form.is_valid():
        if not sessions.is_fresh(request):
            return _sign_in_again(request, _("Making backup codes needs a new sign-in."))
        return _codes_page(request, enrolment.make_backup_codes(request.user, str(form.cleaned_data["batch"])))
    context = {"form": BatchForm(initial={"batch": uuid4()}), "left": enrolment.backup_codes_left(request.user)}
    return render(request, "accounts/backup_codes.html", context)


def _codes_page(request: PortalRequest, codes: list[str]) -> HttpResponse:
    site = settings.SITE_URL
    text = "\r\n".join([_("Muqeem: backup codes"), site, "", *codes, ""])
    return render(request, "accounts/new_backup_codes.html", {"codes": codes, "site_url": site, "text": text})


# --- browsers and sessions ---


@signed_in
def own_browsers(request: PortalRequest) -> HttpResponse:
    """Where the person is signed in and which browsers are remembered; each can be ended."""
    if request.method == "POST":
        for name, end in ENDINGS.items():
            if name in request.POST:
                end(request, request.POST[name])
        return redirect("browsers")
    context = {
        "sessions": sessions.live(request),
        "browsers": browsers.remembered(request),
        "may_be_remembered": request.user.may_be_remembered(),
    }
    return render(request, "accounts/browsers.html", context)


def _end_session(request: PortalRequest, uuid: str) -> None:
    if (known := _uuid(uuid)) and sessions.end_others(request, known):
        messages.success(request, _("Signed out there."))


def _end_other_sessions(request: PortalRequest, _value: str) -> None:
    sessions.end_others(request)
    messages.success(request, _("Signed out everywhere else."))


def _forget_browser(request: PortalRequest, uuid: str) -> None:
    if (known := _uuid(uuid)) and browsers.forget(request.user, known):
        messages.success(request, _("The browser is forgotten. The next sign-in there asks for a code."))


def _forget_browsers(request: PortalRequest, _value: str) -> None:
    browsers.forget(request.user)
    messages.success(request, _("All browsers are forgotten. The next sign-in asks for a code."))


# What is not there any more, or is somebody else's, ends nothing and is answered alike: buttons are pressed twice.
ENDINGS: dict[str, Callable[[PortalRequest, str], None]] = {
    "session": _end_session,
    "other-sessions": _end_other_sessions,
    "browser": _forget_browser,
    "browsers": _forget_browsers,
}


def _uuid(text: str) -> str | None:
    """The random name of a row, if it is one."""
    try:
        return str(UUID(text))
    except ValueError:
        return None
