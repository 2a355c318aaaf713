"""`logs`: every line once, in the order of time."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from textwrap import dedent

import pytest

from serverless_containers.operations import logs
from tests.support.deployed_stack import ago, task_definition
from tests.support.pages import ROOT
from tests.support.recorded_aws import RefusalError


def event(number, container, text, **past):
    return {
        "eventId": f"{container}-{number}",
        "timestamp": int(ago(**past).timestamp() * 1000),
        "logStreamName": f"{container}/{container}/4f2a8c1b",
        "message": text,
    }


def write(aws, web=(), db=()):
    by_group = {"logs-web": list(web), "logs-db": list(db)}
    aws.answer("FilterLogEvents", lambda asked: {"events": by_group[asked["logGroupName"]]})


def test_lines_of_all_containers_are_in_the_order_of_time(aws, run):
    write(
        aws,
        web=[event(1, "web", "first\n", minutes=5), event(2, "web", "third", minutes=3)],
        db=[event(1, "db", "second", minutes=4)],
    )

    result = run("logs")

    assert result.exit_code == 0
    stamps = [f"{ago(minutes=each):%Y-%m-%d %H:%M:%S}" for each in (5, 4, 3)]
    assert result.stdout.splitlines() == [
        f"{stamps[0]} web | first",
        f"{stamps[1]} db  | second",
        f"{stamps[2]} web | third",
    ]


def test_pages_are_asked_for_until_the_last(aws, run):
    aws.answer(
        "FilterLogEvents",
        {"events": [event(1, "web", "one", minutes=5)], "nextToken": "more"},
        {"events": [event(2, "web", "two", minutes=4)]},
    )

    result = run("logs", "--service", "web")

    assert [line.rpartition("| ")[2] for line in result.stdout.splitlines()] == ["one", "two"]
    assert [each.get("nextToken") for each in aws.called("FilterLogEvents")] == [None, "more"]


def test_one_service_of_the_compose_file_is_chosen(aws, run):
    write(aws, db=[event(1, "db", "hello", minutes=1)])

    result = run("logs", "--service", "db", "--filter", "hel")

    assert result.stdout.endswith("db | hello\n")
    (asked,) = aws.called("FilterLogEvents")
    assert asked["logGroupName"] == "logs-db"
    assert asked["logStreamNamePrefix"] == "db/"
    assert asked["filterPattern"] == "hel"


def test_errors_are_a_filter_pattern(aws, run):
    write(aws)

    result = run("logs", "--errors")

    assert result.exit_code == 0
    assert {each["filterPattern"] for each in aws.called("FilterLogEvents")} == {logs.ERRORS}
    assert result.stderr.startswith("No line since ")
    assert run("logs", "--errors", "--filter", "x").exit_code == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("30s", timedelta(seconds=30)),
        ("10m", timedelta(minutes=10)),
        ("2h", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
        ("%Y-%m-%dT%H:%M:%SZ", timedelta(hours=3)),
        ("%Y-%m-%dT%H:%M:%S+00:00", timedelta(hours=3)),
    ],
    ids=["seconds", "minutes", "hours", "days", "time", "time with a zone"],
)
def test_since_takes_an_age_or_a_time(aws, run, given, expected):
    write(aws)
    given = (datetime.now(UTC) - expected).strftime(given)

    assert run("logs", "--since", given).exit_code == 0

    started = aws.called("FilterLogEvents")[0]["startTime"] / 1000
    assert abs(datetime.now(UTC).timestamp() - expected.total_seconds() - started) < 60


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("10", "expected an age such as 30s, 10m, 2h or 7d, or a time"),
        ("yesterday", "expected an age"),
        ("2999-01-01", "2999-01-01 is in the future"),
    ],
)
def test_since_says_what_it_takes(run, given, words):
    result = run("logs", "--since", given)

    assert result.exit_code == 1
    assert words in result.stderr


@pytest.fixture
def clock(monkeypatch):
    """Two seconds are over at once; after the third time Ctrl-C is pressed."""
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("serverless_containers.operations.logs.time.sleep", sleep)


@pytest.mark.usefixtures("clock")
def test_followed_lines_are_told_once_and_late_ones_are_not_lost(aws, run):
    now = datetime.now(UTC).timestamp()
    first, late, last = (
        {**event(number, "web", text), "timestamp": int((now - seconds) * 1000)}
        for number, text, seconds in (
            (1, "first", 20),
            (2, "late, but before the first", 25),
            (3, "last", 1),
        )
    )
    aws.answer(
        "FilterLogEvents",
        {"events": [first]},
        {"events": [late, first]},
        {"events": [late, first, last]},
    )

    result = run("logs", "-f", "--service", "web", "--since", "1h")

    assert result.exit_code == 130
    assert result.stderr == ""
    assert [line.rpartition("| ")[2] for line in result.stdout.splitlines()] == [
        "first",
        "late, but before the first",
        "last",
    ]
    starts = [each["startTime"] / 1000 for each in aws.called("FilterLogEvents")]
    now = datetime.now(UTC).timestamp()
    assert now - starts[0] > 3000
    # As long as CloudWatch may take to show a line.
    assert all(29 < now - start < 40 for start in starts[1:])


def test_json_is_an_object_a_line(aws, run):
    write(aws, web=[event(1, "web", "hello\tthere", minutes=1)])

    (line,) = run("logs", "--json").stdout.splitlines()

    assert json.loads(line) == {
        "id": "web-1",
        "time": f"{ago(minutes=1):%Y-%m-%dT%H:%M:%SZ}",
        "container": "web",
        "task": "4f2a8c1b",
        "message": "hello\tthere",
    }


def test_a_stack_trace_keeps_its_lines_and_no_command_reaches_the_terminal(aws, run):
    write(aws, web=[event(1, "web", "Error\n\tat here\x1b[2J\n", minutes=1)])

    lines = [line.partition(" | ")[2] for line in run("logs").stdout.splitlines()]

    assert lines == ["Error", r"        at here\x1b[2J"]


def test_a_service_that_is_not_there_is_told(run, aws):
    write(aws)

    assert run("logs", "--service", "wbe").stderr == (
        "Error: shop-web has no container wbe; did you mean web?\n"
    )
    assert run("logs", "--service", "x").stderr == (
        "Error: shop-web has no container x; there are: web, db\n"
    )


def test_a_container_that_logs_elsewhere_is_told(aws, run):
    task = task_definition(3)
    task["containerDefinitions"][1]["logConfiguration"] = {"logDriver": "awsfirelens"}
    aws.answer("DescribeTaskDefinition", {"taskDefinition": task})
    write(aws)

    assert "db logs by another driver than awslogs" in run("logs", "--service", "db").stderr
    assert run("logs").exit_code == 0


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (RefusalError("AccessDeniedException"), "lack logs:FilterLogEvents on logs-web"),
        (RefusalError("ResourceNotFoundException"), "the log group logs-web of web does not exist"),
        (
            RefusalError("InvalidParameterException", "Invalid character(s) in term 'a-b'"),
            "CloudWatch does not take the filter pattern 'a-b'",
        ),
    ],
)
def test_refusals_are_told(aws, run, refusal, words):
    aws.answer("FilterLogEvents", refusal)

    result = run("logs", "--filter", "a-b")

    assert result.exit_code == 1
    assert words in result.stderr


PIPED = """
    import pytest
    from serverless_containers.cli import main
    from tests.support.deployed_stack import deploy
    from tests.support.recorded_aws import RecordedAws

    aws = RecordedAws(pytest.MonkeyPatch())
    deploy(aws)
    line = {"timestamp": 1, "logStreamName": "web/web/x", "message": "x" * 1000}
    lines = {"events": [{**line, "eventId": str(n)} for n in range(1000)]}
    aws.answer("FilterLogEvents", lines)
    main(["logs", "--service", "web"])
