"""What Fargate is asked to run for a Compose project: the plan.

Numbers and names are ECS's own, so that the constructs only hand them on. Everything in it has been
checked; nothing downstream needs to look at the Compose model again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from serverless_containers.compose.model import Build
from serverless_containers.plan.sizes import TaskSize


class Architecture(StrEnum):
    """The instruction set of a task; the values are ECS's ``CpuArchitecture``."""

    X86_64 = "X86_64"
    ARM64 = "ARM64"


class DependencyCondition(StrEnum):
    """ECS's container dependency conditions."""

    START = "START"
    HEALTHY = "HEALTHY"
    SUCCESS = "SUCCESS"


@dataclass(frozen=True, slots=True)
class PortPlan:
    """A port that a container listens on inside the task."""

    port: int
    protocol: str = "tcp"

    def __str__(self) -> str:
        return f"{self.port}/{self.protocol}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheckPlan:
    """ECS's container health check. All times are in whole seconds."""

    command: tuple[str, ...]
    interval: int
    timeout: int
    retries: int
    start_period: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerPlan:
    """One container definition.

    Attributes:
        name: The service's name, which is the container's.
        image: The image to run, or None where ``build`` says how it is made.
        build: How the image is built.
        essential: Whether the task stops when the container does.
        command: Replaces the image's command, if given.
        entrypoint: Replaces the image's entry point, if given.
        environment: Plain variables, in the order of their names.
        secrets: The Compose secret behind each injected variable.
        cpu: CPU units of the task's that are kept for it.
        memory_mib: The hard limit, past which it is killed.
        memory_reservation_mib: The soft limit.
        stop_timeout: Seconds between SIGTERM and SIGKILL.
        depends_on: The containers that start first, each with what it must have reached.
    """

    name: str
    image: str | None = None
    build: Build | None = None
    essential: bool = True
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    environment: Mapping[str, str]
    secrets: Mapping[str, str]
    ports: tuple[PortPlan, ...] = ()
    health_check: HealthCheckPlan | None = None
    depends_on: tuple[tuple[str, DependencyCondition], ...] = ()
    cpu: int | None = None
    memory_mib: int | None = None
    memory_reservation_mib: int | None = None
    user: str | None = None
    working_directory: str | None = None
    stop_timeout: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    init: bool = False
    read_only_root: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPlan:
    """One task definition and the service that runs it.

    Attributes:
        name: The project's name.
        containers: In an order in which every container follows those that it depends on.
        entrypoint: The container that receives the traffic.
        port: The port on which it does.
        size: CPU and memory of the whole task.
        replicas: The number of tasks that the files ask for, or None if they do not say.
        architecture: The one that the files ask for, or None if they do not say.
    """

    name: str
    containers: tuple[ContainerPlan, ...]
    entrypoint: str
    port: int
    size: TaskSize
    replicas: int | None = None
    architecture: Architecture | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secrets that some container reads, sorted."""
        return tuple(sorted({key for each in self.containers for key in each.secrets.values()}))

    @property
    def built(self) -> tuple[ContainerPlan, ...]:
        """The containers whose images are built."""
        return tuple(container for container in self.containers if container.build)
