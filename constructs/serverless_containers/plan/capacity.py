"""The size of a task, its replicas, and its processor architecture."""

from collections.abc import Iterable, Sequence

from serverless_containers.compose.model import Project, Service
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.findings.listing import listed
from serverless_containers.plan import rules
from serverless_containers.plan.model import Architecture, ContainerPlan
from serverless_containers.plan.places import place
from serverless_containers.plan.settings import Setting, Settings
from serverless_containers.plan.sizes import (
    CPU_UNITS_PER_VCPU,
    FARGATE_SIZES,
    LARGEST,
    TaskSize,
    alternatives,
    nearest,
    smallest_holding,
)

_ARCHITECTURES = {
    "amd64": Architecture.X86_64,
    "x86_64": Architecture.X86_64,
    "x86-64": Architecture.X86_64,
    "arm64": Architecture.ARM64,
    "aarch64": Architecture.ARM64,
}
_SHARE_CPU = 256
_SHARE_MEMORY_MIB = 512
SHARE = (_SHARE_CPU, _SHARE_MEMORY_MIB)
"""The CPU units and the MiB that a container without any counts for: Fargate's smallest task."""


def needed_size(containers: Sequence[ContainerPlan]) -> tuple[int, int]:
    """Return the CPU units and the MiB that containers ask for, or count for without asking.

    Args:
        containers: The containers of the services of a task.
    """
    return (
        sum(each.cpu or _SHARE_CPU for each in containers),
        sum(each.asked_memory_mib or _SHARE_MEMORY_MIB for each in containers),
    )


def choose_size(
    containers: Iterable[ContainerPlan],
    settings: Settings,
    findings: Findings,
    *,
    at: Location | None,
) -> TaskSize:
    """Choose the size of the task: the one asked for, or the smallest that holds its containers.

    A container that names no amount of CPU counts for 256 units, one that names no memory for
    512 MiB. Of a pair of which one number is given, the other is the least that fits.

    Args:
        containers: The containers of the task.
        settings: The settings, which may ask for a size.
        findings: Where a size that Fargate has not is reported.
        at: Where the services are, which is blamed if no size holds them.
    """
    containers = tuple(containers)
    needed_cpu, needed_memory = needed_size(containers)
    cpu, memory = settings.get("cpu"), settings.get("memory")
    if cpu is None and memory is None:
        size = smallest_holding(needed_cpu, needed_memory)
        if size is None:
            findings.report(
                rules.TASK_SIZE_INVALID,
                at,
                ("services",),
                f"the containers ask for cpu {needed_cpu} and memory {needed_memory}, which is "
                f"more than Fargate's largest task has ({LARGEST})",
                "lower their deploy.resources",
            )
        return size or LARGEST
    size = _explicit(cpu, memory, needed_cpu, needed_memory, findings)
    _check_fits(size, containers, cpu, memory, findings)
    return size


def note_assumed_size(
    containers: Sequence[ContainerPlan],
    size: TaskSize,
    settings: Settings,
    findings: Findings,
    *,
    at: Location | None,
    collectors: Sequence[ContainerPlan] = (),
) -> None:
    """Note a size that rests on services of which nothing says what they need.

    Args:
        containers: The containers of the services.
        size: The size of the task.
        settings: The settings; where they ask for a size, it is nobody's guess.
        findings: Takes one note for the task.
        at: Where the services are.
        collectors: The collector of traces, if there is one: it is told of where it makes the task
            larger.
    """
    silent = [each.service_name for each in containers if not (each.cpu or each.asked_memory_mib)]
    if not silent or "cpu" in settings or "memory" in settings:
        return
    findings.report(
        rules.TASK_SIZE_ASSUMED,
        at,
        ("services",),
        f"the task gets {size.cpu} CPU units and {size.memory_mib} MiB of memory: nothing says "
        f"what {listed(silent)} need{'s' if len(silent) == 1 else ''}, and "
        f"{_SHARE_CPU} and {_SHARE_MEMORY_MIB} are counted for each"
        + _told_of_collectors(containers, collectors, size),
        "the same size at the same price is said with deploy: {resources: {reservations: {cpus: "
        f'"{_SHARE_CPU / CPU_UNITS_PER_VCPU}", memory: {_SHARE_MEMORY_MIB}M}}}}}} at each; more '
        "there makes the task larger",
    )


def _told_of_collectors(
    containers: Sequence[ContainerPlan], collectors: Sequence[ContainerPlan], size: TaskSize
) -> str:
    """Say what the collector of traces adds, where the task would be smaller without it."""
    without = smallest_holding(*needed_size(containers))
    if not collectors or without is None or without == size:
        return ""
    cpu, memory = needed_size(collectors)
    return (
        f"; the collector of tracing= adds {cpu} and {memory}, without which {without.cpu} and "
        f"{without.memory_mib} would do"
    )


