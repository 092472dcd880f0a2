"""What people were reminded of, and in which texts."""

from django.db import models
from django.db.models import Q

from muqeem import clock
from residency.deadlines import About
from residency.models import Visa


class Reminder(models.Model):
    """That a visa's last day is to be spoken of, so many days before it. The row is what makes it the only time."""

    visa = models.ForeignKey(Visa, models.CASCADE, related_name="reminders")
    about = models.CharField(max_length=10, choices=About)
    deadline_on = models.DateField()  # an extension moves the day, and what is due before the new one is due again
    days = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_default=clock.Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visa", "about", "deadline_on", "days"], name="reminder_once")]

    def __str__(self) -> str:
        return f"{self.about} {self.deadline_on} -{self.days}"


class Digest(models.Model):
    """The one text of a kind that a person gets on a day, whatever number of visas it is about. The row makes it one."""

    receiver = models.CharField(max_length=20)
    about = models.CharField(max_length=10, choices=About)
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["receiver", "about", "on"], name="digest_once")]

    def __str__(self) -> str:
        return f"{self.about} {self.on} …{self.receiver[-2:]}"


class Mention(models.Model):
    """That a reminder concerns somebody, and the text that told of it; none as long as they wait for it."""

    reminder = models.ForeignKey(Reminder, models.CASCADE, related_name="mentions")
    receiver = models.CharField(max_length=20)
    language = models.CharField(max_length=2)
    is_own = models.BooleanField(default=False)  # the visa is the receiver's
    digest = models.ForeignKey(Digest, models.CASCADE, null=True, related_name="mentions")

    class Meta:
        indexes = [models.Index(fields=["receiver"], condition=Q(digest=None), name="mention_waiting")]
        constraints = [models.UniqueConstraint(fields=["reminder", "receiver"], name="mention_once")]

    def __str__(self) -> str:
        return f"{self.reminder} …{self.receiver[-2:]}"
