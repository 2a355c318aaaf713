import pytest
from aws_cdk import Aws, Duration, Token

from serverless_containers.ingress.load_balancer.targets import TargetHealthCheck
from tests.unit.ingress.load_balancer.load_balanced import TARGET_GROUP, Site, private

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
