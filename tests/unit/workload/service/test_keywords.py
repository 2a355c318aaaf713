"""Keywords that a type checker would have refused."""

import re

import pytest
from aws_cdk import App, Duration, Stack, Token
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2

from serverless_containers import Architecture, BuildPipeline
from serverless_containers.arguments.keywords import take
from tests.unit.workload.deployed import NGINX


@pytest.fixture
def folder(project):
    return project.compose(NGINX)


@pytest.mark.parametrize(
    ("keyword", "given", "told"),
    [
        ("images", "docker", "got 'docker' (str); give BuildPipeline.managed(), BuiltImages.lo"),
        ("images", {"web": "nginx"}, "['web']: got 'nginx' (str); give ecs.ContainerImage.from_"),
        ("stop_delay", 10, "got 10 (int); give Duration.seconds(10)"),
        ("network_profile", "privat", "(str) (did you mean NetworkProfile.PRIVATE?); give Netw"),
        ("network_profile", 3, "got 3 (int); give NetworkProfile.PUBLIC, NetworkProfile.PRI"),
        ("architecture", "m68k", "got 'm68k' (str); give Architecture.X86_64 or Architectur"),
        ("environment", {"DEBUG": True}, "['DEBUG']: got a bool, and 'true', 'True' and '1' are "),
        ("environment", {"A": None}, "['A']: got a NoneType; give a string"),
        ("environment", ["A=b"], "got a list; give a mapping with values such as a string"),
        ("secrets", ["A"], "got a list; give SecretsFromFiles(stack,"),
        ("secrets", {"A": "hunter2"}, "['A']: got a str; give ecs.Secret.from_secrets_manager("),
        ("environment", "dev", "a string; the name of the environment is environment_name"),
        ("container_insights", "on", "give ecs.ContainerInsights.ENABLED, ecs.ContainerInsights"),
        ("images", BuildPipeline, "got the class BuildPipeline of serverless_containers.build_pi"),
        ("cpu", 0.5, "got 0.5; give a whole number of CPU units; 1024 are one vCPU"),
        ("cpu", "1 vCPU", "give a number of CPU units; 1024 are one vCPU"),
        ("memory_limit_mib", 0.5, "got 0.5; give a whole number of MiB"),
        ("ephemeral_storage_gib", 21.5, "got 21.5; give a whole number of GiB"),
        ("desired_count", float("nan"), "got nan; give a whole number of tasks"),
        ("spot", "false", "got 'false' (str); give True or False"),
        ("cpu", "512", "got '512' (str); give a number"),
        ("port", True, "got True (bool); give a whole number"),
        ("cluster", "main", "got 'main' (str); give ecs.Cluster("),
        ("vpc", "vpc-1", "got 'vpc-1' (str); give ec2.Vpc.from_lookup("),
        ("security_groups", "sg-1", "got 'sg-1' (str); give a list of ec2.SecurityGroup("),
        ("availability_zones", "us-east-1a", "got 'us-east-1a' (str); give a list of a string"),
        ("log_retention", 7, "got 7 (int); give logs.RetentionDays.ONE_DAY, logs.Retention"),
        ("log_retention", "one_wek", "(did you mean logs.RetentionDays.ONE_WEEK?)"),
        ("vpc_subnets", {"kind": "public"}, "got a dict; give ec2.SubnetSelection("),
        ("scaling", {"max_capacity": 3}, "got a dict; give TaskScaling(max_capacity=10)"),
        ("suppress", ["key-approximated"], "[0]: got 'key-approximated' (str); give Suppression("),
    ],
)
def test_a_value_of_another_type_is_told_with_what_is_allowed(
    ingress, folder, keyword, given, told
):
    with pytest.raises(TypeError) as caught:
        ingress(Stack(App(), "Test"), "Front", source=folder, **{keyword: given})
    assert str(caught.value).startswith(keyword)
    assert told in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_table_is_not_yet_a_resource(ingress, folder):
    stack = Stack(App(), "Test")
    key = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
    table = dynamodb.TableV2(stack, "Table", partition_key=key)
    told = "resources: got a TableV2 of aws_cdk.aws_dynamodb; give a list of ResourceAccess.table("
    with pytest.raises(TypeError, match=re.escape(told)):
        ingress(stack, "Front", source=folder, resources=table)
    with pytest.raises(
        TypeError, match=re.escape("resources[0]: got a TableV2 of aws_cdk.aws_dyna")
    ):
        ingress(stack, "Front", source=folder, resources=[table])


