"""Groups of commands that are imported when they run."""

from collections.abc import Mapping
from importlib import import_module
from typing import ClassVar

import click


class LazyGroup(click.Group):
    """A group that imports a command when it runs, so that `--help` stays fast.

    Attributes:
        package: The package with a module for each command, of the command's name with underscores
            for hyphens, whose ``command`` it is.
        summaries: The commands' names, and the line of each that `--help` shows.
        extra: The extra of this distribution that the commands need. Default: none.
    """

    package: ClassVar[str]
    summaries: ClassVar[Mapping[str, str]]
    extra: ClassVar[str] = ""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002, D102  # click's
        return sorted(self.summaries)

    def get_command(  # noqa: D102  # click's
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in self.summaries:
            return None
        try:
            module = import_module(f"{self.package}.{cmd_name.replace('-', '_')}")
        except ImportError as error:
            if not self.extra:
                raise
            raise MissingExtraError(error, self.extra) from error
        command: click.Command = module.command
        return command

    def format_commands(  # noqa: D102  # click's
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.summaries[name]) for name in self.list_commands(ctx)])


class MissingExtraError(click.ClickException):
    """A command needs packages that are not installed.

    Args:
        error: The error of the import.
        extra: The extra of this distribution that brings them.
    """

    def __init__(self, error: ImportError, extra: str) -> None:
        super().__init__(
            f"this command needs packages that are not installed ({error.name}): "
            f"pip install 'serverless-containers[{extra}]'"
        )
