"""Who is served, and who may act for them."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from muqeem import clock
from muqeem.record.models import Event


class Account(models.Model):
    """An establishment (7…), a resident (2…) or a citizen (1…). Sponsors are accounts, subscribed or not."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=10, unique=True)
    name_ar = models.CharField(_("name in Arabic"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    saudis = models.PositiveIntegerField(_("Saudi workers"), default=0)
    expatriates = models.PositiveIntegerField(_("expatriate workers"), default=0)
    birth_on = models.DateField(_("date of birth"), null=True, blank=True)  # of a citizen, who is in no register of residents
    phone = models.CharField(_("mobile number"), max_length=16, blank=True, db_default="")
    owner_full_time = models.BooleanField(_("the owner works there full time"), default=False)  # and is one of its Saudis
    reported_on = models.DateField(null=True, editable=False)  # the day of the newest facts about it
    # Since when one prepares and another confirms what can hardly be taken back; none where one is enough.
    four_eyes_since = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [models.CheckConstraint(condition=Q(number__regex=r"^[127][0-9]{9}$"), name="account_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def name(self) -> str:
        """The name in the active language."""
        return self.name_en if (get_language() == "en" and self.name_en) else self.name_ar

    @property
    def names(self) -> dict[str, str]:
        return {"ar": self.name_ar, "en": self.name_en}

    @property
    def is_establishment(self) -> bool:
        return self.number.startswith("7")

    def has_saudi_majority(self) -> bool:
        """Whether Saudis are at least as many as expatriates: the lower levy."""
        return self.saudis >= self.expatriates

    def main_users(self) -> "Iterable[Membership]":
        """The live memberships of its main users, with their users, in the order of the users' keys."""
        return self.memberships.live().filter(is_main=True).select_related("user").order_by("user")

    # --- two people for what can hardly be taken back ---

    def asks_for_two(self) -> bool:
        """Whether two people are asked for; it stays so until the end of the transaction, which this requires."""
        return self._settings().four_eyes_since is not None

    def ask_for_two(self, *, by: str) -> None:
        """From now on, one prepares and another confirms. Opens a transaction."""
        with transaction.atomic():
            if self._settings().four_eyes_since is None:
                Account.objects.filter(pk=self.pk).update(four_eyes_since=clock.Now())
                Event.objects.seal("four-eyes-begun", actor=by, account=self.number, subject=self.number)

    def ask_for_one(self, *, by: str) -> None:
        """From now on, one person is enough. Opens a transaction."""
        with transaction.atomic():
            if self._settings().four_eyes_since is not None:
                Account.objects.filter(pk=self.pk).update(four_eyes_since=None)
                Event.objects.seal("four-eyes-ended", actor=by, account=self.number, subject=self.number)

    def _settings(self) -> "Account":
        return Account.objects.select_for_update(no_key=True).only("four_eyes_since").get(pk=self.pk)


class Branch(models.Model):
    """A part of an establishment that a delegated user may be limited to."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="branches")
    name_ar = models.CharField(_("name in Arabic"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        constraints = [models.UniqueConstraint(fields=["account", "name_ar"], name="branch_once")]

    def __str__(self) -> str:
        return self.name_en if (get_language() == "en" and self.name_en) else self.name_ar


class MembershipQuerySet(models.QuerySet["Membership"]):
    def live(self) -> "MembershipQuerySet":
        return self.filter(suspended_at=None, removed_at=None)

    def main_of(self, number: str) -> "MembershipQuerySet":
        """The main users of the account with this number, those who are suspended too."""
        return self.filter(account__number=number, is_main=True, removed_at=None)


class Membership(models.Model):
    """A user's leave to act for an account: as its main user, or service by service."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="memberships")
    account = models.ForeignKey(Account, models.CASCADE, related_name="memberships")
    is_main = models.BooleanField(_("main user"), default=False)
    privileges = ArrayField(models.CharField(max_length=50), default=list, blank=True, verbose_name=_("privileges"))
    branches = models.ManyToManyField(Branch, blank=True, verbose_name=_("limited to branches"))
    created_at = models.DateTimeField(db_default=clock.Now())
    suspended_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["user", "account"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} for {self.account}"

    def clean(self) -> None:
        """Refuse a clerk, who reaches people by their number alone and sees no establishment's screens."""
        if self.user_id and self.user.is_clerk:
            raise ValidationError({"user": _("A passport-office clerk acts for no account.")})

    def may(self, slug: str) -> bool:
        """Whether the member may perform this service for the account."""
        return self.is_main or slug in self.privileges

    def branch_ids(self) -> list[int]:
        """The branches the member is limited to; none means all."""
        return [] if self.is_main else list(self.branches.values_list("pk", flat=True))

    # --- what a main user does with the leave of others; each opens a transaction and holds from the next request on ---

    def grant(self, privileges: list[str], branches: "Iterable[Branch]", *, by: str) -> None:
        """Let the member do these services, for the residents of these branches or of all."""
        with transaction.atomic():
            if self._delegated().update(privileges=privileges):
                self.branches.set(branches)
                self._seal("privileges-changed", by, privileges=privileges, branches=self.branch_ids())

    def suspend(self, *, by: str) -> None:
        with transaction.atomic():
            if self._delegated().filter(suspended_at=None).update(suspended_at=clock.Now()):
                self._seal("member-suspended", by)

    def resume(self, *, by: str) -> None:
        with transaction.atomic():
            if self._delegated().exclude(suspended_at=None).update(suspended_at=None):
                self._seal("member-resumed", by)

    def remove(self, *, by: str) -> None:
        """End the leave for good; another invitation would begin it anew. What was done stays with its name."""
        with transaction.atomic():
            if self._delegated().update(removed_at=clock.Now()):
                self._seal("member-removed", by)

    def _delegated(self) -> MembershipQuerySet:
        """The row, unless its member is the main user, who hands over first, or was removed."""
        return Membership.objects.filter(pk=self.pk, is_main=False, removed_at=None)

    def _seal(self, kind: str, by: str, **data: Any) -> None:
        Event.objects.seal(kind, actor=by, account=self.account.number, subject=self.user.username, **data)
