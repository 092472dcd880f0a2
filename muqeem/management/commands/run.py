"""`manage.py run`: the whole portal on this machine, as children of one process."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from muqeem.processes import CannotStart
from muqeem.processes.portal import Portal
from muqeem.processes.supervisor import Stopped


class Command(BaseCommand):
    help = (
        "Starts PostgreSQL, Redis, the web server, the workers, beat and the sweeper, and stops them all on Ctrl-C or SIGTERM. "
        "Where DATABASE_URL or REDIS_URL is set, that engine is used instead of one of its own."
    )
    requires_system_checks: list[str] = []  # the children check themselves; there is no database yet

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", action="store_true", help="only the workers and the sweeper, for a host of their own")

    def handle(self, *args: Any, workers: bool, **options: Any) -> None:
        try:
            portal = Portal(settings.BASE_DIR, settings.VAR_DIR, _port(), os.environ)
            if workers:
                portal.run_workers()
            else:
                portal.run()
        except CannotStart as reason:
            self.stderr.write(str(reason))
            sys.exit(2)
        except Stopped:
            self.stdout.write("Stopped before everything was up.")


def _port() -> int:
    given = os.environ.get("PORT", "8000")
    try:
        port = int(given)
    except ValueError:
        port = 0
    if 0 < port < 65536:
        return port
    raise CannotStart(f"PORT is a number from 1 to 65535, not {given!r}.")
