"""The whole portal on one machine, and its workers alone for the others."""

import fcntl
import hashlib
import http.client
import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from muqeem.processes import CannotStart, environment
from muqeem.processes.child import Child
from muqeem.processes.owner import demand_reach, own, servers_owner
from muqeem.processes.postgres import Postgres, binaries, new_password
from muqeem.processes.redis import RedisServer
from muqeem.processes.sockets import socket_folder
from muqeem.processes.supervisor import Stopped, Supervisor, say

LOG_LIMIT = 10_000_000  # bytes; a longer log is put aside at the next start
PROCESSORS = os.cpu_count() or 1


class Portal:
    """The processes of the portal in `base`, with their data in `var`."""

    def __init__(self, base: Path, var: Path, port: int, surroundings: Mapping[str, str], tell: Callable[[str], None] = say) -> None:
        self.base = base
        self.var = var.resolve()
        self.port = port
        self.variables = {**surroundings, "MUQEEM_VAR": str(self.var), "PYTHONUNBUFFERED": "1"}
        self.tell = tell
        self.logs: Path | None = None

    def run(self) -> None:
        """Engines, tables, people, servers: until told to stop."""
        with ExitStack() as stack:
            self._move_in()
            stack.enter_context(only_one(self.var))
            demand_free(self.port)
            self.logs = self.var / "log"
            self.logs.mkdir(mode=0o700, exist_ok=True)
            supervisor = stack.enter_context(Supervisor(self.tell))
            kept = environment.read(self.var / "env")
            if self.variables.get("DATABASE_URL") == kept.get("DATABASE_URL"):
                # Our own settings have read that file into our environment; what it says was asked for by nobody.
                self.variables = {name: value for name, value in self.variables.items() if kept.get(name) != value}
            demonstration = "DATABASE_URL" not in self.variables or self.variables.get("DEMO", "").lower() in {"1", "true", "yes", "on"}
            if demonstration:
                self._start_engines(supervisor, stack.enter_context(socket_folder(self.var / "run")), kept)
            self._manage(supervisor, "migrate", "--noinput")
            self._collect_static_files(supervisor)
            people = self._manage(supervisor, "demo") if demonstration else ""
            supervisor.start(self._beat(), self._sweeper(), *self._workers())
            supervisor.start(self._web(), within=60)
            here = f"http://127.0.0.1:{self.port}"
            site = self.variables.get("SITE_URL", here)
            self.tell(
                f"{people}\nThe portal is at {site}{'' if site == here else f', here at {here}'}\n"
                f"Data, keys and logs are in {self.var}. Ctrl-C stops everything; the data stay."
            )
            self._watch(supervisor)

    def run_workers(self) -> None:
        """What sends texts and prints pages, with the engines that the environment names: until told to stop."""
        self._move_in()
        with Supervisor(self.tell) as supervisor:
            self._manage(supervisor, "check")
            supervisor.start(self._sweeper(), *self._workers())
            self.tell("The workers and the sweeper are running. Ctrl-C stops them.")
            self._watch(supervisor)

    def _watch(self, supervisor: Supervisor) -> None:
        try:
            supervisor.watch()
        except Stopped:
            self.tell("Stopping.")

    def _move_in(self) -> None:
        """Make the data folder and, if we are root, stop being it."""
        os.umask(0o077)
        owner = servers_owner()
        if owner:
            demand_reach(owner, self.base, binaries())
        own(self.var, owner)
        if owner:
            owner.become()
            self.variables |= {"HOME": str(self.var), "USER": owner.name, "LOGNAME": owner.name}

    def _start_engines(self, supervisor: Supervisor, sockets: Path, kept: dict[str, str]) -> None:
        """Start the engines that the environment does not name, and keep the keys and addresses of a demonstration."""
        assert self.logs is not None
        file = self.var / "env"
        data = self.var / "postgres"
        if data.exists() and not kept:
            raise CannotStart(
                f"{file}, which holds the keys to the data in {self.var}, is missing: put it back, or remove {self.var} to begin anew."
            )
        variables = environment.fresh() | {"POSTGRES_PASSWORD": new_password()} | kept
        postgres = Postgres(data, sockets, variables["POSTGRES_PASSWORD"], log=self._log("postgres"))
        redis = RedisServer(sockets, log=self._log("redis"))
        variables |= {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url, "SITE_URL": f"http://127.0.0.1:{self.port}"}
        environment.write(file, variables)
        if "DATABASE_URL" not in self.variables:
            postgres.create()
            supervisor.start(postgres.child())
        if "REDIS_URL" not in self.variables:
            supervisor.start(redis.child())
        self.variables = variables | self.variables

    def _collect_static_files(self, supervisor: Supervisor) -> None:
        """Bring styles and fonts to where the web server looks; it compresses them, so only when one of them changed."""
        sources = [self.base / "uv.lock", *sorted((self.base / "static").rglob("*"))]
        states = ((path, path.stat()) for path in sources)
        found = hashlib.sha256("".join(f"{path} {state.st_size} {state.st_mtime_ns}\n" for path, state in states).encode()).hexdigest()
        collected = self.var / "static.sources"
        if not collected.exists() or collected.read_text() != found:
            self._manage(supervisor, "collectstatic", "--noinput", "--clear")
            collected.write_text(found)

    def _manage(self, supervisor: Supervisor, command: str, *arguments: str) -> str:
        """Run one of the portal's own commands to its end and return what it said."""
        child = self._child(command, "manage.py", command, *arguments)
        if child.log:
            child.log.write_bytes(b"")
        if supervisor.run(child):
            raise CannotStart(f"manage.py {command} failed.\n{child.last_words(60)}".rstrip())
        return child.log.read_text() if child.log else ""

    def _child(self, name: str, *command: str, **options: Any) -> Child:
        return Child(name, [sys.executable, *command], environment=self.variables, directory=self.base, log=self._log(name), **options)

    def _log(self, name: str) -> Path | None:
        if self.logs is None:
            return None
        log = self.logs / f"{name}.log"
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        return log

    def _web(self) -> Child:
        processes = self.variables.get("WEB_CONCURRENCY", str(min(2 * PROCESSORS, 8)))
        return self._child(
            "web", "-m", "gunicorn", "muqeem.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", processes, "--preload",
            "--timeout", "30", "--graceful-timeout", "8", "--max-requests", "10000", "--max-requests-jitter", "1000",
            "--no-control-socket", "--logger-class", "muqeem.server_log.ServerLog",
            ready=lambda: _answers(self.port),
        )  # fmt: skip

    def _workers(self) -> list[Child]:
        return [self._worker("texts", 2), self._worker("prints", min(PROCESSORS, 8))]

    def _worker(self, queue: str, processes: int) -> Child:
        # Its stop waits for the task at hand; none takes longer than 20 s, and one that is killed comes again.
        # On a machine that they share, screens come before paper.
        return self._child(
            queue, "-m", "celery", "--skip-checks", "-A", "muqeem", "worker", "-Q", queue, "-n", f"{queue}@%h",
            "--concurrency", str(processes), "--loglevel", "INFO", "--without-gossip", "--without-mingle",
            grace=22.0, niceness=5,
        )  # fmt: skip

    def _beat(self) -> Child:
        return self._child("beat", "-m", "celery", "--skip-checks", "-A", "muqeem", "beat", "--loglevel", "INFO")

    def _sweeper(self) -> Child:
        return self._child("sweeper", "manage.py", "sweep")


@contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold the data folder's lock; the kernel gives it back however we end."""
    with (var / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStart(
                f"The portal with its data in {var} is already running (process {lock.read().strip()}): stop that one, "
                "or give this one data of its own with MUQEEM_VAR."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def demand_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotStart(f"Port {port} cannot be had ({error.strerror}): free it, or choose another with PORT.") from None


def _answers(port: int) -> bool:
    """Whether the web server answers and is not broken."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
