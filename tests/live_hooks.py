"""What a test may change inside the servers that it starts, chosen by the environment variable LIVE_HOOKS.

Some hooks take a guard away, so that a test sees the failure that the guard prevents. Others make something slow, so
that a fault finds it at work. None of this is within reach of a portal that runs without `tests.settings_live`.
"""

# ruff: noqa: PLC0415, TID251 -- models can be imported only when every app is there; the mistakes are made here

import errno
import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.apps import AppConfig

from tests.chaos import points

PAUSE = 0.05  # seconds between reading and writing, as a busy machine would have them


def naive_spend() -> None:
    """The token is looked at, and marked in a commit of its own after the deed's."""
    from django.db import transaction

    from accounts.models import OperationToken
    from muqeem import clock

    def spend(token: OperationToken, fingerprint: str) -> bool:
        fresh = OperationToken.objects.get(pk=token.pk)
        time.sleep(PAUSE)
        if fresh.used_at or fresh.fingerprint != fingerprint:
            return False
        transaction.on_commit(lambda: OperationToken.objects.filter(pk=token.pk).update(used_at=clock.Now()))
        return True

    OperationToken.spend = spend


def naive_judge() -> None:
    """The facts are judged again, but on rows that anybody may change meanwhile."""
    from muqeem.operations import perform

    judge = perform.judge
    perform.judge = lambda token, data, lock=False: judge(token, data)


def judgements_meet() -> None:
    """Whoever has judged waits until somebody else has, too, for a second at most: chance does not decide whether they meet."""
    from django.db import connection

    from muqeem.operations import perform

    judge = perform.judge

    def judge_and_wait(*args: Any, **kwargs: Any) -> Any:
        judgement = judge(*args, **kwargs)
        deadline = time.monotonic() + 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(1)")
            while time.monotonic() < deadline:
                cursor.execute(
                    "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database"
                    " WHERE datname = current_database() AND locktype = 'advisory'"
                )
                if cursor.fetchone()[0] > 1:
                    break
                time.sleep(0.01)
        return judgement

    perform.judge = judge_and_wait


def naive_quota() -> None:
    """The package is looked at and then lowered, in two steps."""
    from accounts.models import Subscription
    from accounts.models.packages import QuotaExhausted

    def spend(account: Any, day: Any, operations: int) -> Subscription:
        chosen = Subscription.current(account, day)
        time.sleep(PAUSE)
        if chosen is None or (chosen.operations_left or 0) < operations:
            raise QuotaExhausted
        chosen.operations_left -= operations
        chosen.operations_spent += operations
        chosen.save()
        return chosen

    Subscription.spend = staticmethod(spend)


def no_quota() -> None:
    """The package is not asked: its row would make the confirmations of an account queue."""
    from accounts.models import Subscription

    Subscription.spend = staticmethod(lambda account, day, operations: None)


def naive_wallet() -> None:
    """The balance is looked at and then lowered, in two steps."""
    from accounts.models import Entry, Wallet
    from accounts.models.money import WalletTooLow

    def pay(wallet: Wallet, amount: Any, *, reference: str, actor: str) -> None:
        wallet.refresh_from_db()
        time.sleep(PAUSE)
        if wallet.balance < amount:
            raise WalletTooLow(wallet.balance, amount)
        wallet.balance -= amount
        wallet.save()
        wallet._enter(-amount, Entry.Kind.OPERATION, reference, "", actor)

    Wallet.pay = pay


def naive_tries() -> None:
    """A code is compared first and its try counted afterwards."""
    from accounts.models import Attempt, OperationToken
    from accounts.models.limits import TRIES_A_TOKEN
    from accounts.models.tokens import TokenClosed, WrongCode
    from muqeem import codes

    def try_code(token: OperationToken, typed: str) -> None:
        token.refresh_from_db()
        if token.tries >= TRIES_A_TOKEN or token.closed_at:
            raise TokenClosed
        time.sleep(PAUSE)
        if not codes.same(typed, str(token.uuid), token.sends):
            Attempt.objects.create(name="naive", kind=Attempt.Kind.CODE)
            token.tries += 1
            token.save()
            raise WrongCode(token.tries_left)

    OperationToken.try_code = try_code


