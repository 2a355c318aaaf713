"""Whom the roles of a service and its pipeline trust."""

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from serverless_containers import BuildPipeline, ContainerApi
from serverless_containers.iam import trust
from tests.unit.iam.conftest import ENVIRONMENT

ACCOUNT, REGION = ENVIRONMENT.account, ENVIRONMENT.region
COMPOSE = "services: {web: {build: ., ports: ['80']}}"


@pytest.fixture
def stack(project):
    project.compose(COMPOSE)
    project.write("Dockerfile", "FROM scratch\n")
    # Merging is on for every app that `cdk init` makes, and this one.
    app = App(context={"@aws-cdk/aws-iam:minimizePolicies": True})
    stack = Stack(app, "Shop", env=ENVIRONMENT)
    stack.api = ContainerApi(stack, "Api", source=project.path, images=BuildPipeline.managed())
    return stack


def statements(stack):
    """The statements of the roles' trust policies, by the roles' logical ids."""
    return {
        name: role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        for name, role in Template.from_stack(stack).find_resources("AWS::IAM::Role").items()
    }


def trusting(stack, service):
    return [
        statement
        for found in statements(stack).values()
        for statement in found
        if statement["Principal"] == {"Service": service}
    ]


def condition(source=None):
    account = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    if source is None:
        return account
    arn = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, source]]}
    return {**account, "ArnLike": {"aws:SourceArn": arn}}


@pytest.mark.parametrize(
    ("service", "count", "source"),
    [
        ("ecs-tasks.amazonaws.com", 2, f":ecs:{REGION}:{ACCOUNT}:*"),
        ("codebuild.amazonaws.com", 1, None),
        ("vpc-flow-logs.amazonaws.com", 1, f":ec2:{REGION}:{ACCOUNT}:vpc-flow-log/*"),
    ],
)
def test_a_service_assumes_a_role_for_this_account_alone(stack, service, count, source):
    found = trusting(stack, service)
    assert [each["Condition"] for each in found] == [condition(source)] * count
    assert {each["Action"] for each in found} == {"sts:AssumeRole"}


def test_only_the_pipeline_itself_trusts_codepipeline(stack):
    """CodePipeline's pages name no key that it sends; the roles of actions trust the pipeline's."""
    (found,) = trusting(stack, "codepipeline.amazonaws.com")
    assert "Condition" not in found
    of_pipeline = [
        name for name, trusted in statements(stack).items()
        if trusted[0]["Principal"] == {"Service": "codepipeline.amazonaws.com"}
    ]  # fmt: skip
    actions = {
        name: trusted for name, trusted in statements(stack).items()
        if "AWS" in trusted[0]["Principal"]
    }  # fmt: skip
    assert len(actions) == 3  # source, build, deploy
    for (trusted,) in actions.values():
        assert trusted["Principal"] == {"AWS": {"Fn::GetAtt": [of_pipeline[0], "Arn"]}}


def test_an_account_and_a_region_may_be_tokens(project):
    project.compose("services: {web: {image: 'nginx:1', ports: ['80']}}")
    stack = Stack(App(), "Anywhere")
    ContainerApi(stack, "Api", source=project.path)
    for each in trusting(stack, "ecs-tasks.amazonaws.com"):
        assert each["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


def test_whom_a_caller_trusts_as_well_is_not_confined(stack):
    role = stack.api.task_definition.task_role
    role.assume_role_policy.add_statements(
        iam.PolicyStatement(
            actions=["sts:AssumeRole"], principals=[iam.AccountPrincipal("210987654321")]
        ),
        iam.PolicyStatement(
            actions=["sts:AssumeRole"],
            principals=[iam.ServicePrincipal("lambda.amazonaws.com")],
        ),
    )
    (found,) = (each for each in statements(stack).values() if len(each) == 3)
    assert [("Condition" in each) for each in found] == [True, False, False]


def test_a_caller_s_own_condition_stays(roles):
    role = iam.Role(
        roles.stack,
        "Own",
        assumed_by=iam.ServicePrincipal(
            "ecs-tasks.amazonaws.com", conditions={"Bool": {"aws:SecureTransport": "true"}}
        ),
    )
    trust.confine_task_role(role)
    (statement,) = (
        trusted for each in statements(roles.stack).values() for trusted in each
        if "Condition" in trusted
    )  # fmt: skip
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "true"}}


def test_a_role_that_exists_already_is_left_alone(roles):
    role = iam.Role.from_role_arn(roles.stack, "R", "arn:aws:iam::123456789012:role/imported")
    trust.confine_flow_log_role(role)
    trust.confine_build_role(None)
    assert "Condition" not in str(statements(roles.stack))
