"""One process that must never outlive us, and whatever it starts in turn."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from muqeem.processes.owner import Owner

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)  # loaded before any fork: a forked child may only call, not load


class Child:
    """A process in a session of its own, so that a Ctrl-C of the terminal reaches only us and we keep the order.

    Should we die without a word, the kernel sends it its stop signal.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
        log: Path | None = None,
        owner: Owner | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        grace: float = 10.0,
        niceness: int = 0,
        ready: Callable[[], bool] | None = None,
    ) -> None:
        self.name = name
        self.command = [str(part) for part in command]
        self.environment = dict(os.environ if environment is None else environment)
        self.directory = directory
        self.log = log
        self.owner = owner
        self.stop_signal = stop_signal
        self.grace = grace
        self.niceness = niceness
        self.ready = ready or (lambda: True)
        self.started_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it; what it prints is added to its log, or goes where ours goes."""
        parent = os.getpid()

        def die_with_parent() -> None:
            _libc.prctl(PR_SET_PDEATHSIG, int(self.stop_signal))
            if os.getppid() != parent:  # we died between the fork and the line above
                os.kill(os.getpid(), signal.SIGKILL)
            os.nice(self.niceness)

        output: BinaryIO | None = self.log.open("ab") if self.log else None
        try:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL if output else None,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                cwd=self.directory,
                env=self.environment,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 -- we have one thread, and the call is one system call
                **(self.owner.credentials() if self.owner else {}),
            )
        finally:
            if output:
                output.close()
        self.started_at = time.monotonic()

    def status(self) -> int | None:
        """The exit status, negative for a signal; None while it runs. Whatever it left behind in its group is killed."""
        if self._process is None:
            return None
        if self._process.returncode is None:
            # Looked at without being reaped: until then its number, which names the group, cannot be anybody else's.
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                return None
            self._signal_group(signal.SIGKILL)
            self._process.wait()
        return self._process.returncode

    def ask_to_stop(self) -> None:
        """Send its stop signal, to itself alone: servers stop their own children in their own order."""
        if self._process is not None and self.status() is None:
            self._process.send_signal(self.stop_signal)

    def interrupt(self, signum: int) -> None:
        """Pass a signal on to it and all it started, as the terminal would."""
        if self._process is not None and self.status() is None:
            self._signal_group(signum)

    def kill(self) -> None:
        """End it and all it started, at once."""
        if self._process is not None and self.status() is None:
            self._signal_group(signal.SIGKILL)
            self._process.wait()

    def last_words(self, lines: int = 15) -> str:
        """The end of its log, for the sentence that says why it does not run."""
        if self.log is None or not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _signal_group(self, signum: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signum)
