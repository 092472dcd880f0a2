"""`manage.py run`, whole: from an empty folder to the first page, and back to nothing but data."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.core.management import call_command

from muqeem.processes import environment
from muqeem.processes.owner import own, servers_owner
from muqeem.processes.postgres import binaries
from muqeem.processes.sockets import short_folder
from tests.live import free_port
from tests.muqeem.test_processes import descendants, parents

ROOT = Path(__file__).resolve().parent.parent.parent


def out_of_reach() -> bool:
    """Whether root runs the tests in a clone, or with a Python, that the servers' user cannot enter."""
    owner = servers_owner()
    return owner is not None and any(
        owner.obstacle(path, leave) for path, leave in ((ROOT / "manage.py", "r"), (Path(sys.executable), "x"), (binaries(), "x"))
    )


def command(var: Path, port: int, **variables: str) -> dict[str, object]:
    """`manage.py run` as a stranger calls it: without a setting."""
    return {
        "args": [sys.executable, "manage.py", "run"],
        "cwd": ROOT,
        "env": {"PATH": os.environ["PATH"], "MUQEEM_VAR": str(var), "PORT": str(port), **variables},
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "text": True,
    }


@contextmanager
def running(var: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The portal and what it said until it was up; stopped, if the test did not."""
    portal = subprocess.Popen(**command(var, port))  # type: ignore[call-overload]
    said = ""
    try:
        for line in portal.stdout:
            said += line
            if "Ctrl-C stops everything" in line:
                break
        yield portal, said
    finally:
        portal.terminate()
        portal.wait(60)
        portal.stdout.close()


def stop(portal: subprocess.Popen[str]) -> None:
    """Stop it as Ctrl-C does, and see that nothing of it is left."""
    family = descendants(portal.pid)
    assert len(family) > 10

    portal.send_signal(signal.SIGINT)

    assert portal.wait(60) == 0
    assert not family & parents().keys()


def first_page(port: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/sign-in/")
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.skipif(out_of_reach(), reason="the servers' user cannot enter this clone; the test below says what happens then")
def test_the_portal_starts_from_nothing_stops_to_nothing_and_finds_its_data_again() -> None:
    with short_folder() as place:
        own(place, servers_owner())
        var, port = place / "var", free_port()
        with running(var, port) as (portal, said):
            assert re.search(rf"^The portal is at http://127\.0\.0\.1:{port}$", said, re.MULTILINE), said
            assert "The register was filled" in said
            assert first_page(port) == 200

            second = subprocess.run(**command(var, free_port()), check=False)  # type: ignore[call-overload]
            assert second.returncode == 2
            assert re.fullmatch(r"The portal with its data in \S+ is already running .*MUQEEM_VAR\.\n", second.stdout)
            stop(portal)
        keys = environment.read(var / "env")

        began = time.monotonic()
        with running(var, other := free_port()) as (portal, said):
            took = time.monotonic() - began
            assert "The register is as it was" in said
            assert first_page(other) == 200
            stop(portal)
        again = environment.read(var / "env")

        assert {name for name in keys if keys[name] != again[name]} == {"SITE_URL"}
        assert took < 60


@pytest.mark.skipif(not out_of_reach(), reason="the servers' user can enter this clone")
def test_in_a_clone_out_of_reach_the_portal_says_so_in_a_sentence_and_starts_nothing() -> None:
    with short_folder() as place:
        refused = subprocess.run(**command(place / "var", free_port()), check=False)  # type: ignore[call-overload]

        assert refused.returncode == 2
        assert re.fullmatch(r"The user muqeem, as whom the servers run, cannot enter /.*\.\n", refused.stdout)
        assert not (place / "var").exists()


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", ""])
def test_a_port_that_is_none_is_refused_in_a_sentence(
    port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", port)

    with pytest.raises(SystemExit, match=r"^2$"):
        call_command("run")
    assert capsys.readouterr().err == f"PORT is a number from 1 to 65535, not {port!r}.\n"


def test_without_a_demonstration_nothing_is_invented_and_what_is_missing_is_named() -> None:
    """With a database of somebody's own and no DEMO, it is production: no engine, no keys, no people of ours."""
    if out_of_reach():
        pytest.skip("the servers' user cannot enter this clone")
    with short_folder() as place:
        own(place, servers_owner())
        refused = subprocess.run(
            **command(place / "var", free_port(), DATABASE_URL="postgres://nobody@127.0.0.1:1/none"),  # type: ignore[call-overload]
            check=False,
        )

        assert refused.returncode == 2
        assert "The environment lacks these settings" in refused.stdout
        assert "SEAL_KEY" in refused.stdout
        assert not (place / "var" / "env").exists()
        assert not (place / "var" / "postgres").exists()
