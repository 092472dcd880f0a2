"""Remembered browsers: the cookie that stands in for the second step of sign-in, and for nothing else.
And browsers that were seen: another cookie, which opens nothing and says whose sign-in here is no news.

Operations ask for their code on every browser. The cookie is looked at after the password was right: to whoever
guesses passwords a browser with it and one without it are the same.
"""

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from accounts.agents import Agent, agent_of
from accounts.models import Browser, User
from accounts.models.browsers import LIFE, BrowserQuerySet, digest
from muqeem.record.models import Event

REMEMBERED, SEEN = "browser", "seen"  # cookies
MOST_SEEN = 5  # people whom a browser that several use knows
YEAR = timedelta(days=365)


def agent(request: HttpRequest) -> Agent:
    """What the browser of a request says of itself."""
    return agent_of(request.headers.get("User-Agent", ""))


def cookie_name(name: str) -> str:
    """As those of session and forms are called: by https no other host can plant it."""
    return f"__Host-{name}" if settings.SESSION_COOKIE_SECURE else name


def recognised(request: HttpRequest, user: User) -> bool:
    """Whether this person's password is enough on this browser. What opens nothing more is not asked for either."""
    secret = request.COOKIES.get(cookie_name(REMEMBERED), "")
    return bool(secret) and user.may_be_remembered() and Browser.recognise(user, secret)


def is_seen(request: HttpRequest, user: User) -> bool:
    """Whether this person signed in on this browser before, with the password of today."""
    return _mark(user) in _marks(request)


def mark_seen(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let the browser know that this person signed in on it. It opens nothing: without it, the person is told of the next sign-in."""
    marks = [_mark(user), *(mark for mark in _marks(request) if mark != _mark(user))]
    _keep(response, SEEN, ".".join(marks[:MOST_SEEN]), YEAR)


def _mark(user: User) -> str:
    return salted_hmac("accounts.browser-seen", f"{user.pk} {user.get_session_auth_hash()}", algorithm="sha256").hexdigest()


def _marks(request: HttpRequest) -> list[str]:
    return request.COOKIES.get(cookie_name(SEEN), "").split(".")[:MOST_SEEN]


def _keep(response: HttpResponse, name: str, value: str, age: timedelta) -> None:
    response.set_cookie(
        cookie_name(name), value, max_age=age, secure=bool(settings.SESSION_COOKIE_SECURE), httponly=True, samesite="Lax", path="/"
    )


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Remember the browser on which the second step was just done, in the place of what it was remembered as before."""
    secret = secrets.token_urlsafe(32)
    Browser.objects.filter(user=user, digest=digest(request.COOKIES.get(cookie_name(REMEMBERED), ""))).revoke()
    Browser.remember(user, secret, agent(request))
    _keep(response, REMEMBERED, secret, LIFE)
    Event.objects.write("browser-remembered", actor=user.username)


def remembered(request: Any) -> BrowserQuerySet:
    """The browsers that serve this person, the newest first; `is_this` marks the one that asks."""
    here = digest(request.COOKIES.get(cookie_name(REMEMBERED), ""))
    return Browser.objects.that_serve(request.user).annotate(is_this=Q(digest=here)).order_by("-pk")


def forget(user: User, uuid: str | None = None) -> int:
    """Forget one of the person's browsers, or all of them; how many were forgotten."""
    mine = Browser.objects.that_serve(user)
    forgotten = (mine if uuid is None else mine.filter(uuid=uuid)).revoke()
    if forgotten:
        Event.objects.write("browsers-forgotten", actor=user.username, browsers=forgotten)
    return forgotten
