"""Whole journeys, and everything that goes wrong on the way, leave no name, number, phone or code in any log."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from gunicorn.config import Config

from accounts.models import Attempt, attempts
from accounts.models.limits import PASSWORDS
from muqeem import codes, sms
from muqeem.logs import JsonFormatter
from muqeem.operations import tasks
from muqeem.record.models import Message
from muqeem.record.tasks import deliver
from muqeem.server_log import ServerLog
from tests.accounts.people import wrong_code
from tests.doors.people import Somebody, delegated, resident
from tests.doors.production import Browser
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

KEYS = {
    "at",
    "level",
    "logger",
    "message",
    "status_code",
    "service",
    "reference",
    "child",
    "exit_code",
    "route",
    "ms",
    "exception",
    "user",
    "about",
}
TYPED_NAME = "فاطمة الزهراء"
TYPED_PHONE = "+966 55 123 4567"
TYPED_NUMBER = "٢١٢٣٤٥٦٧٨٩"


class Log:
    """Every line of every logger, as the portal writes it and as Python would."""

    def __init__(self) -> None:
        self.streams = [io.StringIO(), io.StringIO()]
        self.handlers = [logging.StreamHandler(stream) for stream in self.streams]
        self.handlers[0].setFormatter(JsonFormatter())
        loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
        self.loggers = [logging.root, *(logger for logger in loggers if not logger.propagate)]

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.streams[0].getvalue().splitlines()]

    def holds(self, marks: set[str]) -> set[str]:
        """The marks that our lines hold."""
        text = " ".join(json.dumps(line, ensure_ascii=False) for line in self.lines)
        return {mark for mark in marks if mark in text}

    def would_hold(self, marks: set[str]) -> set[str]:
        return {mark for mark in marks if mark in self.streams[1].getvalue()}

    def of(self, logger: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["logger"] == logger]


@pytest.fixture
def log() -> Iterator[Log]:
    made = Log()
    for logger in made.loggers:
        for handler in made.handlers:
            logger.addHandler(handler)
    yield made
    for logger in made.loggers:
        for handler in made.handlers:
            logger.removeHandler(handler)


@pytest.fixture
def client(settings: Any) -> Client:
    settings.ROOT_URLCONF = "tests.doors.trouble"
    return Browser(raise_request_exception=False)


def code_of(person: Somebody) -> str:
    token = person.user.tokens.latest("pk")
    return codes.derive(str(token.uuid), token.sends)


def test_a_journey_from_sign_in_to_paper_leaves_nobody_in_the_log(client: Client, log: Log) -> None:
    person = resident()
    said = person.marks() | {PASSWORD, "a wrong password", person.user.name_en, person.user.phonedevice_set.get().number}
    rows = {str(each) for each in (person.resident.uuid, person.receipt.uuid, person.journey.uuid, person.account.uuid)}
    client.post("/sign-in/", {"username": person.user.username, "password": "a wrong password"})
    client.post(f"/sign-in/?next=/residents/?q={person.resident.iqama_number}", {"username": person.user.username, "password": PASSWORD})
    said |= {code_of(person), "654321"}
    client.post("/sign-in/code/", {"code": "654321"})
    assert client.post("/sign-in/code/", {"code": code_of(person)}).status_code == 302
    Attempt.objects.all().delete()
    client.get("/residents/", {"q": person.resident.name_ar})
    client.get("/residents/", {"q": person.resident.iqama_number})
    client.get(f"/residents/{person.resident.uuid}/")
    client.post("/services/iqama-renewal/", {"resident": str(person.resident.uuid)})
    said.add(code_of(person))
    token = person.user.tokens.latest("pk")
    client.post(f"/operations/{token.uuid}/", {"code": "654321"})
    assert client.post(f"/operations/{token.uuid}/", {"code": code_of(person)}).status_code == 302
    client.post(f"/operations/{token.uuid}/", {"iqama_number": person.resident.iqama_number, "months": "12"})
    client.get(f"/receipts/{person.receipt.uuid}/")
    client.post(f"/documents/{person.page.serial}/copies/")
    assert client.get(f"/documents/{person.page.serial}.pdf").status_code in {200, 302}
    client.post("/check/", {"serial": person.page.serial, "code": person.page.code})
    client.post("/check/", {"number": person.resident.iqama_number, "fact": "name", "name": person.resident.name_en})
    for message in Message.objects.all():
        deliver(message.pk)
    assert len(log.of("muqeem.access")) >= 15
    assert log.holds(said | rows) == set()
    assert all(set(line) <= KEYS for line in log.lines)


TYPED = {TYPED_NAME, TYPED_PHONE, TYPED_NUMBER, "2123456789", "551234567", "person@example.com", "SARAH-ALQAHTANI"}


def ask_in_every_wrong_way(client: Client) -> None:
    """What visitors type where they should not, and what fails with it in its hands."""
    query = {"q": TYPED_NAME, "phone": TYPED_PHONE, "mail": "person@example.com"}
    form = {"iqama_number": "2123456789", "name": TYPED_NAME, "phone": "551234567"}
    for path in (f"/residents/2123456789/{TYPED_NAME}/", "/check/2123456789", f"/{TYPED_NUMBER}/", "/SARAH-ALQAHTANI/person@example.com"):
        client.get(path, query)
        client.post(path, form)
    for name in (TYPED_NAME, "2123456789", "SARAH-ALQAHTANI"):
        client.get(f"/trouble/{name}/", query)
        client.post(f"/trouble/{name}/", form)
    client.get("/trouble-in-the-database/", query)
    client.get("/trouble-without-database/", query)
    client.get("/sign-out/", query)
    client.get(f"/documents/{TYPED_NUMBER}/", headers={"host": "2123456789.example"})
    client.handler.enforce_csrf_checks = True
    client.post(
        "/sign-in/", form, headers={"referer": "https://2123456789.example/SARAH-ALQAHTANI", "origin": "https://2123456789.example"}
    )


def test_nothing_that_a_visitor_typed_is_repeated_in_the_log(client: Client, log: Log) -> None:
    ask_in_every_wrong_way(client)
    assert log.would_hold(TYPED) >= {TYPED_NAME, "2123456789", "SARAH-ALQAHTANI"}
    assert log.holds(TYPED) == set()
    assert {"django.request", "django.security.csrf", "django.security.DisallowedHost", "muqeem.access", "muqeem.views"} <= {
        line["logger"] for line in log.lines
    }


def test_a_line_of_the_log_still_says_what_failed_and_where(client: Client, log: Log) -> None:
    ask_in_every_wrong_way(client)
    failed = [line for line in log.of("django.request") if line["status_code"] == 500]
    assert {line["message"] for line in failed} == {"Internal Server Error"}
    assert {line["route"] for line in failed} == {"/trouble/<str:typed>/", "/trouble-in-the-database/"}
    assert all("tests/doors/trouble.py" in line["exception"] for line in failed)
    assert any(line["exception"].endswith("builtins.RuntimeError") for line in failed)
    by_database = next(line for line in failed if "database" in line["route"])["exception"]
    assert "psycopg.errors.CheckViolation 23514 account_number" in by_database or "psycopg.errors.NotNullViolation 23502" in by_database
    lost = [line for line in log.of("django.request") if line["status_code"] == 404]
    assert {(line["message"], line["route"]) for line in lost} >= {("Not Found", "")}


def test_the_access_log_knows_routes_and_not_addresses(client: Client, log: Log) -> None:
    client.get("/receipts/5f0c6a9e-0000-4000-8000-000000000000/", {"q": TYPED_NAME})
    client.generic("2123456789", "/fees/")
    client.get("/healthz")
    client.get("/static/css/muqeem.css")
    lines = [(line["message"], line["route"], line["status_code"]) for line in log.of("muqeem.access")]
    assert lines == [("GET", "/receipts/<uuid:uuid>/", 302), ("other", "/fees/", 405), ("GET", "/static/", 200)]
    assert all(line["ms"] >= 0 for line in log.of("muqeem.access"))


def test_whoever_is_signed_in_is_in_the_access_log_by_a_random_name_also_where_they_are_refused(client: Client, log: Log) -> None:
    person = delegated()
    client.cookies["session"] = person.session
    asked = {"/operations/": 200, "/account/money/": 403, "/desk/": 404, "/admin/": 404, f"/residents/{UUID(int=4)}/": 404}
    assert {path: client.get(path).status_code for path in asked} == asked
    lines = log.of("muqeem.access")
    assert [line["status_code"] for line in lines] == list(asked.values())
    assert {line["user"] for line in lines} == {str(person.user.uuid)}
    client.cookies.clear()
    client.get("/fees/")
    assert "user" not in log.of("muqeem.access")[-1]


def test_what_is_refused_at_sign_in_is_in_the_log_under_a_mark_that_names_nobody(client: Client, log: Log) -> None:
    user = UserFactory()
    for _try in range(PASSWORDS + 1):
        client.post("/sign-in/", {"username": "nobody-of-that-name", "password": "not this one, nor that"})
    client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    client.post("/sign-in/code/", {"code": wrong_code(user.tokens.get())})
    lines = log.of("muqeem.security")
    said = [line["message"] for line in lines]
    assert said == ["wrong password"] * PASSWORDS + ["not now: Paused", "wrong code"]
    marks = [line["about"] for line in lines]
    assert (len(set(marks)), len(set(marks[:-1]))) == (2, 1)
    assert log.holds({"nobody-of-that-name", user.username, attempts.name_key(user.username)[:16]}) == set()


def test_a_task_that_fails_says_which_and_not_over_whom(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(pk: int) -> None:
        raise ValueError(*TYPED)

    monkeypatch.setattr(tasks, "produce", fail)
    tasks.render.apply(kwargs={"copy": 1, "name": "SARAH-ALQAHTANI"})
    [line] = log.of("celery.app.trace")
    assert log.would_hold(TYPED)
    assert log.holds(TYPED) == set()
    assert "operations.render" in line["message"]
    assert line["exception"].endswith("builtins.ValueError")


def test_a_gateway_that_refuses_leaves_no_receiver_in_the_log(log: Log, settings: Any) -> None:
    settings.SMS_URL = "https://secret-key-of-ours@127.0.0.1:1/send"
    with suppress(sms.NotSent):
        sms.send("+966551234567", "the code is 654321", "key")
    assert log.holds({"551234567", "654321", "secret-key-of-ours"}) == set()


def test_everything_is_logged_to_one_stream() -> None:
    handlers = settings.LOGGING["handlers"]
    assert {name: handler["class"] for name, handler in handlers.items()} == {"stderr": "logging.StreamHandler"}
    loggers = [settings.LOGGING["root"], *settings.LOGGING["loggers"].values()]
    assert {name for logger in loggers for name in logger.get("handlers", [])} == {"stderr"}
    assert not settings.ADMINS
    assert not settings.MANAGERS


def test_the_web_server_speaks_the_same_way(capfd: pytest.CaptureFixture[str]) -> None:
    server = ServerLog(Config())
    try:
        server.info("Listening at: %s (%s)", "http://127.0.0.1:8000", 4711)
        server.warning(f"Invalid request from ip=10.0.0.1: Invalid HTTP request line: 'GET /residents/?q=2123456789 {TYPED_NAME}'")
        try:
            raise SystemExit(TYPED_NAME)
        except SystemExit:
            server.exception("Error handling request %s %s", "GET", f"/residents/?q={TYPED_NAME}&n=2123456789")
    finally:
        server.error_log.handlers.clear()
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [line["message"] for line in lines] == [
        "Listening at: http://127.0.0.1:8000 (4711)",
        "Invalid request",
        "Error handling request",
    ]
    assert not [mark for mark in TYPED if mark in json.dumps(lines, ensure_ascii=False)]


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("a text for +966551234567", "a text for …"),
        ("code 123456 sent", "code … sent"),
        ("number 2123456789, page 12", "number …, page 12"),
        ("٢١٢٣٤٥٦٧٨٩ and ۰۵۵۱۲۳۴۵۶۷", "… and …"),
        ("mailed person@example.com", "mailed …"),
        ("task 5f0c6a9e-0000-4000-8000-123456789012", "task 5f0c6a9e-0000-4000-8000-123456789012"),
        ("pid 12345 stopped", "pid 12345 stopped"),
    ],
)
def test_numbers_that_slip_into_a_message_are_struck_out(message: str, kept: str) -> None:
    line = JsonFormatter().format(logging.makeLogRecord({"name": "muqeem", "msg": message}))
    assert json.loads(line)["message"] == kept


def test_a_line_that_cannot_be_written_says_so_and_no_more() -> None:
    record = logging.makeLogRecord({"name": "muqeem", "msg": "%d of 2123456789", "args": ("SARAH-ALQAHTANI",)})
    line = json.loads(JsonFormatter().format(record))
    assert line["message"] == "a line that could not be written: TypeError"
    assert "SARAH" not in str(line)
