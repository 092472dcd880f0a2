"""Logs: one JSON object a line, whatever a visitor typed."""

import json
import logging
import sys

import pytest

from muqeem.logs import JsonFormatter


def line_of(message: str, *args: object, exc_info: object = None, **extra: object) -> str:
    record = logging.makeLogRecord(
        {"name": "muqeem.test", "levelno": 30, "levelname": "WARNING", "msg": message, "args": args, "exc_info": exc_info} | extra
    )
    return JsonFormatter().format(record)


def test_a_line_says_when_how_bad_where_and_what() -> None:
    line = json.loads(line_of("a text was %s", "refused"))
    assert {name: line[name] for name in ("level", "logger", "message")} == {
        "level": "WARNING",
        "logger": "muqeem.test",
        "message": "a text was refused",
    }
    assert len(line["at"]) == len("2026-05-01T12:00:00+0300")


@pytest.mark.parametrize("typed", ["\n{}", "\r\n", "\u2028", "\x1b[2J", "\u202e", "\x00", '"}', "\ud800", "سارة"])
def test_nothing_typed_breaks_out_of_its_line(typed) -> None:
    line = line_of("Not Found: %s", f"/a{typed}b")
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["message"] == f"Not Found: /a{typed}b"


def test_only_what_is_known_to_be_harmless_is_taken_over() -> None:
    line = json.loads(line_of("x", reference="AB12", status_code=404, number="+966501234567", request="secret"))
    assert (line["reference"], line["status_code"]) == ("AB12", 404)
    assert not {"number", "request"} & set(line)


def test_an_exception_stays_in_the_line() -> None:
    try:
        1 / 0  # noqa: B018 -- to have one
    except ZeroDivisionError:
        line = line_of("failed", exc_info=sys.exc_info())
    assert "\n" not in line
    assert "ZeroDivisionError" in json.loads(line)["exception"]
