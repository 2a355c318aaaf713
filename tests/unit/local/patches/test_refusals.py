"""The embedded AWS refuses what AWS refuses, where a template shows it."""

import json

import pytest

ACCOUNT = "000000000000"


@pytest.fixture
def role(act):
    """Make a role that trusts somebody; the ARN."""
    made = []

    def making(name, **principal):
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}],
        }
        props = {"RoleName": name, "AssumeRolePolicyDocument": document}
        physical_id, attributes = act("create", "AWS::IAM::Role", name, props, "stack")
        made.append((physical_id, props))
        return attributes["Arn"]

    yield making
    for physical_id, props in made:
        act("delete", "AWS::IAM::Role", physical_id, props)


def pipeline(own, action):
    return {
        "RoleArn": own,
        "Stages": [
            {
                "Name": "Deploy",
                "Actions": [
                    {
                        "Name": "Roll",
                        "RoleArn": action,
                        "ActionTypeId": {"Category": "Deploy", "Provider": "ECS"},
                    }
                ],
            }
        ],
    }


PIPELINE = "AWS::CodePipeline::Pipeline"


def test_a_pipeline_whose_action_trusts_the_service_alone(act, role):
    own = role("own", Service="codepipeline.amazonaws.com")
    action = role("action", Service="codepipeline.amazonaws.com")
    with pytest.raises(
        ValueError, match=r"action Roll: role .*role/action does not let .*role/own"
    ):
        act("create", PIPELINE, "Pipeline", pipeline(own, action), "stack")


@pytest.mark.parametrize("trusted", ["the role", "the account"])
def test_a_pipeline_whose_action_trusts_its_role_is_made(act, role, trusted):
    own = role("own", Service="codepipeline.amazonaws.com")
    who = own if trusted == "the role" else f"{own.partition(':role/')[0]}:root"
    props = pipeline(own, role("action", AWS=who))
    physical_id, _ = act("create", PIPELINE, "Pipeline", props, "stack")
    wrong = pipeline(own, role("other", Service="ec2.amazonaws.com"))
    with pytest.raises(ValueError, match="action Roll"):
        act("update", PIPELINE, physical_id, props, wrong, "stack", "Pipeline")
    act("delete", PIPELINE, physical_id, props)


@pytest.mark.parametrize(
    ("kind", "key", "props"),
    [
        ("AWS::ECS::TaskDefinition", "TaskRoleArn", {"Family": "x", "ContainerDefinitions": []}),
        ("AWS::ECS::TaskDefinition", "ExecutionRoleArn", {"ContainerDefinitions": []}),
        ("AWS::CodeBuild::Project", "ServiceRole", {"Name": "x"}),
        ("AWS::EC2::FlowLog", "DeliverLogsPermissionArn", {"ResourceId": "vpc-1"}),
        (PIPELINE, "RoleArn", {"Stages": []}),
    ],
)
def test_a_role_that_does_not_trust_who_is_given_it(act, role, kind, key, props):
    wrong = role("wrong", Service=["lambda.amazonaws.com"])
    with pytest.raises(ValueError, match=r"does not let .*amazonaws\.com assume it"):
        act("create", kind, "Name", {**props, key: wrong}, "stack")


def test_a_role_of_elsewhere_is_not_judged(act):
    arn = "arn:aws:iam::111111111111:role/x"
    props = {"Family": "elsewhere", "TaskRoleArn": arn, "ContainerDefinitions": []}
    made, _ = act("create", "AWS::ECS::TaskDefinition", "Task", props, "stack")
    assert "task-definition" in made


def test_a_subnet_where_another_one_is(act, api):
    subnet = "AWS::EC2::Subnet"
    first = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/20", "AvailabilityZone": "us-east-1a"}
    physical_id, _ = act("create", subnet, "First", first, "stack")
    with pytest.raises(ValueError, match=r"'10\.0\.1\.0/24' conflicts with another subnet"):
        act("create", subnet, "Second", {**first, "CidrBlock": "10.0.1.0/24"}, "stack")
    # A replacement by one that overlaps the old one fails as it does on AWS.
    with pytest.raises(ValueError, match="conflicts with another subnet"):
        act("update", subnet, physical_id, first, {**first, "CidrBlock": "10.0.0.0/24"}, "stack",
            "First")  # fmt: skip
    other, _ = act("create", subnet, "Third", {**first, "VpcId": "vpc-2"}, "stack")
    for each in (physical_id, other):
        api("ec2", "_subnets").pop(each)


