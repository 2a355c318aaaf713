"""The command line: ``serverless-containers``, one module a command."""

from collections.abc import Mapping
from typing import ClassVar

import click

from serverless_containers.cli.groups import LazyGroup


class _Commands(LazyGroup):
    package = __name__
    summaries: ClassVar[Mapping[str, str]] = {
        "client-config": "Write the configuration of client applications from a deployment's "
        "outputs.",
        "check": "Report what a deployment would find wrong, or worth knowing.",
        "config": "Print the project as it is understood, like `docker compose config`.",
        "explain": "Say what becomes of each key of the project on AWS.",
        "local": "Deploy to an AWS embedded in this machine and show what was made.",
        "secrets": "Push the values of a project's secrets, and say which are there.",
    }


@click.group(cls=_Commands)
@click.version_option(package_name="serverless-containers")
def main() -> None:
    """Compose files on Fargate."""
