"""Stores that keep their data in their container, which each task makes anew.

Docker Compose hands the anonymous volume that a store's image declares to the container that takes
its place (``--renew-anon-volumes`` of ``docker compose up`` is there to leave that out). A task on
Fargate has nothing of the one before it.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from serverless_containers.compose.model import Project, Service
from serverless_containers.findings import Findings
from serverless_containers.plan import rules
from serverless_containers.plan.known_images import CACHE, store_of
from serverless_containers.plan.model import ContainerPlan, VolumeKind, VolumePlan
from serverless_containers.plan.places import place
from serverless_containers.plan.settings import EXTENSION

_CLIENTS = frozenset(
    {
        "clickhouse-client", "cqlsh", "mariadb", "mariadb-dump", "mongo", "mongodump",
        "mongoimport", "mongorestore", "mongosh", "mysql", "mysqladmin", "mysqldump", "pg_dump",
        "pg_dumpall", "pg_isready", "pg_restore", "psql", "redis-cli", "valkey-cli",
    }
)  # fmt: skip
"""Programs of the images of stores that ask another one, and keep nothing."""
_PERSISTENCE = re.compile(r"""--appendonly[\s"'=]+yes|--save[\s"'=]+\d""")
"""Arguments by which Redis and its like write what they hold to a file ("Redis persistence",
https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/)."""


def warn_of_lost_data(
    project: Project,
    containers: Sequence[ContainerPlan],
    volumes: Mapping[str, VolumePlan],
    findings: Findings,
) -> None:
    """Warn of each store whose data go with its task.

    A cache without a volume is none, unless its command has it write to a file; neither is what
    ends, or runs a client of another store, nor what has a volume on the task's disk by its own
    word.

    Args:
        project: The canonical model.
        containers: The plans of its services.
        volumes: The volumes of the task by name.
        findings: Takes the warnings.
    """
    kept = {name for name, volume in volumes.items() if volume.kind is not VolumeKind.SCRATCH}
    for container in containers:
        service = project.services[container.name]
        store = store_of(service)
        if store is None or not container.essential or _asks_another(service):
            continue
        image, managed = store
        if managed == CACHE and not _PERSISTENCE.search(" ".join(service.command or ())):
            continue
        if _names_a_volume(service) or any(
            mount.volume in kept and not mount.read_only for mount in container.mounts
        ):
            continue
        findings.report(
            rules.STORE_WITHOUT_VOLUME,
            *place(service, "build" if service.image is None else "image"),
            f"{service.name} keeps its data in its container ({image}): every task starts with an "
            "empty one, and a rollout starts it beside the old one, whose data end with it",
            f"use {managed}, or mount a named volume where {service.name} keeps its data, with "
            f"which one task runs; if it may start empty, give that volume {EXTENSION}: "
            "{storage: scratch}",
        )


def _names_a_volume(service: Service) -> bool:
    return any(
        mount.type == "volume" and mount.source and not mount.read_only for mount in service.volumes
    )


def _asks_another(service: Service) -> bool:
    words = (*(service.entrypoint or ()), *(service.command or ()))
    return bool(words) and PurePosixPath(words[0]).name in _CLIENTS
