"""Commands that are not called as they should be, where 2 is the exit code of a difference."""

from typing import Any

import click

from serverless_containers.cli.exit_codes import ExitCode


class MisuseError(click.UsageError):
    """A command that is not called as it should be.

    Its exit code is 1: click's 2 is that of `secrets diff` and `drift` where something differs.
    """

    exit_code = ExitCode.FAILED


class MisuseCommand(click.Command):
    """A command whose misuse is a `MisuseError`."""

    def make_context(  # noqa: D102  # click's
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401  # click's signature
    ) -> click.Context:
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            raise MisuseError(error.format_message(), error.ctx) from None
