"""What a shell may expect of the command: short help, and the words that complete a line."""

import os
import subprocess
import sys

import pytest

from serverless_containers.local.report import make_console


@pytest.mark.parametrize(
    "words", [[], ["check"], ["secrets"], ["secrets", "push"], ["local", "up"]]
)
def test_the_short_option_for_help(words):
    # In a process of its own: click keeps the option that a command had first.
    short, long = (
        subprocess.run(
            [sys.executable, "-m", "serverless_containers", *words, option],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for option in ("-h", "--help")
    )
    assert short == long
    assert "-h, --help" in short


def completed(*words):
    done = subprocess.run(
        [sys.executable, "-c", "from serverless_containers.cli import main; main(prog_name='s')"],
        env={
            **os.environ,
            "_S_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(["s", *words]),
            "COMP_CWORD": str(len(words)),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.partition(",")[2] for line in done.stdout.splitlines()}


def test_commands_and_options_are_completed():
    assert completed("ch") == {"check"}
    assert completed("secrets", "p") == {"push"}
    assert completed("check", "--fail-on", "") == {"error", "warning", "note"}
    assert "--strict" in completed("check", "--s")


def test_no_color_is_heard_by_the_tables_of_local(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert make_console().no_color
