"""The construct among VPCs, clusters, groups and images that exist already."""

import json

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk.assertions import Template

from tests.unit.workload.deployed import NGINX
from tests.unit.workload.surroundings import ISOLATED, PUBLIC, make_vpc


@pytest.fixture
def folder(project):
    return project.compose(NGINX)


def test_a_clusters_vpc_is_the_services(ingress, folder):
    stack = Stack(App(), "Test")
    vpc = make_vpc(stack, PUBLIC, ISOLATED)
    cluster = ecs.Cluster(stack, "Cluster", vpc=vpc, enable_fargate_capacity_providers=True)
    front = ingress(stack, "Front", source=folder, cluster=cluster)
    assert front.vpc is vpc
    Template.from_stack(stack).resource_count_is("AWS::EC2::VPC", 1)


def test_there_is_one_mount_target_to_a_zone(ingress, project):
    folder = project.compose(
        "services: {web: {image: nginx, ports: ['80'], volumes: ['data:/data']}}\n"
        "volumes: {data: {}}\n"
    )
    stack = Stack(App(), "Test")
    vpc = make_vpc(stack, PUBLIC, PUBLIC, ISOLATED)
    ingress(
        stack, "Front", source=folder, vpc=vpc, vpc_subnets=ec2.SubnetSelection(subnet_type=PUBLIC)
    )
    Template.from_stack(stack).resource_count_is("AWS::EFS::MountTarget", 2)


def test_groups_of_another_stack_do_not_come_to_depend_on_this_one(ingress, folder):
    app = App()
    network = Stack(app, "Network")
    vpc = make_vpc(network, PUBLIC, ISOLATED)
    group = ec2.SecurityGroup(network, "Group", vpc=vpc)
    stack = Stack(app, "Front")
    ingress(stack, "Front", source=folder, vpc=vpc, security_groups=[group])
    app.synth()
    assert [each.node.id for each in stack.dependencies] == ["Network"]


@pytest.mark.parametrize("image", ["shop/web:1.2", "shop/web@sha256:" + "0" * 64])
def test_an_image_in_ecr_may_be_pulled(ingress, project, image):
    registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
    folder = project.compose(f"services: {{web: {{image: '{registry}/{image}', ports: ['80']}}}}")
    stack = Stack(App(), "Test")
    ingress(stack, "Front", source=folder)
    template = Template.from_stack(stack)
    assert image.removeprefix("shop/web") in json.dumps(
        template.find_resources("AWS::ECS::TaskDefinition")
    )
    policies = json.dumps(Template.from_stack(stack).find_resources("AWS::IAM::Policy"))
    assert "ecr:BatchGetImage" in policies
    assert ":ecr:eu-central-1:123456789012:repository/shop/web" in policies


@pytest.mark.parametrize("name", ["Resource", "TaskRole"])
def test_a_service_may_be_called_like_a_construct(ingress, project, name):
    folder = project.compose(f"services: {{{name}: {{image: nginx, ports: ['80']}}}}")
    ingress(Stack(App(), "Test"), "Front", source=folder)


@pytest.mark.parametrize(
    ("keyword", "hint"), [("desired_cout", "did you mean 'desired_count'"), ("zzz", "there are")]
)
def test_a_misspelt_keyword_is_refused(ingress, folder, keyword, hint):
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{keyword}'; {hint}"):
        ingress(Stack(App(), "Test"), "Front", source=folder, **{keyword: 1})
