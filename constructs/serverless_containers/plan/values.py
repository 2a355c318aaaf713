"""Values that Docker Compose reads, and that Docker's engine or ECS refuses to run."""

from collections.abc import Iterator

from serverless_containers.compose.model import Service
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.plan import rules
from serverless_containers.plan.places import place
from serverless_containers.plan.resources import rules as resource_rules
from serverless_containers.plan.resources.mount_paths import normal, why_reserved

_UNLIMITED = -1


def check_values(service: Service, findings: Findings) -> None:
    """Report what no engine would start the container of a service with.

    Args:
        service: The service.
        findings: Takes an error for each value.
    """
    _check_amounts(service, findings)
    _check_targets(service, findings)
    _check_ulimits(service, findings)
    if "" in service.environment:
        findings.report(
            rules.VARIABLE_NAME,
            service.at("environment", ""),
            (*service.path, "environment"),
            "a variable has no name",
            "write NAME=value, or remove it",
        )


def _check_amounts(service: Service, findings: Findings) -> None:
    given: list[tuple[float | None, Location, KeyPath]] = [
        (getattr(service, key), *place(service, key))
        for key in ("cpus", "mem_limit", "mem_reservation")
    ]
    deploy = service.deploy
    for resources in (deploy.limits, deploy.reservations) if deploy else ():
        if resources is not None:
            given += [
                (resources.cpus, *place(resources, "cpus")),
                (resources.memory, *place(resources, "memory")),
            ]
    for value, at, path in given:
        if value is not None and value < 0:
            findings.report(
                rules.LIMIT_NEGATIVE,
                at,
                path,
                f"expected an amount above 0, got {value:g}",
                "remove it for a container without a limit of its own",
            )


def _check_targets(service: Service, findings: Findings) -> None:
    for target, kind, at, path in _targets(service):
        # What becomes of a bind mount is decided on elsewhere, where it may be left out.
        reserved = (
            None if kind == "bind" else why_reserved(normal(target), is_tmpfs=kind == "tmpfs")
        )
        if not target.startswith("/"):
            problem = f"expected an absolute path in the container, got {target!r}"
            fix = f"write /{target.strip('./')}" if target.strip("./") else "write its path"
            if target[1:3] == ":/":
                fix = (
                    "a letter before a colon is a drive of Windows: write the long form, "
                    f"{{type: volume, source: {target[0]}, target: {target[2:]}}}"
                )
        elif normal(target) == "/":
            problem = "nothing can be mounted in the place of the root folder"
            fix = "mount it at a folder below"
        elif reserved is not None:
            problem, fix = reserved
        else:
            continue
        findings.report(resource_rules.MOUNT_TARGET, at, path, problem, fix)


def _targets(service: Service) -> Iterator[tuple[str, str, Location, KeyPath]]:
    """The paths of mounts, with their kinds."""
    for index, text in enumerate(service.tmpfs):
        yield text.partition(":")[0], "tmpfs", *place(service, "tmpfs", index)
    for mount in service.volumes:
        yield mount.target, mount.type, *place(mount)


def _check_ulimits(service: Service, findings: Findings) -> None:
    for name, limit in sorted(service.ulimits.items()):
        if limit.hard == _UNLIMITED or _UNLIMITED != limit.soft <= limit.hard:
            continue
        soft = "unlimited" if limit.soft == _UNLIMITED else limit.soft
        findings.report(
            resource_rules.ULIMIT_ORDER,
            *place(service, "ulimits", name),
            f"the soft limit is {soft} and the hard one, which it may be raised to, {limit.hard}",
            f"write soft: {limit.hard}, or raise the hard limit",
        )
