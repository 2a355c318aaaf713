"""Updates replace tasks without anybody noticing; what fails goes back to what ran before."""

import json
import re
import time

import pytest

from tests.support.local_api import Load, container, eventually, template, variables

pytestmark = pytest.mark.local


def version(name, **more):
    return container(Environment=variables(VERSION=name), **more)


@pytest.fixture(scope="module")
def running(up):
    return up(template(version("1"), count=2))


def versions(deployed):
    return {deployed.seen()["environment"]["VERSION"] for _ in range(4)}


def test_two_tasks_share_the_requests(running):
    _, deployed = running
    hosts = [deployed.seen()["host"] for _ in range(10)]
    assert sorted(hosts.count(host) for host in set(hosts)) == [5, 5]


def test_an_update_under_load_fails_no_request(running):
    app, deployed = running
    before = next(iter(versions(deployed)))
    app.has(template(version("2"), count=2))
    with Load(deployed) as load:
        code, output = app.run("deploy")
        time.sleep(2)
    assert code == 0, output
    assert load.failed() == []
    assert len(load.answers) > 50
    seen = [json.loads(content)["environment"]["VERSION"] for _, content in load.answers]
    assert (seen[0], seen[-1]) == (before, "2")
    assert versions(deployed) == {"2"}


# Every run has `test_on_call` see a crash, and the version before serve.
@pytest.mark.thorough
@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (
            container(Environment=variables(VERSION="3", CRASH="7")),
            "Essential container in task exited (container web, exit code 7)",
        ),
        (
            version("3", Image="none.example/no/such:1"),
            "CannotPullContainerError",
        ),
        (
            version("3", HealthCheck={"Command": ["CMD", "false"], "Interval": 1, "Retries": 1}),
            "Task failed container health checks",
        ),
    ],
    ids=["crash", "missing image", "unhealthy"],
)
def test_an_update_that_fails_is_rolled_back_and_its_cause_is_told(running, change, cause):
    app, deployed = running
    (before,) = versions(deployed)
    app.has(template(change, count=2))
    with Load(deployed) as load:
        code, output = app.run("deploy")
    assert code == 1
    assert cause in output.replace("\n    ", " "), output
    assert load.failed() == []
    assert versions(deployed) == {before}
    (stack,) = deployed.clients["cloudformation"].describe_stacks(StackName="Stack")["Stacks"]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    (service,) = deployed.clients["ecs"].describe_services(cluster="main", services=["web"])[
        "services"
    ]
    assert service["runningCount"] == service["desiredCount"] == 2


def engine_name(engine, task, container):
    """The engine's name of a container of a task."""
    short = task.rpartition("/")[2].replace("-", "")[:12]
    names = engine.docker("ps", "--format", "{{.Names}}").split()
    return next(name for name in names if name.endswith(f"-{short}-{container}"))


def test_a_killed_container_is_replaced_by_a_new_task(running, engine):
    _, deployed = running
    before = {task["taskArn"] for task in deployed.tasks()}
    engine.docker("kill", engine_name(engine, min(before), "web"))
    eventually(
        lambda: (
            len(
                {task["taskArn"] for task in deployed.tasks() if task["healthStatus"] == "HEALTHY"}
                - before
            )
            == 1
        )
    )
    assert len(deployed.tasks()) == 2
    eventually(lambda: len({deployed.seen()["host"] for _ in range(6)}) == 2)


def runs(engine):
    """The runs that have anything at the engine; tasks of the others come and go."""
    return set(re.findall(r"\b[0-9a-f]{8}\b", " ".join(engine.leftovers())))


@pytest.mark.thorough
def test_a_first_deployment_that_fails_leaves_nothing(make_app, engine):
    app = make_app()
    app.has(template(container(Environment=variables(CRASH="3"))))
    before = runs(engine)
    code, output = app.run()
    assert code == 1
    assert "exit code 3" in output.replace("\n    ", " ")
    assert runs(engine) == before
    assert app.leftovers() == []
