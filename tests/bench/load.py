"""The load: a client is a thread with a socket. One process, so little of the machine as Python can take.

Each request opens a connection, as the server in front of the portal does; each browser keeps its cookies, follows
nothing and takes the proof of origin from the form that it posts.
"""

import re
import socket
import statistics
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import quote_plus

Deed = Callable[[], None]

TAG = re.compile(r"<[^>]*>")
PROOF = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')
FINGERPRINT = re.compile(rb'name="fingerprint"\s+value="(\w+)"')


@dataclass(frozen=True)
class Answer:
    """Status, where it leads, and the page."""

    status: int
    location: str
    body: bytes


class Unexpected(Exception):
    """The portal answered something else; a figure of answers that were not looked at would say nothing."""


class Visitor:
    """A browser of one person that was here before: it holds a proof of origin."""

    def __init__(self, port: int, session: str = "") -> None:
        self.address = ("127.0.0.1", port)
        self.proof = "c" * 32
        self.cookies = {"csrf": self.proof} | ({"session": session} if session else {})

    def get(self, path: str) -> bytes:
        """A page, which must be there; its form's proof of origin is kept for the next post."""
        answer = self._ask(f"GET {path} HTTP/1.1\r\n{self._headers()}\r\n")
        if answer.status != 200:
            raise Unexpected(f"GET {path}: {answer.status} {answer.location}")
        if found := PROOF.search(answer.body):
            self.proof = found[1].decode()
        return answer.body

    def post(self, path: str, **data: str) -> str:
        """Post the form of the page that was last seen; where the answer leads."""
        body = "&".join(f"{name}={quote_plus(value)}" for name, value in {"csrfmiddlewaretoken": self.proof, **data}.items())
        kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        answer = self._ask(f"POST {path} HTTP/1.1\r\n{self._headers()}{kind}\r\n{body}")
        if answer.status != 302:
            raise Unexpected(f"POST {path}: {answer.status} {' '.join(TAG.sub(' ', answer.body.decode()).split())}")
        return answer.location

    def _headers(self) -> str:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return f"Host: 127.0.0.1\r\nConnection: close\r\nCookie: {cookies}\r\n"

    def _ask(self, request: str) -> Answer:
        with socket.create_connection(self.address, timeout=30) as line:
            line.sendall(request.encode())
            received = bytearray()
            while part := line.recv(65536):
                received += part
        head, _, body = bytes(received).partition(b"\r\n\r\n")
        status, *headers = head.decode("latin-1").split("\r\n")
        location = ""
        for header in headers:
            name, _, value = header.partition(": ")
            match name.lower():
                case "location":
                    location = value
                case "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.partition(";")[0]
        return Answer(int(status.split()[1]), location, body)


@dataclass
class Run:
    """How a number of deeds went."""

    clients: int
    done: int
    seconds: float
    waits: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Deeds in a second."""
        return self.done / self.seconds

    @property
    def median(self) -> float:
        """Milliseconds that one took, in the middle."""
        return statistics.median(self.waits) * 1000

    @property
    def p95(self) -> float:
        """Milliseconds within which 95 of 100 were done."""
        return sorted(self.waits)[int(len(self.waits) * 0.95)] * 1000


def drive(deeds: Iterable[Deed], clients: int) -> Run:
    """Let so many clients do all of these, each the next when it has done one. A deed that fails stops the run."""
    waiting = deque(deeds)
    waits: list[float] = []
    failures: list[BaseException] = []
    start = threading.Barrier(clients + 1)

    def client() -> None:
        start.wait()
        while not failures:
            try:
                deed = waiting.popleft()
            except IndexError:
                return
            began = time.perf_counter()
            try:
                deed()
            except BaseException as failure:  # raised again below, in the thread that asked
                failures.append(failure)
            waits.append(time.perf_counter() - began)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if failures:
        raise failures[0]
    return Run(clients, len(waits), seconds, waits)
