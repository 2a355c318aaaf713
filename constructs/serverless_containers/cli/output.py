"""The output of the commands: documents, lines and tables, and findings with their lines."""

import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

import click

from serverless_containers.compose.files import read_regular
from serverless_containers.compose.limits import LARGEST_FILE
from serverless_containers.findings import Finding, Severity
from serverless_containers.findings.excerpt import Excerpt, SourceText
from serverless_containers.findings.formats import printable, to_line
from serverless_containers.findings.places import Places

_COLOURS = re.compile(r"(\x1b\[[0-9;:]*m)")
"""Select Graphic Rendition, the control sequence of colours and weights (ECMA-48, 8.3.117)."""
_COLOUR_OR_STYLE = re.compile(
    # A colour, by its number or as red, green and blue.
    r"(?:(?:[345]8;(?:5;\d{1,3}|2(?:;\d{1,3}){3})"
    # The same as ITU-T T.416 has it, and kinds of underlines.
    r"|[345]8:(?:5:\d{1,3}|2:(?:\d{0,3}:)?\d{1,3}:\d{1,3}:\d{1,3})|4:[0-5]"
    # Bold, faint, italic, underlined, inverse, crossed out, and colours of the palette.
    r"|0*(?:|0|[1-4]|[79]|2[1-479]|[34][0-79]|59|9[0-7]|10[0-7]))(?=;|\Z))"
)
"""A parameter of it for a colour or a weight, with its arguments: none that conceals or blinks.

Source: https://man7.org/linux/man-pages/man4/console_codes.4.html.
"""
_NO_COLOUR = "\x1b[0m"
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def write_document(text: str) -> None:
    """Write what a program reads to standard output: in UTF-8, whatever the terminal's encoding.

    Args:
        text: A document. What is no text in a variable's value is replaced, as Docker Compose does.
    """
    sound = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    click.echo(sound.encode("utf-8"))


def write_line(text: str, stream: TextIO) -> None:
    """Write a line, with escapes for what the stream's encoding lacks."""
    stream.write(encodable(text, stream.encoding or "utf-8") + "\n")


def print_line(line: str) -> None:
    """Write a line to standard output, without characters that a terminal takes for commands."""
    write_line(printable(line), sys.stdout)
    sys.stdout.flush()


def print_output(head: str, text: str) -> None:
    """Write what a container wrote to standard output, each line of it after a head.

    Colours and weights stay on a terminal, unless NO_COLOR is set, and are left out elsewhere; what
    conceals text or has it blink always is. All else that a terminal takes for commands, such as to
    move the cursor or to name the window, is escaped.

    Args:
        head: What precedes each line; printed as it is.
        text: What the container wrote. Tabs and ends of lines, as a stack trace has them, are no
            commands.
    """
    coloured = is_coloured(sys.stdout)
    for line in text.expandtabs().splitlines() or [""]:
        write_line(f"{head} {_with_colours(line) if coloured else _plain(line)}", sys.stdout)


def is_coloured(stream: TextIO) -> bool:
    """Return whether a stream shows colours: a terminal, unless NO_COLOR is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def _with_colours(line: str) -> str:
    parts = _COLOURS.split(line)
    # Every second part is a colour. It ends with its line.
    shown = "".join(_colour(part) if at % 2 else printable(part) for at, part in enumerate(parts))
    return f"{shown}{_NO_COLOUR}" if len(parts) > 1 else shown


def _colour(sequence: str) -> str:
    """Leave out of a control sequence what is neither a colour nor a weight."""
    parameters, at = sequence.removeprefix("\x1b[").removesuffix("m"), 0
    kept = []
    while at <= len(parameters):
        if found := _COLOUR_OR_STYLE.match(parameters, at):
            kept.append(found[0])
            at = found.end() + 1
        else:
            at = (parameters.find(";", at) + 1) or len(parameters) + 1
    return f"\x1b[{';'.join(kept)}m" if kept else ""


def _plain(line: str) -> str:
    return printable(_COLOURS.sub("", line))


def print_warning(line: str) -> None:
    """Write a line to standard output: in colour on a terminal, unless NO_COLOR is set."""
    text = printable(line)
    styled = click.style(text, fg="yellow", bold=True) if is_coloured(sys.stdout) else text
    write_line(styled, sys.stdout)


def print_error(line: str) -> None:
    """Write a line to standard error, if it is open."""
    if sys.stderr is not None:
        write_line(printable(line), sys.stderr)


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Write rows in columns to standard output."""
    cleaned = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cleaned, strict=True)]
    for row in cleaned:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        write_line(f"  {'  '.join(cells)}".rstrip(), sys.stdout)


