"""What is tidied: at night what has ended, each hour what no limit counts any more. Who is told of what ends soon."""

from celery import shared_task
from django.core.management import call_command

from accounts import endings
from accounts.models import Attempt, Browser
from accounts.models.attempts import DAY
from accounts.models.notices import Kind, Told
from muqeem import clock
from muqeem.record.models import Parameter


@shared_task(name="accounts.clear_sessions")
def clear_sessions(**_: object) -> None:
    """Remove sessions that have ended, browsers that are remembered no more, and which messages went out on days that are over."""
    call_command("clearsessions")
    Browser.objects.over().delete()
    Told.objects.filter(on__lt=clock.today()).delete()


@shared_task(name="accounts.forget_attempts")
def forget_attempts(**_: object) -> None:
    """Forget tries and looks that are older than every limit's period."""
    Attempt.objects.filter(at__lt=clock.Now() - DAY).delete()


@shared_task(name="accounts.warn")
def warn(*, after: int = 0, **_: object) -> None:
    """Tell one slice of the main users whose subscription ends soon, and leave the next one to the next task."""
    with clock.hold():
        last = endings.look_out(Kind.SUBSCRIPTION, endings.of_subscriptions, Parameter.objects.terms(clock.today()), after)
    if last:
        warn.apply_async(kwargs={"after": last}, retry=False)
