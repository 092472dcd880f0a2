"""The portal's processes, for real: engines are started, killed and looked for among the machine's processes."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

import psycopg
import pytest
from redis import Redis

from muqeem.processes import CannotStart, environment, supervisor
from muqeem.processes.__main__ import main, reachable_programs
from muqeem.processes.child import Child
from muqeem.processes.owner import demand_reach, own, servers_owner
from muqeem.processes.portal import demand_free, only_one
from muqeem.processes.postgres import Postgres, new_password, stage
from muqeem.processes.redis import RedisServer
from muqeem.processes.sockets import short_folder, socket_folder
from muqeem.processes.supervisor import Stopped, Supervisor

ROOT = Path(__file__).resolve().parent.parent.parent
WAITING = ["sleep", "600"]

T = TypeVar("T")


def parents() -> dict[int, int]:
    """Every living process and its parent."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):  # it ended while we looked
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state != "Z":
                    found[int(entry.name)] = int(parent)
    return found


def descendants(pid: int) -> set[int]:
    family = parents()
    found = {pid}
    while grown := {child for child, parent in family.items() if parent in found} - found:
        found |= grown
    return found - {pid}


def named(name: str, pids: set[int]) -> list[int]:
    found = []
    for pid in sorted(pids):
        with suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_text().strip() == name:
                found.append(pid)
    return found


def eventually(look: Callable[[], T], within: float = 15.0) -> T:
    """What `look` finds, once it finds something."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {within:g} s"
        time.sleep(0.05)
    return found


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the servers' owner can reach; pytest's own is closed to him when root runs the tests."""
    with short_folder() as folder:
        own(folder, servers_owner())
        yield folder


@pytest.fixture(scope="module")
def cluster() -> Iterator[Postgres]:
    owner = servers_owner()
    with short_folder() as folder:
        own(folder, owner)
        made = Postgres(
            folder / "postgres",
            folder,
            new_password(),
            log=folder / "postgres.log",
            programs=reachable_programs(owner, folder),
            owner=owner,
            settings={"fsync": "off"},
        )
        made.create()
        yield made


class Engines(NamedTuple):
    keeper: Supervisor
    postgres: Postgres
    postgres_child: Child
    redis: RedisServer


@pytest.fixture
def engines(cluster: Postgres) -> Iterator[Engines]:
    redis = RedisServer(cluster.sockets, log=cluster.sockets / "redis.log", owner=cluster.owner)
    child = cluster.child()
    with Supervisor() as keeper:
        keeper.start(child, redis.child())
        yield Engines(keeper, cluster, child, redis)


@pytest.fixture
def beside_engines() -> Iterator[subprocess.Popen[bytes]]:
    """A command running beside engines of its own, as `make test` runs the tests."""
    running = subprocess.Popen([sys.executable, "-m", "muqeem.processes", *WAITING], cwd=ROOT, start_new_session=True)
    try:
        eventually(lambda: named("sleep", descendants(running.pid)))
        yield running
    finally:
        running.terminate()
        running.wait(20)


def data_folder(pid: int) -> Path:
    """Where the engines below this process keep their data."""
    return Path(f"/proc/{named('postgres', descendants(pid))[0]}/cwd").readlink().parent


def test_the_database_demands_its_password_and_nobody_is_its_superuser(engines: Engines) -> None:
    postgres = engines.postgres
    with psycopg.connect(postgres.url) as connection:
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)

    for wrong in (
        postgres.url.replace(postgres.password, new_password()),
        postgres.url.replace(f":{postgres.password}", ""),
        postgres.url.replace("//muqeem:", "//postgres:"),
    ):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(wrong, passfile="/dev/null")


