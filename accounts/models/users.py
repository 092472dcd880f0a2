"""People who sign in, and the offices of clerks."""

import uuid

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class Office(models.Model):
    """A passport office. A user with an office is a clerk."""

    code = models.CharField(_("code"), max_length=10, unique=True)
    name_ar = models.CharField(_("name in Arabic"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)

    class Meta:
        verbose_name = _("passport office")
        verbose_name_plural = _("passport offices")

    def __str__(self) -> str:
        return f"{self.code} {self.name_en}"


class User(AbstractBaseUser, PermissionsMixin):
    """A person with a password and a phone."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField(_("user name"), max_length=150, unique=True)
    name_ar = models.CharField(_("name in Arabic"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
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

    @property
    def names(self) -> dict[str, str]:
        """Both names, as facts keep them."""
        return {"ar": self.name_ar, "en": self.name_en}

    @property
    def is_clerk(self) -> bool:
        return self.office_id is not None

    def needs_authenticator(self) -> bool:
        """Clerks, staff and whoever acts for an establishment must have an authenticator app."""
        return self.is_clerk or self.is_staff or self.memberships.live().filter(account__number__startswith="7").exists()
