"""Services are kept as they are to be, on records such as MiniStack's."""

import contextlib
import threading

import pytest

from serverless_containers.local.services import records, scheduler
from serverless_containers.local.services.scheduler import Scheduler, SchedulerActions
from tests.support.fake_engine import until


def deployment(name, state="IN_PROGRESS", status="PRIMARY"):
    return {
        "id": name,
        "status": status,
        "rolloutState": state,
        "taskDefinition": f"arn:task-definition/{name}",
    }


class World:
    """A service, its tasks, and what was done."""

    def __init__(self, *, alone=False):
        self.service = {
            "serviceName": "web",
            "serviceArn": "arn:service/web",
            "clusterArn": "arn:cluster",
            "status": "ACTIVE",
            "desiredCount": 1,
            "taskDefinition": "arn:task-definition/one",
            "deployments": [deployment("one")],
            "deploymentConfiguration": {
                "deploymentCircuitBreaker": {"enable": "true", "rollback": "true"}
            },
            "events": [],
        }
        self.tasks = []
        self.published = []
        self.becomes = "serving"
        self.scheduler = Scheduler(
            SchedulerActions(
                services=lambda: [(("account", "region"), self.service)],
                tasks=lambda: list(self.tasks),
                scope=lambda _account, _region: contextlib.nullcontext(),
                start=self._start,
                stop=self._stop,
                publish=lambda _service, tasks: self.published.append(
                    [task["taskArn"] for task in tasks]
                ),
            ),
            alone=alone,
        )

    def _start(self, service, count):
        for _ in range(count):
            self.tasks.append(
                {
                    "taskArn": f"arn:task/{len(self.tasks)}",
                    "group": "service:web",
                    "clusterArn": "arn:cluster",
                    "desiredStatus": "RUNNING",
                    "lastStatus": "RUNNING",
                    records.DEPLOYMENT: records.primary(service)["id"],
                    records.STAGE: self.becomes,
                }
            )
            self.scheduler.publish(service)
        self.scheduler.wake()

    def _stop(self, task, _reason):
        next(each for each in self.tasks if each["taskArn"] == task)["desiredStatus"] = "STOPPED"
        self.scheduler.wake()

    def wanted(self):
        return [task["taskArn"] for task in self.tasks if records.is_wanted(task)]

    def events(self):
        return [event["message"] for event in self.service["events"]]


@pytest.fixture
def world(monkeypatch):
    # Nothing that is asserted depends on how long it pauses between two looks or attempts.
    monkeypatch.setattr(scheduler, "_TICK_SECONDS", 0.02)
    monkeypatch.setattr(scheduler, "_LONGEST_PAUSE", 0.02)
    made = World()
    yield made
    made.scheduler.end()


def test_a_first_deployment_is_waited_for(world):
    world.scheduler.start()
    assert world.scheduler.wait(world.service, "one") is None
    assert world.service["runningCount"] == 1
    assert world.published[-1] == ["arn:task/0"]
    assert "(service web) has reached a steady state." in world.events()


def update(world):
    world.service["deployments"] = [
        deployment("two"),
        deployment("one", "COMPLETED", "ACTIVE"),
    ]
    world.service["taskDefinition"] = "arn:task-definition/two"


def test_an_update_gives_the_traffic_to_the_new_task_alone(world):
    world.scheduler.start()
    assert world.scheduler.wait(world.service, "one") is None
    update(world)
    assert world.scheduler.wait(world.service, "two") is None
    assert world.wanted() == ["arn:task/1"]
    assert world.published[-1] == ["arn:task/1"]
    assert [each["id"] for each in world.service["deployments"]] == ["two"]


