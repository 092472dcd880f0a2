"""Signing in and out, step by step; the session gets a new key at each."""

from datetime import timedelta

from django.contrib.auth import login, logout
from django.http import HttpRequest
from django_otp import login as otp_login
from django_otp.models import Device
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import enrolment
from accounts.models import OperationToken, PhoneDevice
from accounts.models.tokens import Method
from muqeem import clock
from muqeem.record.models import Event

PENDING = "sign-in"  # the uuid of the sign-in token whose password was right
BEGAN = "began"
SEEN = "seen"

FRESH = timedelta(minutes=10)


def first_step_done(request: HttpRequest, token: OperationToken) -> None:
    """Remember that the password was right, in a session with a new key."""
    request.session.flush()
    request.session[PENDING] = str(token.uuid)


def waiting_token(request: HttpRequest) -> OperationToken | None:
    """The sign-in that waits for its code in this session."""
    uuid = request.session.get(PENDING)
    if not uuid:
        return None
    return OperationToken.objects.select_related("user").filter(uuid=uuid, user__is_active=True, used_at=None).first()


def second_step_done(request: HttpRequest, token: OperationToken) -> None:
    """Sign the person in, in a session with a new key. The sign-in token is used up by it."""
    OperationToken.objects.filter(pk=token.pk, used_at=None).update(used_at=clock.Now())
    request.session.flush()
    login(request, token.user, backend="django.contrib.auth.backends.ModelBackend")
    if device := _device_of(token):
        otp_login(request, device)
    began = clock.now().timestamp()
    request.session[BEGAN] = request.session[SEEN] = began
    Event.objects.write("sign-in", actor=token.user.username, method=token.method)


def is_fresh(request: HttpRequest) -> bool:
    """Whether both steps were done a moment ago: what opens operations is not exchanged in a session left open."""
    return bool(clock.now().timestamp() - request.session.get(BEGAN, 0) < FRESH.total_seconds())


def device_enrolled(request: HttpRequest, device: Device) -> None:
    """Go on with the new device, in a session with a new key."""
    request.session.pop(enrolment.KEY, None)
    otp_login(request, device)
    request.session.cycle_key()


def sign_out(request: HttpRequest) -> None:
    """End the session on the server."""
    if request.user.is_authenticated:
        Event.objects.write("sign-out", actor=request.user.get_username())
    logout(request)


def _device_of(token: OperationToken) -> Device | None:
    kind = TOTPDevice if token.method == Method.APP else PhoneDevice
    return kind.objects.filter(user=token.user, confirmed=True).first()
