"""How often codes may be tried and sent: the arithmetic, a simulated day, and numbers that people share."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import Attempt, OperationToken, User, limits
from accounts.models.attempts import DAY, name_key
from accounts.models.limits import Paused, TooManyForAll, TooManySends, TooSoon
from accounts.models.tokens import CODE_LIFE, WrongCode
from accounts.tasks import forget_attempts
from muqeem import catalogue, clock, codes
from muqeem.record.models import Message
from tests.accounts.people import right_code, sign_in_first, wrong_code
from tests.factories import PASSWORD, AccountFactory, OperationTokenFactory, PhoneDeviceFactory, UserFactory

pytestmark = pytest.mark.django_db
POSSIBLE_CODES = 10**codes.DIGITS
CHANCE_A_DAY = 2e-5


def fresh(user: User) -> OperationToken:
    """A token that waits for a code which was sent just now."""
    return OperationTokenFactory(user=user, account=None)


def guess(user: User, times: int) -> None:
    """Wrong codes, five to a token."""
    token = fresh(user)
    for _ in range(times):
        if not token.tries_left:
            token = fresh(user)
        with pytest.raises(WrongCode):
            token.try_code(wrong_code(token))


def refused_until(user: User) -> datetime:
    token = fresh(user)
    with pytest.raises(Paused) as paused:
        token.try_code(right_code(token))
    token.refresh_from_db()
    assert (token.tries, token.verified_at) == (0, None)
    return paused.value.until


# --- the arithmetic ---


def test_guessing_the_codes_of_texts_all_day_succeeds_less_than_twice_in_a_hundred_thousand() -> None:
    assert limits.CLOSE_AFTER / POSSIBLE_CODES <= CHANCE_A_DAY


def test_guessing_the_codes_of_an_app_all_day_does_not_succeed_more_often() -> None:
    accepted = 3  # the code of this half minute, of the one before and of the one after
    generous, exact = limits.GENEROUS_TRIES, limits.CLOSE_AFTER - limits.GENEROUS_TRIES
    assert (generous * accepted + exact) / POSSIBLE_CODES <= CHANCE_A_DAY
    assert limits.CLOSE_AFTER * accepted / POSSIBLE_CODES > CHANCE_A_DAY  # what it would be without being exact later


def test_the_limits_are_those_that_were_promised() -> None:
    assert (limits.TRIES_A_TOKEN, limits.PAUSE_AFTER, limits.CLOSE_AFTER) == (5, 10, 15)
    assert (timedelta(minutes=15), timedelta(hours=24), timedelta(seconds=300)) == (limits.PAUSE, DAY, CODE_LIFE)
    assert (timedelta(seconds=60), 5) == (limits.SENDS_APART, limits.SENDS_AN_HOUR)
    assert (limits.SENDS_A_DAY, limits.SENDS_A_DAY_IN_ALL) == (10, 300)


# --- wrong codes ---


def guesses_of_a_day(shift, every: timedelta = timedelta(minutes=16)) -> int:
    """How many codes somebody who never tires may compare in a day."""
    user, made = UserFactory(), 0
    for tick in range(int(DAY / every)):
        shift(tick * every)
        try:
            for _ in range(limits.PAUSE_AFTER):  # as many as go at this moment
                guess(user, 1)
                made += 1
        except Paused:
            pass
    return made


def test_somebody_who_guesses_all_day_gets_fifteen_tries(shift) -> None:
    assert guesses_of_a_day(shift) == limits.CLOSE_AFTER


def test_without_the_pauses_he_gets_as_many_as_he_likes(shift, monkeypatch) -> None:
    monkeypatch.setattr(limits, "codes_closed_until", lambda wrong: None)
    assert guesses_of_a_day(shift, every=timedelta(hours=4)) == 60


def test_ten_wrong_codes_pause_for_a_quarter_of_an_hour(shift) -> None:
    user = UserFactory()
    guess(user, 9)
    assert right_after(user)
    guess(user, 1)
    assert timedelta(minutes=14, seconds=50) < refused_until(user) - clock.now() <= timedelta(minutes=15)
    shift(timedelta(minutes=14, seconds=50))
    refused_until(user)
    shift(timedelta(minutes=15, seconds=10))
    assert right_after(user)


def right_after(user: User) -> bool:
    token = fresh(user)
    token.try_code(right_code(token))
    return token.verified_at is not None


def test_fifteen_wrong_codes_close_until_a_day_after_the_first(shift) -> None:
    user = UserFactory()
    guess(user, 1)
    first = Attempt.objects.get().at
    shift(timedelta(hours=2))
    guess(user, 9)
    shift(timedelta(hours=2, minutes=16))
    guess(user, 5)
    assert refused_until(user) == first + DAY
    shift(timedelta(hours=23, minutes=59))
    refused_until(user)
    shift(timedelta(hours=24, minutes=1))
    assert right_after(user)


def test_wrong_codes_of_sign_in_and_of_operations_count_together(shift) -> None:
    user, client = UserFactory(), Client()
    sign_in = sign_in_first(client, user)
    for _ in range(5):
        client.post("/sign-in/code/", {"code": wrong_code(sign_in)})
    assert Attempt.objects.filter(kind=Attempt.Kind.CODE).count() == 5
    guess(user, 5)
    refused_until(user)


def test_another_persons_wrong_codes_pause_nobody_else() -> None:
    guess(UserFactory(), 10)
    assert right_after(UserFactory())


def test_right_codes_are_not_counted() -> None:
    user = UserFactory()
    for _ in range(limits.CLOSE_AFTER + 1):
        assert right_after(user)


def test_while_codes_are_paused_none_is_sent() -> None:
    user = UserFactory()
    guess(user, 10)
    with pytest.raises(Paused):
        OperationToken.begin(user, "iqama-renewal", AccountFactory())
    assert not Message.objects.exists()


# --- wrong codes of everybody ---


@pytest.fixture
def small_portal(settings) -> int:
    """So many wrong codes a minute that people mistype them."""
    settings.CODES_A_MINUTE = 108
    return 6  # three times 1.85 %


def mistyped_by_others(times: int) -> None:
    for _ in range(times):
        guess(UserFactory(), 1)


def test_while_somebody_guesses_three_wrong_codes_pause_and_five_close(shift, small_portal: int) -> None:
    user = UserFactory()
    guess(user, 3)
    mistyped_by_others(small_portal - 3)
    assert right_after(user)
    mistyped_by_others(1)
    assert timedelta(minutes=14) < refused_until(user) - clock.now() <= timedelta(minutes=15)
    shift(timedelta(minutes=15, seconds=10))
    guess(user, 2)
    mistyped_by_others(small_portal)
    assert refused_until(user) > clock.now() + timedelta(hours=23)


def test_who_types_the_right_code_does_not_notice_that_somebody_guesses(small_portal: int) -> None:
    mistyped_by_others(small_portal + 1)
    user = UserFactory()
    guess(user, 2)
    assert right_after(user)


def test_a_minute_after_the_last_guess_all_is_as_before(shift, small_portal: int) -> None:
    user = UserFactory()
    guess(user, 4)
    mistyped_by_others(small_portal)
    refused_until(user)
    shift(timedelta(seconds=61))
    assert right_after(user)


@pytest.mark.parametrize(("times_the_usual", "noticed"), [(1, False), (2.9, False), (3.1, True)])
def test_three_times_the_usual_are_noticed_within_a_minute(settings, times_the_usual: float, noticed: bool) -> None:
    wrong, now = round(times_the_usual * limits.USUALLY_WRONG * settings.CODES_A_MINUTE), clock.now()
    Attempt.objects.bulk_create(
        Attempt(name=f"name {n}", kind=Attempt.Kind.CODE, at=now - n * timedelta(seconds=58) / wrong) for n in range(wrong)
    )
    assert limits.somebody_guesses() is noticed


# --- sendings ---


def ask(user: User) -> bool:
    """Whether a code is sent to somebody who asks for one and does not answer it."""
    try:
        OperationToken.begin(user, "iqama-renewal")
    except (TooSoon, TooManySends):
        return False
    return True


def test_codes_are_sent_a_minute_apart(shift) -> None:
    user = UserFactory()
    assert ask(user)
    shift(timedelta(seconds=59))
    with pytest.raises(TooSoon) as soon:
        OperationToken.begin(user, "iqama-renewal")
    assert timedelta(0) < soon.value.until - clock.now() <= timedelta(seconds=1.5)
    shift(timedelta(seconds=61))
    assert ask(user)


def test_five_codes_an_hour_are_sent_that_nobody_answers(shift) -> None:
    user = UserFactory()
    sent = [minute for minute in range(0, 120, 2) if shift(timedelta(minutes=minute, seconds=minute)) or ask(user)]
    assert sent == [0, 2, 4, 6, 8, 60, 62, 64, 66, 68]


def test_ten_codes_a_day_are_sent_that_nobody_answers(shift) -> None:
    user = UserFactory()
    sent = 0
    for hour in range(24):
        shift(timedelta(hours=hour))
        sent += ask(user)
    assert sent == 10
    with pytest.raises(TooManySends) as many:
        OperationToken.begin(user, "iqama-renewal")
    shift(timedelta(hours=24, minutes=1))
    assert many.value.until < clock.now()
    assert ask(user)


def test_ten_thousand_requests_in_an_hour_send_five_texts(shift) -> None:
    """A hundred and twenty of them, one every half minute: that more come between sends no more, for they are too soon."""
    user, account = UserFactory(), AccountFactory()
    for second in range(0, 3600, 30):
        shift(timedelta(seconds=second))
        try:
            OperationToken.begin(user, "iqama-renewal", account)
        except Paused:
            continue
    assert Message.objects.count() == limits.SENDS_AN_HOUR
    assert timedelta(seconds=3600 / 10_000) < limits.SENDS_APART


def test_without_counting_every_request_sends_one(monkeypatch) -> None:
    monkeypatch.setattr(limits, "count_send", lambda name: None)
    user, account = UserFactory(), AccountFactory()
    for _ in range(40):
        OperationToken.begin(user, "iqama-renewal", account)
    assert Message.objects.count() == 40


def test_two_people_with_one_number_share_its_limits(shift) -> None:
    first, second = UserFactory(), UserFactory(with_phone=False)
    PhoneDeviceFactory(user=second, number=first.phonedevice_set.get().number)
    assert ask(first)
    assert not ask(second)
    for turn, user in enumerate([second, first, second, first], start=1):
        shift(timedelta(minutes=2 * turn))
        assert ask(user)
    shift(timedelta(minutes=20))
    assert not ask(first)
    assert not ask(second)
    assert ask(UserFactory())


def test_the_right_code_frees_the_sendings_before_it(shift) -> None:
    user = UserFactory()
    for minute in range(20):
        shift(timedelta(minutes=2 * minute))
        token = OperationToken.begin(user, "iqama-renewal")
        token.try_code(right_code(token))
    assert Message.objects.count() == 20


def test_three_hundred_codes_a_day_are_the_most_also_for_those_who_answer(shift) -> None:
    user = UserFactory()
    name = name_key(user.phonedevice_set.get().number)
    first = clock.now() - timedelta(hours=3)
    for number in range(299):
        Attempt.objects.create(name=name, kind=Attempt.Kind.SEND, answered=True, at=first + timedelta(seconds=number))
    assert ask(user)
    shift(timedelta(minutes=2))
    with pytest.raises(TooManySends) as many:
        OperationToken.begin(user, "iqama-renewal")
    assert many.value.until == first + DAY


def test_no_more_codes_are_sent_to_all_than_the_portal_is_meant_for(shift, settings) -> None:
    settings.CODES_A_MINUTE = 3
    assert [ask(UserFactory()) for _ in range(3)] == [True] * 3
    late = UserFactory()
    with pytest.raises(TooManyForAll) as many:
        OperationToken.begin(late, "iqama-renewal")
    assert timedelta(seconds=59) < many.value.until - clock.now() <= timedelta(seconds=60)
    assert OperationToken.begin(UserFactory(with_app=True), "iqama-renewal").method == "app"
    assert Message.objects.count() == 3
    shift(timedelta(seconds=61))
    assert ask(late)


def test_who_is_sent_no_code_because_of_all_others_reads_why(settings) -> None:
    settings.CODES_A_MINUTE = 1
    sign_in_first(Client(), UserFactory())
    user, client = UserFactory(), Client()
    client.cookies["language"] = "en"
    answer = client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 422
    assert "with an authenticator app you need none" in answer.content.decode()
    assert not user.tokens.exists()


def test_a_backup_code_answers_no_sending() -> None:
    user = UserFactory(with_app=True)
    user.staticdevice_set.create(name="backup").token_set.create(token=codes.backup_mark(str(user.uuid), "abcd2345"))
    Attempt.objects.create(name=name_key(user.phonedevice_set.get().number), kind=Attempt.Kind.SEND)
    OperationToken.begin(user, catalogue.SIGN_IN).try_backup_code("abcd2345")
    assert Attempt.objects.get(kind=Attempt.Kind.SEND).answered is False


# --- what is kept of it ---


def test_names_are_counted_folded_and_cannot_be_read() -> None:
    assert name_key(" Sara ") == name_key("sara") != name_key("sara2")
    assert "sara" not in name_key("sara")
    assert len(name_key("\ud800")) == 64
    assert str(Attempt(kind="code", at="now")) == "code at now"


def test_tries_are_forgotten_when_no_limit_counts_them(shift) -> None:
    guess(UserFactory(), 1)
    shift(timedelta(hours=23, minutes=59))
    forget_attempts()
    assert Attempt.objects.count() == 1
    shift(timedelta(hours=24, seconds=1))
    forget_attempts()
    assert Attempt.objects.count() == 0
