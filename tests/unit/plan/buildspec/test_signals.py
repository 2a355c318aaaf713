"""Who owns a rollout, and what CloudFormation is told."""

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from serverless_containers.plan.buildspec import BuildspecImage

TWO = (BuildspecImage(service="web"), BuildspecImage(service="worker"))
RECORD = 'for word; do case $word in @*) cat "${word#@}" > "$PIPELINE_HOME/sent";; esac; done'


def sent(script):
    file = script.home / "sent"
    return json.loads(file.read_text()) if file.exists() else None


def stack(script, status):
    script.command("aws", f"echo {status}")


@pytest.mark.parametrize(
    ("status", "owner"),
    [
        ("CREATE_IN_PROGRESS", "cloudformation"),
        ("UPDATE_IN_PROGRESS", "cloudformation"),
        ("IMPORT_IN_PROGRESS", "cloudformation"),
        ("REVIEW_IN_PROGRESS", "pipeline"),
        ("CREATE_COMPLETE", "pipeline"),
        ("UPDATE_COMPLETE", "pipeline"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "pipeline"),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "pipeline"),
        ("UPDATE_ROLLBACK_COMPLETE", "pipeline"),
        ("UPDATE_ROLLBACK_FAILED", "pipeline"),
        ("ROLLBACK_IN_PROGRESS", "undoing"),
        ("UPDATE_ROLLBACK_IN_PROGRESS", "undoing"),
        ("IMPORT_ROLLBACK_IN_PROGRESS", "undoing"),
        ("DELETE_IN_PROGRESS", "undoing"),
    ],
)
def test_the_owner(script, status, owner):
    stack(script, status)
    result = script.call("find_owner", STACK_NAME="pipeline")
    assert result.stdout.decode().strip() == owner


def test_without_a_stack_the_pipeline_owns_all(script):
    assert script.call("find_owner").stdout == b"pipeline\n"


@pytest.mark.parametrize(
    ("before", "after", "owner"),
    [
        ("UPDATE_COMPLETE", "UPDATE_COMPLETE", "pipeline"),
        ("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE", "cloudformation"),
        ("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "undoing"),
        ("UPDATE_COMPLETE", "UPDATE_IN_PROGRESS", "cloudformation"),
    ],
)
def test_a_change_during_the_build(script, before, after, owner):
    for status in (before, after):
        stack(script, status)
        assert script.call("settle_owner", STACK_NAME="pipeline").returncode == 0
    assert (script.home / "owner").read_text().strip() == owner


@pytest.mark.parametrize(
    ("owner", "told"),
    [("cloudformation", True), (None, True), ("pipeline", False), ("undoing", False)],
)
def test_who_hears_of_a_failure(script, owner, told):
    script.command("curl", RECORD)
    if owner:
        (script.home / "owner").write_text(f"{owner}\n")
    result = script.call("step=build; conclude 3", WAIT_HANDLE_URL="http://x")
    assert result.returncode == 1
    assert (sent(script) is not None) == told


def test_the_handle_gets_a_put_without_a_content_type(script):
    script.command("curl", 'printf "%s\\n" "$@" > "$PIPELINE_HOME/words"')
    script.call("signal SUCCESS fine a1", WAIT_HANDLE_URL="https://x/?a=1&b=2")
    words = (script.home / "words").read_text().splitlines()
    assert "Content-Type:" in words
    assert words[words.index("--request") + 1] == "PUT"
    assert words[-1] == "https://x/?a=1&b=2"


def test_a_handle_that_is_gone_fails_nothing(script):
    script.command("curl", "exit 22")
    result = script.call("signal SUCCESS fine a1", WAIT_HANDLE_URL="http://x")
    assert result.returncode == 0
    assert b"could not be told" in result.stdout


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
@example('"\\' * 3000)
@example("é" * 3000)
def test_any_command_can_be_reported(script, text):
    for file in script.home.iterdir():
        file.unlink()
    script.command("curl", RECORD)
    (script.folder / "word").write_text(text)
    result = script.call(
        'select_service 1; log=$PIPELINE_HOME/1.log; cp "$CODEBUILD_SRC_DIR/word" "$log"\n'
        '(give_up 1 "docker build $(cat "$CODEBUILD_SRC_DIR/word")") || :\n'
        "step=build; conclude 1",
        WAIT_HANDLE_URL="http://x",
        CODEBUILD_BUILD_URL="https://console/" + "l" * 300,
    )
    assert result.returncode == 1
    signal = sent(script)
    assert len((script.home / "sent").read_bytes()) <= 4096
    assert signal["Status"] == "FAILURE"
    assert signal["Reason"].startswith("service web failed (exit status 1): docker build")
    assert "Log: https://console/lll" in signal["Reason"]
    if text.isascii() and text.isprintable() and len(text) < 60:
        assert text.rstrip() in signal["Reason"]


def test_the_first_failure_is_the_one_reported(script):
    script.command("curl", RECORD)
    result = script.call(
        "job() { select_service $1; if [ $1 = 1 ]; then sleep 0.5; fi; run false $1; }\n"
        "trap 'conclude $?' EXIT\nstep=build\nin_parallel '1 2' job",
        TWO,
        WAIT_HANDLE_URL="http://x",
    )
    assert result.returncode == 1
    assert sent(script)["Reason"].startswith("service worker failed (exit status 1): false 2")


def test_jobs_run_side_by_side_and_their_logs_one_after_the_other(script):
    result = script.call(
        "job() { select_service $1; echo begin $1; [ $1 = 1 ] && sleep 1; sleep 1; echo end $1; }\n"
        "before=$(date +%s%N); in_parallel '1 2' job; after=$(date +%s%N)\n"
        "echo took $(((after - before) / 1000000))",
        TWO,
    )
    *lines, took = result.stdout.decode().splitlines()
    assert lines == ["--- web: job", "begin 1", "end 1", "--- worker: job", "begin 2", "end 2"]
    assert int(took.split()[1]) < 2900


@pytest.mark.parametrize(
    "code",
    ["x=$(ask false); say reached", 'say "$NO_SUCH_VARIABLE"', "move_tag live imageTag=a"],
)
def test_a_step_ends_at_the_first_thing_that_fails(script, code):
    script.command("curl", RECORD)
    script.command("aws", "exit 254")
    result = script.call(
        f"trap 'conclude $?' EXIT\nstep=build\nselect_service 1\n{code}\nsay reached",
        WAIT_HANDLE_URL="http://x",
    )
    assert result.returncode != 0
    assert b"reached" not in result.stdout
    assert sent(script)["Status"] == "FAILURE"
