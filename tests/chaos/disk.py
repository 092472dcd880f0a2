"""A disk that is full under the database and the pages. Needs root, who mounts a small one.

Not collected by itself: `make chaos ARGS=tests/chaos/disk.py`.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from muqeem.processes.sockets import short_folder
from muqeem.record.models import Demonstration
from tests.chaos.held import confirmed, confirmed_at_last
from tests.chaos.test_matrix import undone_or_done_twice
from tests.factories import ResidentFactory
from tests.live import Engines, Site, Visitor, eventually, note, reviewed, speaking_to, until_drained, whole

MEGABYTES = 220


@contextmanager
def small_disk() -> Iterator[Path]:
    with short_folder() as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", folder], check=True)
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def engines(django_db_blocker: DjangoDbBlocker) -> Iterator[Engines]:
    """Engines on a disk that is soon full."""
    with small_disk() as folder:
        made = Engines(folder)
        try:
            made.start()
            with django_db_blocker.unblock(), speaking_to(made.cluster.url):
                call_command("migrate", verbosity=0)
                Demonstration.objects.get_or_create()
            yield made
        finally:
            made.stop()


def fill(disk: Path) -> Path:
    """Write until there is no room left."""
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return ballast


def test_a_full_disk_pauses_the_portal_which_goes_on_by_itself(site: Site) -> None:
    site.web()
    processes = [site.worker("texts"), site.until_up(site.worker("prints")), site.sweeper()]
    person = Visitor(site, operations=None)
    residents = ResidentFactory.create_batch(40, domestic=True, sponsor=person.account)
    tokens = [reviewed(person, resident) for resident in residents]
    ballast = fill(site.engines.folder)
    answers = [confirmed(person, token) for token in tokens]
    told = [answer.status_code if answer else 0 for answer in answers]
    note(f"told while the disk was full: {told}")
    assert 503 in told
    assert set(told) <= {302, 503}
    assert {answer.headers.get("Retry-After") for answer in answers if answer and answer.status_code == 503} == {"5"}
    time.sleep(3)  # so that pages meet it, too
    ballast.unlink()
    site.engines.start()
    eventually(lambda: person.client.get("/services/").status_code == 200, within=30)
    connection.close()
    for token, resident in zip(tokens, residents, strict=True):
        confirmed_at_last(person, token)
        assert undone_or_done_twice(token, resident) == []
    until_drained(*processes)
    assert whole(site) == []
