"""Prove that the journal's chain holds, against the last anchor if one is given."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from muqeem.record import journal


class Command(BaseCommand):
    help = "Verify the journal; with --anchor FILE also against the link written there, which is then renewed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchor", type=Path, metavar="FILE")

    def handle(self, *args: Any, anchor: Path | None = None, **options: Any) -> None:
        known = journal.Anchor.of(anchor.read_text()) if anchor and anchor.exists() else None
        with journal.snapshot():
            faults = list(journal.faults(known))
            head = None if faults else journal.head()
        for fault in faults:
            self.stderr.write(fault)
        if head is None:
            raise CommandError(f"The journal does not hold: {len(faults)} fault(s).")
        if anchor:
            anchor.write_text(f"{head}\n")
        self.stdout.write(f"The journal holds: {head.seq} lines, head {head.hash}.")
