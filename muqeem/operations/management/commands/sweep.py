"""The sweeper: a process of its own, because a queue cannot watch over itself."""

import logging
import signal
from argparse import ArgumentParser
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, close_old_connections

from muqeem.operations.sweeper import sweep

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Each second look at messages and prints that are due, hint the workers or, when the broker is away, do them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one look, then end")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        if once:
            sweep()
            return
        stop = Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        while not stop.is_set():
            close_old_connections()
            try:
                sweep()
            except (DatabaseError, InterfaceError):
                logger.warning("the database is away; looking again")
            stop.wait(1.0)