def test_the_engines_open_no_port_and_their_folders_and_sockets_are_closed(engines: Engines) -> None:
    postgres, redis = engines.postgres, engines.redis
    with psycopg.connect(postgres.url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
    with Redis.from_url(redis.url) as connection:
        assert connection.config_get("port") == {"port": "0"}
        assert connection.config_get("appendonly") == {"appendonly": "no"}

    for path in (postgres.sockets, postgres.data, postgres.sockets / ".s.PGSQL.5432", redis.socket):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path


def test_a_cluster_is_made_once_and_one_of_another_version_is_left_alone(place: Path) -> None:
    data = place / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("17\n")

    with pytest.raises(CannotStart, match="PostgreSQL 17's and this is 18"):
        Postgres(data, place, new_password(), log=place / "log").create()
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_told_to_stop_it_leaves_no_process_and_no_folder(beside_engines: subprocess.Popen[bytes]) -> None:
    family = descendants(beside_engines.pid)
    folder = data_folder(beside_engines.pid)
    assert len(named("postgres", family)) > 1
    assert named("redis-server", family)

    beside_engines.terminate()

    assert beside_engines.wait(15) == 130
    assert not family & parents().keys()
    assert not folder.exists()


def test_killed_without_a_word_it_leaves_no_process(beside_engines: subprocess.Popen[bytes]) -> None:
    family = descendants(beside_engines.pid)
    folder = data_folder(beside_engines.pid)
    assert len(family) > 3

    beside_engines.kill()

    eventually(lambda: not family & parents().keys())
    shutil.rmtree(folder)


def test_a_command_has_engines_and_settings_of_its_own_and_its_status_is_ours(tmp_path: Path) -> None:
    seen = tmp_path / "seen"

    assert main(["sh", "-c", f"env > {seen}; exit 7"]) == 7

    variables = environment.read(seen)
    assert variables["DATABASE_URL"] != os.environ["DATABASE_URL"]
    assert variables["DEMO"] == "1"
    assert not Path(variables["MUQEEM_VAR"]).parent.exists()


def test_a_killed_engine_is_there_again_with_its_data(engines: Engines) -> None:
    with psycopg.connect(engines.postgres.url) as connection:
        connection.execute("CREATE TABLE kept ()")
    first = engines.postgres_child.pid

    os.kill(first, signal.SIGKILL)
    eventually(lambda: not engines.postgres.answers())
    engines.keeper.run(Child("a while", ["sleep", "1.5"]))

    eventually(engines.postgres.answers)
    assert engines.postgres_child.pid != first
    with psycopg.connect(engines.postgres.url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_child_that_dies_is_started_again_and_this_is_told() -> None:
    told: list[str] = []
    child = Child("sleeper", WAITING)
    with Supervisor(told.append) as keeper:
        keeper.start(child)
        first = child.pid
        os.kill(first, signal.SIGKILL)
        keeper.run(Child("a while", ["sleep", "1"]))

        assert child.pid != first
        assert child.status() is None
    assert told == ["sleeper ended (killed by SIGKILL); it starts again in 0.5 s"]


def test_a_child_that_always_dies_waits_longer_each_time_and_is_then_given_up(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "FIRST_DELAY", 0.01)
    told: list[str] = []
    hopeless = Child("hopeless", ["sh", "-c", "echo no such table; exit 3"], log=place / "log", ready=lambda: False)

    with Supervisor(told.append) as keeper, pytest.raises(CannotStart, match=r"^hopeless does not start\.\nno such table\n"):
        keeper.start(hopeless)

    assert [sentence.rpartition("in ")[2] for sentence in told] == ["0.01 s", "0.02 s", "0.04 s", "0.08 s", "0.16 s"]
    assert "exit status 3" in told[0]


def test_children_stop_in_the_opposite_order(place: Path) -> None:
    log = place / "log"
    telling = 'trap "echo $0; exit" TERM; echo up; sleep 600 & wait'

    def child(name: str) -> Child:
        return Child(name, ["sh", "-c", telling, name], log=log, ready=lambda: log.read_text().count("up") > 0)

    with Supervisor() as keeper:
        for name in ("database", "worker", "web"):
            log.write_text("")
            keeper.start(child(name))
        log.write_text("")

    assert log.read_text().split() == ["web", "worker", "database"]


def test_a_child_that_does_not_listen_is_killed_with_all_it_started(place: Path) -> None:
    log = place / "log"
    deaf = Child("deaf", ["sh", "-c", 'trap "" TERM; sleep 600 & echo up; wait'], log=log, grace=0.3, ready=lambda: "up" in log.read_text())
    with Supervisor() as keeper:
        keeper.start(deaf)
        family = {deaf.pid, *descendants(deaf.pid)}
        assert len(family) == 2

    assert not family & parents().keys()


def test_what_a_dead_child_left_behind_does_not_stay(place: Path) -> None:
    log = place / "log"
    child = Child("master", ["sh", "-c", "sleep 600 & echo up; wait"], log=log, ready=lambda: "up" in log.read_text())
    with Supervisor(lambda sentence: None) as keeper:
        keeper.start(child)
        (left_behind,) = descendants(child.pid)

        os.kill(child.pid, signal.SIGKILL)
        eventually(lambda: child.status() is not None)

        eventually(lambda: left_behind not in parents())


def test_a_second_start_on_the_same_data_is_refused_in_a_sentence(place: Path) -> None:
    with only_one(place), pytest.raises(CannotStart, match=rf"already running \(process {os.getpid()}\)"), only_one(place):
        pass
    with only_one(place):
        pass


def test_a_port_in_use_is_refused_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(CannotStart, match=f"^Port {port} cannot be had .*choose another with PORT"):
            demand_free(port)
    demand_free(port)


def test_a_folder_too_deep_for_sockets_has_them_in_a_short_one_for_us_alone(place: Path) -> None:
    deep = place / ("d" * 100)
    deep.mkdir()
    with socket_folder(deep / "run") as folder, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / ".s.PGSQL.5432"))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert list(deep.iterdir()) == []
    assert not folder.exists()

    with socket_folder(place / "run") as folder:
        assert folder == place / "run"
    assert folder.exists()


