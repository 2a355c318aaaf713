"""Ends processes whose parent was killed. A program of its own, of the standard library alone.

It is told of process groups on standard input, ``+GROUP`` and ``-GROUP``, a line each. When its
input ends it ends those that are left: the kernel closes a pipe, however its writer ended.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_SECONDS = 5.0
"""Seconds between SIGTERM and SIGKILL."""
_LOOK_SECONDS = 0.05


def left(lines: Iterable[str]) -> set[int]:
    """Read what is told, to its end. Returns the groups that are left."""
    groups: set[int] = set()
    for line in lines:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    return groups


def end(groups: Iterable[int], grace: float = GRACE_SECONDS) -> None:
    """End process groups: those that do not end by themselves are killed."""
    remaining = {each for each in groups if send(each, signal.SIGTERM)}
    deadline = time.monotonic() + grace
    while remaining and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        remaining = {each for each in remaining if send(each, 0)}
    for each in remaining:
        send(each, signal.SIGKILL)


def send(group: int, number: int) -> bool:
    """Send a signal to a group. Returns whether there is one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    end(left(sys.stdin))
