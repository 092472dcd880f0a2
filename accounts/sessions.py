"""Signing in and out, step by step; the session gets a new key at each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, login, logout, update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_otp import login as otp_login
from django_otp.models import Device

from accounts import browsers, enrolment, unsent
from accounts.models import BrowserSession, Membership, OperationToken, User
from accounts.models.notices import Kind, Words, tell
from accounts.models.tokens import Method
from muqeem import clock
from muqeem.record.models import Event
from muqeem.sentences import say, sentence

PENDING = "sign-in"  # the uuid of the sign-in token whose password was right
AGAIN = "again"  # the next sign-in takes both steps, on a remembered browser too
METHOD = "method"  # how the second step was done
BEGAN = "began"
SEEN = "seen"
ENDED = "ended"  # whose session ran out in this browser, and for which account they acted
ACCOUNT = "account"  # the choice among the accounts a user may act for

BACKUP_CODE, REMEMBERED = "backup-code", "browser"  # methods beside those of tokens
FRESH = timedelta(minutes=10)

NEW_BROWSER = sentence("notice-new-browser", _("Sign-in on a browser that had not been seen before."))
ON_SYSTEM = sentence("browser-on-system", _("%(browser)s on %(system)s"))
NEW_BROWSER_NAMED = sentence("notice-new-browser-named", _("Sign-in on a browser that had not been seen before: %(browser)s"))


# --- signing in ---


def first_step_done(request: HttpRequest, token: OperationToken) -> None:
    """Remember that the password was right, in a session with a new key."""
    again = request.session.get(AGAIN, False)
    with unsent.carried_over(request.session, token.user):
        request.session.flush()
    request.session[PENDING], request.session[AGAIN] = str(token.uuid), again


def waiting_token(request: HttpRequest) -> OperationToken | None:
    """The sign-in that waits for its code in this session."""
    uuid = request.session.get(PENDING)
    if not uuid:
        return None
    return OperationToken.objects.select_related("user").filter(uuid=uuid, user__is_active=True, used_at=None).first()


def second_step_done(request: HttpRequest, token: OperationToken, *, by_backup_code: bool = False) -> None:
    """Sign the person in, in a session with a new key. The sign-in token is used up by it."""
    OperationToken.objects.filter(pk=token.pk, used_at=None).update(used_at=clock.Now())
    method = BACKUP_CODE if by_backup_code else token.method
    _begin(request, token.user, method=method)
    if not browsers.is_seen(request, token.user):
        _tell_of_new_browser(request, token.user, by_text=method != Method.TEXT)
    if device := _device_of(token):
        otp_login(request, device)


def second_step_left_out(request: HttpRequest, user: User) -> bool:
    """Sign the person in without the second step, if this browser is remembered and both steps were not asked for."""
    if request.session.get(AGAIN) or not browsers.recognised(request, user):
        return False
    _begin(request, user, method=REMEMBERED)
    return True


def joined(request: HttpRequest, user: User) -> None:
    """Sign a new user in, who has just shown a link of an e-mail and a code of a text."""
    _begin(request, user, method=Method.TEXT)


def _begin(request: HttpRequest, user: User, *, method: str) -> None:
    with unsent.carried_over(request.session, user):
        request.session.flush()
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    if (form := unsent.waiting(request.session, user)) and form.account:
        request.session[ACCOUNT] = form.account
    request.session[METHOD] = method
    request.session[BEGAN] = request.session[SEEN] = clock.now().timestamp()
    _note_whose(request, user)
    Event.objects.write("sign-in", actor=user.username, method=method)


def _tell_of_new_browser(request: HttpRequest, user: User, *, by_text: bool) -> None:
    """Whoever signed in by text has just had one."""
    now = clock.now()
    agent = browsers.agent(request)
    place = say(ON_SYSTEM, **agent._asdict()) if all(agent) else "".join(agent)
    said = say(NEW_BROWSER_NAMED, browser=place) if place else say(NEW_BROWSER)
    local = now.astimezone(clock.RIYADH)
    text = Words("new-sign-in", {"signed_in_on": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"})
    mail = Words("new-sign-in", {"at": now.isoformat()})
    with transaction.atomic():
        tell(user, Kind.SIGN_IN, said, leads_to=reverse("browsers"), text=text if by_text else None, mail=mail)


def _device_of(token: OperationToken) -> Device | None:
    return token.user.authenticators().first() if token.method == Method.APP else token.user.phone()


# --- while it lasts ---


def is_fresh(request: HttpRequest) -> bool:
    """Whether both steps were done a moment ago: what opens operations is not exchanged in a session left open.

    A remembered browser does not make a session fresh: it may be a stolen one, with the password in it.
    """
    age: float = clock.now().timestamp() - request.session.get(BEGAN, 0)
    return age < FRESH.total_seconds() and request.session.get(METHOD) != REMEMBERED


def ask_again(request: HttpRequest) -> None:
    """End the session so that the person signs in anew, with both steps."""
    logout(request)
    request.session[AGAIN] = True


def device_enrolled(request: Any, device: Device) -> None:
    """Go on with the new device, in a session with a new key."""
    request.session.pop(enrolment.KEY, None)
    otp_login(request, device)
    request.session.cycle_key()
    _note_whose(request, request.user)


def password_changed(request: Any) -> None:
    """Go on with the new password, in a session with a new key; the person's others have ended by it."""
    update_session_auth_hash(request, request.user)
    _note_whose(request, request.user)
    Event.objects.write("password-changed", actor=request.user.username)


