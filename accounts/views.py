"""Signing in with two steps, and what people keep of their own: password, authenticator app, language, account."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp import login as otp_login

from accounts import enrolment, sessions
from accounts.access import MemberRequest, PortalRequest, anyone, signed_in
from accounts.forms import BackupCodeForm, CodeForm, PasswordForm, SignInForm
from accounts.middleware import ACCOUNT
from accounts.models import Membership, OperationToken, PhoneDevice, User
from accounts.models.attempts import name_key
from accounts.models.limits import CodeRefused, Paused, count_password
from accounts.models.tokens import NoPhone, Step
from accounts.replies import code_error, send_error
from muqeem import catalogue
from muqeem.facts import moment_in_text
from muqeem.record.models import Event, Message
from muqeem.record.texts import words


@anyone
@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password. Words, status and time are the same whether the name exists or not."""
    if request.user.is_authenticated:
        return redirect("home")
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            token = _first_step(form.cleaned_data["username"], form.cleaned_data["password"])
        except Paused as paused:
            form.add_error(None, _("Sign-in is paused. Try again at %(time)s.") % {"time": moment_in_text(paused.until)})
        except NoPhone:
            form.add_error(None, _("There is no mobile number on record. The passport office records one."))
        else:
            if token:
                sessions.first_step_done(request, token)
                return redirect(f"{request.path}code/{_next_query(request)}")
            form.add_error(None, _("The sign-in details are not correct."))
    return render(request, "accounts/sign_in.html", {"form": form}, status=200 if form.is_valid() or not form.is_bound else 422)


def _first_step(username: str, password: str) -> OperationToken | None:
    """A token that waits for its code, or None where name or password is wrong. A try is counted before it is made."""
    attempt = count_password(name_key(username))
    user = authenticate(username=username, password=password)
    if not isinstance(user, User):
        return None
    attempt.delete()
    return OperationToken.begin(user, catalogue.SIGN_IN)


@anyone
@sensitive_post_parameters()
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step: the code of a text, of the authenticator app, or a back-up code."""
    token = sessions.waiting_token(request)
    if token is None or token.step() == Step.CLOSED:
        if token is not None:
            messages.warning(request, _("Too many tries: this sign-in is closed. You can start a new one."))
        return redirect("sign-in")
    backup = "backup" in request.GET
    form = (BackupCodeForm if backup else CodeForm)(request.POST or None)
    if request.method == "POST" and "again" in request.POST:
        return _send_again(request, token)
    if request.method == "POST" and form.is_valid():
        try:
            (token.try_backup_code if backup else token.try_code)(form.cleaned_data["code"])
        except CodeRefused as error:
            form.add_error("code", code_error(error))
        else:
            target = _safe_next(request)
            sessions.second_step_done(request, token)
            return redirect(target)
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


def _safe_next(request: HttpRequest) -> str:
    target = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else settings.LOGIN_REDIRECT_URL


@anyone
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    sessions.sign_out(request)
    return redirect("home")


@signed_in
@sensitive_post_parameters()
def password(request: PortalRequest) -> HttpResponse:
    """Change the password; the other sessions of the person end."""
    form = PasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        request.user.set_password(form.cleaned_data["new_password"])
        request.user.save(update_fields=["password"])
        update_session_auth_hash(request, request.user)
        Event.objects.write("password-changed", actor=request.user.username)
        messages.success(request, _("Password changed"))
        return redirect("home")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)


@signed_in
def enrol(request: PortalRequest) -> HttpResponse:
    """Set up an authenticator app, with a camera or by typing the key; then the back-up codes, shown once."""
    device = enrolment.begin(request.user)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        backup_codes = enrolment.confirm(device, form.cleaned_data["code"])
        if backup_codes:
            otp_login(request, device)
            return render(request, "accounts/backup_codes.html", {"codes": backup_codes})
        form.add_error("code", _("The code is not the one that the app shows now."))
    context = {"form": form, "qr_svg": enrolment.qr_svg(device), "secret": enrolment.secret(device)}
    return render(request, "accounts/enrol.html", context, status=422 if form.errors else 200)


enrol.before_enrolment = True  # type: ignore[attr-defined]


@anyone
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language; kept on the user, or in a cookie for visitors."""
    chosen = request.POST.get("language", "")
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    response = redirect(target if safe else "home")
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
def demo_phone(request: HttpRequest) -> HttpResponse:
    """The demonstration's phone: every text that would have left, newest first, and the authenticator apps."""
    if not settings.DEMO:
        raise Http404
    latest = Message.objects.order_by("-pk")[:30]
    texts = [{"at": message.created_at, "number": message.receiver, "text": words(message)} for message in latest]
    return render(request, "accounts/demo_phone.html", {"texts": texts, "authenticators": enrolment.demonstration_codes()})
