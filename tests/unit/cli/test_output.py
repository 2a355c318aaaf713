"""Findings on a terminal: the source line, the caret, and colours."""

import io
import os
import pty
import subprocess
import sys

import pytest

from serverless_containers.cli.output import print_findings, print_output
from serverless_containers.findings import Finding, Location, Rule, Severity
from serverless_containers.findings.places import Places

RULE = Rule(code="some-rule", severity=Severity.WARNING, summary="")


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """What a terminal shows of a finding in a file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    for name in ("FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)

    def _shown(text, line, column, path=()):
        (tmp_path / "c.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        terminal = Terminal()
        at = Location("c.yaml", line, column)
        finding = Finding(rule=RULE, at=at, path=path, message="no")
        print_findings([finding], Places(tmp_path, tmp_path), terminal)
        return terminal.getvalue().splitlines()

    return _shown


def test_the_line_and_a_caret(shown):
    assert shown("a: 1\nb: two\n", 2, 4) == [
        "c.yaml:2:4: no",
        "  2 | b: two",
        "    |    ^ warning: some-rule",
    ]


def test_the_caret_stands_below_its_character(shown):
    # Signs of two cells, a combining sign of none, a tab.
    assert shown("日本: x", 1, 5)[1:] == ["  1 | 日本: x", "    |       ^ warning: some-rule"]
    assert shown("e\u0301: x", 1, 5)[1:] == ["  1 | e\u0301: x", "    |    ^ warning: some-rule"]
    assert shown("a:\tx", 1, 4)[1:] == ["  1 | a:  x", "    |     ^ warning: some-rule"]


def test_of_a_long_line_the_part_around_the_caret(shown):
    text = "a: " + "b" * 50 + "HERE" + "c" * 50
    assert shown(text, 1, 54)[1:] == [
        "  1 | …bbbbbbbbbbbbbbbbHEREcccccccccccc…",
        "    |                  ^ warning: some-rule",
    ]
    assert shown("HERE" + "c" * 50, 1, 1)[1] == "  1 | HERE" + "c" * 29 + "…"


def test_a_line_that_may_hold_a_secret_is_not_shown(shown):
    text = "environment:\n  A: hunter2\n"
    assert shown(text, 2, 3) == ["c.yaml:2:3: no", "    warning: some-rule"]


@pytest.mark.usefixtures("shown")
def test_a_file_that_is_gone(tmp_path):
    terminal = Terminal()
    finding = Finding(rule=RULE, at=Location("gone.yaml", 1, 1), message="no")
    print_findings([finding], Places(tmp_path, tmp_path), terminal)
    assert terminal.getvalue() == "gone.yaml:1:1: no\n    warning: some-rule\n"


def test_markup_is_text(shown):
    assert shown("a: '[bold]x[/bold]' :smile:", 1, 1)[1] == "  1 | a: '[bold]x[/bold]' :smile:"


def test_colours(shown, monkeypatch):
    assert "\x1b" not in "".join(shown("a: 1", 1, 1))
    monkeypatch.delenv("NO_COLOR")
    lines = shown("a: 1", 1, 1)
    assert lines[0] == "\x1b[1mc.yaml:1:1\x1b[0m: no"
    assert "\x1b[33m" in lines[2]


def run_on_a_terminal(folder, variables):
    """The output of `check` in a pseudo-terminal."""
    ours, theirs = pty.openpty()
    code = "from serverless_containers.cli import main; main(['check'])"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=theirs, stderr=theirs, cwd=folder, env=variables
    ) as process:
        os.close(theirs)
        output = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            output += part
            if not part:
                break
        process.wait(timeout=30)
    os.close(ours)
    return output.decode()


def test_the_whole_command_on_a_terminal(run):
    text = (
        "services: {web: {image: 'x:1', ports: ['80'], healthcheck: {test: x}, privileged: true}}"
    )
    run.write("compose.yaml", text)
    plain = run_on_a_terminal(run.folder, {"TERM": "xterm", "NO_COLOR": "1"})
    assert "^ error: key-rejected\r\n1 error, 1 note\r\n" in plain
    assert "\x1b" not in plain
    assert "\x1b[1;31m" in run_on_a_terminal(run.folder, {"TERM": "xterm"})


def test_no_colours_where_there_is_no_terminal(run):
    run.write("compose.yaml", "services: {web: {image: x, ports: ['80'], privileged: true}}")
    assert "\x1b" not in run("check", FORCE_COLOR="1", TERM="xterm").stdout


@pytest.mark.parametrize(
    ("text", "coloured", "plain"),
    [
        ("\x1b[1;32mup\x1b[0m", "\x1b[1;32mup\x1b[0m\x1b[0m", "up"),
        # A colour ends with its line.
        ("\x1b[31mno\nend", "\x1b[31mno\x1b[0m\nweb | end", "no\nweb | end"),
        ("\x1b[2J\x1b[1A", r"\x1b[2J\x1b[1A", r"\x1b[2J\x1b[1A"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07", r"\x1b]0;title\x07"),
        # The same in one character each, and what turns the direction of writing.
        ("\x9b2J\x9d\u202e", r"\x9b2J\x9d\u202e", r"\x9b2J\x9d\u202e"),
        ("\ta\r\nb", "        a\nweb | b", "        a\nweb | b"),
    ],
)
def test_the_output_of_a_container_has_colours_and_gives_a_terminal_no_commands(
    monkeypatch, text, coloured, plain
):
    def printed(screen):
        monkeypatch.setattr("sys.stdout", screen)
        print_output("web |", text)
        return screen.getvalue()

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert printed(Terminal()) == f"web | {coloured}\n"
    assert printed(io.StringIO()) == f"web | {plain}\n"
    monkeypatch.setenv("NO_COLOR", "1")
    assert printed(Terminal()) == f"web | {plain}\n"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("", ""),
        ("0", "0"),
        ("01;31", "01;31"),
        ("3;4;7;9;21;22;23;24;27;29;39;49;59;97;107", "3;4;7;9;21;22;23;24;27;29;39;49;59;97;107"),
        ("4:3", "4:3"),
        # Where it is an argument, 8 is a colour.
        ("38;5;8", "38;5;8"),
        ("48;2;8;8;8;1", "48;2;8;8;8;1"),
        ("38:5:8;58:2::8:8:8", "38:5:8;58:2::8:8:8"),
        # Concealed text, alone and beside others; blinking; fonts.
        ("8", None),
        ("08", None),
        ("1;8", "1"),
        ("8;1", "1"),
        ("38;5;8;8", "38;5;8"),
        ("5;6;28;11;1", "1"),
        ("8;", ""),
        # What a terminal may take for anything.
        ("38;8;1", "1"),
        ("38;5", None),
        ("38;2;8;8", "2"),
        ("8:1", None),
        ("1:8", None),
        ("9" * 5000, None),
    ],
)
def test_of_colours_and_weights_none_conceals_text(monkeypatch, given, shown):
    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.delenv("NO_COLOR", raising=False)
    print_output("web |", f"\x1b[{given}mtext")
    start = "" if shown is None else f"\x1b[{shown}m"
    assert screen.getvalue() == f"web | {start}text\x1b[0m\n"
