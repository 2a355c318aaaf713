"""Secrets of a project: what a deployment asks for, and what its containers read."""

import hashlib
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

from aws_cdk import (
    Acknowledgment,
    Annotations,
    ArnFormat,
    CfnParameter,
    Stack,
    Tags,
    Validations,
)
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct, IConstruct

from serverless_containers.plan.secrets.model import SecretPlan, SecretStore

SERVICE_TAG = "serverless-containers-service"
"""Marks the roles of a service. Its value is what the names of the service's secrets start with."""

_REQUIRED: WeakKeyDictionary[IConstruct, dict[tuple[str, str], tuple[Stack, Path | None]]] = (
    WeakKeyDictionary()
)
"""By app, the stacks that ask for secrets, with their folders, by environment and name."""

_NAMES: WeakKeyDictionary[Stack, dict[str, str]] = WeakKeyDictionary()
"""By stack, the name of the secret that each logical id stands for."""

_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}\Z")
"""The characters that Secrets Manager adds to a name in the ARN of a secret."""


class ProjectSecrets(Construct):
    """The secrets of a project that was read already; see `SecretsFromFiles`.

    Args:
        plans: The secrets, by their keys in the Compose file.
        owner: The start of their names, which the roles of their service are tagged with.
        push_command: The command that puts their values into the stores.
        encryption_key: The key that encrypts those that are pushed. Default: the stores' own.

    Attributes:
        policies: Those of the secrets in Secrets Manager, which cannot be put on a secret that was
            never pushed. What no failed deployment may leave behind depends on them.
    """

    policies: Sequence[secretsmanager.CfnResourcePolicy]

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        plans: Mapping[str, SecretPlan],
        owner: str,
        push_command: str,
        encryption_key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._plans = plans
        self._owner = owner
        self._encryption_key = encryption_key
        _check_key(encryption_key)
        owned = [plan for plan in plans.values() if not plan.external]
        required = [self._require(plan) for plan in owned if not plan.shared]
        self.policies = tuple(each for each in required if each is not None)
        if owned:
            names = ", ".join(plan.name for plan in owned)
            Annotations.of(self).add_info_v2(
                "serverless-containers:secrets",
                f"a deployment needs these secrets, whose values are in no template: {names}; "
                f"push them first: {push_command}",
            )

    @property
    def names(self) -> Mapping[str, str]:
        """The names of the secrets in their stores, by their keys in the Compose file."""
        return {key: plan.name for key, plan in self._plans.items()}

    @property
    def stores(self) -> frozenset[SecretStore]:
        """The stores that tasks read from."""
        return frozenset(plan.store for plan in self._plans.values())

    def for_containers(self, scope: Construct) -> Mapping[str, ecs.Secret]:
        """The secrets as container definitions take them, by their keys in the Compose file.

        Args:
            scope: A construct of the stack of the containers, which is deployed after that of the
                secrets.
        """
        here, there = Stack.of(self), Stack.of(scope)
        if self._plans and here is not there:
            there.add_stack_dependency(here)
        return {key: injected(scope, plan) for key, plan in self._plans.items()}

    def serve(self, task_role: iam.IRole, execution_role: iam.IRole | None) -> None:
        """Mark the roles of a service, and let ECS decrypt what it injects.

        Args:
            task_role: The application's role.
            execution_role: ECS's own.
        """
        for role in (task_role, execution_role):
            if role is not None:
                Tags.of(role).add(SERVICE_TAG, self._owner)
        stores = frozenset(plan.store for plan in self._plans.values() if not plan.external)
        if self._encryption_key is not None and execution_role is not None and stores:
            allow_decrypt(execution_role, self._encryption_key, stores)

    def _require(self, plan: SecretPlan) -> secretsmanager.CfnResourcePolicy | None:
        """Make a deployment fail in its first seconds if a secret was never pushed.

        What asks for it is a child of the stack with an id made of the name: another construct id,
        or another construct, is no reason to ask anew.

        Returns:
            The policy of a secret; None for a parameter.
        """
        stack = Stack.of(self)
        is_parameter = plan.store is SecretStore.PARAMETER_STORE
        construct_id = _unique_id(
            stack, f"{'Parameter' if is_parameter else 'SecretPolicy'}-{plan.name}", plan.name
        )
        _claim(stack, plan)
        found = stack.node.try_find_child(construct_id)
        if found is not None:
            return found if isinstance(found, secretsmanager.CfnResourcePolicy) else None
        if is_parameter:
            # This type checks that the parameter exists, and reads no value: "Specify existing
            # resources at runtime with CloudFormation-supplied parameter types", AWS CloudFormation
            # User Guide. The CDK CLI passes on the value that a parameter of an id had before:
            # another name has to be another id.
            CfnParameter(
                stack,
                construct_id,
                type="AWS::SSM::Parameter::Name",
                default=plan.name,
                description=f"The secret {plan.key}, which has to be pushed before a deployment",
            )
            # The finding is the stack's: a parameter is no resource.
            Validations.of(stack).acknowledge(
                Acknowledgment(
                    id="CloudFormation-Validate::W2001",
                    reason="Parameters of secrets are there to be checked; nothing refers to them.",
                )
            )
            return None
        # A policy can only be put on a secret that is there, and waits for no other resource.
        return secretsmanager.CfnResourcePolicy(
            stack,
            construct_id,
            secret_id=plan.name,
            block_public_policy=True,
            resource_policy=_policy(self._owner),
        )


