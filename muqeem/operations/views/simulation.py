"""What a service would cost and whether it could be done, on any day to come. Nothing is spent, sent or kept."""

from datetime import date, timedelta

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from accounts.access import MemberRequest, member
from accounts.models import Wallet
from muqeem import clock
from muqeem.fields import BothCalendarsDateField
from muqeem.operations.base import registry
from muqeem.operations.judge import judgement_of, terms_of_today
from muqeem.operations.views.services import asked_for
from muqeem.record.models import Parameter

FURTHEST = timedelta(days=730)


def _furthest() -> date:
    return clock.today() + FURTHEST


class DayForm(forms.Form):
    """The day on which it would be done."""

    on = BothCalendarsDateField(
        label=_("On which day"), help_text=_("Today or later, up to two years from now."), earliest=clock.today, latest=_furthest
    )


@member
def simulate(request: MemberRequest, slug: str) -> HttpResponse:
    """Ask what the service asks and the day; by POST judge it by what is known today and in force on that day."""
    service = registry.get(slug)
    if service is None:
        raise Http404
    resident, _findings, prefill = asked_for(request, service)
    posted = request.POST if request.method == "POST" else None
    day = DayForm(posted, initial={"on": clock.today()})
    terms = Parameter.objects.terms(day.cleaned_data["on"]) if day.is_valid() else terms_of_today()
    branches = request.membership.branch_ids()
    form = service.form_class(posted, initial=prefill, account=request.account, terms=terms, branches=branches)
    context = {"operation": service, "resident": resident, "day": day, "form": form}
    if posted is None:
        return render(request, "operations/simulate.html", context)
    judgement = judgement_of(service, form, request.user)
    context["judgement"] = judgement if day.is_valid() and judgement.operation else None
    if judgement.fee is not None:
        context["wallet_after"] = Wallet.of_or_empty(request.account).balance - judgement.fee.total
    return render(request, "operations/simulate.html", context, status=200 if context["judgement"] else 422)
