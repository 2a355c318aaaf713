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
        "diagnose": "Find out why a deployed service does not work.",
        "drift": "Compare what runs with what the stack's template says.",
        "exec": "Run a command in a container of a deployed service.",
        "explain": "Say what becomes of each key of the project on AWS.",
        "init": "Make a CDK app that deploys a folder.",
        "local": "Deploy to an AWS embedded in this machine and show what was made.",
        "logs": "Print the logs of a deployed service.",
        "metrics": "Draw requests, errors, latency, CPU, memory and tasks of a deployed service.",
        "restart": "Replace the tasks of a deployed service by new ones.",
        "rollback": "Let a deployed service run the revision before, or another one.",
        "scale": "Change the number of tasks of a deployed service.",
        "schema": "Print a JSON schema of Compose files with this library's settings.",
        "secrets": "Push the values of a project's secrets, and say which are there.",
        "status": "Show a deployed service: deployments, tasks, targets, pipeline and alarms.",
    }


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="serverless-containers")
def main() -> None:
    """Compose files on Fargate."""
