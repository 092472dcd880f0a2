"""The same faults on a portal that was built otherwise: each must be seen. A chaos that finds nothing there proves nothing.

The controls of spending in two steps and of judging on rows that nobody holds are with the races:
`tests/operations/test_live_races.py`.
"""

import signal
from typing import Any

from django.db import connection

from muqeem.operations.models import Receipt
from tests.chaos.held import confirmed, confirmed_at_last, confirmed_in_trouble, the_process_is_killed
from tests.factories import ResidentFactory
from tests.live import Site, Visitor, broken, reviewed


def killed_between_commit_and_answer(site: Site, hooks: str = "") -> tuple[Any, set[str]]:
    """What is told when the form is posted again, and which promises are broken."""
    site.web(hooks=f"fail_points {hooks}")
    person = Visitor(site)
    token = reviewed(person)
    confirmed_in_trouble(site, person, token, "committed", the_process_is_killed)
    return confirmed(person, token), {line.split()[0] for line in broken()}


def test_marking_the_token_in_a_second_commit_is_seen(site: Site) -> None:
    answer, promises = killed_between_commit_and_answer(site, "naive_spend")
    assert "I02" in promises
    assert answer.status_code == 409  # and the person never learns of the receipt


def test_writing_the_texts_down_after_the_commit_is_seen(site: Site) -> None:
    answer, promises = killed_between_commit_and_answer(site, "messages_after_commit")
    assert promises == {"I12"}
    assert answer.status_code == 302


def lost_in_stops_at_once(site: Site, times: int) -> set[str]:
    """Confirm and stop PostgreSQL as soon as the receipt is shown, so many times: the receipts that were shown and are gone."""
    site.web()
    person = Visitor(site, operations=None)
    shown: set[str] = set()
    for resident in ResidentFactory.create_batch(times, domestic=True, sponsor=person.account):
        answer = confirmed(person, reviewed(person, resident))
        assert answer is not None
        assert answer.status_code == 302, answer.content
        shown.add(answer.url.split("/")[2])
        site.engines.restart(signal.SIGQUIT)
        connection.close()
        if lost := shown - {str(receipt.uuid) for receipt in Receipt.objects.all()}:
            return lost
    return set()


def test_commits_that_do_not_wait_for_the_log_are_seen(site: Site) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {site.database} SET synchronous_commit = off")
    assert lost_in_stops_at_once(site, times=5)


def test_what_was_acknowledged_outlives_a_stop_at_once(site: Site) -> None:
    assert lost_in_stops_at_once(site, times=3) == set()
    assert [line for line in broken() if not line.startswith("I13")] == []


def test_reaching_everybody_is_seen(site: Site) -> None:
    """Without the hook it is refused: `tests/test_architecture.py` asks every service."""
    site.web(hooks="unscoped")
    person, stranger = Visitor(site), ResidentFactory(domestic=True)
    token = person.opened()
    assert person.post(token, iqama_number=stranger.iqama_number, months=12).status_code == 302
    token.refresh_from_db()
    confirmed_at_last(person, token)
    assert {line.split()[0] for line in broken()} == {"I10"}
