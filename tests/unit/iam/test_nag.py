"""What cdk-nag still finds once containers may use resources: only what nobody acknowledged."""

import pytest
from aws_cdk import App, CfnParameter, Fn, NestedStack, Stack, Validations
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

from serverless_containers import Authorization, BuildPipeline, ContainerApi
from serverless_containers.iam.resource_access import Access, ResourceAccess
from tests.support.nag import nag_findings


def wildcards(app):
    """The policies and their wildcards that are left when an app is synthesised."""
    return [found for found in nag_findings(app) if "IAM5" in found[1]]


def imported_bucket(stack, name="photos"):
    return s3.Bucket.from_bucket_name(stack, f"Imported-{name}", name)


def test_an_app_with_imported_resources_passes_as_a_whole(roles):
    bucket = imported_bucket(roles.stack)
    table = dynamodb.Table.from_table_name(roles.stack, "Table", "posts")
    ResourceAccess.bucket(bucket, name="photos").grant(roles.role)
    ResourceAccess.table(table, name="posts", indexes=["by-date"]).grant(roles.role)
    Validations.of(roles.app).add_plugins(AwsSolutionsChecks(roles.app))
    roles.app.synth()


def test_another_wildcard_of_the_same_role_is_still_found(roles):
    bucket = imported_bucket(roles.stack)
    ResourceAccess.bucket(bucket, name="photos", prefix="a/").grant(roles.role)
    iam.Grant.add_to_principal(
        grantee=roles.role,
        actions=["s3:GetObject"],
        resource_arns=[bucket.arn_for_objects("b/*"), "arn:aws:s3:::another/*"],
    )
    path = "Test/Role/DefaultPolicy/Resource"
    assert wildcards(roles.app) == [
        (path, "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::photos/b/*]"),
        (path, "AwsSolutions-IAM5[Resource::arn:aws:s3:::another/*]"),
    ]


def test_the_same_wildcard_of_another_role_is_still_found(roles):
    bucket = imported_bucket(roles.stack)
    ResourceAccess.bucket(bucket, name="photos").grant(roles.role)
    iam.Grant.add_to_principal(
        grantee=roles.new_role("Another"),
        actions=["s3:GetObject"],
        resource_arns=[bucket.arn_for_objects("*")],
    )
    ((path, _),) = wildcards(roles.app)
    assert path == "Test/Another/DefaultPolicy/Resource"


def owned(roles):
    return roles.bucket()


def of_another_stack(roles):
    return roles.bucket(stack=roles.other_stack())


def of_a_nested_stack(roles):
    return roles.bucket(stack=NestedStack(roles.stack, "Nested"))


def of_the_stack_above(roles):
    bucket, roles.stack = roles.bucket(), NestedStack(roles.stack, "Nested")
    roles.role = roles.new_role("Inner")
    return bucket


@pytest.mark.parametrize("make", [owned, of_another_stack, of_a_nested_stack, of_the_stack_above])
@pytest.mark.parametrize("prefix", ["", "a/"])
def test_a_bucket_may_be_anywhere(roles, make, prefix):
    ResourceAccess.bucket(make(roles), name="photos", prefix=prefix).grant(roles.role)
    assert wildcards(roles.app) == []


def test_a_prefix_may_be_a_parameter(roles):
    prefix = CfnParameter(roles.stack, "Prefix").value_as_string
    ResourceAccess.bucket(of_another_stack(roles), name="photos", prefix=prefix).grant(roles.role)
    assert wildcards(roles.app) == []


def test_references_between_stacks_may_be_weak():
    app = App(context={"@aws-cdk/core:defaultCrossStackReferences": "weak"})
    bucket = s3.Bucket(Stack(app, "Other"), "Bucket")
    role = iam.Role(
        Stack(app, "Test"), "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com")
    )
    ResourceAccess.bucket(bucket, name="photos").grant(role)
    assert wildcards(app) == []


@pytest.mark.parametrize(
    "arn",
    [
        Fn.import_value("photos-arn"),
        Fn.import_value(Fn.sub("${Environment}-photos-arn")),
        Fn.sub("arn:aws:s3:::photos-${Environment}"),
        Fn.sub("arn:aws:s3:::photos-${Name}", {"Name": Fn.ref("Environment")}),
        Fn.select(1, ["", "arn:aws:s3:::photos"]),
        f"arn:aws:s3:::{Fn.ref('Environment')}-photos",
    ],
    # Tokens are numbered anew in every process.
    ids=["import", "import of a sub", "sub", "sub with names", "select", "text with a ref"],
)
def test_an_imported_bucket_may_be_named_by_any_function(roles, arn):
    CfnParameter(roles.stack, "Environment")
    bucket = s3.Bucket.from_bucket_arn(roles.stack, "Bucket", arn)
    ResourceAccess.bucket(bucket, name="photos").grant(roles.role)
    assert wildcards(roles.app) == []


