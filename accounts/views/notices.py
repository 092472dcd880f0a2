"""What somebody was told, and how they want to be told."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import MemberRequest, signed_in
from accounts.forms.notices import PreferencesForm
from accounts.models import Notice
from accounts.models.notices import Kind
from muqeem import clock, keyset

PAGE = 25


@signed_in
def notices(request: MemberRequest) -> HttpResponse:
    """Everything that the person was told, the newest first. The button marks as seen what the page had shown."""
    mine = Notice.objects.shown_to(request.user, request.memberships)
    if request.method == "POST":
        newest = request.POST.get("newest", "")
        keyset.up_to(mine.unseen(), newest).update(seen_at=clock.Now())
        return redirect("notices")
    page = list(keyset.before(mine.select_related("account").order_by("-id"), request.GET.get("before", ""))[: PAGE + 1])
    context = {
        "rows": page[:PAGE],
        "next": f"before={page[PAGE - 1].pk}" if len(page) > PAGE else "",
        "newest": max((notice.pk for notice in page), default=0),
        "here": (None, request.account),  # the accounts whose pages can be opened now
        "several_accounts": len(request.memberships) > 1,
    }
    return render(request, "accounts/notices.html", context)


@signed_in
def preferences(request: MemberRequest) -> HttpResponse:
    """Which of it is also sent, and how."""
    form = PreferencesForm(request.POST if request.method == "POST" else None, user=request.user, kinds=Kind.of(request.memberships))
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved. It takes effect now."))
        return redirect("notices")
    context = {"form": form, "email": request.user.email, "phone_last2": request.user.phone_last2}
    return render(request, "accounts/notice_preferences.html", context, status=422 if form.errors else 200)
