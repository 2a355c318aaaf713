"""What containers can do with the resources they were given, by an evaluation of their policies."""

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Template

from serverless_containers import ContainerApi
from serverless_containers.iam.resource_access import Access, ResourceAccess
from tests.support.iam import Policies

C, R, U, D = Access.CREATE, Access.READ, Access.UPDATE, Access.DELETE
LEVELS = [Access(value) for value in range(1, Access.ALL.value + 1)]
POSTS = "arn:aws:dynamodb:us-east-1:123456789012:table/posts"
PHOTOS = "arn:aws:s3:::photos"

# Operation, what it is done to, the access that it takes: one of several, or None for never.
TABLE_OPERATIONS = [
    ("GetItem", POSTS, [R]),
    ("BatchGetItem", POSTS, [R]),
    ("Query", POSTS, [R]),
    ("Scan", POSTS, [R]),
    ("ConditionCheckItem", POSTS, [R]),
    ("DescribeTable", POSTS, [R]),
    ("PartiQLSelect", POSTS, [R]),
    ("PutItem", POSTS, [C]),
    ("PartiQLInsert", POSTS, [C]),
    ("UpdateItem", POSTS, [U]),
    ("PartiQLUpdate", POSTS, [U]),
    ("DeleteItem", POSTS, [D]),
    ("PartiQLDelete", POSTS, [D]),
    ("BatchWriteItem", POSTS, [C | D]),
    ("Query", f"{POSTS}/index/by-date", [R]),
    ("Scan", f"{POSTS}/index/by-date", [R]),
    ("PartiQLSelect", f"{POSTS}/index/by-date", [R]),
    ("GetItem", f"{POSTS}/index/by-date", []),
    ("DescribeTable", f"{POSTS}/index/by-date", []),
    ("Query", f"{POSTS}/index/by-author", []),
    ("Query", f"{POSTS}/index/by-date-2", []),
    *((operation, POSTS, []) for operation in (
        "CreateTable",
        "DeleteTable",
        "UpdateTable",
        "UpdateTimeToLive",
        "UpdateContinuousBackups",
        "RestoreTableToPointInTime",
        "PutResourcePolicy",
        "GetResourcePolicy",
        "DeleteResourcePolicy",
        "ListTagsOfResource",
        "CreateBackup",
        "ExportTableToPointInTime",
    )),
    ("GetRecords", f"{POSTS}/stream/2026-01-01T00:00:00.000", []),
    *((operation, f"{POSTS}2", []) for operation in ("GetItem", "PutItem", "DeleteTable")),
    ("GetItem", POSTS.replace("us-east-1", "eu-west-1"), []),
    ("GetItem", POSTS.replace("123456789012", "210987654321"), []),
]  # fmt: skip
BUCKET_OPERATIONS = [
    ("GetObject", f"{PHOTOS}/in/1", [R]),
    ("PutObject", f"{PHOTOS}/in/1", [C, U]),
    ("AbortMultipartUpload", f"{PHOTOS}/in/1", [C, U]),
    ("DeleteObject", f"{PHOTOS}/in/1", [D]),
    *((operation, f"{PHOTOS}/in/1", []) for operation in (
        "DeleteObjectVersion",
        "GetObjectAcl",
        "GetObjectTagging",
        "GetObjectVersion",
        "PutObjectAcl",
        "PutObjectTagging",
        "BypassGovernanceRetention",
    )),
    *((operation, PHOTOS, []) for operation in (
        "DeleteBucket",
        "GetBucketPolicy",
        "ListBucketVersions",
        "PutBucketPolicy",
        "PutLifecycleConfiguration",
    )),
    *((operation, f"{PHOTOS}/out/1", []) for operation in ("GetObject", "PutObject")),
    ("DeleteObject", f"{PHOTOS}/in", []),
    *((operation, f"{PHOTOS}2/in/1", []) for operation in ("GetObject", "DeleteObject")),
    ("ListBucket", f"{PHOTOS}2", []),
]  # fmt: skip


