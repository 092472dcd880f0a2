"""People who confirm operations while the portal's processes are killed one after the other, and the account of it.

One thread: the people are coroutines, so that processes can be started again beside them.
"""

import asyncio
import itertools
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg

from accounts.models import OperationToken
from muqeem.processes.child import Child
from tests.factories import ResidentFactory
from tests.live import CSRF, Engines, Site, Visitor, children_of, kill, reviewed


@dataclass
class History:
    """What the people saw. An answer that never came says nothing: the same form is posted again."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    contradicted: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    unknown: int = 0
    seconds: list[float] = field(default_factory=list)


class Person:
    """One person in one coroutine, with tokens that were reviewed beforehand."""

    def __init__(self, site: Site, tokens: int) -> None:
        visitor = Visitor(site, operations=None)
        residents = ResidentFactory.create_batch(tokens, domestic=True, sponsor=visitor.account)
        self.tokens = [reviewed(visitor, resident) for resident in residents]
        self.cookies = visitor.client.cookies
        self.address = f"http://127.0.0.1:{site.port}"

    async def confirm_all(self, history: History, pause: float) -> None:
        async with httpx.AsyncClient(base_url=self.address, cookies=self.cookies, timeout=15) as client:
            for token in self.tokens:
                await self._confirm(client, token, history)
                await self._confirm(client, token, history)  # and once more: the same receipt, whatever happened between
                await asyncio.sleep(pause)

    async def _confirm(self, client: httpx.AsyncClient, token: OperationToken, history: History) -> None:
        while True:
            began = time.monotonic()
            try:
                answer = await client.post(
                    f"/operations/{token.uuid}/", data={"csrfmiddlewaretoken": CSRF, "fingerprint": token.fingerprint}
                )
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == httpx.codes.FOUND and "/receipts/" in answer.headers["Location"]:
                history.seconds.append(time.monotonic() - began)
                receipt = answer.headers["Location"].split("/")[2]
                if history.acknowledged.setdefault(str(token.uuid), receipt) != receipt:
                    history.contradicted.append(str(token.uuid))
                return
            if answer is not None and not (answer.status_code == 503 and "Retry-After" in answer.headers):
                history.unexpected.append(f"{answer.status_code} {answer.headers.get('Location', '')} {answer.text[-400:]}")
                return
            history.unknown += 1
            await asyncio.sleep(0.3)


class Faults:
    """Everything that is killed, in turn. What a supervisor would start again is started again here."""

    def __init__(self, site: Site, web: Child, texts: Child, prints: Child, sweeper: Child) -> None:
        self.engines: Engines = site.engines
        self.database = site.engines.url(site.database)
        self.web, self.texts, self.prints, self.sweeper = web, texts, prints, sweeper
        self.all: list[Callable[[], Any]] = [
            self.a_child_of_the_printing_worker,
            self.a_web_worker,
            self.the_sweeper,
            self.a_backend_asked_to_end,
            self.redis,
            self.the_printing_worker,
            self.a_backend,
            self.a_child_of_the_texting_worker,
            self.all_of_redis_forgotten,
            self.postgres_at_once,
            self.the_texting_worker,
        ]

    async def strike(self, history: History, every: float, end: float) -> None:
        for fault in itertools.cycle(self.all):
            await asyncio.sleep(every)
            if time.monotonic() > end:
                break
            history.faults[fault.__name__] += 1
            fault()
            self.revive()
        await asyncio.sleep(1)
        self.revive()

    def revive(self) -> None:
        for child in (self.engines.postgres, self.engines.redis, self.texts, self.prints, self.sweeper, self.web):
            if child.status() is not None:
                child.start()

    def a_child_of_the_printing_worker(self) -> None:
        self._kill_a_child(self.prints)

    def a_child_of_the_texting_worker(self) -> None:
        self._kill_a_child(self.texts)

    def a_web_worker(self) -> None:
        self._kill_a_child(self.web)

    def the_printing_worker(self) -> None:
        self.prints.kill()

    def the_texting_worker(self) -> None:
        self.texts.kill()

    def the_sweeper(self) -> None:
        self.sweeper.kill()

    def redis(self) -> None:
        self.engines.redis.kill()

    def all_of_redis_forgotten(self) -> None:
        self.engines.forget()

    def a_backend_asked_to_end(self) -> None:
        self._with_a_backend(lambda session, pid: session.execute("SELECT pg_terminate_backend(%s)", [pid]))

    def a_backend(self) -> None:
        self._with_a_backend(lambda session, pid: kill(pid))

    def postgres_at_once(self) -> None:
        os.kill(self.engines.postgres.pid, signal.SIGQUIT)
        deadline = time.monotonic() + 5
        while self.engines.postgres.status() is None and time.monotonic() < deadline:
            time.sleep(0.02)

    def _kill_a_child(self, parent: Child) -> None:
        for pid in children_of(parent.pid)[:1]:
            kill(pid)

    def _with_a_backend(self, strike: Callable[[Any, int], Any]) -> None:
        try:
            with psycopg.connect(self.database, autocommit=True, connect_timeout=2) as session:
                busiest = (
                    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " ORDER BY state = 'idle', random() LIMIT 1"
                )
                if found := session.execute(busiest).fetchone():
                    strike(session, found[0])
        except psycopg.OperationalError:
            pass  # it has gone with the others


def soak(site: Site, *, seconds: float, people: int, each: int, every: float, history: History, **processes: Child) -> History:
    """Let `people` confirm `each` of their tokens in about so many seconds, with a fault every so often."""
    crowd = [Person(site, each) for _ in range(people)]
    faults = Faults(site, **processes)

    async def run() -> None:
        striking = asyncio.create_task(faults.strike(history, every, time.monotonic() + seconds))
        await asyncio.gather(*(person.confirm_all(history, pause=seconds / each * 0.8) for person in crowd))
        await striking

    asyncio.run(run())
    return history
