"""Take in the payments of a file, so that one whose notification was lost is not."""

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.forms.money import PaymentForm
from accounts.models import Payment
from accounts.models.bills import Contradicted

COLUMNS = set(PaymentForm.base_fields)


class Command(BaseCommand):
    help = "Take in a CSV of payments with the columns reference, bill, amount and paid_at; those that are known change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Nothing is taken in from a file with a bad line; what contradicts an earlier payment is listed and left."""
        told = self._read(options["file"])
        wrong = [f"line {line}, {name}: {' '.join(map(str, errors))}" for line, form in told for name, errors in form.errors.items()]
        if wrong:
            raise CommandError("Nothing was taken in.\n" + "\n".join(wrong))
        known = set(
            Payment.objects.filter(reference__in=[form.cleaned_data["reference"] for _line, form in told]).values_list(
                "reference", flat=True
            )
        )
        contradicted = 0
        for line, form in told:
            reference = form.cleaned_data["reference"]
            try:
                payment = form.receive(Payment.Source.FILE)
            except Contradicted:
                contradicted += 1
                self.stderr.write(f"line {line}: {reference} arrived before and said otherwise")
                continue
            if reference not in known:
                self.stdout.write(f"line {line}: {reference}: {Payment.Outcome(payment.outcome).name.lower()}")
        self.stdout.write(f"{len(told)} payments, {len(known)} of them known, {contradicted} contradicted")

    def _read(self, path: str) -> list[tuple[int, PaymentForm]]:
        try:
            with Path(path).open(encoding="utf-8-sig", newline="") as file:
                rows = csv.DictReader(file)
                if missing := COLUMNS - set(rows.fieldnames or ()):
                    raise CommandError(f"Columns are missing: {', '.join(sorted(missing))}")
                return [(rows.line_num, PaymentForm(row)) for row in rows]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{path} cannot be read: {error}") from error