def naive_looks() -> None:
    """A look is judged by those that were counted, and counted afterwards, by nobody in turn."""
    from accounts.models import Attempt, looks

    refused_until = looks._refused_until

    def slowly(visitor: str, number: str) -> Any:
        until = list(refused_until(visitor, number))
        time.sleep(PAUSE)
        return until

    looks._refused_until = slowly
    Attempt.lock = staticmethod(lambda name: None)


def slow_render() -> None:
    """A page takes three seconds more."""
    from muqeem import pdf

    render = pdf.render

    def slowly(*args: Any) -> bytes:
        time.sleep(3)
        return render(*args)

    pdf.render = slowly


def hanging_render() -> None:
    """The first page never ends, in code that hears no signal: a loop of a library."""
    from django.conf import settings

    from muqeem import pdf

    render, hangs = pdf.render, Path(settings.VAR_DIR) / "hangs"

    def hang_once(*args: Any) -> bytes:
        try:
            hangs.touch(exist_ok=False)
        except FileExistsError:
            return render(*args)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})  # by which a worker asks for an end
        time.sleep(600)
        raise AssertionError

    pdf.render = hang_once


def failing_disk() -> None:
    """Nothing comes to the disk as long as the portal's folder says so."""
    from django.conf import settings

    sync, fails = os.fsync, Path(settings.VAR_DIR) / "disk-fails"

    def fail_or_sync(descriptor: int) -> None:
        if fails.exists():
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        sync(descriptor)

    os.fsync = fail_or_sync


def _clock_off(hours: int) -> None:
    """The calendar of this process is wrong; for how long it waits, it asks another clock, as every process does."""
    from django.utils import timezone

    right, right_now = time.time, timezone.now
    time.time = lambda: right() + 3600 * hours
    timezone.now = lambda: right_now() + timedelta(hours=hours)


def an_hour_fast() -> None:
    """The process is an hour ahead."""
    _clock_off(1)


def an_hour_slow() -> None:
    """The process is an hour behind."""
    _clock_off(-1)


def own_clock() -> None:
    """What time it is, is what this process believes."""
    from django.utils import timezone

    from muqeem import clock

    clock.Now = clock._read = timezone.now


def messages_after_commit() -> None:
    """What is to be said is written down after the commit, in one of its own."""
    from django.db import transaction

    from muqeem.operations import perform

    post = perform.post
    perform.post = lambda **fields: transaction.on_commit(lambda: post(**fields))


def unscoped() -> None:
    """Everybody reaches everybody."""
    from residency.models import Resident

    type(Resident.objects).reachable_by = lambda residents, *_: residents.all()


def short_leases() -> None:
    """Rows are free again after four seconds instead of thirty, so that a soak need not wait for them."""
    from muqeem.operations import sweeper, tasks
    from muqeem.operations.models import Print
    from muqeem.record.models import Message

    Print.lease.__func__.__defaults__ = Message.lease.__func__.__defaults__ = (4,)
    sweeper.AGAIN_AFTER = tasks.FULL_DISK_WAITS = timedelta(seconds=4)


HOOKS: dict[str, Callable[[], None]] = {
    hook.__name__: hook
    for hook in (
        naive_spend, naive_judge, judgements_meet, naive_quota, no_quota, naive_wallet, naive_tries, naive_looks,
        an_hour_fast, an_hour_slow, own_clock, messages_after_commit, unscoped, slow_render, hanging_render, failing_disk,
         short_leases,
    )
} | {"fail_points": points.put_in}  # fmt: skip


class LiveHooks(AppConfig):
    name = "tests.live_hooks"
    label = "live_hooks"

    def ready(self) -> None:
        """Apply what the environment names."""
        for name in os.environ.get("LIVE_HOOKS", "").split():
            HOOKS[name]()
