"""A store on a named volume runs once at a time."""

import pytest
from aws_cdk import Duration, Token

from serverless_containers import BuildPipeline, InvalidSourceError, Rollout, TaskScaling

DATABASE = """
services:
  web: {image: x, ports: ["80"]}
  db: {image: "postgres:17", volumes: ["data:/var/lib/postgresql/data"]}
volumes: {data: {}}
"""


@pytest.mark.parametrize("props", [{}, {"high_availability": True}, {"desired_count": 1}])
def test_it_stops_before_its_successor_starts(deploy, props):
    service = deploy(DATABASE, **props).only("AWS::ECS::Service")
    configuration = service["DeploymentConfiguration"]
    assert configuration["MinimumHealthyPercent"] == 0
    assert configuration["MaximumPercent"] == 100
    assert configuration["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
    assert service["AvailabilityZoneRebalancing"] == "DISABLED"
    assert service["DesiredCount"] == 1


def test_nothing_lengthens_its_end(deploy, by_design):
    deployed = deploy(DATABASE)
    assert "stop-delay" not in deployed.containers()
    delays = [
        each["Value"]
        for group in deployed.resources("AWS::ElasticLoadBalancingV2::TargetGroup")
        for each in group["TargetGroupAttributes"]
        if each["Key"] == "deregistration_delay.timeout_seconds"
    ]
    assert delays == by_design(api=[], hosting=["0"])


def test_unless_that_was_asked_for(deploy):
    assert "stop-delay" in deploy(DATABASE, stop_delay=Duration.seconds(5)).containers()


def test_no_pipeline_replaces_it(deploy, project, virginia):
    # GIVEN the same project without and with a pipeline
    project.write("web/Dockerfile", "FROM x\n")
    text = DATABASE.replace("image: x", "build: ./web")
    without = deploy(text, env=virginia)
    managed = deploy(text, env=virginia, images=BuildPipeline.managed())
    # THEN cluster and service have the same names, of which another is another resource
    for kind, key in (("AWS::ECS::Service", "ServiceName"), ("AWS::ECS::Cluster", "ClusterName")):
        assert without.only(kind)[key] == managed.only(kind)[key]
        assert without.only(kind)[key].startswith("Test-Front-")


@pytest.mark.parametrize(("high_availability", "count"), [(True, 1), (False, 0)])
def test_three_zones_with_one_task_are_a_warning(deploy, high_availability, count):
    deployed = deploy(DATABASE, high_availability=high_availability)
    warnings = [
        entry.data
        for each in deployed.ingress.node.find_all()
        for entry in each.node.metadata
        if entry.type == "aws:cdk:warning" and "db must run once" in entry.data
    ]
    assert len(warnings) == count


@pytest.mark.parametrize(
    ("props", "message"),
    [
        ({"desired_count": 2}, "desired_count=2 would run db as often"),
        ({"scaling": TaskScaling(max_capacity=4)}, "scaling would run db several times"),
    ],
)
def test_more_tasks_are_refused(deploy, props, message):
    with pytest.raises(InvalidSourceError, match=f"yml:4:15: services.db.image: {message}"):
        deploy(DATABASE, **props)


def test_a_count_that_is_not_known_yet_passes(deploy):
    count = Token.as_number({"Ref": "N"})
    service = deploy(DATABASE, desired_count=count).only("AWS::ECS::Service")
    assert service["DesiredCount"] == {"Ref": "N"}


def test_a_site_that_rolls_is_not(deploy, by_design):
    rolling = by_design(api={}, hosting={"rollout": Rollout.rolling()})
    assert deploy(DATABASE, **rolling).only("AWS::ECS::Service")["DesiredCount"] == 1