def test_a_wait_of_more_than_twelve_hours(act):
    with pytest.raises(ValueError, match="Timeout is 43201 s, at most 43200"):
        act("create", "AWS::CloudFormation::WaitCondition", "Wait",
            {"Timeout": "43201", "Handle": "x"}, "stack")  # fmt: skip


def test_a_vpc_origins_tags(act):
    kind = "AWS::CloudFront::VpcOrigin"
    props = {"VpcOriginEndpointConfig": {"Name": "x"}, "Tags": []}
    physical_id, _ = act("create", kind, "Origin", props, "stack")
    changed = {**props, "Tags": [{"Key": "a", "Value": "b"}]}
    with pytest.raises(ValueError, match="tags cannot be changed while a distribution uses it"):
        act("update", kind, physical_id, props, changed, "stack", "Origin")
    other = {**props, "VpcOriginEndpointConfig": {"Name": "y"}}
    assert act("update", kind, physical_id, props, other, "stack", "Origin")[0] == physical_id
    act("delete", kind, physical_id, props)


def test_capacity_that_a_service_still_uses(act, api):
    kind = "AWS::ECS::ClusterCapacityProviderAssociations"
    cluster = {"ClusterName": "used"}
    act("create", "AWS::ECS::Cluster", "Cluster", cluster, "stack")
    props = {
        "Cluster": "used",
        "CapacityProviders": ["FARGATE"],
        "DefaultCapacityProviderStrategy": [],
    }
    physical_id, _ = act("create", kind, "Capacity", props, "stack")
    services = api("ecs", "_services")
    services["used/web"] = {
        "serviceName": "web",
        "status": "ACTIVE",
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE"}],
    }
    with pytest.raises(ValueError, match="capacity provider is in use and cannot be removed: web"):
        act("delete", kind, physical_id, props)
    del services["used/web"]
    act("delete", kind, physical_id, props)
    act("delete", "AWS::ECS::Cluster", "used", cluster)


def test_what_is_kept_here_as_text_is_read(act, role, api):
    arn = role("text", Service="ecs-tasks.amazonaws.com")
    api("iam", "_roles")["text"]["AssumeRolePolicyDocument"] = json.dumps(
        {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}
    )
    props = {"Family": "text", "TaskRoleArn": arn, "ContainerDefinitions": []}
    act("create", "AWS::ECS::TaskDefinition", "Task", props, "stack")


def trusting(api, role, **statement):
    """A role whose policy was written in another way."""
    arn = role("other", Service="ec2.amazonaws.com")
    statements = {"Effect": "Allow", "Action": "sts:AssumeRole", **statement}
    api("iam", "_roles")["other"]["AssumeRolePolicyDocument"] = {"Statement": statements}
    return arn


@pytest.mark.parametrize(
    "statement",
    [
        {"Principal": {"Service": ["ecs-tasks.amazonaws.com"]}},
        {"NotPrincipal": {"AWS": "arn:aws:iam::111111111111:root"}},
    ],
)
def test_what_aws_takes_is_taken(act, api, role, statement):
    arn = trusting(api, role, **statement)
    props = {"Family": "other", "TaskRoleArn": arn, "ContainerDefinitions": []}
    act("create", "AWS::ECS::TaskDefinition", "Task", props, "stack")


def test_a_bare_account_is_its_root(act, role):
    own = role("own", Service="codepipeline.amazonaws.com")
    action = role("action", AWS=own.split(":")[4])
    props = pipeline(own, action)
    physical_id, _ = act("create", PIPELINE, "Pipeline", props, "bare")
    act("delete", PIPELINE, physical_id, props)


def test_a_subnet_without_ipv4_overlaps_none(act, api):
    props = {"VpcId": "vpc-6", "Ipv6CidrBlock": "2001:db8::/64", "AvailabilityZone": "us-east-1a"}
    physical_id, _ = act("create", "AWS::EC2::Subnet", "Six", props, "stack")
    api("ec2", "_subnets").pop(physical_id)
