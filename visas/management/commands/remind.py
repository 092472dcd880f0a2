"""`manage.py remind`: what beat does each hour, now."""

from typing import Any

from django.core.management.base import BaseCommand

from muqeem import clock
from muqeem.record.models import Parameter
from visas import reminders


class Command(BaseCommand):
    help = "Writes the reminders of visas' last days that are due and were not written. Asking twice writes nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        with clock.hold():
            terms = Parameter.objects.terms(clock.today())
            last = reminders.remember_due(terms)
            while last:
                last = reminders.remember_due(terms, last)
            told = reminders.tell_due(terms)
            while told:
                told = reminders.tell_due(terms, told)
