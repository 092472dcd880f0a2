"""The long look at what the time of an answer tells: somebody and nobody at each door, in turns, 2,000 times each.

    make test ARGS="tests/bench/sign_in_time.py -s --no-cov"    SAMPLES=100 before it takes a short look

These are the doors at which a stranger may name others. At two more nobody can be named whom there is not: the code of a
sign-in is asked of whoever knew the password, that of a new password of whoever holds its link.
"""

import logging
import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import Attempt
from muqeem.numbers import luhn_complete
from tests.accounts.test_resets import FORGOTTEN
from tests.accounts.test_sign_in import reply_to
from tests.factories import ResidentFactory, UserFactory, VisaFactory
from tests.residency.test_registration import GO_ON, START, facts

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLES = int(os.environ.get("SAMPLES", "2000"))
MOST = 5.0  # milliseconds between the two medians
BORN = date(1990, 7, 24)
KNOWN, NOBODY = ("known-1", luhn_complete("200000001")), ("nobody1", luhn_complete("200000002"))  # by user name and by number
WRONG_CODE = "000000"

Who = tuple[str, str]
Ask = Callable[[], Any]


def sign_in(who: Who) -> Ask:
    return lambda: reply_to(who[0])


def new_password(who: Who) -> Ask:
    browser = Client()
    return lambda: browser.post(FORGOTTEN, {"username": who[0]})


def registration(who: Who) -> Ask:
    browser = Client()
    return lambda: browser.post(START, facts(who[1], BORN))


def code(who: Who) -> Ask:
    browser = _waiting_for_code(who)
    return lambda: browser.post(GO_ON, {"code": WRONG_CODE})


def another_code(who: Who) -> Ask:
    browser = _waiting_for_code(who)
    return lambda: browser.post(GO_ON, {"again": "1"})


def public_check(who: Who) -> Ask:
    browser = Client()
    return lambda: browser.post("/check/", {"number": who[1], "fact": "passport_number", "passport_number": "X1"})


def somebody() -> None:
    """The one of the two whom there is: a user, and a resident with a visa."""
    UserFactory(username=KNOWN[0])
    VisaFactory(resident=ResidentFactory(iqama_number=KNOWN[1], birth_on=BORN, phone="+966500000333"))


def _waiting_for_code(who: Who) -> Client:
    """A browser in which a code was asked for; it is forgotten that this was a moment ago."""
    browser = Client()
    assert browser.post(START, facts(who[1], BORN)).status_code == 302
    Attempt.objects.all().delete()
    return browser


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Twenty thousand lines of the log would hide the table."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


DOORS = {
    "sign-in, wrong password": sign_in,
    "a new password": new_password,
    "registration": registration,
    "registration, wrong code": code,
    "registration, another code": another_code,
    "public check, another passport": public_check,
}


def medians(door: Callable[[Who], Ask]) -> tuple[float, float]:
    """The middle time in milliseconds of an answer about either, asked in turns; limits are forgotten between."""
    taken: dict[Who, list[float]] = {KNOWN: [], NOBODY: []}
    for _ in range(SAMPLES):
        for who, times in taken.items():
            Attempt.objects.all().delete()
            ask = door(who)
            began = time.perf_counter()
            ask()
            times.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken[KNOWN]), statistics.median(taken[NOBODY])


def test_somebody_and_nobody_are_answered_in_the_same_time() -> None:
    somebody()
    measured = {name: medians(door) for name, door in DOORS.items()}
    lines = [f"{name:28} {known:8.2f} {nobody:8.2f} {known - nobody:+7.2f}" for name, (known, nobody) in measured.items()]
    print("\n".join([f"\n{SAMPLES} samples each, ms         known   nobody  difference", *lines]))  # noqa: T201 -- the measurement
    assert {name: pair for name, pair in measured.items() if abs(pair[0] - pair[1]) >= MOST} == {}
