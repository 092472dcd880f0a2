"""What people were reminded of."""

from django.db import models

from muqeem import clock
from residency.deadlines import About
from residency.models import Visa


class Reminder(models.Model):
    """That a reminder of a visa's last day was written, so many days before it. The row is what makes it the only one."""

    visa = models.ForeignKey(Visa, models.CASCADE, related_name="reminders")
    about = models.CharField(max_length=10, choices=About)
    deadline_on = models.DateField()  # an extension moves the day, and what is due before the new one is due again
    days = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_default=clock.Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visa", "about", "deadline_on", "days"], name="reminder_once")]

    def __str__(self) -> str:
        return f"{self.about} {self.deadline_on} -{self.days}"
