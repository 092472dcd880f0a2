"""What people see first: visitors the portal, residents their residency, establishments what needs action."""

from datetime import date, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.access import anyone
from accounts.models import Package, Subscription, Wallet
from muqeem import barcodes, clock, facts
from muqeem.hijri import add_months
from muqeem.operations.base import registry
from muqeem.operations.judge import terms_of_today
from muqeem.operations.models import Receipt
from muqeem.operations.views.services import menu, subscription_of, why_closed
from muqeem.record.terms import Terms
from residency import attention, lists
from residency.models import Resident
from residency.models.people import ResidentQuerySet

RENEWAL = "iqama-renewal"
SAMPLE_NUMBER = "2000000180"  # nobody's: its check digit is wrong
PEOPLE = 10  # of a family or a household, those whose permits end first
URGENT = 5
RECEIPTS = 5
WEEKS = 12
WEEK = timedelta(days=7)


@anyone
def home(request: Any) -> HttpResponse:
    """The page of whoever comes."""
    if not request.user.is_authenticated:
        return _public(request)
    if request.user.is_clerk:
        return redirect("desk")
    if request.account is None:
        return redirect("admin:index") if request.user.is_staff else _public(request)
    return _establishment(request) if request.account.is_establishment else _individual(request)


def _public(request: Any) -> HttpResponse:
    """What the portal is, what it offers, and what its page looks like."""
    today = clock.today()
    sample = {
        "title": facts.stored(registry[RENEWAL].page_title),
        "name": {"ar": "محمد رفيق عبد الجبار حسين", "en": "MOHAMMAD RAFIQ ABDUL JABBAR HOSSAIN"},
        "iqama_number": SAMPLE_NUMBER,
        "expires_on": today,
        "new_expires_on": add_months(today, 12),
        "qr": _check_qr(_("The code on the printed page")),
    }
    offered = [{"slug": s.slug, "icon": s.icon, "title": s.title, "summary": s.summary, "allowed": True} for s in registry.values()]
    return render(request, "home.html", {"services": offered, "sample": sample, "packages": Package.objects.offered()})


@cache
def _check_qr(label: str) -> SafeString:
    """Leads to where pages are verified; the sample carries no seal."""
    return barcodes.qr_for_screen(f"{settings.SITE_URL}/check/", label)


def _common(request: Any, today: date) -> dict[str, Any]:
    receipts = Receipt.objects.seen_by(request.membership).select_related("resident", "user").order_by("-pk")
    return {
        "today": today,
        "subscription": subscription_of(request),
        "balance": Wallet.of_or_empty(request.account).balance,
        "receipts": receipts[:RECEIPTS],
    }


# --- residents and citizens -----------------------------------------------------------------------
def _individual(request: Any) -> HttpResponse:
    """Own residency, days left, and what to do next; family and domestic workers."""
    terms = terms_of_today()
    today = terms.on
    reach = Resident.objects.reachable_by(request.account)
    own = reach.filter(iqama_number=request.account.number).select_related("sponsor").first()
    others = reach.exclude(pk=own.pk) if own else reach
    people = list(others.here().select_related("occupation").order_by("permit_ends_on", "pk")[: PEOPLE + 1])
    context = _common(request, today) | {
        "services": menu(request),
        "resident": own,
        "rows": [lists.row(person, today) for person in people[:PEOPLE]],
        "more": len(people) > PEOPLE,
        "visas": attention.visas_to_watch(reach, own, terms),
    }
    if own:
        context |= {"days_left": lists.row(own, today)["days_left"]} | _what_to_do(request, own, terms)
    return render(request, "residency/home_individual.html", context)


def _what_to_do(request: Any, resident: Resident, terms: Terms) -> dict[str, Any]:
    """The next step of the own residency and what to watch; nothing of somebody who has gone."""
    if resident.left_on or resident.deceased_on:
        return {}
    service = registry[RENEWAL]
    findings = service.judge(resident, request.account, terms)
    closed = why_closed(request, service)
    step = attention.next_step(findings)
    return {
        "next": step,
        "closed": closed,
        "watch": attention.to_watch(resident, findings, terms),
        "renew_url": "" if closed or step.tone != "met" else _renew(resident),
        "renew_title": service.title,
    }


def _renew(resident: Resident) -> str:
    """Where the renewal of somebody begins, with the number filled in."""
    return f"{reverse('service', args=[RENEWAL])}?{urlencode({'resident': resident.uuid})}"


# --- establishments -------------------------------------------------------------------------------
def _establishment(request: Any) -> HttpResponse:
    """Counts that need action, each leading to its list; who expires first and when the others do; subscription and wallet."""
    terms = terms_of_today()
    today = terms.on
    context = _common(request, today)
    reach = Resident.objects.reachable_by(request.account, request.membership.branch_ids())
    urgent = lists.LISTS["urgent"].who(reach, terms).select_related("occupation", "branch").order_by("permit_ends_on", "pk")
    may_renew = request.membership.may(RENEWAL) and context["subscription"] is not None
    counts = _counts(request, reach, context["subscription"], terms)
    context |= {
        "counts": counts,
        "band": _band_passed(context["subscription"], counts),
        "rows": [lists.row(person, today) | {"renew_url": may_renew and _renew(person)} for person in urgent[:URGENT]],
        "weeks": _weeks(reach, today),
    }
    return render(request, "residency/home_establishment.html", context)


def _counts(request: Any, reach: ResidentQuerySet, subscription: Subscription | None, terms: Terms) -> dict[str, int]:
    """Every number of the page in one query: the lists, what is worst in each, and how full the package's band is."""
    here, expired = reach.here(), lists.LISTS["expired"].who(reach, terms)
    worst = {
        "family": lists.Capped(here.filter(head__isnull=False)),
        "this_week": lists.Capped(lists.LISTS["expiring"].who(reach, terms).filter(permit_ends_on__lt=terms.on + WEEK)),
        "fined": lists.Capped(expired.filter(permit_ends_on__lt=terms.on - timedelta(days=terms.number("iqama.renew.grace_days")))),
        "abroad_soon": lists.Capped(lists.LISTS["urgent"].who(reach, terms).filter(departed_on__isnull=False)),
    }
    limit = subscription.package.residents_up_to if subscription else None
    if limit is not None:
        worst["in_band"] = lists.Capped(Resident.objects.reachable_by(request.account).here(), up_to=limit)
    return lists.counts(request.account, reach, terms, ("residents", "urgent", "expiring", "expired", "outside", "visas"), **worst)


def _band_passed(subscription: Subscription | None, counts: dict[str, int]) -> str:
    """The limit of the package's band where the account has more residents; services stay."""
    limit = subscription.package.residents_up_to if subscription else None
    return f"{limit:,}" if limit is not None and counts["in_band"] > limit else ""


def _weeks(reach: ResidentQuerySet, today: date) -> list[dict[str, Any]]:
    """How many permits end in each of the coming weeks, the first of which begins today."""
    coming = reach.here().filter(permit_ends_on__gte=today, permit_ends_on__lt=today + WEEKS * WEEK).order_by()
    days = dict(coming.values_list("permit_ends_on").annotate(n=Count("pk")))
    weeks = [{"from_on": today + week * WEEK, "n": 0, "soon": week < 4} for week in range(WEEKS)]
    for day, n in days.items():
        weeks[(day - today) // WEEK]["n"] += n
    return weeks
