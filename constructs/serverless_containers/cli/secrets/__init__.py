"""``serverless-containers secrets``: one module a command."""

from importlib import import_module

import click

_COMMANDS = {
    "diff": "Say what a push would do, without doing it.",
    "list": "List the secrets, where their values come from, and what is in AWS.",
    "push": "Write the values of secrets to AWS.",
}
"""Each command's name, and the line that `--help` shows."""

_MODULES = {"diff": "diff", "list": "listing", "push": "push"}


class _LazyGroup(click.Group):
    """A group that imports a command when it runs: boto3 takes longer to load than all else."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        try:
            module = import_module(f"{__name__}.{_MODULES[cmd_name]}")
        except ImportError as error:
            raise click.ClickException(
                f"this command needs packages that are not installed ({error.name}): "
                "pip install 'serverless-containers[cli]'"
            ) from error
        found: click.Command = module.command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name]) for name in self.list_commands(ctx)])


@click.group(name="secrets", cls=_LazyGroup)
def command() -> None:
    """Bring the secrets of a project from this machine to AWS.

    They are the secrets in the Compose file that a service reads. Templates only name them; their
    values are in files on the machines of those who may know them, and get to AWS by `push`. A
    value is never shown.
    """
