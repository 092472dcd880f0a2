"""The web server's own log, in the form of the others. Its access log is not used: `muqeem.middleware` knows the routes."""

from typing import Any

from gunicorn.glogging import Logger

from muqeem.logs import JsonFormatter


class ServerLog(Logger):
    """What gunicorn says of itself, and of requests only that they were none or failed."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter())

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Of a request that is none it would quote the first line."""
        super().warning(str(msg).partition(" from ip=")[0], *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Of a request that failed it would quote the address."""
        super().exception(str(msg).partition(" %s")[0], **kwargs)
