"""What beat asks for. It only sends notices: no state of a visa waits for it."""

from celery import shared_task

from muqeem import clock
from muqeem.record.models import Parameter
from visas import reminders


@shared_task(name="visas.remind")
def remind(*, after: int = 0, **_: object) -> None:
    """Write the reminders of one slice of visas, and leave the next one to the next task."""
    with clock.hold():
        last = reminders.send_due(Parameter.objects.terms(clock.today()), after)
    if last:
        remind.apply_async(kwargs={"after": last}, retry=False)
