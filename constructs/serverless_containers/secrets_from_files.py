"""Compose secrets in AWS Secrets Manager and Parameter Store, by their names alone."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from aws_cdk import Annotations, ArnFormat, CfnParameter, Stack, Tags
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from serverless_containers.plan.secrets.model import SecretPlan, SecretStore
from serverless_containers.source import read_secrets

SERVICE_TAG = "serverless-containers-service"
"""Marks the roles of a service. Its value is what the names of the service's secrets start with."""

_HAS_SUFFIX = re.compile(r"\Aarn:.*-[A-Za-z0-9]{6}\Z")
"""The ARN of a secret as Secrets Manager shows it, with the six characters that it adds."""


class ProjectSecrets(Construct):
    """The secrets of a project that was read already; see `SecretsFromFiles`.

    Args:
        plans: The secrets, by their keys in the Compose file.
        owner: What their names start with, which the roles of their service are tagged with.
        push_command: What puts their values into the stores.
        encryption_key: The key that encrypts those that are pushed. Default: the stores' own.
    """

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
        owned = [plan for plan in plans.values() if not plan.external]
        for plan in owned:
            self._require(plan)
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
            scope: The construct of the containers, which may be in another stack.
        """
        return {
            key: ecs.Secret.from_ssm_parameter(self._parameter(scope, plan))
            if plan.store is SecretStore.PARAMETER_STORE
            else ecs.Secret.from_secrets_manager(self._secret(scope, plan), plan.json_key)
            for key, plan in self._plans.items()
        }

    def mark(self, *roles: iam.IRole) -> None:
        """Tag the roles of the service that these secrets belong to."""
        for role in roles:
            Tags.of(role).add(SERVICE_TAG, self._owner)

    def _require(self, plan: SecretPlan) -> None:
        """Make a deployment fail in its first seconds if a secret was never pushed."""
        if plan.store is SecretStore.PARAMETER_STORE:
            # This type checks that the parameter exists, and reads no value: "Specify existing
            # resources at runtime with CloudFormation-supplied parameter types", AWS CloudFormation
            # User Guide. Its id holds the name because the CDK CLI passes on the value that a
            # parameter of an id had before.
            CfnParameter(
                self,
                f"Name{plan.name}",
                type="AWS::SSM::Parameter::Name",
                default=plan.name,
                description=f"The secret {plan.key}, which has to be pushed before a deployment",
            )
            return
        # A policy can only be put on a secret that is there, and waits for no other resource.
        secretsmanager.CfnResourcePolicy(
            self,
            f"Policy-{plan.key}",
            secret_id=plan.name,
            block_public_policy=True,
            resource_policy=_policy(self._owner),
        )

    def _secret(self, scope: Construct, plan: SecretPlan) -> secretsmanager.ISecret:
        key = None if plan.external else self._encryption_key
        if _HAS_SUFFIX.search(plan.name):
            return secretsmanager.Secret.from_secret_attributes(
                scope, f"Secret-{plan.key}", secret_complete_arn=plan.name
            )
        return secretsmanager.Secret.from_secret_attributes(
            scope,
            f"Secret-{plan.key}",
            encryption_key=key,
            secret_partial_arn=plan.name
            if plan.name.startswith("arn:")
            else Stack.of(scope).format_arn(
                service="secretsmanager",
                resource="secret",
                resource_name=plan.name,
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            ),
        )

    def _parameter(self, scope: Construct, plan: SecretPlan) -> ssm.IParameter:
        if plan.name.startswith("arn:"):
            return ssm.StringParameter.from_string_parameter_arn(
                scope, f"Secret-{plan.key}", plan.name
            )
        return ssm.StringParameter.from_secure_string_parameter_attributes(
            scope,
            f"Secret-{plan.key}",
            parameter_name=plan.name,
            encryption_key=None if plan.external else self._encryption_key,
        )


class SecretsFromFiles(ProjectSecrets):
    """The secrets of a Compose file, for the containers of one or of several constructs.

    Each top-level secret of the file with a ``file`` such as ``../secrets/.secret-db-password``
    has its value pushed by ``serverless-containers secrets push``, and by nothing else: no
    template, asset or output has it, and synthesis is the same where the files are missing. Here
    they get what belongs into a template.

    A deployment without one of them fails in its first seconds and names it. Each secret in Secrets
    Manager gets a policy of its own: only encrypted connections reach it, and roles that this
    library makes for other services never read its value, whatever else they are allowed.
    Everybody else needs an Allow, as always: administrators, and who pushes, are not locked out.
    Secrets marked ``external`` exist already; they are only read, and get no policy.

    ``ContainerApi`` and ``ContainerHosting`` make one of these themselves, unless they are given
    one as ``secrets``: for one stack of secrets, or for two constructs that read the same file.

    Args:
        scope: The construct above.
        construct_id: Its id there.
        source: The folder with the Compose file, or the file itself.
        environment_name: The environment, such as ``dev``, which is part of the names:
            ``<project>/<environment>/<secret>``. Default: the names have no environment.
        encryption_key: The key that the secrets were pushed with (``--kms-key``), which tasks then
            may decrypt with. Default: that of Secrets Manager and of Parameter Store, for which
            tasks need no permission.

    Raises:
        InvalidSourceError: With every error in the files, if there is one.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        source: str | Path,
        environment_name: str | None = None,
        encryption_key: kms.IKey | None = None,
    ) -> None:
        read = read_secrets(source, environment=environment_name)
        super().__init__(
            scope,
            construct_id,
            plans=read.plans,
            owner=read.owner,
            push_command=push_command(source, environment_name),
            encryption_key=encryption_key,
        )


def push_command(source: str | Path, environment: str | None) -> str:
    """The command that pushes the values of a folder's secrets."""
    words = ["serverless-containers secrets push", shlex.quote(str(source))]
    return " ".join(words + ([f"--environment {shlex.quote(environment)}"] if environment else []))


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