TABLE_KEY_OPERATIONS = [
    ("Decrypt", [C, R, U, D]),
    ("DescribeKey", [C, R, U, D]),
    ("Encrypt", [C, U, D]),
    ("GenerateDataKey", [C, U, D]),
    ("GenerateDataKeyWithoutPlaintext", [C, U, D]),
    ("ReEncryptFrom", [C, U, D]),
    ("ReEncryptTo", [C, U, D]),
    ("CreateGrant", []),
    ("PutKeyPolicy", []),
    ("ScheduleKeyDeletion", []),
]
BUCKET_KEY_OPERATIONS = [
    ("Decrypt", [C, R, U]),
    ("GenerateDataKey", [C, U]),
    ("Encrypt", []),
    ("DescribeKey", []),
]


def new_role(stack, name):
    principal = iam.ServicePrincipal("ecs-tasks.amazonaws.com")
    return iam.Role(stack, name, role_name=name, assumed_by=principal)


def role(name):
    return f"arn:aws:iam::123456789012:role/{name}"


@pytest.fixture(scope="module")
def policies():
    """Two roles for each access: one for a table, one for a bucket, with keys of their own."""
    stack = Stack(App(), "Test")
    key, bucket_key = (kms.Key(stack, name, description=name) for name in ("table", "bucket"))
    table = dynamodb.Table(
        stack,
        "Table",
        table_name="posts",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
        encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
        encryption_key=key,
    )
    for name in ("by-date", "by-author"):
        attribute = dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
        table.add_global_secondary_index(index_name=name, partition_key=attribute)
    bucket = s3.Bucket(
        stack, "Bucket", bucket_name="photos", encryption_key=bucket_key, enforce_ssl=True
    )
    for access in LEVELS:
        ResourceAccess.table(
            table, name="posts", access=access, indexes=["by-date"] if R in access else []
        ).grant(new_role(stack, f"table-{access.value}"))
        ResourceAccess.bucket(bucket, name="photos", access=access, prefix="in/").grant(
            new_role(stack, f"bucket-{access.value}")
        )
    whole = new_role(stack, "whole")
    ResourceAccess.bucket(bucket, name="photos", access=R).grant(whole)
    return Policies.of(Template.from_stack(stack))


def allowing(policies, kind, action, arn, **context):
    """Each access that allows something."""
    return [
        access
        for access in LEVELS
        if policies.allows(role(f"{kind}-{access.value}"), action, arn, **context)
    ]


def with_any(enough):
    """Each access that includes one of some."""
    return [access for access in LEVELS if any(each in access for each in enough)]


@pytest.mark.parametrize(("operation", "arn", "enough"), TABLE_OPERATIONS)
def test_access_to_a_table(policies, operation, arn, enough):
    assert allowing(policies, "table", f"dynamodb:{operation}", arn) == with_any(enough)


@pytest.mark.parametrize(("operation", "arn", "enough"), BUCKET_OPERATIONS)
def test_access_to_a_bucket(policies, operation, arn, enough):
    assert allowing(policies, "bucket", f"s3:{operation}", arn) == with_any(enough)


@pytest.mark.parametrize(
    ("context", "enough"),
    [
        ({"s3:prefix": "in/"}, [R]),
        ({"s3:prefix": "in/2026/"}, [R]),
        ({"s3:prefix": "in"}, []),
        ({"s3:prefix": "out/"}, []),
        ({"s3:prefix": ""}, []),
        ({}, []),
    ],
)
def test_access_to_the_list_of_a_folder(policies, context, enough):
    found = allowing(policies, "bucket", "s3:ListBucket", PHOTOS, context=context)
    assert found == with_any(enough)


@pytest.mark.parametrize(("operation", "enough"), TABLE_KEY_OPERATIONS)
def test_access_to_the_key_of_a_table(policies, operation, enough):
    key, other = (policies.arn("AWS::KMS::Key", Description=each) for each in ("table", "bucket"))
    assert allowing(policies, "table", f"kms:{operation}", key) == with_any(enough)
    assert allowing(policies, "table", f"kms:{operation}", other) == []


@pytest.mark.parametrize(("operation", "enough"), BUCKET_KEY_OPERATIONS)
def test_access_to_the_key_of_a_bucket(policies, operation, enough):
    key = policies.arn("AWS::KMS::Key", Description="bucket")
    assert allowing(policies, "bucket", f"kms:{operation}", key) == with_any(enough)


