"""What somebody tried under a name, or asked from an address, counted whether it exists or not. PostgreSQL counts."""

import hashlib
import logging
from datetime import datetime, timedelta

from django.db import connection, models
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from muqeem import clock

DAY = timedelta(hours=24)

logger = logging.getLogger("muqeem.security")


def name_key(username: str) -> str:
    """The name under which a typed user name is counted: folded, and no longer readable."""
    return hashlib.sha256(username.strip().casefold().encode(errors="replace")).hexdigest()


def tell_refused(what: str, name: str) -> None:
    """A line of the log for what was refused, under a mark by which lines about one name are found and no name is read."""
    logger.warning(what, extra={"about": salted_hmac("accounts.refused", name, algorithm="sha256").hexdigest()[:16]})


class Attempt(models.Model):
    """One wrong code, one wrong password, one sending or one look. A right code takes its own attempt away again."""

    class Kind(models.TextChoices):
        CODE = "code", _("wrong code")
        PASSWORD = "password", _("wrong password")
        SEND = "send", _("code sent")
        LOOK = "look", _("public check")
        REQUEST = "request", _("request of a stranger")

    name = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField(db_default=clock.Now())
    answered = models.BooleanField(default=False)  # a sending that was followed by the right code, a look that found something

    class Meta:
        verbose_name = _("counted try")
        verbose_name_plural = _("counted tries")
        indexes = [
            models.Index(fields=["name", "kind", "at"], name="attempt_name"),
            models.Index(fields=["kind", "at"], name="attempt_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"

    @classmethod
    def within(cls, name: str, kind: str, period: timedelta) -> QuerySet["Attempt"]:
        """The attempts of a name in the period that ends now, oldest first."""
        return cls.objects.filter(Q(at__gt=clock.Now() - period), name=name, kind=kind).order_by("at", "id")

    @classmethod
    def of_all(cls, kind: str, period: timedelta) -> QuerySet["Attempt"]:
        """The attempts of everybody in the period that ends now."""
        return cls.objects.filter(Q(at__gt=clock.Now() - period), kind=kind)

    @staticmethod
    def lock(name: str) -> None:
        """Queue behind whoever counts under this name. Requires a transaction, which releases it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def times(attempts: QuerySet[Attempt]) -> list[datetime]:
    """The moments of the attempts."""
    return list(attempts.values_list("at", flat=True))
