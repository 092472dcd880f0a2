"""Who looked at whose file."""

from django.db import models
from django.db.models import Q

from accounts.models import Account, Office, User
from muqeem import clock
from residency.models.people import Resident


class View(models.Model):
    """Who looked at whose file, and when. Append-only."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="views")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+")  # of a clerk, who acts for no account
    at = models.DateTimeField(db_default=clock.Now())

    class Meta:
        indexes = [models.Index(fields=["resident", "-at"], name="view_resident")]
        constraints = [models.CheckConstraint(condition=Q(account=None) | Q(office=None), name="view_of_an_account_or_an_office")]

    def __str__(self) -> str:
        return f"{self.user} at {self.at}"
