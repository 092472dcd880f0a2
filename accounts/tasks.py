"""What is tidied at night."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="accounts.clear_sessions")
def clear_sessions(**_: object) -> None:
    """Remove sessions that have ended."""
    call_command("clearsessions")
