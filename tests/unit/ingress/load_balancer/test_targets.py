import pytest
from aws_cdk import Aws, Duration, Token

from serverless_containers.ingress.load_balancer.targets import (
    Stickiness,
    TargetHealthCheck,
    TargetOptions,
)
from tests.unit.ingress.load_balancer.load_balanced import TARGET_GROUP, Site, private
from tests.unit.workload.deployed import MIRRORED

NUMBER = Token.as_number({"Ref": "Number"})


def test_the_defaults_are_those_of_a_fast_service():
    check = TargetHealthCheck()
    assert (check.path, check.codes, check.port) == ("/", "200-399", None)
    assert check.interval.to_seconds() == 10
    assert check.timeout.to_seconds() == 5
    assert (check.healthy_threshold, check.unhealthy_threshold) == (2, 2)
    assert check.grace_period.to_seconds() == 60


def test_a_cold_starting_service_gets_more_time():
    check = TargetHealthCheck.cold_starting(port=9000)
    assert (check.path, check.port) == ("/ready", 9000)
    assert check.interval.to_seconds() == 15
    assert check.timeout.to_seconds() == 10
    assert (check.healthy_threshold, check.unhealthy_threshold) == (3, 2)
    assert check.grace_period.to_seconds() == 120


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"path": "health"}, "health check path: expected at most 1024"),
        ({"path": "/" * 1025}, "health check path: expected at most 1024"),
        ({"interval": Duration.seconds(4)}, "interval: expected 5 to 300 seconds, got 4 "),
        ({"interval": Duration.seconds(301)}, "interval: expected 5 to 300 seconds, got 301 "),
        ({"interval": Duration.millis(5500)}, "interval: expected whole seconds, got 5.5"),
        ({"timeout": Duration.seconds(1)}, "timeout: expected 2 to 120 seconds, got 1 "),
        (
            {"interval": Duration.seconds(300), "timeout": Duration.seconds(121)},
            "timeout: expected 2 to 120 seconds, got 121 ",
        ),
        ({"timeout": Duration.seconds(10)}, "less than the interval of 10 seconds, got 10"),
        ({"healthy_threshold": 1}, "healthy_threshold: expected 2 to 10, got 1 "),
        ({"healthy_threshold": 11}, "healthy_threshold: expected 2 to 10, got 11 "),
        ({"unhealthy_threshold": 1}, "unhealthy_threshold: expected 2 to 10, got 1 "),
        ({"codes": "199"}, "codes: expected"),
        ({"codes": "500"}, "codes: expected"),
        ({"codes": "200-"}, "codes: expected"),
        ({"codes": "200, 204"}, "codes: expected"),
        ({"codes": "200-299,302"}, "codes: expected"),
        ({"codes": ""}, "codes: expected"),
        ({"port": 0}, "port: expected 1 to 65535, got 0 "),
        ({"port": 65536}, "port: expected 1 to 65535, got 65536 "),
        ({"grace_period": Duration.seconds(2**31)}, "grace_period: expected 0 to"),
    ],
)
def test_what_aws_would_refuse_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        TargetHealthCheck(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"interval": Duration.seconds(5), "timeout": Duration.seconds(2)},
        {"interval": Duration.seconds(300), "timeout": Duration.seconds(120)},
        {"interval": Duration.seconds(6), "timeout": Duration.seconds(5)},
        {"healthy_threshold": 10, "unhealthy_threshold": 10},
        {"codes": "200"},
        {"codes": "200,204,302"},
        {"codes": "200-499"},
        {"path": "/"},
        {"path": "/up?deep=0"},
        {"port": 65535},
        {"grace_period": Duration.seconds(0)},
    ],
)
def test_what_aws_takes_is_taken(given):
    TargetHealthCheck(**given)


