"""What people choose anywhere in the portal: language and account; and the phone of a demonstration."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import override
from django.views.decorators.http import require_POST

from accounts import enrolment, sessions
from accounts.access import MemberRequest, anyone, before_enrolment, signed_in
from accounts.models import Membership, User
from accounts.views.sign_in import destination
from muqeem.record.mails import worded
from muqeem.record.models import Message
from muqeem.record.texts import words

SHOWN = 30  # texts, and e-mails


@anyone
@before_enrolment
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language; kept on the user, or in a cookie for visitors."""
    chosen = request.POST.get("language", "")
    response = HttpResponseRedirect(destination(request, request.POST.get("next", "")))
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=chosen)
        keep_language(request, response, chosen)
    return response


def keep_language(request: HttpRequest, response: HttpResponse, chosen: str) -> None:
    """Speak to this browser's visitor in a language from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, chosen, max_age=31_536_000, samesite="Lax", secure=request.is_secure(), httponly=True
    )


@signed_in
@before_enrolment
def stay(request: HttpRequest) -> HttpResponse:
    """Somebody is still here: being asked for anything at all is what lengthens a session."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@signed_in
@require_POST
def switch_account(request: MemberRequest) -> HttpResponse:
    """Act for another of one's accounts."""
    mine = Membership.objects.live().filter(user=request.user)
    uuid = request.POST.get("account", "")
    chosen = next((membership for membership in mine.select_related("account") if str(membership.account.uuid) == uuid), None)
    if chosen is None:
        raise Http404
    request.session[sessions.ACCOUNT] = uuid
    return redirect("home")


@anyone
@before_enrolment
def demo_phone(request: HttpRequest) -> HttpResponse:
    """The demonstration's phone: every text and e-mail that would have left, newest first, and the authenticator apps."""
    if not settings.DEMO:
        raise Http404
    latest = Message.objects.order_by("-pk")
    texts = [
        {"at": message.created_at, "number": message.receiver, "language": message.language, "lines": words(message).splitlines()}
        for message in latest.filter(channel=Message.Channel.TEXT)[:SHOWN]
    ]
    mails = [_mail(message) for message in latest.filter(channel=Message.Channel.MAIL)[:SHOWN]]
    context = {"texts": texts, "mails": mails, "authenticators": enrolment.demonstration_codes()}
    return render(request, "accounts/demo_phone.html", context)


def _mail(message: Message) -> dict[str, Any]:
    with override(message.language):
        return {"message": message, "said": worded(message)}
