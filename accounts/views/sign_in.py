"""Signing in with two steps and out again, and what to do without the phone."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import browsers, enrolment, sessions, unsent
from accounts.access import PortalRequest, anyone, before_enrolment, signed_in
from accounts.forms.sign_in import BackupCodeForm, RememberingForm, SignInCodeForm, SignInForm
from accounts.models import OperationToken, User
from accounts.models.attempts import name_key, tell_refused
from accounts.models.limits import CodeRefused, Paused, count_password
from accounts.models.tokens import Step
from accounts.replies import code_error, send_error, sign_in_paused
from muqeem import catalogue


@anyone
@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password. Words, status and time are the same whether the name exists or not."""
    if request.user.is_authenticated:
        return redirect("home")
    form = SignInForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (user := _known(form)):
        if sessions.second_step_left_out(request, user):
            return _way_on(request, user)
        if token := _begun(form, user):
            sessions.first_step_done(request, token)
            return redirect(f"{request.path}code/{_next_query(request)}")
    context = {"form": form, "session_ended": sessions.ENDED in request.session}
    return render(request, "accounts/sign_in.html", context, status=422 if form.errors else 200)


def _known(form: SignInForm) -> User | None:
    """Whoever has this name and password. The try is counted before it is made."""
    username = form.cleaned_data["username"]
    try:
        attempt = count_password(name_key(username))
    except Paused as paused:
        form.add_error(None, sign_in_paused(paused))
        return None
    user = authenticate(username=username, password=form.cleaned_data["password"])
    if not isinstance(user, User):
        tell_refused("wrong password", name_key(username))
        form.add_error(None, _("The sign-in details are not correct."))
        return None
    attempt.delete()
    return user


def _begun(form: SignInForm, user: User) -> OperationToken | None:
    """The token that waits for the code of the second step."""
    try:
        return OperationToken.begin(user, catalogue.SIGN_IN)
    except CodeRefused as error:
        form.add_error(None, send_error(error))
        return None


@anyone
@sensitive_post_parameters()
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step: the code of a text, of the authenticator app, or a back-up code."""
    token = sessions.waiting_token(request)
    if token is None or token.step() == Step.CLOSED:
        if token is not None:
            messages.warning(request, _("Too many tries: this sign-in is closed. You can start a new one."))
        return redirect("sign-in")
    if request.method == "POST" and "again" in request.POST:
        return _send_again(request, token)
    backup = "backup" in request.GET
    form = _code_form(token.user, backup=backup)(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            (token.try_backup_code if backup else token.try_code)(form.cleaned_data["code"])
        except CodeRefused as error:
            if token.step() != Step.CODE:
                return redirect(request.get_full_path())  # closed by this try, or opened by another request
            form.add_error("code", code_error(error))
        else:
            return _signed_in(request, token, form)
    user = token.user
    context = {
        "form": form,
        "token": token,
        "backup": backup,
        "phone_last2": user.phone_last2,
        "never_remembered": not backup and (user.is_clerk or user.is_staff),
    }
    return render(request, "accounts/sign_in_code.html", context, status=422 if form.errors else 200)


def _code_form(user: User, *, backup: bool) -> type[SignInCodeForm | BackupCodeForm]:
    if backup:
        return BackupCodeForm
    return RememberingForm if user.may_be_remembered() else SignInCodeForm


def _signed_in(request: HttpRequest, token: OperationToken, form: SignInCodeForm | BackupCodeForm) -> HttpResponse:
    by_backup_code = isinstance(form, BackupCodeForm)
    sessions.second_step_done(request, token, by_backup_code=by_backup_code)
    if by_backup_code:
        left = enrolment.backup_codes_left(token.user)
        with override(token.user.language):  # in which the page is that says it
            words = ngettext("Signed in with a backup code. %(n)d is left.", "Signed in with a backup code. %(n)d are left.", left)
            messages.warning(request, words % {"n": left})
    response = _way_on(request, token.user)
    browsers.mark_seen(request, response, token.user)
    if form.cleaned_data.get("remember"):
        browsers.remember(request, response, token.user)
    return response


def _send_again(request: HttpRequest, token: OperationToken) -> HttpResponse:
    try:
        token.send_code()
    except CodeRefused as error:
        messages.warning(request, send_error(error))
    return redirect(request.get_full_path())


def _next_query(request: HttpRequest) -> str:
    return f"?{query}" if (query := request.META.get("QUERY_STRING", "")) else ""


def _way_on(request: HttpRequest, user: User) -> HttpResponse:
    """To the form that waits for the person, or to where the person wanted to go."""
    if unsent.waiting(request.session, user):
        return redirect("unsent")
    return HttpResponseRedirect(destination(request, request.GET.get("next", "")))


def destination(request: HttpRequest, target: str) -> str:
    """Where a visitor wanted to go, if it is a page of this portal; else home."""
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if ours and target.startswith("/") and target.isprintable() else reverse(settings.LOGIN_REDIRECT_URL)


@anyone
@before_enrolment
def lost_phone(request: HttpRequest) -> HttpResponse:
    """What helps without the phone. It asks for nothing, so it tells nobody who exists."""
    waiting = not request.user.is_authenticated and sessions.waiting_token(request) is not None
    return render(request, "accounts/lost_phone.html", {"waiting": waiting})


@anyone
@before_enrolment
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, here and in what the browser kept of it."""
    sessions.sign_out(request)
    response = redirect("home")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'  # not the cookies: a remembered browser stays one
    return response


@signed_in
def unsent_form(request: PortalRequest) -> HttpResponse:
    """The form that was posted after the last session had ended: to be sent now, or discarded."""
    form = unsent.waiting(request.session, request.user)
    if form is None or request.method == "POST" or not _is_for_account_of(request, form):
        unsent.forget(request.session)
        return redirect("home")
    return render(request, "accounts/unsent.html", {"unsent": form})


def _is_for_account_of(request: Any, form: unsent.Unsent) -> bool:
    """Whether the person acts for the account that the form was written for; the leave for it may have ended."""
    return not form.account or (request.account is not None and str(request.account.uuid) == form.account)
