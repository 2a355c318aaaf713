"""Times on the command line: an age such as ``10m``, or a moment such as ISO 8601 has it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import click

from serverless_containers.cli.arguments import Command

_AGE = re.compile(r"(?P<number>\d{1,6})(?P<unit>[smhdw])")
_FIRST_YEAR = 1900
"""Well after the first date of Python's, from which nothing can be taken away."""
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class SinceType(click.ParamType[datetime]):
    """A moment, given by itself or by its age."""

    name = "time"

    def convert(  # noqa: D102  # click's
        self,
        value: str | datetime,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        now = datetime.now(UTC)
        if age := _AGE.fullmatch(value.strip()):
            try:
                moment = now - timedelta(**{_UNITS[age["unit"]]: int(age["number"])})
            except OverflowError:
                self.fail(f"{value} is longer ago than there are dates", param, ctx)
        else:
            try:
                moment = datetime.fromisoformat(value.strip())
            except ValueError:
                self.fail(
                    f"expected an age such as 30s, 10m, 2h or 7d, or a time such as "
                    f"2026-11-20T14:30 or 2026-11-20T14:30:00Z, got {value!r}",
                    param,
                    ctx,
                )
            try:
                # Without a zone it is this machine's.
                moment = moment.astimezone(UTC)
            except (ValueError, OverflowError, OSError):
                self.fail(f"{value} is longer ago than there are dates", param, ctx)
        if moment > now:
            self.fail(f"{value} is in the future", param, ctx)
        if moment.year < _FIRST_YEAR:
            self.fail(f"{value} is before any log or metric", param, ctx)
        return moment


def since_option(default: str, what: str) -> Callable[[Command], Command]:
    """Return the decorator that declares ``--since``.

    Args:
        default: The default.
        what: The thing that is shown, for the help.
    """
    return click.option(
        "--since",
        type=SinceType(),
        default=default,
        show_default=True,
        metavar="TIME",
        help=f"{what} from there on: an age (30s, 10m, 2h, 7d) or a time (2026-11-20T14:30Z).",
    )
