"""The pages that help when something fails: one for each alarm, and every known cause on one."""

import re

import pytest
from aws_cdk import Stack

from serverless_containers.diagnosis.reference import SECTIONS, heading, slug
from serverless_containers.diagnosis.rules import RULES
from serverless_containers.monitoring import events
from serverless_containers.monitoring.kinds import AlarmKind
from serverless_containers.monitoring.options import Monitoring
from serverless_containers.monitoring.signals import TaskSignals
from tests.support.pages import ROOT, blocks_of

ALARMS = (
    "availability-burn-rate",
    "latency-burn-rate",
    "target-errors",
    "unhealthy-targets",
    "no-healthy-task",
    "cpu-high",
    "memory-high",
    "containers-restarting",
    "out-of-memory",
    "deployment-failed",
    "pipeline-failed",
    "certificate-expiry",
    "errors-anomaly",
    "latency-anomaly",
)
HEADINGS = ["What it means", "First look", "Likely causes", "Repair", "When to ignore it"]
FOLDER = ROOT / "docs/runbooks"


def test_each_alarm_has_a_page_and_each_page_an_alarm():
    pages = {file.stem for file in FOLDER.glob("*.md")} - {"README"}
    listed = re.findall(
        r"(?m)^\| \[([\w-]+)\]\(\1\.md\)", (FOLDER / "README.md").read_text(encoding="utf-8")
    )

    assert pages == set(ALARMS)
    assert listed == list(ALARMS)


@pytest.mark.parametrize("alarm", ALARMS)
def test_a_page_says_what_to_do(alarm):
    text = (FOLDER / f"{alarm}.md").read_text(encoding="utf-8")

    assert f"The alarm `{alarm}`." in text
    assert re.findall(r"(?m)^## (.*)$", text) == HEADINGS
    parts = re.split(r"(?m)^## .*$", text)[1:]
    assert all(len(part.strip()) > 25 for part in parts)
    # The first look is a command.
    (first, *_) = blocks_of(f"docs/runbooks/{alarm}.md")
    assert first.text.startswith("serverless-containers ")
    assert "diagnose" in first.text or "logs" in first.text or "metrics" in first.text


def test_every_cause_is_on_the_page_once():
    listed = [rule.code for _, rules in SECTIONS for rule in rules]

    assert sorted(listed) == sorted(rule.code for rule in RULES)
    titles = [slug(heading(rule)) for rule in RULES]
    assert len(set(titles)) == len(titles)
    page = (ROOT / "docs/guides/troubleshooting.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert f"\n### {heading(rule)}\n" in page
        assert f"`{rule.code}`" in page
        assert rule.fix in page


def test_the_pages_tell_of_the_statistic_that_their_alarms_take():
    tasks = TaskSignals(cluster_name="c", service_name="s")
    for alarm, metric in (("cpu-high", tasks.cpu), ("memory-high", tasks.memory)):
        text = (FOLDER / f"{alarm}.md").read_text(encoding="utf-8")
        is_average = metric.statistic == "Average"
        assert ("on average" in text) == is_average
        assert ("One task used" in text) != is_average


def test_the_page_of_memory_tells_of_each_event_that_counts():
    # GIVEN the events that set the alarm off
    stack = Stack()
    tasks = TaskSignals(cluster_name="c", service_name="s")
    (pattern,) = (
        event.pattern["detail"]
        for event in events._task_events(stack, tasks, Monitoring())
        if event.kind is AlarmKind.OUT_OF_MEMORY
    )
    # THEN one is of any container of a task in which another one ended by itself
    assert {
        "stopCode": ["EssentialContainerExited"],
        "containers": {"exitCode": [137]},
    } in pattern["$or"]
    # AND the page says so
    text = " ".join((FOLDER / "out-of-memory.md").read_text(encoding="utf-8").split())
    assert "kills those that do not end within their stop timeout: this alarm goes off" in text
    assert "is no reason for this alarm" not in text
