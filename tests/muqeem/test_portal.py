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

from muqeem.processes import CannotStart, environment, owner, portal
from muqeem.processes.portal import Portal

ROOT = Path(__file__).resolve().parent.parent.parent
OUTSIDE = {"DATABASE_URL": "postgres://elsewhere/muqeem", "REDIS_URL": "redis://elsewhere", "DEMO": "1", "PATH": os.environ["PATH"]}


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def commands(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Puts a program in Python's place that notes what it is asked, and returns a look at the notes."""
    notes, program = tmp_path / "notes", tmp_path / "python"
    program.write_text(
        "#!/bin/sh\n"
        f'echo "$2 $3" >> {shlex.quote(str(notes))}\n'
        'case "$2" in\n'
        f"  gunicorn) exec {sys.executable} -m http.server --bind 127.0.0.1 {port} ;;\n"
        "  celery|sweep) exec sleep 600 ;;\n"
        f"  broken) echo no such table; exit 1 ;;\n"
        '  *) echo "said by $2" ;;\n'
        "esac\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(portal, "servers_owner", lambda: None)  # the stand-ins serve nobody, so root may run them
    return lambda: [line.split()[0] for line in notes.read_text().splitlines()]


@pytest.fixture
def stopped_once_up(port: int) -> Iterator[None]:
    """Sends us SIGTERM once the web server's stand-in answers."""

    def wait() -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    time.sleep(1)  # until it is told, too
                    break
            time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGTERM)

    watching = threading.Thread(target=wait)
    watching.start()
    yield
    watching.join()


@pytest.mark.usefixtures("stopped_once_up")
def test_tables_come_before_people_and_people_before_servers(
    tmp_path: Path, port: int, commands: Callable[[], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    Portal(ROOT, tmp_path / "var", port, OUTSIDE).run()

    done = commands()
    assert done[:3] == ["migrate", "collectstatic", "demo"]
    assert sorted(done[3:]) == ["celery", "celery", "celery", "gunicorn", "sweep"]
    said = capsys.readouterr().out
    assert f"said by demo\n\nThe portal is at http://127.0.0.1:{port}\n" in said
    assert said.endswith("Stopping.\n")


@pytest.mark.usefixtures("stopped_once_up")
def test_files_that_did_not_change_are_not_collected_again(tmp_path: Path, port: int, commands: Callable[[], list[str]]) -> None:
    var = tmp_path / "var"
    first = Portal(ROOT, var, port, OUTSIDE)
    with pytest.raises(portal.Stopped), portal.Supervisor() as supervisor:
        first._move_in()
        first._collect_static_files(supervisor)
        first._collect_static_files(supervisor)
        assert commands() == ["collectstatic"]
        (var / "static.sources").write_text("of yesterday")
        first._collect_static_files(supervisor)
        assert commands() == ["collectstatic", "collectstatic"]
        os.kill(os.getpid(), signal.SIGTERM)
        supervisor.watch()


def test_a_step_that_fails_ends_the_start_with_its_last_words(
    tmp_path: Path, port: int, commands: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Portal(ROOT, tmp_path / "var", port, OUTSIDE)
    broken._move_in()
    with portal.Supervisor() as supervisor, pytest.raises(CannotStart, match=r"^manage.py broken failed\.\n"):
        broken._manage(supervisor, "broken")
    assert commands() == ["broken"]
