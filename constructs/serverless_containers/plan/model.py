"""The plan: a task definition and its service, as Fargate is asked to run them.

Numbers and names are ECS's own, so that the constructs only hand them on. Everything in it has been
checked; nothing downstream needs to look at the Compose model again.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from serverless_containers.findings import KeyPath, Location
from serverless_containers.plan.build_context.model import Exclusions
from serverless_containers.plan.permissions.model import Statement
from serverless_containers.plan.secrets.model import SecretPlan
from serverless_containers.plan.sizes import TaskSize

_LONGEST_FOLDER = 100
"""Characters of the path of an access point; "RootDirectory", Amazon EFS User Guide."""


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
class RestartPlan:
    """ECS's container restart policy.

    Attributes:
        ignored_exit_codes: The exit codes after which the container is not restarted.
        attempt_period: Seconds that it must have run to be restarted; 60 is the least.
    """

    ignored_exit_codes: tuple[int, ...] = ()
    attempt_period: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class TmpfsPlan:
    """Memory mounted as a file system."""

    path: str
    size_mib: int
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MountPlan:
    """A task volume in a container."""

    volume: str
    path: str
    read_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsLogsPlan:
    """Output that goes to Amazon CloudWatch Logs.

    Attributes:
        stream_prefix: The beginning of the log streams' names.
        group_of: The container whose log group it is. None: the container's own.
        datetime_format: The start of a new entry, as strftime has it. None: every line is one.
        multiline_pattern: The same as a regular expression.
        is_blocking: Whether the application waits for its lines to be taken, rather than losing
            some. None: the file does not say.
        max_buffer_size: Bytes of the buffer. None: ECS's default.
    """

    stream_prefix: str
    group_of: str | None = None
    datetime_format: str | None = None
    multiline_pattern: str | None = None
    is_blocking: bool | None = None
    max_buffer_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDriverPlan:
    """Output that goes to another log driver, with its options as the file has them."""

    driver: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinuxPlan:
    """Linux parameters, ulimits and sysctls of a container."""

    init: bool = False
    drop: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    tmpfs: tuple[TmpfsPlan, ...] = ()
    ulimits: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    sysctls: Mapping[str, str] = field(default_factory=dict)


class VolumeKind(StrEnum):
    """The kinds of task volumes."""

    EFS = "efs"
    """On a file system that outlives the task."""
    EXTERNAL_EFS = "external-efs"
    """On one that exists already."""
    SCRATCH = "scratch"
    """On the task's own disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumePlan:
    """A volume of the task.

    Attributes:
        name: Its name in the task definition.
        kind: Where it is.
        file_system_id: The file system's id, if it exists already.
        owner: The user and group ids that files on a file system belong to.
    """

    name: str
    kind: VolumeKind
    file_system_id: str | None = None
    owner: tuple[int, int] = (0, 0)

    @property
    def folder(self) -> str:
        """The path of its folder on a file system: its name, bounded where that is too long."""
        if len(self.name) < _LONGEST_FOLDER:
            return f"/{self.name}"
        digest = hashlib.sha256(self.name.encode()).hexdigest()[:16]
        return f"/{self.name[: _LONGEST_FOLDER - len(digest) - 2]}-{digest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """A file that is written before the containers start.

    Attributes:
        volume: The scratch volume that it is written to.
        name: Its path on the volume.
        content: Its bytes, or None for a secret's value.
        secret: The Compose secret whose value it holds.
        mode: Its permissions.
        owner: Its user and group ids.
    """

    volume: str
    name: str
    content: bytes | None = None
    secret: str | None = None
    mode: int = 0o444
    owner: tuple[int, int] = (0, 0)


def mode_of(*, executable: bool) -> int:
    """Return the permissions of a file that is copied, of which git keeps one bit alone."""
    return 0o755 if executable else 0o644


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPlan:
    """A file or a folder of the project that is copied into an image.

    Attributes:
        source: Its absolute path on this machine.
        target: Its absolute path in the image of a service; in the one of the container that writes
            files, the volume that it is for and a path on that.
        is_folder: Whether it is a folder, whose files take the place of what is there.
        executable: Whether it is a file that may be executed: its mode is then 0755, and else 0644.
        at: Where the mount stands.
        path: The keys that lead there.
    """

    source: Path
    target: str
    is_folder: bool = False
    executable: bool = False
    at: Location | None = field(default=None, compare=False)
    path: KeyPath = field(default=(), compare=False)

    @property
    def mode(self) -> int:
        """The permissions of a file in the image."""
        return mode_of(executable=self.executable)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPlan:
    """An entry of the task's /etc/hosts, which all its containers share.

    Attributes:
        name: The name.
        address: The address of IPv4 or IPv6 that it resolves to.
    """

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPlan:
    """The rollout of a new version.

    Attributes:
        min_healthy_percent: Tasks that keep running.
        max_healthy_percent: Tasks that may run at once.
        circuit_breaker: Whether a rollout that does not become healthy is given up.
        rollback: Whether the old version is then put back.
    """

    min_healthy_percent: int = 100
    max_healthy_percent: int = 200
    circuit_breaker: bool = True
    rollback: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusivePlan:
    """A service that must not run twice at once.

    Attributes:
        service: Its name.
        managed: The service of AWS's that takes its place. None: it is no known store.
        at: Where the files say so: its image, or its setting.
        path: The keys that lead there.
    """

    service: str
    managed: str | None = None
    at: Location | None
    path: KeyPath


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildPlan:
    """The build of an image.

    Attributes:
        context: An absolute folder on this machine, or a URL.
        dockerfile: The Dockerfile, below the context unless it is absolute.
        dockerfile_inline: The text of the Dockerfile, in its place.
        args: Build arguments, each with its value.
        target: The stage to build. None: the last one.
        labels: The image's labels.
        network: The network of RUN instructions. None: Docker's.
        shm_size: Bytes of /dev/shm. None: Docker's.
        extra_hosts: Addresses by host name.
        additional_contexts: Absolute folders, images, URLs or ``service:NAME``, by name.
        cache_from: Images in registries that the build may take layers from.
        inline_cache: Whether the image holds a cache for later builds.
        no_cache: Whether every cache is left alone.
        path: The keys that lead to it in the files.
        places: Where it stands, and its keys by their paths below it.
    """

    context: str
    dockerfile: str = "Dockerfile"
    dockerfile_inline: str | None = None
    args: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    network: str | None = None
    shm_size: int | None = None
    extra_hosts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    additional_contexts: Mapping[str, str] = field(default_factory=dict)
    cache_from: tuple[str, ...] = ()
    inline_cache: bool = False
    no_cache: bool = False
    path: KeyPath = field(default=(), compare=False)
    places: Mapping[KeyPath, Location] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_local(self) -> bool:
        """Whether the context is a folder on this machine, not a URL."""
        return Path(self.context).is_absolute()

    @property
    def dockerfile_in_context(self) -> str:
        """The Dockerfile as a path below the context; absolute if it is elsewhere."""
        dockerfile = Path(self.dockerfile)
        if dockerfile.is_absolute() and dockerfile.is_relative_to(self.context):
            return str(dockerfile.relative_to(self.context))
        return str(dockerfile)

    def at(self, *key: str) -> Location | None:
        """Return where a key stands, or what is nearest above it in the files."""
        above = (key[:length] for length in range(len(key), -1, -1))
        return next((self.places[each] for each in above if each in self.places), None)


class ContainerRole(StrEnum):
    """The purpose of a container.

    The values of all but the first are the names of their containers, which no service may have.
    """

    SERVICE = "service"
    """It is a service of the Compose file."""
    FILES = "files"
    """It names the containers to each other, writes configs and secrets as files, and ends."""
    LOG_ROUTER = "log-router"
    """It takes what ``awsfirelens`` logs. The CDK adds it, with an image of AWS's."""
    COLLECTOR = "trace-collector"
    """It takes the traces of the other containers, and forwards them to AWS X-Ray."""
    STOP_DELAY = "stop-delay"
    """It keeps a task serving while it is taken out of service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DevPlan:
    """Process of a developer's machine that stands for a container where none runs.

    Attributes:
        command: The program and its arguments.
        directory: The folder in which it starts, absolute.
        ready: What is asked whether it is ready, in place of the health check: the URL of an
            answer, or a port that takes connections. Empty: the health check.
        ports: The container's port whose place on that machine each variable holds.
    """

    command: tuple[str, ...]
    directory: str
    ready: str = ""
    ports: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerPlan:
    """One container definition.

    Attributes:
        name: Its name: the service's, or its role's.
        role: Its purpose in the task.
        service: The name of its service in the Compose file, if ECS takes another.
        image: The image to run, or to add ``copies`` to. None where ``build`` says how it is made,
            and for the other roles, whose images are the caller's unless files are added to one.
        image_at: Where the files name it.
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
        pseudo_terminal: Whether it has a terminal.
        interactive: Whether its standard input is kept open.
        linux: Its Linux parameters, ulimits and sysctls.
        restart: When it is restarted in place; None: never, the task is replaced.
        log: Where its output goes; None for a log router, of which the CDK decides.
        mounts: The volumes that it mounts.
        copies: The files that are added to its image, which is then built on ``image``.
        log_attribute: The variable of resource attributes to which the name of its log group is
            added, so that a trace leads to the log. None: there is none.
        dev: The process that stands for it on a developer's machine; None: there is none. No
            template holds it.
    """

    name: str
    role: ContainerRole = ContainerRole.SERVICE
    service: str | None = None
    image: str | None = None
    image_at: Location | None = field(default=None, compare=False)
    build: BuildPlan | None = None
    essential: bool = True
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
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
    read_only_root: bool = False
    pseudo_terminal: bool = False
    interactive: bool = False
    linux: LinuxPlan = LinuxPlan()
    restart: RestartPlan | None = None
    log: AwsLogsPlan | LogDriverPlan | None = None
    mounts: tuple[MountPlan, ...] = ()
    copies: tuple[CopyPlan, ...] = ()
    log_attribute: str | None = None
    dev: DevPlan | None = None

    @property
    def is_built(self) -> bool:
        """Whether its image is built, if only to add files to one that is named."""
        return self.build is not None or bool(self.copies)

    @property
    def asked_memory_mib(self) -> int:
        """The memory that it asks for, by either limit; 0 if by none."""
        return max(self.memory_mib or 0, self.memory_reservation_mib or 0)

    @property
    def service_name(self) -> str:
        """Its name in the Compose file, by which callers mean it; for the other roles its own."""
        return self.service or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPlan:
    """One task definition and the service that runs it.

    Attributes:
        name: The project's name.
        directory: The project's folder, absolute.
        at: Where its services stand in the files.
        containers: All of them, in an order in which each follows those that it depends on.
        entrypoint: The container that receives the traffic; None where no requests come in.
        port: The port on which it does.
        entrypoint_why: The reason why they were chosen; empty where there was no choice to make.
        size: CPU and memory of the whole task.
        replicas: The number of tasks that the files ask for, or None if they do not say.
        architecture: The one that the files ask for, or None if they do not say.
        volumes: The volumes that the containers mount.
        files: The files that are written to scratch volumes before they start.
        hosts: The entries that are added to /etc/hosts before they start.
        rollout: How a new version replaces the old one.
        exclusive: The service for whose sake there is one task at a time; None if there is none.
        tags: Tags of the service.
        secrets: The secrets that some container reads, by their keys in the file, sorted.
        statements: Further permissions of the application.
        exclusions: The files that are left out of build contexts and of a pipeline's source.
    """

    name: str
    directory: Path
    at: Location | None = None
    containers: tuple[ContainerPlan, ...]
    entrypoint: str | None = None
    port: int | None = None
    entrypoint_why: str = ""
    size: TaskSize
    replicas: int | None = None
    architecture: Architecture | None = None
    volumes: tuple[VolumePlan, ...] = ()
    files: tuple[FilePlan, ...] = ()
    hosts: tuple[HostPlan, ...] = ()
    rollout: RolloutPlan = RolloutPlan()
    exclusive: ExclusivePlan | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, SecretPlan] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()
    exclusions: Exclusions = field(default_factory=Exclusions)

    @property
    def services(self) -> tuple[ContainerPlan, ...]:
        """The containers of the project's services."""
        return tuple(each for each in self.containers if each.role is ContainerRole.SERVICE)

    @property
    def pulls_files_image(self) -> bool:
        """Whether a container writes files or names whose image is not built for the project."""
        return any(
            each.role is ContainerRole.FILES and not each.is_built for each in self.containers
        )

    @property
    def built(self) -> tuple[ContainerPlan, ...]:
        """The containers whose images are built."""
        return tuple(container for container in self.containers if container.is_built)
