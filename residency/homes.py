"""What people see first: visitors the portal, residents their residency, establishments what needs action."""

from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.access import anyone
from accounts.models import Subscription, Wallet
from muqeem import clock
from muqeem.operations.base import registry
from muqeem.operations.models import Receipt
from muqeem.operations.views.services import menu
from residency.models import Iqama, Movement, Resident

SOON = timedelta(days=30)
COUNTED = 1001  # counts stop here: "1,000+"


@anyone
def home(request: Any) -> HttpResponse:
    """The page of whoever comes."""
    if not request.user.is_authenticated:
        return render(request, "home.html", {"services": _offered()})
    if request.account is None:
        return redirect("admin:index") if request.user.is_staff else render(request, "home.html", {"services": _offered()})
    return _establishment(request) if request.account.is_establishment else _individual(request)


def _offered() -> list[dict[str, Any]]:
    return [{"slug": s.slug, "title": s.title, "summary": s.summary, "allowed": True} for s in registry.values()]


def _common(request: Any) -> dict[str, Any]:
    return {
        "today": clock.today(),
        "services": menu(request),
        "subscription": Subscription.current(request.account, clock.today()),
        "balance": Wallet.of_or_empty(request.account).balance,
        "receipts": Receipt.objects.filter(account=request.account).select_related("resident").order_by("-pk")[:5],
    }


def _individual(request: Any) -> HttpResponse:
    """Own residency, days left, and what to do next; family and domestic workers."""
    reach = Resident.objects.reachable_by(request.account).order_by("folded", "pk")
    resident = reach.filter(iqama_number=request.account.number).first()
    context = _common(request) | {"resident": resident, "people": reach.exclude(pk=resident.pk) if resident else reach}
    if resident and resident.iqama:
        context |= {
            "expires_on": resident.iqama.expires_on,
            "days_left": resident.iqama.days_left(clock.today()),
            "next_step": _next_step(request, resident),
        }
    return render(request, "residency/home_individual.html", context)


def _next_step(request: Any, resident: Resident) -> dict[str, Any] | None:
    service = registry["iqama-renewal"]
    if resident.iqama is None or not request.membership.may(service.slug):
        return None
    return {"title": service.title, "url": f"{reverse('service', args=[service.slug])}?resident={resident.uuid}"}


def _establishment(request: Any) -> HttpResponse:
    """Counts that need action, who expires first, subscription and wallet."""
    today = clock.today()
    newest = Iqama.objects.filter(resident=OuterRef("pk")).order_by("-version").values("expires_on")[:1]
    crossed = Movement.objects.filter(resident=OuterRef("pk")).order_by("-crossed_on", "-pk").values("direction")[:1]
    reach = Resident.objects.reachable_by(request.account, request.membership.branch_ids()).filter(left_on=None, deceased_on=None)
    dated = reach.annotate(expires_on=Subquery(newest))
    soon = dated.filter(expires_on__gte=today, expires_on__lte=today + SOON)
    context = _common(request)
    subscription = context["subscription"]
    context |= {
        "counts": {
            "residents": _capped(reach),
            "expiring": _capped(soon),
            "expired": _capped(dated.filter(expires_on__lt=today)),
            "outside": _capped(reach.annotate(last_crossing=Subquery(crossed)).filter(last_crossing=Movement.Direction.OUT)),
        },
        "band": _band_passed(reach, subscription),
        "urgent": [_urgent(row, today) for row in dated.filter(expires_on__lte=today + SOON).order_by("expires_on", "pk")[:8]],
    }
    return render(request, "residency/home_establishment.html", context)


def _urgent(resident: Any, today: Any) -> dict[str, Any]:
    return {"resident": resident, "expires_on": resident.expires_on, "days_left": (resident.expires_on - today).days}


def _capped(rows: Any) -> str:
    count = rows[:COUNTED].count()
    return "1,000+" if count == COUNTED else f"{count:,}"


def _band_passed(reach: Any, subscription: Subscription | None) -> str:
    """The limit of the package's band where the account has more residents; services stay."""
    limit = subscription.package.residents_up_to if subscription else None
    passed = limit is not None and reach[: limit + 1].count() > limit
    return f"{limit:,}" if passed else ""
