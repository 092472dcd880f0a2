"""Races over HTTP against a real server of 32 threads, released together by a barrier.

Each race is first run on a server without its guard, where it must be lost: otherwise it would prove nothing.
"""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import Attempt, Entry, OperationToken
from accounts.models.tokens import Step
from muqeem.operations.models import Receipt
from muqeem.record.models import Event
from tests.factories import ResidentFactory
from tests.live import Answer, Browser, Site, Visitor, broken, released_together, reviewed

NAIVE = "naive_spend naive_judge naive_tries"
CROWD = 50


@pytest.fixture
def guarded(site: Site) -> Site:
    site.web()
    return site


def unguard(*constraints: tuple[str, str]) -> None:
    with connection.cursor() as cursor:
        for table, constraint in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


def confirm(person: Visitor, token: OperationToken) -> Callable[[], Answer]:
    address, data = f"/operations/{token.uuid}/", {"fingerprint": token.fingerprint}
    return lambda: person.client.post(address, data)


def residents_of(person: Visitor, count: int) -> list[Any]:
    return ResidentFactory.create_batch(count, domestic=True, sponsor=person.account)


def promises() -> set[str]:
    return {line.split()[0] for line in broken()}


# --- one token ---


def confirmed_by_a_crowd(site: Site, tokens: int) -> list[tuple[OperationToken, list[Answer]]]:
    person = Visitor(site, operations=10_000)
    done = []
    for resident in residents_of(person, tokens):
        token = reviewed(person, resident)
        done.append((token, released_together([confirm(person, token)] * CROWD)))
    return done


def test_without_their_guards_simultaneous_confirmations_win_more_than_once(site: Site) -> None:
    unguard(("operations_receipt", "receipt_once"), ("residency_iqama", "iqama_version_once"))
    site.web(hooks=NAIVE)
    [(token, _)] = confirmed_by_a_crowd(site, 1)
    assert token.receipts.count() > 1
    assert {"I01", "I07"} <= promises()


def test_without_the_conditional_update_the_walls_behind_it_hold_but_not_all_are_led_to_the_receipt(site: Site) -> None:
    site.web(hooks="naive_spend")
    [(token, answers)] = confirmed_by_a_crowd(site, 1)
    assert token.receipts.count() == 1
    assert len({answer.url.partition("?")[0] for answer in answers}) > 1


def test_of_simultaneous_confirmations_one_wins_and_the_others_are_led_to_its_receipt(guarded: Site) -> None:
    for token, answers in confirmed_by_a_crowd(guarded, tokens=10):
        receipt = token.receipts.get()
        address = f"/receipts/{receipt.uuid}/"
        assert Counter((answer.status_code, answer.url) for answer in answers) == {
            (302, address): 1,
            (302, f"{address}?again=1"): CROWD - 1,
        }
    assert broken() == []


# --- one operation left, money for one ---


def one_operation_left(site: Site) -> tuple[Visitor, list[Answer]]:
    person = Visitor(site, operations=1)
    tokens = [reviewed(person, resident) for resident in residents_of(person, CROWD)]
    return person, released_together([confirm(person, token) for token in tokens])


def test_without_its_guard_the_last_operation_of_a_package_is_spent_more_than_once(site: Site) -> None:
    site.web(hooks="naive_quota")
    one_operation_left(site)
    assert Receipt.objects.count() > 1
    assert "I06" in promises()


def test_of_fifty_tokens_one_gets_the_last_operation_and_nobody_else_pays(guarded: Site) -> None:
    person, answers = one_operation_left(guarded)
    assert Counter(answer.status_code for answer in answers) == {302: 1, 409: CROWD - 1}
    receipt = Receipt.objects.get()
    person.subscription.refresh_from_db()
    assert (person.subscription.operations_left, person.subscription.operations_spent) == (0, 1)
    assert [entry.reference for entry in Entry.objects.filter(kind="operation")] == [receipt.number]
    assert {event.data["reason"][0] for event in Event.objects.filter(kind="refusal")} == {"quota-used"}
    assert OperationToken.objects.exclude(used_at=None).count() == 1
    assert broken() == []


def money_for_one_of_twenty(site: Site) -> tuple[Visitor, list[Answer]]:
    person = Visitor(site, holding="1.00")
    tokens = [reviewed(person, resident) for resident in residents_of(person, 20)]
    needed = Decimal(tokens[0].shown["total"])
    person.wallet.credit(needed - 1, reference="enough", reason="deposit", actor="staff")
    return person, released_together([confirm(person, token) for token in tokens])


