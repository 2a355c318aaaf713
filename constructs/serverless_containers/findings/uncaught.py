"""Keeps tracebacks away from people whose files, not whose code, are wrong."""

import sys
from types import TracebackType

from serverless_containers.findings.finding import InvalidSourceError


def hide_traceback() -> None:
    """Let an `InvalidSourceError` that nobody catches end the program with its findings alone.

    It is called where one is about to be raised out of a construct, so that a CDK app of any author
    prints ``docker-compose.yml:12:9: ...`` and exits with 1. Other exceptions are shown as before.
    """
    if getattr(sys.excepthook, "shows_findings", False):
        return
    others = sys.excepthook

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, InvalidSourceError):
            sys.stderr.write(f"{error}\n")
        else:
            others(kind, error, trace)

    show.shows_findings = True  # type: ignore[attr-defined]  # marks our own hook
    sys.excepthook = show
