"""The size of a task definition."""

import pytest

from serverless_containers.plan.definition_size import LARGEST_DEFINITION, definition_size

LONG = "x" * 35_000


def test_variables_that_no_task_definition_holds(plan):
    planned = plan(f"""
        services:
          web: {{image: "nginx:1.29", ports: ["80"], environment: {{A: {LONG}}}}}
          job: {{image: "shop:1", environment: {{A: {LONG}x, B: short}}}}
        """)
    assert planned.plan is None
    (message,) = planned.messages("task-definition-size")
    assert message.startswith(
        "docker-compose.yml:4:39: services.job.environment: the task definition would have some "
    )
    assert message.endswith(
        "KiB, and ECS takes 64; 34.2 KiB of them are the environment of job (2 values); copy what "
        "is long into the image as a file, or make it a secret, of which the task definition holds "
        "the name alone"
    )


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        (f"labels: {{a: {LONG}, b: {LONG}}}", "the labels of web (2 values); remove what"),
        (f"command: [sh, -c, {LONG}, {LONG}]", "the command of web (4 values); copy the script"),
        (f"entrypoint: [{LONG}, {LONG}]", "the entrypoint of web (2 values); copy the script"),
        (
            f"healthcheck: {{test: [CMD, {LONG}, {LONG}]}}",
            "the healthcheck of web (3 values); copy the script",
        ),
    ],
)
def test_the_largest_part_is_named(plan_service, keys, part):
    (message,) = plan_service(keys).messages("task-definition-size")
    key, _, _ = keys.partition(":")
    assert message.startswith(f"docker-compose.yml:5:{len(key) + 7}: services.web.{key}: ")
    assert part in message


def test_configs_are_in_it_too(plan):
    planned = plan(f"""
        services:
          web:
            image: nginx:1.29
            ports: ["80"]
            environment: {{A: {"x" * 30_000}}}
            configs: [{{source: prices, target: /etc/shop/prices}}]
        configs:
          prices: {{content: {"x" * 30_000}}}
        """)
    (message,) = planned.messages("task-definition-size")
    assert ": configs: the task definition would have" in message
    assert "KiB of them are configs (1 values); copy the files into the images" in message


def test_what_just_fits_is_no_error(plan_service):
    room = LARGEST_DEFINITION - definition_size(plan_service("environment: {A: x}").plan)
    assert plan_service(f"environment: {{A: x{'x' * room}}}").plan is not None
    assert plan_service(f"environment: {{A: xx{'x' * room}}}").plan is None
    # A letter of two bytes, and a character that JSON escapes.
    assert plan_service(f"environment: {{A: é{'x' * room}}}").plan is None
    assert plan_service(f"environment: {{A: '\"{'x' * room}'}}").plan is None
