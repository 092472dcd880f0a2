"""`manage.py demo`: believable people in an empty register, and how to sign in as them."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from residency.demonstration import portal


class Command(BaseCommand):
    """Mark the database as a demonstration, fill it once, and print people and passwords each time."""

    help = "Fills an empty register with invented people, in demonstration mode only, and prints who can sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--residents", type=int, default=200, metavar="N", help="how many residents to make (200)")
        parser.add_argument("--json", action="store_true", help="print the people as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            filled = portal.ready(options["residents"])
        except portal.NotHere as reason:
            raise CommandError(str(reason)) from None
        people = portal.people()
        if options["json"]:
            self.stdout.write(json.dumps(people, ensure_ascii=False, indent=2))
            return
        self.stdout.write("The register was filled with invented people." if filled else "The register is as it was.")
        columns = ("username", "password", "role", "account", "phone", "language")
        widths = {column: max(len(column), *(len(person[column]) for person in people), 0) for column in columns}
        for line in ({column: column for column in columns}, *people):
            self.stdout.write("  ".join(line[column].ljust(widths[column]) for column in columns).rstrip())
        secrets = [f"  {person['username']}: {person['totp_secret']}" for person in people if "totp_secret" in person]
        self.stdout.write("Keys for an authenticator app:\n" + "\n".join(secrets))
        self.stdout.write("Codes and texts: `manage.py phone USERNAME`, or /demo/phone/ in the portal.")
        self.stdout.write(
            "Reminders of visas reach noura and faisal from 8 to 21 o'clock; `manage.py remind` sends those that are due now."
        )