"""


def test_a_pipe_that_is_closed_is_no_error(tmp_path):
    script = tmp_path / "piped.py"
    script.write_text(dedent(PIPED))
    paths = os.pathsep.join([str(ROOT), str(ROOT / "constructs")])
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    ) as process:
        assert "xxx" in process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 1
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    "since", ["999999w", "0001-01-01", "0001-01-01T00:00Z", "0001-01-01T00:00+14:00", "1899-12-31"]
)
@pytest.mark.parametrize("command", ["logs", "metrics"])
def test_a_time_before_any_log_is_misuse(aws, run, command, since):
    result = run(command, "--since", since)

    assert result.exit_code == 1
    assert "Invalid value for '--since'" in result.stderr
    assert aws.calls == []


def test_a_time_before_the_epoch_is_the_epoch(aws, run):
    write(aws)

    assert run("logs", "--since", "1969-01-01").exit_code == 0
    assert {each["startTime"] for each in aws.called("FilterLogEvents")} == {0}


def test_a_page_that_comes_again_and_again_ends_it(aws, run):
    aws.answer("FilterLogEvents", {"events": [], "nextToken": "same"})

    result = run("logs", "--service", "web")

    assert result.exit_code == 1
    assert "logs-web: AWS gives the same page of the list again and again" in result.stderr
    assert len(aws.called("FilterLogEvents")) == 2


def test_an_event_without_id_or_with_an_impossible_time_is_printed(aws, run):
    odd = [
        {"message": "neither", "logStreamName": "web/web/x"},
        {"message": "late", "timestamp": 10**18, "eventId": "2"},
    ]
    write(aws, web=odd)

    result = run("logs", "--service", "web")

    assert result.exit_code == 0
    assert [line.rpartition("| ")[2] for line in result.stdout.splitlines()] == ["neither", "late"]


def test_json_has_no_character_that_a_terminal_takes_for_a_command(aws, run):
    message = 'a\x9b31m\u202eb\U000e0001 \u00e9\n\t"c"'
    write(aws, web=[event(1, "web", message, minutes=5)])

    result = run("logs", "--service", "web", "--json")

    (line,) = result.stdout.splitlines()
    assert line.isprintable()
    assert "\u00e9" in line
    assert json.loads(line)["message"] == message
