"""Services that must not run twice on one volume: stores, and what the files call exclusive.

A service that rolls out starts new tasks before it stops old ones, and both mount the same named
volumes. Two databases on one data directory destroy it, or the second one refuses to start.

With 0/100 percent ECS is asked for the other order, which is no lock: it counts tasks that are
RUNNING or PENDING, and a task on its way out is neither while its containers still end
(aws/containers-roadmap#959, aws/amazon-ecs-agent#2486). Whatever lengthens that end is left out of
such a task; without a task (a desired count of 0) there is nothing to overlap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from serverless_containers.compose.model import Project, Service
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.findings.listing import listed
from serverless_containers.plan import rules
from serverless_containers.plan.capacity import replicas_of
from serverless_containers.plan.dev import DEV
from serverless_containers.plan.known_images import store_of
from serverless_containers.plan.model import (
    ContainerPlan,
    ExclusivePlan,
    RolloutPlan,
    VolumeKind,
    VolumePlan,
)
from serverless_containers.plan.places import place
from serverless_containers.plan.settings import EXTENSION, Known, Setting, Settings, read_extension

OF_A_SERVICE: Known = {"exclusive": bool}


def way_out(exclusive: ExclusivePlan, *, instead: str) -> str:
    """Return the advice where something asks for several tasks of an exclusive service.

    Args:
        exclusive: The service.
        instead: The change that asks for one task.
    """
    service = exclusive.service
    return (
        f"{_elsewhere(service, exclusive.managed)}, {instead}, or write {EXTENSION}: "
        f"{{exclusive: false}} at {service} if it can run several times"
    )


def _elsewhere(service: str, managed: str | None) -> str:
    """Return where a service can run but in the task of the others.

    A store in a task of its own would be found by nobody: a ContainerService has no name that
    resolves.
    """
    if managed is not None:
        return f"use {managed}, which the other services reach at its endpoint"
    return (
        f"put {service} into a project and a stack of its own, if no other service has to reach it"
    )


def plan_exclusive(
    project: Project,
    containers: Sequence[ContainerPlan],
    volumes: Mapping[str, VolumePlan],
    findings: Findings,
) -> ExclusivePlan | None:
    """Find the service for whose sake the task runs once, and stops before its successor.

    That is one that says ``x-serverless-containers: {exclusive: true}``, or one with the image of
    a known store, or one built on it, and a named volume that it may write to, unless it says that
    it is not exclusive.

    Args:
        project: The canonical model.
        containers: The plans of its services.
        volumes: The volumes of the task by name.
        findings: Takes a warning for each such service, and an error for each one that asks for
            several tasks or for new ones to start first.

    Returns:
        The first such service in the order of the containers; None if there is none.
    """
    shared = {name for name, volume in volumes.items() if volume.kind is not VolumeKind.SCRATCH}
    found = []
    for container in containers:
        service = project.services[container.name]
        setting = _settings(service, findings).get("exclusive")
        written = [
            mount.volume
            for mount in container.mounts
            if mount.volume in shared and not mount.read_only
        ]
        store = store_of(service) if written else None
        if setting.value if setting else store:
            place = (setting.at, setting.path) if setting else _image_of(service)
            _warn(service, setting, store, project, findings)
            found.append(
                ExclusivePlan(
                    service=service.name,
                    managed=store[1] if store else None,
                    at=place[0],
                    path=place[1],
                )
            )
    if found:
        _refuse_several(project, found[0], findings)
    return found[0] if found else None


def _settings(service: Service, findings: Findings) -> Settings:
    return read_extension(service, OF_A_SERVICE, findings, elsewhere=(DEV,))


def stop_first(rollout: RolloutPlan) -> RolloutPlan:
    """Return a rollout that asks to stop the old task before the new one starts."""
    return replace(rollout, min_healthy_percent=0, max_healthy_percent=100)


def warn_of_spot(exclusive: ExclusivePlan, findings: Findings) -> None:
    """Warn of a task on spare capacity that must run once, and so has no second one to take over.

    Args:
        exclusive: The service for whose sake it runs once.
        findings: Takes the warning.
    """
    findings.report(
        rules.EXCLUSIVE_SPOT,
        exclusive.at,
        exclusive.path,
        f"{exclusive.service} runs once, and on Fargate Spot: AWS takes the capacity back at two "
        "minutes' notice, and each time it stops until there is capacity again",
        "leave spot out, or use a managed store",
    )


def note_shared_volumes(
    project: Project,
    containers: Sequence[ContainerPlan],
    volumes: Mapping[str, VolumePlan],
    findings: Findings,
) -> None:
    """Note the named volumes that an old and a new task write to at once while they change."""
    shared = {name for name, volume in volumes.items() if volume.kind is not VolumeKind.SCRATCH}
    for container in containers:
        service = project.services[container.name]
        written = {
            mount.volume: None
            for mount in container.mounts
            if mount.volume in shared and not mount.read_only
        }
        if written and "exclusive" not in _settings(service, Findings()):
            findings.report(
                rules.VOLUME_WRITTEN_TWICE,
                *place(service, "volumes"),
                f"while tasks change, the old and the new {service.name} both write to "
                f"{listed(written)}",
                f"where it cannot take that, write {EXTENSION}: {{exclusive: true}} at the service",
            )


def _image_of(service: Service) -> tuple[Location, KeyPath]:
    key = "build" if service.image is None else "image"
    return service.at(key), (*service.path, key)


def _warn(
    service: Service,
    setting: Setting | None,
    store: tuple[str, str] | None,
    project: Project,
    findings: Findings,
) -> None:
    at, path = (setting.at, setting.path) if setting else _image_of(service)
    others = [name for name in project.services if name != service.name]
    image, managed = store or (None, None)
    reason = "is exclusive" if setting else f"keeps its data on a named volume ({image})"
    findings.report(
        rules.EXCLUSIVE_TASK,
        at,
        path,
        f"{service.name} {reason}: one task runs, and each rollout stops it before the next one "
        f"starts, which interrupts {listed([service.name, *others])}",
        _elsewhere(service.name, managed)
        + ("" if setting else f"; {EXTENSION}: {{exclusive: false}} has it roll as others do"),
    )


def _refuse_several(project: Project, exclusive: ExclusivePlan, findings: Findings) -> None:
    for service in project.services.values():
        asked = replicas_of(service)
        if asked is not None and asked[0] > 1:
            number, at, path = asked
            findings.report(
                rules.EXCLUSIVE_CONFLICT,
                at,
                path,
                f"{number} tasks would run {exclusive.service} as often, on the same volumes",
                way_out(exclusive, instead="ask for 1"),
            )
        config = service.deploy.update_config if service.deploy else None
        if config is not None and config.order == "start-first":
            findings.report(
                rules.EXCLUSIVE_CONFLICT,
                *place(config, "order"),
                f"start-first would run {exclusive.service} twice on the same volumes",
                way_out(exclusive, instead="write stop-first"),
            )
