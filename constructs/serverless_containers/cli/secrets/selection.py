"""The secrets that a command is about."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click

from serverless_containers.cli.arguments import ProjectArguments
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.output import print_findings, print_line
from serverless_containers.findings import Findings
from serverless_containers.findings.formats import printable
from serverless_containers.findings.places import Places
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.secrets.files import SecretText, read_value
from serverless_containers.plan.secrets.model import SecretPlan
from serverless_containers.secret_stores.model import SOURCE_TAG
from serverless_containers.secret_stores.owner import source_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSelection:
    """Secrets of a project.

    Attributes:
        project: The project's name.
        environment: The environment, if one is named.
        places: The names of the project's files.
        secrets: The secrets, in the order of their keys.
        source: The source that they belong to, if it is known.
    """

    project: str
    environment: str | None
    places: Places
    secrets: tuple[SecretPlan, ...]
    source: str | None = None

    @property
    def owner(self) -> str:
        """The project and the environment, as people read them."""
        return ", ".join(filter(None, (self.project, self.environment)))

    @property
    def external(self) -> tuple[SecretPlan, ...]:
        """Those that are nobody's here to write."""
        return tuple(secret for secret in self.secrets if secret.external)

    def tags_of(self, secret: SecretPlan) -> Mapping[str, str]:
        """The tags by which the project knows its own; none for what others may have, too."""
        if secret.shared:
            # Each of them would set its own at every push.
            return {}
        tags = {"serverless-containers:project": self.project}
        if self.environment is not None:
            tags["serverless-containers:environment"] = self.environment
        if self.source is not None:
            tags[SOURCE_TAG] = self.source
        return tags

    def read(self) -> Mapping[str, SecretText]:
        """Read the values of those that are written, by key; exits if there is any finding."""
        findings = Findings()
        values = {}
        for secret in self.secrets:
            if not secret.external:
                value = read_value(secret, findings, variables=os.environ)
                if value is not None:
                    values[secret.key] = value
                    _note(value, str(secret.file.name if secret.file else secret.variable))
        _exit_with_errors(findings, self.places)
        return values


def select(
    project: ProjectArguments, *, entrypoint: str | None, only: Sequence[str]
) -> SecretSelection:
    """Read the project and select secrets. Exits with findings if it cannot be deployed.

    Args:
        project: The project.
        entrypoint: The service that receives the traffic.
        only: The keys of the secrets that are meant; none means all.

    Raises:
        click.ClickException: If it has no such secret.
    """
    findings = Findings()
    plan = project.plan(
        PlanOptions(entrypoint=entrypoint, ingress=None, docker_builds=False), findings
    )
    _exit_with_errors(findings, project.places)
    assert plan is not None  # noqa: S101  # without errors there is a plan
    unknown = [key for key in only if key not in plan.secrets]
    if unknown:
        known = ", ".join(plan.secrets) or "none"
        raise click.ClickException(
            f"no service reads a secret {printable(unknown[0])!r}; those that are read: {known}"
        )
    return SecretSelection(
        project=plan.name,
        environment=project.environment,
        places=project.places,
        secrets=tuple(plan.secrets[key] for key in plan.secrets if not only or key in only),
        source=source_of(plan.directory),
    )


def _note(value: SecretText, where: str) -> None:
    """Say what is easily overlooked in a value, without showing it."""
    if value.newline_removed:
        print_line(f"note: the newline at the end of {where} is left out")
    text = value.reveal()
    if text != text.strip():
        print_line(f"note: the value in {where} starts or ends with a blank, which is kept")


def _exit_with_errors(findings: Findings, places: Places) -> None:
    if findings.errors:
        print_findings(findings.errors, places, sys.stderr)
        sys.exit(ExitCode.FAILED)
