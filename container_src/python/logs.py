"""Logs of one JSON object a line, in the form of the express container's."""

import json
import logging
import re
import time
import uuid
from datetime import UTC, datetime

from flask import Flask, Response, g, request

from tracing import trace_id

# An id from outside lands in the log, so only characters that ids are made of pass.
_SAFE_ID = re.compile(r"[\w=;:.,+/-]{1,256}", re.ASCII)
_log = logging.getLogger("server")


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON; `extra={"fields": {...}}` adds to it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without its newline."""
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry)


# For logging.config.dictConfig: gunicorn applies it, so that its own lines are JSON too.
CONFIG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "logs.JsonFormatter"}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "json",
        }
    },
    "root": {"level": "INFO", "handlers": ["stdout"]},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True}},
}


def log_requests(app: Flask) -> None:
    """Log one line a request, under the request id that express sends along."""

    @app.before_request
    def start() -> None:
        given = request.headers.get("x-request-id", "")
        g.request_id = given if _SAFE_ID.fullmatch(given) else str(uuid.uuid4())
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["x-request-id"] = g.request_id
        # The container's own health check comes every 10 seconds.
        level = logging.DEBUG if request.path == "/health" else logging.INFO
        fields = {
            "requestId": g.request_id,
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "durationMs": round((time.perf_counter() - g.started) * 1000),
        }
        if (trace := trace_id()) is not None:
            fields["traceId"] = trace
        _log.log(level, "request", extra={"fields": fields})
        return response
