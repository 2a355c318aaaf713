"""A service without an ingress."""

import re
from textwrap import dedent

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Annotations, Match

from serverless_containers import (
    BuildPipeline,
    BuiltImages,
    ContainerApi,
    ContainerCluster,
    ContainerHosting,
    ContainerService,
    InvalidSourceError,
    NetworkProfile,
    TaskScaling,
)
from tests.unit.workload.deployed import MIRRORED, Deployed

WORKER = f"""
    services:
      worker: {{image: '{MIRRORED}', command: [work], depends_on: [queue]}}
      queue: {{image: '{MIRRORED}'}}
"""


@pytest.fixture
def run(project):
    """Run a Compose file without an ingress; keywords are the construct's."""

    def _run(text=WORKER, **props):
        project.compose(dedent(text))
        return Deployed(ContainerService, project.path, **props)

    return _run


def test_it_is_a_service_and_nothing_that_requests_come_through(run):
    deployed = run()
    kinds = {each["Type"] for each in deployed.template.to_json()["Resources"].values()}
    assert "AWS::ECS::Service" in kinds
    assert not [
        kind for kind in kinds
        if re.search("ApiGateway|LoadBalancing|ServiceDiscovery|CloudFront|VpcLink", kind)
    ]  # fmt: skip


def test_its_service_is_in_no_registry_and_behind_no_load_balancer(run):
    service = run().only("AWS::ECS::Service")
    assert "LoadBalancers" not in service
    assert "ServiceRegistries" not in service
    assert "HealthCheckGracePeriodSeconds" not in service
    assert service["DesiredCount"] == 1


def test_no_container_has_a_port_or_delays_a_stop(run):
    containers = run().containers()
    # The first container names the two to each other.
    assert set(containers) == {"files", "worker", "queue"}
    assert not any("PortMappings" in each for each in containers.values())


def test_nothing_is_let_in(run):
    deployed = run()
    groups = deployed.resources("AWS::EC2::SecurityGroup")
    assert [each["GroupDescription"] for each in groups] == ["Tasks without an ingress"]
    assert "SecurityGroupIngress" not in groups[0]
    assert not deployed.resources("AWS::EC2::SecurityGroupIngress")


@pytest.mark.parametrize("profile", list(NetworkProfile))
def test_every_network_will_do(run, profile):
    deployed = run(network_profile=profile)
    public = deployed.network()["AssignPublicIp"]
    assert public == ("ENABLED" if profile is NetworkProfile.PUBLIC else "DISABLED")


def test_a_given_network_too(run):
    deployed = run(
        vpc=lambda stack: ec2.Vpc(stack, "Vpc", restrict_default_security_group=False),
    )
    deployed.template.resource_count_is("AWS::EC2::VPC", 1)


def test_it_joins_a_shared_cluster(project):
    project.compose(dedent(WORKER))
    app = App()
    cluster = ContainerCluster(Stack(app, "Shared"), "Containers")
    deployed = Deployed(ContainerService, project.path, app=app, cluster=lambda _: cluster)
    assert not deployed.resources("AWS::ECS::Cluster")


def test_it_scales_and_is_granted_things(run):
    deployed = run(scaling=TaskScaling(min_capacity=1, max_capacity=4, cpu_percent=60))
    table = dynamodb.TableV2(
        deployed.stack,
        "Table",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
    )
    table.grant_read_data(deployed.ingress)
    assert deployed.resources("AWS::ApplicationAutoScaling::ScalableTarget")
    actions = [each["Action"] for each in deployed.statements("TaskRole")]
    assert any("dynamodb:GetItem" in each for each in actions)


class TestImages:
    BUILT = "services: {worker: {build: ./worker}}"

    @pytest.fixture(autouse=True)
    def _dockerfile(self, project):
        project.write("worker/Dockerfile", "FROM scratch\n")

    def test_docker_builds_them(self, run):
        image = run(self.BUILT).containers()["worker"]["Image"]
        assert "cdk-hnb659fds-container-assets" in str(image)

    def test_a_pipeline_builds_them(self, run):
        deployed = run(self.BUILT, images=BuildPipeline.managed())
        assert deployed.ingress.build_pipeline is not None
        assert deployed.resources("AWS::CodePipeline::Pipeline")

    def test_they_are_in_repositories_already(self, run):
        deployed = run(self.BUILT, images=BuiltImages.repositories(prefix="shop/", tag="1"))
        assert "/shop/worker:1" in str(deployed.containers()["worker"]["Image"])


class TestPortsOfTheFile:
    TEXT = "services: {web: {image: nginx, ports: ['8080:80']}}"

    def test_are_mapped_and_reached_by_nothing(self, run):
        deployed = run(self.TEXT)
        assert deployed.containers()["web"]["PortMappings"] == [
            {"ContainerPort": 80, "Protocol": "tcp"}
        ]
        assert not deployed.resources("AWS::EC2::SecurityGroupIngress")

    def test_are_noted(self, run):
        Annotations.from_stack(run(self.TEXT).stack).has_info(
            "*", Match.string_like_regexp("nothing outside the task reaches port 80/tcp of web")
        )


@pytest.mark.parametrize("keyword", ["entrypoint", "port", "stop_delay", "domain_name"])
def test_what_is_about_requests_is_no_keyword(run, keyword):
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{keyword}'"):
        run(**{keyword: "web"})


@pytest.mark.parametrize("construct", [ContainerApi, ContainerHosting])
def test_with_an_ingress_a_worker_is_told_what_to_use(project, construct):
    project.compose(dedent(WORKER))
    with pytest.raises(
        InvalidSourceError, match=r"no container has a port .* ContainerService runs"
    ):
        construct(Stack(App(), "Test"), "Front", source=project.path)
