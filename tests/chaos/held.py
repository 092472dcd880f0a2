"""Holding a process at one of the points, and what is broken there."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from django.db import connection

from accounts.models import OperationToken
from muqeem.operations.models import Receipt
from tests.chaos.points import GO, HELD, ORDER
from tests.live import CSRF, Answer, Site, Visitor, eventually, kill

FROZEN = 5.0  # seconds; longer than a lease in these tests, and than anybody waits for a lock


@dataclass(frozen=True)
class Held:
    """A process that waits at a point, and the process of PostgreSQL that serves it."""

    site: Site
    pid: int
    backend: int
    meanwhile: Callable[[], Any] = lambda: None  # what somebody impatient does while it waits

    def go_on(self) -> None:
        (self.site.var / GO).touch()


# --- what is broken ---


def the_process_is_killed(held: Held) -> None:
    kill(held.pid)


def its_connection_is_ended(held: Held) -> None:
    with psycopg.connect(held.site.engines.url(held.site.database), autocommit=True) as session:
        session.execute("SELECT pg_terminate_backend(%s)", [held.backend])


def its_backend_is_killed(held: Held) -> None:
    with psycopg.connect(held.site.engines.url(held.site.database), autocommit=True) as another:
        kill(held.backend)
        eventually(lambda: _has_ended(another))  # PostgreSQL ends all of them when it sees that one died
    eventually(held.site.engines.postgres.ready)


def _has_ended(session: psycopg.Connection) -> bool:
    try:
        session.execute("SELECT 1")
    except psycopg.OperationalError:
        return True
    return False


def postgres_is_stopped_at_once(held: Held) -> None:
    held.site.engines.restart(signal.SIGQUIT)


def the_process_stands_still(held: Held) -> None:
    until = time.monotonic() + FROZEN
    os.kill(held.pid, signal.SIGSTOP)
    held.meanwhile()
    time.sleep(max(0.0, until - time.monotonic()))
    os.kill(held.pid, signal.SIGCONT)


def the_process_stands_still_for_long(held: Held) -> None:
    """Longer than PostgreSQL keeps a transaction in which nothing happens."""
    os.kill(held.pid, signal.SIGSTOP)
    time.sleep(12)
    os.kill(held.pid, signal.SIGCONT)


def its_line_to_postgres_is_cut(held: Held) -> None:
    """It cuts the line itself, when it comes by."""


def the_disk_is_full(held: Held) -> None:
    """The process meets it when it comes by."""


ACTS: dict[Callable[[Held], None], str] = {its_line_to_postgres_is_cut: "reset", the_disk_is_full: "full"}
EVERYWHERE: list[Callable[[Held], None]] = [
    the_process_is_killed,
    its_connection_is_ended,
    its_backend_is_killed,
    postgres_is_stopped_at_once,
    the_process_stands_still,
    its_line_to_postgres_is_cut,
]


# --- holding ---


@contextmanager
def ordered(
    site: Site, point: str, fault: Callable[[Held], None], meanwhile: Callable[[], Any] = lambda: None
) -> Iterator[Callable[[], Held | None]]:
    """Let the next process that comes by this point wait there. Gives who it is, once it is there."""
    for name in (ORDER, f"{ORDER}-taken", HELD, GO):
        (site.var / name).unlink(missing_ok=True)
    half = site.var / f"{ORDER}-half"
    half.write_text(f"{point} {ACTS.get(fault, 'wait')}")
    half.rename(site.var / ORDER)

    def held() -> Held | None:
        file = site.var / HELD
        return Held(site, **json.loads(file.read_text()), meanwhile=meanwhile) if file.exists() else None

    try:
        yield held
    finally:
        (site.var / GO).touch()


def confirmed_in_trouble(site: Site, person: Visitor, token: OperationToken, point: str, fault: Callable[[Held], None]) -> list[Any]:
    """Confirm and break something at the point; what the person was told, and told again while nothing moved: None for no answer.

    One thread, so that processes can be started beside the request.
    """
    form = {"csrfmiddlewaretoken": CSRF, "fingerprint": token.fingerprint}
    told: list[Any] = []

    async def confirm_and_break() -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{site.port}", cookies=person.client.cookies, timeout=20) as client:
            with ordered(site, point, fault, meanwhile=lambda: told.append(confirmed(person, token))) as look:
                confirming = asyncio.create_task(client.post(f"/operations/{token.uuid}/", data=form))
                while not (held := look()):
                    assert not confirming.done(), f"nobody came by {point!r}: {confirming}"
                    await asyncio.sleep(0.01)
                fault(held)
                held.go_on()
                try:
                    told.append(await confirming)
                except httpx.TransportError:
                    told.append(None)

    asyncio.run(confirm_and_break())
    connection.close()
    return told


def confirmed(person: Visitor, token: OperationToken) -> Answer | None:
    """What the person is told, or None."""
    try:
        return person.confirm(token)
    except OSError:
        return None


def confirmed_at_last(person: Visitor, token: OperationToken) -> Receipt:
    """Post the same form until it is answered as done, and once more: it leads to the same receipt."""
    answer = eventually(lambda: (told := confirmed(person, token)) and told.status_code != 503 and told, within=20)
    assert (answer.status_code, "/receipts/" in answer.url) == (302, True), answer.content
    receipt = token.receipts.get()
    assert person.confirm(token).url == f"/receipts/{receipt.uuid}/?again=1"
    return receipt
