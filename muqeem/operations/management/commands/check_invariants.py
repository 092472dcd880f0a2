"""Prove that the database keeps every promise: nightly, and after whatever may have gone wrong.

It mends nothing. A copy whose file is lost is rendered again when staff choose *Try again* for it among the prints; one
whose file was changed is left as it is, for it tells what happened.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from muqeem.operations import invariants


class Command(BaseCommand):
    help = "Look for rows that break a promise of the portal, in one snapshot that changes nothing; end with 1 if there are any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--files", action="store_true", help="also read every rendered page back and compare its hash")

    def handle(self, *args: Any, files: bool = False, **options: Any) -> None:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # A large portal is looked through for minutes, and while files are read the database has nothing to do.
            cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
            found = list(invariants.violations(files=files))
        for violation in found:
            self.stderr.write(str(violation))
        if found:
            raise CommandError(f"{len(found)} row(s) break a promise.")
        self.stdout.write(f"All {len(invariants.INVARIANTS)} promises hold.")
