"""Language, the limits of a session, and the door: access is denied unless a view declares it."""

import codecs
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers

from accounts import sessions, unsent
from accounts.access import Access as Kind
from accounts.models import AuthenticatorApp, Membership
from accounts.models.notices import with_unseen
from muqeem import clock

Answer = Callable[[HttpRequest], HttpResponse]

METHODS = ["GET", "HEAD", "POST"]  # what pages and forms are; a function would answer any other as GET

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


class Sessions(SessionMiddleware):
    """Where a session ended while one of its requests was on the way, that one leads to sign-in and not to an error.

    Whoever presses twice at sign-in has two on the way, and the first of them gives the session another key.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            return redirect(request.get_full_path() if request.method == "GET" else settings.LOGIN_URL)


class SessionLimits:
    """Fifteen idle minutes or twelve hours end a session, by PostgreSQL's clock."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if request.user.is_authenticated:
            request.signed_in_as = str(request.user.uuid)  # for the access log, which has no database
            now = clock.now().timestamp()
            if sessions.has_run_out(request.session):
                sessions.run_out(request, acting_by=_acting(request)[1])
            elif now - request.session[sessions.SEEN] > 30:  # a row a minute is enough to know
                request.session[sessions.SEEN] = now
        return self.get_response(request)


class Access:
    """The door. What somebody signed in is shown is stored by no browser and no proxy, whatever its view says."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated or request.session.get(sessions.PENDING):
            response.headers["Cache-Control"] = "no-store"
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        access = access_of(view)
        if access is None:
            raise PermissionDenied("no access is declared for this view")
        if not request.user.is_authenticated:
            if access == Kind.ANYONE:
                return None
            if ended := request.session.get(sessions.ENDED):
                unsent.keep(request, **ended)
            return redirect_to_login(request.get_full_path(), login_url=settings.LOGIN_URL)
        attach_accounts(request)
        if not getattr(view, "before_enrolment", False) and _must_enrol(request):
            return redirect("enrol")
        self._judge(request, access)
        unsent.forget_if_sent(request, request.user)
        return None

    def _judge(self, request: Any, access: Kind) -> None:
        user = request.user
        match access:
            case Kind.MEMBER if request.membership is None:
                raise PermissionDenied("acts for no account")
            case Kind.MAIN if request.membership is None or not request.membership.is_main:
                raise PermissionDenied("is not the account's main user")
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


def _must_enrol(request: Any) -> bool:
    """Whether an authenticator app is required and missing. The one that this session was opened with was just read."""
    device = request.user.otp_device
    shown = isinstance(device, AuthenticatorApp) and device.confirmed
    return request.user.needs_authenticator(request.memberships) and not (shown or request.user.has_authenticator())


def attach_accounts(request: Any) -> None:
    """For whom the user may act, read from the database at every request, and for whom now."""
    request.memberships, request.membership = _acting(request)
    request.account = request.membership.account if request.membership else None


def _acting(request: Any) -> tuple[list[Membership], Membership | None]:
    if request.user.is_clerk:  # a clerk acts for nobody, whatever rows there are
        return [], None
    live = with_unseen(Membership.objects.live().filter(user=request.user)).select_related("account")
    memberships = list(live.order_by("-is_main", "account__name_ar"))
    chosen = request.session.get(sessions.ACCOUNT)
    of_choice = [membership for membership in memberships if str(membership.account.uuid) == chosen]
    return memberships, next(iter(of_choice or memberships), None)
