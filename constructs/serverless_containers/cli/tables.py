"""Tables and headings of the commands for deployed services.

On a terminal a table fits its width: its last column wraps. In a file or a pipe each row is one
line.
"""

import os
import sys
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from textwrap import wrap

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from serverless_containers.cli.output import encodable
from serverless_containers.findings.formats import printable

_WIDTH_OF_A_FILE = 10_000
_GAP = 2
_LEAST_ROOM = 32
"""Cells of a column that wraps, below which it has lines of its own."""
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
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, last_wraps: bool = True
) -> None:
    """Write rows in columns, with headings.

    Args:
        headings: The headings. A column that holds nothing is left out.
        rows: The cells. AWS's words for states have colours.
        last_wraps: Whether the last column wraps where the terminal is too narrow; it goes below
            its row where little is left of it. Default: it does.
    """
    cells = [[_text(cell).plain for cell in row] for row in rows]
    kept = [i for i in range(len(headings)) if any(row[i] for row in cells)]
    long = kept.pop() if last_wraps and kept and kept[-1] == len(headings) - 1 else None
    widths = {i: max(map(cell_len, [headings[i], *(row[i] for row in cells)])) for i in kept}
    console = make_console()
    room = console.width - sum(width + _GAP for width in widths.values())
    need = 0 if long is None else max(cell_len(row[long]) for row in cells)
    below = long is not None and room < min(need, _LEAST_ROOM)
    heads = [Text(headings[i].ljust(widths[i] + _GAP), "dim") for i in kept]
    if long is not None and not below:
        heads.append(Text(headings[long], "dim"))
    _print(console, Text().join(heads))
    for row in cells:
        line = Text().join(
            styled(row[i]).append(" " * (widths[i] + _GAP - cell_len(row[i]))) for i in kept
        )
        parts = [] if long is None else _wrapped(row[long], console.width - 4 if below else room)
        if below or not parts:
            _print(console, line)
        for number, part in enumerate(parts):
            if below:
                _print(console, Text("    ").append_text(styled(part)))
                continue
            before = line if number == 0 else Text(" " * cell_len(line.plain))
            _print(console, before.copy().append_text(styled(part)))


def _wrapped(text: str, width: int) -> Sequence[str]:
    return wrap(text, max(width, 1), break_on_hyphens=False) if text else []


def print_labelled(
    rows: Iterable[tuple[str, str]], *, whole: Container[str] = (), indent: int = 2
) -> None:
    """Write texts beside their labels. On a terminal a text wraps beside its label.

    A word that is longer than the terminal is wide, such as an ARN, is not broken: what is copied
    of it has no end of line in it.

    Args:
        rows: The labels and the texts.
        whole: The labels whose texts are each a line, however long, because they are to be copied.
        indent: The spaces before a label.
    """
    labelled = [(label, _text(text).plain) for label, text in rows]
    width = max((cell_len(label) for label, _ in labelled), default=0) + indent + _GAP
    console = make_console()
    room = max(console.width - width, 1)
    for label, text in labelled:
        parts = (
            [text]
            if label in whole
            else wrap(text, room, break_on_hyphens=False, break_long_words=False)
        )
        for number, part in enumerate(parts or ("",)):
            before = f"{' ' * indent}{label}" if number == 0 else ""
            _print(console, Text(before.ljust(width), "dim").append_text(_text(part)))


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
    """Return a time in words for people, in UTC.

    Args:
        time: The time, or None.
        now: The time now. Default: the clock's.

    Returns:
        Of today the time, of the last eleven months the day and the time, else the date.
    """
    if time is None:
        return ""
    moment, today = time.astimezone(UTC), (now or datetime.now(UTC)).astimezone(UTC)
    if moment.date() == today.date():
        return moment.strftime("%H:%M:%S")
    return moment.strftime("%b %d %H:%M" if today - moment < timedelta(days=330) else "%Y-%m-%d")


def _text(text: str, style: str = "") -> Text:
    return Text(encodable(printable(text), sys.stdout.encoding or "utf-8"), style)


def _print(console: Console, text: Text) -> None:
    text.rstrip()
    console.print(text, soft_wrap=True)
