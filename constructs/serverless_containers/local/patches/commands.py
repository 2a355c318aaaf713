"""Keeps MiniStack from running commands on this machine.

As shipped, the code of a function or of a Glue job runs as a process of whoever started MiniStack.
Here only what this product runs itself is run: builds of a pipeline, and CloudFront's functions.
"""

import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

from serverless_containers.local.patches.private import private, replace

RUN_FUNCTION = "ministack.services.lambda_svc:_execute_function"
EVALUATE = "ministack.core.cloudfront_js:evaluate"
PRIVATE = (RUN_FUNCTION, EVALUATE)

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


def apply() -> None:
    """Answer for functions, and refuse every other process from now on."""
    replace(RUN_FUNCTION, _refuse)
    evaluate = private(EVALUATE)

    def evaluating(*arguments: Any) -> Any:  # noqa: ANN401  # MiniStack's own
        # What is evaluated was deployed with the run's key: nobody else may make one.
        with permitted():
            return evaluate(*arguments)

    replace(EVALUATE, evaluating)


def close() -> None:
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


def _refuse(_function: dict[str, Any], _event: dict[str, Any]) -> dict[str, Any]:
    return {
        "body": {"errorMessage": WHY_NOT, "errorType": "FunctionsDoNotRun"},
        "error": True,
        "log": WHY_NOT,
    }
