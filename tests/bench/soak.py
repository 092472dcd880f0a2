"""Ten minutes of confirmations while everything is killed in turn."""

import time

from django.db import connection

from tests.live import Site, note
from tests.operations.test_live_faults import account_for
from tests.soak import History, soak

MINUTES, A_ROUND = 10, 30.0


def test_ten_minutes_of_kills_lose_and_double_nothing(site: Site) -> None:
    hooks = "short_leases"
    processes = {
        "web": site.web(hooks=hooks),
        "texts": site.worker("texts", hooks=hooks),
        "prints": site.worker("prints", hooks=hooks),
        "sweeper": site.sweeper(hooks=hooks),
    }
    history = History()
    end = time.monotonic() + MINUTES * 60
    while time.monotonic() < end:
        soak(site, seconds=A_ROUND, people=8, each=15, every=1.5, history=history, **processes)
        connection.close()
        note(f"{len(history.acknowledged)} operations, {history.faults.total()} faults, {history.unknown} answers lost")
    account_for(site, history)
