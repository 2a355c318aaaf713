"""Tasks that fail while something watches: each cause once, with what the containers wrote."""

from botocore.exceptions import EndpointConnectionError

from serverless_containers.local.running.failures import Failures
from serverless_containers.local.services import records

CAUSE = "Essential container in task exited (container web, exit code 139 (SIGSEGV): boom)"


class Aws:
    """The clients of a region with a service, whose events ECS has."""

    region = "us-east-1"

    def __init__(self):
        self.service = {
            "serviceName": "shop",
            "taskDefinition": "app:1",
            "deployments": [{"id": "d1"}],
            "events": [],
        }
        self.written = {}
        self.is_gone = False

    def fails(self, task, cause=CAUSE):
        records.count_failure(self.service, {"taskArn": f"task/{task}"}, cause)

    def __getitem__(self, _):
        return self

    def list_clusters(self):
        if self.is_gone:
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
        return {"clusterArns": ["c"]}

    def list_services(self, **_):
        return {"serviceArns": ["s"]}

    def describe_services(self, **_):
        return {"services": [self.service]}

    def describe_task_definition(self, **_):
        log = {"options": {"awslogs-group": "logs"}}
        containers = [{"name": "web", "logConfiguration": log}]
        return {"taskDefinition": {"containerDefinitions": containers}}

    def get_paginator(self, _):
        return self

    def paginate(self, **_):
        return [{"logStreams": [{"logStreamName": name} for name in self.written]}]

    def get_log_events(self, *, logStreamName, limit, **_):  # noqa: N803
        events = [
            {"timestamp": at, "message": text}
            for at, text in enumerate(self.written[logStreamName])
        ]
        return {"events": events[-limit:]}


def test_a_task_that_fails_is_told_with_its_last_lines():
    aws = Aws()
    aws.fails("old")
    failures = Failures([aws])
    assert list(failures.new()) == []
    aws.written = {
        "app/web/t1": [f"line {number}" for number in range(20)],
        "app/web/other": ["not this"],
    }
    aws.fails("t1")
    (failed,) = failures.new()
    assert (failed.service, failed.cause) == ("shop", CAUSE)
    assert [f"{line.container} {line.text}" for line in failed.lines] == [
        f"web line {number}" for number in range(10, 20)
    ]
    assert list(failures.new()) == []


def test_the_same_cause_is_told_once_until_the_service_is_started_anew():
    aws = Aws()
    failures = Failures([aws])
    told = []
    for task, cause in (("t1", CAUSE), ("t2", CAUSE), ("t3", "another"), ("t4", CAUSE)):
        aws.fails(task, cause)
        told += [failed.cause for failed in failures.new()]
    assert told == [CAUSE, "another", CAUSE]
    failures.forget()
    aws.fails("t5")
    assert [failed.cause for failed in failures.new()] == [CAUSE]


def test_a_container_that_its_policy_starts_again_is_told():
    aws = Aws()
    failures = Failures([aws])
    task = {"taskArn": "task/t1"}
    records.note_restarts(aws.service, task, ["container web, exit code 1"])
    records.note_restarts(aws.service, task, ["container web, exit code 1", "container db"])
    told = [(failed.what, failed.cause) for failed in failures.new()]
    assert told == [
        ("restarted a container", "container web, exit code 1"),
        ("restarted a container", "container db"),
    ]


def test_other_events_are_no_failures():
    aws = Aws()
    failures = Failures([aws])
    records.tell(aws.service, "has started 1 tasks.")
    assert list(failures.new()) == []


def test_one_that_is_ending_tells_nothing():
    aws = Aws()
    failures = Failures([aws])
    aws.is_gone = True
    assert list(failures.new()) == []
