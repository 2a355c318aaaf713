"""Health checks count as ECS counts them."""

import pytest

from serverless_containers.local.tasks.definition import ContainerHealthCheck
from serverless_containers.local.tasks.health import HealthCount
from serverless_containers.local.tasks.lifecycle import Health


@pytest.fixture
def count():
    check = ContainerHealthCheck(
        command=("true",), interval=10, timeout=5, retries=2, start_period=20
    )
    return HealthCount(check=check, began=100)


def test_until_it_is_well_it_is_asked_every_second(count):
    assert count.due(100)
    count.asking(100)
    assert not count.due(100.5)
    assert count.due(101)


def test_afterwards_it_is_asked_once_an_interval(count):
    count.asking(101)
    count.answered(101, well=True)
    assert count.health is Health.HEALTHY
    assert not count.due(110.9)
    assert count.due(111)


def test_a_failure_within_the_start_period_does_not_count(count):
    for now in range(101, 120):
        count.answered(now, well=False)
    assert count.health is Health.UNKNOWN
    count.answered(121, well=False)
    assert count.health is Health.UNKNOWN
    count.answered(131, well=False)
    assert count.health is Health.UNHEALTHY


def test_failures_count_once_an_interval(count):
    for now in (121, 122, 123, 124, 130):
        count.answered(now, well=False)
    assert count.health is Health.UNKNOWN
    count.answered(131, well=False)
    assert count.health is Health.UNHEALTHY


def test_one_good_answer_makes_it_well_and_forgets_the_failures(count):
    count.answered(121, well=False)
    count.answered(125, well=True)
    count.answered(136, well=False)
    assert count.health is Health.HEALTHY
    count.answered(147, well=False)
    assert count.health is Health.UNHEALTHY
    count.answered(150, well=True)
    assert count.health is Health.HEALTHY
