"""What staff keep of people, accounts, packages and money."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.decisions import Decided
from accounts.models import (
    Account,
    Attempt,
    Bill,
    Branch,
    Entry,
    Invitation,
    Membership,
    Notice,
    Office,
    Package,
    Payment,
    Subscription,
    SubscriptionRequest,
    User,
    Wallet,
)
from accounts.models.invitations import AlreadyInvited
from accounts.models.limits import MINUTE, somebody_guesses
from accounts.models.requests import State
from muqeem import catalogue, clock
from muqeem.facts import named
from muqeem.fields import TextField
from muqeem.record.models import Event
from muqeem.record.staff import Journalled, Pile, ReadOnly, piles


class MembershipForm(forms.ModelForm):
    """Privileges as boxes, one for each service."""

    privileges = forms.MultipleChoiceField(label=_("privileges"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["privileges"].choices = list(catalogue.services().items())  # type: ignore[attr-defined]


@admin.register(Membership)
class MembershipAdmin(Journalled):
    form = MembershipForm
    list_display = ["user", "account", "is_main", "suspended_at", "removed_at"]
    list_select_related = ["user", "account"]
    raw_id_fields = ["user", "account", "branches"]
    search_fields = ["user__username", "account__number"]


def _without_subscription() -> QuerySet[Account]:
    """Accounts that somebody may act for and nobody can, because their package is over or was never there."""
    served = Subscription.objects.in_force(clock.today()).values("account")
    return Account.objects.filter(pk__in=Membership.objects.live().values("account")).exclude(pk__in=served)


class Served(admin.SimpleListFilter):
    """The accounts whose people are waiting for a package."""

    title = _("subscription")
    parameter_name = "subscription"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", _("none in force, with people who act"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Account]) -> QuerySet[Account]:
        return queryset.filter(pk__in=_without_subscription()) if self.value() == "none" else queryset


@admin.register(Account)
class AccountAdmin(Journalled):
    list_filter = [Served]
    list_display = ["number", "name_ar", "name_en", "saudis", "expatriates", "owner_full_time"]
    search_fields = ["number", "name_ar", "name_en"]
    show_full_result_count = False


@admin.register(User)
class UserAdmin(Journalled):
    list_display = ["username", "name_ar", "name_en", "office", "is_staff", "is_active"]
    list_select_related = ["office"]
    fields = ["username", "name_ar", "name_en", "email", "language", "office", "is_active", "is_staff", "groups", "phone", "app"]
    readonly_fields = ["phone", "app"]  # keys and numbers are nobody's but the person's
    search_fields = ["username", "name_ar", "name_en"]

    @admin.display(description=_("mobile number"))
    def phone(self, user: User) -> str:
        last2 = user.phone_last2 if user.pk else ""
        return _("number ending %(last2)s") % {"last2": last2} if last2 else "-"

    @admin.display(description=_("authenticator app"), boolean=True)
    def app(self, user: User) -> bool:
        return bool(user.pk) and user.has_authenticator()


class PermissionsField(forms.ModelMultipleChoiceField):
    """Permissions in the words of the tables that staff see; Django's own words are English."""

    ACTS = {
        "add": pgettext_lazy("permission", "add"),
        "change": pgettext_lazy("permission", "change"),
        "delete": pgettext_lazy("permission", "delete"),
        "view": pgettext_lazy("permission", "view"),
    }

    def label_from_instance(self, permission: Permission) -> str:
        model = permission.content_type.model_class()
        act = self.ACTS.get(permission.codename.partition("_")[0], permission.name)
        return f"{capfirst(str(model._meta.verbose_name_plural if model else permission.content_type))}: {act}"


