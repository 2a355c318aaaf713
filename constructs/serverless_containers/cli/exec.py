"""``serverless-containers exec``."""

import json
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence

import click

from serverless_containers.cli.arguments import NameType
from serverless_containers.cli.deployed import DeployedArguments, deployed_arguments
from serverless_containers.cli.misuse import MisuseCommand
from serverless_containers.cli.output import print_error
from serverless_containers.operations.sessions import find_target, start_command

_PLUGIN = "session-manager-plugin"
_SHELL = "/bin/sh"


def _command_words(
    _context: click.Context, _parameter: click.Parameter, words: tuple[str, ...]
) -> tuple[str, ...]:
    if words and not "".join(words).strip():
        raise click.BadParameter("the command is empty; leave it out for a shell")
    return words


@click.command(name="exec", cls=MisuseCommand, context_settings={"allow_interspersed_args": False})
@deployed_arguments(service_is_container=True)
@click.option(
    "--service",
    "container",
    type=NameType(),
    metavar="NAME",
    help="A service of the Compose file. By default the one that receives the traffic.",
)
@click.option(
    "--task",
    type=NameType(),
    metavar="ID",
    help="A task, by the beginning of its id. By default the youngest one that takes commands.",
)
@click.argument(
    "words", metavar="[-- COMMAND...]", nargs=-1, type=click.UNPROCESSED, callback=_command_words
)
def command(
    *,
    arguments: DeployedArguments,
    container: str | None,
    task: str | None,
    words: tuple[str, ...],
) -> None:
    """Run a command in a container of a deployed service: by default a shell, /bin/sh.

    It needs the Session Manager plugin on this machine, but not the AWS CLI.
    """
    clients, deployed = arguments.find()
    target = find_target(clients, deployed, task=task, container=container)
    plugin = _plugin()
    # A single word is what a shell was given in quotes.
    line = (words[0] if len(words) == 1 else shlex.join(words)) if words else _SHELL
    print_error(f"{target.container} of the task {target.task}: {line}")
    session = start_command(clients, target, line)
    sys.exit(
        _run(
            [
                plugin,
                json.dumps(dict(session)),
                deployed.region,
                "StartSession",
                arguments.aws.profile or "",
                json.dumps({"Target": target.session_target}),
                clients.parameter_store.meta.endpoint_url,
            ]
        )
    )


def _plugin() -> str:
    """Return the path of the Session Manager plugin.

    Raises:
        click.ClickException: If it is not installed.
    """
    plugin = shutil.which(_PLUGIN)
    if plugin is None:
        raise click.ClickException(
            f'{_PLUGIN} is not installed, or not on the path: see "Install the Session Manager '
            'plugin for the AWS CLI", AWS Systems Manager User Guide, https://docs.aws.amazon.com/'
            "systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"
        )
    return plugin


def _run(plugin: Sequence[str]) -> int:
    """Run the plugin, and return its exit code: as shells do, 128 and the signal that ended it.

    Args:
        plugin: Its path, and the arguments that the AWS CLI's ``ecs execute-command`` gives it.
    """
    # Ctrl-C is for what runs in the container. Unlike one that is ignored, a signal with a handler
    # has its default again in the plugin, which hands it on.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        code = subprocess.run(plugin, check=False).returncode  # noqa: S603  # a whole path
    finally:
        signal.signal(signal.SIGINT, before)
    return code if code >= 0 else 128 - code
