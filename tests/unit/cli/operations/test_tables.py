"""Tables fit the terminal, and are lines of their own in a file."""

from datetime import UTC, datetime, timedelta

import pytest

from serverless_containers.cli.tables import print_columns, print_labelled, short_time

LONG = "a reason that is as long as AWS's are, with a few more words so that it has to wrap"
ROWS = [("one", "RUNNING", ""), ("two", "FAILED", LONG)]
HEADINGS = ("task", "state", "reason")


@pytest.fixture
def terminal(monkeypatch):
    """Standard output is a terminal of a width."""

    def make(width):
        monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.delenv("NO_COLOR", raising=False)

    return make


def test_in_a_file_each_row_is_a_line_without_colours(capsys):
    print_columns(HEADINGS, ROWS)

    assert capsys.readouterr().out.splitlines() == [
        "task  state    reason",
        "one   RUNNING",
        f"two   FAILED   {LONG}",
    ]


def test_the_last_column_wraps_within_the_terminal(capsys, terminal, monkeypatch):
    terminal(60)
    monkeypatch.setenv("NO_COLOR", "1")
    print_columns(HEADINGS, ROWS)

    assert capsys.readouterr().out.splitlines() == [
        "task  state    reason",
        "one   RUNNING",
        "two   FAILED   a reason that is as long as AWS's are, with a",
        "               few more words so that it has to wrap",
    ]


def test_where_little_is_left_it_goes_below_its_row(capsys, terminal, monkeypatch):
    terminal(44)
    monkeypatch.setenv("NO_COLOR", "1")
    print_columns(HEADINGS, ROWS)

    assert capsys.readouterr().out.splitlines() == [
        "task  state",
        "one   RUNNING",
        "two   FAILED",
        "    a reason that is as long as AWS's are,",
        "    with a few more words so that it has to",
        "    wrap",
    ]


def test_states_have_colours_unless_they_are_not_wanted(capsys, terminal, monkeypatch):
    terminal(80)
    print_columns(("state",), [("RUNNING",), ("other",)])
    assert "\x1b[32mRUNNING" in capsys.readouterr().out

    monkeypatch.setenv("NO_COLOR", "1")
    print_columns(("state",), [("RUNNING",)])
    assert "\x1b" not in capsys.readouterr().out


def test_columns_without_anything_are_left_out_and_wide_characters_count_twice(capsys):
    print_columns(("a", "b", "c"), [("日本", "", "x"), ("y", "", "z")])

    assert capsys.readouterr().out.splitlines() == ["a     c", "日本  x", "y     z"]


def test_times_are_as_long_as_they_have_to_be():
    now = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)

    assert short_time(now - timedelta(hours=1), now) == "13:30:00"
    assert short_time(now - timedelta(days=3), now) == "Nov 17 14:30"
    assert short_time(now - timedelta(days=400), now) == "2025-10-16"
    assert short_time(None) == ""


def test_what_is_to_be_copied_is_not_broken(capsys, terminal, monkeypatch):
    terminal(40)
    monkeypatch.setenv("NO_COLOR", "1")
    arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop"
    command = "aws ecr describe-images --repository-name shop/web"
    print_labelled([("seen", f"the secret {arn} is gone"), ("run", command)], whole={"run"})

    assert capsys.readouterr().out.splitlines() == [
        "  seen  the secret",
        f"        {arn}",
        "        is gone",
        f"  run   {command}",
    ]
