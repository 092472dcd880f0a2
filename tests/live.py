"""The portal as it runs: engines, web server, workers and sweeper as processes that a test starts, kills and stops.

The engines are the test's own, on Unix sockets in a folder that is thrown away; every test gets a fresh database in
them. The test's own models speak to that database, too, so that factories make people for the running portal.
"""

import http.client
import os
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import environ
import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker
from redis import Redis, RedisError

from accounts.models import Attempt, OperationToken
from muqeem.operations.invariants import violations
from muqeem.operations.judge import verify
from muqeem.operations.models import Print
from muqeem.processes.__main__ import THROW_AWAY, reachable_programs
from muqeem.processes.child import Child
from muqeem.processes.owner import own, servers_owner
from muqeem.processes.postgres import Postgres, new_password
from muqeem.processes.redis import RedisServer
from muqeem.processes.sockets import short_folder
from muqeem.record.models import Demonstration, Message
from residency.models import Resident
from tests.operations.journeys import Person

ROOT = Path(__file__).resolve().parent.parent
CSRF = "c" * 32
T = TypeVar("T")


def eventually(look: Callable[[], T], within: float = 15.0) -> T:
    """What `look` finds, once it finds something."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {within:g} s"
        time.sleep(0.05)
    return found


def note(sentence: str) -> None:
    """Say what was measured; pytest shows it with -s or when the test fails."""
    sys.stdout.write(f"{sentence}\n")


# --- the engines ---


class Engines:
    """PostgreSQL and Redis for these tests alone; a template database, and a fresh copy of it for each test."""

    def __init__(self, folder: Path) -> None:
        owner = servers_owner()
        own(folder, owner)
        self.folder = folder
        self.cluster = Postgres(
            folder / "postgres",
            folder,
            new_password(),
            log=folder / "postgres.log",
            programs=reachable_programs(owner, folder),
            owner=owner,
            settings=THROW_AWAY | {"restart_after_crash": "on"},
        )
        self.cluster.create()
        self.postgres = self.cluster.child()
        self.redis_server = RedisServer(folder, log=folder / "redis.log", owner=owner)
        self.redis = self.redis_server.child()
        self._made = 0

    def url(self, database: str) -> str:
        return self.cluster.url.replace("/muqeem?", f"/{database}?")

    def start(self, *children: Child) -> None:
        """Start these, or all, where they do not run, and wait until they answer."""
        for child in children or (self.postgres, self.redis):
            if child.status() is not None or not child.started_at:
                child.start()
            eventually(child.ready)

    def stop(self) -> None:
        for child in (self.redis, self.postgres):
            stop(child)

    def restart(self, signum: int) -> None:
        """Stop PostgreSQL with a signal of its own and start it again."""
        os.kill(self.postgres.pid, signum)
        eventually(lambda: self.postgres.status() is not None)
        self.start(self.postgres)

    def forget(self) -> None:
        """Empty Redis."""
        with suppress(RedisError), Redis(unix_socket_path=str(self.redis_server.socket), socket_timeout=2) as client:
            client.flushall()

    def fresh_database(self) -> str:
        """A copy of the migrated template."""
        self._made += 1
        name = f"live_{self._made}"
        with psycopg.connect(self.cluster.url.replace("/muqeem?", "/postgres?"), autocommit=True) as session:
            session.execute(f"CREATE DATABASE {name} TEMPLATE muqeem STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        with psycopg.connect(self.cluster.url.replace("/muqeem?", "/postgres?"), autocommit=True) as session:
            session.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def stop(child: Child, within: float = 25.0) -> None:
    """Ask it to stop, and end it if it does not."""
    if not child.started_at:
        return
    child.ask_to_stop()
    deadline = time.monotonic() + within
    while child.status() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    child.kill()


@contextmanager
def speaking_to(url: str) -> Iterator[None]:
    """Let the models of this process speak to another database for a while."""
    ours = dict(connection.settings_dict)
    theirs = environ.Env.db_url_config(url)
    connection.close()
    connection.settings_dict.update(
        {name: theirs[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
        | {"OPTIONS": ours["OPTIONS"] | theirs.get("OPTIONS", {}), "CONN_HEALTH_CHECKS": True}
    )
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(ours)


@pytest.fixture(scope="session")
def engines(django_db_blocker: DjangoDbBlocker) -> Iterator[Engines]:
    with short_folder() as folder:
        made = Engines(folder)
        try:
            made.start()
            with django_db_blocker.unblock(), speaking_to(made.cluster.url):
                call_command("migrate", verbosity=0)
                Demonstration.objects.get_or_create()
            yield made
        finally:
            made.stop()


# --- the portal beside them ---


class Site:
    """One portal on a database of its own: its processes, started by name."""

    def __init__(self, engines: Engines, database: str, var: Path) -> None:
        self.engines = engines
        self.database = database
        self.var = var
        self.port = 0
        self.children: list[Child] = []

    def child(self, name: str, *command: str, hooks: str = "", ready: Callable[[], bool] | None = None, **variables: str) -> Child:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings_live",
            "DATABASE_URL": self.engines.url(self.database),
            "REDIS_URL": self.engines.redis_server.url,
            "MUQEEM_VAR": str(self.var),
            "LIVE_HOOKS": hooks,
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore",
        }
        child = Child(
            name,
            [sys.executable, *command],
            environment=environment | variables,
            directory=ROOT,
            log=self.var / f"{name}.log",
            ready=ready,
        )
        self.children.append(child)
        child.start()
        return child

    def web(self, *, workers: int = 2, threads: int = 16, hooks: str = "", **variables: str) -> Child:
        """gunicorn with sixteen threads in each worker, so that many are served at the same moment; with one as in `make run`."""
        self.port = free_port()
        return self.until_ready(
            self.child(
                "web", "-m", "gunicorn", "muqeem.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", str(workers),
                "--threads", str(threads), "--timeout", "30", "--graceful-timeout", "3", "--no-control-socket", "--preload",
                hooks=hooks, ready=self.answers, **variables,
            )
        )  # fmt: skip

    def worker(self, queue: str, *, processes: int = 2, hooks: str = "", **variables: str) -> Child:
        """A Celery worker of one queue. It takes hints as soon as it is up."""
        return self.child(
            queue, "-m", "celery", "--skip-checks", "-A", "muqeem", "worker", "-Q", queue, "-n", f"{queue}@live",
            "--concurrency", str(processes), "--loglevel", "INFO", "--without-gossip", "--without-mingle",
            hooks=hooks, **variables,
        )  # fmt: skip

    def sweeper(self, *, hooks: str = "", **variables: str) -> Child:
        return self.child("sweeper", "manage.py", "sweep", hooks=hooks, **variables)

    def provider(self) -> str:
        """A provider of texts, which keeps its own log; its address."""
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        self.until_ready(
            self.child("provider", "-m", "tests.chaos.provider", str(port), str(self.var / "provider.log"), ready=lambda: _listens(port))
        )
        return address

    def until_ready(self, child: Child, within: float = 30.0) -> Child:
        deadline = time.monotonic() + within
        while not child.ready():
            assert child.status() is None, child.last_words(40)
            assert time.monotonic() < deadline, child.last_words(40)
            time.sleep(0.05)
        return child

    def until_up(self, worker: Child) -> Child:
        """Wait until a Celery worker takes tasks."""
        assert worker.log
        eventually(lambda: " ready." in worker.last_words(200), 40)
        return worker

    def answers(self) -> bool:
        with suppress(OSError, http.client.HTTPException):
            return Browser(self.port).get("/healthz").status_code == 200
        return False

    def stop(self) -> None:
        for child in reversed(self.children):
            child.ask_to_stop()
        deadline = time.monotonic() + 8
        while any(child.status() is None for child in self.children) and time.monotonic() < deadline:
            time.sleep(0.05)
        for child in self.children:
            child.kill()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def site(engines: Engines, django_db_blocker: DjangoDbBlocker, settings: Any) -> Iterator[Site]:
    engines.start()
    name = engines.fresh_database()
    var = engines.folder / name
    var.mkdir()
    settings.MEDIA_ROOT = var / "prints"
    made = Site(engines, name, var)
    try:
        with django_db_blocker.unblock(), speaking_to(engines.url(name)):
            yield made
    finally:
        made.stop()
        for child in made.children:
            note(f"--- {child.name}\n{child.last_words()[-3000:]}")
        engines.start()
        engines.drop(name)
        shutil.rmtree(var)


# --- people ---


@dataclass(frozen=True)
class Answer:
    """What the server said, under the names of Django's test client."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes
    seconds: float

    @property
    def url(self) -> str:
        return self.headers.get("Location", "")


