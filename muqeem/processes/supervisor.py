"""Starts children in an order, keeps them alive, and stops them in the opposite order whatever happens."""

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Self

from muqeem.processes import CannotStart
from muqeem.processes.child import Child

LOOK_EVERY = 0.1  # seconds
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
STEADY_AFTER = 60.0  # a child that lived so long starts again without a record
HOPELESS_AFTER = 5  # deaths of a child that has not been ready yet


class Stopped(Exception):
    """We were told to stop."""


def say(sentence: str) -> None:
    """Tell the terminal, if it is still there."""
    with suppress(OSError):
        print(sentence, flush=True)


class Supervisor:
    """Use it as a context: on leaving, nothing that it started is alive.

    One thread that looks around ten times a second: no signal can arrive at a moment when it would be lost.
    """

    def __init__(self, tell: Callable[[str], None] = say) -> None:
        self.tell = tell
        self.signum: int | None = None
        self._impatient = False
        self._waves: list[list[Child]] = []
        self._failures: dict[Child, int] = {}
        self._due: dict[Child, float] = {}

    def __enter__(self) -> Self:
        self._before = {signum: signal.signal(signum, self._on_signal) for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        for signum, handler in self._before.items():
            signal.signal(signum, handler)

    def start(self, *children: Child, within: float = 30.0) -> None:
        """Start these together and wait until each is ready; one that dies meanwhile is started again until then."""
        self._waves.append(list(children))
        for child in children:
            child.start()
        deadline = time.monotonic() + within
        waiting = list(children)
        while waiting:
            waiting = [child for child in waiting if child.status() is not None or not child.ready()]
            for child in waiting:
                if time.monotonic() > deadline or self._failures.get(child, 0) >= HOPELESS_AFTER:
                    raise CannotStart(f"{child.name} does not start.\n{child.last_words()}".rstrip())
            if waiting:
                self._look()

    def run(self, child: Child) -> int:
        """Run a child to its end and return its exit status; told to stop, it is told the same."""
        child.start()
        try:
            while (status := child.status()) is None:
                self._look()
        except Stopped:
            child.interrupt(self.signum or signal.SIGTERM)
            self._wait_for([child])
            raise
        finally:
            child.kill()
        return status

    def watch(self) -> None:
        """Keep every child alive until we are told to stop."""
        while True:
            self._look()

    def stop(self) -> None:
        """Stop every child, the last started first; one that does not go in its time is killed with all it started."""
        while self._waves:
            wave = self._waves.pop()
            for child in reversed(wave):
                child.ask_to_stop()
            self._wait_for(wave)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        self._impatient = self.signum is not None  # asked twice: no more patience
        self.signum = signum

    def _look(self) -> None:
        time.sleep(LOOK_EVERY)
        if self.signum is not None:
            raise Stopped
        for wave in self._waves:
            for child in wave:
                self._keep_alive(child)

    def _keep_alive(self, child: Child) -> None:
        status = child.status()
        if status is None:
            return
        now = time.monotonic()
        if child not in self._due:
            if now - child.started_at > STEADY_AFTER:
                self._failures[child] = 0
            failures = self._failures.get(child, 0)
            delay = min(FIRST_DELAY * 2**failures, LONGEST_DELAY)
            self._failures[child], self._due[child] = failures + 1, now + delay
            self.tell(f"{child.name} ended ({_in_words(status)}); it starts again in {delay:g} s")
        elif now >= self._due[child]:
            del self._due[child]
            child.start()

    def _wait_for(self, children: list[Child]) -> None:
        asked_at = time.monotonic()
        while alive := [child for child in children if child.status() is None]:
            for child in alive:
                if self._impatient or time.monotonic() - asked_at > child.grace:
                    child.kill()
            time.sleep(LOOK_EVERY)


def _in_words(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
