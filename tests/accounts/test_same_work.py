"""Whoever names somebody and whoever names nobody read the same and make the portal do the same work.

What takes as long tells nothing. The time itself is measured by tests/bench/sign_in_time.py, which knows the doors.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import limits, phone_codes, resets
from muqeem import clock
from muqeem.numbers import luhn_complete
from muqeem.record import outbox
from residency.check.visas import Question, find
from residency.models import Visa
from tests.bench.sign_in_time import BORN, DOORS, KNOWN, NOBODY, WRONG_CODE, Ask, Who, new_password, public_check, registration, somebody
from tests.residency.test_registration import GO_ON, START, facts

pytestmark = pytest.mark.django_db

MARK = re.compile(r"SAVEPOINT|RELEASE")  # what is left out takes no measurable time
VERB_AND_TABLE = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM|SELECT)\b(?:.*?\bFROM)?\s*\"?(\w+)", re.DOTALL)


@pytest.fixture(autouse=True)
def _somebody() -> None:
    somebody()


def work(ask: Ask) -> list[str]:
    """What the database is asked, by verb and table."""
    with CaptureQueriesContext(connection) as queries:
        ask()
    asked = [query["sql"] for query in queries if not MARK.search(query["sql"])]
    return [" ".join(found.groups()) if (found := VERB_AND_TABLE.match(sql)) else sql for sql in asked]


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_somebody_and_nobody_cost_the_same_queries(door: Callable[[Who], Ask]) -> None:
    assert work(door(KNOWN)) == work(door(NOBODY))


@pytest.mark.parametrize(
    ("door", "place"), [("a new password", resets), ("registration", phone_codes), ("registration, another code", phone_codes)]
)
def test_without_pretending_to_write_a_message_they_do_not(door: str, place: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert outbox.pretend is place.pretend
    monkeypatch.setattr(place, "pretend", lambda **_fields: None)
    assert work(DOORS[door](KNOWN)) != work(DOORS[door](NOBODY))


def test_a_check_that_looks_in_two_steps_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def in_two_steps(question: Question) -> Visa | None:
        return find(question) if Visa.objects.filter(resident__iqama_number=question.number).exists() else None

    monkeypatch.setattr("residency.check.views.find", in_two_steps)
    assert work(public_check(KNOWN)) != work(public_check(NOBODY))


def read(answer: Any) -> tuple[object, ...]:
    """What somebody sees of an answer: status, length, headers and the names of cookies."""
    headers = {name: value for name, value in answer.headers.items() if name != "Set-Cookie"}
    return answer.status_code, len(answer.content), headers, sorted(answer.cookies)


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_somebody_and_nobody_are_answered_alike_however_often_they_are_named(door: Callable[[Who], Ask]) -> None:
    answers: dict[Who, list[object]] = {KNOWN: [], NOBODY: []}
    with clock.hold():
        for who, answered in answers.items():
            ask = door(who)
            answered += [read(ask()) for _time in range(limits.TRIES_A_TOKEN + 2)]
    assert answers[KNOWN] == answers[NOBODY]


@pytest.mark.parametrize("again", [{"code": WRONG_CODE}, {"again": "1"}])
def test_the_pages_after_it_are_alike(again: dict[str, str]) -> None:
    pages: dict[Who, list[object]] = {KNOWN: [], NOBODY: []}
    for who, read_by in pages.items():
        browser = Client()
        browser.post(START, facts(who[1], BORN))
        for _time in range(limits.TRIES_A_TOKEN + 1):
            read_by.append(read(browser.post(GO_ON, again, follow=True)))
    assert pages[KNOWN] == pages[NOBODY]


@pytest.mark.parametrize(("door", "somebody"), [(new_password, "user-{}"), (registration, "20000{:04}")])
def test_an_address_names_so_many_people_a_day(door: Callable[[Who], Ask], somebody: str) -> None:
    people = [somebody.format(number) for number in range(limits.REQUESTS_OF_ONE_ADDRESS + 1)]
    answers = [door((name, luhn_complete(name) if name.isdigit() else ""))() for name in people]
    assert [answer.status_code for answer in answers] == [302] * limits.REQUESTS_OF_ONE_ADDRESS + [422]