def test_a_pipeline_is_not_yet_its_images(ingress, project):
    project.write("Dockerfile", "FROM scratch\nEXPOSE 80\n")
    stack = Stack(App(), "Test")
    pipeline = BuildPipeline(
        stack, "Build", source=project.path, cluster_name="shop", service_name="shop"
    )
    with pytest.raises(
        TypeError, match=r"^images: got a BuildPipeline .*; give its attribute \.im"
    ):
        ingress(stack, "Front", source=project.path, images=pipeline)


@pytest.mark.parametrize("imported", [True, False])
def test_one_security_group_is_named_as_what_it_is(ingress, folder, imported):
    stack = Stack(App(), "Test")
    group = (
        ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")
        if imported
        else ec2.SecurityGroup(stack, "Group", vpc=ec2.Vpc(stack, "Vpc"))
    )
    with pytest.raises(
        TypeError, match=r"^security_groups: got an? I?SecurityGroup of aws_cdk\.aws_ec2; give a li"
    ):
        ingress(stack, "Front", source=folder, security_groups=group)


@pytest.mark.parametrize(
    ("given", "architecture"),
    [
        ("amd64", "X86_64"), ("x86-64", "X86_64"), ("x64", "X86_64"),
        ("aarch64", "ARM64"), ("AArch64", "ARM64"),
    ],
)  # fmt: skip
def test_architectures_have_other_names(given, architecture):
    assert take(given, Architecture) is Architecture[architecture]


def test_something_else_of_the_cdk_is_no_vpc(ingress, folder):
    with pytest.raises(TypeError, match="vpc: got a Stack of aws_cdk; give ec2"):
        ingress(stack := Stack(App(), "Test"), "Front", source=folder, vpc=stack)


def test_all_of_them_are_told_at_once(ingress, folder):
    with pytest.raises(TypeError) as caught:
        ingress(Stack(App(), "Test"), "Front", source=folder, stop_delay=10, spot="yes")
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["stop_delay", "spot"]


def test_the_source_is_asked_for(ingress):
    with pytest.raises(TypeError, match="source: got a NoneType; give a string, or a path"):
        ingress(Stack(App(), "Test"), "Front", source=None)


def test_what_has_one_meaning_is_taken(deploy):
    number = Token.as_number({"Fn::ImportValue": "Number"})
    deployed = deploy(
        network_profile="private",
        architecture="arm64",
        removal_policy="destroy",
        log_retention="one_week",
        environment={"PORT": 8080, "SHARE": 0.5, "LATER": number},
        resources=None,
        spot=None,
    )
    variables = {
        each["Name"]: each["Value"] for each in deployed.containers()["web"]["Environment"]
    }
    assert (variables["PORT"], variables["SHARE"]) == ("8080", "0.5")
    assert "Fn::ImportValue" in str(variables["LATER"])
    definition = deployed.only("AWS::ECS::TaskDefinition")
    assert definition["RuntimePlatform"]["CpuArchitecture"] == "ARM64"
    assert deployed.resources("AWS::EC2::NatGateway")


def test_a_struct_may_be_a_mapping(deploy, virginia):
    deployed = deploy(
        env=virginia,
        vpc=lambda stack: ec2.Vpc(stack, "Vpc", max_azs=2),
        vpc_subnets={"subnet_type": ec2.SubnetType.PUBLIC},
        desired_count=Token.as_number({"Fn::ImportValue": "Number"}),
        stop_delay=Duration.seconds(0),
    )
    assert deployed.network()["AssignPublicIp"] == "ENABLED"
    assert "ImportValue" in str(deployed.only("AWS::ECS::Service")["DesiredCount"])
