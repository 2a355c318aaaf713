"""Each Compose service as an ECS container definition."""

import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from serverless_containers.compose.model import Condition, FileUse, Project, Resources, Service
from serverless_containers.findings import Findings
from serverless_containers.plan import rules
from serverless_containers.plan.builds import is_of_sibling, plan_build
from serverless_containers.plan.dev import plan_dev
from serverless_containers.plan.health import plan_health_check
from serverless_containers.plan.known_images import repository_of
from serverless_containers.plan.lifecycle import plan_restart, stays_down
from serverless_containers.plan.model import (
    ContainerPlan,
    CopyPlan,
    DependencyCondition,
    MountPlan,
    PortPlan,
)
from serverless_containers.plan.places import place
from serverless_containers.plan.resources import rules as resource_rules
from serverless_containers.plan.resources.linux import plan_linux
from serverless_containers.plan.resources.logs import plan_log
from serverless_containers.plan.secrets import rules as secret_rules
from serverless_containers.plan.sizes import CPU_UNITS_PER_VCPU
from serverless_containers.plan.values import check_values

_CONDITIONS = {
    Condition.STARTED: DependencyCondition.START,
    Condition.HEALTHY: DependencyCondition.HEALTHY,
    Condition.COMPLETED: DependencyCondition.SUCCESS,
}

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_UNFINISHED = re.compile(r"^[/:@]|[/:@][/:@]|[/:@]$|\s")
"""A separator with nothing before or behind it, or a space."""
_MIB = 1024 * 1024
_LEAST_MEMORY_MIB = 6
"""Docker's own least limit; "ContainerDefinition", Amazon ECS API Reference."""


def plan_container(
    service: Service,
    project: Project,
    ports: Iterable[PortPlan],
    mounts: Iterable[MountPlan],
    findings: Findings,
    *,
    copies: Iterable[CopyPlan] = (),
    awaited: Container[str],
    not_essential: Container[str],
    secrets_are_files: bool,
) -> ContainerPlan:
    """Plan one container.

    Args:
        service: The service.
        project: The project, for what other services expect of this one.
        ports: The ports on which it listens.
        mounts: The volumes that it mounts.
        copies: The files that are added to its image.
        awaited: The services for whose success others wait.
        not_essential: The services whose end does not end the task.
        findings: Takes what is wrong.
        secrets_are_files: Whether its secrets are among the mounts, and so no variables.
    """
    build = plan_build(service, Findings() if is_of_sibling(service) else findings)
    _check_image(service, findings)
    check_values(service, findings)
    entrypoint, command = _start(service, findings)
    limits = service.deploy.limits if service.deploy else None
    reservations = service.deploy.reservations if service.deploy else None
    secrets = {} if secrets_are_files else _secrets(service, findings)
    if secrets:
        _warn_of_paths(service, findings)
    _warn_of_end(service, project, not_essential, findings)
    return ContainerPlan(
        name=service.name,
        image=None if service.build else service.image,
        image_at=service.at("image"),
        build=build,
        essential=service.name not in not_essential,
        command=command,
        entrypoint=entrypoint,
        environment=_environment(service, secrets, findings),
        secrets=dict(sorted(secrets.items())),
        ports=tuple(ports),
        health_check=plan_health_check(service, findings),
        depends_on=tuple(
            (each.service, _CONDITIONS[each.condition])
            for each in service.depends_on
            if each.service in project.services
        ),
        cpu=_cpu(limits, service.cpus) or _cpu(reservations, None),
        memory_mib=_memory(limits, service.mem_limit),
        memory_reservation_mib=_reservation(service, limits, reservations, findings),
        user=service.user,
        working_directory=service.working_dir,
        stop_timeout=_stop_timeout(service, findings),
        labels=dict(sorted(service.labels.items())),
        read_only_root=service.read_only,
        pseudo_terminal=service.tty,
        interactive=service.stdin_open,
        linux=plan_linux(service, findings),
        restart=plan_restart(service, findings, is_awaited=service.name in awaited),
        log=plan_log(service, findings),
        mounts=tuple(mounts),
        copies=tuple(copies),
        dev=plan_dev(service, project, findings),
    )


def _check_image(service: Service, findings: Findings) -> None:
    """Report the name of an image that has capital letters, or that a variable left unfinished.

    Docker Compose takes it, and the engine refuses to pull it.
    """
    image = service.image
    # Of a variable the reader has told what is wrong.
    if service.build is not None or image is None or "${" in image:
        return
    if (repository := repository_of(image)) != repository.lower():
        problem = f"the repository of an image has no capital letters, got {image!r}"
        fix = f"write {image.replace(repository, repository.lower(), 1)}"
    elif _UNFINISHED.search(image):
        problem = f"the name of the image lacks something, got {image!r}"
        fix = "give its variables values in .env, or write the name out"
    else:
        return
    findings.report(rules.IMAGE_INVALID, *place(service, "image"), problem, fix)


