"""What is tidied at night."""

from datetime import timedelta

from celery import shared_task
from django.core.management import call_command

from accounts.models import Attempt, Browser
from accounts.models.attempts import DAY
from muqeem import clock


@shared_task(name="accounts.clear_sessions")
def clear_sessions(**_: object) -> None:
    """Remove sessions that have ended, browsers that are remembered no more, and tries that no limit counts any more."""
    call_command("clearsessions")
    Browser.objects.over().delete()
    Attempt.objects.filter(at__lt=clock.Now() - DAY - timedelta(hours=1)).delete()
