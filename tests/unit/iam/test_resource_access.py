"""The variables of resources that containers use, and the statements that grant them."""

import itertools

import pytest
from aws_cdk import CfnParameter
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from serverless_containers.iam.resource_access import Access, ResourceAccess, merge_environment

TABLE = {
    Access.CREATE: {"PutItem", "PartiQLInsert"},
    Access.READ: {
        "GetItem",
        "BatchGetItem",
        "Query",
        "Scan",
        "ConditionCheckItem",
        "DescribeTable",
        "PartiQLSelect",
    },
    Access.UPDATE: {"UpdateItem", "PartiQLUpdate"},
    Access.DELETE: {"DeleteItem", "PartiQLDelete"},
}
COMBINATIONS = [Access(value) for value in range(1, Access.ALL.value + 1)]


def function(stack):
    return lambda_.Function(
        stack,
        "Function",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("handler = print"),
    )


def existing(roles, make):
    """A resource of the kind that a method of `ResourceAccess` takes."""
    if make == "user_pool":
        return cognito.UserPool.from_user_pool_id(roles.stack, "Pool", "us-east-1_1")
    if make == "function":
        return lambda_.Function.from_function_name(roles.stack, "Function", "resize")
    return getattr(roles, make)()


class TestVariables:
    def test_of_a_table(self, roles):
        resource = ResourceAccess.table(roles.table(), name="posts")
        names = roles.stack.resolve(resource.environment)
        assert set(names) == {"STORAGE_POSTS_NAME", "STORAGE_POSTS_ARN"}
        assert "Ref" in names["STORAGE_POSTS_NAME"]
        assert names["STORAGE_POSTS_ARN"]["Fn::GetAtt"][1] == "Arn"

    @pytest.mark.parametrize(
        ("make", "stream"),
        [(dynamodb.Table, "stream"), (dynamodb.TableV2, "dynamo_stream")],
    )
    def test_the_stream_is_named_only_where_there_is_one(self, roles, make, stream):
        plain = roles.table("plain", make=make)
        streaming = roles.table(
            "streaming", make=make, **{stream: dynamodb.StreamViewType.KEYS_ONLY}
        )
        assert "STORAGE_X_STREAMARN" not in ResourceAccess.table(plain, name="x").environment
        variables = ResourceAccess.table(streaming, name="x").environment
        assert roles.stack.resolve(variables["STORAGE_X_STREAMARN"])["Fn::GetAtt"][1] == "StreamArn"

    def test_of_a_table_that_was_imported_with_its_stream(self, roles):
        table = dynamodb.Table.from_table_attributes(
            roles.stack,
            "Imported",
            table_name="posts",
            table_stream_arn="arn:aws:dynamodb:us-east-1:123456789012:table/posts/stream/1",
        )
        variables = ResourceAccess.table(table, name="posts").environment
        assert variables["STORAGE_POSTS_NAME"] == "posts"
        assert variables["STORAGE_POSTS_STREAMARN"].endswith("/stream/1")

    def test_of_a_bucket(self, roles):
        resource = ResourceAccess.bucket(roles.bucket(), name="photos")
        assert list(resource.environment) == ["STORAGE_PHOTOS_BUCKETNAME"]
        assert "Ref" in roles.stack.resolve(resource.environment["STORAGE_PHOTOS_BUCKETNAME"])

    def test_of_a_user_pool_which_grants_nothing(self, roles):
        pool = cognito.UserPool.from_user_pool_id(roles.stack, "Pool", "us-east-1_abc")
        resource = ResourceAccess.user_pool(pool, name="users")
        assert resource.environment == {"AUTH_USERS_USERPOOLID": "us-east-1_abc"}
        assert roles.granted(resource) == []

    def test_of_a_function(self, roles):
        resource = ResourceAccess.function(function(roles.stack), name="resize")
        assert "Ref" in roles.stack.resolve(resource.environment["FUNCTION_RESIZE_NAME"])

    @pytest.mark.parametrize(
        ("name", "variable"),
        [
            ("posts", "POSTS"),
            ("my-posts.v2", "MY_POSTS_V2"),
            ("2nd", "2ND"),
            ("élan", "_LAN"),
            ("a b", "A_B"),
        ],
    )
    def test_are_named_in_capitals(self, roles, name, variable):
        resource = ResourceAccess.bucket(roles.bucket(), name=name)
        assert list(resource.environment) == [f"STORAGE_{variable}_BUCKETNAME"]

    def test_are_merged(self, roles):
        merged = merge_environment(
            [
                ResourceAccess.table(roles.table(), name="posts"),
                ResourceAccess.bucket(roles.bucket(), name="posts"),
            ]
        )
        assert list(merged) == [
            "STORAGE_POSTS_NAME",
            "STORAGE_POSTS_ARN",
            "STORAGE_POSTS_BUCKETNAME",
        ]

    def test_that_collide_are_an_error_that_names_both(self, roles):
        resources = [
            ResourceAccess.table(roles.table("a"), name="my-posts"),
            ResourceAccess.table(roles.table("b"), name="my_posts"),
        ]
        with pytest.raises(
            ValueError, match=r"table 'my-posts' and table 'my_posts'.*STORAGE_MY_POSTS_NAME"
        ):
            merge_environment(resources)


