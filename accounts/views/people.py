"""The people who act for an account: inviting them, what they may do, and ending it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import MemberRequest, main_user
from accounts.forms.people import InviteForm, PrivilegesForm
from accounts.models import Invitation, Membership
from accounts.models.invitations import AlreadyInvited
from muqeem import catalogue
from muqeem.record.models import Event

LATEST = 10  # acts of one member


@main_user
def people(request: MemberRequest) -> HttpResponse:
    """Everybody who acts for the account, and the invitations that wait."""
    members = request.account.memberships.filter(removed_at=None).select_related("user").prefetch_related("branches")
    context = {
        "members": members.order_by("-is_main", "user__name_ar", "pk"),
        "invitations": request.account.invitations.open().order_by("-pk"),
        "two_people_for": [catalogue.title(slug) for slug in sorted(catalogue.four_eyes)],
        "offer": request.account.handovers.open().select_related("taker").first(),
    }
    return render(request, "accounts/people.html", context)


@main_user
@require_POST
def four_eyes(request: MemberRequest) -> HttpResponse:
    """Ask for two people where something can hardly be taken back, or for one again."""
    members = list(request.account.memberships.live().filter(user__is_active=True))
    if "one" in request.POST:
        request.account.ask_for_one(by=request.user.username)
        messages.success(request, _("One person is enough from now on."))
    elif all(sum(member.may(slug) for member in members) > 1 for slug in catalogue.four_eyes):
        request.account.ask_for_two(by=request.user.username)
        messages.success(request, _("Two people are asked for from now on."))
    else:
        messages.warning(request, _("Nothing changed: first let a second user have the privilege, or nobody could confirm."))
    return redirect("people")


@main_user
def invite(request: MemberRequest) -> HttpResponse:
    """Invite a colleague: a link by e-mail, a code to the phone."""
    form = InviteForm(request.POST or None, account=request.account)
    if form.is_valid():
        told = form.cleaned_data
        try:
            invitation = Invitation.send(request.account, by=request.user, branches=list(told.pop("branches", [])), **told)
        except AlreadyInvited:
            form.add_error("id_number", _("Somebody with this number acts for the account already, or has an open invitation."))
        else:
            messages.success(request, _("Invitation sent to %(email)s.") % {"email": invitation.email})
            return redirect("people")
    return render(request, "accounts/invite.html", {"form": form}, status=422 if form.errors else 200)


@main_user
@require_POST
def withdraw_invitation(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Take an invitation back that nobody has accepted."""
    invitation = get_object_or_404(request.account.invitations, uuid=uuid)
    if invitation.withdraw(request.user):
        messages.success(request, _("The invitation is withdrawn; its link leads nowhere any more."))
    return redirect("people")


@main_user
def member(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """One of the people: what they may do, what they did last, and what can be changed of it."""
    found = _member(request, uuid)
    given = {"privileges": found.privileges, "branches": found.branches.all()}
    form = PrivilegesForm(request.POST or None, account=request.account, initial=given)
    if form.is_valid() and not found.is_main:
        found.grant(form.cleaned_data["privileges"], form.cleaned_data.get("branches", []), by=request.user.username)
        messages.success(request, _("The privileges take effect with the next request."))
        return redirect("member", found.user.uuid)
    acts = Event.objects.of_account(request.account.number).filter(actor=found.user.username, kind__in=["operation", "refusal"])
    context = {"member": found, "form": form, "acts": acts.order_by("-id")[:LATEST]}
    return render(request, "accounts/member.html", context, status=422 if form.errors else 200)


@main_user
@require_POST
def change_member(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Suspend, resume or remove; the button says which."""
    found = _member(request, uuid)
    if found.is_main:
        messages.warning(request, _("The main user cannot be suspended or removed. Change the main user first."))
        return redirect("member", uuid)
    match request.POST.get("act"):
        case "suspend":
            found.suspend(by=request.user.username)
        case "resume":
            found.resume(by=request.user.username)
        case "remove":
            found.remove(by=request.user.username)
            messages.success(request, _("Removed. What was done before stays in My operations."))
            return redirect("people")
    return redirect("member", uuid)


def _member(request: MemberRequest, uuid: UUID) -> Membership:
    return get_object_or_404(request.account.memberships.filter(removed_at=None).select_related("user", "account"), user__uuid=uuid)
