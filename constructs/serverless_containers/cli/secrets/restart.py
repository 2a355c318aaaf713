"""``secrets push --restart``: the service that reads the secrets."""

import functools
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from serverless_containers.aws_api.clients import AwsClients
from serverless_containers.aws_api.ecs_service import (
    ServiceDescription,
    ServiceId,
    describe_service,
    force_new_deployment,
    wait_for_deployment,
)
from serverless_containers.aws_api.endpoints import Endpoint, endpoint_of
from serverless_containers.aws_api.errors import AwsError
from serverless_containers.cli.arguments import MinutesType, NameType, declare
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.misuse import MisuseError
from serverless_containers.cli.output import print_error, print_line
from serverless_containers.secret_stores.model import PushStep, SecretChange
from serverless_containers.secret_stores.push import WRITING
from serverless_containers.secret_stores.restart import (
    RestartNeed,
    decide_restart,
    service_of_stack,
)

_SENTENCES = {
    RestartNeed.RESTART: "{} is restarted, because a task keeps the values that it started with.",
    RestartNeed.WAIT: "{} is restarting already; its end is waited for.",
    RestartNeed.NOTHING: "{} already runs with these values.",
}


class RestartOptions:
    """The restart of a service after a push, as it is given on the command line.

    Args:
        stack: The stack whose outputs tell the service.
        target: The service, if no stack tells it.
        timeout_minutes: How long to wait.
    """

    def __init__(
        self, *, stack: str | None, target: ServiceId | None, timeout_minutes: float
    ) -> None:
        self._stack = stack
        self._target = target
        self._timeout_seconds = timeout_minutes * 60

    def endpoints(self, clients: AwsClients) -> tuple[Endpoint, ...]:
        """Endpoints of the services that take part in the restart.

        Raises:
            click.ClickException: If this machine's AWS configuration leaves no way to one.
        """
        try:
            ecs = endpoint_of(clients.ecs, "ECS", "ECS")
            if self._target is not None:
                return (ecs,)
            stacks = endpoint_of(clients.cloudformation, "CloudFormation", "CLOUDFORMATION")
        except AwsError as failure:
            raise click.ClickException(f"{failure}; nothing was pushed") from None
        return (ecs, stacks)

    def prepare(self, clients: AwsClients) -> "PreparedRestart":
        """Find the service, before anything is pushed.

        Raises:
            click.ClickException: If it is not there.
        """
        try:
            target = self._target or service_of_stack(clients, self._stack or "")
            running = describe_service(clients, target)
        except AwsError as failure:
            raise click.ClickException(f"{failure}; nothing was pushed") from None
        return PreparedRestart(clients, target, running, timeout_seconds=self._timeout_seconds)


class PreparedRestart:
    """The restart of a service that was found.

    Args:
        clients: The clients.
        target: The service.
        running: What it does.
        timeout_seconds: How long to wait for a restart.
    """

    def __init__(
        self,
        clients: AwsClients,
        target: ServiceId,
        running: ServiceDescription,
        *,
        timeout_seconds: float,
    ) -> None:
        self._clients = clients
        self._target = target
        self._running = running
        self._timeout_seconds = timeout_seconds
        self._announced = RestartNeed.NOTHING

    def announce(self, changes: Sequence[SecretChange]) -> bool:
        """Say what is done to the service, and whether it is anything."""
        # What a restored secret needs beside that is not known yet.
        writes = any(
            step in WRITING or step is PushStep.RESTORE
            for change in changes
            for step in change.steps
        )
        self._announced = self._need(changes, wrote=writes)
        print_line(_SENTENCES[self._announced].format(self._target))
        return self._announced is not RestartNeed.NOTHING

    def run(self, changes: Sequence[SecretChange], *, wrote: bool) -> None:
        """Restart the service, and wait for the end of it. Exits if it fails."""
        need = self._need(changes, wrote=wrote)
        if need is not self._announced:
            print_line(_SENTENCES[need].format(self._target))
        if need is RestartNeed.NOTHING:
            return
        try:
            primary = self._running.primary
            deployment = (
                primary.id
                if need is RestartNeed.WAIT and primary
                else force_new_deployment(self._clients, self._target)
            )
            wait_for_deployment(
                self._clients,
                self._target,
                deployment,
                print_line,
                timeout_seconds=self._timeout_seconds,
            )
        except AwsError as failure:
            print_error(str(failure))
            print_error(
                "The secrets are pushed. Run the same command again to restart the service."
            )
            sys.exit(ExitCode.FAILED)
        except KeyboardInterrupt:
            print_error(
                "Interrupted. The secrets are pushed; a restart that has begun goes on in AWS."
            )
            sys.exit(ExitCode.INTERRUPTED)
        print_line(f"{self._target} runs with the new values.")

    def _need(self, changes: Sequence[SecretChange], *, wrote: bool) -> RestartNeed:
        moments = [change.stored.changed for change in changes if change.stored.changed]
        return decide_restart(self._running, max(moments, default=None), wrote=wrote)


def restart_arguments(command: Callable[..., None]) -> Callable[..., None]:
    """Declare the restart; the command gets it as ``restart``, or None where none is asked for."""

    @functools.wraps(command)
    def wrapped(
        *,
        restart: bool,
        stack: str | None,
        cluster: str | None,
        service: str | None,
        timeout: float,
        **others: Any,  # noqa: ANN401  # the command's own
    ) -> None:
        options = _options(stack, cluster, service, timeout) if restart else None
        if not restart and (stack or cluster or service):
            raise MisuseError("--stack, --cluster and --service say what to restart: add --restart")
        command(restart=options, **others)

    return declare(
        click.option(
            "--restart",
            is_flag=True,
            help="Then restart the service, and wait until it runs with the new values.",
        ),
        click.option(
            "--stack",
            type=NameType(),
            metavar="NAME",
            help="The CloudFormation stack of the service, by its outputs ClusterName and "
            "ServiceName.",
        ),
        click.option(
            "--cluster", type=NameType(), metavar="NAME", help="The ECS cluster of the service."
        ),
        click.option("--service", type=NameType(), metavar="NAME", help="The ECS service."),
        click.option(
            "--timeout",
            type=MinutesType(),
            default=20,
            show_default=True,
            metavar="MINUTES",
            help="How long to wait for the restart.",
        ),
    )(wrapped)


def _options(
    stack: str | None, cluster: str | None, service: str | None, timeout: float
) -> RestartOptions:
    by_name = cluster is not None and service is not None
    if (stack is not None) == (cluster is not None or service is not None) or (
        stack is None and not by_name
    ):
        raise MisuseError("--restart needs either --stack, or --cluster and --service")
    target = ServiceId(cluster, service) if cluster and service else None
    return RestartOptions(stack=stack, target=target, timeout_minutes=timeout)