class TestMistakes:
    @pytest.mark.parametrize("name", ["", "---", "_", "é"])
    def test_a_name_without_letters_and_digits(self, roles, name):
        with pytest.raises(ValueError, match=r"name: .* gives no variable"):
            ResourceAccess.user_pool(existing(roles, "user_pool"), name=name)

    @pytest.mark.parametrize("make", ["table", "bucket", "user_pool", "function"])
    def test_a_name_that_is_not_known_yet(self, roles, make):
        name = CfnParameter(roles.stack, "Name").value_as_string
        with pytest.raises(ValueError, match="gives no variable"):
            getattr(ResourceAccess, make)(existing(roles, make), name=name)

    @pytest.mark.parametrize("make", ["table", "bucket"])
    def test_no_access(self, roles, make):
        with pytest.raises(ValueError, match=r"none to 'x'; combine Access\.CREATE, .*DELETE$"):
            getattr(ResourceAccess, make)(existing(roles, make), name="x", access=Access(0))

    @pytest.mark.parametrize("index", ["*", "ab", "by author", "by-*", "x" * 256])
    def test_an_index_with_no_name_of_one(self, roles, index):
        with pytest.raises(ValueError, match=r"indexes: .* of table 'x' cannot be the name"):
            ResourceAccess.table(roles.table(), name="x", indexes=[index])

    def test_a_text_instead_of_a_list_of_indexes(self, roles):
        told = r"^indexes: got 'by-author' \(str\); give a list of a string: \['by-author'\]$"
        with pytest.raises(TypeError, match=told):
            ResourceAccess.table(roles.table(), name="x", indexes="by-author")

    def test_an_index_that_cannot_be_read(self, roles):
        with pytest.raises(ValueError, match=r"access to table 'x' is CREATE\|DELETE; add"):
            ResourceAccess.table(
                roles.table(),
                name="x",
                access=Access.CREATE | Access.DELETE,
                indexes=["by-author"],
            )

    @pytest.mark.parametrize("prefix", ["*", "a?", "${aws:username}/"])
    def test_a_prefix_that_is_a_pattern(self, roles, prefix):
        with pytest.raises(ValueError, match=r"prefix: .* of bucket 'x' is a pattern"):
            ResourceAccess.bucket(roles.bucket(), name="x", prefix=prefix)

    def test_values_do_not_change(self, roles):
        with pytest.raises(AttributeError):
            ResourceAccess.table(roles.table(), name="x").name = "y"


