"""`manage.py remind`: what beat does every quarter of an hour, now."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.endings import look_out, of_subscriptions
from accounts.models.notices import Kind
from muqeem import clock
from muqeem.record.models import Parameter
from residency.endings import of_residencies
from visas import reminders


class Command(BaseCommand):
    help = (
        "Writes what is due and was not written: of the last days of visas, and of the ends of residencies and subscriptions. "
        "Asking twice writes nothing twice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with clock.hold():
            terms = Parameter.objects.terms(clock.today())
            last = reminders.remember_due(terms)
            while last:
                last = reminders.remember_due(terms, last)
            told = reminders.tell_due(terms)
            while told:
                told = reminders.tell_due(terms, told)
            for kind, look in ((Kind.SUBSCRIPTION, of_subscriptions), (Kind.ENDING, of_residencies)):
                last = look_out(kind, look, terms)
                while last:
                    last = look_out(kind, look, terms, last)
