"""What staff keep of people, accounts, packages and money."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Branch, Entry, Membership, Office, Package, Subscription, User, Wallet
from muqeem import catalogue
from muqeem.record.staff import Journalled, ReadOnly


class MembershipForm(forms.ModelForm):
    """Privileges as boxes, one for each service."""

    privileges = forms.MultipleChoiceField(label=_("privileges"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["privileges"].choices = [  # type: ignore[attr-defined]
            (slug, title) for slug, title in catalogue.titles.items() if slug != catalogue.SIGN_IN
        ]


@admin.register(Membership)
class MembershipAdmin(Journalled):
    form = MembershipForm
    list_display = ["user", "account", "is_main", "suspended_at", "removed_at"]
    list_select_related = ["user", "account"]
    raw_id_fields = ["user", "account", "branches"]
    search_fields = ["user__username", "account__number"]


@admin.register(Account)
class AccountAdmin(Journalled):
    list_display = ["number", "name_ar", "name_en", "saudis", "expatriates"]
    search_fields = ["number", "name_ar", "name_en"]
    show_full_result_count = False


@admin.register(User)
class UserAdmin(Journalled):
    list_display = ["username", "name_ar", "name_en", "office", "is_staff", "is_active"]
    fields = ["username", "name_ar", "name_en", "email", "language", "office", "is_active", "is_staff", "groups"]
    search_fields = ["username", "name_ar", "name_en"]


@admin.register(Subscription)
class SubscriptionAdmin(Journalled):
    list_display = ["account", "package", "starts_on", "ends_on", "operations_left"]
    list_select_related = ["account", "package"]
    raw_id_fields = ["account"]
    readonly_fields = ["operations_spent"]


admin.site.register([Branch, Office, Package], Journalled)


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
        reference: str = self.cleaned_data["reference"]
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