def test_without_its_guard_a_wallet_pays_more_than_it_holds(site: Site) -> None:
    site.web(hooks="naive_wallet no_quota")
    money_for_one_of_twenty(site)
    assert Receipt.objects.count() > 1
    assert "I22" in promises()


def test_a_wallet_that_holds_one_fee_pays_one_of_twenty(guarded: Site) -> None:
    person, answers = money_for_one_of_twenty(guarded)
    assert Counter(answer.status_code for answer in answers) == {302: 1, 409: 19}
    person.wallet.refresh_from_db()
    assert person.wallet.balance == 0
    assert {event.data["reason"][0] for event in Event.objects.filter(kind="refusal")} == {"wallet-low"}
    assert broken() == []


# --- one resident ---


def two_tokens_on_one_resident(site: Site) -> tuple[Visitor, list[Answer]]:
    person = Visitor(site)
    tokens = [reviewed(person), reviewed(person)]
    return person, released_together([confirm(person, token) for token in tokens])


def test_without_its_guards_two_renewals_of_one_resident_make_one_version_twice(site: Site) -> None:
    unguard(("residency_iqama", "iqama_version_once"))
    site.web(hooks="naive_judge judgements_meet")
    person, answers = two_tokens_on_one_resident(site)
    assert [answer.status_code for answer in answers] == [302, 302]
    assert list(person.resident.iqamas.order_by("version").values_list("version", flat=True)) == [1, 2, 2]
    assert "I07" in promises()


def test_of_two_tokens_on_one_resident_the_second_is_judged_on_the_new_facts(site: Site) -> None:
    site.web(hooks="judgements_meet")
    for _ in range(2):
        person, answers = two_tokens_on_one_resident(site)
        assert sorted(answer.status_code for answer in answers) == [302, 409]
        assert list(person.resident.iqamas.order_by("version").values_list("version", flat=True)) == [1, 2]
        assert person.resident.receipts.count() == 1
        assert Event.objects.filter(kind="refusal", account=person.account.number).count() == 1
    assert broken() == []


# --- one code ---


def guessed_by_a_crowd(site: Site) -> tuple[Visitor, OperationToken]:
    person = Visitor(site)
    token = person.start()
    right = person.code(token)
    wrong = [f"{number:06}" for number in range(41) if f"{number:06}" != right][:40]
    address = f"/operations/{token.uuid}/"
    answers = released_together([lambda code=code: person.client.post(address, {"code": code}) for code in wrong])
    assert {answer.status_code for answer in answers} <= {302, 422}
    token.refresh_from_db()
    return person, token


def test_without_its_guard_parallel_guesses_get_more_than_five_tries(site: Site) -> None:
    unguard(("accounts_operationtoken", "token_tries"))
    site.web(hooks=NAIVE)
    guessed_by_a_crowd(site)
    assert Attempt.objects.filter(kind=Attempt.Kind.CODE).count() > 5


def test_forty_parallel_guesses_get_five_tries_and_void_the_token(guarded: Site) -> None:
    person, token = guessed_by_a_crowd(guarded)
    assert token.tries == Attempt.objects.filter(kind=Attempt.Kind.CODE).count() == 5
    assert person.post(token, code=person.code(token)).url == f"/operations/{token.uuid}/"
    token.refresh_from_db()
    assert (token.step(), token.verified_at) == (Step.CLOSED, None)
    assert broken() == []


# --- one visa, asked for by strangers ---

OF_ONE = settings.CHECK_MISSES_OF_ONE_NUMBER_A_DAY


def looked_for_by_a_crowd(site: Site) -> Counter[int]:
    """How forty guesses at one number are answered, released together."""
    stranger = Browser(site.port)
    guesses = [{"number": "777", "fact": "passport_number", "passport_number": f"X{guess}"} for guess in range(40)]
    answers = released_together([lambda guess=guess: stranger.post("/check/", guess) for guess in guesses])
    return Counter(answer.status_code for answer in answers)


def test_without_its_lock_the_public_check_lets_a_crowd_guess_more_often(site: Site) -> None:
    site.web(hooks="naive_looks")
    assert looked_for_by_a_crowd(site)[404] > OF_ONE


def test_a_crowd_at_the_public_check_guesses_no_more_often_than_one(guarded: Site) -> None:
    assert looked_for_by_a_crowd(guarded) == {404: OF_ONE, 429: 40 - OF_ONE}
