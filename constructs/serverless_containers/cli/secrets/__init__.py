"""``serverless-containers secrets``: one module a command."""

from collections.abc import Mapping
from typing import ClassVar

import click

from serverless_containers.cli.groups import LazyGroup


class _SecretsCommands(LazyGroup):
    package = __name__
    summaries: ClassVar[Mapping[str, str]] = {
        "diff": "Say what a push would do, without doing it.",
        "list": "List the secrets, where their values come from, and what is in AWS.",
        "push": "Write the values of secrets to AWS.",
    }


@click.group(name="secrets", cls=_SecretsCommands)
def command() -> None:
    """Bring the secrets of a project from this machine to AWS.

    They are the secrets in the Compose file that a service reads. Templates only name them; their
    values are in files on the machines of those who may know them, and get to AWS by `push`. A
    value is never shown.
    """
