"""The portal and the planted site, each on a port of its own while the scan runs, and ways into the portal."""

import http.client
import json
import os
import re
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode

from muqeem.processes.child import Child
from muqeem.processes.owner import own, servers_owner
from muqeem.processes.sockets import short_folder
from tests.scan.findings import ROOT
from tests.scan.tools import run

CODE = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")


class Site:
    """Something that listens on loopback."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self.cookies: dict[str, str] = {"csrf": "c" * 32}

    def ask(self, method: str, path: str, data: Mapping[str, str] | None = None) -> http.client.HTTPResponse:
        """One request; cookies that come back are kept."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers, sent = {"Cookie": self.cookie_line(), "Connection": "close"}, None
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            sent = urlencode({"csrfmiddlewaretoken": self.cookies["csrf"], **(data or {})})
        line.request(method, path, sent, headers)
        answer = line.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def cookie_line(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def answers(self, path: str) -> bool:
        with suppress(OSError, http.client.HTTPException):
            return self.ask("GET", path).status < 500
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(child: Child, site: Site, path: str, within: float) -> Iterator[None]:
    """Start it, wait until it answers, and stop it in the end with all that it started."""
    child.start()
    try:
        deadline = time.monotonic() + within
        while not site.answers(path):
            if child.status() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{child.name} does not answer:\n{child.last_words(40)}")
            time.sleep(0.3)
        yield
    finally:
        child.ask_to_stop()
        deadline = time.monotonic() + 40
        while child.status() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        child.kill()


@contextmanager
def planted_site(folder: Path) -> Iterator[Site]:
    site = Site(free_port())
    child = Child("planted", [sys.executable, "-m", "tests.scan.planted.app", str(site.port)], directory=ROOT, log=folder / "planted.log")
    with running(child, site, "/", 20):
        yield site


class PortalSite(Site):
    """A demonstration of its own, thrown away afterwards."""

    def __init__(self, port: int, var: Path) -> None:
        super().__init__(port)
        self.var = var
        kept = ("PATH", "HOME", "LANG", "VIRTUAL_ENV")
        self.variables = {name: os.environ[name] for name in kept if name in os.environ} | {"MUQEEM_VAR": str(var), "PORT": str(port)}

    def manage(self, *words: str) -> str:
        """What one of the portal's commands says beside it."""
        done = run(
            ["env", "-i", *(f"{k}={v}" for k, v in self.variables.items()), sys.executable, "manage.py", *words], within=60, may_fail=False
        )
        return done.stdout

    @cached_property
    def people(self) -> dict[str, dict[str, str]]:
        """Who can sign in, by name."""
        return {person["username"]: person for person in json.loads(self.manage("demo", "--json"))}

    def code(self, username: str) -> str:
        """What somebody's app shows now, or the newest text says."""
        said = json.loads(self.manage("phone", username, "--json"))
        apps, texts = said["authenticators"], said["messages"]
        return str(apps[0]["code"] if apps else CODE.findall(texts[0]["text"])[0])

    def signed_in(self, username: str) -> "Site":
        """A browser of its own in which somebody of the demonstration has signed in with both steps."""
        browser = Site(self.port)
        browser.ask("POST", "/sign-in/", {"username": username, "password": self.people[username]["password"]})
        answer = browser.ask("POST", "/sign-in/code/", {"code": self.code(username)})
        if answer.status != 302 or browser.ask("GET", "/account/password/").status != 200:
            raise RuntimeError(f"{username} could not sign in: {answer.status}")
        return browser


@contextmanager
def portal_site() -> Iterator[PortalSite]:
    with short_folder() as folder:
        own(folder, servers_owner())
        site = PortalSite(free_port(), folder / "var")
        log = folder / "run.log"
        child = Child("portal", [sys.executable, "manage.py", "run"], environment=site.variables, directory=ROOT, log=log, grace=40)
        with running(child, site, "/readyz", 240):
            yield site
