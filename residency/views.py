"""Residents management: the list with its search, and the file of one resident."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import MemberRequest, member
from muqeem import numbers
from muqeem.operations.base import registry
from muqeem.operations.judge import terms_of_today
from muqeem.operations.models import Document, Receipt
from muqeem.operations.views.services import why_closed
from muqeem.record.terms import Terms
from residency import asking, lists, records
from residency.forms import ResidentForm
from residency.models import Resident, View
from residency.models.people import ResidentQuerySet
from residency.search import LONGEST, Page, search

RECEIPTS = 5


@member
def residents(request: MemberRequest) -> HttpResponse:
    """One of the saved lists of those whom the member reaches; or, whatever list they are in, those whom a search means."""
    reach, terms = _reach(request), terms_of_today()
    typed = request.GET.get("q", "").strip()
    chosen = None if typed else lists.LISTS.get(request.GET.get("list", ""), lists.EVERYBODY)
    found = chosen.who(reach, terms) if chosen else search(reach, typed)
    kept = {"list": chosen.slug} if chosen else {"q": typed}
    page = Page(
        found.select_related("occupation", "branch"),
        order=chosen.order if chosen else lists.BY_NAME,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    chips = lists.chips(request.account, reach, terms, chosen)
    context = {
        "q": typed[:LONGEST],
        "list": chosen,
        "caption": chosen.title if chosen else _("Search"),
        "chips": [chip | {"url": f"?{urlencode({'list': chip['slug']})}"} for chip in chips],
        "total": next((chip["count"] for chip in chips if chip["current"]), None),
        "rows": lists.rows(page.rows, terms),
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
    terms = terms_of_today()
    today = terms.on
    services = _services(request, person, terms)
    context = {
        "resident": person,
        "days_left": lists.row(person, today)["days_left"],
        "groups": records.groups(person, today),
        "head": reach.filter(pk=person.head_id).first() if person.head_id else None,
        "family": [lists.row(each, today) for each in reach.filter(head=person).order_by("birth_on", "pk")],
        "histories": records.histories(person, terms, _of_visas(services)),
        "services": services,
        "receipts": _receipts(request, person),
    }
    return render(request, "residency/resident_file.html", context)


def _receipts(request: MemberRequest, person: Resident) -> QuerySet[Receipt]:
    """The latest that were about the person, alone or with the family."""
    about = Q(resident=person) | Q(pk__in=Document.objects.filter(resident=person).values("receipt"))
    return Receipt.objects.seen_by(request.membership).filter(about).select_related("user").order_by("-pk")[:RECEIPTS]


def _reach(request: MemberRequest) -> ResidentQuerySet:
    return Resident.objects.reachable_by(request.account, request.membership.branch_ids())


def _services(request: MemberRequest, person: Resident, terms: Terms) -> list[dict[str, Any]]:
    """Every service with each of its requirements judged; what the member cannot start stays visible with its reason."""
    services = []
    for service in registry.values():
        findings = sorted(service.judge(person, request.account, terms), key=lambda finding: finding.met)
        unmet = sum(not finding.met for finding in findings)
        reason = why_closed(request, service)
        about = urlencode({"resident": person.uuid})
        url = f"{reverse('service', args=[service.slug])}?{about}"
        services.append(
            {
                "slug": service.slug,
                "icon": service.icon,
                "title": service.title,
                "label": service.confirm_label,
                "visas": service.form_class.visas(person, terms) if issubclass(service.form_class, ResidentForm) else [],
                "findings": findings,
                "unmet": unmet,
                "eligible": not unmet,
                "reason": reason,
                "url": "" if reason else url,
                "simulate_url": f"{reverse('simulate', args=[service.slug])}?{about}",
            }
        )
    return services


def _of_visas(services: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What can be done with each visa, by its number; what cannot be done now, with the first thing that stands in its way."""
    offered: dict[str, list[dict[str, Any]]] = {}
    for service in services:
        obstacle = next((finding for finding in service["findings"] if not finding.met), None)
        for visa in service["visas"]:
            url = f"{service['url']}&{urlencode({'about': visa.uuid})}" if service["url"] and not obstacle else ""
            of_visa = {"label": service["label"], "url": url, "reason": service["reason"], "obstacle": obstacle}
            offered.setdefault(visa.number, []).append(of_visa)
    return offered


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
