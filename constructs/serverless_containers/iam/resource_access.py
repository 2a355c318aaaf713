"""Tables, buckets, user pools and functions that containers use: variables and permissions."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Stack, Token, TreeInspector
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from serverless_containers.iam.grants import acknowledge_granted, allow, allow_key
from serverless_containers.iam.levels import (
    INDEX_ACTIONS,
    Access,
    object_actions,
    object_key_actions,
    table_actions,
    table_key_actions,
)

__all__ = ["Access", "ResourceAccess", "merge_environment"]

_INDEX_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_PATTERN = re.compile(r"[*?]|\$\{")


class ResourceAccess(ABC):
    """A resource that containers may use: the variables that name it, the task role's permissions.

    In the names of variables, ``X`` stands for the ``name`` that is given here, in capitals and
    with ``_`` for all but ASCII letters and digits. A resource of another account has to allow the
    task role in its own policy as well.
    """

    __slots__ = ()

    @staticmethod
    def table(
        table: dynamodb.ITable,
        *,
        name: str,
        access: Access = Access.ALL,
        indexes: Sequence[str] = (),
    ) -> "ResourceAccess":
        """A DynamoDB table: ``STORAGE_X_NAME``, ``STORAGE_X_ARN`` and ``STORAGE_X_STREAMARN``.

        The permissions are to single items and none to the table itself. ``CREATE`` includes
        PutItem, which replaces an item whose key exists already unless the request's condition
        forbids it. BatchWriteItem deletes too, and so takes both ``CREATE`` and ``DELETE``. A
        customer-managed key may be used as far as all this needs it.

        Args:
            table: The table: a `dynamodb.Table`, a `dynamodb.TableV2`, or one that was imported.
            name: What the variables call it. The last is there if the table has a stream at the
                time the variables are asked for.
            access: What may be done with the items.
            indexes: The secondary indexes that may be queried and scanned, by name. Default: none,
                whatever indexes the table has.

        Raises:
            ValueError: If the name gives no variable, the access is empty, a name is none that
                DynamoDB allows for an index, or there are indexes without ``READ``.
        """
        return _Table(resource=table, name=name, access=access, indexes=tuple(indexes))

    @staticmethod
    def bucket(
        bucket: s3.IBucket, *, name: str, access: Access = Access.ALL, prefix: str = ""
    ) -> "ResourceAccess":
        """An S3 bucket: ``STORAGE_X_BUCKETNAME``.

        ``CREATE`` and ``UPDATE`` are the same to S3: PutObject, which multipart uploads take too,
        and AbortMultipartUpload, with which SDKs clear a failed upload away ("Multipart upload API
        and permissions", Amazon S3 User Guide). Older versions of objects, their tags and their
        access control lists are out of reach. A customer-managed key may be used as far as all this
        needs it.

        Args:
            bucket: The bucket.
            name: What the variable calls it.
            access: What may be done with the objects.
            prefix: What the keys of the objects within reach start with. ``photos`` includes
                ``photos-private/1``: end a folder with a slash. Default: every object.

        Raises:
            ValueError: If the name gives no variable, the access is empty, or the prefix has a
                character that IAM takes for a pattern.
        """
        return _Bucket(resource=bucket, name=name, access=access, prefix=prefix)

    @staticmethod
    def user_pool(pool: cognito.IUserPool, *, name: str) -> "ResourceAccess":
        """A Cognito user pool: ``AUTH_X_USERPOOLID``, and no permission.

        Args:
            pool: The user pool.
            name: What the variable calls it.

        Raises:
            ValueError: If the name gives no variable.
        """
        return _UserPool(resource=pool, name=name)

    @staticmethod
    def function(function: lambda_.IFunction, *, name: str) -> "ResourceAccess":
        """A Lambda function that may be invoked: ``FUNCTION_X_NAME``.

        Args:
            function: The function, or a version or an alias of one.
            name: What the variable calls it.

        Raises:
            ValueError: If the name gives no variable.
        """
        return _Function(resource=function, name=name)

    @property
    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """The variables for every container."""

    @abstractmethod
    def grant(self, grantee: iam.IGrantable) -> None:
        """Give a principal the permissions.

        Args:
            grantee: The task role, or a construct that has one.
        """


def merge_environment(resources: Iterable[ResourceAccess]) -> dict[str, str]:
    """The variables of several resources.

    Args:
        resources: The resources.

    Raises:
        ValueError: If two of them have the same variable.
    """
    owners: dict[str, ResourceAccess] = {}
    merged: dict[str, str] = {}
    for resource in resources:
        for variable, value in resource.environment.items():
            if variable in owners:
                raise ValueError(
                    f"resources: {owners[variable]} and {resource} both have the variable "
                    f"{variable}; give them names that differ in letters or digits"
                )
            owners[variable] = resource
            merged[variable] = value
    return merged


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table(ResourceAccess):
    resource: dynamodb.ITable
    name: str
    access: Access
    indexes: tuple[str, ...]

    def __post_init__(self) -> None:
        _check(self.name, self.access)
        for index in self.indexes:
            if not Token.is_unresolved(index) and not _INDEX_NAME.fullmatch(index):
                raise ValueError(
                    f"indexes: {index!r} of {self} cannot be the name of an index, which has 3 to "
                    "255 letters, digits, dots, dashes and underscores"
                )
        if self.indexes and Access.READ not in self.access:
            raise ValueError(
                f"indexes: there is only READ to an index, and the access to {self} is "
                f"{self.access.name}; add Access.READ, or leave the indexes out"
            )

    def __str__(self) -> str:
        return f"table {self.name!r}"

    @property
    def environment(self) -> Mapping[str, str]:
        variables = {"NAME": self.resource.table_name, "ARN": self.resource.table_arn}
        stream = _stream_arn(self.resource)
        if stream is not None:
            variables["STREAMARN"] = stream
        return {_variable("STORAGE", self.name, key): value for key, value in variables.items()}

    def grant(self, grantee: iam.IGrantable) -> None:
        arn = self.resource.table_arn
        allow(grantee, table_actions(self.access), [arn])
        if self.indexes:
            indexes = [f"{arn}/index/{index}" for index in self.indexes]
            allow(grantee, INDEX_ACTIONS, indexes)
        allow_key(grantee, table_key_actions(self.access), self.resource.encryption_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bucket(ResourceAccess):
    resource: s3.IBucket
    name: str
    access: Access
    prefix: str

    def __post_init__(self) -> None:
        _check(self.name, self.access)
        if not Token.is_unresolved(self.prefix) and _PATTERN.search(self.prefix):
            raise ValueError(
                f"prefix: {self.prefix!r} of {self} is a pattern to IAM; there can be no *, ? or "
                "${ in it"
            )

    def __str__(self) -> str:
        return f"bucket {self.name!r}"

    @property
    def environment(self) -> Mapping[str, str]:
        return {_variable("STORAGE", self.name, "BUCKETNAME"): self.resource.bucket_name}

    def grant(self, grantee: iam.IGrantable) -> None:
        arn, objects = self.resource.bucket_arn, self.resource.arn_for_objects(f"{self.prefix}*")
        allow(grantee, object_actions(self.access), [objects])
        acknowledge_granted(grantee, resource=objects, reason=f"The objects in use of {self}.")
        if Access.READ in self.access:
            within = {"StringLike": {"s3:prefix": f"{self.prefix}*"}} if self.prefix else None
            allow(grantee, ["s3:ListBucket"], [arn], within)
        allow_key(grantee, object_key_actions(self.access), self.resource.encryption_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class _UserPool(ResourceAccess):
    resource: cognito.IUserPool
    name: str

    def __post_init__(self) -> None:
        _check(self.name)

    def __str__(self) -> str:
        return f"user pool {self.name!r}"

    @property
    def environment(self) -> Mapping[str, str]:
        return {_variable("AUTH", self.name, "USERPOOLID"): self.resource.user_pool_id}

    def grant(self, grantee: iam.IGrantable) -> None:
        """Nothing: signing users in, and verifying their tokens, takes no permission."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Function(ResourceAccess):
    resource: lambda_.IFunction
    name: str

    def __post_init__(self) -> None:
        _check(self.name)

    def __str__(self) -> str:
        return f"function {self.name!r}"

    @property
    def environment(self) -> Mapping[str, str]:
        return {_variable("FUNCTION", self.name, "NAME"): self.resource.function_name}

    def grant(self, grantee: iam.IGrantable) -> None:
        self.resource.grant_invoke(grantee)
        versions = f"{self.resource.function_arn}:*"
        acknowledge_granted(grantee, resource=versions, reason=f"Versions and aliases of {self}.")


def _check(name: str, access: Access = Access.ALL) -> None:
    if Token.is_unresolved(name) or not re.search("[A-Za-z0-9]", name):
        raise ValueError(
            f"name: {name!r} gives no variable; it takes a text that is known when the app is "
            "synthesised and has an ASCII letter or digit"
        )
    if not access:
        raise ValueError(
            f"access: there is none to {name!r}; combine {', '.join(map(str, Access))}"
        )


def _variable(category: str, name: str, attribute: str) -> str:
    return f"{category}_{re.sub('[^A-Za-z0-9]', '_', name).upper()}_{attribute}"


def _stream_arn(table: dynamodb.ITable) -> str | None:
    resource = table.node.default_child
    if isinstance(resource, dynamodb.CfnGlobalTable):
        # A TableV2 without a stream has the attribute too, and CloudFormation no value for it.
        resource.inspect(inspector := TreeInspector())
        stream = inspector.attributes["aws:cdk:cloudformation:props"].get("streamSpecification")
        if Stack.of(table).resolve(stream) is None:
            return None
    return table.table_stream_arn
