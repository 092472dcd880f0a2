"""Codes of texts: derived, newest only, a few tries, also when many guess at once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Attempt, OperationToken, PhoneDevice
from accounts.models.attempts import name_key
from accounts.models.limits import TRIES_A_TOKEN, Paused
from accounts.models.tokens import CodeExpired, Method, NoPhone, Step, TokenClosed, WrongCode
from muqeem import catalogue, clock, codes
from muqeem.record.models import Message
from tests.accounts.people import all_at_once, right_code, send, signed_in, wrong_code
from tests.factories import AccountFactory, MembershipFactory, OperationTokenFactory, SubscriptionFactory, UserFactory

pytestmark = pytest.mark.django_db
GUESSES = 16


def begun(**user) -> OperationToken:
    return OperationToken.begin(UserFactory(**user), "iqama-renewal", AccountFactory())


def count_wrong(token: OperationToken) -> int:
    return Attempt.objects.filter(name=name_key(token.user.username), kind=Attempt.Kind.CODE).count()


# --- what opens ---


def test_the_right_code_opens_the_token_for_a_quarter_of_an_hour() -> None:
    token = begun()
    assert (token.step(), token.method, str(token)) == (Step.CODE, Method.TEXT, f"iqama-renewal {token.uuid}")
    token.try_code(right_code(token))
    assert token.step() == Step.DETAILS
    assert token.expires_at - token.verified_at == timedelta(minutes=15)
    assert count_wrong(token) == 0


def test_a_wrong_code_opens_nothing_and_is_counted() -> None:
    token = begun()
    with pytest.raises(WrongCode) as refused:
        token.try_code(wrong_code(token))
    assert refused.value.left == TRIES_A_TOKEN - 1 == token.tries_left
    assert token.step() == Step.CODE
    assert count_wrong(token) == 1


def test_five_wrong_codes_void_the_token_for_the_right_one_too() -> None:
    token = begun()
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongCode) as refused:
            token.try_code(wrong_code(token))
        assert refused.value.left == left
    assert token.step() == Step.CLOSED
    with pytest.raises(TokenClosed):
        token.try_code(right_code(token))
    assert token.verified_at is None
    assert count_wrong(token) == 5


def test_the_database_refuses_a_sixth_try() -> None:
    token = begun()
    with pytest.raises(IntegrityError, match="token_tries"), transaction.atomic():
        OperationToken.objects.filter(pk=token.pk).update(tries=TRIES_A_TOKEN + 1)


def test_a_token_whose_tries_are_used_up_but_was_not_closed_takes_no_code(shift) -> None:
    token = begun()
    OperationToken.objects.filter(pk=token.pk).update(tries=TRIES_A_TOKEN)
    with pytest.raises(TokenClosed):
        token.try_code(right_code(token))
    shift(timedelta(seconds=61))
    with pytest.raises(TokenClosed):
        token.send_code()
    assert count_wrong(token) == 0


@pytest.mark.parametrize(("age", "opens"), [(299, True), (301, False)])
def test_a_code_lives_three_hundred_seconds_from_its_sending(age, opens, shift) -> None:
    token = begun()
    assert token.code_valid_until == token.sent_at + timedelta(seconds=300)
    shift(timedelta(seconds=age))
    if opens:
        token.try_code(right_code(token))
        assert token.step() == Step.DETAILS
    else:
        with pytest.raises(CodeExpired):
            token.try_code(right_code(token))
        assert (token.step(), token.tries, count_wrong(token)) == (Step.CODE, 0, 0)


def test_only_the_newest_code_opens(shift) -> None:
    token = begun()
    old = right_code(token)
    shift(timedelta(seconds=61))
    token.send_code()
    new = right_code(token)
    assert new != old
    with pytest.raises(WrongCode):
        token.try_code(old)
    token.try_code(new)
    assert token.step() == Step.DETAILS


def test_sending_again_gives_no_new_tries(shift) -> None:
    token = begun()
    for _ in range(4):
        with pytest.raises(WrongCode):
            token.try_code(wrong_code(token))
    shift(timedelta(seconds=61))
    token.send_code()
    with pytest.raises(WrongCode) as last:
        token.try_code(wrong_code(token))
    assert last.value.left == 0
    assert token.step() == Step.CLOSED


def test_the_code_of_one_token_does_not_open_another(shift) -> None:
    first = begun()
    shift(timedelta(seconds=61))
    second = OperationToken.begin(first.user, "iqama-renewal", first.account)
    with pytest.raises(WrongCode):
        second.try_code(right_code(first))


def test_a_closed_or_opened_token_sends_no_more_codes(shift) -> None:
    closed, opened = begun(), begun()
    closed.close()
    opened.try_code(right_code(opened))
    shift(timedelta(seconds=61))
    for token in (closed, opened):
        with pytest.raises(TokenClosed):
            token.send_code()
    assert Message.objects.count() == 2


def test_nobody_without_a_phone_gets_a_code() -> None:
    user = UserFactory(with_phone=False)
    with pytest.raises(NoPhone):
        OperationToken.begin(user, catalogue.SIGN_IN)
    assert not user.tokens.exists()


def test_a_phone_that_is_not_confirmed_gets_no_code() -> None:
    user = UserFactory()
    PhoneDevice.objects.filter(user=user).update(confirmed=False)
    with pytest.raises(NoPhone):
        OperationToken.begin(user, catalogue.SIGN_IN)


def test_a_phone_verifies_no_token_by_itself_and_challenges_nobody() -> None:
    token = begun()
    phone = token.user.phonedevice_set.get()
    assert phone.verify_token(right_code(token)) is False
    assert str(phone) == f"…{phone.number[-2:]}"
    with pytest.raises(TypeError):
        phone.generate_challenge()


# --- where it stands ---


def test_the_columns_say_the_step(shift) -> None:
    token = OperationTokenFactory(verified=True)
    assert (token.step(), token.may_extend, token.title) == (Step.DETAILS, True, catalogue.title("iqama-renewal"))
    token.keep({"months": "12"}, {"total": "1.00"}, "f" * 64)
    assert token.step() == Step.REVIEW
    assert token.extend()
    assert token.may_extend
    shift(timedelta(minutes=29, seconds=50))
    assert token.step() == Step.REVIEW
    shift(timedelta(minutes=30, seconds=10))
    assert token.step() == Step.LAPSED
    assert token.spend("f" * 64) is False
    with pytest.raises(TokenClosed):
        token.keep({}, {}, "")


def test_a_token_is_spent_once_and_only_for_what_was_shown() -> None:
    token = OperationTokenFactory(verified=True)
    assert token.spend("") is False  # nothing was reviewed
    token.keep({"months": "12"}, {"total": "1.00"}, "f" * 64)
    assert token.spend("e" * 64) is False
    assert token.spend("f" * 64) is True
    assert token.spend("f" * 64) is False
    token.refresh_from_db()
    assert token.step() == Step.DONE
    token.close()
    assert token.closed_at is None


def test_a_right_code_that_meets_a_token_closed_meanwhile_opens_nothing(monkeypatch) -> None:
    token = begun()
    right = token._right

    def closed_meanwhile(*args, **kwargs) -> bool:
        OperationToken.objects.filter(pk=token.pk).update(closed_at=clock.now())
        return right(*args, **kwargs)

    monkeypatch.setattr(token, "_right", closed_meanwhile)
    with pytest.raises(TokenClosed):
        token.try_code(right_code(token))
    assert (token.step(), count_wrong(token)) == (Step.CLOSED, 0)


# --- many at once ---


def without_counting_first(token: OperationToken, typed: str) -> None:
    """`try_code` as it is often written: look at the row, compare, then count what was read before."""
    row = OperationToken.objects.get(pk=token.pk)
    if row.tries >= TRIES_A_TOKEN:
        raise TokenClosed
    clock.now()  # the round trip of any other query
    if not codes.same(typed, str(row.uuid), row.sends):
        OperationToken.objects.filter(pk=row.pk).update(tries=row.tries + 1)
        raise WrongCode(0)


def guess_at_once(token: OperationToken, act) -> list[int]:
    """How often a guess was compared with the code, when many guess together."""
    compared: list[int] = []
    wrong = wrong_code(token)

    def guess(number: int) -> None:
        try:
            act(OperationToken.objects.get(pk=token.pk), wrong)
        except WrongCode:
            compared.append(number)

    outcomes = all_at_once(guess, GUESSES)
    assert {type(outcome) for outcome in outcomes} <= {type(None), TokenClosed, Paused}, outcomes
    return compared


@pytest.mark.usefixtures("transactional_db")
def test_parallel_guesses_never_get_more_than_five_tries() -> None:
    token = begun()
    assert len(guess_at_once(token, OperationToken.try_code)) == TRIES_A_TOKEN
    token.refresh_from_db()
    assert (token.tries, token.step()) == (TRIES_A_TOKEN, Step.CLOSED)
    assert count_wrong(token) == TRIES_A_TOKEN


@pytest.mark.usefixtures("transactional_db")
def test_without_counting_before_comparing_parallel_guesses_get_more() -> None:
    token = begun()
    assert len(guess_at_once(token, without_counting_first)) > TRIES_A_TOKEN


@pytest.mark.usefixtures("transactional_db")
def test_parallel_guesses_at_many_tokens_never_get_more_than_ten_before_the_pause() -> None:
    assert guesses_at_many_tokens() == 10


@pytest.mark.usefixtures("transactional_db")
def test_without_the_lock_parallel_guesses_at_many_tokens_get_more(monkeypatch) -> None:
    monkeypatch.setattr(Attempt, "lock", staticmethod(lambda name: None))
    monkeypatch.setattr(Attempt, "within", classmethod(slowly(Attempt.within.__func__)))
    assert guesses_at_many_tokens() > 10


def slowly(within):
    """The same look, with the pause that any busy database makes between a look and the write that trusts it."""

    def look(cls, *args):
        found = list(within(cls, *args).values_list("pk", flat=True))
        with transaction.get_connection().cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.1)")
        return Attempt.objects.filter(pk__in=found).order_by("at", "id")

    return look


def guesses_at_many_tokens() -> int:
    user = UserFactory()
    tokens = [OperationTokenFactory(user=user) for _ in range(GUESSES)]
    guesses = [wrong_code(token) for token in tokens]
    outcomes = all_at_once(lambda number: tokens[number].try_code(guesses[number]), GUESSES)
    return sum(isinstance(outcome, WrongCode) for outcome in outcomes)


@pytest.mark.usefixtures("transactional_db")
def test_of_two_posts_of_the_right_code_one_opens_and_none_counts_as_wrong() -> None:
    token = begun()
    code = right_code(token)
    outcomes = all_at_once(lambda _: OperationToken.objects.get(pk=token.pk).try_code(code), 4)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType"] + 3 * ["TokenClosed"]
    assert count_wrong(token) == 0


@pytest.mark.usefixtures("transactional_db")
def test_of_many_who_ask_for_a_code_at_once_one_gets_it() -> None:
    user, account = UserFactory(), AccountFactory()
    all_at_once(lambda _: OperationToken.begin(user, "iqama-renewal", account), GUESSES)
    assert Message.objects.count() == 1
    assert OperationToken.objects.count() == 1


@pytest.mark.usefixtures("transactional_db")
def test_without_the_lock_many_who_ask_at_once_get_more_codes(monkeypatch) -> None:
    monkeypatch.setattr(Attempt, "lock", staticmethod(lambda name: None))
    monkeypatch.setattr(Attempt, "within", classmethod(slowly(Attempt.within.__func__)))
    user, account = UserFactory(), AccountFactory()
    all_at_once(lambda _: OperationToken.begin(user, "iqama-renewal", account), GUESSES)
    assert Message.objects.count() > 1


# --- whose it is ---


def member(**user) -> tuple[Client, OperationToken]:
    membership = MembershipFactory(user=UserFactory(**user), account=AccountFactory(individual=True), main=True)
    SubscriptionFactory(account=membership.account)
    client = signed_in(membership.user)
    answer = client.post("/services/iqama-renewal/")
    assert answer.status_code == 302, answer.content.decode()
    return client, membership.user.tokens.get()


def test_somebody_elses_token_is_not_found_even_with_its_code() -> None:
    _, token = member()
    stranger, own = member()
    for answer in (
        stranger.get(f"/operations/{token.uuid}/"),
        stranger.post(f"/operations/{token.uuid}/", {"code": right_code(token)}),
        stranger.post(f"/operations/{token.uuid}/", {"fingerprint": ""}),
    ):
        assert answer.status_code == 404
    token.refresh_from_db()
    assert (token.step(), token.tries) == (Step.CODE, 0)
    assert stranger.get(f"/operations/{own.uuid}/").status_code == 200  # the door itself is open


def test_a_sign_in_token_is_no_operation() -> None:
    client, token = member()
    sign_in = OperationTokenFactory(user=token.user, slug=catalogue.SIGN_IN, account=token.account)
    assert client.post(f"/operations/{sign_in.uuid}/", {"code": right_code(sign_in)}).status_code == 404


def test_whoever_is_not_signed_in_is_led_to_sign_in_and_back() -> None:
    _, token = member()
    for method in ("get", "post"):
        answer = getattr(Client(), method)(f"/operations/{token.uuid}/")
        assert (answer.status_code, answer.url) == (302, f"/sign-in/?next=/operations/{token.uuid}/")


# --- what is typed ---

EVERY_SCRIPT = [str.maketrans("0123456789", digits) for digits in ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")]


@pytest.mark.parametrize("digits", EVERY_SCRIPT, ids=["ASCII", "Arabic-Indic", "Persian"])
@pytest.mark.parametrize("form", ["{}", " {} ", "\u200f{}\u202c"], ids=["plain", "spaces", "bidi marks"])
def test_a_code_is_accepted_in_digits_of_three_scripts(digits, form) -> None:
    client, token = member()
    typed = form.format(right_code(token).translate(digits))
    assert client.post(f"/operations/{token.uuid}/", {"code": typed}).status_code == 302
    token.refresh_from_db()
    assert token.step() == Step.DETAILS


@pytest.mark.parametrize(
    "typed",
    ["", "12345", "1234567", "12345\x00", "\ud800", "²²²²²²", "१२३४५६", "12345６", "1" * 10_000, "-12345", "1e5000", "123456\n7", "abcdef"],
    ids=range(13),
)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_what_is_no_code_is_a_clear_error_and_no_try(typed, language) -> None:
    client, token = member(language=language)
    answer = send(client, f"/operations/{token.uuid}/", code=typed)
    assert answer.status_code == 422
    words = {"en": ("A security code has 6 digits.", "Enter security code."), "ar": ("رمز الأمان 6 أرقام.", "المطلوب: رمز الأمان.")}[
        language
    ]
    assert any(sentence in answer.content.decode() for sentence in words)
    token.refresh_from_db()
    assert (token.tries, token.step(), count_wrong(token)) == (0, Step.CODE, 0)
