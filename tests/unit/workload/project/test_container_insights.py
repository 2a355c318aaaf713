"""The metrics of a cluster that is made here."""

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_ecs as ecs
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks

from serverless_containers import ContainerCluster

NGINX = "services: {web: {image: nginx, ports: ['80']}}"
INSIGHTS = [
    (None, "enabled"),
    (ecs.ContainerInsights.ENABLED, "enabled"),
    (ecs.ContainerInsights.ENHANCED, "enhanced"),
    (ecs.ContainerInsights.DISABLED, "disabled"),
]


def setting(value):
    return {"ClusterSettings": [{"Name": "containerInsights", "Value": value}]}


@pytest.mark.parametrize(("given", "value"), INSIGHTS)
def test_a_service_chooses_those_of_its_own_cluster(ingress, project, given, value):
    stack = Stack(App(), "Test")
    ingress(stack, "Front", source=project.compose(NGINX), container_insights=given)
    Template.from_stack(stack).has_resource_properties("AWS::ECS::Cluster", setting(value))


@pytest.mark.parametrize(("given", "value"), INSIGHTS)
def test_a_shared_cluster_has_its_own(given, value):
    stack = Stack(App(), "Test")
    ContainerCluster(stack, "Containers", container_insights=given)
    Template.from_stack(stack).has_resource_properties("AWS::ECS::Cluster", setting(value))


def test_a_given_cluster_decides_that(ingress, project):
    stack = Stack(App(), "Test")
    with pytest.raises(ValueError, match=r"container_insights: a cluster that is given decides"):
        ingress(
            stack,
            "Front",
            source=project.compose(NGINX),
            cluster=ecs.Cluster(stack, "Given"),
            container_insights=ecs.ContainerInsights.DISABLED,
        )


def test_cdk_nag_is_told_that_they_were_turned_off():
    app = App()
    ContainerCluster(
        Stack(app, "Test"), "Containers", container_insights=ecs.ContainerInsights.DISABLED
    )
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()
