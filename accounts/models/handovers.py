"""Another main user for an account: offered by the one with a code, accepted by the other with a code, told to both."""

import uuid
from datetime import timedelta

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.accounts import Account, Membership
from accounts.models.users import User
from muqeem import catalogue, clock
from muqeem.record.models import Event, Message
from muqeem.record.outbox import post

LIFE = timedelta(days=3)


class HandoverQuerySet(models.QuerySet["Handover"]):
    def open(self) -> "HandoverQuerySet":
        return self.filter(used_at=None, withdrawn_at=None, expires_at__gt=clock.Now())


class Handover(models.Model):
    """A main user's offer to another of the account's users to take their place."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="handovers")
    giver = models.ForeignKey(User, models.PROTECT, related_name="+")
    taker = models.ForeignKey(User, models.PROTECT, related_name="handovers")
    created_at = models.DateTimeField(db_default=clock.Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of the main user")
        verbose_name_plural = _("changes of the main user")
        constraints = [models.CheckConstraint(condition=Q(used_at=None) | Q(withdrawn_at=None), name="handover_used_or_withdrawn")]

    def __str__(self) -> str:
        return f"{self.giver} → {self.taker} of {self.account.number}"

    @classmethod
    def offer(cls, giver: Membership, taker: Membership) -> "Handover":
        """Offer it to one; an offer to another is withdrawn by it. Requires a transaction."""
        cls.objects.open().filter(account=giver.account).update(withdrawn_at=clock.Now())
        made = cls.objects.create(account=giver.account, giver=giver.user, taker=taker.user, expires_at=clock.now() + LIFE)
        arguments = {"of": str(made.uuid), "account": giver.account.names, "giver": giver.user.names, "until": made.expires_at.isoformat()}
        _tell(taker.user, "main-user-offer", **arguments)
        Event.objects.seal("main-user-offered", actor=giver.user.username, account=giver.account.number, subject=taker.user.username)
        return made

    def withdraw(self, *, by: str) -> None:
        """Take the offer back. Opens a transaction."""
        with transaction.atomic():
            if Handover.objects.open().filter(pk=self.pk).update(withdrawn_at=clock.Now()):
                Event.objects.seal("main-user-offer-withdrawn", actor=by, account=self.account.number, subject=self.taker.username)

    def accept(self) -> bool:
        """Change the main user, if both are still what they were. Requires a transaction."""
        if not Handover.objects.open().filter(pk=self.pk).update(used_at=clock.Now()):
            return False
        live = Membership.objects.live().filter(account=self.account)
        if not live.filter(user=self.taker, is_main=False).update(is_main=True, privileges=[]):
            transaction.set_rollback(True)
            return False
        if not live.filter(user=self.giver, is_main=True).update(is_main=False, privileges=list(catalogue.services())):
            transaction.set_rollback(True)
            return False
        for user in (self.giver, self.taker):
            _tell(user, "main-user-changed", account=self.account.names, taker=self.taker.names, at=clock.now().isoformat())
            if phone := user.phone():
                values = {"account": self.account.number[-4:]}
                post(template="main-user-changed", language=user.language, receiver=phone.number, arguments=values)
        Event.objects.seal("main-user-changed", actor=self.taker.username, account=self.account.number, subject=self.giver.username)
        return True


def _tell(user: User, template: str, **arguments: object) -> None:
    if user.email:
        post(channel=Message.Channel.MAIL, template=template, language=user.language, receiver=user.email, arguments=arguments)
