"""``serverless-containers restart``."""

import click

from serverless_containers.aws_api.ecs_service import (
    ServiceId,
    force_new_deployment,
    wait_for_deployment,
)
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
from serverless_containers.cli.misuse import MisuseCommand
from serverless_containers.operations.deployed import describe_service, require_ecs_deployments


@click.command(name="restart", cls=MisuseCommand)
@deployed_arguments()
@waiting_options
@yes_option
@json_option
def command(*, arguments: DeployedArguments, waiting: Waiting, yes: bool, as_json: bool) -> None:
    """Replace the tasks of a deployed service by new ones of the same task definition.

    The old ones stop when the new ones are healthy. Images by a tag are looked up anew, and so are
    the values of secrets.
    """
    clients, deployed = arguments.find()
    require_ecs_deployments(describe_service(clients, deployed), "a restart")
    confirm(f"Restart {deployed}?", yes=yes)
    target = ServiceId(deployed.cluster, deployed.service)
    tell = teller(as_json=as_json)
    deployment = force_new_deployment(clients, target)
    if waiting.wanted:
        with goes_on_in_aws("the restart"):
            wait_for_deployment(
                clients, target, deployment, tell, timeout_seconds=waiting.timeout_seconds
            )
        tell(f"{deployed.service} runs with new tasks.")
    else:
        tell(f"The restart of {deployed.service} has begun: {deployment}.")
    if as_json:
        write_json(
            {"service": deployed.service, "deployment": deployment, "waited": waiting.wanted}
        )
