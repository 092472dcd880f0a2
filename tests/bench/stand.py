"""The portal as `make run` starts it, on a register of some size, and what its processes cost."""

import io
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.core.management import call_command

from muqeem.processes.child import Child
from tests.live import Browser, children_of, eventually, free_port, speaking_to, stop, until_drained

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


def url_of(database: str) -> str:
    """The address of another database of the same server."""
    return os.environ["DATABASE_URL"].replace("/muqeem?", f"/{database}?")


@contextmanager
def register(residents: int) -> Iterator[str]:
    """A register of so many invented people, made when it is first asked for; the models of this process speak to it."""
    name = f"residents_{residents}"
    with psycopg.connect(url_of("muqeem"), autocommit=True) as session:
        made = session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not made:
            session.execute(f"CREATE DATABASE {name}")
    with speaking_to(url_of(name)):
        if not made:
            call_command("migrate", verbosity=0)
            call_command("demo", residents=residents, stdout=io.StringIO())
        yield url_of(name)


def settle(url: str) -> None:
    """Do now what the autovacuum would do in the middle of a measurement."""
    with psycopg.connect(url, autocommit=True) as session:
        session.execute("VACUUM ANALYZE")


@contextmanager
def portal(url: str, postgres: Child) -> Iterator["Stand"]:
    """Web server, workers, beat and sweeper, started by `manage.py run` and nothing else."""
    port = free_port()
    var = Path(os.environ["MUQEEM_VAR"])
    child = Child(
        "portal",
        [sys.executable, "manage.py", "run"],
        environment=os.environ | {"DATABASE_URL": url, "PORT": str(port)},
        directory=ROOT,
        log=var.with_name(f"portal-{port}.log"),
        grace=40.0,
    )
    child.start()
    try:
        stand = Stand(port, child, postgres)
        stand.until_up()
        yield stand
    finally:
        stop(child, within=40.0)


@dataclass(frozen=True)
class Cost:
    """Seconds of processor time: of the web server, of the database, and of this process."""

    web: float
    database: float
    load: float

    def __sub__(self, before: "Cost") -> "Cost":
        return Cost(*(now - then for now, then in zip(vars(self).values(), vars(before).values(), strict=True)))


class Stand:
    """The running portal."""

    def __init__(self, port: int, child: Child, postgres: Child) -> None:
        self.port = port
        self.child = child
        self.postgres = postgres

    def until_up(self) -> None:
        def up() -> bool:
            assert self.child.status() is None, self.child.last_words(40)
            return "The portal is at" in self.child.last_words(5)

        eventually(up, 120)
        eventually(lambda: Browser(self.port).get("/healthz").status_code == 200)

    def cost(self, web: Child | None = None) -> Cost:
        """What all processes used since they were started, those included that have ended; of another web server, if named."""
        server = web.pid if web else next(pid for pid in children_of(self.child.pid) if "gunicorn" in _command(pid))
        own = os.times()
        return Cost(_used(server), _used(self.postgres.pid), own.user + own.system)

    def rest(self) -> None:
        """Wait until every text is sent and every page is printed."""
        until_drained()
        time.sleep(1)


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def _used(pid: int) -> float:
    """Seconds of a process, its living descendants and its dead children."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, stat[11:15])) / TICKS + sum(map(_used, children_of(pid)))
