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
    """

    package: ClassVar[str]
    summaries: ClassVar[Mapping[str, str]]

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002, D102  # click's
        return sorted(self.summaries)

    def get_command(  # noqa: D102  # click's
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in self.summaries:
            return None
        module = import_module(f"{self.package}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(  # noqa: D102  # click's
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.summaries[name]) for name in self.list_commands(ctx)])
