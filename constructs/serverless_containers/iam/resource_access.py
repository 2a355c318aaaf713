"""Tables, buckets, user pools and functions that containers use: variables and permissions."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Flag, auto
from typing import cast

import jsii
from aws_cdk import Stack, Token, TreeInspector
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct, IValidation

from serverless_containers.arguments.keywords import checks_keywords
from serverless_containers.iam.wildcards import acknowledge_wildcards

_INDEX_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_PATTERN = re.compile(r"[*?]|\$\{")


class Access(Flag):
    """Access to the items of a table or the objects of a bucket; ``|`` combines."""

    CREATE = auto()
    """Put items or objects. Putting one whose key exists already replaces it."""
    READ = auto()
    """Get, query, scan and list."""
    UPDATE = auto()
    """Change attributes of items, which makes an item that does not exist; replace objects."""
    DELETE = auto()
    """Delete single items or objects, never the table or the bucket."""
    ALL = CREATE | READ | UPDATE | DELETE
    """All of these."""


_INDEX_ACTIONS = ("dynamodb:PartiQLSelect", "dynamodb:Query", "dynamodb:Scan")
"""The actions on a secondary index, all of which read it."""

_TABLE_ACTIONS = {
    Access.CREATE: ("dynamodb:PartiQLInsert", "dynamodb:PutItem"),
    Access.READ: (
        "dynamodb:BatchGetItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:DescribeTable",
        "dynamodb:GetItem",
        *_INDEX_ACTIONS,
    ),
    Access.UPDATE: ("dynamodb:PartiQLUpdate", "dynamodb:UpdateItem"),
    Access.DELETE: ("dynamodb:DeleteItem", "dynamodb:PartiQLDelete"),
    # A batch both puts and deletes, and no condition tells the two apart.
    Access.CREATE | Access.DELETE: ("dynamodb:BatchWriteItem",),
}
_TABLE_KEY_READ = ("kms:Decrypt", "kms:DescribeKey")
_TABLE_KEY_WRITE = (
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
_TABLE_KEY_ACTIONS = {
    Access.READ: _TABLE_KEY_READ,
    # Whoever writes reads as well: the table's own key is encrypted under this one.
    Access.CREATE: _TABLE_KEY_READ + _TABLE_KEY_WRITE,
    Access.UPDATE: _TABLE_KEY_READ + _TABLE_KEY_WRITE,
    Access.DELETE: _TABLE_KEY_READ + _TABLE_KEY_WRITE,
}
_PUT_OBJECT = ("s3:AbortMultipartUpload", "s3:PutObject")
_OBJECT_ACTIONS = {
    Access.CREATE: _PUT_OBJECT,
    Access.READ: ("s3:GetObject",),
    Access.UPDATE: _PUT_OBJECT,
    Access.DELETE: ("s3:DeleteObject",),
}
# S3 decrypts the parts of a multipart upload to put them together.
_PUT_OBJECT_KEY = ("kms:Decrypt", "kms:GenerateDataKey")
_OBJECT_KEY_ACTIONS = {
    Access.CREATE: _PUT_OBJECT_KEY,
    Access.READ: ("kms:Decrypt",),
    Access.UPDATE: _PUT_OBJECT_KEY,
}


class ResourceAccess(ABC):
    """A resource that containers may use: the variables that name it, the task role's permissions.

    In the names of variables, ``X`` stands for the ``name`` that is given here, in capitals and
    with ``_`` for all but ASCII letters and digits. A resource of another account has to allow the
    task role in its own policy as well.
    """

    __slots__ = ()

    @staticmethod
    @checks_keywords
    def table(
        table: dynamodb.ITable,
        *,
        name: str,
        access: Access = Access.ALL,
        indexes: Sequence[str] = (),
    ) -> "ResourceAccess":
        """A DynamoDB table: ``STORAGE_X_NAME``, ``STORAGE_X_ARN`` and ``STORAGE_X_STREAMARN``.

        The permissions are to single items; of the table itself ``READ`` tells what it is like
        (DescribeTable), and nothing changes it. ``CREATE`` includes
        PutItem, which replaces an item whose key exists already unless the request's condition
        forbids it. BatchWriteItem deletes too, and so takes both ``CREATE`` and ``DELETE``. A
        customer-managed key may be used as far as all this needs it.

        Args:
            table: The table: a `dynamodb.Table`, a `dynamodb.TableV2`, or one that was imported.
            name: Its name in the variables. The last is there if the table has a stream at the
                time the variables are asked for.
            access: The access to the items.
            indexes: The secondary indexes that may be queried and scanned, by name. Default: none,
                whatever indexes the table has.

        Raises:
            ValueError: If the name gives no variable, the access is empty, a name is none that
                DynamoDB allows for an index, or there are indexes without ``READ``.
        """
        return _Table(resource=table, name=name, access=access, indexes=tuple(indexes))

    @staticmethod
    @checks_keywords
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
            name: Its name in the variable.
            access: The access to the objects.
            prefix: The start of the keys of the objects within reach. ``photos`` includes
                ``photos-private/1``: end a folder with a slash. Default: every object.

        Raises:
            ValueError: If the name gives no variable, the access is empty, or the prefix has a
                character that IAM takes for a pattern.
        """
        return _Bucket(resource=bucket, name=name, access=access, prefix=prefix)

    @staticmethod
    @checks_keywords
    def user_pool(pool: cognito.IUserPool, *, name: str) -> "ResourceAccess":
        """A Cognito user pool: ``AUTH_X_USERPOOLID``, and no permission.

        Args:
            pool: The user pool.
            name: Its name in the variable.

        Raises:
            ValueError: If the name gives no variable.
        """
        return _UserPool(resource=pool, name=name)

    @staticmethod
    @checks_keywords
    def function(function: lambda_.IFunction, *, name: str) -> "ResourceAccess":
        """A Lambda function that may be invoked: ``FUNCTION_X_NAME``.

        Args:
            function: The function, or a version or an alias of one.
            name: Its name in the variable.

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
        _allow(grantee, _table_actions(self.access), [arn])
        if self.indexes:
            indexes = [f"{arn}/index/{index}" for index in self.indexes]
            _allow(grantee, _INDEX_ACTIONS, indexes)
        _allow_key(grantee, _table_key_actions(self.access), self.resource.encryption_key)


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
        _allow(grantee, _object_actions(self.access), [objects])
        _acknowledge_granted(grantee, resource=objects, reason=f"The objects in use of {self}.")
        if Access.READ in self.access:
            within = {"StringLike": {"s3:prefix": f"{self.prefix}*"}} if self.prefix else None
            _allow(grantee, ["s3:ListBucket"], [arn], within)
        _allow_key(grantee, _object_key_actions(self.access), self.resource.encryption_key)


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
        _acknowledge_granted(grantee, resource=versions, reason=f"Versions and aliases of {self}.")


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


def _table_actions(access: Access) -> list[str]:
    """The actions on a table's items, sorted."""
    return _chosen(_TABLE_ACTIONS, access)


