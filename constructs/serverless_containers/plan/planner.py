"""The plan of a whole project."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from serverless_containers.compose.model import Dependency, Project
from serverless_containers.findings import Findings
from serverless_containers.findings.listing import listed
from serverless_containers.plan import rules
from serverless_containers.plan.build_context.check import Detector, check_build_contexts
from serverless_containers.plan.capacity import choose_architecture, choose_size, count_replicas
from serverless_containers.plan.containers import (
    awaited_services,
    check_awaited,
    check_entrypoint,
    check_mounts,
    check_writable,
    plan_container,
)
from serverless_containers.plan.entrypoint import choose_entrypoint
from serverless_containers.plan.exclusive import (
    note_shared_volumes,
    plan_exclusive,
    stop_first,
    warn_of_spot,
)
from serverless_containers.plan.lifecycle import plan_rollout, plan_tags
from serverless_containers.plan.model import TaskPlan
from serverless_containers.plan.ports import check_taken, listeners
from serverless_containers.plan.resources.files import Files
from serverless_containers.plan.resources.volumes import Mounts
from serverless_containers.plan.secrets.exposure import warn_of_exposure
from serverless_containers.plan.secrets.reader import plan_secrets
from serverless_containers.plan.settings import Setting, Settings, read_settings
from serverless_containers.plan.support import check_keys
from serverless_containers.plan.template_values import check_plan, check_project
from serverless_containers.plan.utility_containers import (
    check_count,
    warn_of_full_task,
    with_utilities,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """The decisions of a caller over the files. None leaves one to them.

    Attributes:
        entrypoint: The name of the service that receives the traffic.
        port: The port on which it does.
        cpu: CPU units of the task.
        memory_mib: Memory of the task in MiB.
        execute: Whether ECS Exec is to work in the containers.
        spot: Whether the task runs on spare capacity, which AWS takes back.
        strict: Whether guesses are errors; see `Rule`.
        may_delay_stop: Whether a construct that the caller does not know may add the container that
            delays a stop. Constructs count it themselves.
    """

    entrypoint: str | None = None
    port: int | None = None
    cpu: int | None = None
    memory_mib: int | None = None
    execute: bool = False
    spot: bool = False
    strict: bool | None = None
    may_delay_stop: bool = False

    def over(self, settings: Settings) -> Settings:
        """The file's settings, with the caller's in their place where there are any."""
        given: Mapping[str, str | int | None] = {
            "entrypoint": self.entrypoint,
            "port": self.port,
            "cpu": self.cpu,
            "memory": self.memory_mib,
            "strict": self.strict,
        }
        return {
            **settings,
            **{
                name: Setting(value, None, (name,))
                for name, value in given.items()
                if value is not None
            },
        }


def plan_task(
    project: Project,
    options: PlanOptions,
    findings: Findings,
    *,
    environment: str | None = None,
    detector: Detector | None = None,
) -> TaskPlan | None:
    """Plan the task of a project, all of whose services run in it together.

    Args:
        project: The canonical model.
        options: The decisions of the caller over the files.
        findings: Takes everything that is wrong, and everything worth knowing.
        environment: The environment, which is part of the names of secrets.
        detector: Looks for credentials in the files that are packed. Default: nothing does.

    Returns:
        The plan, or None if an error leaves none.
    """
    settings = options.over(read_settings(project, findings))
    check_keys(project, findings)
    check_project(project, findings)
    # In the order of the files, so that the later of two that clash is blamed.
    ports = {
        service.name: listeners(service, findings)
        for service in sorted(project.services.values(), key=lambda each: each.at())
    }
    check_taken(ports, findings)
    mounts = Mounts(project, findings)
    files = Files(project, findings)
    form = settings.get("secrets")
    secrets_are_files = form is not None and form.value == "files"
    awaited = awaited_services(project)
    containers = []
    for name in _in_start_order(project):
        service = project.services[name]
        warn_of_exposure(service, findings)
        containers.append(
            plan_container(
                service,
                project,
                [listener.plan for listener in ports[name]],
                [*mounts.of(service), *files.of(service, secrets=secrets_are_files)],
                findings,
                awaited=awaited,
                secrets_are_files=secrets_are_files,
            )
        )
    check_awaited(project, containers, findings)
    in_task = with_utilities(containers, files.files)
    check_count(project.at("services"), in_task, findings)
    check_mounts(project, containers, findings)
    if options.execute:
        check_writable(project, findings)
    if len(containers) > 1:
        _say_how_they_talk(project, findings)
    entrypoint = choose_entrypoint(project, ports, settings, findings)
    if entrypoint is not None:
        check_entrypoint(project, entrypoint.service, containers, findings)
    secrets = plan_secrets(project, findings, environment=environment)
    exclusions = check_build_contexts(project, findings, detector=detector)
    size = choose_size(containers, settings, findings, at=project.at("services"))
    replicas = count_replicas(project, findings)
    architecture = choose_architecture(project, findings)
    rollout = plan_rollout(project, findings)
    tags = plan_tags(project, findings)
    exclusive = plan_exclusive(project, containers, mounts.volumes, findings)
    if options.may_delay_stop and exclusive is None:
        warn_of_full_task(project.at("services"), in_task, findings)
    if exclusive is not None:
        rollout = stop_first(rollout)
        if options.spot:
            warn_of_spot(exclusive, findings)
    elif rollout.max_healthy_percent > 100:
        note_shared_volumes(project, containers, mounts.volumes, findings)
    if entrypoint is None or findings.errors:
        return None
    plan = TaskPlan(
        name=project.name,
        directory=project.directory,
        at=project.at("services"),
        containers=in_task,
        entrypoint=entrypoint.service,
        port=entrypoint.port,
        size=size,
        replicas=replicas,
        architecture=architecture,
        volumes=(*mounts.volumes.values(), *files.volumes.values()),
        files=tuple(files.files),
        rollout=rollout,
        exclusive=exclusive,
        tags=tags,
        secrets=secrets,
        exclusions=exclusions,
    )
    check_plan(plan, project, findings)
    return None if findings.errors else plan


def _in_start_order(project: Project) -> list[str]:
    """Services after those that they depend on, otherwise by name.

    Lines that move within a file then change no template, and roll nothing out.
    """
    ordered: dict[str, None] = {}
    for start in project.services:
        # No recursion: a thousand services may depend on each other in a row.
        trail: dict[str, Iterator[Dependency]] = {}
        following: str | None = start
        while following is not None or trail:
            service = project.services.get(following) if following is not None else None
            # A circle is an error of the reader's; here it must only not run for ever.
            if service is not None and service.name not in ordered and service.name not in trail:
                trail[service.name] = iter(service.depends_on)
            if not trail:
                break
            current = next(reversed(trail))
            dependency = next(trail[current], None)
            following = None if dependency is None else dependency.service
            if dependency is None:
                ordered[current] = None
                del trail[current]
    return list(ordered)


def _say_how_they_talk(project: Project, findings: Findings) -> None:
    names = listed(project.services)
    findings.report(
        rules.SHARED_LOOPBACK,
        project.at("services"),
        ("services",),
        f"{names} run in one task and reach each other at localhost, not by name",
    )
