"""Child processes that end with the run, with everything that they started."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO, Never

_GRACE = 8.0
"""Seconds between the request to end and the end."""


class Child:
    """A process in a group of its own, its output in a log.

    Args:
        command: The executable and its arguments.
        environ: Its whole environment.
        log: The file that takes its output.
        pass_fds: Open files that it inherits.
        stdin: Whether it reads from a pipe that stays open as long as this process lives.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environ: Mapping[str, str],
        log: Path,
        pass_fds: Sequence[int] = (),
        stdin: bool = False,
    ) -> None:
        self.log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603  # our own command lines
                command,
                env=environ,
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=pass_fds,
                # Ctrl-C reaches the parent alone, which then ends its children in order.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id, which is its group's id too."""
        return self._process.pid

    @property
    def stdin(self) -> IO[bytes] | None:
        """The pipe that it reads from."""
        return self._process.stdin

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self._process.poll()

    def wait(self, timeout: float) -> int | None:
        """Its exit code, or None if it still runs after that many seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(timeout)
        return None

    def stop(self) -> None:
        """End it and everything that it started."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        if self._process.poll() is None:
            end_group(self.pid, signal.SIGTERM)
            self.wait(_GRACE)
        # What it started may have outlived it.
        end_group(self.pid, signal.SIGKILL)
        self._process.wait()


def end_group(group: int, signal_number: signal.Signals) -> None:
    """Send a signal to a process group, if it still exists."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal_number)


class Terminated(BaseException):
    """The run was asked to end by a signal. Like KeyboardInterrupt, it is no error."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.exit_code = 128 + signal_number


class _Signals:
    """Signals that ask the run to end, and whether it may be interrupted now."""

    NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self) -> None:
        self.deferring = False
        self.pending: int | None = None

    def handle(self, signal_number: int, _frame: FrameType | None) -> None:
        """Raise, now or when it is allowed again."""
        if self.deferring:
            self.pending = signal_number
        else:
            self.terminate(signal_number)

    def terminate(self, signal_number: int) -> Never:
        """Raise, and let no second signal interrupt the cleaning up after the first."""
        for each in self.NUMBERS:
            signal.signal(each, signal.SIG_IGN)
        raise Terminated(signal_number)


_signals = _Signals()


@contextlib.contextmanager
def terminations_raised() -> Generator[None, None, None]:
    """Turn SIGINT, SIGTERM and SIGHUP into an exception, so that every `finally` runs."""
    before = {each: signal.signal(each, _signals.handle) for each in _signals.NUMBERS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextlib.contextmanager
def uninterrupted() -> Generator[None, None, None]:
    """Put signals off: what is started here is also noted here as something to be stopped."""
    _signals.deferring = True
    try:
        yield
    finally:
        _signals.deferring = False
    if (pending := _signals.pending) is not None:
        _signals.pending = None
        _signals.terminate(pending)
