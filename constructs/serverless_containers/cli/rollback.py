"""``serverless-containers rollback``."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from serverless_containers.aws_api.clients import AwsClients
from serverless_containers.aws_api.ecs_service import ServiceId, wait_for_deployment
from serverless_containers.cli.arguments import NameType
from serverless_containers.cli.deployed import (
    DeployedArguments,
    Waiting,
    confirm,
    deployed_arguments,
    goes_on_in_aws,
    json_option,
    teller,
    waiting_options,
    yes_option,
)
from serverless_containers.cli.documents import write_json
from serverless_containers.cli.misuse import MisuseCommand, MisuseError
from serverless_containers.cli.output import print_error, print_line
from serverless_containers.cli.tables import print_columns, short_time
from serverless_containers.operations.deployed import (
    DeployedService,
    describe_service,
    describe_task_definition,
    require_ecs_deployments,
)
from serverless_containers.operations.history import revision_name
from serverless_containers.operations.revisions import (
    Revision,
    chosen_revision,
    deploy_revision,
    image_problems,
    register_copy,
    revision_before,
    revisions,
)

_STAYS = (
    "It stays so until the next deployment, by the pipeline or by CloudFormation, which brings "
    "what the template says."
)


@click.command(name="rollback", cls=MisuseCommand)
@deployed_arguments()
@click.option("--list", "list_them", is_flag=True, help="List the revisions, and change nothing.")
@click.option(
    "--to",
    "wanted",
    type=NameType(),
    metavar="REVISION",
    help="The revision, by its number. By default that of the last deployment before the current "
    "one that ended well.",
)
@waiting_options
@yes_option
@json_option
def command(
    *,
    arguments: DeployedArguments,
    list_them: bool,
    wanted: str | None,
    waiting: Waiting,
    yes: bool,
    as_json: bool,
) -> None:
    """Let a deployed service run the revision of its task definition before, or another one.

    It stays so until the next deployment. Nothing but the task definition goes back: neither data
    nor what else the stack has.
    """
    if list_them and wanted is not None:
        raise MisuseError("--list changes nothing: leave it or --to out")
    clients, deployed = arguments.find()
    found = revisions(clients, deployed, lambda line: print_error(f"Warning: {line}"))
    if list_them:
        _list(deployed, found, as_json=as_json)
        return
    require_ecs_deployments(describe_service(clients, deployed), "a rollback")
    target = revision_before(found) if wanted is None else chosen_revision(found, wanted)
    current = next(each for each in found if each.current)
    task = describe_task_definition(clients, target.arn)
    _check_images(clients, target, task)
    tell = teller(as_json=as_json)
    when = f", registered {short_time(target.registered)} UTC" if target.registered else ""
    tell(f"{deployed.service}: from {current.name} to {target.name}{when}.")
    inactive = target.status != "ACTIVE"
    if inactive:
        tell(
            f"{target.name} is {target.status}, which no service takes: a copy of it is registered."
        )
    tell(_STAYS)
    confirm(f"Roll {deployed} back to {target.name}?", yes=yes)
    arn = register_copy(clients, task) if inactive else target.arn
    deployment = deploy_revision(clients, deployed, arn)
    if waiting.wanted:
        with goes_on_in_aws("the rollback"):
            wait_for_deployment(
                clients,
                ServiceId(deployed.cluster, deployed.service),
                deployment,
                tell,
                timeout_seconds=waiting.timeout_seconds,
                action="rollback",
            )
        tell(f"{deployed.service} runs {revision_name(arn)}.")
    else:
        tell(f"The rollback to {revision_name(arn)} has begun: {deployment}.")
    if as_json:
        write_json(
            {
                "service": deployed.service,
                "from": current.arn,
                "to": arn,
                "copyOf": target.arn if inactive else None,
                "deployment": deployment,
                "waited": waiting.wanted,
            }
        )


def _check_images(clients: AwsClients, target: Revision, task: Mapping[str, Any]) -> None:
    """Look for the images of a revision, before anything is changed."""
    problems = image_problems(clients, task, target.images)
    fatal = [each for each in problems if each.is_fatal]
    if fatal:
        lines = "; ".join(map(str, fatal))
        raise click.ClickException(
            f"nothing was changed, for {target.name} cannot run: {lines}. Choose another revision "
            "(--list, --to), or push the image again"
        )
    for each in problems:
        print_error(f"Warning: {each}")


def _list(deployed: DeployedService, found: Sequence[Revision], *, as_json: bool) -> None:
    if as_json:
        write_json({"service": deployed.service, "revisions": found})
        return
    print_line(f"{deployed}; times in UTC")
    print_columns(
        ("revision", "registered", "deployed", "outcome", "tasks", "state", "registered by"),
        [
            (
                f"{each.number}{' *' if each.current else ''}",
                short_time(each.registered),
                short_time(each.deployed),
                each.outcome,
                str(each.running or ""),
                each.status,
                each.registered_by.rpartition("/")[2],
            )
            for each in found
        ],
    )
    print_line("* what the service is to run")
