"""Everything that is killed, stopped, emptied or troubled, in turn. What a supervisor would start again is started again here."""

import asyncio
import itertools
import os
import signal
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import httpx
import psycopg
from redis import Redis, RedisError

from muqeem.processes.child import Child
from tests.chaos.history import History
from tests.live import Site, children_of, kill, revive

QUEUES = ("muqeem:texts", "muqeem:prints")
Aftermath = Coroutine[Any, Any, None]


class Faults:
    """The running portal, and what may happen to it."""

    def __init__(self, site: Site, *, web: Child, texts: Child, prints: Child, sweeper: Child, provider: str, freeze: float) -> None:
        self.engines = site.engines
        self.database = site.engines.url(site.database)
        self.web, self.texts, self.prints, self.sweeper = web, texts, prints, sweeper
        self.provider = provider
        self.freeze = freeze  # seconds
        self.all: list[Callable[[], Aftermath | None]] = [
            self.a_child_of_the_printing_worker_is_killed,
            self.a_web_worker_is_killed,
            self.the_provider_loses_its_answers,
            self.a_connection_of_postgres_is_ended,
            self.redis_is_killed,
            self.the_sweeper_is_killed,
            self.the_web_server_is_told_to_reload,
            self.the_printing_worker_is_killed,
            self.a_backend_of_postgres_is_killed,
            self.the_provider_fails,
            self.a_child_of_the_texting_worker_is_killed,
            self.redis_is_emptied,
            self.postgres_is_stopped_at_once,
            self.every_hint_is_doubled,
            self.the_texting_worker_is_killed,
            self.the_web_server_is_killed,
            self.redis_stands_still,
            self.the_provider_hangs,
        ]
        self._next = itertools.cycle(self.all)

    async def strike(self, history: History, every: float, end: float) -> None:
        """One after the other until the end, and what must be undone afterwards."""
        aftermaths = []
        while time.monotonic() + every < end:
            await asyncio.sleep(every)
            fault = next(self._next)
            history.struck(fault.__name__)
            if aftermath := fault():
                aftermaths.append(asyncio.create_task(aftermath))
            self.revive()
        await asyncio.gather(*aftermaths)

    async def tend(self) -> None:
        """Start again what ends, for ever."""
        while True:
            await asyncio.sleep(0.5)
            self.revive()

    def revive(self) -> None:
        revive(self.engines.postgres, self.engines.redis, self.texts, self.prints, self.sweeper, self.web)

    # --- the portal ---

    def a_web_worker_is_killed(self) -> None:
        self._kill_a_child(self.web)

    def the_web_server_is_killed(self) -> None:
        self.web.kill()

    def the_web_server_is_told_to_reload(self) -> None:
        os.kill(self.web.pid, signal.SIGHUP)

    def a_child_of_the_printing_worker_is_killed(self) -> None:
        self._kill_a_child(self.prints)

    def a_child_of_the_texting_worker_is_killed(self) -> None:
        self._kill_a_child(self.texts)

    def the_printing_worker_is_killed(self) -> None:
        self.prints.kill()

    def the_texting_worker_is_killed(self) -> None:
        self.texts.kill()

    def the_sweeper_is_killed(self) -> None:
        self.sweeper.kill()

    # --- Redis ---

    def redis_is_killed(self) -> None:
        self.engines.redis.kill()

    def redis_is_emptied(self) -> None:
        self.engines.forget()

    def redis_stands_still(self) -> Aftermath:
        pid = self.engines.redis.pid
        os.kill(pid, signal.SIGSTOP)

        async def move_again() -> None:
            await asyncio.sleep(self.freeze)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

        return move_again()

    def every_hint_is_doubled(self) -> None:
        """As a broker delivers again what it believes was lost."""
        with suppress(RedisError), Redis(unix_socket_path=str(self.engines.redis_server.socket), socket_timeout=1) as client:
            for queue in QUEUES:
                if hints := client.lrange(queue, 0, -1):
                    client.rpush(queue, *hints)

    # --- PostgreSQL ---

    def a_connection_of_postgres_is_ended(self) -> None:
        self._with_a_backend(lambda session, pid: session.execute("SELECT pg_terminate_backend(%s)", [pid]))

    def a_backend_of_postgres_is_killed(self) -> None:
        self._with_a_backend(lambda session, pid: kill(pid))

    def postgres_is_stopped_at_once(self) -> None:
        os.kill(self.engines.postgres.pid, signal.SIGQUIT)
        deadline = time.monotonic() + 5
        while self.engines.postgres.status() is None and time.monotonic() < deadline:
            time.sleep(0.02)

    # --- the provider ---

    def the_provider_fails(self) -> None:
        self._trouble("fail")

    def the_provider_hangs(self) -> None:
        self._trouble("hang")

    def the_provider_loses_its_answers(self) -> None:
        self._trouble("lose")

    # --- means ---

    def _kill_a_child(self, parent: Child) -> None:
        for pid in children_of(parent.pid)[:1]:
            kill(pid)

    def _trouble(self, what: str) -> None:
        httpx.post(f"{self.provider}/trouble", json={"what": what, "seconds": 1.0})

    def _with_a_backend(self, strike: Callable[[Any, int], Any]) -> None:
        with suppress(psycopg.OperationalError), psycopg.connect(self.database, autocommit=True, connect_timeout=2) as session:
            busiest = (
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " ORDER BY state = 'idle', random() LIMIT 1"
            )
            if found := session.execute(busiest).fetchone():
                strike(session, found[0])