def push_command(source: str | Path, environment: str | None) -> str:
    """The command that pushes the values of a folder's secrets."""
    words = ["serverless-containers secrets push", shlex.quote(str(source))]
    return " ".join(words + ([f"--environment {shlex.quote(environment)}"] if environment else []))


def _unique_id(stack: Stack, construct_id: str, name: str) -> str:
    """Return an id that becomes a logical id of its own.

    Of a child of a stack only letters and digits are left there ("Logical IDs", AWS CDK Developer
    Guide). The first name keeps the plain id, others that differ in punctuation alone get a hash.

    Args:
        stack: The stack.
        construct_id: The plain id.
        name: The name of the secret.
    """
    logical = re.sub(r"[^A-Za-z0-9]", "", construct_id)
    if _NAMES.setdefault(stack, {}).setdefault(logical, name) == name:
        return construct_id
    return f"{construct_id}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _claim(stack: Stack, plan: SecretPlan) -> None:
    """Refuse two stacks that would each put a policy on one secret, and take it away again.

    Two projects of the same name are told so: one's push would overwrite the other's values.
    """
    claimed = _REQUIRED.setdefault(stack.node.root, {})
    folder = plan.folder and plan.folder.resolve()
    first, other = claimed.setdefault((stack.environment, plan.name), (stack, folder))
    if other and folder and other != folder:
        raise ValueError(
            f"the secret {plan.name} is asked for by the stacks {first.node.path} and "
            f"{stack.node.path}, of two folders, {other} and {folder}, whose projects "
            "have the same name; give one of them another: `name:` in its Compose file"
        )
    if first is not stack:
        raise ValueError(
            f"the secret {plan.name} is asked for by the stacks {first.node.path} and "
            f"{stack.node.path}; make one SecretsFromFiles, and give it to both as secrets"
        )


def _check_key(key: kms.IKey | None) -> None:
    if key is None or ":alias/" not in key.key_arn:
        return
    raise ValueError(
        f"encryption_key: expected a key, got {key.key_arn.rpartition(':')[2]}; IAM knows keys by "
        "their own ARNs, not by an alias's: import it with kms.Key.from_key_arn"
    )


def _policy(owner: str) -> dict[str, object]:
    """The policy of one secret.

    It denies and allows nothing, so that who may read is a matter of the roles' own policies.
    ``aws:PrincipalTag`` is a role's tag ("AWS global condition context keys", IAM User Guide).
    """
    tag = f"aws:PrincipalTag/{SERVICE_TAG}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "EncryptedConnectionsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "secretsmanager:*",
                "Resource": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
            {
                "Sid": "NoOtherService",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "*",
                "Condition": {
                    "Null": {tag: "false"},
                    "StringNotEquals": {tag: owner},
                },
            },
        ],
    }


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
        """The ARN, and the JSON key, that the container definition names."""
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
