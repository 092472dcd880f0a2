"""The sweeper: a process of its own, because a queue cannot watch over itself."""

import logging
import signal
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from muqeem.operations.sweeper import OUTBOXES, Outbox, sweep

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Each second look at messages and prints that are due, hint the workers or, when the broker is away, do them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one look, then end")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        if once:
            for outbox in OUTBOXES:
                sweep(outbox)
            return
        stop = Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        with ThreadPoolExecutor(len(OUTBOXES)) as threads:
            for watching in as_completed([threads.submit(watch, outbox, stop) for outbox in OUTBOXES]):
                stop.set()  # told so, or broken: then whoever started us must notice, so the others end as well
                watching.result()


def watch(outbox: Outbox, stop: Event) -> None:
    """Look at one outbox each second until told to stop. Runs in a thread, with a database connection of its own."""
    try:
        while not stop.is_set():
            close_old_connections()
            try:
                sweep(outbox)
            except (DatabaseError, InterfaceError):
                logger.warning("the database is away; looking again")
            stop.wait(1.0)
    finally:
        connection.close()
