"""What beat asks for. It only tells: nobody's residency waits for it."""

from celery import shared_task

from accounts.endings import look_out
from accounts.models.notices import Kind
from muqeem import clock
from muqeem.record.models import Parameter
from residency.endings import of_residencies


@shared_task(name="residency.warn")
def warn(*, after: int = 0, **_: object) -> None:
    """Tell one slice of the main users whose people's residencies end soon, and leave the next one to the next task."""
    with clock.hold():
        last = look_out(Kind.ENDING, of_residencies, Parameter.objects.terms(clock.today()), after)
    if last:
        warn.apply_async(kwargs={"after": last}, retry=False)
