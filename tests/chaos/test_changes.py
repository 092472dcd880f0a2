"""What is changed while people work: the servers are restarted, the tables migrated."""

import asyncio
import os
import signal
import time
from typing import Any

import psycopg
import pytest
from django.db import connection

from muqeem.operations.models import Receipt
from tests.chaos.held import Held, confirmed_at_last, confirmed_in_trouble
from tests.chaos.length import LONG
from tests.chaos.load import busy, prepared
from tests.chaos.test_matrix import promises
from tests.live import Site, Visitor, note, reviewed

# --- restarts ---

RESTARTS = 3


@pytest.mark.parametrize("threads", [1, 16] if LONG else [1])
def test_servers_restarted_one_after_the_other_answer_every_request(site: Site, threads: int) -> None:
    web = site.web(threads=threads, workers=3)
    crowd = prepared(site, people=3, each=12)

    async def restart_meanwhile() -> Any:
        working = asyncio.create_task(busy(site, crowd, pause=0.25))
        for _ in range(RESTARTS):
            await asyncio.sleep(1)
            assert not working.done()
            os.kill(web.pid, signal.SIGHUP)
        return await working

    steps = asyncio.run(restart_meanwhile())
    connection.close()
    note(f"{len(steps)} requests, {RESTARTS} restarts, the slowest {max(step.ended - step.began for step in steps):.2f} s")
    assert [step for step in steps if step.outcome != "ok"] == []
    assert Receipt.objects.count() == 3 * 12
    assert promises() == []


def test_a_server_that_is_told_to_stop_finishes_what_it_began(site: Site) -> None:
    web = site.web(hooks="fail_points")
    person = Visitor(site)
    token = reviewed(person)

    def told_to_stop(held: Held) -> None:
        web.ask_to_stop()
        time.sleep(0.5)

    [answer] = confirmed_in_trouble(site, person, token, "sealed", told_to_stop)
    assert answer is not None
    assert (answer.status_code, str(token.receipts.get().uuid)) == (302, answer.headers["Location"].split("/")[2])


# --- migrations ---

LONGEST_READ = 2.5  # seconds for which somebody reads the table that is to be changed


def longest_wait_while_migrating(site: Site, *command: str) -> float:
    """Migrate beside people at work and one who reads for long; the longest wait for a lock that anybody had, in seconds."""
    site.web()
    crowd = prepared(site, people=3, each=8)
    url = site.engines.url(site.database)
    longest = 0.0

    async def watch(session: Any, migrating: Any) -> None:
        nonlocal longest
        while migrating.status() is None:
            waits = (
                "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - query_start)), 0) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock' AND query NOT LIKE 'CREATE INDEX CONCURRENTLY%'"
            )
            longest = max(longest, float(session.execute(waits).fetchone()[0]))
            await asyncio.sleep(0.02)

    async def migrate() -> Any:
        working = asyncio.create_task(busy(site, crowd, pause=0.3))
        with psycopg.connect(url) as reader, psycopg.connect(url, autocommit=True) as session:
            reader.execute("SELECT count(*) FROM residency_resident")
            migrating = site.child("migrate", *command, DJANGO_SETTINGS_MODULE="tests.settings_tomorrow")
            watching = asyncio.create_task(watch(session, migrating))
            until_locked = "SELECT 1 FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
            while not session.execute(until_locked).fetchone():
                assert migrating.status() is None, migrating.last_words()
                await asyncio.sleep(0.02)
            await asyncio.sleep(LONGEST_READ)
            reader.rollback()
            await watching
        return await working, migrating

    steps, migrating = asyncio.run(migrate())
    connection.close()
    note(f"{command}: {len(steps)} requests, longest wait for a lock {longest:.2f} s\n{migrating.last_words(5)}")
    if migrating.status() == 0:
        assert [step for step in steps if step.outcome != "ok"] == []
        assert Receipt.objects.count() == 3 * 8
    return longest


def test_tables_migrated_beside_people_at_work_let_nobody_wait_a_second(site: Site) -> None:
    assert longest_wait_while_migrating(site, "manage.py", "migrate") < 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'resident_tomorrow'::regclass")
        assert cursor.fetchone() == (True,)
    person = Visitor(site)
    confirmed_at_last(person, reviewed(person))  # the portal of today on the tables of tomorrow
    assert promises() == []


PLAIN = (
    "import django; django.setup(); from django.core.management.commands.migrate import Command;"
    " Command().run_from_argv(['manage.py', 'migrate'])"
)


def test_django_s_own_command_lets_everybody_wait_for_a_reader(site: Site) -> None:
    assert longest_wait_while_migrating(site, "-c", PLAIN) > 1