def _table_key_actions(access: Access) -> list[str]:
    """The actions on the customer-managed key of a table, sorted.

    "DynamoDB encryption at rest usage notes", Amazon DynamoDB Developer Guide, lists what DynamoDB
    does with the key in the name of who uses the table. CreateGrant is not here: that is for who
    makes the table.
    """
    return _chosen(_TABLE_KEY_ACTIONS, access)


def _object_actions(access: Access) -> list[str]:
    """The actions on a bucket's objects, sorted."""
    return _chosen(_OBJECT_ACTIONS, access)


def _object_key_actions(access: Access) -> list[str]:
    """The actions on the customer-managed key of a bucket, sorted; deleting takes none.

    "Using server-side encryption with AWS KMS keys" and "Multipart upload API and permissions",
    Amazon S3 User Guide.
    """
    return _chosen(_OBJECT_KEY_ACTIONS, access)


def _chosen(actions: Mapping[Access, Sequence[str]], access: Access) -> list[str]:
    chosen = {action for needed, each in actions.items() if needed in access for action in each}
    return sorted(chosen)


def _allow(
    grantee: iam.IGrantable,
    actions: Sequence[str],
    arns: Sequence[str],
    conditions: Mapping[str, Mapping[str, object]] | None = None,
) -> None:
    """Add one statement to a principal's policy.

    Args:
        grantee: The principal.
        actions: The actions that it allows.
        arns: On what.
        conditions: When. Default: always.
    """
    iam.Grant.add_to_principal(
        grantee=grantee, actions=list(actions), resource_arns=list(arns), conditions=conditions
    )


def _allow_key(grantee: iam.IGrantable, actions: Sequence[str], key: kms.IKey | None) -> None:
    """Let a principal use a customer-managed key, if there is one and a use of it."""
    if key is not None and actions:
        key.grant(grantee, *actions)


def _acknowledge_granted(grantee: iam.IGrantable, *, resource: str, reason: str) -> None:
    """Acknowledge AwsSolutions-IAM5 for one resource with a wildcard that was granted.

    The acknowledgement is on the role and not on its default policy: what is too long for that
    policy overflows into others beside it. A principal that is no construct has no policy here.

    Args:
        grantee: The principal that it was granted to.
        resource: The resource as it was granted, which may be one of another stack.
        reason: Why the wildcard has to be.
    """
    role = grantee.grant_principal
    node = getattr(role, "node", None)
    if node is not None:
        node.add_validation(_Acknowledgement(cast("Construct", role), resource, reason))


@jsii.implements(IValidation)
class _Acknowledgement:
    """An acknowledgement that waits until the app is validated: references have no form before."""

    def __init__(self, role: Construct, resource: str, reason: str) -> None:
        self._role, self._resource, self._reason = role, resource, reason

    def validate(self) -> list[str]:
        """Acknowledge it, and find nothing wrong."""
        acknowledge_wildcards(self._role, resources=[self._resource], reason=self._reason)
        return []