class Browser:
    """Real HTTP with a session and the proof of origin; usable in any thread, follows nothing, remembers nothing."""

    def __init__(self, port: int, session: str = "", timeout: float = 30.0) -> None:
        self.port = port
        self.cookies = {"csrf": CSRF} | ({"session": session} if session else {})
        self.timeout = timeout

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, data: Mapping[str, Any] | None = None) -> Answer:
        return self._ask("POST", path, urlencode({"csrfmiddlewaretoken": CSRF, **(data or {})}))

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Connection": "close"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.monotonic()
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            return Answer(answer.status, dict(answer.headers), answer.read(), time.monotonic() - began)
        finally:
            line.close()


class Visitor(Person):
    """A person whose steps go through the running web server."""

    def __init__(self, site: Site, **named: Any) -> None:
        super().__init__(**named)
        self.client: Any = Browser(site.port, self.client.cookies["session"].value)


def reviewed(person: Person, resident: Resident | None = None) -> OperationToken:
    """A token at its last step, without waiting the minute between two codes."""
    Attempt.objects.filter(kind=Attempt.Kind.SEND).delete()
    token = OperationToken.begin(person.user, "iqama-renewal", person.account)
    token.try_code(person.code(token))
    verify(token, {"iqama_number": (resident or person.resident).iqama_number, "months": "12"})
    token.refresh_from_db()
    assert token.fingerprint
    return token


