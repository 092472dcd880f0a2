"""Handing a text to the gateway that SMS_URL names; how texts are retried is told in tests/record/test_delivery.py."""

import pytest

from muqeem import sms
from tests.record.gateway import running


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, None), (202, None), (204, None), (409, None), (400, sms.NeverSent), (401, sms.NeverSent), (404, sms.NeverSent)]
    + [(status, sms.NotSent) for status in (301, 408, 425, 429, 500, 503)],
)
def test_the_status_alone_says_what_became_of_a_text(status, outcome, settings) -> None:
    with running() as gateway:
        gateway.answers = [status]
        settings.SMS_URL = gateway.url
        try:
            sms.send("+966501234567", "سلام", "key-1")
            raised = None
        except sms.NotSent as error:
            raised = type(error)
    assert raised is outcome
    assert gateway.texts == ["سلام"]
    assert gateway.keys == ["key-1"]


def test_the_key_of_the_gateway_is_in_no_address_and_no_error(settings) -> None:
    with running() as gateway:
        gateway.answers = [500]
        settings.SMS_URL = gateway.url
        with pytest.raises(sms.NotSent) as error:
            sms.send("+966501234567", "text", "key-1")
    assert "secret" not in str(error.value)
    assert gateway.taken[0][0]["host"].startswith("127.0.0.1:")


def test_a_demonstration_sends_nothing(settings) -> None:
    settings.SMS_URL, settings.DEMO = "demo:", True
    assert sms.send("+966501234567", "text", "key-1") is None


def test_a_portal_that_is_no_demonstration_does_not_pretend_to_have_sent(settings) -> None:
    settings.SMS_URL, settings.DEMO = "demo:", False
    with pytest.raises(sms.NeverSent):
        sms.send("+966501234567", "text", "key-1")
