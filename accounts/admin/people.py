"""What staff keep of people, accounts and leave, and what limits count."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Account, Attempt, Branch, Membership, Notice, Office, Subscription, User
from accounts.models.limits import MINUTE, somebody_guesses
from muqeem import catalogue, clock
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


admin.site.register([Branch, Office], Journalled)


@admin.register(Attempt)
class AttemptAdmin(ReadOnly):
    """What limits count. The names are no longer readable here either."""

    list_display = ["at", "kind", "answered"]
    list_filter = ["kind"]
    list_display_links = None  # a row says all
    ordering = ["-at", "-id"]


def _guesses() -> QuerySet[Attempt]:
    """The wrong codes of the last minute, while there are more of them than people mistype."""
    wrong = Attempt.of_all(Attempt.Kind.CODE, MINUTE)
    return wrong if somebody_guesses() else wrong.none()


@admin.register(Notice)
class NoticeAdmin(ReadOnly):
    """What people were told on their page; what was sent of it is among the messages."""

    list_display = ["user", "kind", "account", "at", "seen_at"]
    list_select_related = ["user", "account"]
    list_filter = ["kind"]
    search_fields = ["user__username", "account__number"]
    ordering = ["-id"]


piles += [
    Pile(_("Accounts without a subscription"), _without_subscription, "accounts_account_changelist", "subscription=none"),
    Pile(_("Codes that somebody guesses"), _guesses, "accounts_attempt_changelist", "kind__exact=code", "at", is_bad=True),
]