def test_the_target_group_and_the_service_are_told(project):
    site = Site(
        project,
        health_check=TargetHealthCheck(
            path="/up",
            interval=Duration.seconds(20),
            timeout=Duration.seconds(4),
            healthy_threshold=3,
            unhealthy_threshold=4,
            codes="200-299",
            port=9000,
            grace_period=Duration.seconds(90),
        ),
    )
    group = site.only(TARGET_GROUP)
    assert {key: value for key, value in group.items() if "ealth" in key or key == "Matcher"} == {
        "HealthCheckPath": "/up",
        "HealthCheckPort": "9000",
        "HealthCheckProtocol": "HTTP",
        "HealthCheckIntervalSeconds": 20,
        "HealthCheckTimeoutSeconds": 4,
        "HealthyThresholdCount": 3,
        "UnhealthyThresholdCount": 4,
        "Matcher": {"HttpCode": "200-299"},
    }
    assert site.only("AWS::ECS::Service")["HealthCheckGracePeriodSeconds"] == 90


def test_the_port_of_the_traffic_is_asked_by_default(project):
    assert private(project).only(TARGET_GROUP)["HealthCheckPort"] == "traffic-port"


def test_everything_may_be_known_only_at_deployment(project):
    seconds = Duration.seconds(NUMBER)
    check = TargetHealthCheck(
        path=f"/{Aws.REGION}",
        interval=seconds,
        timeout=seconds,
        healthy_threshold=NUMBER,
        unhealthy_threshold=NUMBER,
        codes=Aws.NO_VALUE,
        grace_period=seconds,
    )
    site = private(project, health_check=check)
    group = site.only(TARGET_GROUP)
    for key in ("HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds"):
        assert group[key] == {"Ref": "Number"}
    for key in ("HealthyThresholdCount", "UnhealthyThresholdCount"):
        assert group[key] == {"Ref": "Number"}
    assert group["Matcher"] == {"HttpCode": {"Ref": "AWS::NoValue"}}
    service = site.only("AWS::ECS::Service")
    assert service["HealthCheckGracePeriodSeconds"] == {"Ref": "Number"}


def test_the_port_may_be_known_only_at_deployment(project):
    site = private(project, health_check=TargetHealthCheck(port=NUMBER))
    assert site.only(TARGET_GROUP)["HealthCheckPort"] == {"Ref": "Number"}
    (rule,) = (
        rule
        for rule in site.resources("AWS::EC2::SecurityGroupIngress").values()
        if rule["FromPort"] != 80
    )
    assert rule["FromPort"] == rule["ToPort"] == {"Ref": "Number"}


DELAY = "deregistration_delay.timeout_seconds"
SECONDS = Duration.seconds(Token.as_number({"Ref": "Seconds"}))


def stopping(period):
    grace = f", stop_grace_period: {period}" if period else ""
    return (
        f"services: {{web: {{image: '{MIRRORED}', ports: ['8080:80']{grace}}}, "
        f"slow: {{image: '{MIRRORED}', stop_grace_period: 2s}}}}"
    )


def attributes(project, *, text=None, **options):
    site = Site(project, target=TargetOptions(**options), **({"text": text} if text else {}))
    return site.attributes(TARGET_GROUP)


def test_targets_are_addresses_called_over_http_on_the_entrypoints_port(project):
    group = Site(project).only(TARGET_GROUP)
    assert (group["TargetType"], group["Protocol"], group["Port"]) == ("ip", "HTTP", 80)


@pytest.mark.parametrize(
    ("period", "delay"), [(None, "30"), ("10s", "10"), ("30s", "30"), ("2m", "30")]
)
def test_the_delay_is_30_seconds_or_what_the_entrypoint_takes_to_stop(project, period, delay):
    assert attributes(project, text=stopping(period))[DELAY] == delay


@pytest.mark.parametrize(
    ("period", "delay"), [(None, 30), (None, 0), ("10s", 10), ("2m", 120), ("2m", 45)]
)
def test_a_delay_may_be_as_long_as_the_entrypoint_takes_to_stop(project, period, delay):
    given = attributes(project, text=stopping(period), deregistration_delay=Duration.seconds(delay))
    assert given[DELAY] == str(delay)