class GroupForm(forms.ModelForm):
    """Permissions on what staff can open, and on nothing else."""

    permissions = PermissionsField(
        label=_("permissions"), required=False, queryset=Permission.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = [f"{model._meta.app_label}.{model._meta.model_name}" for model in admin.site._registry]
        permissions = Permission.objects.select_related("content_type").order_by("content_type__app_label", "content_type__model", "pk")
        wanted = [each.pk for each in permissions if f"{each.content_type.app_label}.{each.content_type.model}" in shown]
        self.fields["permissions"].queryset = permissions.filter(pk__in=wanted)  # type: ignore[attr-defined]


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(Journalled, DjangoGroupAdmin):
    """Leave given to several of the staff at once; as every change of leave it is a link of the journal."""

    form = GroupForm
    filter_horizontal = ()


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
        """One that was never credited. Whoever presses twice waits here until the first credit is written, or not."""
        reference: str = self.cleaned_data["reference"]
        Attempt.lock(f"credit {reference}")
        if Entry.objects.filter(kind=Entry.Kind.CREDIT, reference=reference).exists():
            raise forms.ValidationError(_("This reference has been credited before."))
        return reference


@admin.register(Attempt)
class AttemptAdmin(ReadOnly):
    """What limits count. The names are no longer readable here either."""

    list_display = ["at", "kind", "answered"]
    list_filter = ["kind"]
    list_display_links = None  # a row says all
    ordering = ["-at", "-id"]


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


class DecisionForm(forms.Form):
    """What becomes of a request, and what its person is told of it."""

    APPROVE, ASK, REFUSE = "approve", "ask", "refuse"

    decision = forms.ChoiceField(
        label=_("decision"),
        choices=[
            (APPROVE, _("approve: the bill is issued and told by e-mail")),
            (ASK, _("ask for more: the person answers on the page of the request")),
            (REFUSE, _("refuse: the reason is told by e-mail")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what becomes of it.")},
    )
    words = TextField(label=_("what is needed, or the reason"), max_length=300, required=False, widget=forms.Textarea({"rows": 3}))

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("decision") in {self.ASK, self.REFUSE} and not said.get("words") and "words" not in self.errors:
            self.add_error("words", _("The person must be told what is needed, or why not."))
        return said


@admin.register(SubscriptionRequest)
class SubscriptionRequestAdmin(Decided):
    """What strangers ask for."""

    decision_form = DecisionForm
    list_display = ["__str__", "company", "company_number", "package", "created_at", "state_in_words"]
    list_select_related = ["package", "bill__account"]
    search_fields = ["reference", "company", "company_number"]
    fields = [
        "reference", "created_at", "company", "company_number", "town", "package", "name", "id_number", "phone", "email",
        "question", "answer", "refused_at", "reason", "bill",
    ]  # fmt: skip

    @admin.display(description=_("state"))
    def state_in_words(self, row: SubscriptionRequest) -> str:
        return row.state_in_words

    @admin.display(description=_("city"))
    def town(self, row: SubscriptionRequest) -> str:
        return named(row.city_name)

    def waits(self, row: SubscriptionRequest) -> bool:
        return row.state in {State.REVIEW, State.MORE}

    def carry_out(self, row: SubscriptionRequest, decided: dict[str, Any], by: str) -> bool:
        match decided["decision"]:
            case DecisionForm.APPROVE:
                return row.approve(by=by)
            case DecisionForm.ASK:
                return row.ask(decided["words"], by=by)
        return row.refuse(decided["words"], by=by)


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

    @admin.action(description=_("Simulate payment"), permissions=["view"])
    def simulate_payment(self, request: HttpRequest, bills: QuerySet[Bill]) -> None:
        for bill in bills.filter(paid_at=None):
            with transaction.atomic():
                Payment.receive(
                    reference=f"SIMULATION-{bill.number}",
                    bill_number=bill.number,
                    amount=bill.total,
                    paid_at=clock.now(),
                    source=Payment.Source.SIMULATION,
                )
                Event.objects.seal("payment-simulated", actor=request.user.get_username(), account=bill.account.number, subject=bill.number)


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


def _guesses() -> QuerySet[Attempt]:
    """The wrong codes of the last minute, while there are more of them than people mistype."""
    wrong = Attempt.of_all(Attempt.Kind.CODE, MINUTE)
    return wrong if somebody_guesses() else wrong.none()


class Pending(admin.SimpleListFilter):
    """The main users who were invited and have not come in."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("pending", _("main users who have not come in yet"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.pending().filter(is_main=True) if self.value() == "pending" else queryset


class RenewForm(forms.Form):
    """Why an invitation is sent again."""

    reason = TextField(label=_("reason for the journal"), max_length=300, widget=forms.Textarea({"rows": 3}))


@admin.register(Invitation)
class InvitationAdmin(Decided):
    """Who was asked to act for whom. The link is in the e-mail alone; that of a main user is sent again from here."""

    decision_form = RenewForm
    decision = _("Send again")
    button = _("Send a new link; the one before leads nowhere any more")
    done = _("A new link is on its way by e-mail; the one before leads nowhere any more.")
    fields = ["account", "name", "is_main", "email", "id_number", "created_at", "expires_at", "used_at", "withdrawn_at"]
    list_filter = [Pending]
    list_display = ["name", "account", "is_main", "created_at", "expires_at", "used_at", "withdrawn_at"]
    list_select_related = ["account"]
    search_fields = ["account__number", "name"]

    def waits(self, row: Invitation) -> bool:
        return row.is_main and row.used_at is None and row.withdrawn_at is None

    def carry_out(self, row: Invitation, decided: dict[str, Any], by: str) -> bool:
        try:
            return row.renew(decided["reason"], by=by)
        except AlreadyInvited:
            return False


@admin.register(Notice)
class NoticeAdmin(ReadOnly):
    """What people were told on their page; what was sent of it is among the messages."""

    list_display = ["user", "kind", "account", "at", "seen_at"]
    list_select_related = ["user", "account"]
    list_filter = ["kind"]
    search_fields = ["user__username", "account__number"]
    ordering = ["-id"]


piles += [
    Pile(
        _("Requests to decide"),
        SubscriptionRequest.objects.waiting,
        "accounts_subscriptionrequest_changelist",
        "state=waiting",
        "created_at",
    ),
    Pile(_("Accounts without a subscription"), _without_subscription, "accounts_account_changelist", "subscription=none"),
    Pile(_("Payments that settle no bill"), Payment.unsettled, "accounts_payment_changelist", "state=unsettled", "arrived_at", is_bad=True),
    Pile(_("Codes that somebody guesses"), _guesses, "accounts_attempt_changelist", "kind__exact=code", "at", is_bad=True),
]
