"""What is said of services, tasks and containers."""

from io import StringIO

import pytest
from rich.console import Console

from serverless_containers.local import report
from serverless_containers.local.failure import LocalError
from serverless_containers.local.running.services import check_container


class Aws:
    """The clients of a region with a service of a task of two containers."""

    region = "eu-central-1"

    def __getitem__(self, _):
        return self

    def get_paginator(self, _):
        return self

    def paginate(self, **_):
        streams = [{"logStreamName": "app/web/0a1b"}, {"logStreamName": "app/gone/0a1b"}]
        return [{"logStreams": streams}]

    def list_clusters(self):
        return {"clusterArns": ["c"]}

    def list_services(self, **_):
        return {"serviceArns": ["s"]}

    def describe_services(self, **_):
        return {
            "services": [
                {
                    "serviceName": "shop",
                    "desiredCount": 1,
                    "runningCount": 1,
                    "taskDefinition": "app:1",
                    "deployments": [{"rolloutState": "COMPLETED"}],
                    "events": [{"message": "(task t) failed: container web: \x1b[2J"}],
                }
            ]
        }

    def list_tasks(self, **_):
        return {"taskArns": ["t"]}

    def describe_tasks(self, **_):
        containers = [{"name": name, "lastStatus": "RUNNING"} for name in ("web", "worker")]
        task = {"taskArn": "task/0a1b", "lastStatus": "RUNNING", "containers": containers}
        return {"tasks": [task | {"healthStatus": "HEALTHY"}]}

    def describe_task_definition(self, **_):
        log = {"options": {"awslogs-group": "shop"}}
        containers = [{"name": "web", "logConfiguration": log}, {"name": "worker"}]
        return {"taskDefinition": {"containerDefinitions": containers}}


@pytest.fixture
def shown(monkeypatch):
    def showing(engine):
        console = Console(file=StringIO(), width=200)
        monkeypatch.setattr(report, "make_console", lambda: console)
        report.show_services([Aws()], engine=engine)
        return console.file.getvalue()

    return showing


def test_what_runs_at_an_engine_runs(shown):
    text = shown("unix:///docker.sock")
    assert "shop (eu-central-1): 1 of 1 tasks run, the last deployment is COMPLETED" in text
    assert text.splitlines()[-2].split() == [
        "0a1b", "RUNNING", "HEALTHY", "web", "RUNNING,", "worker", "RUNNING",
    ]  # fmt: skip


def test_without_an_engine_nothing_is_said_to_run(shown):
    text = shown("")
    assert "shop (eu-central-1): not running (no Docker engine); 1 of 1 tasks are recorded" in text
    assert text.splitlines()[-2].split() == ["0a1b", "only", "recorded", "-", "web,", "worker"]
    assert "RUNNING" not in text
    assert "HEALTHY" not in text


def test_what_a_container_wrote_gives_a_terminal_no_commands(shown):
    assert shown("processes").splitlines()[-1] == r"  (task t) failed: container web: \x1b[2J"


@pytest.mark.parametrize("name", ["web", "worker", "gone"])
def test_a_container_that_there_is_or_that_wrote_is_known(name):
    check_container([Aws()], name)


def test_one_that_there_is_not_is_told_with_those_that_there_are():
    with pytest.raises(LocalError) as raised:
        check_container([Aws(), Aws()], "nope")
    assert str(raised.value) == (
        "no container is called 'nope'; those that there are: gone, web, worker"
    )