def test_the_role_may_be_imported(roles):
    role = iam.Role.from_role_arn(roles.stack, "R", "arn:aws:iam::123456789012:role/imported")
    ResourceAccess.bucket(roles.bucket(), name="photos").grant(role)
    assert wildcards(roles.app) == []


def test_a_policy_may_be_too_long_for_one(roles):
    for number in range(80):
        table = dynamodb.Table.from_table_name(roles.stack, f"T{number}", f"{number:0>200}")
        ResourceAccess.table(table, name=f"t{number}").grant(roles.role)
    for number in range(20):
        bucket = imported_bucket(roles.stack, f"photos-{number}")
        ResourceAccess.bucket(bucket, name="photos").grant(roles.role)
    assert wildcards(roles.app) == []
    overflow = roles.template.find_resources("AWS::IAM::ManagedPolicy")
    assert any("photos" in str(policy) for policy in overflow.values())


@pytest.mark.parametrize("alias", [False, True])
def test_versions_of_a_function(roles, alias):
    function = lambda_.Function(
        roles.stack,
        "Function",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("handler = print"),
    )
    given = function.add_alias("live") if alias else function
    ResourceAccess.function(given, name="resize").grant(roles.role)
    assert wildcards(roles.app) == []


def test_a_principal_without_a_policy_here_is_left_alone(roles):
    principal = iam.ArnPrincipal("arn:aws:iam::123456789012:role/x")
    ResourceAccess.bucket(roles.bucket(), name="x", access=Access.CREATE).grant(principal)
    assert wildcards(roles.app) == []


def test_the_containers_of_an_api(roles, compose):
    api = ContainerApi(roles.stack, "Api", source=compose(), authorization=Authorization.iam())
    bucket = of_another_stack(roles)
    ResourceAccess.bucket(bucket, name="photos", access=Access.READ, prefix="in/").grant(api)
    ResourceAccess.bucket(imported_bucket(roles.stack), name="more").grant(api)
    ResourceAccess.table(roles.table(), name="posts", indexes=["by-date"]).grant(api)
    assert wildcards(roles.app) == []


@pytest.fixture
def piped(roles, compose, project):
    """An API with every permission that takes no resource: a pipeline, ECS Exec, images in ECR."""
    project.write("Dockerfile", "FROM scratch\n")
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/worker:1"
    source = compose(
        f"services: {{web: {{build: ., ports: ['80']}}, worker: {{image: '{image}'}}}}"
    )
    return ContainerApi(
        roles.stack,
        "Api",
        source=source,
        images=BuildPipeline.managed(),
        authorization=Authorization.iam(),
        enable_execute_command=True,
    )


ROLES = {
    "the task's": lambda api: api.task_definition.task_role,
    "the execution's": lambda api: api.task_definition.execution_role,
    "the build's": lambda api: api.build_pipeline.project.role,
    "the pipeline's": lambda api: api.build_pipeline.pipeline.role,
    "the deployment's": lambda api: api.build_pipeline.node.find_child("Deploy").node.find_child(
        "Role"
    ),
}
EVERYTHING = "AwsSolutions-IAM5[Resource::*]"


def test_what_takes_no_resource_is_acknowledged(roles, piped):
    assert piped.task_definition.execution_role
    assert wildcards(roles.app) == []


@pytest.mark.parametrize("whose", ROLES)
def test_a_later_wildcard_of_any_role_is_found(roles, piped, whose):
    role = ROLES[whose](piped)
    statement = iam.PolicyStatement(actions=["s3:GetObject"], resources=["*"])
    assert role.add_to_principal_policy(statement).statement_added
    ((path, finding),) = wildcards(roles.app)
    assert (path, finding) == (f"{role.node.path}/DefaultPolicy/Resource", EVERYTHING)


def test_logging_in_to_ecr_for_more_than_one_image_is_allowed_once(roles, piped):
    """A caller's own container brings the permission along with that for its image."""
    repository = ecr.Repository.from_repository_name(roles.stack, "Sidecar", "sidecar")
    piped.task_definition.add_container(
        "Sidecar", image=ecs.ContainerImage.from_ecr_repository(repository, "1")
    )
    template = roles.template
    role = piped.task_definition.execution_role
    of_role = [
        statement
        for policy in template.find_resources("AWS::IAM::Policy").values()
        if policy["Properties"]["Roles"] == [roles.stack.resolve(role.role_name)]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    assert sum("ecr:GetAuthorizationToken" in each["Action"] for each in of_role) == 1
    assert "/sidecar" in str([each for each in of_role if "ecr:BatchGetImage" in each["Action"]])
