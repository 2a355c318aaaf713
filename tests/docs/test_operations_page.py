"""The page about operations shows what its commands print."""

import re
import shlex

import pytest
from click.testing import CliRunner

from serverless_containers.cli import main
from tests.support.deployed_stack import deploy
from tests.support.incident import go_wrong
from tests.support.pages import ROOT, blocks_of
from tests.support.recorded_aws import RecordedAws
from tests.templates.iam import taken

PAGE = "docs/guides/operations.md"
SHOWN = [each for each in blocks_of(PAGE) if each.language == "text"]
TIME = re.compile(
    r"\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?|[A-Z][a-z]{2} \d\d \d\d:\d\d|\d\d:\d\d:\d\d"
)


def without_times(text):
    """The text with all times alike, and without the spaces that align it."""
    return [" ".join(TIME.sub("T", line).split()) for line in text.splitlines()]


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.title)
def test_a_command_prints_what_the_page_shows(block, monkeypatch):
    aws = RecordedAws(monkeypatch)
    deploy(aws)
    go_wrong(aws)
    words = shlex.split(block.title)
    assert words[0] == "serverless-containers"

    result = CliRunner().invoke(main, words[1:])

    assert result.exit_code in {0, 1, 2}
    assert without_times(block.text) == without_times(result.stdout)


def test_every_command_for_deployed_services_is_shown_or_named():
    text = "".join(f"{each.title}\n{each.text}" for each in blocks_of(PAGE))
    for name in ("status", "logs", "metrics", "rollback", "restart", "scale", "exec", "drift"):
        assert f"serverless-containers {name}" in text


def test_every_action_is_listed_and_exists():
    section = (ROOT / PAGE).read_text().partition("## What the commands have to be allowed")[2]
    listed = set(re.findall(r"`([a-z-]+:\w+)`", section + (ROOT / PAGE).read_text()))
    called = {
        "".join(part.title() for part in name.split("_"))
        for file in (ROOT / "constructs/serverless_containers/operations").glob("*.py")
        for name in re.findall(r"call(?:_pages)?\(\s*[^,]+,\s*\"(\w+)\"", file.read_text())
    }
    assert len(called) > 20
    # Only to say in which other region a stack is.
    assert called - {"DescribeStacks"} <= {action.partition(":")[2] for action in listed}
    for action in listed - {"logs:FilterLogEvents"}:
        assert taken(action) is not None, action
