"""Language, the limits of a session, and the door: access is denied unless a view declares it."""

import codecs
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import sessions
from accounts.access import Access as Kind
from accounts.models import Membership
from muqeem import clock

ACCOUNT = "account"  # the session's choice among the accounts a user may act for
Answer = Callable[[HttpRequest], HttpResponse]

# Views of others that cannot carry a declaration, by their module.
DECLARED = {
    "django.contrib.admin.sites": Kind.STAFF,  # with its own sign-in, which knows one step and no limits
    "django.contrib.admin.options": Kind.STAFF,
}


def only_utf8(get_response: Answer) -> Answer:
    """Refuse forms in other encodings: some make halves of characters, which no page and no table can hold, some nothing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
            raise BadRequest("the encoding is not UTF-8")
        return get_response(request)

    return middleware


def language(get_response: Answer) -> Answer:
    """The user's language, or the visitor's choice, or Arabic: never what the browser asks for."""
    known = dict(settings.LANGUAGES)

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.user.language if request.user.is_authenticated else request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        with translation.override(chosen if chosen in known else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
            response = get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        patch_vary_headers(response, ["Cookie"])
        return response

    return middleware


class SessionLimits:
    """Fifteen idle minutes or twelve hours end a session, by PostgreSQL's clock."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = clock.now().timestamp()
            idle = now - request.session.get(sessions.SEEN, 0)
            age = now - request.session.get(sessions.BEGAN, 0)
            if idle > settings.SESSION_IDLE.total_seconds() or age > settings.SESSION_ABSOLUTE.total_seconds():
                logout(request)  # nobody signed out: the journal, which looking must not touch, says nothing
            elif idle > 30:  # a row a minute is enough to know
                request.session[sessions.SEEN] = now
        return self.get_response(request)


class Access:
    """The door. What is personal is never stored by a browser or a proxy."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated or request.session.get(sessions.PENDING):
            response.headers["Cache-Control"] = "no-store"
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        access = access_of(view)
        if access is None:
            raise PermissionDenied("no access is declared for this view")
        if not request.user.is_authenticated:
            if access == Kind.ANYONE:
                return None
            return redirect_to_login(request.get_full_path(), login_url=settings.LOGIN_URL)
        if not getattr(view, "before_enrolment", False) and request.user.needs_authenticator() and not _enrolled(request):
            return redirect("enrol")
        attach_accounts(request)
        self._judge(request, access)
        return None

    def _judge(self, request: Any, access: Kind) -> None:
        user = request.user
        match access:
            case Kind.MEMBER if request.membership is None:
                raise PermissionDenied("acts for no account")
            case Kind.CLERK if not user.is_clerk:
                raise Http404  # nobody else learns that there is a desk
            case Kind.STAFF if not (user.is_staff and user.is_verified()):
                raise Http404


def access_of(view: Any) -> Kind | None:
    """What a view, or the class behind it, declares."""
    for candidate in (view, getattr(view, "view_class", None)):
        if declared := getattr(candidate, "access", None):
            return Kind(declared)
    return DECLARED.get(getattr(view, "__module__", ""))


def attach_accounts(request: Any) -> None:
    """For whom the user may act, read from the database at every request, and for whom now."""
    live = Membership.objects.live().filter(user=request.user).select_related("account")
    request.memberships = list(live.order_by("-is_main", "account__name_ar"))
    chosen = request.session.get(ACCOUNT)
    of_choice = [membership for membership in request.memberships if str(membership.account.uuid) == chosen]
    request.membership = next(iter(of_choice or request.memberships), None)
    request.account = request.membership.account if request.membership else None


def _enrolled(request: HttpRequest) -> bool:
    return TOTPDevice.objects.filter(user=request.user, confirmed=True).exists()
