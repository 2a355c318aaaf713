"""``serverless-containers scale``."""

import click

from serverless_containers.aws_api.clients import AwsClients
from serverless_containers.aws_api.errors import AwsError
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
from serverless_containers.cli.output import print_error
from serverless_containers.operations.deployed import DeployedService, describe_service
from serverless_containers.operations.scaling import (
    ScalingBounds,
    scaling_bounds,
    set_bounds,
    set_count,
    wait_for_count,
)

_COUNT = click.IntRange(0, 5000)
"""Tasks of a service: "Amazon ECS service quotas", Developer Guide."""


@click.command(name="scale", cls=MisuseCommand)
@deployed_arguments()
@click.argument("count", metavar="[N]", type=_COUNT, required=False)
@click.option(
    "--min",
    "least",
    type=_COUNT,
    metavar="N",
    help="The smallest number, where Application Auto Scaling holds it.",
)
@click.option("--max", "most", type=_COUNT, metavar="N", help="The largest number, likewise.")
@waiting_options
@yes_option
@json_option
def command(
    *,
    arguments: DeployedArguments,
    count: int | None,
    least: int | None,
    most: int | None,
    waiting: Waiting,
    yes: bool,
    as_json: bool,
) -> None:
    """Change the number of tasks of a deployed service to N.

    Where Application Auto Scaling holds the number, --min and --max change its bounds. It stays so
    until the next deployment whose template says another number.
    """
    if count is None and least is None and most is None:
        raise MisuseError("say how many tasks shall run, or --min or --max")
    clients, deployed = arguments.find()
    before = _bounds(clients, deployed, needed=least is not None or most is not None)
    after = _changed(before, least, most)
    if count is not None:
        _check_count(count, after)
    current = describe_service(clients, deployed)["desiredCount"]
    tell = teller(as_json=as_json)
    if after and after != before:
        tell(f"Application Auto Scaling: from {before} tasks to {after}.")
    if count is not None:
        tell(f"{deployed.service}: from {current} tasks to {count}.")
        if after and not after.suspended:
            tell(f"Application Auto Scaling goes on from there, within {after}.")
    confirm(f"Scale {deployed}?", yes=yes)
    if after and after != before:
        set_bounds(clients, deployed, after)
    if count is not None:
        try:
            set_count(clients, deployed, count)
        except AwsError as failure:
            if after == before:
                raise
            raise AwsError(
                f"{failure}. The bounds of Application Auto Scaling are {after} already",
                code=failure.code,
                sure=failure.sure,
            ) from None
        if waiting.wanted:
            with goes_on_in_aws("the change"):
                wait_for_count(
                    clients,
                    deployed,
                    count,
                    tell,
                    before=current,
                    timeout_seconds=waiting.timeout_seconds,
                )
    if as_json:
        write_json(
            {
                "service": deployed.service,
                "before": current,
                "count": count,
                "least": after.least if after else None,
                "most": after.most if after else None,
                "waited": waiting.wanted,
            }
        )


def _bounds(
    clients: AwsClients, deployed: DeployedService, *, needed: bool
) -> ScalingBounds | None:
    try:
        found = scaling_bounds(clients, deployed)
    except AwsError as failure:
        if needed:
            raise
        print_error(f"Warning: whether Application Auto Scaling holds it is not known: {failure}")
        return None
    if needed and found is None:
        raise MisuseError(
            f"nothing scales {deployed.service}: --min and --max need Application Auto Scaling, "
            "which `scaling=` of the construct brings; say how many tasks shall run instead"
        )
    return found


def _changed(
    before: ScalingBounds | None, least: int | None, most: int | None
) -> ScalingBounds | None:
    if before is None:
        return None
    after = ScalingBounds(
        least=before.least if least is None else least,
        most=before.most if most is None else most,
        suspended=before.suspended,
    )
    if after.least > after.most:
        raise MisuseError(
            f"the smallest number, {after.least}, is above the largest one, {after.most}; "
            "give both --min and --max"
        )
    return after


def _check_count(count: int, bounds: ScalingBounds | None) -> None:
    if bounds and not bounds.suspended and not bounds.least <= count <= bounds.most:
        option = "--min" if count < bounds.least else "--max"
        raise MisuseError(
            f"Application Auto Scaling holds the service at {bounds} tasks and would take it back "
            f"from {count}; add {option} {count} to change its bounds, too"
        )
