"""The order in which the portal's processes come and go, with stand-ins for its commands so that it is quick to see."""

import os
import shlex
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from muqeem.processes import CannotStart, environment, portal
from muqeem.processes.portal import Portal

ROOT = Path(__file__).resolve().parent.parent.parent
ENGINES = {"DATABASE_URL": "postgres://elsewhere/muqeem", "REDIS_URL": "redis://elsewhere", "PATH": os.environ["PATH"]}
DEMONSTRATION = ENGINES | {"DEMO": "1"}
SERVERS = ["celery", "celery", "celery", "gunicorn", "sweep"]


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def commands(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[str]]]:
    """Puts a program in Python's place that notes what it is asked to run; gives the notes."""
    notes, program = tmp_path / "notes", tmp_path / "python"
    program.write_text(
        f"""#!/bin/sh
        echo "$2" >> {shlex.quote(str(notes))}
        case "$2" in
            gunicorn) exec {sys.executable} -m http.server --bind 127.0.0.1 {port} ;;
            celery | sweep) exec sleep 600 ;;
            migrate) test -z "$NO_TABLES" || {{ echo no such table; exit 1; }} ;;
            *) echo "said by $2" ;;
        esac
        """
    )
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(portal, "servers_owner", lambda: None)  # the stand-ins serve nobody, so root may run them

    def asked() -> list[str]:
        return notes.read_text().split() if notes.exists() else []

    mask = os.umask(0o022)
    yield asked
    os.umask(mask)


def until(run: Callable[[], None], enough: Callable[[], bool]) -> None:
    """Run it here and tell it to stop once it is enough, as an impatient person would."""

    def watch() -> None:
        deadline = time.monotonic() + 20
        while not enough() and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    watching = threading.Thread(target=watch)
    watching.start()
    run()
    watching.join()


def test_tables_come_before_people_and_people_before_servers_and_what_stands_is_not_done_again(
    tmp_path: Path, port: int, commands: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    var = tmp_path / "var"

    until(Portal(ROOT, var, port, DEMONSTRATION, told.append).run, lambda: bool(told) and len(commands()) >= 8)

    done = commands()
    assert done[:3] == ["migrate", "collectstatic", "demo"]
    assert sorted(done[3:]) == SERVERS
    assert told[0].startswith(f"said by demo\n\nThe portal is at http://127.0.0.1:{port}\n")
    assert told[1:] == ["Stopping."]
    keys = environment.read(var / "env")
    assert keys["DEMO"] == "1"

    told.clear()
    monkeypatch.setattr(portal, "LOG_LIMIT", 1)
    until(
        Portal(ROOT, var, port, DEMONSTRATION | {"SITE_URL": "https://portal.example"}, told.append).run,
        lambda: bool(told) and len(commands()) >= 15,
    )

    again = commands()[8:]
    assert again[:2] == ["migrate", "demo"]
    assert sorted(again[2:]) == SERVERS
    assert "The portal is at https://portal.example, here at http://127.0.0.1:" in told[0]
    assert environment.read(var / "env") == keys
    assert (var / "log" / "web.log.1").exists()


def test_in_production_nobody_is_invented_and_no_key_is_made(tmp_path: Path, port: int, commands: Callable[[], list[str]]) -> None:
    told: list[str] = []

    until(Portal(ROOT, tmp_path / "var", port, ENGINES, told.append).run, lambda: bool(told) and len(commands()) >= 7)

    done = commands()
    assert done[:2] == ["migrate", "collectstatic"]
    assert sorted(done[2:]) == SERVERS
    assert not (tmp_path / "var" / "env").exists()


def test_a_step_that_fails_ends_the_start_with_its_last_words(tmp_path: Path, port: int, commands: Callable[[], list[str]]) -> None:
    with pytest.raises(CannotStart, match=r"^manage\.py migrate failed\.\nno such table$"):
        Portal(ROOT, tmp_path / "var", port, ENGINES | {"NO_TABLES": "1"}).run()

    assert commands() == ["migrate"]


def test_data_without_their_keys_are_refused_and_left_alone(tmp_path: Path, port: int, commands: Callable[[], list[str]]) -> None:
    data = tmp_path / "var" / "postgres"
    data.mkdir(parents=True)

    with pytest.raises(CannotStart, match=r"env, which holds the keys to the data in \S+, is missing"):
        Portal(ROOT, tmp_path / "var", port, {}).run()

    assert not list(data.iterdir())
    assert not (tmp_path / "var" / "env").exists()


def test_a_host_of_workers_checks_its_settings_and_serves_no_pages(tmp_path: Path, port: int, commands: Callable[[], list[str]]) -> None:
    told: list[str] = []

    until(Portal(ROOT, tmp_path / "var", port, ENGINES, told.append).run_workers, lambda: bool(told) and len(commands()) >= 4)

    done = commands()
    assert done[0] == "check"
    assert sorted(done[1:]) == ["celery", "celery", "sweep"]
