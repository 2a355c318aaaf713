"""The AWS account and region that a command is about, declared once."""

import functools
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from serverless_containers.aws_api.clients import AwsClients
from serverless_containers.aws_api.errors import AwsError
from serverless_containers.cli.arguments import NameType, declare

_PROFILE_OPTIONS = {"aws": "--profile", "serverless-containers": "--aws-profile"}
"""By program, the option that names the profile."""
_ARN_REGION = re.compile(r"\barn:[a-z0-9-]+:[a-z0-9-]+:([a-z0-9-]+):")
"""The region of an ARN that has one ("Amazon Resource Names (ARNs)", AWS IAM User Guide)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsArguments:
    """The AWS account and region that are meant.

    Attributes:
        region: The region. Default: that of the shell or profile.
        profile: The profile of the AWS configuration. Default: the shell's.
    """

    region: str | None = None
    profile: str | None = None

    def connect(self) -> AwsClients:
        """Return the clients of AWS.

        Raises:
            click.ClickException: If this machine's AWS configuration leaves none.
        """
        clients = AwsClients(region=self.region, profile=self.profile)
        try:
            # Tells at once what is wrong with the configuration.
            _ = clients.region
        except AwsError as error:
            raise click.ClickException(str(error)) from None
        return clients

    def passed_on(self, command: str, *, region: str) -> str:
        """Return a command that is suggested, with the region and the profile that were given.

        A command about an ARN of another region, such as that of a certificate of CloudFront, has
        that region, whatever was given.

        Args:
            command: The command. One of neither ``aws`` nor ``serverless-containers`` stays as it
                is.
            region: The region that was asked.
        """
        program = command.partition(" ")[0]
        if program not in _PROFILE_OPTIONS:
            return command
        arns = _ARN_REGION.findall(command) if program == "aws" else []
        other = next((each for each in arns if each != region), None)
        options = [
            *(["--region", other or self.region] if other or self.region else []),
            *([_PROFILE_OPTIONS[program], self.profile] if self.profile else []),
        ]
        return " ".join((command, *(shlex.quote(each) for each in options if each)))


def aws_arguments(command: Callable[..., None]) -> Callable[..., None]:
    """Declare which AWS account and region are meant; the command gets them as ``aws``."""

    @functools.wraps(command)
    def wrapped(
        *,
        region: str | None,
        aws_profile: str | None,
        **others: Any,  # noqa: ANN401  # the command's own
    ) -> None:
        command(aws=AwsArguments(region=region, profile=aws_profile), **others)

    return declare(
        click.option(
            "--aws-profile",
            type=NameType(),
            metavar="NAME",
            help="The profile of the AWS configuration. By default the shell's.",
        ),
        click.option(
            "--region",
            type=NameType(),
            metavar="NAME",
            help="The AWS region. By default that of the shell or profile.",
        ),
    )(wrapped)
