"""Codes to phones of people who are not signed in: how long each lives, how often it is tried, and what it opens."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import Attempt, PhoneCode, limits
from accounts.models.limits import Paused, TooSoon
from accounts.models.tokens import CODE_LIFE, TIME_TO_CONFIRM, CodeExpired, TokenClosed, WrongCode
from muqeem import codes
from muqeem.record.models import Message
from tests.accounts.people import all_at_once

pytestmark = pytest.mark.django_db

NUMBER = "+966500000555"
Shift = Callable[[timedelta], None]


def sent(number: str = NUMBER, name: str = "") -> PhoneCode:
    return PhoneCode.begin("test", number, language="en", template="phone-confirmation", name=name)


def right(code: PhoneCode) -> str:
    return codes.derive(str(code.uuid), code.sends)


def wrong(code: PhoneCode) -> str:
    return f"{(int(right(code)) + 1) % 10**codes.DIGITS:06}"


def used(code: PhoneCode) -> bool:
    with transaction.atomic():
        return code.use()


def test_a_code_opens_once_and_is_used_once() -> None:
    code = sent()
    code.try_code(right(code))
    assert code.is_verified
    with pytest.raises(TokenClosed):
        code.try_code(right(code))
    with pytest.raises(TokenClosed):
        code.send()
    assert [used(code), used(code)] == [True, False]
    code.refresh_from_db()
    assert not code.is_verified
    assert not Attempt.objects.filter(kind=Attempt.Kind.CODE).exists()


def test_a_code_that_was_not_given_opens_nothing() -> None:
    code = sent()
    assert not code.is_verified
    assert not used(code)


def test_a_code_lives_five_minutes_and_what_it_opened_a_quarter_of_an_hour(shift: Shift) -> None:
    late, code = sent(), sent("+966500000556")
    code.try_code(right(code))
    shift(CODE_LIFE + timedelta(seconds=1))
    with pytest.raises(CodeExpired):
        late.try_code(right(late))
    assert (late.tries, Attempt.objects.filter(kind=Attempt.Kind.CODE).count()) == (0, 0)
    assert code.is_verified
    shift(TIME_TO_CONFIRM + timedelta(seconds=1))
    assert not code.is_verified
    assert not used(code)


def test_the_newest_code_alone_is_right(shift: Shift) -> None:
    code = sent()
    first = right(code)
    shift(timedelta(seconds=61))
    code.send()
    with pytest.raises(WrongCode):
        code.try_code(first)
    code.try_code(right(code))


def test_five_wrong_codes_close_it_for_good(shift: Shift) -> None:
    code = sent()
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongCode) as error:
            code.try_code(wrong(code))
        assert error.value.left == left
    shift(timedelta(seconds=61))
    for act in (code.send, lambda: code.try_code(right(code))):
        with pytest.raises(TokenClosed):
            act()


def test_where_there_is_no_number_no_code_is_right_and_nothing_leaves() -> None:
    code = sent("", name="a name that nobody has")
    with pytest.raises(WrongCode):
        code.try_code(right(code))
    assert not Message.objects.exists()


def test_a_name_that_is_paused_gets_no_code(shift: Shift) -> None:
    for minute in range(2):
        shift(timedelta(minutes=2 * minute))
        code = sent()
        for _time in range(limits.TRIES_A_TOKEN):
            with pytest.raises(WrongCode):
                code.try_code(wrong(code))
    shift(timedelta(minutes=5))
    with pytest.raises(Paused):
        sent()
    assert PhoneCode.objects.count() == 2


def test_codes_are_a_minute_apart() -> None:
    sent()
    with pytest.raises(TooSoon):
        sent()


def test_under_another_name_a_phone_is_not_flooded_and_nobody_learns_that() -> None:
    first, second = sent(name="one"), sent(name="other")
    assert (first.sends, second.sends) == (1, 1)
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_that_use_a_code_at_once_one_does() -> None:
    code = sent()
    code.try_code(right(code))
    assert sorted(all_at_once(lambda _number: used(code), 4)) == [False, False, False, True]


@pytest.mark.django_db(transaction=True)
def test_a_right_code_that_comes_many_times_at_once_opens_once() -> None:
    code = sent()
    outcomes = all_at_once(lambda _number: PhoneCode.objects.get(pk=code.pk).try_code(right(code)), 4)
    assert outcomes.count(None) == 1
    assert [type(outcome) for outcome in outcomes].count(TokenClosed) == 3


@pytest.mark.django_db(transaction=True)
def test_of_many_guesses_at_once_five_are_looked_at() -> None:
    code = sent()
    outcomes = all_at_once(lambda _number: PhoneCode.objects.get(pk=code.pk).try_code(wrong(code)), 8)
    assert [type(outcome) for outcome in outcomes].count(WrongCode) == limits.TRIES_A_TOKEN
