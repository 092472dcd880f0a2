"""Every point of a confirmation and of what follows it × everything that can break there, against the running portal.

CI takes a selection in which every point and every fault occurs; `make chaos` takes them all.
"""

import itertools
from collections.abc import Callable
from typing import Any

from django.db import connection

from accounts.models import OperationToken
from muqeem.operations.models import Print
from muqeem.record.models import Message
from tests.chaos.held import (
    EVERYWHERE,
    Held,
    confirmed_at_last,
    confirmed_in_trouble,
    its_backend_is_killed,
    its_connection_is_ended,
    its_line_to_postgres_is_cut,
    ordered,
    postgres_is_stopped_at_once,
    the_disk_is_full,
    the_process_is_killed,
    the_process_stands_still,
    the_process_stands_still_for_long,
)
from tests.chaos.length import LONG
from tests.chaos.points import AFTERWARDS, CONFIRMING
from tests.factories import ResidentFactory
from tests.live import Site, Visitor, broken, eventually, note, reviewed, until_drained, whole

Cells = list[tuple[str, Callable[[Held], None]]]

IN_THE_DEED: Cells = (
    [*itertools.product(CONFIRMING, EVERYWHERE), ("sealed", the_process_stands_still_for_long)]
    if LONG
    else [
        ("spent", the_process_is_killed),
        ("judged", its_connection_is_ended),
        ("quota", its_line_to_postgres_is_cut),
        ("paid", the_process_is_killed),
        ("effect", its_backend_is_killed),
        ("receipt", its_connection_is_ended),
        ("paper", its_line_to_postgres_is_cut),
        ("told", the_process_is_killed),
        ("sealed", postgres_is_stopped_at_once),
        ("sealed", the_process_stands_still),
        ("committed", the_process_is_killed),
        ("answering", its_line_to_postgres_is_cut),
    ]
)
AFTER_IT: Cells = (
    [*itertools.product(AFTERWARDS, EVERYWHERE), ("filed", the_disk_is_full)]
    if LONG
    else [("claimed", the_process_is_killed), ("accepted", the_process_is_killed), ("filed", its_line_to_postgres_is_cut)]
)


def test_wherever_a_confirmation_breaks_it_is_done_once_when_it_is_posted_again(site: Site) -> None:
    site.web(hooks="fail_points")
    person = Visitor(site, operations=None)
    for point, fault in IN_THE_DEED:
        resident = ResidentFactory(domestic=True, sponsor=person.account)
        token = reviewed(person, resident)
        answers = confirmed_in_trouble(site, person, token, point, fault)
        confirmed_at_last(person, token)
        note(f"{point}: {fault.__name__}: {[answer and answer.status_code for answer in answers]}")
        wrong = told_wrongly(answers, token) + undone_or_done_twice(token, resident) + promises()
        assert wrong == [], (point, fault.__name__)


def told_wrongly(answers: list[Any], token: OperationToken) -> list[str]:
    """Answers that say neither that it was done, nor that one should come back."""
    return [
        f"told {answer.status_code} {answer.headers}"
        for answer in answers
        if answer is not None
        and (answer.status_code, answer.headers.get("Retry-After")) != (503, "5")
        and not (answer.status_code == 302 and f"/receipts/{token.receipts.get().uuid}/" in answer.headers["Location"])
    ]


def undone_or_done_twice(token: OperationToken, resident: Any) -> list[str]:
    versions = list(resident.iqamas.order_by("version").values_list("version", flat=True))
    return [] if (token.receipts.count(), versions) == (1, [1, 2]) else [f"{token.receipts.count()} receipts, versions {versions}"]


def promises() -> list[str]:
    """What is broken; nothing is sent or printed here, so whatever waits may wait."""
    return [line for line in broken() if not line.startswith("I13")]


def test_wherever_a_text_or_a_page_breaks_it_comes_once(site: Site) -> None:
    hooks = "fail_points short_leases"
    site.web(REDIS_URL="unix:///nowhere.sock")  # no hint goes out, so that the sweeper finds every row
    processes = [site.sweeper(hooks=hooks), site.worker("texts", hooks=hooks), site.worker("prints", hooks=hooks)]
    person = Visitor(site, operations=None)
    for point, fault in AFTER_IT:
        token = reviewed(person, ResidentFactory(domestic=True, sponsor=person.account))
        with ordered(site, point, fault) as look:
            assert person.confirm(token).status_code == 302
            held = eventually(look, within=40)
            fault(held)
            held.go_on()
        connection.close()
        until_drained(*processes)
        sent = Message.objects.filter(arguments__receipt=token.receipts.get().number).exclude(sent_at=None).count()
        printed = Print.objects.filter(document__receipt__token=token).exclude(rendered_at=None).count()
        note(f"{point}: {fault.__name__}")
        assert (sent, printed, whole(site)) == (1, 1, []), (point, fault.__name__)