def test_a_deployment_that_fails_goes_back_and_tells_the_cause(world):
    world.scheduler.start()
    assert world.scheduler.wait(world.service, "one") is None
    world.becomes = "unhealthy"
    update(world)
    assert world.scheduler.wait(world.service, "two") == "Task failed container health checks"
    assert world.scheduler.wait(world.service, "one") is None
    assert world.wanted() == ["arn:task/0"]
    assert world.service["taskDefinition"] == "arn:task-definition/one"
    assert [(each["id"], each["rolloutState"]) for each in world.service["deployments"]] == [
        ("one", "COMPLETED"),
        ("two", "FAILED"),
    ]
    assert "(service web) rolling back to deployment one." in world.events()


def test_one_that_failed_is_told_of_until_a_newer_one_is_completed(world):
    world.scheduler.start()
    assert world.scheduler.wait(world.service, "one") is None
    world.service["deployments"] = [
        deployment("three"),
        deployment("one", "COMPLETED", "ACTIVE"),
        deployment("two", "FAILED", "ACTIVE"),
    ]
    world.scheduler.wake()
    assert world.scheduler.wait(world.service, "three") is None
    assert [each["id"] for each in world.service["deployments"]] == ["three"]


def test_without_rollback_it_stays_failed_and_the_old_task_serves(world):
    world.service["deploymentConfiguration"]["deploymentCircuitBreaker"]["rollback"] = False
    world.scheduler.start()
    assert world.scheduler.wait(world.service, "one") is None
    world.becomes = "unhealthy"
    update(world)
    assert world.scheduler.wait(world.service, "two")
    until(lambda: world.wanted() == ["arn:task/0"])
    assert records.primary(world.service)["rolloutState"] == "FAILED"


def test_a_lost_task_is_replaced(world):
    world.scheduler.start()
    assert world.scheduler.wait(world.service, "one") is None
    world.tasks[0] |= {"desiredStatus": "STOPPED", "lastStatus": "STOPPED"}
    world.scheduler.wake()
    until(lambda: world.wanted() == ["arn:task/1"])


def test_a_wait_ends_with_the_service_and_with_the_scheduler(world):
    world.becomes = "starting"
    world.scheduler.start()
    answers = []
    waiting = threading.Thread(
        target=lambda: answers.append(world.scheduler.wait(world.service, "one"))
    )
    waiting.start()
    world.service["status"] = "INACTIVE"
    waiting.join(5)
    assert answers == ["the service was changed or deleted meanwhile"]
    world.scheduler.end()
    assert world.scheduler.wait(world.service, "one") == "the embedded AWS is ending"


def test_a_service_that_is_deleted_gets_no_traffic(world):
    world.scheduler.start()
    assert world.scheduler.wait(world.service, "one") is None
    world.service["status"] = "INACTIVE"
    world.scheduler.publish(world.service)
    assert world.published[-1] == []


def test_one_service_that_cannot_be_looked_after_does_not_stop_the_others(world, caplog):
    broken = {**world.service, "serviceName": "broken", "deployments": []}
    both = [(("account", "region"), broken), (("account", "region"), world.service)]
    world.scheduler._hands = SchedulerActions(
        services=lambda: both,
        **{
            name: getattr(world.scheduler._hands, name)
            for name in ("tasks", "scope", "start", "stop", "publish")
        },
    )
    world.scheduler.start()
    assert world.scheduler.wait(world.service, "one") is None
    assert "service broken" in caplog.text


def test_a_service_whose_tasks_have_one_place_starts_the_next_when_the_last_has_ended():
    alone = World(alone=True)
    alone.service["desiredCount"] = 2
    alone.scheduler.start()
    assert alone.scheduler.wait(alone.service, "one") is None
    update(alone)
    alone.scheduler.wake()
    until(lambda: alone.wanted() == [])
    looks = len(alone.published)
    alone.scheduler.wake()
    until(lambda: alone.service["runningCount"] == 0)
    # It was told to end, and has not yet.
    assert (len(alone.tasks), len(alone.published)) == (1, looks)
    alone.tasks[0]["lastStatus"] = "STOPPED"
    assert alone.scheduler.wait(alone.service, "two") is None
    assert (len(alone.tasks), alone.wanted()) == (2, ["arn:task/1"])
    alone.scheduler.end()
