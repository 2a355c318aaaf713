"""Resources for containers: the same variables and permissions behind each ingress."""

import pytest
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3

from serverless_containers import Access, ResourceAccess
from tests.support.iam import Policies

POSTS = "arn:aws:dynamodb:us-east-1:123456789012:table/posts"


def resources(stack):
    table = dynamodb.Table(
        stack,
        "Table",
        table_name="posts",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
    )
    return [
        ResourceAccess.table(table, name="posts", access=Access.READ | Access.CREATE),
        ResourceAccess.bucket(
            s3.Bucket(stack, "Bucket", bucket_name="photos"), name="photos", prefix="public/"
        ),
        ResourceAccess.user_pool(
            cognito.UserPool.from_user_pool_id(stack, "Pool", "us-east-1_abc"), name="users"
        ),
    ]


@pytest.fixture(scope="module")
def deployed(deploy_once, virginia):
    return deploy_once(
        "services: {web: {image: nginx, ports: ['80']}, worker: {image: busybox}}",
        env=virginia,
        resources=resources,
        environment={"MODE": "test"},
    )


def test_every_container_of_the_file_has_the_variables(deployed):
    for name in ("web", "worker"):
        variables = {
            each["Name"]: each["Value"] for each in deployed.containers()[name]["Environment"]
        }
        assert variables.keys() == {
            "AUTH_USERS_USERPOOLID",
            "MODE",
            "STORAGE_PHOTOS_BUCKETNAME",
            "STORAGE_POSTS_ARN",
            "STORAGE_POSTS_NAME",
        }
        assert variables["AUTH_USERS_USERPOOLID"] == "us-east-1_abc"


@pytest.mark.parametrize(
    ("action", "resource", "allowed"),
    [
        ("dynamodb:GetItem", POSTS, True),
        ("dynamodb:PutItem", POSTS, True),
        ("dynamodb:DeleteItem", POSTS, False),
        ("dynamodb:DeleteTable", POSTS, False),
        ("s3:GetObject", "arn:aws:s3:::photos/public/1", True),
        ("s3:GetObject", "arn:aws:s3:::photos/private/1", False),
        ("s3:DeleteBucket", "arn:aws:s3:::photos", False),
        (
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:x",
            False,
        ),
        ("iam:PassRole", "arn:aws:iam::123456789012:role/x", False),
    ],
)
def test_the_task_role_may_do_what_was_asked_for_and_the_execution_role_none_of_it(
    deployed, action, resource, allowed
):
    policies = Policies.of(deployed.template)
    task, execution = (
        policies.referred("AWS::ECS::TaskDefinition", key)
        for key in ("TaskRoleArn", "ExecutionRoleArn")
    )
    assert policies.allows(task, action, resource) == allowed
    assert not policies.allows(execution, action, resource)


def test_two_resources_of_one_name_are_refused(deploy):
    with pytest.raises(ValueError, match="both have the variable STORAGE_POSTS_NAME"):
        deploy(
            resources=lambda stack: [
                ResourceAccess.table(
                    dynamodb.Table.from_table_name(stack, name, name), name="posts"
                )
                for name in ("one", "two")
            ],
        )
