"""What staff keep of packages and money."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Attempt, Bill, Entry, Package, Payment, Subscription, Wallet
from muqeem import clock
from muqeem.record.models import Event
from muqeem.record.staff import Journalled, Pile, ReadOnly, piles, with_reason


@admin.register(Subscription)
class SubscriptionAdmin(Journalled):
    list_display = ["account", "package", "starts_on", "ends_on", "operations_left"]
    list_select_related = ["account", "package"]
    raw_id_fields = ["account"]
    readonly_fields = ["operations_spent"]


admin.site.register(Package, Journalled)


class CreditForm(forms.ModelForm):
    """Money that arrived, with its reference and the reason."""

    class Meta:
        model = Entry
        fields = ["wallet", "amount", "reference", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "amount" in self.fields:
            self.fields["amount"] = forms.DecimalField(label=_("amount"), min_value=Decimal("0.01"), max_digits=10, decimal_places=2)
            self.fields["reason"].required = True

    def clean_reference(self) -> str:
        """One that was never credited. Whoever presses twice waits here until the first credit is written, or not."""
        reference: str = self.cleaned_data["reference"]
        Attempt.lock(f"credit {reference}")
        if Entry.objects.filter(kind=Entry.Kind.CREDIT, reference=reference).exists():
            raise forms.ValidationError(_("This reference has been credited before."))
        return reference


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    """The statement; adding a row credits the wallet. Rows are never changed."""

    form = CreditForm
    list_display = ["wallet", "at", "kind", "amount", "balance", "reference", "reason", "actor"]
    list_select_related = ["wallet__account"]
    raw_id_fields = ["wallet"]
    search_fields = ["reference", "wallet__account__number"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Entry, form: CreditForm, change: bool) -> None:
        """Credit through the wallet, so that entries and balance stay one."""
        actor = request.user.get_username()
        obj.pk = obj.wallet.credit(obj.amount, reference=obj.reference, reason=obj.reason, actor=actor).pk


@admin.register(Wallet)
class WalletAdmin(ReadOnly):
    list_display = ["account", "balance"]
    list_select_related = ["account"]
    search_fields = ["account__number"]


@admin.register(Bill)
class BillAdmin(ReadOnly):
    """What accounts asked to pay. In a demonstration, where no bank is, staff can have a bill paid."""

    actions = ["simulate_payment"]
    list_display = ["number", "account", "purpose", "package", "total", "issued_at", "paid_at"]
    list_select_related = ["account", "package"]
    list_filter = ["purpose", ("paid_at", admin.EmptyFieldListFilter)]
    search_fields = ["number", "account__number"]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if settings.DEMO else {}

    @with_reason(_("Simulate payment"), permissions=["view"])
    def simulate_payment(self, request: HttpRequest, bills: QuerySet[Bill], reason: str) -> None:
        actor = request.user.get_username()
        for bill in bills.filter(paid_at=None):
            with transaction.atomic():
                Payment.receive(
                    reference=f"SIMULATION-{bill.number}",
                    bill_number=bill.number,
                    amount=bill.total,
                    paid_at=clock.now(),
                    source=Payment.Source.SIMULATION,
                )
                Event.objects.seal("payment-simulated", actor=actor, account=bill.account.number, subject=bill.number, reason=reason)


class Settled(admin.SimpleListFilter):
    """The payments that wait for staff."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("unsettled", _("settled no bill, not credited"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        return queryset.filter(pk__in=Payment.unsettled()) if self.value() == "unsettled" else queryset


@admin.register(Payment)
class PaymentAdmin(ReadOnly):
    """What was told to us. One that settled no bill is credited by hand, under its reference."""

    list_display = ["reference", "bill_number", "amount", "paid_at", "arrived_at", "source", "outcome"]
    list_filter = [Settled, "outcome", "source"]
    search_fields = ["reference", "bill_number"]


piles += [
    Pile(_("Payments that settle no bill"), Payment.unsettled, "accounts_payment_changelist", "state=unsettled", "arrived_at", is_bad=True),
]
