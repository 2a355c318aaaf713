"""Compose secrets in AWS Secrets Manager and Parameter Store, by their names alone."""

from pathlib import Path

from aws_cdk import aws_kms as kms
from constructs import Construct

from serverless_containers.arguments.keywords import checks_keywords
from serverless_containers.workload.project.secrets import ProjectSecrets, push_command
from serverless_containers.workload.project.source import read_secrets


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
    Secrets marked ``external`` exist already; they are only read, and get no policy. Nor do those
    with a ``name`` that others may have too.

    ``ContainerApi`` and ``ContainerHosting`` make one of these themselves, unless they are given
    one as ``secrets``: for one stack of secrets, or for two constructs that read the same file.
    """

    @checks_keywords
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        source: str | Path,
        environment_name: str | None = None,
        encryption_key: kms.IKey | None = None,
    ) -> None:
        """Prepare the secrets of a Compose file for containers.

        Args:
            scope: The construct above.
            construct_id: Its id there.
            source: The folder with the Compose file, or the file itself.
            environment_name: The environment, such as ``dev``, which is part of the names:
                ``<project>/<environment>/<secret>``. Default: the names have no environment.
            encryption_key: The key that the secrets were pushed with (``--kms-key``), which tasks
                then may decrypt with. Default: that of Secrets Manager and of Parameter Store, for
                which tasks need no permission. It has to be there before the secrets are pushed: it
                is one of another stack, or imported by its ARN.

        Raises:
            InvalidSourceError: With every error in the files, if there is one.
            ValueError: If the key is an alias, or another stack of the app has the secrets already.
        """
        read = read_secrets(source, environment=environment_name)
        super().__init__(
            scope,
            construct_id,
            plans=read.plans,
            owner=read.owner,
            push_command=push_command(source, environment_name),
            encryption_key=encryption_key,
        )
