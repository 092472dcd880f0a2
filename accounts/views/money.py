"""An account's money: its statement, its bills, its package; and the door at which payments are told."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import payments
from accounts.access import MemberRequest, anyone, main_user
from accounts.forms.money import DepositForm, PaymentForm
from accounts.models import Bill, Package, Payment, Subscription, User, Wallet
from accounts.models.bills import Contradicted, vat_of
from accounts.statement import MOST_ROWS, workbook
from muqeem import clock, keyset
from muqeem.record.models import Parameter
from muqeem.record.terms import Terms

PAGE = 25


@main_user
def money(request: MemberRequest) -> HttpResponse:
    """The balance and what made it, newest first, and the bills that wait for payment."""
    wallet = Wallet.of_or_empty(request.account)
    entries = wallet.entries.order_by("-id") if wallet.pk else wallet.entries.none()
    page = list(keyset.before(entries, request.GET.get("before", ""))[: PAGE + 1])
    names = User.names_of(entry.actor for entry in page)
    context = {
        "wallet": wallet,
        "rows": [{"entry": entry, "who": names.get(entry.actor, entry.actor)} for entry in page[:PAGE]],
        "next": f"before={page[PAGE - 1].pk}" if len(page) > PAGE else "",
        "unpaid": request.account.bills.filter(paid_at=None).select_related("package").order_by("-id")[:PAGE],
        "most_rows": MOST_ROWS,
    }
    return render(request, "accounts/money.html", context)


@main_user
def statement(request: MemberRequest) -> HttpResponse:
    """The statement as a workbook."""
    content = workbook(Wallet.of_or_empty(request.account))
    name = f"statement-{request.account.number}-{clock.today():%Y%m%d}.xlsx"
    return HttpResponse(
        content,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@main_user
def deposit(request: MemberRequest) -> HttpResponse:
    """Ask for a bill whose amount comes into the wallet."""
    form = DepositForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        bill = Bill.for_deposit(request.account, form.cleaned_data["amount"], request.user)
        return redirect("bill", bill.number)
    context = {"form": form, "wallet": Wallet.of_or_empty(request.account)}
    return render(request, "accounts/deposit.html", context, status=422 if form.errors else 200)


@main_user
def bill(request: MemberRequest, number: str) -> HttpResponse:
    """A bill: its number, which is paid through SADAD, and whether it has been paid."""
    found = get_object_or_404(request.account.bills.select_related("package", "issued_to"), number=number)
    return render(request, "accounts/bill.html", {"bill": found, "biller": settings.SADAD_BILLER})


@main_user
def subscription(request: MemberRequest) -> HttpResponse:
    """The package of the account, what is left of it, and what can be subscribed to."""
    today = clock.today()
    terms = Parameter.objects.terms(today)
    mine = request.account.subscriptions.select_related("package")
    context = {
        "current": Subscription.current(request.account, today),
        "today": today,
        "coming": mine.filter(starts_on__gt=today).order_by("starts_on"),
        "over": mine.filter(ends_on__lt=today).order_by("-ends_on")[:PAGE],
        "residents": request.account.expatriates,
        "packages": [_offered(package, terms) for package in Package.objects.offered_to(request.account)],
        "bills": request.account.bills.filter(purpose=Bill.Purpose.PACKAGE).select_related("package").order_by("-id")[:PAGE],
    }
    return render(request, "accounts/subscription.html", context)


def _offered(package: Package, terms: Terms) -> dict[str, Any]:
    vat = vat_of(package.price, terms)
    return {"package": package, "vat": vat, "total": package.price + vat}


@main_user
@require_POST
def subscribe(request: MemberRequest) -> HttpResponse:
    """Ask for the bill of a package; its payment starts the subscription."""
    package = Package.objects.offered_to(request.account).filter(code=request.POST.get("package", "").replace("\0", "")).first()
    if package is None:
        messages.warning(request, _("This package is not offered to the account any more. Choose another."))
        return redirect("subscription")
    return redirect("bill", Bill.for_package(request.account, package, request.user).number)


@anyone
@csrf_exempt
@require_POST
def payment_notice(request: HttpRequest) -> HttpResponse:
    """A payment is told by whoever holds a key. Whatever is well-formed is kept; told again, it is the same payment."""
    if not payments.is_signed(request):
        return JsonResponse({"error": "signature"}, status=401)
    try:
        told = json.loads(request.body)
    except ValueError:
        told = None
    form = PaymentForm(told if isinstance(told, dict) else {})
    if not form.is_valid():
        return JsonResponse({"error": "payment", "fields": sorted(form.errors)}, status=400)
    try:
        payment = form.receive(Payment.Source.NOTIFICATION)
    except Contradicted:
        return JsonResponse({"error": "contradicted"}, status=409)
    return JsonResponse({"reference": payment.reference, "outcome": payment.outcome})
