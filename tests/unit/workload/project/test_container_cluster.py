"""Services that share a cluster and its network."""

import json

import pytest
from aws_cdk import App, Environment, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk.assertions import Template

from serverless_containers import ContainerApi, ContainerCluster, NetworkProfile
from tests.unit.workload.deployed import MIRRORED

NGINX = f"services: {{web: {{image: '{MIRRORED}', ports: ['80']}}}}"
WITH_SECRET = f"""
services: {{web: {{image: '{MIRRORED}', ports: ['80'], secrets: [A]}}}}
secrets: {{A: {{external: true}}}}
"""


class Shared:
    """A cluster in a stack of its own."""

    def __init__(self, **props):
        self.app = App()
        self.stack = Stack(self.app, "Network")
        self.cluster = ContainerCluster(self.stack, "Containers", **props)

    def put(self, ingress, source, name="Service", **props):
        stack = Stack(self.app, name)
        return ingress(stack, "Front", source=source, cluster=self.cluster, **props)

    def template(self, front=None):
        return Template.from_stack(Stack.of(front) if front else self.stack)


def endpoints(template):
    return sorted(
        json.dumps(each["Properties"]["ServiceName"]).rpartition(".")[2].strip('"]} ')
        for each in template.find_resources("AWS::EC2::VPCEndpoint").values()
        if each["Properties"]["VpcEndpointType"] == "Interface"
    )


def test_a_service_makes_none_of_it(ingress, project):
    shared = Shared()
    front = shared.put(ingress, project.compose(NGINX))
    ours = shared.template(front)
    for kind in (
        "EC2::VPC", "EC2::Subnet", "ECS::Cluster", "ECS::ClusterCapacityProviderAssociations",
        "ServiceDiscovery::PrivateDnsNamespace",
    ):  # fmt: skip
        ours.resource_count_is(f"AWS::{kind}", 0)
    assert front.cluster is shared.cluster.cluster
    assert front.vpc is shared.cluster.vpc
    assert shared.stack in Stack.of(front).dependencies


def test_the_capacity_waits_for_the_namespace():
    template = Shared().template().to_json()
    (association,) = (
        each
        for each in template["Resources"].values()
        if each["Type"] == "AWS::ECS::ClusterCapacityProviderAssociations"
    )
    assert "ContainersNamespace" in str(association["DependsOn"])


def test_an_api_registers_its_tasks_in_its_namespace(project):
    shared = Shared()
    front = shared.put(ContainerApi, project.compose(NGINX))
    assert front.namespace is shared.cluster.namespace


@pytest.mark.parametrize(("high", "count"), [(False, 1), (True, 3)])
def test_it_says_how_many_tasks_there_are(ingress, project, high, count):
    shared = Shared(high_availability=high)
    front = shared.put(ingress, project.compose(NGINX))
    shared.template(front).has_resource_properties("AWS::ECS::Service", {"DesiredCount": count})


def test_endpoints_come_with_the_services_that_need_them(ingress, project):
    shared = Shared(network_profile=NetworkProfile.ENDPOINTS)
    assert len(shared.cluster.network.vpc.isolated_subnets) == 2
    plain = shared.put(ingress, project.compose(NGINX), "Plain")
    assert shared.template(plain).find_resources("AWS::EC2::VPCEndpoint") == {}
    other = Shared(network_profile=NetworkProfile.ENDPOINTS)
    for name in ("One", "Two"):
        other.put(ingress, project.compose(WITH_SECRET), name, enable_execute_command=True)
    always = ["api", "dkr", "logs"]
    assert endpoints(shared.template()) == always
    assert endpoints(other.template()) == sorted([*always, "secretsmanager", "ssmmessages"])


@pytest.mark.parametrize(
    "given",
    [
        {"network_profile": NetworkProfile.PRIVATE},
        {"high_availability": True},
        {"availability_zones": ["eu-west-1a"]},
        {"assign_public_ip": False},
        {"container_insights": ecs.ContainerInsights.DISABLED},
        {"vpc_subnets": ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)},
    ],
)
def test_a_service_does_not_decide_what_the_cluster_decides(ingress, project, given):
    (name,) = given
    with pytest.raises(ValueError, match=f"{name}: a ContainerCluster decides that"):
        Shared().put(ingress, project.compose(NGINX), **given)


def test_its_name_is_known_before_it_is_there():
    shared = Shared()
    shared.template().has_resource_properties(
        "AWS::ECS::Cluster", {"ClusterName": shared.cluster.cluster_name}
    )


@pytest.mark.parametrize("profile", NetworkProfile)
def test_whatever_its_services_import_is_exported_by_hand_too(ingress, project, profile):
    shared = Shared(network_profile=profile)
    for value in shared.cluster.exported_values:
        shared.stack.export_value(value)
    before = shared.template().to_json()["Outputs"]
    other = Shared(network_profile=profile)
    other.put(ingress, project.compose(NGINX))
    assert before.items() >= other.template().to_json()["Outputs"].items()


@pytest.mark.parametrize(
    ("there", "here", "said"),
    [
        ({"region": "eu-west-1"}, {"region": "eu-west-2"}, "in the region eu-west-1, and the"),
        ({"account": "1" * 12}, {"account": "2" * 12}, "in the account 111111111111, and the"),
    ],
)
def test_a_service_is_where_its_cluster_is(ingress, project, there, here, said):
    app = App()
    cluster = ContainerCluster(Stack(app, "Network", env=Environment(**there)), "Containers")
    with pytest.raises(ValueError, match=said):
        ingress(
            Stack(app, "Service", env=Environment(**here)),
            "Front",
            source=project.compose(NGINX),
            cluster=cluster,
        )


def test_the_ecs_cluster_in_it_is_not_given_for_it(ingress, project):
    shared = Shared()
    with pytest.raises(ValueError, match="give the ContainerCluster itself"):
        ingress(
            Stack(shared.app, "Service"),
            "Front",
            source=project.compose(NGINX),
            cluster=shared.cluster.cluster,
        )
