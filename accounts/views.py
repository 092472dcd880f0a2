"""Signing in with two steps, and what people keep of their own: password, authenticator app, language, account."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout, update_session_auth_hash
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import enrolment, sessions
from accounts.access import MemberRequest, PortalRequest, anyone, before_enrolment, signed_in
from accounts.forms import BackupCodeForm, CodeForm, PasswordForm, SignInForm
from accounts.middleware import ACCOUNT
from accounts.models import Membership, OperationToken, PhoneDevice, User
from accounts.models.attempts import name_key
from accounts.models.limits import CodeRefused, Paused, count_password
from accounts.models.tokens import Step
from accounts.replies import code_error, send_error, sign_in_paused
from muqeem import catalogue
from muqeem.record.models import Event, Message
from muqeem.record.texts import words


@anyone
@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password. Words, status and time are the same whether the name exists or not."""
    if request.user.is_authenticated:
        return redirect("home")
    form = SignInForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (user := _known(form)) and (token := _begun(form, user)):
        sessions.first_step_done(request, token)
        return redirect(f"{request.path}code/{_next_query(request)}")
    return render(request, "accounts/sign_in.html", {"form": form}, status=422 if form.errors else 200)


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
    form = (BackupCodeForm if backup else CodeForm)(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            (token.try_backup_code if backup else token.try_code)(form.cleaned_data["code"])
        except CodeRefused as error:
            if token.step() != Step.CODE:
                return redirect(request.get_full_path())  # closed by this try, or opened by another request
            form.add_error("code", code_error(error))
        else:
            sessions.second_step_done(request, token)
            return HttpResponseRedirect(_destination(request, request.GET.get("next", "")))
    context = {"form": form, "token": token, "backup": backup, "phone_last2": phone_last2(token.user)}
    return render(request, "accounts/sign_in_code.html", context, status=422 if form.errors else 200)


def _send_again(request: HttpRequest, token: OperationToken) -> HttpResponse:
    try:
        token.send_code()
    except CodeRefused as error:
        messages.warning(request, send_error(error))
    return redirect(request.get_full_path())


def phone_last2(user: User) -> str:
    """The end of the number that codes go to."""
    phone = PhoneDevice.objects.filter(user=user, confirmed=True).order_by("pk").first()
    return phone.number[-2:] if phone else ""


def _next_query(request: HttpRequest) -> str:
    return f"?{query}" if (query := request.META.get("QUERY_STRING", "")) else ""


def _destination(request: HttpRequest, target: str) -> str:
    """Where a visitor wanted to go, if it is a page of this portal; else home."""
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if ours and target.startswith("/") and target.isprintable() else reverse(settings.LOGIN_REDIRECT_URL)


@anyone
@before_enrolment
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    sessions.sign_out(request)
    return redirect("home")


@signed_in
@sensitive_post_parameters()
def password(request: PortalRequest) -> HttpResponse:
    """Change the password; the other sessions of the person end."""
    form = PasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        request.user.set_password(form.cleaned_data["new_password"])
        request.user.save(update_fields=["password"])
        update_session_auth_hash(request, request.user)
        Event.objects.write("password-changed", actor=request.user.username)
        messages.success(request, _("Password changed"))
        return redirect("home")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)


@signed_in
@before_enrolment
@sensitive_post_parameters()
def enrol(request: PortalRequest) -> HttpResponse:
    """Set up an authenticator app, with a camera or by typing the key; then the back-up codes, shown once."""
    if not sessions.is_fresh(request):
        logout(request)
        messages.info(request, _("Setting up an authenticator app needs a new sign-in."))
        return redirect_to_login(request.path)
    device = enrolment.begin(request.user, request.session)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (backup_codes := _enrolled(form, device)):
        sessions.device_enrolled(request, device)
        return render(request, "accounts/backup_codes.html", {"codes": backup_codes})
    context = {"form": form, "qr_svg": enrolment.qr_svg(device), "secret": enrolment.secret(device)}
    return render(request, "accounts/enrol.html", context, status=422 if form.errors else 200)


def _enrolled(form: CodeForm, device: TOTPDevice) -> list[str]:
    """The back-up codes of the device, if the code is the one it shows."""
    try:
        backup_codes = enrolment.confirm(device, form.cleaned_data["code"])
    except CodeRefused as error:
        form.add_error("code", code_error(error))
        return []
    if not backup_codes:
        form.add_error("code", _("The code is not the one that the app shows now."))
    return backup_codes


@anyone
@before_enrolment
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language; kept on the user, or in a cookie for visitors."""
    chosen = request.POST.get("language", "")
    response = HttpResponseRedirect(_destination(request, request.POST.get("next", "")))
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=chosen)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=31_536_000, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response


@signed_in
@require_POST
def switch_account(request: MemberRequest) -> HttpResponse:
    """Act for another of one's accounts."""
    mine = Membership.objects.live().filter(user=request.user)
    uuid = request.POST.get("account", "")
    chosen = next((membership for membership in mine.select_related("account") if str(membership.account.uuid) == uuid), None)
    if chosen is None:
        raise Http404
    request.session[ACCOUNT] = uuid
    return redirect("home")


@anyone
@before_enrolment
def demo_phone(request: HttpRequest) -> HttpResponse:
    """The demonstration's phone: every text that would have left, newest first, and the authenticator apps."""
    if not settings.DEMO:
        raise Http404
    latest = Message.objects.order_by("-pk")[:30]
    texts = [{"at": message.created_at, "number": message.receiver, "text": words(message)} for message in latest]
    return render(request, "accounts/demo_phone.html", {"texts": texts, "authenticators": enrolment.demonstration_codes()})
