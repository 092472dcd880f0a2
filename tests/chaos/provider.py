"""A provider of texts in a process of its own, which can be troubled: `python -m tests.chaos.provider PORT LOG`.

It bills and delivers each key once, keeps what it heard in LOG, one JSON object a line, and shows anybody the texts of a number.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

HANGS = 12.0  # seconds: longer than anybody waits for an answer


class Provider(ThreadingHTTPServer):
    """Well, until it is told to `fail`, to `hang` or to `lose` its answers for some seconds."""

    daemon_threads = True

    def __init__(self, port: int, log: Path) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.log = log
        self.lock = threading.Lock()
        self.texts: dict[str, list[str]] = {}
        self.delivered: set[str] = set()
        self.trouble, self.troubled_until = "", 0.0

    def trouble_now(self) -> str:
        return self.trouble if time.monotonic() < self.troubled_until else ""

    def take(self, key: str, number: str, text: str, trouble: str) -> None:
        taken = trouble in {"", "lose"}
        with self.lock, self.log.open("a") as log:
            log.write(json.dumps({"key": key, "to": number, "text": text, "taken": taken}) + "\n")
            if taken and key not in self.delivered:
                self.delivered.add(key)
                self.texts.setdefault(number, []).append(text)


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        """The texts of a number, the oldest first."""
        [number] = parse_qs(urlsplit(self.path).query)["number"]
        self._answer(200, json.dumps(self.server.texts.get(number, [])))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/trouble":
            self.server.trouble, self.server.troubled_until = body["what"], time.monotonic() + body["seconds"]
            self._answer(200, "")
            return
        trouble = self.server.trouble_now()
        self.server.take(self.headers["Idempotency-Key"], body["to"], body["text"], trouble)
        match trouble:
            case "fail":
                self._answer(500, "")
            case "hang":
                time.sleep(HANGS)
                self.close_connection = True
            case "lose":
                self.close_connection = True
            case _:
                self._answer(200, "")

    def _answer(self, status: int, body: str) -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Provider(int(sys.argv[1]), Path(sys.argv[2])).serve_forever(poll_interval=0.05)