def test_keys_are_kept_for_their_owner_alone(place: Path) -> None:
    file = place / "env"
    first = environment.fresh()
    environment.write(file, first)

    assert environment.read(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not environment.fresh().items() & {(name, first[name]) for name in ("SECRET_KEY", "CODE_KEY", "SEAL_KEY")}

    written_at = file.stat().st_mtime_ns
    environment.write(file, first)
    assert file.stat().st_mtime_ns == written_at


def test_a_data_folder_of_somebody_else_is_refused() -> None:
    with pytest.raises(CannotStart, match="belongs to another user"):
        own(Path("/usr"), servers_owner())


def test_a_data_folder_whose_parent_is_missing_is_refused_and_nothing_is_made(place: Path) -> None:
    with pytest.raises(CannotStart, match="MUQEEM_VAR"):
        own(place / "no" / "var", None)
    assert not (place / "no").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as somebody else")
def test_the_servers_user_reaches_only_what_is_open(tmp_path: Path) -> None:
    owner = servers_owner()
    assert owner is not None
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    assert owner.obstacle(Path("/usr/bin/env"), "x") is None
    assert owner.obstacle(closed / "clone" / "manage.py") in {closed, *closed.parents}
    with pytest.raises(CannotStart, match="set MUQEEM_VAR"):
        own(closed / "var", owner)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as somebody else")
def test_a_clone_or_a_python_out_of_reach_is_refused_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = servers_owner()
    assert owner is not None
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(CannotStart, match=r"cannot enter .* move this clone to a folder open to everybody"):
        demand_reach(owner, closed, Path("/usr/bin"))

    with short_folder() as place:
        place.chmod(0o755)
        (place / "manage.py").touch()
        monkeypatch.setattr(sys, "executable", "/bin/sh")
        demand_reach(owner, place, Path("/usr/bin"))
        monkeypatch.setattr(sys, "executable", str(closed / "python"))
        with pytest.raises(CannotStart, match="where this Python is: install the system's python3"):
            demand_reach(owner, place, Path("/usr/bin"))


def test_programs_copied_out_of_a_closed_clone_find_their_libraries(tmp_path: Path) -> None:
    programs = stage(tmp_path)

    for program in ("initdb", "postgres"):
        said = subprocess.run([programs / program, "--version"], capture_output=True, text=True, check=True).stdout
        assert "(PostgreSQL) 18." in said


def test_told_to_stop_while_a_command_runs_it_stops_the_command() -> None:
    command = Child("command", WAITING)
    telling = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM))
    with Supervisor() as keeper:
        telling.start()
        with pytest.raises(Stopped):
            keeper.run(command)

    assert command.status() == -signal.SIGTERM


def test_told_twice_to_stop_it_waits_for_nobody(place: Path) -> None:
    log = place / "log"
    deaf = Child(
        "deaf", ["sh", "-c", 'trap "" TERM; echo up; sleep 600 & wait; wait'], log=log, grace=60, ready=lambda: "up" in log.read_text()
    )
    telling = [threading.Timer(after, os.kill, (os.getpid(), signal.SIGINT)) for after in (0.2, 0.6)]
    began = time.monotonic()
    with Supervisor() as keeper:
        keeper.start(deaf)
        for each in telling:
            each.start()
        with pytest.raises(Stopped):
            keeper.watch()

    assert time.monotonic() - began < 10
    assert deaf.status() == -signal.SIGKILL
