"""Containers that a task gets besides those of the project's services."""

import base64

import pytest

from serverless_containers.plan.model import (
    AwsLogsPlan,
    ContainerPlan,
    ContainerRole,
    DependencyCondition,
    MountPlan,
)
from serverless_containers.plan.utility_containers import with_stop_delay

FILES = """
    services:
      web:
        image: nginx
        ports: ["80"]
        depends_on: [db]
        configs: [{source: site, target: /etc/site/site.conf, mode: 0400}]
        secrets: [{source: token, uid: "7"}]
      db: {image: postgres}
    configs:
      site: {content: "a b"}
    secrets:
      token: {file: ../.secret-token}
    x-serverless-containers: {secrets: files}
    """


def names(task):
    return [each.name for each in task.containers]


def test_a_task_has_none_that_it_does_not_need(plan):
    task = plan("services: {web: {image: nginx, ports: ['80']}}").plan
    assert names(task) == ["web"]
    assert task.services == task.containers


def test_files_are_written_by_a_container_that_comes_first(plan):
    planned = plan(FILES)
    told = ("store-without-volume", "shared-loopback", "folder-hidden")
    assert {code for code, _ in planned.findings} == set(told)
    task = planned.plan
    assert names(task) == ["files", "db", "web"]
    assert [each.name for each in task.services] == ["db", "web"]
    assert task.containers[0] == ContainerPlan(
        name="files",
        role=ContainerRole.FILES,
        essential=False,
        entrypoint=("/bin/sh", "-c"),
        command=(
            "set -eu\n"
            "printf '%s\\n' '127.0.0.1 db' '127.0.0.1 web' >> /etc/hosts\n"
            'printf %s "$FILE_0" | base64 -d > /files/web-files-1/site.conf\n'
            "chown 0:0 /files/web-files-1/site.conf\n"
            "chmod 400 /files/web-files-1/site.conf\n"
            'printf %s "$SECRET_1" > /files/web-files-2/token\n'
            "chown 7:0 /files/web-files-2/token\n"
            "chmod 444 /files/web-files-2/token",
        ),
        environment={"FILE_0": base64.b64encode(b"a b").decode()},
        secrets={"SECRET_1": "token"},
        user="0:0",
        read_only_root=False,
        log=AwsLogsPlan(stream_prefix="files"),
        mounts=(
            MountPlan(volume="web-files-1", path="/files/web-files-1"),
            MountPlan(volume="web-files-2", path="/files/web-files-2"),
        ),
    )


BELOW = """
    services:
      web:
        image: nginx:1.29
        ports: ["80"]
        configs: [{source: site, target: /etc/site/site.conf}]
        secrets: [token, {source: token, target: /run/secrets/more/token}]
        volumes: [data:/etc/site/data, data:/etc/site/data/deep]
        tmpfs: ["/run/secrets/in memory", /run/other]
    configs:
      site: {content: "a b"}
    secrets:
      token: {file: ../.secret-token}
    volumes: {data: {}}
    x-serverless-containers: {secrets: files}
    """


def test_what_is_mounted_below_a_read_only_folder_has_its_folder_there(plan):
    files = plan(BELOW)["files"]
    assert [line for line in files.command[0].splitlines() if line.startswith("mkdir")] == [
        "mkdir -p /files/web-files-1/data",
        "mkdir -p '/files/web-files-2/in memory'",
        "mkdir -p /files/web-files-2/more",
    ]


def test_so_has_what_is_mounted_below_a_folder_of_the_project(plan, project):
    project.write("html/index.html", "x" * 40_000)
    volumes = "volumes: [./html:/html:ro, up:/html/uploads]"
    text = f"services: {{web: {{image: nginx, ports: ['80'], {volumes}}}}}\nvolumes: {{up: {{}}}}"
    files = plan(text)["files"]
    lines = files.command[0].splitlines()
    # After what the copied folder says of modes.
    assert lines[-1] == "mkdir -p /files/web-mount-0/uploads"


def test_without_names_those_that_read_the_files_alone_wait_for_them(plan):
    planned = plan(FILES.replace("secrets: files", "secrets: files, names: none"))
    assert planned["web"].depends_on == (
        ("files", DependencyCondition.SUCCESS),
        ("db", DependencyCondition.START),
    )
    assert planned["db"].depends_on == ()
    assert planned["files"].read_only_root
    assert "/etc/hosts" not in planned["files"].command[0]


def test_awsfirelens_needs_a_router(plan_service):
    task = plan_service("logging: {driver: awsfirelens, options: {Name: firehose}}").plan
    assert task.containers[1:] == (ContainerPlan(name="log-router", role=ContainerRole.LOG_ROUTER),)


@pytest.fixture
def task(plan):
    return plan("""
        services:
          web: {image: nginx, ports: ["80"]}
          migration: {image: app}
          worker:
            image: app
            depends_on: {migration: {condition: service_completed_successfully}}
        """).plan


def test_a_stop_delay_depends_on_what_serves(task):
    delayed = with_stop_delay(task, 20)
    assert names(delayed) == [*names(task), "stop-delay"]
    delay = delayed.containers[-1]
    assert delay.depends_on == (
        ("web", DependencyCondition.START),
        ("worker", DependencyCondition.START),
    )
    assert delay.command == (
        "trap 'sleep 20; exit 0' TERM; while :; do sleep 3600 & wait $!; done",
    )
    assert (delay.essential, delay.stop_timeout) == (False, 30)
    assert delay.log == AwsLogsPlan(stream_prefix="stop-delay", group_of="web")


def test_no_delay_changes_nothing(task):
    assert with_stop_delay(task, 0) is task


def test_ecs_stops_after_two_minutes(task):
    with pytest.raises(ValueError, match="expected 1 to 110 seconds, got 111"):
        with_stop_delay(task, 111)
