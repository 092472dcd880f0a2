"""Residents management: the list with its search, and the file of one resident."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import MemberRequest, member
from muqeem import clock, countries, numbers
from muqeem.operations.base import registry
from muqeem.operations.judge import terms_of_today
from muqeem.operations.models import Receipt
from muqeem.operations.views.services import why_closed
from residency import asking
from residency.models import Iqama, Resident, View, Visa
from residency.models.people import ResidentQuerySet
from residency.search import LONGEST, Page, search

COUNTED = 1001  # counts stop here: "1,000+"
NEWEST = 20  # visas, crossings and facts shown of each kind
RECEIPTS = 5


@member
def residents(request: MemberRequest) -> HttpResponse:
    """Whom the member reaches, by name; or those whom a search means."""
    typed = request.GET.get("q", "")
    found = search(_reach(request), typed) if typed.strip() else _reach(request)
    newest = Iqama.objects.filter(resident=OuterRef("pk")).order_by("-version").values("expires_on")[:1]
    listed = found.select_related("occupation").annotate(expires_on=Subquery(newest))
    page = Page(listed, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    count = found[:COUNTED].count()
    kept = {"q": typed} if typed.strip() else {}
    context = {
        "q": typed[:LONGEST],
        "rows": [_row(resident, clock.today()) for resident in page.rows],
        "count": "1,000+" if count == COUNTED else f"{count:,}",
        "previous": urlencode(kept | page.previous) if page.previous else "",
        "next": urlencode(kept | page.next) if page.next else "",
    }
    return render(request, "residency/residents.html", context)


@member
def resident(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Everything about one person and what may be done now. Whoever looks is noted."""
    reach = _reach(request)
    person = get_object_or_404(reach.select_related("occupation", "sponsor", "branch", "head"), uuid=uuid)
    View.objects.create(resident=person, user=request.user, account=request.account)
    today = clock.today()
    context = {
        "today": today,
        "resident": person,
        "nationality": countries.names(person.nationality),
        "iqama": person.iqama,
        "days_left": person.iqama.days_left(today) if person.iqama else None,
        "passport": person.passport,
        "outside_since": person.outside_since(),
        "head": reach.filter(pk=person.head_id).first() if person.head_id else None,
        "dependants": _with_iqamas(reach.filter(head=person).order_by("birth_on", "pk")),
        "visas": _with_states(person.visas.order_by("-issued_on", "-pk")[:NEWEST], today),
        "movements": person.movements.order_by("-crossed_on", "-pk")[:NEWEST],
        "holds": list(person.holds.order_by("-since_on", "-pk")[:NEWEST]),
        "clearances": list(person.clearances.order_by("kind", "-until_on")[:NEWEST]),
        "services": _services(request, person),
        "receipts": Receipt.objects.filter(resident=person, account=request.account).order_by("-pk")[:RECEIPTS],
    }
    return render(request, "residency/resident_file.html", context)


def _reach(request: MemberRequest) -> ResidentQuerySet:
    return Resident.objects.reachable_by(request.account, request.membership.branch_ids())


def _row(resident: Any, today: date) -> dict[str, Any]:
    days_left = (resident.expires_on - today).days if resident.expires_on else None
    names = countries.names(resident.nationality)
    return {"resident": resident, "nationality": names, "expires_on": resident.expires_on, "days_left": days_left}


def _with_iqamas(residents: Iterable[Resident]) -> list[Resident]:
    """The residents, each with the newest version of the permit, in one query for all of them."""
    found = list(residents)
    newest = Iqama.objects.filter(resident__in=found).order_by("resident", "-version").distinct("resident")
    iqamas = {iqama.resident_id: iqama for iqama in newest}
    for resident in found:
        resident.iqama = iqamas.get(resident.pk)
    return found


def _with_states(visas: Iterable[Visa], today: date) -> list[Visa]:
    found = list(visas)
    for visa in found:
        visa.status = visa.state(today)  # type: ignore[attr-defined]
    return found


def _services(request: MemberRequest, person: Resident) -> list[dict[str, Any]]:
    """Every service with each of its requirements judged; what the member cannot start stays visible with its reason."""
    terms = terms_of_today()
    services = []
    for service in registry.values():
        findings = service.judge(person, request.account, terms)
        unmet = sum(not finding.met for finding in findings)
        reason = why_closed(request, service)
        url = f"{reverse('service', args=[service.slug])}?{urlencode({'resident': person.uuid})}"
        services.append(
            {
                "slug": service.slug,
                "title": service.title,
                "findings": findings,
                "unmet": unmet,
                "eligible": not unmet,
                "reason": reason,
                "url": "" if reason else url,
            }
        )
    return services


@member
@require_POST
def ask_employer(request: MemberRequest, slug: str) -> HttpResponse:
    """Ask the employer for a service whose fee the law puts on the employer; once a day is enough."""
    if slug not in registry:
        raise Http404
    try:
        number = numbers.clean_iqama(request.POST.get("iqama_number", ""))
    except ValidationError:
        raise Http404 from None
    others = _reach(request).exclude(sponsor=request.account).select_related("sponsor")
    person = get_object_or_404(others, iqama_number=number)
    match asking.ask(person, slug, request.user):
        case asking.Answer.ASKED:
            messages.success(request, _("Your employer was asked by text message."))
        case asking.Answer.ALREADY:
            messages.info(request, _("Your employer was asked already; you can ask again after a day."))
        case asking.Answer.NOBODY:
            messages.warning(request, _("Your employer does not use the portal, so nobody could be asked here."))
    return redirect("resident", person.uuid)
