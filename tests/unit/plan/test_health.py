"""Health checks, whose defaults are Docker's and whose ranges are ECS's."""

import pytest


def check(planned):
    health = planned["web"].health_check
    return health and (
        health.command, health.interval, health.timeout, health.retries, health.start_period
    )  # fmt: skip


def test_the_defaults_are_dockers(plan_service):
    planned = plan_service("healthcheck: {test: curl -f localhost}")
    assert check(planned) == (("CMD-SHELL", "curl -f localhost"), 30, 30, 3, 0)


def test_all_of_it_is_mapped(plan_service):
    planned = plan_service("""
        healthcheck:
          test: [CMD, curl, -f, localhost]
          interval: 1m30s
          timeout: 10s
          retries: 5
          start_period: 2m
        """)
    assert check(planned) == (("CMD", "curl", "-f", "localhost"), 90, 10, 5, 120)


@pytest.mark.parametrize(("interval", "timeout"), [("5s", 5), ("29s", 29), ("31s", 30)])
def test_dockers_time_for_a_check_is_no_longer_than_the_interval(plan_service, interval, timeout):
    planned = plan_service(f"healthcheck: {{test: 'true', interval: {interval}}}")
    assert planned["web"].health_check.timeout == timeout
    assert planned.messages("health-check-range") == []


def test_a_longer_time_that_is_asked_for_is_an_error(plan_service):
    planned = plan_service("healthcheck: {test: 'true', interval: 10s, timeout: 20s}")
    (told,) = planned.messages("health-check-range")
    assert told.endswith(
        "services.web.healthcheck.timeout: expected a health check's timeout to be no longer than "
        "its interval of 10s, got 20s; write 10s, or make the interval longer"
    )


@pytest.mark.parametrize("off", ["disable: true", "test: [NONE]", "test: NONE"])
def test_a_disabled_check_is_left_out(plan_service, off):
    if off == "test: NONE":
        off = 'test: ["NONE"]'
    assert check(plan_service(f"healthcheck: {{{off}}}")) is None


def test_without_one_there_is_none(plan_service):
    assert check(plan_service("init: true")) is None


@pytest.mark.parametrize(
    ("key", "given", "expected", "valid"),
    [
        ("interval", "2s", "from 5s to 300s, got 2s", "5s"),
        ("interval", "10m", "from 5s to 300s, got 600s", "300s"),
        ("interval", "5500ms", "from 5s to 300s, got 5.5s", "6s"),
        ("timeout", "500ms", "from 2s to 60s, got 0.5s", "2s"),
        ("timeout", "61s", "from 2s to 60s, got 61s", "60s"),
        ("start_period", "301s", "from 0s to 300s, got 301s", "300s"),
        ("retries", "11", "from 1 to 10, got 11", "10"),
    ],
)
def test_outside_ecs_ranges_the_nearest_valid_value_is_named(
    plan_service, key, given, expected, valid
):
    planned = plan_service(f"healthcheck:\n  test: 'true'\n  {key}: {given}")
    column = 9 + len(key)
    assert planned.messages("health-check-range") == [
        f"docker-compose.yml:7:{column}: services.web.healthcheck.{key}: expected a health check's "
        f"{key} to be a whole number {expected}; write {valid}"
    ]


def test_start_interval_is_left_out_with_a_warning(plan_service):
    planned = plan_service("healthcheck: {test: 'true', start_interval: 5s}")
    assert len(planned.messages("health-check-start-interval")) == 1
    assert planned.messages("key-approximated") == []


def test_start_interval_beside_an_images_own_test_is_left_out_with_a_warning(plan_service):
    planned = plan_service("healthcheck: {start_interval: 5s}")
    assert len(planned.messages("health-check-start-interval")) == 1
    assert planned.messages("key-approximated") == []


class TestDockerfile:
    DOCKERFILE = (
        "FROM nginx\nEXPOSE 80\n"
        'HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=2 CMD ["probe"]\n'
    )

    def test_its_health_check_is_copied_because_ecs_does_not_see_it(self, plan):
        planned = plan("services: {web: {build: .}}", dockerfiles={"Dockerfile": self.DOCKERFILE})
        assert check(planned) == (("CMD", "probe"), 10, 5, 2, 20)

    def test_the_compose_file_stands_over_it_value_by_value(self, plan):
        planned = plan(
            "services: {web: {build: ., healthcheck: {interval: 15s}}}",
            dockerfiles={"Dockerfile": self.DOCKERFILE},
        )
        assert check(planned) == (("CMD", "probe"), 15, 5, 2, 20)

    def test_the_compose_file_can_disable_it(self, plan):
        planned = plan(
            "services: {web: {build: ., healthcheck: {disable: true}}}",
            dockerfiles={"Dockerfile": self.DOCKERFILE},
        )
        assert check(planned) is None

    def test_its_faults_are_found_in_it(self, plan):
        planned = plan(
            "services: {web: {build: .}}",
            dockerfiles={
                "Dockerfile": "FROM nginx\nEXPOSE 80\nHEALTHCHECK --timeout=90s CMD probe\n"
            },
        )
        assert planned.messages("health-check-range") == [
            "Dockerfile:3:1: expected a health check's timeout to be a whole number from 2s to "
            "60s, got 90s; write 60s"
        ]