def print_findings(findings: Iterable[Finding], places: Places, stream: TextIO) -> None:
    """Print findings, one after the other.

    Args:
        findings: The findings.
        places: The names of their files.
        stream: Where to. A terminal gets colours, unless NO_COLOR is set, and the source lines.
    """
    if stream.isatty():
        _Terminal(places, stream).print(findings)
        return
    for finding in findings:
        write_line(f"{to_line(places.displayed(finding))}\n    {_label(finding)}", stream)


def _label(finding: Finding) -> str:
    return f"{finding.rule.severity}: {finding.rule.code}"


def encodable(text: str, encoding: str) -> str:
    """Return text with escapes for what an encoding lacks."""
    return text.encode(encoding, "backslashreplace").decode(encoding)


class _Terminal:
    """Findings in colours, each with the line that it is about."""

    def __init__(self, places: Places, stream: TextIO) -> None:
        # Not before it is needed: it takes as long to load as reading a small project.
        from rich.console import Console  # noqa: PLC0415

        self._places = places
        self._texts: dict[str, SourceText | None] = {}
        self._console = Console(
            file=stream,
            color_system=None if os.environ.get("NO_COLOR") else "auto",
            highlight=False,
            markup=False,
            emoji=False,
        )

    def print(self, findings: Iterable[Finding]) -> None:
        from rich.text import Text  # noqa: PLC0415

        for finding in findings:
            style = _STYLES[finding.rule.severity]
            displayed = self._places.displayed(finding)
            line = Text(self._encodable(to_line(displayed)))
            if displayed.at:
                line.stylize("bold", 0, len(str(displayed.at)))
            self._print(line)
            label = Text(_label(finding), style)
            excerpt = self._excerpt(finding)
            if excerpt is None:
                self._print(Text.assemble("    ", label))
                continue
            text, cells = self._window(excerpt, len(str(excerpt.line)) + 5)
            margin = " " * len(str(excerpt.line))
            self._print(Text.assemble((f"  {excerpt.line} | ", "dim"), self._encodable(text)))
            self._print(Text.assemble((f"  {margin} | ", "dim"), " " * cells, ("^ ", style), label))

    def _print(self, text: object) -> None:
        self._console.print(text, soft_wrap=True)

    def _encodable(self, text: str) -> str:
        return encodable(text, self._console.encoding)

    def _excerpt(self, finding: Finding) -> Excerpt | None:
        if finding.at is None:
            return None
        name = finding.at.file
        if name not in self._texts:
            self._texts[name] = self._read(name)
        text = self._texts[name]
        return text.excerpt(finding) if text else None

    def _read(self, name: str) -> SourceText | None:
        file = self._places.absolute(name)
        try:
            return SourceText(read_regular(file, most=LARGEST_FILE))
        except (OSError, ValueError):
            return None

    def _window(self, excerpt: Excerpt, margin: int) -> tuple[str, int]:
        """Return the part of a long line that fits around the caret, and the cells before it."""
        from rich.cells import cell_len, set_cell_size  # noqa: PLC0415

        room = max(self._console.width - margin, 20)
        before, after = excerpt.text[: excerpt.offset], excerpt.text[excerpt.offset :]
        if cell_len(before) > room // 2:
            while cell_len(before) >= room // 2:
                before = before[max(1, len(before) - room) :]
            before = f"…{before}"
        left = room - cell_len(before)
        if cell_len(after) > left:
            after = f"{set_cell_size(after, left - 1)}…"
        return before + after, cell_len(before)
