"""Making, seeing and withdrawing share codes; and, for whoever holds one, the page of what it shows."""

import logging
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import visitors
from accounts.access import PortalRequest, anyone, signed_in
from accounts.models import looks
from accounts.models.limits import Paused
from muqeem import clock, serials
from muqeem.fields import BothCalendarsDateField, CountField, GateField, TextField
from muqeem.operations.judge import terms_of_today
from residency.check.answers import too_many
from residency.models import ShareCode
from residency.models.shares import MOST_DAYS, MOST_OPEN
from residency.own_data.holding import resident_of
from residency.sharing.shown import NEEDED, facts_of

logger = logging.getLogger(__name__)

SHOWN = 20  # codes of one person, the newest first


class ShareForm(forms.Form):
    """For whom, and for how long."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("Whom is it for"),
        choices=ShareCode.Purpose.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose whom it is for.")},
    )
    days = CountField(
        label=gettext_lazy("For how many days"), help_text=gettext_lazy("At most 90. You can withdraw it at any time."), most=MOST_DAYS
    )


class ShareCodeField(GateField):
    """A code as somebody was given it."""

    usual_label = gettext_lazy("Share code")
    attrs = {"class": "in", "dir": "ltr", "autocomplete": "off", "spellcheck": "false"}

    def gate(self, text: str) -> str:
        return serials.clean_serial(text)


class LookForm(forms.Form):
    """What whoever holds a code must know, and who they say they are."""

    code = ShareCodeField(help_text=gettext_lazy("12 letters and digits."))
    birth_on = BothCalendarsDateField(label=gettext_lazy("Date of birth of the resident"))
    viewer = TextField(
        label=gettext_lazy("Your name or organisation"),
        max_length=100,
        help_text=gettext_lazy("The resident sees it, and when you looked."),
    )


@signed_in
def shares(request: PortalRequest) -> HttpResponse:
    """One's own codes, who used them, and making another."""
    person = resident_of(request.user)
    form = ShareForm(request.POST if request.method == "POST" and person else None)
    if person and form.is_valid():
        made = ShareCode.make(person, request.user, form.cleaned_data["purpose"], form.cleaned_data["days"])
        if made is None:
            words = _("You have %(n)s codes that can be used. Withdraw one first.")
            form.add_error(None, words % {"n": MOST_OPEN})
        else:
            messages.success(request, _("Made. Give it to whom it is for, together with your date of birth."))
            return redirect("shares")
    today = clock.today()
    codes = ShareCode.objects.filter(resident=person).prefetch_related("looks").order_by("-pk")[:SHOWN] if person else []
    context = {
        "person": person,
        "form": form,
        "rows": [{"share": share, "open": share.withdrawn_at is None and share.until_on >= today} for share in codes],
        "needed": [(ShareCode.Purpose(purpose).label, names) for purpose, names in NEEDED.items()],
    }
    return render(request, "residency/sharing/own.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def withdraw_share(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """End one of one's own codes now."""
    person = resident_of(request.user)
    if person is None:
        raise Http404
    get_object_or_404(ShareCode, uuid=uuid, resident=person).withdraw()
    return redirect("shares")


@anyone
def shared(request: HttpRequest) -> HttpResponse:
    """What a code shows to whoever holds it and knows the birth date. Both are conditions of one query: neither is told from the other."""
    form = LookForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "residency/sharing/look.html", {"form": form}, status=422 if form.errors else 200)
    asked = form.cleaned_data
    try:
        counted = looks.count_look(visitors.key_of(request), visitors.key_of(request, asked["code"]))
    except Paused as paused:
        form.add_error(None, str(too_many(paused.until).title))
        page = render(request, "residency/sharing/look.html", {"form": form}, status=429)
        page.headers["Retry-After"] = str(paused.seconds)
        return page
    known = ShareCode.objects.select_related("resident__sponsor", "resident__occupation", "resident__head", "user")
    share = known.filter(code=asked["code"], resident__birth_on=asked["birth_on"]).first()
    logger.info("a share code was used: %s", "found" if share else "no match")
    if share is None:
        form.add_error(None, _("No share code matches these details. Check the code and the date of birth."))
        return render(request, "residency/sharing/look.html", {"form": form}, status=404)
    looks.found(counted)
    return _seen(request, share, asked["viewer"])


def _seen(request: HttpRequest, share: ShareCode, viewer: str) -> HttpResponse:
    terms = terms_of_today()
    over = "withdrawn" if share.withdrawn_at else "expired" if share.until_on < terms.on else ""
    context = {"share": share, "over": over, "now": clock.now()}
    if not over:
        share.looks.create(viewer=viewer)
        context["facts"] = facts_of(share, terms)
    return render(request, "residency/sharing/seen.html", context, status=410 if over else 200)
