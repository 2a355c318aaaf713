"""The command line: ``serverless-containers``, one module a command."""

from importlib import import_module

import click

_COMMANDS = {
    "client-config": "Write the configuration of client applications from a deployment's outputs.",
    "check": "Report what a deployment would find wrong, or worth knowing.",
    "config": "Print the project as it is understood, like `docker compose config`.",
    "explain": "Say what becomes of each key of the project on AWS.",
    "local": "Deploy to an AWS embedded in this machine and show what was made.",
    "secrets": "Push the values of a project's secrets, and say which are there.",
}
"""Each command's name, which is its module's but for hyphens, and the line that `--help` shows."""


class _LazyGroup(click.Group):
    """A group that imports a command when it runs: `--help` stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = cmd_name.replace("-", "_")
        command: click.Command = import_module(f"serverless_containers.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name]) for name in self.list_commands(ctx)])


@click.group(cls=_LazyGroup)
@click.version_option(package_name="serverless-containers")
def main() -> None:
    """Compose files on Fargate."""
