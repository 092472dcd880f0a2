"""Logs as one JSON object a line, without anything that a visitor typed or the register holds.

Our own messages name nobody. Those of libraries do: addresses as they were typed, the text of errors, in which
databases quote whole rows. So of an address its route is kept, and of an error where and of which kind it was.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest

_OURS = ("status_code", "service", "reference", "child", "exit_code", "route", "ms", "user", "about")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_REASONS = {status.phrase for status in HTTPStatus}
_QUOTING = ("exc", "traceback", "args", "kwargs", "return_value")  # what Celery would say of a task

# A run of six digits or more, of any script that is accepted, that is no part of a word: codes, phones, numbers.
_DIGITS = re.compile(r"(?<![\w-])\+?[0-9٠-٩۰-۹](?:[ -]?[0-9٠-٩۰-۹]){5,}(?![\w-])")
_REST = re.compile(r"[ :(…)]+$")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+")


class JsonFormatter(logging.Formatter):
    """Level, logger, moment and message; no names, numbers, phones or codes."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname, "logger": record.name}
        try:
            line |= _said(record)
        except Exception as error:  # noqa: BLE001 -- else Python prints the record as it is, with all that it holds
            line["message"] = f"a line that could not be written: {type(error).__name__}"
        return json.dumps(line, ensure_ascii=True, default=str)


def route_of(request: HttpRequest) -> str:
    """The pattern of an address, with the names of its parts in the place of what was typed; nothing where there is none."""
    match = getattr(request, "resolver_match", None)
    if match:
        return f"/{match.route}"
    return settings.STATIC_URL if request.path.startswith(settings.STATIC_URL) else ""


def method_of(request: HttpRequest) -> str:
    """The method, unless it was invented."""
    return request.method if request.method in _METHODS else "other"


def _said(record: logging.LogRecord) -> dict[str, Any]:
    request = record.__dict__.get("request")
    said = {"message": _message(record, request)}
    if isinstance(request, HttpRequest):
        said["route"] = route_of(request)
    said |= {key: record.__dict__[key] for key in _OURS if key in record.__dict__}
    if record.exc_info and (error := record.exc_info[1]):
        said["exception"] = _where(error)
    return said


def _message(record: logging.LogRecord, request: Any) -> str:
    if record.name.startswith("django.security."):  # the text of what was suspicious quotes it
        return record.name.rpartition(".")[2]
    if isinstance(request, HttpRequest):
        args = tuple(arg if arg in _REASONS else "…" for arg in record.args or ())
        return _REST.sub("", str(record.msg) % args)
    error = record.exc_info[1] if record.exc_info else None
    return _without_numbers(_without_text_of(error, _filled(record)))


def _filled(record: logging.LogRecord) -> str:
    if isinstance(record.args, Mapping):
        return str(record.msg) % {**record.args, **{key: "…" for key in _QUOTING if key in record.args}}
    args = tuple(type(arg).__name__ if isinstance(arg, BaseException) else arg for arg in record.args or ())
    return str(record.msg) % args if args else str(record.msg)


def _without_text_of(error: BaseException | None, message: str) -> str:
    """What others wrote of an error, its text replaced by its kind."""
    for each in _chain(error):
        for text in (repr(each), str(each)):
            message = message.replace(text, type(each).__name__) if text else message
    return message


def _without_numbers(message: str) -> str:
    return _MAIL.sub("…", _DIGITS.sub("…", message))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _where(error: BaseException) -> str:
    """Where an error was raised and of which kind it is, the first cause first; for the database's also what it names itself."""
    return "\n".join(f"{''.join(traceback.format_tb(each.__traceback__))}{_kind(each)}" for each in [*_chain(error)][::-1])


def _kind(error: BaseException) -> str:
    diagnosis = getattr(error, "diag", None)
    named = [name for name in (getattr(error, "sqlstate", None), getattr(diagnosis, "constraint_name", None)) if name]
    return " ".join([f"{type(error).__module__}.{type(error).__qualname__}", *named])
