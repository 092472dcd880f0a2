"""Invitations to act for an account: a link by e-mail, and a code to the phone that was given with it."""

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models.accounts import Account, Branch, Membership
from accounts.models.users import User
from muqeem import catalogue, clock
from muqeem.record.models import Event, Message
from muqeem.record.outbox import post

LIFE = timedelta(days=7)
ROUTE = "join"  # the page that the link opens


class AlreadyInvited(Exception):
    """Somebody with this ID number acts for the account, or has an invitation that is still open."""


class NotTheirs(Exception):
    """The invitation is for somebody else: another ID number than that of the user."""


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Those that can still be accepted."""
        return self.pending().filter(expires_at__gt=clock.Now())

    def pending(self) -> "InvitationQuerySet":
        """Those that nobody has accepted or taken back, in time or not."""
        return self.filter(used_at=None, withdrawn_at=None)


class Invitation(models.Model):
    """Somebody is asked to act for an account, with these privileges."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="invitations")
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # none: the portal, when a subscription begins
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("mobile number"), max_length=16)
    id_number = models.CharField(_("ID number"), max_length=10)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    is_main = models.BooleanField(_("main user"), default=False)
    privileges = ArrayField(models.CharField(max_length=50), default=list, blank=True, verbose_name=_("privileges"))
    branches = models.ManyToManyField(Branch, blank=True, verbose_name=_("limited to branches"))
    created_at = models.DateTimeField(db_default=clock.Now())
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(condition=Q(used_at=None) | Q(withdrawn_at=None), name="invitation_used_or_withdrawn"),
            models.CheckConstraint(condition=Q(id_number__regex=r"^[12][0-9]{9}$"), name="invitation_id_number"),
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.account.number}"

    @classmethod
    def send(cls, account: Account, *, by: User | None, branches: list[Branch] | None = None, **values: Any) -> "Invitation":
        """Invite somebody. Raises AlreadyInvited. Opens a transaction."""
        with transaction.atomic():
            Account.objects.select_for_update().get(pk=account.pk)  # two who invite the same person at once
            acts = Membership.objects.filter(account=account, removed_at=None, user__id_number=values["id_number"])
            if acts.exists() or cls.objects.open().filter(account=account, id_number=values["id_number"]).exists():
                raise AlreadyInvited
            invitation = cls.objects.create(account=account, invited_by=by, expires_at=clock.now() + LIFE, **values)
            invitation.branches.set(branches or [])
            invitation._tell()
            invitation._seal("invited", by.username if by else "")
        return invitation

    @property
    def last2(self) -> str:
        """The end of the number that the code goes to."""
        return self.phone[-2:]

    @property
    def is_open(self) -> bool:
        return self.used_at is None and self.withdrawn_at is None and self.expires_at > clock.now()

    def is_for(self, user: User) -> bool:
        """Whether the user has the ID number of the invitation, or none yet."""
        return user.id_number in {None, self.id_number}

    def titles(self) -> list[str]:
        """The services that the person may perform."""
        return [catalogue.title(slug) for slug in self.privileges]

    def withdraw(self, by: User) -> bool:
        """Take it back; the link leads nowhere any more. Opens a transaction."""
        with transaction.atomic():
            done = self._open_row().update(withdrawn_at=clock.Now())
            if done:
                self._seal("invitation-withdrawn", by.username)
        return bool(done)

    def renew(self, reason: str, *, by: str) -> bool:
        """Send a main user's invitation again, with another link; the one before leads nowhere any more. Staff do so.

        False where it was used or withdrawn meanwhile. Raises AlreadyInvited. Opens a transaction.
        """
        with transaction.atomic():
            done = Invitation.objects.pending().filter(pk=self.pk, is_main=True).update(withdrawn_at=clock.Now())
            if done:
                told = {name: getattr(self, name) for name in ("name", "email", "phone", "id_number", "language")}
                new = Invitation.send(self.account, by=self.invited_by, is_main=True, **told)
                values = {"account": self.account.number, "subject": str(self.uuid), "new": str(new.uuid), "reason": reason}
                Event.objects.seal("invitation-renewed", actor=by, **values)
        return bool(done)

    def accept(self, user: User) -> Membership | None:
        """Let the user act for the account; None if the invitation is no longer open. Raises NotTheirs. Requires a transaction.

        Who was removed before acts again, with what this invitation says.
        """
        if not self.is_for(user):
            raise NotTheirs
        if not self._open_row().update(used_at=clock.Now()):
            return None
        if user.id_number is None:
            user.id_number = self.id_number
            user.save(update_fields=["id_number"])
        values = {"is_main": self.is_main, "privileges": self.privileges, "suspended_at": None, "removed_at": None}
        membership = Membership.objects.update_or_create(user=user, account=self.account, defaults=values)[0]
        membership.branches.set(self.branches.all())
        self._seal("joined", user.username)
        return membership

    def make_user(self, *, username: str, password: str, name_ar: str, name_en: str) -> User:
        """A new user with the phone of the invitation. Requires a transaction."""
        names = {"username": username, "name_ar": name_ar, "name_en": name_en}
        return User.join(self.phone, password, email=self.email, language=self.language, id_number=self.id_number, **names)

    def _open_row(self) -> InvitationQuerySet:
        return Invitation.objects.open().filter(pk=self.pk)

    def _tell(self) -> None:
        with override(self.language):
            titles = self.titles()
        post(
            channel=Message.Channel.MAIL,
            template="account-ready" if self.invited_by is None else "invitation",
            language=self.language,
            receiver=self.email,
            account=self.account.number,
            arguments={
                "link": str(self.uuid),
                "account": self.account.names,
                "inviter": self.invited_by.names if self.invited_by else "",
                "until": self.expires_at.isoformat(),
                "services": titles,
            },
        )

    def _seal(self, kind: str, actor: str) -> None:
        Event.objects.seal(
            kind, actor=actor, account=self.account.number, subject=str(self.uuid), privileges=self.privileges, main=self.is_main
        )