def _start(
    service: Service, findings: Findings
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """The entry point and the command of a container.

    An entry point that is cleared leaves the words of the command as what is run. ECS cannot clear
    it, but runs the same words where the first of them are the entry point.
    """
    if service.entrypoint == () and service.command:
        words = service.command
        return words[:1], words[1:] or None
    return (
        _replaced(service, "entrypoint", service.entrypoint, findings),
        _replaced(service, "command", service.command, findings),
    )


def _replaced(
    service: Service, key: str, words: tuple[str, ...] | None, findings: Findings
) -> tuple[str, ...] | None:
    if words is not None and not words:
        findings.report(
            rules.COMMAND_CLEARED,
            *place(service, key),
            f"ECS cannot clear the image's {key}",
            f"write the {key} to run, or remove the key to keep the image's own"
            if key == "command"
            else "write the command to run, too, or remove the key to keep the image's own",
        )
        return None
    return words


def _secrets(service: Service, findings: Findings) -> dict[str, str]:
    """The secret behind each variable, which has the name of the file that Compose would mount."""
    secrets: dict[str, str] = {}
    for use in service.secrets:
        name = (use.target or use.source).removeprefix("/run/secrets/")
        if "/" in name:
            findings.report(
                rules.SECRET_TARGET,
                *place(use, "target"),
                f"the secret {use.source} is injected as a variable, and cannot be a file at "
                f"{use.target}",
                "write a plain name, which becomes the variable's",
            )
        elif not name or re.search(r"[=\s]", name):
            findings.report(
                rules.SECRET_TARGET,
                *place(use, "target" if use.target else "source"),
                f"the secret {use.source} is injected as a variable, which has a name, and no '=' "
                f"and no space in it, got {use.target or use.source!r}",
                "write a plain name, which becomes the variable's",
            )
        else:
            secrets[name] = use.source
        _warn_of_attributes(use, findings)
    return secrets


def _warn_of_attributes(use: FileUse, findings: Findings) -> None:
    given = [name for name in ("uid", "gid", "mode") if getattr(use, name) is not None]
    if given:
        findings.report(
            secret_rules.ATTRIBUTES,
            *place(use, given[0]),
            f"{use.source} is injected as a variable, which has no {' or '.join(given)}",
            "remove it, or write x-serverless-containers: {secrets: files} at the top of the file",
        )


def _environment(service: Service, secrets: dict[str, str], findings: Findings) -> dict[str, str]:
    environment: dict[str, str] = {}
    for name, value in sorted(service.environment.items()):
        path = (*service.path, "environment", name)
        if name in secrets:
            findings.report(
                rules.VARIABLE_AND_SECRET,
                service.at("environment", name),
                path,
                f"{name} is also a secret of this service, which is injected under the same name",
                "remove the variable, or give the secret another target",
            )
        elif value is None and name:
            # What is no name may be a value that lost its own: only its place is told.
            is_name = _VARIABLE.fullmatch(name)
            findings.report(
                rules.VARIABLE_UNSET,
                service.at("environment", name),
                path if is_name else path[:-1],
                f"{name if is_name else 'a variable'} has no value here, and is left out",
                f"give it one in .env, or write {name if is_name else 'NAME'}: value",
            )
        elif value is not None:
            environment[name] = value
    return environment


def _cpu(resources: Resources | None, fallback: float | None) -> int | None:
    cpus = resources.cpus if resources and resources.cpus is not None else fallback
    return max(1, round(cpus * CPU_UNITS_PER_VCPU)) if cpus else None


def _memory(resources: Resources | None, fallback: int | None) -> int | None:
    memory = resources.memory if resources and resources.memory is not None else fallback
    return max(_LEAST_MEMORY_MIB, -(-memory // _MIB)) if memory else None


def _reservation(
    service: Service,
    limits: Resources | None,
    reservations: Resources | None,
    findings: Findings,
) -> int | None:
    """The soft limit, which ECS wants below the hard one; an equal one says nothing."""
    limit = _memory(limits, service.mem_limit)
    reserved = _memory(reservations, service.mem_reservation)
    if limit is None or reserved is None or reserved < limit:
        return reserved
    if reserved > limit:
        part = reservations or service
        findings.report(
            rules.MEMORY_RESERVATION,
            *place(part, "memory" if reservations else "mem_reservation"),
            f"the container reserves {reserved} MiB and is limited to {limit} MiB",
            "raise the limit, or lower the reservation",
        )
    return None


def reads_secret_files(service: Service) -> bool:
    """Return whether a service that has secrets names a file of one, where Compose puts them."""
    words = [*service.environment.values(), *(service.command or ()), *(service.entrypoint or ())]
    return bool(service.secrets) and any(word and "/run/secrets/" in word for word in words)


def _warn_of_paths(service: Service, findings: Findings) -> None:
    if reads_secret_files(service):
        findings.report(
            rules.SECRET_PATH,
            *place(service, "secrets"),
            "the service reads files below /run/secrets, but its secrets are injected as variables",
            "leave out secrets: variables at the top of the file: without it they are files here",
        )


def _warn_of_end(
    service: Service, project: Project, not_essential: Container[str], findings: Findings
) -> None:
    policy = service.deploy.restart_policy if service.deploy else None
    if stays_down(service) and len(project.services) > 1 and service.name not in not_essential:
        findings.report(
            rules.END_ENDS_TASK,
            policy.at("condition") if policy else service.at("restart"),
            (*policy.path, "condition") if policy else (*service.path, "restart"),
            f"when {service.name} ends, the task ends, and the other containers with it",
            "let it be restarted, or let another service receive the traffic",
        )


def _stop_timeout(service: Service, findings: Findings) -> int | None:
    if service.stop_grace_period is None:
        return None
    seconds = service.stop_grace_period.total_seconds()
    fitted = min(max(round(seconds), 2), 120)
    if not 2 <= seconds <= 120:
        findings.report(
            rules.STOP_TIMEOUT_RANGE,
            *place(service, "stop_grace_period"),
            f"expected 2s to 120s for a container to stop, got {seconds:g}s; ECS gets {fitted}s",
            f"write {fitted}s",
        )
    return fitted


def with_checked_dependencies(
    project: Project, containers: Sequence[ContainerPlan], findings: Findings
) -> list[ContainerPlan]:
    """Return the containers, of which none waits for health that ECS does not check.

    ECS does not look at the HEALTHCHECK of an image, and with none in the task definition it would
    never start what waits. Docker Compose refuses to wait where the image has none either.

    Args:
        project: The canonical model.
        containers: The containers of its services.
        findings: Takes a warning for each one that waits for the start instead, and an error where
            the check is turned off.
    """
    checked = {each.name for each in containers if each.health_check}
    for service in project.services.values():
        for dependency in service.depends_on:
            awaited = project.services.get(dependency.service)
            if dependency.condition is not Condition.HEALTHY or awaited is None:
                continue
            if awaited.name in checked:
                continue
            fix = f"give {awaited.name} a healthcheck, or use condition: service_started"
            if awaited.healthcheck is not None:
                findings.report(
                    rules.DEPENDENCY_CHECK_DISABLED,
                    *place(dependency),
                    f"{service.name} waits for {awaited.name} to be healthy, whose health check is "
                    "turned off",
                    fix,
                )
                continue
            findings.report(
                rules.DEPENDENCY_NOT_CHECKED,
                *place(dependency),
                f"{service.name} waits for {awaited.name} to be healthy, for which ECS needs a "
                "health check in the file and takes none from an image: it waits for the start",
                fix,
            )
    return [
        replace(
            each,
            depends_on=tuple(
                (name, DependencyCondition.START)
                if condition is DependencyCondition.HEALTHY and name not in checked
                else (name, condition)
                for name, condition in each.depends_on
            ),
        )
        for each in containers
    ]


def check_mounts(project: Project, containers: list[ContainerPlan], findings: Findings) -> None:
    """Report two volumes at one path of a container."""
    for container in containers:
        paths = [each.path.rstrip("/") for each in container.mounts]
        paths += [each.path.rstrip("/") for each in container.linux.tmpfs]
        for path in sorted(path for path, uses in Counter(paths).items() if uses > 1):
            service = project.services[container.name]
            findings.report(
                resource_rules.MOUNT_TWICE,
                *place(service, "volumes"),
                f"two of the service's volumes, configs and tmpfs are mounted at {path}",
                "mount one of them elsewhere",
            )


def check_entrypoint(
    project: Project, name: str, containers: list[ContainerPlan], findings: Findings
) -> None:
    """Report an entrypoint whose end others wait for."""
    service = project.services[name]
    plan = next(each for each in containers if each.name == name)
    if not plan.essential:
        findings.report(
            rules.ENTRYPOINT_ENDS,
            *place(service),
            f"{name} receives the traffic, and another service waits for it to end",
            "wait for service_started or service_healthy",
        )


def check_writable(project: Project, findings: Findings) -> None:
    """Report read-only root file systems, which ECS Exec cannot do with."""
    for service in project.services.values():
        if service.read_only:
            findings.report(
                rules.EXECUTE_READ_ONLY,
                *place(service, "read_only"),
                "ECS Exec writes to the container's root file system, which is read-only",
                "remove one of the two",
            )
