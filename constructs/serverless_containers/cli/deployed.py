"""The parameters, the errors and the questions that the commands for deployed services share."""

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from serverless_containers.aws_api.clients import AwsClients
from serverless_containers.aws_api.errors import AwsError
from serverless_containers.cli.arguments import MinutesType, NameType, declare
from serverless_containers.cli.aws_arguments import AwsArguments, aws_arguments
from serverless_containers.cli.errors import errors_in_words
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.misuse import MisuseError
from serverless_containers.cli.output import print_error, print_line
from serverless_containers.operations.deployed import DeployedService, find_service


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedArguments:
    """A deployed service, as it is given on the command line.

    Attributes:
        stack: The name of its stack. Default: the only one with a service.
        environment: The environment that the stack is of. Default: any.
        ecs_service: The service's name, if the stack has several.
        aws: The account and region.
    """

    stack: str | None = None
    environment: str | None = None
    ecs_service: str | None = None
    aws: AwsArguments

    def find(self) -> tuple[AwsClients, DeployedService]:
        """Return the clients of AWS, and the service.

        Raises:
            click.ClickException: If this machine's AWS configuration leaves no clients.
            AwsError: If no service is found, or several are.
        """
        clients = self.aws.connect()
        return clients, find_service(
            clients,
            stack=self.stack,
            environment=self.environment,
            service=self.ecs_service,
        )


def deployed_arguments(
    *, service_is_container: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that declares which service is meant; it gets it as ``arguments``.

    Errors of AWS, and of the machine, are told in words; Ctrl-C ends with 130.

    Args:
        service_is_container: Whether ``--service`` is the command's own: a service of the Compose
            file. Default: it is short for ``--ecs-service``.
    """
    names = ("--ecs-service",) if service_is_container else ("--ecs-service", "--service")

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def wrapped(
            *,
            stack: str | None,
            environment: str | None,
            ecs_service: str | None,
            aws: AwsArguments,
            **others: Any,  # noqa: ANN401  # the command's own
        ) -> None:
            arguments = DeployedArguments(
                stack=stack, environment=environment, ecs_service=ecs_service, aws=aws
            )
            with errors_in_words(), aws_errors_in_words():
                command(arguments=arguments, **others)

        return declare(
            click.option(
                "--stack",
                type=NameType(),
                metavar="NAME",
                help="The CloudFormation stack of the service. By default the only one with a "
                "service, in the environment or else in the region.",
            ),
            click.option(
                "--environment",
                "--env",
                type=NameType(),
                metavar="ENV",
                help="The environment whose stack is meant, by its tag or by a part of its name.",
            ),
            click.option(
                *names,
                "ecs_service",
                type=NameType(),
                metavar="NAME",
                help="The ECS service, if the stack has several: its name, or the beginning of "
                "its logical id.",
            ),
        )(aws_arguments(wrapped))

    return decorate


@contextmanager
def aws_errors_in_words() -> Iterator[None]:
    """Tell AWS's errors in a sentence, and end with 130 at Ctrl-C.

    Raises:
        click.ClickException: In place of an `AwsError`.
    """
    try:
        yield
    except AwsError as failure:
        raise click.ClickException(str(failure)) from None
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)


def json_option(command: Callable[..., None]) -> Callable[..., None]:
    """Declare ``--json``, which the command gets as ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(
        command
    )


def yes_option(command: Callable[..., None]) -> Callable[..., None]:
    """Declare ``--yes``, which answers the question before a change."""
    return click.option("--yes", "-y", is_flag=True, help="Do not ask before the change.")(command)


def confirm(question: str, *, yes: bool) -> None:
    """Ask before a change, unless it was answered on the command line.

    Args:
        question: The question, ``Restart shop/web?``.
        yes: Whether ``--yes`` was given.

    Raises:
        MisuseError: If nobody is there to answer.
    """
    if yes:
        return
    if not can_ask():
        raise MisuseError("nobody can be asked here, for this is no terminal; add --yes")
    if not click.confirm(question, err=True):
        print_error("Nothing was changed.")
        sys.exit(ExitCode.FAILED)


def can_ask() -> bool:
    """Return whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The wait for the end of a change, as it is given on the command line.

    Attributes:
        wanted: Whether to wait.
        timeout_seconds: How long.
    """

    wanted: bool
    timeout_seconds: float


def waiting_options(command: Callable[..., None]) -> Callable[..., None]:
    """Declare the wait for the end of a change, which the command gets as ``waiting``."""

    @functools.wraps(command)
    def wrapped(
        *,
        wait: bool,
        timeout: float,
        **others: Any,  # noqa: ANN401  # the command's own
    ) -> None:
        command(waiting=Waiting(wanted=wait, timeout_seconds=timeout * 60), **others)

    return declare(
        click.option("--wait/--no-wait", default=True, help="Wait for the end. By default it is."),
        click.option(
            "--timeout",
            type=MinutesType(),
            default=20,
            show_default=True,
            metavar="MINUTES",
            help="How long to wait.",
        ),
    )(wrapped)


def teller(*, as_json: bool) -> Callable[[str], None]:
    """Return the function that shows the progress of a change.

    Args:
        as_json: Whether standard output is for JSON; the progress is on standard error then.
    """
    return print_error if as_json else print_line


@contextmanager
def goes_on_in_aws(what: str) -> Iterator[None]:
    """Say at Ctrl-C that a change goes on.

    Args:
        what: The change, ``the restart``.
    """
    try:
        yield
    except KeyboardInterrupt:
        print_error(f"Interrupted: {what} goes on in AWS.")
        sys.exit(ExitCode.INTERRUPTED)
