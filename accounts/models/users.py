"""People who sign in, and the offices of clerks."""

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models.devices import AuthenticatorApp, PhoneDevice
from muqeem import facts

if TYPE_CHECKING:
    from accounts.models.accounts import Membership


class Office(models.Model):
    """A passport office. A user with an office is a clerk."""

    code = models.CharField(_("code"), max_length=10, unique=True)
    name_ar = models.CharField(_("name in Arabic"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)

    class Meta:
        verbose_name = _("passport office")
        verbose_name_plural = _("passport offices")

    def __str__(self) -> str:
        return f"{self.code} {facts.named(self.names)}"

    @property
    def names(self) -> dict[str, str]:
        return {"ar": self.name_ar, "en": self.name_en}


class User(AbstractBaseUser, PermissionsMixin):
    """A person with a password and a phone."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField(_("user name"), max_length=150, unique=True)
    name_ar = models.CharField(_("name in Arabic"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
    id_number = models.CharField(_("ID number"), max_length=10, null=True, blank=True, unique=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="ar")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, verbose_name=_("passport office"))
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("portal staff"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager["User"]()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name_ar", "name_en"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whoever is deactivated is signed out everywhere, and known to no browser on the day of coming back."""
        super().save(*args, **kwargs)
        if not self.is_active:
            self.browsers.all().revoke()
            Session.objects.filter(whose__user=self).delete()

    def clean(self) -> None:
        """Refuse an office to whoever acts for an account."""
        super().clean()
        if self.is_clerk and self.pk and self.memberships.filter(removed_at=None).exists():
            raise ValidationError({"office": _("Whoever acts for an account cannot be a passport-office clerk.")})

    @classmethod
    def join(cls, phone: str, password: str, **values: Any) -> "User":
        """A new user whose phone was just shown by a code. Requires a transaction."""
        user = cls(**values)
        user.set_password(password)
        user.save()
        PhoneDevice.objects.create(user=user, name="phone", number=phone, confirmed=True)
        return user

    @property
    def names(self) -> dict[str, str]:
        """Both names, as facts keep them."""
        return {"ar": self.name_ar, "en": self.name_en}

    @classmethod
    def names_of(cls, usernames: Iterable[str]) -> dict[str, dict[str, str]]:
        """The names of those who did something, by the user names that are kept of it; of nobody's there is none."""
        return {user.username: user.names for user in cls.objects.filter(username__in=set(usernames))}

    @property
    def is_clerk(self) -> bool:
        return self.office_id is not None

    def needs_authenticator(self, memberships: "Iterable[Membership] | None" = None) -> bool:
        """Clerks, staff and whoever acts for an establishment must have an authenticator app."""
        if memberships is None:
            memberships = self.memberships.live().select_related("account")
        return self.is_clerk or self.is_staff or any(membership.account.is_establishment for membership in memberships)

    def may_be_remembered(self) -> bool:
        """Whether a browser may stand in for the second step: never for clerks and staff, whose browsers others use too."""
        if self.is_clerk or self.is_staff:
            return False
        return self.has_authenticator() or not self.needs_authenticator()

    def means(self) -> str:
        """A mark of what the person signs in with: it changes with the password, the phones and the authenticator app."""
        phones = PhoneDevice.in_use().filter(user=self).order_by("number").values_list("number", flat=True)
        means = [self.password, *phones, *self.authenticators().values_list("key", flat=True)]
        return salted_hmac("accounts.means", "\n".join(means), algorithm="sha256").hexdigest()

    def authenticators(self) -> "models.QuerySet[AuthenticatorApp]":
        """The authenticator apps that have shown a right code."""
        return AuthenticatorApp.objects.filter(user=self, confirmed=True).order_by("pk")

    def has_authenticator(self) -> bool:
        return self.authenticators().exists()

    def phone(self) -> PhoneDevice | None:
        """The phone on record that codes go to."""
        return PhoneDevice.in_use().filter(user=self).first()

    @property
    def phone_last2(self) -> str:
        """The end of the number that codes go to."""
        phone = self.phone()
        return phone.last2 if phone else ""