@pytest.mark.parametrize(
    ("period", "delay", "stop"), [(None, 31, 30), ("10s", 11, 10), ("2m", 121, 120)]
)
def test_a_longer_delay_is_refused_with_the_reason(project, period, delay, stop):
    with pytest.raises(
        ValueError, match="requests are cut off; raise its stop_grace_period"
    ) as why:
        attributes(project, text=stopping(period), deregistration_delay=Duration.seconds(delay))
    assert f"{delay} seconds is longer than web may take to stop, {stop} seconds" in str(why.value)


def test_any_task_answers_by_default(project):
    given = attributes(project)
    assert given == {DELAY: "30", "stickiness.enabled": "false"}


def test_stickiness_by_the_load_balancers_cookie(project):
    given = attributes(project, stickiness=Stickiness())
    del given[DELAY]
    assert given == {
        "stickiness.enabled": "true",
        "stickiness.type": "lb_cookie",
        "stickiness.lb_cookie.duration_seconds": "86400",
    }


def test_stickiness_by_the_applications_cookie(project):
    sticky = Stickiness(cookie_name="session", duration=Duration.hours(1))
    given = attributes(project, stickiness=sticky)
    del given[DELAY]
    assert given == {
        "stickiness.enabled": "true",
        "stickiness.type": "app_cookie",
        "stickiness.app_cookie.cookie_name": "session",
        "stickiness.app_cookie.duration_seconds": "3600",
    }


def test_slow_start(project):
    given = attributes(project, slow_start=Duration.seconds(45))
    assert given["slow_start.duration_seconds"] == "45"
    assert not [key for key in given if "algorithm" in key]


@pytest.mark.parametrize(
    ("make", "given", "message"),
    [
        (TargetOptions, {"slow_start": Duration.seconds(29)}, "30 to 900 seconds, got 29"),
        (TargetOptions, {"slow_start": Duration.seconds(901)}, "30 to 900 seconds, got 901"),
        (
            TargetOptions,
            {"deregistration_delay": Duration.seconds(3601)},
            "0 to 3600 seconds, got 3601",
        ),
        (
            TargetOptions,
            {"deregistration_delay": Duration.millis(1500)},
            "expected whole seconds, got 1.5",
        ),
        (Stickiness, {"duration": Duration.seconds(0)}, "1 to 604800 seconds, got 0"),
        (Stickiness, {"duration": Duration.days(8)}, "1 to 604800 seconds, got 691200"),
        (Stickiness, {"cookie_name": ""}, "cookie_name: expected the name of a cookie"),
        (Stickiness, {"cookie_name": "AWSALB"}, "none that starts with AWSALB"),
        (Stickiness, {"cookie_name": "AWSALBTG-1"}, "none that starts with AWSALB"),
    ],
)
def test_options_that_aws_would_refuse_are_refused(make, given, message):
    with pytest.raises(ValueError, match=message):
        make(**given)


@pytest.mark.parametrize("seconds", [30, 900])
def test_the_ends_of_a_range_are_in_it(seconds):
    TargetOptions(slow_start=Duration.seconds(seconds))


def test_times_may_be_known_only_at_deployment(project):
    given = attributes(
        project,
        deregistration_delay=SECONDS,
        slow_start=SECONDS,
        stickiness=Stickiness(duration=SECONDS, cookie_name=Token.as_string({"Ref": "Cookie"})),
    )
    assert given == {
        DELAY: {"Ref": "Seconds"},
        "slow_start.duration_seconds": {"Ref": "Seconds"},
        "stickiness.enabled": "true",
        "stickiness.type": "app_cookie",
        "stickiness.app_cookie.cookie_name": {"Ref": "Cookie"},
        "stickiness.app_cookie.duration_seconds": {"Ref": "Seconds"},
    }