class TestStatements:
    @pytest.mark.parametrize("access", COMBINATIONS, ids=str)
    def test_of_a_table_are_the_sum_of_the_levels(self, roles, access):
        (statement,) = roles.granted(ResourceAccess.table(roles.table(), name="x", access=access))
        wanted = set().union(*(actions for level, actions in TABLE.items() if level in access))
        if Access.CREATE in access and Access.DELETE in access:
            wanted.add("BatchWriteItem")
        assert statement["Action"] == sorted(f"dynamodb:{each}" for each in wanted)

    def test_of_a_table_with_indexes(self, roles):
        resource = ResourceAccess.table(
            roles.table(), name="x", access=Access.READ, indexes=["by-date", "by-name", "by-date"]
        )
        table, indexes = roles.granted(resource)
        arn = table["Resource"]
        assert indexes["Action"] == ["dynamodb:PartiQLSelect", "dynamodb:Query", "dynamodb:Scan"]
        assert indexes["Resource"] == [
            {"Fn::Join": ["", [arn, f"/index/{name}"]]} for name in ("by-date", "by-name")
        ]

    def test_of_a_bucket(self, roles):
        objects, bucket = roles.granted(ResourceAccess.bucket(roles.bucket(), name="x"))
        assert objects["Action"] == [
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:GetObject",
            "s3:PutObject",
        ]
        assert bucket["Action"] == "s3:ListBucket"
        assert objects["Resource"] == {"Fn::Join": ["", [bucket["Resource"], "/*"]]}
        assert "Condition" not in bucket

    def test_of_a_part_of_a_bucket(self, roles):
        objects, bucket = roles.granted(
            ResourceAccess.bucket(roles.bucket(), name="x", prefix="a/b/")
        )
        assert objects["Resource"]["Fn::Join"][1][1] == "/a/b/*"
        assert bucket["Condition"] == {"StringLike": {"s3:prefix": "a/b/*"}}

    def test_a_key_without_a_policy_is_left_alone(self, roles):
        grant = ResourceAccess.bucket(
            roles.bucket(encryption=s3.BucketEncryption.S3_MANAGED), name="x"
        )
        assert not any("kms" in str(each) for each in roles.granted(grant))

    @pytest.mark.parametrize("access", COMBINATIONS, ids=str)
    def test_of_a_tables_key(self, roles, access):
        table = roles.table(
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=kms.Key(roles.stack, "Key"),
        )
        _, key = roles.granted(ResourceAccess.table(table, name="x", access=access))
        read = {"kms:Decrypt", "kms:DescribeKey"}
        write = {
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        }
        assert set(key["Action"]) == (read if access is Access.READ else read | write)
        assert key["Resource"]["Fn::GetAtt"][0].startswith("Key")

    @pytest.mark.parametrize("access", COMBINATIONS, ids=str)
    def test_of_a_buckets_key(self, roles, access):
        bucket = roles.bucket(encryption_key=kms.Key(roles.stack, "Key"))
        statements = roles.granted(ResourceAccess.bucket(bucket, name="x", access=access))
        keys = [each["Action"] for each in statements if "kms:" in str(each["Action"])]
        if access & (Access.CREATE | Access.UPDATE):
            assert keys == [["kms:Decrypt", "kms:GenerateDataKey"]]
        else:
            assert keys == ["kms:Decrypt"] * (Access.READ in access)

    def test_of_a_function(self, roles):
        (statement,) = roles.granted(ResourceAccess.function(function(roles.stack), name="resize"))
        assert statement["Action"] == "lambda:InvokeFunction"

    def test_have_no_wildcard_among_their_actions(self, roles):
        key = kms.Key(roles.stack, "Key")
        table = roles.table(
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED, encryption_key=key
        )
        statements = roles.granted(
            ResourceAccess.table(table, name="x", indexes=["by-date"]),
            ResourceAccess.bucket(roles.bucket(encryption_key=key), name="x"),
            ResourceAccess.function(function(roles.stack), name="x"),
        )
        actions = itertools.chain.from_iterable(
            [each["Action"]] if isinstance(each["Action"], str) else each["Action"]
            for each in statements
        )
        assert not any("*" in action for action in actions)


class TestTokens:
    def test_names_of_imported_resources_may_be_parameters(self, roles):
        name = CfnParameter(roles.stack, "Posts").value_as_string
        table = dynamodb.Table.from_table_name(roles.stack, "Imported", name)
        resource = ResourceAccess.table(table, name="posts", indexes=[name])
        assert roles.stack.resolve(resource.environment["STORAGE_POSTS_NAME"]) == {"Ref": "Posts"}
        table_statement, index_statement = roles.granted(resource)
        assert {"Ref": "Posts"} in table_statement["Resource"]["Fn::Join"][1]
        assert index_statement["Resource"]["Fn::Join"][1].count({"Ref": "Posts"}) == 2

    def test_a_prefix_may_be_a_parameter(self, roles):
        prefix = CfnParameter(roles.stack, "Prefix").value_as_string
        objects, bucket = roles.granted(
            ResourceAccess.bucket(roles.bucket(), name="x", prefix=prefix)
        )
        assert objects["Resource"]["Fn::Join"][1][1:] == ["/", {"Ref": "Prefix"}, "*"]
        assert bucket["Condition"]["StringLike"]["s3:prefix"] == {
            "Fn::Join": ["", [{"Ref": "Prefix"}, "*"]]
        }

    def test_a_table_may_be_of_another_stack(self, roles):
        table = roles.table(make=dynamodb.TableV2, stack=roles.other_stack())
        (statement,) = roles.granted(ResourceAccess.table(table, name="posts"))
        assert "Fn::ImportValue" in statement["Resource"]