def released_together(deeds: Sequence[Callable[[], T]]) -> list[T]:
    """Do all of them at the same moment, each in a thread of its own."""
    barrier = threading.Barrier(len(deeds))

    def wait_and_do(deed: Callable[[], T]) -> T:
        barrier.wait(30)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(wait_and_do, deeds))


# --- what must hold ---


def broken() -> list[str]:
    """Every promise that the database or its files break."""
    return [str(violation) for violation in violations(files=True)]


def whole(site: Site) -> list[str]:
    """What is not as it must be once everything was done: promises broken, pages made twice or not at all."""
    files = list((site.var / "prints").rglob("*.pdf"))
    twice = [] if len(files) == Print.objects.exclude(rendered_at=None).count() else [f"{len(files)} files"]
    return broken() + twice + [f"failed: {row.error}" for row in (*Print.objects.stuck(), *Message.objects.stuck())]


def waiting() -> int:
    """How many texts and pages wait in the outboxes."""
    return Message.objects.filter(sent_at=None, failed_at=None).count() + Print.objects.filter(rendered_at=None, failed_at=None).count()


def drained() -> bool:
    """Whether both outboxes are empty."""
    return not waiting()


def revive(*children: Child) -> None:
    """Start again what has ended, as a supervisor would."""
    for child in children:
        if child.status() is not None:
            child.start()


def until_drained(*children: Child, patience: float = 60.0) -> None:
    """Wait until both outboxes are empty, as long as they shrink: how fast a machine is, is no promise. The children stay alive."""
    fewest, since = waiting(), time.monotonic()
    while fewest:
        time.sleep(0.1)
        revive(*children)
        if (now := waiting()) < fewest:
            fewest, since = now, time.monotonic()
        assert time.monotonic() - since < patience, f"{fewest} texts and pages, and none fewer for {patience:g} s"


def kill(pid: int) -> None:
    """kill -9, by number."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def children_of(pid: int) -> list[int]:
    """The living children of a process."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state != "Z" and int(parent) == pid:
                    found.append(int(entry.name))
    return sorted(found)
