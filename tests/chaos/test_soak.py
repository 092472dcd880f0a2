"""People at whole errands while everything breaks in turn; then what they were told is compared with what there is.

Half a minute in CI, as many minutes as it is told by `make chaos`.
"""

import asyncio
import logging
import time

from django.db import connection

from muqeem.operations.models import Receipt
from tests.chaos.faults import Faults
from tests.chaos.history import History, misheard, untrue
from tests.chaos.length import LONG, MINUTES
from tests.chaos.people import Errand, GaveUp, Visit, account, errand
from tests.live import Site, note, until_drained, whole

logging.getLogger("httpx").setLevel(logging.WARNING)

PEOPLE = 8 if LONG else 5  # at once; half of them act for one large account
EACH = 4 if LONG else 2  # errands of one of them in a round
RENEWALS = 20 if LONG else 2  # on one errand
A_ROUND = 70.0 if LONG else 24.0  # of faults, in seconds
EVERY = 4.0 if LONG else 1.2  # seconds between two faults
FREEZE = 10.0 if LONG else 3.0  # how long Redis stands still


def test_whatever_breaks_people_are_told_the_truth_and_everything_happens_once(site: Site) -> None:
    provider = site.provider()
    hooks = "short_leases"
    processes = {
        "web": site.web(hooks=hooks),
        "texts": site.until_up(site.worker("texts", hooks=hooks, SMS_URL=f"{provider}/send")),
        "prints": site.worker("prints", hooks=hooks),
        "sweeper": site.sweeper(hooks=hooks, SMS_URL=f"{provider}/send"),
    }
    faults = Faults(site, provider=provider, freeze=FREEZE, **processes)
    history = History()
    accounts = [account() for _ in range(1 + PEOPLE // 2)]
    accounts += [accounts[0]] * (PEOPLE - len(accounts))
    end = time.monotonic() + MINUTES * 60
    while True:
        crowd = [[errand(one, RENEWALS) for _ in range(EACH)] for one in accounts]
        asyncio.run(a_round(f"http://127.0.0.1:{site.port}", provider, faults, crowd, history))
        connection.close()
        note(history.summary())
        if time.monotonic() >= end:
            break
    site.engines.start()
    until_drained(*processes.values())
    note("\n".join([*history.lines(), *untrue(history)]))
    assert untrue(history) == []
    assert misheard(site.var / "provider.log") == []
    assert whole(site) == []
    assert Receipt.objects.count() >= len(accounts)  # few enough gave up that this says something


async def a_round(portal: str, provider: str, faults: Faults, crowd: list[list[Errand]], history: History) -> None:
    """Every person does their errands one after the other, while one thing after the other breaks."""

    async def all_of(mine: list[Errand]) -> None:
        for each in mine:
            try:
                await Visit(each, portal, provider, history).done()
            except GaveUp:
                history.gave_up += 1

    async with asyncio.timeout(A_ROUND + 240):
        striking = asyncio.create_task(faults.strike(history, EVERY, time.monotonic() + A_ROUND))
        tending = asyncio.create_task(faults.tend())
        await asyncio.gather(*(all_of(mine) for mine in crowd), striking)
        tending.cancel()
