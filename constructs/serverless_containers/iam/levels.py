"""How far containers may use a table or a bucket, and the IAM actions that this comes to."""

from collections.abc import Mapping, Sequence
from enum import Flag, auto


class Access(Flag):
    """What may be done with the items of a table or the objects of a bucket; ``|`` combines."""

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


INDEX_ACTIONS = ("dynamodb:PartiQLSelect", "dynamodb:Query", "dynamodb:Scan")
"""What DynamoDB can do with a secondary index: read it."""

_TABLE_ACTIONS = {
    Access.CREATE: ("dynamodb:PartiQLInsert", "dynamodb:PutItem"),
    Access.READ: (
        "dynamodb:BatchGetItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:DescribeTable",
        "dynamodb:GetItem",
        *INDEX_ACTIONS,
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


def table_actions(access: Access) -> list[str]:
    """The actions on a table's items, sorted."""
    return _chosen(_TABLE_ACTIONS, access)


def table_key_actions(access: Access) -> list[str]:
    """The actions on the customer-managed key of a table, sorted.

    "DynamoDB encryption at rest usage notes", Amazon DynamoDB Developer Guide, lists what DynamoDB
    does with the key in the name of who uses the table. CreateGrant is not here: that is for who
    makes the table.
    """
    return _chosen(_TABLE_KEY_ACTIONS, access)


def object_actions(access: Access) -> list[str]:
    """The actions on a bucket's objects, sorted."""
    return _chosen(_OBJECT_ACTIONS, access)


def object_key_actions(access: Access) -> list[str]:
    """The actions on the customer-managed key of a bucket, sorted; deleting takes none.

    "Using server-side encryption with AWS KMS keys" and "Multipart upload API and permissions",
    Amazon S3 User Guide.
    """
    return _chosen(_OBJECT_KEY_ACTIONS, access)


def _chosen(actions: Mapping[Access, Sequence[str]], access: Access) -> list[str]:
    chosen = {action for needed, each in actions.items() if needed in access for action in each}
    return sorted(chosen)