def test_a_bucket_without_a_prefix_is_listed_as_a_whole(policies):
    assert policies.allows(role("whole"), "s3:ListBucket", PHOTOS)
    assert policies.allows(role("whole"), "s3:GetObject", f"{PHOTOS}/out/1")


def test_an_unencrypted_request_is_denied_by_the_bucket(policies):
    plain = {"aws:SecureTransport": False}
    assert not policies.allows(role("whole"), "s3:GetObject", f"{PHOTOS}/a", context=plain)


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """A ContainerApi that was given everything, and the policies of its template."""
    folder = tmp_path_factory.mktemp("sample")
    (folder / "docker-compose.yml").write_text(
        "services: {web: {image: 'nginx:1.29', ports: ['80']}}", encoding="utf-8"
    )
    stack = Stack(App(), "Test")
    api = ContainerApi(stack, "Api", source=folder)
    for resource in (
        ResourceAccess.table(
            dynamodb.Table.from_table_name(stack, "Table", "posts"), name="x", indexes=["by-date"]
        ),
        ResourceAccess.bucket(s3.Bucket.from_bucket_name(stack, "Bucket", "photos"), name="x"),
        ResourceAccess.function(
            lambda_.Function.from_function_attributes(
                stack,
                "Function",
                function_arn="arn:aws:lambda:us-east-1:123456789012:function:resize",
                same_environment=True,
            ),
            name="resize",
        ),
    ):
        resource.grant(api)
    # Everything else stays with the CDK's own grants.
    sqs.Queue(stack, "Queue", queue_name="jobs").grant_consume_messages(api)
    sns.Topic(stack, "Topic", topic_name="news").grant_publish(api)
    secretsmanager.Secret(stack, "Secret", secret_name="token").grant_read(api)
    return Policies.of(Template.from_stack(stack))


PLACE = "us-east-1:123456789012"


@pytest.mark.parametrize(
    ("action", "arn", "allowed"),
    [
        ("dynamodb:GetItem", POSTS, True),
        ("dynamodb:Query", f"{POSTS}/index/by-date", True),
        ("dynamodb:BatchWriteItem", POSTS, True),
        ("dynamodb:DeleteTable", POSTS, False),
        ("s3:PutObject", f"{PHOTOS}/1", True),
        ("s3:ListBucket", PHOTOS, True),
        ("s3:DeleteBucket", PHOTOS, False),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{PLACE}:function:resize", True),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{PLACE}:function:resize:1", True),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{PLACE}:function:resize2", False),
        ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{PLACE}:function:resize", False),
        ("sqs:ReceiveMessage", f"arn:aws:sqs:{PLACE}:jobs", True),
        ("sqs:SendMessage", f"arn:aws:sqs:{PLACE}:jobs", False),
        ("sns:Publish", f"arn:aws:sns:{PLACE}:news", True),
        ("sns:Subscribe", f"arn:aws:sns:{PLACE}:news", False),
        (
            "secretsmanager:GetSecretValue",
            f"arn:aws:secretsmanager:{PLACE}:secret:token-AbCdEf",
            True,
        ),
        (
            "secretsmanager:PutSecretValue",
            f"arn:aws:secretsmanager:{PLACE}:secret:token-AbCdEf",
            False,
        ),
    ],
)
def test_what_an_api_is_given_is_the_task_roles_alone(api, action, arn, allowed):
    task = api.referred("AWS::ECS::TaskDefinition", "TaskRoleArn")
    execution = api.referred("AWS::ECS::TaskDefinition", "ExecutionRoleArn")
    assert api.allows(task, action, arn) == allowed
    assert not api.allows(execution, action, arn)


def test_the_logs_are_the_execution_roles_alone(api):
    task = api.referred("AWS::ECS::TaskDefinition", "TaskRoleArn")
    execution = api.referred("AWS::ECS::TaskDefinition", "ExecutionRoleArn")
    containers = api.referred("AWS::ECS::TaskDefinition", "ContainerDefinitions")
    (name,) = {
        each["LogConfiguration"]["Options"]["awslogs-group"]
        for each in containers
        if each["Name"] == "web"
    }
    group = f"arn:aws:logs:{PLACE}:log-group:{name}:*"
    assert api.allows(execution, "logs:PutLogEvents", group)
    assert not api.allows(task, "logs:PutLogEvents", group)
