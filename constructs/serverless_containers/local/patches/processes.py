"""Keeps MiniStack from running commands on this machine.

As shipped, the code of a function or of a Glue job runs as a process of whoever started MiniStack.
Here only what this product runs itself is run: builds of a pipeline, and CloudFront's functions.
"""

import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Final

from serverless_containers.local.ministack.declared import patch
from serverless_containers.local.ministack.names import Json

WHY_NOT: Final = (
    "the code of Lambda functions does not run in the embedded AWS; on AWS this function would"
)
_STARTING: Final = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "pty.spawn",
        "subprocess.Popen",
    }
)
"""The audit events of what starts a process ("Audit events table", Python's documentation)."""
_permitted = threading.local()


@patch("ministack.services.lambda_svc:_execute_function")
def _execute_function(*_: object) -> Json:
    """Answer for functions."""
    return {
        "body": {"errorMessage": WHY_NOT, "errorType": "FunctionsDoNotRun"},
        "error": True,
        "log": WHY_NOT,
    }


@patch("ministack.core.cloudfront_js:evaluate")
def _evaluate(shipped: Callable[..., Any], *arguments: Any) -> Any:  # noqa: ANN401
    # What is evaluated was deployed with the run's key: nobody else may make one.
    with permitted():
        return shipped(*arguments)


def refuse() -> None:
    """Refuse to start processes, for as long as this one lives, but where it is permitted."""
    sys.addaudithook(_audit)


@contextmanager
def permitted() -> Generator[None, None, None]:
    """Let this thread start processes."""
    before = getattr(_permitted, "now", False)
    _permitted.now = True
    try:
        yield
    finally:
        _permitted.now = before


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _STARTING and not getattr(_permitted, "now", False):
        raise PermissionError(f"{event}: the embedded AWS starts no processes ({arguments[:1]!r})")
