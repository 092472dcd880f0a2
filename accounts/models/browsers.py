"""Where people are signed in, and the browsers that they asked to be remembered.

No network address is kept: it says little to the person whose own networks change every day, and to everybody else
it says where the person was.
"""

import hashlib
import uuid
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import F, Q

from accounts.agents import Agent
from accounts.models.users import User
from muqeem import clock

LIFE = timedelta(days=30)


class Place(models.Model):
    """A browser in the words of `accounts.agents`."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    browser = models.CharField(max_length=20, blank=True)
    system = models.CharField(max_length=20, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.browser} {self.system}".strip()


class BrowserSession(Place):
    """Whose session a row of Django's table is. The database removes it together with that row, whoever removes it."""

    session = models.OneToOneField(Session, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="whose")
    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")


class BrowserQuerySet(models.QuerySet["Browser"]):
    def that_serve(self, user: User) -> "BrowserQuerySet":
        """Those on which the password is enough for this person."""
        return self.filter(user=user, means=user.means(), revoked_at=None, expires_at__gt=clock.Now())

    def over(self) -> "BrowserQuerySet":
        """Those that serve nobody any more."""
        return self.filter(Q(expires_at__lte=clock.Now()) | Q(revoked_at__isnull=False))

    def revoke(self) -> int:
        """Forget them; how many were remembered until now."""
        return self.filter(revoked_at=None).update(revoked_at=clock.Now())


class Browser(Place):
    """A browser on which the second step of sign-in is left out until thirty days after it was done there.

    The browser holds a secret of 256 bits, the row its digest. Using it neither changes the secret, for an answer that
    was lost would lock the person out, nor prolongs it. It stands on the password, the phones and the authenticator
    app with which it was remembered: whatever changes one of them, wherever, ends it.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="browsers")
    digest = models.CharField(max_length=64, unique=True)
    means = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=clock.Now())
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = BrowserQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(expires_at__lte=F("created_at") + LIFE), name="browser_thirty_days")]

    @classmethod
    def remember(cls, user: User, secret: str, agent: Agent) -> "Browser":
        """Remember the browser that holds this secret from now on."""
        return cls.objects.create(user=user, digest=digest(secret), means=user.means(), expires_at=clock.Now() + LIFE, **agent._asdict())

    @classmethod
    def recognise(cls, user: User, secret: str) -> bool:
        """Whether the browser that shows this secret is one that serves this person; that it was used is noted."""
        return bool(cls.objects.that_serve(user).filter(digest=digest(secret)).update(last_used_at=clock.Now()))


def digest(secret: str) -> str:
    """How the table knows a secret."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
