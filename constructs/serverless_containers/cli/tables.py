"""Tables and headings of the commands for deployed services.

On a terminal a table fits its width: a column wraps. In a file or a pipe each row is one line.
"""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from serverless_containers.cli.output import encodable
from serverless_containers.findings.formats import printable

_WIDTH_OF_A_FILE = 10_000
_STYLES: Mapping[str, str] = {
    **dict.fromkeys(
        ("COMPLETED", "SUCCESSFUL", "RUNNING", "HEALTHY", "Succeeded", "OK", "steady", "same"),
        "green",
    ),
    **dict.fromkeys(
        (
            "IN_PROGRESS",
            "PENDING",
            "PROVISIONING",
            "ACTIVATING",
            "DRAINING",
            "INITIAL",
            "InProgress",
            "ROLLBACK_IN_PROGRESS",
            "ROLLBACK_REQUESTED",
            "STOP_REQUESTED",
            "INSUFFICIENT_DATA",
        ),
        "yellow",
    ),
    **dict.fromkeys(
        (
            "FAILED",
            "Failed",
            "UNHEALTHY",
            "STOPPED",
            "ALARM",
            "ROLLBACK_FAILED",
            "ROLLBACK_SUCCESSFUL",
            "not steady",
            "different",
        ),
        "bold red",
    ),
}
"""The colours of AWS's words for states."""


def make_console() -> Console:
    """Return the console on standard output. A terminal has colours, unless NO_COLOR is set."""
    is_terminal = sys.stdout.isatty()
    return Console(
        file=sys.stdout,
        color_system="auto" if is_terminal and not os.environ.get("NO_COLOR") else None,
        width=None if is_terminal else _WIDTH_OF_A_FILE,
        highlight=False,
        markup=False,
        emoji=False,
    )


def print_heading(title: str) -> None:
    """Write the heading of a part, with an empty line before it."""
    sys.stdout.write("\n")
    _print(make_console(), _text(title, "bold"))


def print_state(label: str, state: str, rest: str = "") -> None:
    """Write a line with a state in its colour.

    Args:
        label: The text before it.
        state: The state.
        rest: The text after it.
    """
    _print(make_console(), Text.assemble(_text(label), " ", styled(state), _text(rest)))


def print_columns(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, wraps: int | None = None
) -> None:
    """Write rows in columns, with headings.

    Args:
        headings: The headings. A column that holds nothing is left out.
        rows: The cells. AWS's words for states have colours.
        wraps: The column that wraps where the terminal is too narrow. Default: the last one.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    kept = [i for i, heading in enumerate(headings) if heading and any(row[i] for row in cells)]
    wrapping = len(headings) - 1 if wraps is None else wraps
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for i in kept:
        table.add_column(headings[i], no_wrap=i != wrapping, overflow="fold")
    for row in cells:
        table.add_row(*(styled(row[i]) for i in kept))
    _print(make_console(), table)


def print_labelled(rows: Iterable[tuple[str, str]], *, indent: int = 2) -> None:
    """Write texts beside their labels. On a terminal a text wraps beside its label.

    Args:
        rows: The labels and the texts.
        indent: The spaces before a label.
    """
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in rows:
        table.add_row(_text(f"{' ' * indent}{label}", "dim"), _text(text))
    _print(make_console(), table)


def print_styled(*parts: tuple[str, str]) -> None:
    """Write a line of texts with their styles."""
    _print(make_console(), Text.assemble(*(_text(text, style) for text, style in parts)))


def styled(state: str) -> Text:
    """Return text in the colour of the state that it names, if it names one."""
    known = _STYLES.get(state) or _STYLES.get(state.upper())
    return _text(state, known or "")


def is_unicode() -> bool:
    """Return whether standard output takes any character."""
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")


def short_time(time: datetime | None, now: datetime | None = None) -> str:
    """Return a time in words for people: of today the time, else the date, in UTC.

    Args:
        time: The time, or None.
        now: The time now. Default: the clock's.
    """
    if time is None:
        return ""
    moment, today = time.astimezone(UTC), (now or datetime.now(UTC)).date()
    return moment.strftime("%H:%M:%S" if moment.date() == today else "%Y-%m-%d %H:%M")


def _text(text: str, style: str = "") -> Text:
    return Text(encodable(printable(text), sys.stdout.encoding or "utf-8"), style)


def _print(console: Console, what: Text | Table) -> None:
    with console.capture() as captured:
        console.print(what, soft_wrap=isinstance(what, Text))
    for line in captured.get().splitlines():
        sys.stdout.write(f"{line.rstrip()}\n")