def has_run_out(session: Any) -> bool:
    """Whether a session has been idle, or has lasted, for as long as one may."""
    now = clock.now().timestamp()
    idle, age = now - session.get(SEEN, 0), now - session.get(BEGAN, 0)
    return bool(idle > settings.SESSION_IDLE.total_seconds() or age > settings.SESSION_ABSOLUTE.total_seconds())


def _note_whose(request: HttpRequest, user: User) -> None:
    """Write down whose session this is, under the key that it has just been given."""
    BrowserSession.objects.create(session_id=str(request.session.session_key), user=user, **browsers.agent(request)._asdict())


# --- ending it ---


def run_out(request: HttpRequest, acting_by: Membership | None) -> None:
    """End a session that has lasted long enough. Nobody signed out: the journal, which looking must not touch, says nothing."""
    ended = {"user": request.user.pk, "account": str(acting_by.account.uuid) if acting_by else ""}
    logout(request)
    request.session[ENDED] = ended


def sign_out(request: HttpRequest) -> None:
    """End the session on the server."""
    if request.user.is_authenticated:
        Event.objects.write("sign-out", actor=request.user.get_username())
    logout(request)


@dataclass(frozen=True)
class Live:
    """A session that would be let in now: where, since when, and when it was last seen."""

    place: BrowserSession
    began_at: datetime
    seen_at: datetime
    is_this: bool


def live(request: Any) -> list[Live]:
    """The person's sessions, this one first, then by when they were last seen."""
    found = []
    for place in BrowserSession.objects.filter(user=request.user).select_related("session"):
        session = place.session.get_decoded()
        is_this = place.session_id == request.session.session_key
        if session.get(HASH_SESSION_KEY) == request.user.get_session_auth_hash() and not has_run_out(session):
            found.append(Live(place, _moment(session[BEGAN]), _moment(session[SEEN]), is_this))
    return sorted(found, key=lambda each: (not each.is_this, -each.seen_at.timestamp()))


def end_others(request: Any, uuid: str | None = None) -> int:
    """Sign the person out in another browser, or in all others; how many sessions ended."""
    others = Session.objects.filter(whose__user=request.user).exclude(pk=request.session.session_key)
    ended, _tables = (others if uuid is None else others.filter(whose__uuid=uuid)).delete()
    if ended:
        Event.objects.write("signed-out-elsewhere", actor=request.user.username, sessions=ended)
    return ended


def _moment(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, clock.RIYADH)
