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


def test_a_longer_time_that_is_asked_for_makes_the_interval_longer(plan_service):
    planned = plan_service("healthcheck: {test: 'true', interval: 10s, timeout: 20s}")
    assert check(planned) == (("CMD-SHELL", "true"), 20, 20, 3, 0)
    (told,) = planned.messages("health-check-range")
    assert told.endswith(
        "services.web.healthcheck.timeout: expected a health check's timeout to be no longer than "
        "its interval of 10s, got 20s; ECS checks every 20s; write interval: 20s"
    )


@pytest.mark.parametrize("off", ["disable: true", "test: [NONE]", "test: NONE"])
def test_a_disabled_check_is_left_out(plan_service, off):
    if off == "test: NONE":
        off = 'test: ["NONE"]'
    assert check(plan_service(f"healthcheck: {{{off}}}")) is None


@pytest.mark.parametrize(
    "test", ["['CMD']", "['CMD-SHELL']", "['CMD', '']", "['CMD-SHELL', ' ']", "['CMD', '', 'x']"]
)
def test_a_check_without_a_command_is_an_error(plan_service, test):
    planned = plan_service(f"healthcheck: {{test: {test}}}")
    kind = test.split("'")[1]
    assert planned.plan is None
    assert planned.messages("health-check-empty") == [
        "docker-compose.yml:5:25: services.web.healthcheck.test: expected a command after "
        f"{kind}, got {test}: the check would run nothing; write the command, or "
        "disable: true for no check"
    ]


def test_without_one_there_is_none(plan_service):
    assert check(plan_service("init: true")) is None


@pytest.mark.parametrize(
    ("key", "given", "expected", "fix"),
    [
        ("interval", "2s", "from 5s to 300s, got 2s; ECS gets 5s", "interval: 5s"),
        (
            "interval",
            "10m",
            "from 5s to 300s, got 600s; ECS gets 300s",
            "interval: 300s, start_period: 300s, retries: 5",
        ),
        ("interval", "1ns", "from 5s to 300s, got 1e-06s; ECS gets 5s", "interval: 5s"),
        ("interval", "5500ms", "from 5s to 300s, got 5.5s; ECS gets 6s", "interval: 6s"),
        ("timeout", "500ms", "from 2s to 60s, got 0.5s; ECS gets 2s", "timeout: 2s"),
        (
            "timeout",
            "61s",
            "from 2s to 60s, got 61s; ECS gets 60s",
            "interval: 60s, timeout: 60s",
        ),
        (
            "start_period",
            "301s",
            "from 0s to 300s, got 301s; ECS gets 300s",
            "start_period: 300s, retries: 4",
        ),
        (
            "retries",
            "11",
            "from 1 to 10, got 11; ECS gets 10",
            "start_period: 30s, retries: 10",
        ),
    ],
)
def test_a_value_outside_ecs_range_is_brought_into_it(plan_service, key, given, expected, fix):
    planned = plan_service(f"healthcheck:\n  test: 'true'\n  {key}: {given}")
    column = 9 + len(key)
    assert planned.messages("health-check-range") == [
        f"docker-compose.yml:7:{column}: services.web.healthcheck.{key}: expected a health check's "
        f"{key} to be a whole number {expected}; write {fix}"
    ]
    assert planned.plan is not None


@pytest.mark.parametrize(
    ("keys", "fitted"),
    [
        ("interval: 1s, retries: 120", (5, 5, 10, 70)),
        ("interval: 3s, timeout: 3s, retries: 3", (5, 3, 3, 0)),
        ("interval: 10s, retries: 20, start_period: 40s", (10, 10, 10, 140)),
        ("interval: 10s, retries: 30, start_period: 250s", (10, 10, 10, 300)),
        ("interval: 30s, retries: 3, start_period: 600s", (30, 30, 10, 300)),
        ("interval: 1s, timeout: 10s, retries: 20", (10, 10, 10, 0)),
        ("interval: 10m, retries: 1", (300, 30, 1, 300)),
        ("interval: 0s, timeout: 0s, retries: 0", (30, 30, 3, 0)),
        ("interval: 1h, retries: 100", (300, 30, 10, 300)),
    ],
)
def test_what_is_cut_is_given_as_time_to_start(plan_service, keys, fitted):
    planned = plan_service(f"healthcheck: {{test: 'true', {keys}}}")
    assert check(planned)[1:] == fitted


def test_what_cannot_be_given_is_said(plan_service):
    planned = plan_service("healthcheck: {test: 'true', interval: 10s, start_period: 600s}")
    (told,) = planned.messages("health-check-range")
    assert told.endswith(
        "write start_period: 300s, retries: 10; the container has 400s to become healthy, not 630s"
    )


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
            "60s, got 90s; ECS gets 60s; write interval: 60s, timeout: 60s"
        ]


class TestStores:
    """A store that is made for the first time answers late, and must not be replaced until then."""

    def planned(self, plan, check, image="mysql:8.4"):
        return plan(f"""
            services:
              web: {{image: nginx:1.29, ports: ["80"]}}
              db: {{image: "{image}", healthcheck: {check}}}
            """)

    def test_one_has_the_longest_start_period(self, plan):
        planned = self.planned(plan, "{test: mysqladmin ping, retries: 5}")
        assert planned["db"].health_check.start_period == 300
        assert planned["db"].health_check.retries == 5
        assert planned.messages("health-check-store") == [
            "docker-compose.yml:4:48: services.db.healthcheck.test: db is a store (mysql:8.4), "
            "which may take minutes to initialize, and ECS replaces a task with a container that "
            "is not healthy in time: it gets a start period of 300s, which the first check that "
            "succeeds ends; write start_period: 300s to say so, or another one"
        ]

    @pytest.mark.parametrize(("said", "seconds"), [("0s", 0), ("20s", 20), ("10m", 300)])
    def test_unless_the_file_says_one(self, plan, said, seconds):
        planned = self.planned(plan, f"{{test: mysqladmin ping, start_period: {said}}}")
        assert planned["db"].health_check.start_period == seconds
        assert planned.messages("health-check-store") == []

    def test_another_service_has_none(self, plan):
        planned = self.planned(plan, "{test: curl localhost}", image="acme/shop:1")
        assert planned["db"].health_check.start_period == 0
        assert planned.messages("health-check-store") == []

    @pytest.mark.parametrize(("said", "seconds"), [("", 300), ("--start-period=30s ", 30)])
    def test_a_dockerfile_may_build_on_one_and_say_one(self, plan, project, said, seconds):
        project.write("db/Dockerfile", f"FROM postgres:17\nHEALTHCHECK {said}CMD pg_isready\n")
        planned = plan("""
            services:
              web: {image: nginx:1.29, ports: ["80"]}
              db: {build: db}
            """)
        assert planned["db"].health_check.start_period == seconds
