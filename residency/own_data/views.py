"""The page of one's own data, its download, and asking for a correction."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import PortalRequest, signed_in
from accounts.models.attempts import name_key
from accounts.models.limits import Paused, count_request
from accounts.replies import requests_paused
from muqeem import clock, keyset
from muqeem.fields import TextField
from muqeem.serials import in_a_sentence
from residency import records
from residency.models import Correction
from residency.own_data import holding

PAGE = 20


class CorrectionForm(forms.Form):
    """What is wrong, how it should be, and what shows it."""

    entry = TextField(label=gettext_lazy("Which entry is wrong"), max_length=100)
    claim = TextField(label=gettext_lazy("What it should be"), max_length=500)
    proof = TextField(label=gettext_lazy("What proves it"), max_length=500, help_text=gettext_lazy("A document, its number and its date."))


@signed_in
def own_data(request: PortalRequest) -> HttpResponse:
    """Everything that is held of whoever looks, and who else has looked."""
    person = holding.resident_of(request.user)
    looks = list(keyset.before(holding.looks_at(person), request.GET.get("before", ""))[: PAGE + 1]) if person else []
    context = {
        "user_facts": {name: value for name, value in holding.of_user(request.user).items() if value is not None},
        "person": person,
        "groups": records.groups(person, clock.today()) if person else [],
        "looks": [{"look": look, "place": holding.place_of(look)} for look in looks[:PAGE]],
        "next": f"before={looks[PAGE - 1].pk}" if len(looks) > PAGE else "",
        "corrections": Correction.objects.filter(user=request.user).order_by("-pk")[:PAGE],
    }
    return render(request, "residency/own_data/page.html", context)


@signed_in
def download(request: PortalRequest) -> HttpResponse:
    """The same as one file, for machines and for keeping."""
    name = f"muqeem-{clock.today():%Y%m%d}.json"
    return JsonResponse(
        holding.everything(request.user),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@signed_in
def correct(request: PortalRequest) -> HttpResponse:
    """Say that an entry is wrong; staff answer."""
    form = CorrectionForm(request.POST or None)
    if form.is_valid():
        who = name_key(f"correction {request.user.username}")
        try:
            count_request(who, who)
        except Paused as paused:
            form.add_error(None, requests_paused(paused))
        else:
            asked = Correction.objects.create(user=request.user, resident=holding.resident_of(request.user), **form.cleaned_data)
            asked.refresh_from_db()
            messages.success(request, _("Request %(ref)s received.") % {"ref": in_a_sentence(str(asked))})
            return redirect("own-data")
    return render(request, "residency/own_data/correct.html", {"form": form}, status=422 if form.errors else 200)
