"""Logs as one JSON object a line; whatever a visitor typed cannot break out of its line."""

import json
import logging

_OURS = ("status_code", "service", "reference", "child", "exit_code")


class JsonFormatter(logging.Formatter):
    """Level, logger, moment and message; no names, numbers, phones or codes are ever put in a message."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {key: record.__dict__[key] for key in _OURS if key in record.__dict__}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)
