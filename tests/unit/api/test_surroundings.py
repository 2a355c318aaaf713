"""The construct among VPCs, clusters, groups and images that exist already."""

import json

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk.assertions import Template

from serverless_containers import ContainerApi


@pytest.fixture
def folder(project):
    return project.compose("services: {web: {image: nginx, ports: ['80']}}")


def make_vpc(stack, *kinds):
    return ec2.Vpc(
        stack,
        "Vpc",
        nat_gateways=0,
        subnet_configuration=[
            ec2.SubnetConfiguration(name=f"{number}", subnet_type=kind)
            for number, kind in enumerate(kinds)
        ],
        restrict_default_security_group=False,
    )


@pytest.mark.parametrize(
    ("kind", "props", "delayed"),
    [
        (ec2.SubnetType.PUBLIC, {}, True),
        (ec2.SubnetType.PUBLIC, {"assign_public_ip": False}, False),
        (ec2.SubnetType.PRIVATE_ISOLATED, {}, False),
    ],
)
def test_a_stop_delay_is_there_where_its_image_can_be_pulled(folder, kind, props, delayed):
    stack = Stack(App(), "Test")
    ContainerApi(stack, "Api", source=folder, vpc=make_vpc(stack, kind), **props)
    assert ("stop-delay" in json.dumps(Template.from_stack(stack).to_json())) == delayed


def test_a_clusters_vpc_is_the_services(folder):
    stack = Stack(App(), "Test")
    vpc = make_vpc(stack, ec2.SubnetType.PUBLIC)
    cluster = ecs.Cluster(stack, "Cluster", vpc=vpc, enable_fargate_capacity_providers=True)
    api = ContainerApi(stack, "Api", source=folder, cluster=cluster)
    assert api.vpc is vpc
    Template.from_stack(stack).resource_count_is("AWS::EC2::VPC", 1)


def test_there_is_one_mount_target_to_a_zone(project):
    folder = project.compose(
        "services: {web: {image: nginx, ports: ['80'], volumes: ['data:/data']}}\n"
        "volumes: {data: {}}\n"
    )
    stack = Stack(App(), "Test")
    vpc = make_vpc(stack, ec2.SubnetType.PUBLIC, ec2.SubnetType.PUBLIC)
    ContainerApi(stack, "Api", source=folder, vpc=vpc)
    Template.from_stack(stack).resource_count_is("AWS::EFS::MountTarget", 2)


def test_groups_of_another_stack_do_not_come_to_depend_on_this_one(folder):
    app = App()
    network = Stack(app, "Network")
    vpc = make_vpc(network, ec2.SubnetType.PUBLIC)
    group = ec2.SecurityGroup(network, "Group", vpc=vpc)
    stack = Stack(app, "Api")
    ContainerApi(stack, "Api", source=folder, vpc=vpc, security_groups=[group])
    app.synth()
    assert [each.node.id for each in stack.dependencies] == ["Network"]


@pytest.mark.parametrize("image", ["shop/web:1.2", "shop/web@sha256:" + "0" * 64])
def test_an_image_in_ecr_may_be_pulled(project, image):
    registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
    folder = project.compose(f"services: {{web: {{image: '{registry}/{image}', ports: ['80']}}}}")
    stack = Stack(App(), "Test")
    ContainerApi(stack, "Api", source=folder)
    template = Template.from_stack(stack)
    assert image.removeprefix("shop/web") in json.dumps(
        template.find_resources("AWS::ECS::TaskDefinition")
    )
    policies = json.dumps(Template.from_stack(stack).find_resources("AWS::IAM::Policy"))
    assert "ecr:BatchGetImage" in policies
    assert ":ecr:eu-central-1:123456789012:repository/shop/web" in policies


def test_all_that_serves_is_kept_running_while_a_task_stops(project):
    folder = project.compose("services: {web: {image: nginx, ports: ['80']}, api: {image: x}}")
    stack = Stack(App(), "Test")
    ContainerApi(stack, "Api", source=folder)
    (definition,) = Template.from_stack(stack).find_resources("AWS::ECS::TaskDefinition").values()
    (delay,) = [
        each
        for each in definition["Properties"]["ContainerDefinitions"]
        if each["Name"] == "stop-delay"
    ]
    assert {each["ContainerName"] for each in delay["DependsOn"]} == {"web", "api"}


@pytest.mark.parametrize("name", ["Resource", "TaskRole"])
def test_a_service_may_be_called_like_a_construct(project, name):
    folder = project.compose(f"services: {{{name}: {{image: nginx, ports: ['80']}}}}")
    ContainerApi(Stack(App(), "Test"), "Api", source=folder)


@pytest.mark.parametrize(
    ("keyword", "hint"), [("desired_cout", "did you mean 'desired_count'"), ("zzz", "there are")]
)
def test_a_misspelt_keyword_is_refused(folder, keyword, hint):
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{keyword}'; {hint}"):
        ContainerApi(Stack(App(), "Test"), "Api", source=folder, **{keyword: 1})
