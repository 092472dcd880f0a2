"""What is tidied: at night what has ended, each hour what no limit counts any more."""

from celery import shared_task
from django.core.management import call_command

from accounts.models import Attempt, Browser
from accounts.models.attempts import DAY
from muqeem import clock


@shared_task(name="accounts.clear_sessions")
def clear_sessions(**_: object) -> None:
    """Remove sessions that have ended and browsers that are remembered no more."""
    call_command("clearsessions")
    Browser.objects.over().delete()


@shared_task(name="accounts.forget_attempts")
def forget_attempts(**_: object) -> None:
    """Forget tries and looks that are older than every limit's period."""
    Attempt.objects.filter(at__lt=clock.Now() - DAY).delete()
