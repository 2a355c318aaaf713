"""Secrets as container definitions take them, with no more permission than that takes."""

import re

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from serverless_containers.plan.secrets.model import SecretPlan, SecretStore

_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}\Z")
"""What Secrets Manager adds to a name in the ARN of a secret."""


def injected(scope: Construct, plan: SecretPlan) -> ecs.Secret:
    """A secret as a container definition takes it.

    Args:
        scope: A construct of the stack of the containers.
        plan: The secret.
    """
    arn = plan.name if plan.name.startswith("arn:") else _arn(scope, plan)
    if plan.store is SecretStore.PARAMETER_STORE:
        return _Injected(arn, action="ssm:GetParameters", resource=arn, json_key=None)
    whole = plan.name.startswith("arn:") and _SUFFIX.search(arn) is not None
    return _Injected(
        arn,
        action="secretsmanager:GetSecretValue",
        # The characters that Secrets Manager adds are not known here.
        resource=arn if whole else f"{arn}-??????",
        json_key=plan.json_key,
    )


def allow_decrypt(role: iam.IRole, key: kms.IKey, stores: frozenset[SecretStore]) -> None:
    """Let ECS read secrets that a key of the customer's own encrypts.

    On the role and not on the key, whose policy then need not know of the service ("Permissions for
    the KMS key", AWS Secrets Manager User Guide): the key's default policy leaves it to roles.

    Args:
        role: The execution role.
        key: The key.
        stores: The stores through which it is used.
    """
    region, suffix = Stack.of(role).region, Stack.of(role).url_suffix
    services = {
        SecretStore.SECRETS_MANAGER: f"secretsmanager.{region}.{suffix}",
        SecretStore.PARAMETER_STORE: f"ssm.{region}.{suffix}",
    }
    role.add_to_principal_policy(
        iam.PolicyStatement(
            actions=["kms:Decrypt"],
            resources=[key.key_arn],
            conditions={
                "StringEquals": {"kms:ViaService": [services[store] for store in sorted(stores)]}
            },
        )
    )


class _Injected(ecs.Secret):
    """The CDK's own would also allow to describe a parameter and to read its former values."""

    def __init__(self, arn: str, *, action: str, resource: str, json_key: str | None) -> None:
        super().__init__()
        self._arn = f"{arn}:{json_key}::" if json_key else arn
        self._action = action
        self._resource = resource
        self._has_field = json_key is not None

    @property
    def arn(self) -> str:
        """What the container definition names."""
        return self._arn

    @property
    def has_field(self) -> bool:
        """Whether one value of a JSON object is meant."""
        return self._has_field

    def grant_read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let a principal read it."""
        return iam.Grant.add_to_principal(
            grantee=grantee, actions=[self._action], resource_arns=[self._resource]
        )


def _arn(scope: Construct, plan: SecretPlan) -> str:
    is_parameter = plan.store is SecretStore.PARAMETER_STORE
    return Stack.of(scope).format_arn(
        service="ssm" if is_parameter else "secretsmanager",
        resource="parameter" if is_parameter else "secret",
        resource_name=plan.name.removeprefix("/"),
        arn_format=ArnFormat.SLASH_RESOURCE_NAME if is_parameter else ArnFormat.COLON_RESOURCE_NAME,
    )
