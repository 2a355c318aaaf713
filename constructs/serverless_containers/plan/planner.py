"""The plan of a whole project."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from serverless_containers.compose.model import Dependency, Project
from serverless_containers.findings import Findings
from serverless_containers.findings.listing import listed
from serverless_containers.plan import rules
from serverless_containers.plan.build_context.check import Detector, check_build_contexts
from serverless_containers.plan.builds import (
    check_asset_builds,
    warn_of_outside,
    with_builds_of_siblings,
)
from serverless_containers.plan.capacity import (
    choose_architecture,
    choose_size,
    count_replicas,
    note_assumed_size,
)
from serverless_containers.plan.containers import (
    check_entrypoint,
    check_mounts,
    check_writable,
    plan_container,
    reads_secret_files,
    with_checked_dependencies,
)
from serverless_containers.plan.definition_size import check_definition_size
from serverless_containers.plan.entrypoint import Entrypoint, choose_entrypoint
from serverless_containers.plan.exclusive import (
    note_shared_volumes,
    plan_exclusive,
    stop_first,
    warn_of_spot,
)
from serverless_containers.plan.hosts import plan_hosts, warn_of_addresses
from serverless_containers.plan.lifecycle import (
    awaited_services,
    ending_services,
    plan_rollout,
    plan_tags,
)
from serverless_containers.plan.model import (
    ContainerPlan,
    ContainerRole,
    HostPlan,
    TaskPlan,
    VolumePlan,
)
from serverless_containers.plan.names import (
    TaskParts,
    check_names,
    container_names,
    with_valid_names,
)
from serverless_containers.plan.places import place
from serverless_containers.plan.ports import (
    Listener,
    listeners,
    note_unreached_ports,
    share_ports,
)
from serverless_containers.plan.production import warn_of_production
from serverless_containers.plan.resources.drivers import check_drivers
from serverless_containers.plan.resources.files import Files
from serverless_containers.plan.resources.volumes import Mounts, in_order
from serverless_containers.plan.secrets.exposure import warn_of_exposure
from serverless_containers.plan.secrets.reader import plan_secrets
from serverless_containers.plan.settings import Setting, Settings, read_settings
from serverless_containers.plan.sizes import TaskSize
from serverless_containers.plan.stores import warn_of_lost_data
from serverless_containers.plan.support import check_keys
from serverless_containers.plan.support.engine_keys import check_engine_keys
from serverless_containers.plan.template_values import check_plan, check_project
from serverless_containers.plan.tracing import TracingPlan, check_tracing, collector, with_tracing
from serverless_containers.plan.utility_containers import (
    MOST_CONTAINERS,
    check_count,
    warn_of_full_task,
    with_utilities,
)
from serverless_containers.plan.workers import (
    is_worker,
    note_unreached,
    note_worker,
    report_missing_port,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """The decisions of a caller over the files. None leaves one to them.

    Attributes:
        entrypoint: The name of the service that receives the traffic.
        port: The port on which it does.
        ingress: Whether requests come in, for which a port is needed. None: where there is one.
        cpu: CPU units of the task.
        memory_mib: Memory of the task in MiB.
        execute: Whether ECS Exec is to work in the containers.
        spot: Whether the task runs on spare capacity, which AWS takes back.
        health_checked: Whether the ingress itself asks each task whether it is healthy.
        strict: Whether guesses are errors; see `Rule`.
        may_delay_stop: Whether a construct that the caller does not know may add the container that
            delays a stop. Constructs count it themselves.
        tracing: The traces that are asked for. None: there are none.
        docker_builds: Whether Docker builds the images on this machine, as CDK image assets. False:
            what does says itself what it cannot build. None: it is not known who builds them.
    """

    entrypoint: str | None = None
    port: int | None = None
    ingress: bool | None = True
    cpu: int | None = None
    memory_mib: int | None = None
    execute: bool = False
    spot: bool = False
    health_checked: bool = False
    strict: bool | None = None
    may_delay_stop: bool = False
    docker_builds: bool | None = None
    tracing: TracingPlan | None = None

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
    if not _check_files(project, findings):
        return None
    project = with_builds_of_siblings(project, findings)
    settings = options.over(read_settings(project, findings))
    # In the order of the files, so that the later of two that clash is blamed.
    ports = {
        service.name: listeners(service, findings)
        for service in sorted(project.services.values(), key=lambda each: each.at())
    }
    ports = share_ports(project, ports, findings)
    files = Files(project, findings)
    secrets_are_files = _are_files(settings, project, findings)
    entrypoint = _plan_entrypoint(project, ports, settings, options, findings)
    awaited = awaited_services(project)
    ending = ending_services(project, awaited, entrypoint.service if entrypoint else None, findings)
    started = [project.services[name] for name in _in_start_order(project)]
    written = {each.name: files.of(each, secrets=secrets_are_files) for each in started}
    mounts = Mounts(project, findings, room=files.room, written=written, first_files=files.files)
    containers = []
    for service in started:
        warn_of_exposure(service, findings)
        containers.append(
            plan_container(
                service,
                project,
                [listener.plan for listener in ports[service.name]],
                in_order([*mounts.of(service), *written[service.name]]),
                findings,
                copies=mounts.copies_of(service),
                awaited=awaited,
                not_essential=awaited | ending,
                secrets_are_files=secrets_are_files,
            )
        )
    containers = with_checked_dependencies(project, containers, findings)
    all_files = (*files.files, *mounts.files)
    collectors = (collector(options.tracing, project=project.name),) if options.tracing else ()
    hosts = _with_room(
        project,
        (*with_utilities(containers, all_files, folders=mounts.folders), *collectors),
        plan_hosts(project, settings, findings),
        findings,
    )
    in_task = (*with_utilities(containers, all_files, hosts, mounts.folders), *collectors)
    check_count(project.at("services"), in_task, findings)
    warn_of_addresses(project, hosts, {each.name: each.ports for each in containers}, findings)
    _check_containers(project, containers, mounts.volumes, options, findings)
    if len(containers) > 1:
        _say_how_they_talk(project, hosts, findings)
    warn_of_production(project, None if options.health_checked else entrypoint, findings)
    _check_traffic(project, ports, entrypoint, containers, findings)
    secrets = plan_secrets(project, findings, environment=environment)
    exclusions = check_build_contexts(
        project,
        findings,
        mounted=[copy.source for each in in_task for copy in each.copies],
        detector=detector,
    )
    size = _plan_size(project, containers, collectors, settings, findings)
    replicas = count_replicas(project, findings)
    architecture = choose_architecture(project, findings)
    rollout = plan_rollout(project, findings)
    tags = plan_tags(project, findings)
    exclusive = plan_exclusive(project, containers, mounts.volumes, findings)
    if options.may_delay_stop and exclusive is None and entrypoint is not None:
        warn_of_full_task(project.at("services"), in_task, findings)
    if exclusive is not None:
        rollout = stop_first(rollout)
        if options.spot:
            warn_of_spot(exclusive, findings)
    elif rollout.max_healthy_percent > 100:
        note_shared_volumes(project, containers, mounts.volumes, findings)
    if findings.errors:
        return None
    named = with_valid_names(
        TaskParts(
            containers=tuple(containers),
            volumes=(*mounts.volumes.values(), *files.volumes.values()),
            files=all_files,
            folders=tuple(mounts.folders),
        )
    )
    plan = TaskPlan(
        name=project.name,
        directory=project.directory,
        at=project.at("services"),
        containers=(
            *_traced(
                with_utilities(named.containers, named.files, hosts, named.folders),
                options.tracing,
                project=project.name,
                environment=environment,
            ),
            *collectors,
        ),
        entrypoint=container_names(project.services)[entrypoint.service] if entrypoint else None,
        port=entrypoint.port if entrypoint else None,
        entrypoint_why=entrypoint.why if entrypoint else "",
        size=size,
        replicas=replicas,
        architecture=architecture,
        volumes=named.volumes,
        files=named.files,
        hosts=hosts,
        rollout=rollout,
        exclusive=exclusive,
        tags=tags,
        secrets=secrets,
        exclusions=exclusions,
    )
    check_plan(plan, project, findings)
    check_definition_size(plan, project, findings)
    return None if findings.errors else plan


def _are_files(settings: Settings, project: Project, findings: Findings) -> bool:
    """Say whether secrets are mounted as files, as Compose has them, rather than injected."""
    form = settings.get("secrets")
    if form is not None:
        return form.value == "files"
    readers = [each for each in project.services.values() if reads_secret_files(each)]
    if readers:
        findings.report(
            rules.SECRETS_ARE_FILES,
            *place(readers[0], "secrets"),
            f"{readers[0].name} reads files below /run/secrets, so that all secrets of the project "
            "are files there, and none is a variable",
            "write x-serverless-containers: {secrets: files} at the top of the file to say so, or "
            "{secrets: variables}",
        )
    return bool(readers)


def _traced(
    containers: tuple[ContainerPlan, ...],
    tracing: TracingPlan | None,
    *,
    project: str,
    environment: str | None,
) -> tuple[ContainerPlan, ...]:
    """The containers of the task, which find the collector of their traces if there is one."""
    if tracing is None:
        return containers
    return with_tracing(containers, tracing, project=project, environment=environment)


def _plan_entrypoint(
    project: Project,
    ports: Mapping[str, tuple[Listener, ...]],
    settings: Settings,
    options: PlanOptions,
    findings: Findings,
) -> Entrypoint | None:
    """The container and the port that receive the traffic; None without traffic or a choice."""
    if options.ingress is False:
        note_unreached(project, ports, settings, findings)
        return None
    if not is_worker(ports, settings):
        return choose_entrypoint(project, ports, settings, findings)
    if options.ingress is None:
        note_worker(project, findings)
    else:
        report_missing_port(project, findings)
    return None


def _plan_size(
    project: Project,
    containers: Sequence[ContainerPlan],
    collectors: Sequence[ContainerPlan],
    settings: Settings,
    findings: Findings,
) -> TaskSize:
    """The size of the task, with a note where it rests on no numbers of the files."""
    at = project.at("services")
    size = choose_size([*containers, *collectors], settings, findings, at=at)
    note_assumed_size(containers, size, settings, findings, at=at, collectors=collectors)
    return size


def _check_traffic(
    project: Project,
    ports: Mapping[str, tuple[Listener, ...]],
    entrypoint: Entrypoint | None,
    containers: list[ContainerPlan],
    findings: Findings,
) -> None:
    """Report an entrypoint that may end, and note what else is published."""
    if entrypoint is not None:
        check_entrypoint(project, entrypoint.service, containers, findings)
        note_unreached_ports(project, ports, entrypoint.service, entrypoint.port, findings)


def _check_files(project: Project, findings: Findings) -> bool:
    """Report what is wrong in the files whatever the plan is; whether there is one to make."""
    if not project.services and project.disabled:
        findings.report(
            rules.NO_ACTIVE_SERVICE,
            project.at("services"),
            ("services",),
            f"all services are in profiles, none of which is active: {listed(project.disabled)}",
            "activate one with COMPOSE_PROFILES=… in .env, or with --profile for a command",
        )
        return False
    check_keys(project, findings)
    check_engine_keys(project, findings)
    check_project(project, findings)
    check_names(project, findings)
    check_drivers(project, findings)
    return True


def _check_containers(
    project: Project,
    containers: list[ContainerPlan],
    volumes: Mapping[str, VolumePlan],
    options: PlanOptions,
    findings: Findings,
) -> None:
    """Report what is wrong with containers by themselves, or with what the caller has them do."""
    check_asset_builds(containers, findings, docker_builds=options.docker_builds)
    if options.docker_builds is None:
        warn_of_outside(project, containers, findings)
    check_mounts(project, containers, findings)
    warn_of_lost_data(project, containers, volumes, findings)
    if options.execute:
        check_writable(project, findings)
    if options.tracing is not None:
        check_tracing(project, containers, findings)


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


def _with_room(
    project: Project,
    in_task: Sequence[ContainerPlan],
    hosts: tuple[HostPlan, ...],
    findings: Findings,
) -> tuple[HostPlan, ...]:
    """The entries of /etc/hosts, none of them where their container is one too many.

    Args:
        project: The canonical model.
        in_task: The containers of the task without such entries.
        hosts: The entries.
        findings: Takes a warning where they are left out.
    """
    count = len(in_task)
    has_container = any(each.role is ContainerRole.FILES for each in in_task)
    if not hosts or has_container or count != MOST_CONTAINERS:
        return hosts
    findings.report(
        rules.NO_ROOM_FOR_NAMES,
        project.at("services"),
        ("services",),
        f"the task has {count} containers, the most that ECS takes, and so none that names the "
        "services to each other: they reach each other at localhost alone",
        "leave a service out with profiles, or write localhost wherever one names another",
    )
    return ()


def _say_how_they_talk(project: Project, hosts: Sequence[HostPlan], findings: Findings) -> None:
    names = listed(project.services)
    findings.report(
        rules.SHARED_LOOPBACK,
        project.at("services"),
        ("services",),
        f"{names} run in one task: each reaches the others by name, which is localhost there"
        if hosts
        else f"{names} run in one task and reach each other at localhost, not by name",
    )
