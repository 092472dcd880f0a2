"""Limits hold while Redis forgets everything: PostgreSQL counts, and Redis holds nothing whose loss opens a door."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import override
from redis import Redis

from accounts import sessions
from accounts.models import OperationToken, User
from accounts.models.limits import PASSWORDS, PAUSE_AFTER, TRIES_A_TOKEN
from accounts.models.tokens import Step
from muqeem import catalogue
from muqeem.record.models import Message
from tests.accounts.people import right_code, wrong_code
from tests.factories import PASSWORD, OperationTokenFactory, UserFactory
from tests.operations.journeys import Person

pytestmark = pytest.mark.django_db


class Forgetful(Client):
    """A browser before each of whose requests Redis loses all that it holds."""

    def __init__(self, redis: Redis) -> None:
        super().__init__()
        self.redis = redis

    def request(self, **request: object) -> object:
        assert self.redis.flushdb()
        return super().request(**request)


@pytest.fixture
def client() -> Iterator[Forgetful]:
    with Redis.from_url(settings.CELERY_BROKER_URL.replace("redis+socket:", "unix:")) as redis, override("en"):
        yield Forgetful(redis)


def test_wrong_passwords_pause_a_name_also_for_the_right_one(client: Forgetful) -> None:
    user = UserFactory()
    wrong = {"username": user.username, "password": "not this one, nor that"}
    assert {client.post("/sign-in/", wrong).status_code for _ in range(PASSWORDS)} == {422}
    answer = client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 422
    assert not user.tokens.exists()


def waiting(client: Forgetful, user: User) -> OperationToken:
    """A sign-in of which the password was right, in this browser, without waiting for the next text."""
    token: OperationToken = OperationTokenFactory(user=user, account=None, slug=catalogue.SIGN_IN)
    session = client.session
    session[sessions.PENDING] = str(token.uuid)
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return token


def test_wrong_codes_close_a_sign_in_and_then_pause_the_person(client: Forgetful) -> None:
    user = UserFactory()
    for _token in range(PAUSE_AFTER // TRIES_A_TOKEN):
        token = waiting(client, user)
        for _try in range(TRIES_A_TOKEN):
            client.post("/sign-in/code/", {"code": wrong_code(token)})
        token.refresh_from_db()
        assert token.step() == Step.CLOSED
    token = waiting(client, user)
    assert client.post("/sign-in/code/", {"code": right_code(token)}).status_code == 422
    assert client.get("/operations/").status_code == 302


def test_no_more_texts_leave_than_the_limits_allow(client: Forgetful) -> None:
    person = Person()
    client.cookies = person.client.cookies
    answers = {client.post("/services/iqama-renewal/").status_code for _ in range(20)}
    assert answers == {302, 429}
    assert OperationToken.objects.filter(user=person.user).count() == 1
    assert Message.objects.filter(template="operation-code").count() == 1


def test_nobody_is_signed_out_or_in_by_it(client: Forgetful) -> None:
    person = Person()
    client.cookies = person.client.cookies
    assert client.get("/operations/").status_code == 200
    assert client.get("/operations/").status_code == 200
    client.cookies.clear()
    assert client.get("/operations/").status_code == 302
