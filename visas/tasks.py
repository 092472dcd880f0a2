"""What beat asks for. It only sends notices: no state of a visa waits for it."""

from celery import shared_task

from muqeem import clock
from muqeem.record.models import Parameter
from visas import reminders


@shared_task(name="visas.remind")
def remind(*, after: int = 0, **_: object) -> None:
    """Remember what is due for one slice of visas, and leave the next one to the next task; after the last people are told."""
    with clock.hold():
        last = reminders.remember_due(Parameter.objects.terms(clock.today()), after)
    if last:
        remind.apply_async(kwargs={"after": last}, retry=False)
    else:
        tell.apply_async(retry=False)


@shared_task(name="visas.tell")
def tell(*, after: str = "", **_: object) -> None:
    """Write the texts of one slice of people, and leave the next one to the next task."""
    with clock.hold():
        last = reminders.tell_due(Parameter.objects.terms(clock.today()), after)
    if last:
        tell.apply_async(kwargs={"after": last}, retry=False)
