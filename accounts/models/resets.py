"""New passwords for people who forgot theirs: a link by e-mail and a code to the phone on record, both."""

import uuid
from datetime import timedelta

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models.devices import PhoneDevice
from accounts.models.users import User
from muqeem import clock
from muqeem.record.models import Event, Message
from muqeem.record.outbox import post, pretend

LIFE = timedelta(hours=1)
NOBODY = 0  # the key of no user
ROUTE = "reset-password"  # the page that the link opens


class PasswordReset(models.Model):
    """One link, for one new password."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=clock.Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("password reset")
        verbose_name_plural = _("password resets")

    def __str__(self) -> str:
        return f"for {self.user} until {self.expires_at}"

    @classmethod
    def begin(cls, username: str) -> None:
        """Send a link, if there is somebody with this name, an e-mail and a phone; else nothing, which takes as long.

        Opens a transaction.
        """
        phones = PhoneDevice.in_use().filter(user__username=username, user__is_active=True)
        phone = phones.exclude(user__email="").select_related("user").first()
        until = clock.now() + LIFE
        with transaction.atomic():
            with transaction.atomic():
                link = cls.objects.create(user_id=phone.user.pk if phone else NOBODY, expires_at=until).uuid
                transaction.set_rollback(phone is None)
            (post if phone else pretend)(
                channel=Message.Channel.MAIL,
                template="password-reset",
                language=phone.user.language if phone else "ar",
                receiver=phone.user.email if phone else "",
                arguments={"link": str(link), "until": until.isoformat()},
            )

    @property
    def is_open(self) -> bool:
        return self.used_at is None and self.user.is_active and self.expires_at > clock.now()

    def use(self, password: str) -> bool:
        """Set the password, once; whoever is signed in as the person is not any more. Requires a transaction."""
        if not PasswordReset.objects.filter(pk=self.pk, used_at=None, expires_at__gt=clock.Now()).update(used_at=clock.Now()):
            return False
        self.user.set_password(password)
        self.user.save(update_fields=["password"])
        at = clock.now().isoformat()
        post(
            channel=Message.Channel.MAIL,
            template="password-changed",
            language=self.user.language,
            receiver=self.user.email,
            arguments={"at": at, "link": str(self.uuid)},
        )
        if phone := self.user.phone():
            post(template="password-changed", language=self.user.language, receiver=phone.number, arguments={"changed_on": at[:10]})
        Event.objects.seal("password-reset", actor=self.user.username)
        return True

    def stop(self) -> bool:
        """Shut the account's user out, who says that it was somebody else who set the password. Opens a transaction."""
        with transaction.atomic():
            if self.used_at is None or not self.user.is_active:
                return False
            self.user.is_active = False
            self.user.set_unusable_password()  # whoever is let in again chooses one, and nobody knows another
            self.user.save(update_fields=["is_active", "password"])
            Event.objects.seal("user-stopped", actor=self.user.username)
        return True
