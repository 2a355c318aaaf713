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
        "logging: {driver: awslogs, options: {awslogs-multiline-pattern: ^INFO, max-buffer-size: "
        "1m, mode: non-blocking, awslogs-datetime-format: '%H', awslogs-stream-prefix: x}}"
    )
    assert planned["web"].log == AwsLogsPlan(
        stream_prefix="x",
        datetime_format="%H",
        multiline_pattern="^INFO",
        max_buffer_size=1024 * 1024,
        is_blocking=False,
    )


def test_others_are_refused(plan_service):
    planned = plan_service("logging: {driver: gelf}")
    assert planned.messages("log-driver-rejected") == [
        "docker-compose.yml:5:23: services.web.logging.driver: expected one of awslogs, "
        "awsfirelens, splunk, got 'gelf'; remove it: the output then goes to CloudWatch Logs"
    ]


def test_a_mode_is_one_that_awslogs_has(plan_service):
    planned = plan_service("logging: {driver: awslogs, options: {mode: foo}}")
    assert planned.messages("log-option-rejected") == [
        "docker-compose.yml:5:48: services.web.logging.options.mode: expected blocking or "
        "non-blocking, got 'foo'; write mode: non-blocking, which loses lines rather than stop the "
        "application"
    ]


def test_a_driver_that_blocks_has_no_buffer(plan_service):
    planned = plan_service(
        "logging: {driver: awslogs, options: {mode: blocking, max-buffer-size: 1m}}"
    )
    assert planned.messages("log-option-rejected") == [
        "docker-compose.yml:5:75: services.web.logging.options.max-buffer-size: only mode: "
        "non-blocking has a buffer; remove it, or write mode: non-blocking"
    ]


def test_options_without_a_driver_are_the_local_engines(plan_service):
    planned = plan_service("logging: {options: {max-size: 10m, max-file: '3'}}")
    assert planned["web"].log == AwsLogsPlan(stream_prefix="web")
    assert planned.messages("log-driver-replaced") == [
        "docker-compose.yml:5:24: services.web.logging.options: the output goes to CloudWatch Logs "
        "instead of the local engine's own driver, for which max-file, max-size are; name the "
        "driver if it is another: driver: awslogs"
    ]


@pytest.mark.parametrize("keys", ["logging: {}", "logging: {options: {}}"])
def test_no_driver_and_no_options_say_nothing(plan_service, keys):
    assert plan_service(keys).messages("log-driver-replaced") == []


@pytest.mark.parametrize("mode", ["blocking", "non-blocking"])
def test_modes_are_read(plan_service, mode):
    planned = plan_service(f"logging: {{driver: awslogs, options: {{mode: {mode}}}}}")
    assert planned["web"].log.is_blocking is (mode == "blocking")


@pytest.mark.parametrize("option", ["awslogs-group: mine", "max-buffer-size: plenty"])
def test_options_of_awslogs_are_checked(plan_service, option):
    planned = plan_service(f"logging: {{driver: awslogs, options: {{{option}}}}}")
    assert len(planned.messages("log-option-rejected")) == 1
