"""A Compose project as it is meant: the canonical model.

Short syntaxes are expanded, defaults are applied, paths are resolved. A field that is None was not
given. ``at`` and ``path`` of each part say where it stands, for findings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from serverless_containers.compose.dockerfile import Dockerfile
from serverless_containers.compose.yaml.nodes import MappingNode, Node, locate
from serverless_containers.findings import KeyPath, Location


@dataclass(frozen=True, slots=True)
class Name:
    """Marks a field that is the name under which the part stands."""


@dataclass(frozen=True, slots=True)
class Under:
    """Marks a field that stands below other keys. Of several, the last that is there counts.

    Attributes:
        keys: The keys above it, for a part; all keys, for a value.
    """

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """Marks a field that says whether there is one of some keys."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of the model that remembers its place in the files.

    Attributes:
        node: The canonical node that it was read from.
        path: The keys that lead to it from the top.
    """

    node: Node
    path: KeyPath

    def at(self, *below: str | int) -> Location:
        """Return the place of this part, or of a value below it."""
        return locate(self.node, below)

    def key_at(self, key: str) -> Location:
        """Return the place of a key of this part."""
        return self.node.key_at(key) if isinstance(self.node, MappingNode) else self.node.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Build(Part):
    """Build of an image, in an absolute folder or from a URL (``context``)."""

    context: str
    dockerfile: str = "Dockerfile"
    dockerfile_inline: str | None = None
    args: Mapping[str, str]
    named_args: Mapping[str, Location]  # where those stand that the files give no value
    target: str | None = None
    platforms: tuple[str, ...] = ()
    labels: Mapping[str, str]
    cache_from: tuple[str, ...] = ()
    cache_to: tuple[str, ...] = ()
    additional_contexts: Mapping[str, str]
    secrets: tuple["FileUse", ...] = ()
    ssh: Mapping[str, str | None]
    network: str | None = None
    shm_size: int | None = None
    tags: tuple[str, ...] = ()
    extra_hosts: Mapping[str, tuple[str, ...]]
    no_cache: bool = False
    pull: bool = False
    privileged: bool = False
    parsed_dockerfile: Dockerfile | None = None

    @property
    def is_local(self) -> bool:
        """Whether the context is a folder on this machine, not a URL."""
        return Path(self.context).is_absolute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Port(Part):
    """One published port; a range is expanded into one of these for each port."""

    target: int
    published: str | None = None
    host_ip: str | None = None
    protocol: str = "tcp"
    name: str | None = None
    app_protocol: str | None = None
    mode: str = "ingress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed(Part):
    """A port, or a range of them, that other containers may use. ``first == last`` for one port."""

    first: int
    last: int
    protocol: str = "tcp"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck(Part):
    """A health check. ``test`` starts with CMD, CMD-SHELL or NONE; empty: the image's own."""

    test: tuple[str, ...] = ()
    interval: timedelta | None = None
    timeout: timedelta | None = None
    start_period: timedelta | None = None
    start_interval: timedelta | None = None
    retries: int | None = None
    disable: bool = False


