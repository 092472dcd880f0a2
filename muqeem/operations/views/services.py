"""The menu of services, and the page of each with the button that sends the code."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import MemberRequest, member
from accounts.models import OperationToken, Subscription
from accounts.models.limits import CodeRefused, Paused
from accounts.models.tokens import Method
from accounts.replies import send_error
from muqeem import clock
from muqeem.operations.base import Operation, registry
from muqeem.operations.findings import Finding
from muqeem.operations.judge import terms_of_today


@member
def services(request: MemberRequest) -> HttpResponse:
    """Every service of the portal; closed ones stay visible with their reason."""
    return render(request, "operations/services.html", {"services": menu(request)})


def menu(request: MemberRequest) -> list[dict[str, Any]]:
    """The services as the menu shows them to this member."""
    return [
        {
            "slug": service.slug,
            "icon": service.icon,
            "title": service.title,
            "summary": service.summary,
            "allowed": request.membership.may(service.slug),
            "reason": why_closed(request, service),
        }
        for service in registry.values()
    ]


def why_closed(request: MemberRequest, service: type[Operation]) -> str:
    """Why this member cannot start the service now, or nothing."""
    if not request.membership.may(service.slug):
        main = _once(request, "main_user", lambda: next(iter(request.account.main_users()), None))
        name = main.user if main else None
        words = _("Not among your privileges") + ". "
        return words + (
            _("Ask the main user, %(name)s") % {"name": name.name_ar if request.LANGUAGE_CODE == "ar" else name.name_en} if name else ""
        )
    if subscription_of(request) is None:
        return _("The account has no subscription in force. Services are shown and work once it has one.")
    return ""


def subscription_of(request: MemberRequest) -> Subscription | None:
    """The account's package in force, read once for all that a page says of it."""
    found: Subscription | None = _once(request, "subscription", lambda: Subscription.current(request.account, clock.today()))
    return found


def _once(request: MemberRequest, name: str, read: Callable[[], Any]) -> Any:
    """What was read for this request under a name, or is read now: a menu asks for every service."""
    if name not in vars(request):
        setattr(request, name, read())
    return getattr(request, name)


@member
def start(request: MemberRequest, slug: str) -> HttpResponse:
    """What the service is, who may; by POST the code is sent and the journey begins."""
    service = registry.get(slug)
    if service is None:
        raise Http404
    resident, findings, prefill = asked_for(request, service)
    closed = why_closed(request, service)
    status = 409 if request.method == "POST" else 200
    if request.method == "POST" and not closed:
        try:
            token = OperationToken.begin(request.user, slug, request.account, prefill)
        except CodeRefused as error:
            messages.warning(request, send_error(error))
            status = 429 if isinstance(error, Paused) else 409
        else:
            return redirect("operation", token.uuid)
    context = {
        "operation": service,
        "resident": resident,
        "about": _about(request),
        "findings": findings,
        "closed_reason": closed,
        "method": Method.APP if request.user.has_authenticator() else Method.TEXT,
        "phone_last2": request.user.phone_last2,
    }
    return render(request, "operations/start.html", context, status=status)


def asked_for(request: MemberRequest, service: type[Operation]) -> tuple[Any, list[Finding], dict[str, str]]:
    """From whose file the service is started, if the account reaches somebody of this name; how they stand; and the form's answers."""
    uuid = _named(request, "resident")
    if not uuid:
        return None, [], {}
    terms = terms_of_today()
    form = service.form_class(account=request.account, terms=terms, branches=request.membership.branch_ids())
    resident = form.chooser().by_uuid(uuid)
    if resident is None:
        raise Http404
    return resident, service.judge(resident, request.account, terms), form.prefill(resident, _about(request))


def _named(request: MemberRequest, name: str) -> str:
    """What the address names, and the page's form after it."""
    return request.POST.get(name) or request.GET.get(name) or ""


def _about(request: MemberRequest) -> str:
    """The name of the row of the file that was chosen; nothing where it is no name."""
    try:
        return str(UUID(_named(request, "about")))
    except ValueError:
        return ""
