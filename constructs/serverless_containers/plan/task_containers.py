"""Containers of a task: those of the project's services, and those that the task gets besides."""

from collections.abc import Collection, Mapping, Sequence

from serverless_containers.findings import Findings, Location
from serverless_containers.findings.listing import listed
from serverless_containers.plan import rules
from serverless_containers.plan.model import ContainerPlan

MOST_CONTAINERS = 10
"""Containers of a task; "Amazon ECS service quotas", Amazon ECS Developer Guide."""

FILES, LOG_ROUTER, STOP_DELAY = "files", "log-router", "stop-delay"
RESERVED_NAMES = frozenset({FILES, LOG_ROUTER, STOP_DELAY})
"""The names of containers that a task may have besides the project's."""

NO_DELAY = "pass stop_delay=Duration.seconds(0)"
_PURPOSES: Mapping[str, str] = {
    FILES: "writes configs and secrets as files",
    LOG_ROUTER: "takes what awsfirelens logs",
    STOP_DELAY: "keeps a task serving while it is taken out of service",
}
_WAYS_OUT: Mapping[str, str] = {
    FILES: "copy the configs into the images",
    LOG_ROUTER: "use another log driver",
    STOP_DELAY: NO_DELAY,
}


def added_containers(
    containers: Sequence[ContainerPlan], *, writes_files: bool, delays_stop: bool = False
) -> tuple[str, ...]:
    """Return the names of the containers that a task gets besides the project's.

    Args:
        containers: The project's.
        writes_files: Whether configs or secrets are written as files.
        delays_stop: Whether the construct adds the container that delays a stop. Default: False.
    """
    routes_logs = any(each.log and each.log.driver == "awsfirelens" for each in containers)
    needed = {FILES: writes_files, LOG_ROUTER: routes_logs, STOP_DELAY: delays_stop}
    return tuple(name for name, is_needed in needed.items() if is_needed)


def check_count(
    at: Location | None,
    containers: Sequence[ContainerPlan],
    added: Collection[str],
    findings: Findings,
) -> None:
    """Report more containers than a task may have.

    Args:
        at: Where the services stand in the files.
        containers: The project's containers.
        added: What `added_containers` gave.
        findings: Takes what is wrong.
    """
    count = len(containers) + len(added)
    if count <= MOST_CONTAINERS:
        return
    besides = listed([f"{name} ({_PURPOSES[name]})" for name in added])
    ways = [_WAYS_OUT[name] for name in added if count - len(added) <= MOST_CONTAINERS]
    findings.report(
        rules.TOO_MANY_CONTAINERS,
        at,
        ("services",),
        f"one task would have {count} containers, and holds at most {MOST_CONTAINERS}"
        + (f": {len(containers)} services, {besides}" if added else ""),
        ", ".join([*ways, "leave services out with profiles", "or deploy several projects"])
        if ways
        else "leave some out with profiles, or deploy several projects",
    )


def warn_of_full_task(
    at: Location | None,
    containers: Sequence[ContainerPlan],
    added: Collection[str],
    findings: Findings,
) -> None:
    """Warn of a task without room for the container that a ContainerApi adds by default."""
    if len(containers) + len(added) == MOST_CONTAINERS:
        findings.report(
            rules.NO_ROOM_FOR_STOP_DELAY,
            at,
            ("services",),
            f"the task has {MOST_CONTAINERS} containers, and a ContainerApi adds {STOP_DELAY} "
            f"({_PURPOSES[STOP_DELAY]}): one more than ECS takes",
            f"{NO_DELAY} to the ContainerApi, or leave a service out with profiles",
        )