def _explicit(
    cpu: Setting | None,
    memory: Setting | None,
    needed_cpu: int,
    needed_memory: int,
    findings: Findings,
) -> TaskSize:
    fitting = [
        size
        for size in FARGATE_SIZES
        if (cpu is None or size.cpu == cpu.value)
        and (memory is None or size.memory_mib == memory.value)
    ]
    holding = [
        size for size in fitting if size.cpu >= needed_cpu and size.memory_mib >= needed_memory
    ]
    if fitting:
        return min(holding) if holding else max(fitting)
    asked = TaskSize(
        int(cpu.value) if cpu else FARGATE_SIZES[0].cpu,
        int(memory.value) if memory else FARGATE_SIZES[0].memory_mib,
    )
    blamed = memory if memory is not None else cpu
    given = " with ".join(
        f"{name} {setting.value}" for name, setting in (("cpu", cpu), ("memory", memory)) if setting
    )
    suggestions = nearest(asked.cpu, asked.memory_mib)
    findings.report(
        rules.TASK_SIZE_INVALID,
        blamed.at if blamed else None,
        blamed.path if blamed else (),
        f"Fargate has no task of {given}",
        f"the nearest valid sizes are {alternatives(suggestions)}",
    )
    return suggestions[-1]


def _check_fits(
    size: TaskSize,
    containers: tuple[ContainerPlan, ...],
    cpu: Setting | None,
    memory: Setting | None,
    findings: Findings,
) -> None:
    """The containers' own numbers must fit; what they do not name is theirs to share."""
    asked_cpu = sum(each.cpu or 0 for each in containers)
    asked_memory = sum(each.memory_reservation_mib or each.memory_mib or 0 for each in containers)
    largest = max((each.memory_mib or 0 for each in containers), default=0)
    for name, setting, asked, given in (
        ("cpu", cpu, asked_cpu, size.cpu),
        ("memory", memory, max(asked_memory, largest), size.memory_mib),
    ):
        if asked > given:
            blamed = setting or cpu or memory
            findings.report(
                rules.TASK_SIZE_EXCEEDED,
                blamed.at if blamed else None,
                blamed.path if blamed else (),
                f"the containers ask for {name} {asked} together, the task has {given}",
                "raise the task's size, or lower their deploy.resources",
            )


def count_replicas(project: Project, findings: Findings) -> int | None:
    """Count the tasks that the services ask for. They are one task, so they must agree."""
    asked: tuple[str, int] | None = None
    services = list(project.services.values())
    for service in services:
        found = replicas_of(service)
        if found is None:
            continue
        number, at, path = found
        if asked is None:
            asked = (service.name, number)
        elif asked[1] != number:
            findings.report(
                rules.REPLICAS_DISAGREE,
                at,
                path,
                f"{service.name} asks for {number} replicas and {asked[0]} for {asked[1]}, but all "
                "services run in one task",
                "ask for one number, at the entrypoint",
            )
    if asked and asked[1] == 0 and any(replicas_of(each) is None for each in services):
        found = replicas_of(project.services[asked[0]])
        findings.report(
            rules.REPLICAS_DISAGREE,
            found[1] if found else None,
            found[2] if found else (),
            f"{asked[0]} asks for 0 replicas, which would stop the other services too: all run in "
            "one task",
            "leave it out with profiles",
        )
    return asked[1] if asked else None


def replicas_of(service: Service) -> tuple[int, Location, KeyPath] | None:
    """The number of tasks that a service asks for, with its place; None if it does not say."""
    deploy = service.deploy
    if deploy is not None and deploy.replicas is not None:
        return deploy.replicas, deploy.at("replicas"), (*deploy.path, "replicas")
    if service.scale is not None:
        return service.scale, service.at("scale"), (*service.path, "scale")
    return None


def choose_architecture(project: Project, findings: Findings) -> Architecture | None:
    """Choose the architecture that ``platform`` asks for; None if no service does."""
    chosen: Architecture | None = None
    for service in project.services.values():
        if service.platform is None:
            continue
        name = service.platform.lower()
        if name == "linux":
            # The architecture of whoever pulls.
            continue
        system, _, rest = name.partition("/") if "/" in name else ("linux", "", name)
        found = _ARCHITECTURES.get(rest.partition("/")[0])
        if system != "linux" or found is None or (chosen or found) is not found:
            findings.report(
                rules.PLATFORM_UNSUPPORTED,
                *place(service, "platform"),
                "expected linux/amd64 or linux/arm64, the same for all services of the task, "
                f"got {service.platform!r}",
            )
        else:
            chosen = found
    return chosen
