"""How often an address may ask the public check: misses more strictly than finds, and no number more often than it takes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as portal
from django.test import Client, RequestFactory

from accounts import visitors
from accounts.models import Attempt, looks
from accounts.models.limits import Paused
from accounts.tasks import forget_attempts
from muqeem import seal, serials
from residency.models import Visa
from tests.factories import VisaFactory, in_days
from tests.operations.journeys import said

LOOKS, MISSES, OF_ONE = portal.CHECK_LOOKS_AN_HOUR, portal.CHECK_MISSES_AN_HOUR, portal.CHECK_MISSES_OF_ONE_NUMBER_A_DAY
DESK, ELSEWHERE = "203.0.113.7", "198.51.100.9"


def ask(number: str, passport: str = "X1", address: str = DESK, **more: Any) -> Any:
    typed = {"number": number, "fact": "passport_number", "passport_number": passport} | more
    return Client(REMOTE_ADDR=address).post("/check/", typed, headers={"Cookie": "language=en"})


def asked(misses: int = 0, finds: int = 0, address: str = DESK) -> None:
    """Looks of an address, each about another number."""
    visitor = visitors.key_of(RequestFactory(REMOTE_ADDR=address).get("/"))
    for answered, count in ((False, misses), (True, finds)):
        Attempt.objects.bulk_create(Attempt(name=visitor, kind=Attempt.Kind.LOOK, answered=answered) for _ in range(count))


@pytest.fixture
def visa(db: None) -> Visa:
    return VisaFactory()


def right(visa: Visa, address: str = DESK) -> Any:
    return ask(visa.number, visa.resident.passports.get().number, address)


def test_an_airlines_desk_can_work(visa: Visa) -> None:
    """Ten people with a passenger every two minutes, one in ten of whom is mistyped."""
    asked(misses=30, finds=270)
    assert right(visa).status_code == 200


@pytest.mark.parametrize("so_far", [{"misses": MISSES}, {"finds": LOOKS}], ids=["misses", "looks"])
def test_a_limited_visitor_is_told_when_to_come_back_and_the_register_is_not_asked(
    visa: Visa, so_far: dict[str, int], monkeypatch: pytest.MonkeyPatch, shift: Callable[[timedelta], None]
) -> None:
    asked(**so_far)
    shift(timedelta(minutes=18, seconds=1))
    monkeypatch.setattr("residency.check.views.find", lambda question: pytest.fail("it was asked"))
    answer = right(visa)
    assert answer.status_code == 429
    assert "Too many checks. Try again in 42 minutes. Scanned QR codes are still checked." in said(answer)
    assert 41 * 60 < int(answer["Retry-After"]) < 42 * 60


@pytest.mark.parametrize("so_far", [{"misses": MISSES}, {"finds": LOOKS}], ids=["misses", "looks"])
def test_without_the_limit_it_would_be_answered(visa: Visa, so_far: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "_refused_until", lambda visitor, number: iter(()))
    asked(**so_far)
    assert right(visa).status_code == 200


def test_one_less_is_answered(visa: Visa) -> None:
    asked(misses=MISSES - 1)
    assert right(visa).status_code == 200


def test_an_hour_later_it_is_answered_again_and_elsewhere_at_once(visa: Visa, shift: Callable[[timedelta], None]) -> None:
    asked(misses=MISSES)
    assert right(visa).status_code == 429
    assert right(visa, ELSEWHERE).status_code == 200
    shift(timedelta(hours=1))
    assert right(visa).status_code == 200


@pytest.mark.parametrize("exists", [True, False])
def test_one_number_cannot_be_guessed_at_whether_it_exists_or_not(visa: Visa, exists: bool, shift: Callable[[timedelta], None]) -> None:
    number = visa.number if exists else "777"
    answers = [ask(number, f"X{guess}").status_code for guess in range(OF_ONE + 2)]
    assert answers == [404] * OF_ONE + [429, 429]
    assert right(VisaFactory()).status_code == 200
    shift(timedelta(hours=2))
    answer = ask(number)
    assert answer.status_code == 429
    assert "Try again in 22 hours." in said(answer)
    shift(timedelta(hours=24))
    assert ask(number).status_code == 404


def test_finds_of_one_number_are_no_guesses(visa: Visa) -> None:
    assert {right(visa).status_code for _ in range(OF_ONE + 2)} == {200}


def test_the_pages_codes_are_limited_like_visas(db: None) -> None:
    asked(misses=MISSES)
    answer = Client(REMOTE_ADDR=DESK).post("/check/", {"serial": serials.new_serial(), "code": "0" * 12})
    assert answer.status_code == 429


def test_seals_hold_nothing_to_guess_and_are_not_counted(db: None) -> None:
    asked(misses=MISSES)
    facts = seal.Payload(
        serial=serials.new_serial(), kind="iqama-renewal", last_four="1234", birth_year=1990, dates={"issued_on": in_days(0)}
    )
    scanned = f"{portal.SITE_URL}/check/#{seal.seal(facts)}"
    assert Client(REMOTE_ADDR=DESK).post("/check/", {"serial": scanned}).status_code == 200
    assert Attempt.objects.count() == MISSES


# --- whose looks they are ---------------------------------------------------------------------------------------------
def test_neither_address_nor_number_is_kept_and_after_a_day_nothing(visa: Visa, shift: Callable[[timedelta], None]) -> None:
    ask(visa.number)
    kept = str(list(Attempt.objects.values_list()))
    assert [word for word in (DESK, visa.number, "X1") if word in kept] == []
    shift(timedelta(hours=23))
    forget_attempts()
    assert Attempt.objects.count() == 2
    shift(timedelta(hours=24, seconds=1))
    forget_attempts()
    assert Attempt.objects.count() == 0


def network(address: str, **headers: str) -> str:
    return visitors.network_of(RequestFactory(REMOTE_ADDR=address, headers=headers).get("/"))


def test_a_household_of_the_new_addresses_is_one_visitor() -> None:
    assert network("2001:db8:1:2::5") == network("2001:db8:1:2:ffff::9") != network("2001:db8:1:3::5")
    assert network("::ffff:203.0.113.7") == network("203.0.113.7") == "203.0.113.7"
    assert network("") == network("no address") == "unknown"


@pytest.mark.parametrize(
    ("proxies", "told", "seen"),
    [
        (0, "198.51.100.9", DESK),
        (1, "", DESK),
        (1, "198.51.100.9", ELSEWHERE),
        (1, "1.2.3.4, 198.51.100.9", ELSEWHERE),  # what stands before ours is what the visitor made up
        (2, "1.2.3.4, 198.51.100.9, 10.0.0.1", ELSEWHERE),
        (2, "198.51.100.9", ELSEWHERE),
    ],
)
def test_behind_proxies_the_visitor_is_whom_the_outermost_of_ours_saw(settings: Any, proxies: int, told: str, seen: str) -> None:
    settings.PROXIES = proxies
    assert network(DESK, **({"x-forwarded-for": told} if told else {})) == seen


def test_a_look_counts_before_it_is_answered(visa: Visa) -> None:
    visitor = visitors.key_of(RequestFactory(REMOTE_ADDR=DESK).get("/"))
    for number in range(MISSES):
        looks.count_look(visitor, str(number))
    with pytest.raises(Paused):
        looks.count_look(visitor, "another")