class Condition(StrEnum):
    """Condition that a dependency must have reached before its dependent starts."""

    STARTED = "service_started"
    HEALTHY = "service_healthy"
    COMPLETED = "service_completed_successfully"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency(Part):
    """One entry of ``depends_on``."""

    service: Annotated[str, Name()]
    condition: Condition = Condition.STARTED
    required: bool = True
    restart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUse(Part):
    """A service's use of a secret or of a config. ``target`` is a path, or a plain name."""

    source: str
    target: str | None = None
    uid: str | None = None
    gid: str | None = None
    mode: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount(Part):
    """One volume of a service. ``type`` is bind, volume, tmpfs, npipe, cluster or image."""

    type: str = "volume"
    source: str | None = None
    target: str
    read_only: bool = False
    subpath: Annotated[str | None, Under(("volume", "subpath")), Under(("image", "subpath"))] = None
    tmpfs_size: Annotated[int | None, Under(("tmpfs", "size"))] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources(Part):
    """An amount of CPU (in vCPUs) and of memory (in bytes)."""

    cpus: float | None = None
    memory: int | None = None
    pids: int | None = None
    has_devices: Annotated[bool, Given(("devices", "generic_resources"))] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartPolicy(Part):
    """``deploy.restart_policy``. ``condition`` is none, on-failure or any, unless the file errs."""

    condition: str | None = None
    delay: timedelta | None = None
    max_attempts: int | None = None
    window: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateConfig(Part):
    """``deploy.update_config`` or ``deploy.rollback_config``."""

    parallelism: int | None = None
    delay: timedelta | None = None
    failure_action: str | None = None
    monitor: timedelta | None = None
    max_failure_ratio: float | None = None
    order: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy(Part):
    """``deploy``."""

    mode: str | None = None
    replicas: int | None = None
    endpoint_mode: str | None = None
    labels: Mapping[str, str]
    limits: Annotated[Resources | None, Under(("resources",))] = None
    reservations: Annotated[Resources | None, Under(("resources",))] = None
    restart_policy: RestartPolicy | None = None
    update_config: UpdateConfig | None = None
    rollback_config: UpdateConfig | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ulimit(Part):
    """One resource limit."""

    soft: int
    hard: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Logging(Part):
    """``logging``: a driver and its options."""

    driver: str | None = None
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNetwork(Part):
    """The attachment of a service to a network, with the names that it has there."""

    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Part):
    """One service.

    ``command`` and ``entrypoint`` are None for the image's own and empty when they are cleared.
    ``environment`` holds ``env_file`` too; a variable without any value is None.
    """

    name: Annotated[str, Name()]
    image: str | None = None
    build: Build | None = None
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    environment: Mapping[str, str | None]
    ports: tuple[Port, ...] = ()
    expose: tuple[Exposed, ...] = ()
    healthcheck: HealthCheck | None = None
    depends_on: tuple[Dependency, ...] = ()
    secrets: tuple[FileUse, ...] = ()
    configs: tuple[FileUse, ...] = ()
    volumes: tuple[Mount, ...] = ()
    tmpfs: tuple[str, ...] = ()
    deploy: Deploy | None = None
    scale: int | None = None
    cpus: float | None = None
    mem_limit: int | None = None
    mem_reservation: int | None = None
    restart: str | None = None
    ulimits: Mapping[str, Ulimit]
    stop_grace_period: timedelta | None = None
    stop_signal: str | None = None
    init: bool | None = None
    read_only: bool = False
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    platform: str | None = None
    labels: Mapping[str, str]
    user: str | None = None
    working_dir: str | None = None
    logging: Logging | None = None
    sysctls: Mapping[str, str]
    tty: bool = False
    stdin_open: bool = False
    profiles: tuple[str, ...] = ()
    container_name: str | None = None
    hostname: str | None = None
    domainname: str | None = None
    networks: Mapping[str, ServiceNetwork]
    links: tuple[str, ...] = ()
    extra_hosts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource(Part):
    """A top-level secret or config. ``key`` is its key in the file, ``name`` its external name."""

    key: Annotated[str, Name()]
    name: str | None = None
    file: Path | None = None
    environment: str | None = None
    content: str | None = None
    external: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume(Part):
    """A top-level volume."""

    key: Annotated[str, Name()]
    name: str | None = None
    driver: str | None = None
    driver_opts: Mapping[str, str]
    external: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Project(Part):
    """A whole Compose project.

    Attributes:
        name: The project's name by Compose's rules: ``name:``, COMPOSE_PROJECT_NAME, or the folder.
        directory: The absolute project folder, against which paths are resolved.
        files: The Compose files, in the order of merging; none for a lone Dockerfile.
        env_files: The files of variables that were looked for: the project's and those of services.
        disabled: The names of the services that the active profiles leave out.
        secrets: All that are defined, used or not; so for the next two.
        canonical: The values that ``docker compose config`` prints, of the types that they are of.
    """

    name: str
    directory: Path
    files: tuple[Path, ...]
    env_files: tuple[Path, ...] = ()
    disabled: tuple[str, ...] = ()
    services: Mapping[str, Service]
    secrets: Mapping[str, FileSource]
    configs: Mapping[str, FileSource]
    volumes: Mapping[str, Volume]
    canonical: Mapping[str, Any]
