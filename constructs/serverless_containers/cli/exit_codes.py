"""The exit codes of the commands."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit code by which a command tells the shell of its end.

    ``local`` that a signal ends exits with 128 and the signal's number besides; a command that is
    called as it should not be, with click's 2, or with 1 where 2 is that of a difference: below
    ``secrets``, and for deployed services but in ``diagnose``.
    """

    OK = 0
    FAILED = 1
    DIFFERENT = 2
    """``secrets diff``: there is something to push. ``drift``: something is not as deployed."""
    UNKNOWN = 3
    """``diagnose``: AWS did not tell of the service."""
    INTERRUPTED = 130
    """Ctrl-C, as shells have it: 128 and the number of SIGINT."""
