"""Log drivers."""

import pytest

from serverless_containers.plan.model import AwsLogsPlan, LogDriverPlan


@pytest.mark.parametrize("driver", ["json-file", "local"])
def test_local_drivers_become_cloudwatch_with_a_note(plan_service, driver):
    planned = plan_service(f"logging: {{driver: {driver}, options: {{max-size: 10m}}}}")
    assert planned["web"].log == AwsLogsPlan(stream_prefix="web")
    assert len(planned.messages("log-driver-replaced")) == 1


@pytest.mark.parametrize(
    ("driver", "options"),
    [
        ("awsfirelens", {"Name": "firehose"}),
        ("splunk", {"splunk-url": "https://splunk.example.com"}),
    ],
)
def test_fargates_drivers_are_handed_on(plan_service, driver, options):
    keys = ", ".join(f"{name}: '{value}'" for name, value in options.items())
    planned = plan_service(f"logging: {{driver: {driver}, options: {{{keys}}}}}")
    assert planned["web"].log == LogDriverPlan(driver=driver, options=options)


def test_options_of_awslogs_are_read(plan_service):
    planned = plan_service(
        "logging: {driver: awslogs, options: {awslogs-multiline-pattern: ^INFO, mode: blocking, "
        "max-buffer-size: 1m, awslogs-datetime-format: '%H', awslogs-stream-prefix: x}}"
    )
    assert planned["web"].log == AwsLogsPlan(
        stream_prefix="x",
        datetime_format="%H",
        multiline_pattern="^INFO",
        is_blocking=True,
        max_buffer_size=1024 * 1024,
    )


def test_others_are_refused(plan_service):
    planned = plan_service("logging: {driver: gelf}")
    assert planned.messages("log-driver-rejected") == [
        "docker-compose.yml:5:23: services.web.logging.driver: expected one of awslogs, "
        "awsfirelens, splunk, got 'gelf'; remove it: the output then goes to CloudWatch Logs"
    ]


@pytest.mark.parametrize("option", ["awslogs-group: mine", "max-buffer-size: plenty"])
def test_options_of_awslogs_are_checked(plan_service, option):
    planned = plan_service(f"logging: {{driver: awslogs, options: {{{option}}}}}")
    assert len(planned.messages("log-option-rejected")) == 1
