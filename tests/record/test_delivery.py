"""Texts leave once for each key, as often as it takes, until they are useless; nothing of a code stays behind."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import OperationToken
from muqeem import clock, sms
from muqeem.record import outbox, tasks
from muqeem.record.models import Message
from tests.accounts.people import all_at_once, right_code, sign_in_first, wrong_code
from tests.factories import AccountFactory, UserFactory
from tests.record.gateway import Gateway, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway(settings) -> Iterator[Gateway]:
    with running() as gateway:
        settings.SMS_URL = gateway.url
        yield gateway


def posted(**fields) -> Message:
    values = {"slug": "iqama-renewal", "last4": "1234", "sum": "650.00", "receipt": "123456789012"}
    return Message.objects.create(
        **{"template": "operation-done", "language": "en", "receiver": "+966501234567", "arguments": values} | fields
    )


def deliver(message: Message) -> Message:
    tasks.deliver(message.pk)
    message.refresh_from_db()
    return message


# --- the gateway ---


def test_a_text_goes_to_the_gateway_with_its_key(gateway, settings) -> None:
    message = deliver(posted())
    headers, body = gateway.taken[0]
    assert body == {"to": "+966501234567", "from": settings.SMS_SENDER, "text": body["text"]}
    assert body["text"].startswith("Done: ")
    assert headers["authorization"] == "Bearer secret key"
    assert headers["idempotency-key"] == str(message.key)
    assert (message.sent_at is not None, message.attempts, message.error) == (True, 1, "")


def test_a_gateway_without_a_key_gets_no_authorization(gateway, settings) -> None:
    settings.SMS_URL = gateway.url.replace("secret%20key@", "")
    assert deliver(posted()).sent_at is not None
    assert "authorization" not in gateway.taken[0][0]


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408, 302])
def test_a_failure_that_may_pass_is_tried_again_with_the_same_key(gateway, status, shift) -> None:
    gateway.answers = [status, status, 200]
    message = deliver(posted())
    assert (message.sent_at, message.failed_at, message.error, message.leased_until) == (None, None, f"status {status}", None)
    assert not Message.objects.due().exists()
    waits = []
    for seconds in (3, 8):
        waits.append(message.due_at - clock.now())
        shift(timedelta(seconds=seconds))
        assert Message.objects.due().exists()
        deliver(message)
    assert timedelta(seconds=1) < waits[0] <= timedelta(seconds=2) < waits[1]
    assert message.sent_at is not None
    assert gateway.keys == [str(message.key)] * 3


def test_the_wait_grows_to_five_minutes_and_no_further(gateway) -> None:
    gateway.answers = [500]
    message = posted(attempts=200)
    deliver(message)
    assert timedelta(seconds=295) < message.due_at - clock.now() <= timedelta(seconds=300)


def test_after_two_days_a_text_is_given_up_and_shown_to_staff(gateway, shift) -> None:
    gateway.answers = [500]
    message = posted()
    shift(timedelta(hours=47))
    assert deliver(message).failed_at is None
    shift(timedelta(hours=49))
    assert deliver(message).failed_at is not None
    assert list(Message.objects.stuck()) == [message]
    assert deliver(message).attempts == 2  # nobody tries it any more


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_text_that_the_gateway_refuses_fails_at_once_and_is_shown_to_staff(gateway, status) -> None:
    gateway.answers = [status]
    message = deliver(posted())
    assert (message.sent_at, message.error) == (None, f"status {status}")
    assert list(Message.objects.stuck()) == [message]


def test_a_conflict_says_that_the_key_was_taken_before(gateway) -> None:
    gateway.answers = [409]
    assert deliver(posted()).sent_at is not None


def test_a_lost_reply_sends_the_same_key_again(gateway, shift) -> None:
    gateway.answers = ["lost", 200]
    message = deliver(posted())
    assert (message.sent_at, message.error) == (None, "RemoteProtocolError")
    shift(timedelta(seconds=5))
    assert deliver(message).sent_at is not None
    assert gateway.keys == [str(message.key)] * 2


def test_a_gateway_that_hangs_is_left_after_the_time_out(gateway, monkeypatch) -> None:
    assert httpx.Timeout(10.0, connect=3.0) == sms.TIMEOUT
    monkeypatch.setattr(sms, "TIMEOUT", httpx.Timeout(0.2))
    gateway.answers = [1.0]
    message = deliver(posted())
    assert (message.sent_at, message.error) == (None, "ReadTimeout")


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://127.0.0.1:1/send", "ConnectError"),
        ("twilio://127.0.0.1/", "UnsupportedProtocol"),
        ("https://127.0.0.1:port/", "InvalidURL"),
    ],
)
def test_a_gateway_that_is_not_there_is_looked_for_again(settings, url, error) -> None:
    settings.SMS_URL = url
    message = deliver(posted())
    assert (message.failed_at, message.error) == (None, error)
    assert message.due_at > clock.now()


def test_the_demo_phone_keeps_texts_in_a_demonstration_only(settings) -> None:
    settings.SMS_URL, settings.DEMO = "demo:", True
    assert deliver(posted()).sent_at is not None
    settings.DEMO = False
    refused = deliver(posted())
    assert (refused.sent_at, refused.failed_at is not None) == (None, True)


# --- once ---


@pytest.mark.usefixtures("transactional_db")
def test_of_many_senders_one_sends(gateway) -> None:
    message = posted()
    all_at_once(lambda _: tasks.deliver(message.pk), 8)
    assert gateway.keys == [str(message.key)]


@pytest.mark.usefixtures("transactional_db")
def test_without_the_lease_many_senders_send(gateway, monkeypatch) -> None:
    monkeypatch.setattr(Message, "lease", classmethod(lambda cls, pk: cls.objects.get(pk=pk)))
    message = posted()
    all_at_once(lambda _: tasks.deliver(message.pk), 8)
    assert len(gateway.keys) > 1
    assert set(gateway.keys) == {str(message.key)}  # even then it is billed once


def test_a_lease_ends_after_half_a_minute_for_a_sender_that_died(shift) -> None:
    message = posted()
    assert Message.lease(message.pk) == message
    assert Message.lease(message.pk) is None
    shift(timedelta(seconds=29))
    assert Message.lease(message.pk) is None
    shift(timedelta(seconds=31))
    assert Message.lease(message.pk).attempts == 2


def test_what_was_sent_stays_sent_whatever_a_slower_sender_says() -> None:
    message = posted()
    message.sent()
    message.fail("too late")
    message.postpone(timedelta(seconds=1), "too late")
    message.refresh_from_db()
    assert (message.sent_at is not None, message.failed_at, message.error) == (True, None, "")
    other = posted()
    other.fail("status 400")
    other.sent()
    other.refresh_from_db()
    assert (other.sent_at is not None, other.failed_at) == (True, None)
    with pytest.raises(IntegrityError, match="message_sent_or_failed"), transaction.atomic():
        Message.objects.filter(pk=other.pk).update(failed_at=clock.now())


def test_a_code_that_has_expired_is_not_sent_any_more(gateway, shift) -> None:
    user = UserFactory()
    OperationToken.begin(user, "iqama-renewal", AccountFactory())
    message = Message.objects.get()
    assert message.useless_after == user.tokens.get().code_valid_until
    shift(timedelta(seconds=301))
    deliver(message)
    assert (message.error, gateway.taken) == ("expired before it was sent", [])


def test_a_text_of_a_service_that_is_gone_is_shown_to_staff_and_holds_nobody_up(gateway, caplog) -> None:
    for message in (posted(template="gone"), posted(arguments={})):
        deliver(message)
        assert message.failed_at is not None
        assert message.error == "cannot be worded: KeyError"
    assert gateway.taken == []


# --- the outbox ---


def test_a_hint_goes_out_when_the_transaction_is_committed(django_capture_on_commit_callbacks, monkeypatch) -> None:
    hinted: list[int] = []
    monkeypatch.setattr(tasks, "hint", hinted.append)
    with django_capture_on_commit_callbacks(execute=True):
        message = outbox.post(template="operation-done", language="ar", receiver="+966501234567")
        assert hinted == []
    assert hinted == [message.pk]


def test_a_broker_that_is_away_costs_a_line_in_the_log_and_nothing_else(monkeypatch, caplog) -> None:
    def away(**_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(tasks.send, "apply_async", away)
    tasks.hint(1)
    assert [record.message for record in caplog.records] == ["the broker is away; the sweeper will send"]


def test_the_task_delivers(gateway) -> None:
    message = posted()
    tasks.send(message=message.pk)
    tasks.send(message=message.pk)
    assert len(gateway.keys) == 1
    assert str(message) == "operation-done → …67"


# --- where no code and no number is found ---


@pytest.mark.usefixtures("transactional_db")
def test_codes_are_in_the_text_alone_and_numbers_not_in_the_logs(gateway, caplog, capfd) -> None:
    caplog.set_level(logging.DEBUG)
    user, client = UserFactory(), Client()
    token = sign_in_first(client, user)
    code = right_code(token)
    client.post("/sign-in/code/", {"code": wrong_code(token)})
    gateway.answers = [500, 400]
    message = Message.objects.get()
    deliver(message)
    Message.objects.update(due_at=clock.now())
    deliver(message)
    client.post("/sign-in/code/", {"code": code})
    assert [code in text for text in gateway.texts] == [True, True]
    assert token.verified_at or OperationToken.objects.get().verified_at  # the code was the right one
    number = user.phonedevice_set.get().number
    logs = caplog.text + "".join(capfd.readouterr()) + repr(caplog.records)
    database = dump_of_all_tables()
    everything = database + "".join(map(repr, [token, message, user])) + json.dumps(message.arguments)
    assert len(database) > 2000
    assert str(token.uuid) in database
    assert code not in everything + logs
    for secret in (number, number[4:], "blue lamps"):
        assert secret not in logs
    assert "blue lamps" not in database


def dump_of_all_tables() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            rows += [row for (row,) in cursor.fetchall()]
    return "\n".join(rows)
