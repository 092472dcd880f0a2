"""A Redis server of our own, on a Unix socket. It keeps nothing on disk: whatever matters is in PostgreSQL."""

import shutil
import socket
from pathlib import Path

from muqeem.processes import CannotStart
from muqeem.processes.child import Child
from muqeem.processes.owner import Owner

SOCKET_NAME = "redis.sock"


class RedisServer:
    """One server, listening on a socket in `sockets` and nowhere else."""

    def __init__(self, sockets: Path, *, log: Path | None = None, owner: Owner | None = None) -> None:
        self.socket = sockets / SOCKET_NAME
        self.log = log
        self.owner = owner

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def child(self) -> Child:
        program = shutil.which("redis-server")
        if program is None:
            raise CannotStart("redis-server is not installed: run make again, install it, or set REDIS_URL.")
        return Child(
            "Redis",
            [
                program, "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700",
                "--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", self.socket.parent,
            ],
            log=self.log,
            owner=self.owner,
            ready=self.answers,
        )  # fmt: skip

    def answers(self) -> bool:
        """Whether it lets us in."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16) == b"+PONG\r\n"
            except OSError:
                return False
