"""The pages of what went wrong: in the reader's language, under whose name the portal runs, without leaning on what is broken."""

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.db import InternalError, OperationalError
from django.test import Client, RequestFactory
from django.utils.translation import override
from psycopg import errors

from muqeem import views
from tests.accounts.people import signed_in
from tests.factories import AccountFactory, MembershipFactory, UserFactory

FOOT = "It is not a government service"


@pytest.fixture
def without_a_database() -> Iterator[None]:
    with mock.patch("django.db.backends.utils.CursorWrapper.execute", side_effect=OperationalError("away")):
        yield


@pytest.mark.django_db
def test_a_request_that_is_not_understood_is_answered_as_the_portal(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["portal.example"]
    answer = client.get("/", headers={"host": "evil.example"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "الطلب غير مفهوم" in page
    assert "نسخة تجريبية" in page
    assert FOOT in page
    settings.ISSUING_AUTHORITY = "Directorate of Passports"
    page = client.get("/", headers={"host": "evil.example"}).content.decode()
    assert "Directorate of Passports" in page
    assert FOOT not in page


def raised(error: Exception, method: str = "GET") -> Any:
    """Our answer to a failure."""
    request = getattr(RequestFactory(), method.lower())("/services/?q=1")
    try:
        raise error
    except Exception:
        return views.server_error(request)


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.usefixtures("without_a_database")
def test_a_failure_is_told_without_the_database(language: str) -> None:
    with override(language):
        answer = raised(RuntimeError("broken"))
    page = answer.content.decode()
    assert answer.status_code == 500
    assert f'lang="{language}"' in page
    assert answer.content.count(b'<a class="btn"') == 1
    assert FOOT in page


@pytest.mark.usefixtures("without_a_database")
def test_a_pause_says_when_to_try_again_and_what_may_have_been_done() -> None:
    with override("en"):
        looking, sending = raised(OperationalError("away")), raised(OperationalError("away"), "POST")
    assert (looking.status_code, looking.headers["Retry-After"]) == (503, "5")
    assert 'href="/services/?q=1"' in looking.content.decode()
    assert "whatever was done has a receipt" not in looking.content.decode()
    assert "whatever was done has a receipt" in sending.content.decode()
    assert 'class="btn" href="/"' in sending.content.decode()  # what was sent is not sent again by a link


@pytest.mark.usefixtures("without_a_database")
@pytest.mark.parametrize(
    ("cause", "status"),
    [
        (errors.IdleInTransactionSessionTimeout, 503),
        (errors.TransactionTimeout, 503),
        (errors.ReadOnlySqlTransaction, 503),
        (errors.InFailedSqlTransaction, 500),
    ],
)
def test_a_transaction_that_was_ended_for_standing_still_is_a_pause_and_a_broken_one_is_our_failure(
    cause: type[Exception], status: int
) -> None:
    failure = InternalError("from the database")
    failure.__cause__ = cause()
    assert raised(failure).status_code == status


@pytest.mark.django_db
def test_whoever_is_lost_may_change_the_account_from_there() -> None:
    user = UserFactory(with_app=True)
    account = AccountFactory(establishment=True, name_en="Horizon")
    MembershipFactory(user=user, account=account, main=True)
    assert "Another account can be chosen" not in signed_in(user).get("/nowhere/").content.decode()
    MembershipFactory(user=user, main=True)
    answer = signed_in(user).get("/nowhere/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "Horizon" in page
    assert 'href="/residents/"' in page
    assert "Another account can be chosen" in page


@pytest.mark.django_db
def test_a_visitor_who_is_lost_is_told_of_no_accounts(client: Client) -> None:
    client.cookies["language"] = "en"
    page = client.get("/nowhere/").content.decode()
    assert "This page does not exist or is not in your account." in page
    assert "Another account" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(("referer", "way"), [("http://testserver/check/", "http://testserver/check/"), ("https://evil.example/", "/")])
def test_a_form_without_proof_of_origin_leads_back_to_a_page_of_ours(referer: str, way: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["language"] = "en"
    answer = client.post("/check/", {"serial": "x"}, headers={"referer": referer})
    assert answer.status_code == 403
    assert "The form expired; nothing was done." in answer.content.decode()
    assert f'class="btn" href="{way}"' in answer.content.decode()
