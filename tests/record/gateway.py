"""A gateway for texts on loopback: it answers what it is told to and remembers what it was given."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Gateway:
    """Its answers in turn (the last one for ever after) and what came in, as headers and body."""

    url: str = ""
    answers: list[object] = field(default_factory=lambda: [200])
    taken: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        return [headers["idempotency-key"] for headers, _ in self.taken]

    @property
    def texts(self) -> list[str]:
        return [body["text"] for _, body in self.taken]


@contextmanager
def running() -> Iterator[Gateway]:
    """The gateway as long as it is needed."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            gateway.taken.append(({name.lower(): value for name, value in self.headers.items()}, json.loads(body)))
            answer = gateway.answers.pop(0) if len(gateway.answers) > 1 else gateway.answers[0]
            if answer == "lost":  # taken, but the sender never learns it
                self.close_connection = True
                return
            if isinstance(answer, float):
                time.sleep(answer)
                answer = 200
            self.send_response(int(str(answer)))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    gateway.url = f"http://secret%20key@127.0.0.1:{server.server_port}/send"
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
