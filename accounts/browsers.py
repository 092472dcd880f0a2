"""Remembered browsers: the cookie that stands in for the second step of sign-in, and for nothing else.

Operations ask for their code on every browser. The cookie is looked at after the password was right: to whoever
guesses passwords a browser with it and one without it are the same.
"""

import secrets
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from accounts.agents import Agent, agent_of
from accounts.models import Browser, User
from accounts.models.browsers import LIFE, BrowserQuerySet, digest
from muqeem.record.models import Event


def agent(request: HttpRequest) -> Agent:
    """What the browser of a request says of itself."""
    return agent_of(request.headers.get("User-Agent", ""))


def cookie_name() -> str:
    """As those of session and forms are called: by https no other host can plant it."""
    return "__Host-browser" if settings.SESSION_COOKIE_SECURE else "browser"


def recognised(request: HttpRequest, user: User) -> bool:
    """Whether this person's password is enough on this browser. What opens nothing more is not asked for either."""
    secret = request.COOKIES.get(cookie_name(), "")
    return bool(secret) and user.may_be_remembered() and Browser.recognise(user, secret)


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Remember the browser on which the second step was just done, in the place of what it was remembered as before."""
    secret = secrets.token_urlsafe(32)
    Browser.objects.filter(user=user, digest=digest(request.COOKIES.get(cookie_name(), ""))).revoke()
    Browser.remember(user, secret, agent(request))
    response.set_cookie(
        cookie_name(), secret, max_age=LIFE, secure=bool(settings.SESSION_COOKIE_SECURE), httponly=True, samesite="Lax", path="/"
    )
    Event.objects.write("browser-remembered", actor=user.username)


def remembered(request: Any) -> BrowserQuerySet:
    """The browsers that serve this person, the newest first; `is_this` marks the one that asks."""
    here = digest(request.COOKIES.get(cookie_name(), ""))
    return Browser.objects.that_serve(request.user).annotate(is_this=Q(digest=here)).order_by("-pk")


def forget(user: User, uuid: str | None = None) -> int:
    """Forget one of the person's browsers, or all of them; how many were forgotten."""
    mine = Browser.objects.that_serve(user)
    forgotten = (mine if uuid is None else mine.filter(uuid=uuid)).revoke()
    if forgotten:
        Event.objects.write("browsers-forgotten", actor=user.username, browsers=forgotten)
    return forgotten
