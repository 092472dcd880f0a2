"""Check a page's seal without asking anybody: no network, no database, only the public keys of /check/keys."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from muqeem import seal
from muqeem.serials import show_serial

REASONS = {
    seal.Unsealed: "this is not a seal (cut off, or copied with something else)",
    seal.UnknownKey: "its key is not in the file; the file may be older than the page",
    seal.Forged: "the signature does not belong to these facts",
}


class Command(BaseCommand):
    help = "Says whether a seal, read from the QR of a page, is genuine, and what it vouches for. Works offline."
    requires_system_checks = ()  # some of them ask the database

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text", metavar="TEXT", help="what the QR says: the whole address or the part behind #")
        parser.add_argument("--keys", metavar="FILE", required=True, help="the public keys, saved from /check/keys")

    def handle(self, *args: Any, **options: Any) -> None:
        keys = _keys(Path(options["keys"]))
        try:
            payload = seal.open_seal(options["text"], keys)
        except seal.SealBroken as broken:
            raise CommandError(f"Not genuine: {REASONS[type(broken)]}.") from broken
        self.stdout.write("Genuine.")
        facts = {
            "document": show_serial(payload.serial),
            "kind": payload.kind,
            "last four digits": payload.last_four,
            "birth year": payload.birth_year,
            **{name: day.isoformat() for name, day in payload.dates.items()},
        }
        for name, value in facts.items():
            self.stdout.write(f"{name}: {value}")


def _keys(file: Path) -> seal.PublicKeys:
    try:
        return seal.read_public_keys(json.loads(file.read_text(encoding="utf-8")))
    except OSError as wrong:
        raise CommandError(f"{file}: {wrong.strerror}.") from wrong
    except ValueError as wrong:
        raise CommandError(f"{file}: not a file of public keys as /check/keys gives it.") from wrong
