"""Places inside the portal where a test holds a process, breaks something and lets it go on.

A test writes into the portal's folder which point it waits for; the first process that comes by takes the order, says
who it is and waits. `tests.live_hooks` puts the points in; a portal without `tests.settings_live` has none.
"""

# ruff: noqa: PLC0415 -- models can be imported only when every app is there

import errno
import json
import os
import socket
import threading
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

ORDER, HELD, GO = "point-order", "point-held", "point-go"
PATIENCE = 30.0

# In the one transaction, in its order; then after its commit, before anybody was told, and before the answer.
CONFIRMING = ("spent", "judged", "quota", "paid", "effect", "receipt", "paper", "told", "sealed", "committed", "answering")
# In the sweeper after its claim, in a worker after the provider took a text, and after a page's file was written.
AFTERWARDS = ("claimed", "accepted", "filed")

_here = threading.local()


def come_by(point: str) -> None:
    """Do what a test ordered for this point, if it ordered anything."""
    from django.conf import settings

    folder = Path(settings.VAR_DIR)
    try:
        ordered, act = (folder / ORDER).read_text().split()
        if ordered != point:
            return
        (folder / ORDER).rename(folder / f"{ORDER}-taken")
    except (FileNotFoundError, ValueError):  # none, or taken by another, or half written
        return
    backend = _backend()
    half = folder / f"{HELD}-half"
    half.write_text(json.dumps({"pid": os.getpid(), "backend": backend}))
    half.rename(folder / HELD)
    match act:
        case "reset":
            _reset_connection()
        case "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        case "wait":
            deadline = time.monotonic() + PATIENCE
            while not (folder / GO).exists() and time.monotonic() < deadline:
                time.sleep(0.01)


def _backend() -> int:
    """The process of PostgreSQL that serves this thread, or 0."""
    from django.db import connection

    return connection.connection.info.backend_pid if connection.connection else 0


def _reset_connection() -> None:
    """Cut the line to the database, as a network would: neither side is told."""
    from django.db import connection

    with socket.socket(fileno=os.dup(connection.connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def _after(point: str, deed: Callable[..., Any], when: Callable[[Any], bool] = lambda came: True) -> Callable[..., Any]:
    @wraps(deed)
    def done_and_by(*args: Any, **kwargs: Any) -> Any:
        came = deed(*args, **kwargs)
        if when(came):
            come_by(point)
        return came

    return done_and_by


def put_in() -> None:
    """Put the points into this process."""
    from django.db.backends.base.base import BaseDatabaseWrapper

    from accounts.models import OperationToken, Subscription, Wallet
    from muqeem import sms
    from muqeem.operations import perform, sweeper, tasks
    from muqeem.operations.views import journey
    from residency.operations import RenewIqama

    OperationToken.spend = _after("spent", OperationToken.spend, when=bool)
    perform.judge = _after("judged", perform.judge)
    Subscription.spend = staticmethod(_after("quota", Subscription.spend))
    Wallet.pay = _after("paid", Wallet.pay)
    RenewIqama.apply = _after("effect", RenewIqama.apply)
    perform.document_of = _before("receipt", perform.document_of)
    perform.print_copy = _after("paper", perform.print_copy)
    perform._tell = _after("told", perform._tell)
    perform._perform = _marking_the_commit(_after("sealed", perform._perform))
    BaseDatabaseWrapper.run_and_clear_commit_hooks = _after_the_commit(BaseDatabaseWrapper.run_and_clear_commit_hooks)
    journey.perform = _after("answering", journey.perform)

    sweeper.claim = _after("claimed", sweeper.claim, when=bool)
    sms.send = _after("accepted", sms.send)
    tasks.keep = _after("filed", tasks.keep)


def _before(point: str, deed: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(deed)
    def by_and_done(*args: Any, **kwargs: Any) -> Any:
        come_by(point)
        return deed(*args, **kwargs)

    return by_and_done


def _marking_the_commit(deed: Callable[..., Any]) -> Callable[..., Any]:
    def marked(*args: Any) -> Any:
        came = deed(*args)
        _here.commit_is_next = True
        return came

    return marked


def _after_the_commit(run: Callable[..., Any]) -> Callable[..., Any]:
    """Between the commit of an operation and the hints that go out on it."""

    def by_and_run(connection: Any) -> Any:
        if getattr(_here, "commit_is_next", False):
            _here.commit_is_next = False
            come_by("committed")
        return run(connection)

    return by_and_run
