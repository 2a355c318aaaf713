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
from fnmatch import fnmatchcase

from serverless_containers.compose.model import Project, Service
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.findings.listing import listed
from serverless_containers.plan import rules
from serverless_containers.plan.capacity import replicas_of
from serverless_containers.plan.model import (
    ContainerPlan,
    ExclusivePlan,
    RolloutPlan,
    VolumeKind,
    VolumePlan,
)
from serverless_containers.plan.places import place
from serverless_containers.plan.settings import EXTENSION, Known, Setting, read_extension

_OF_A_SERVICE: Known = {"exclusive": bool}
_RDS, _REDIS, _SEARCH = "Amazon RDS", "Amazon ElastiCache", "Amazon OpenSearch Service"
_MONGO, _KAFKA, _OTHER = "Amazon DocumentDB", "Amazon MSK", "a managed database"
_IMAGE_CONTEXT = "docker-image://"
_STORES: Mapping[str, str] = {
    "arangodb": _OTHER,
    "azure-sql-edge": _RDS,
    "cassandra": "Amazon Keyspaces",
    "chroma": _SEARCH,
    "citus": _RDS,
    "clickhouse": _OTHER,
    "clickhouse-server": _OTHER,
    "cockroach": "Amazon Aurora",
    "couchbase": _OTHER,
    "couchdb": "Amazon DynamoDB",
    "cp-kafka": _KAFKA,
    "cp-server": _KAFKA,
    "database/enterprise": _RDS,
    "database/express": _RDS,
    "database/free": _RDS,
    "db2": _RDS,
    "dragonflydb/dragonfly": _REDIS,
    "elasticsearch": _SEARCH,
    "etcd": _OTHER,
    "influxdb": "Amazon Timestream for InfluxDB",
    "kafka": _KAFKA,
    "kafka-native": _KAFKA,
    "keydb": _REDIS,
    "mariadb": _RDS,
    "mariadb-galera": _RDS,
    "meilisearch": _SEARCH,
    "milvus": _SEARCH,
    "minio": "Amazon S3",
    "mongo": _MONGO,
    "mongodb": _MONGO,
    "mongodb-atlas-local": _MONGO,
    "mongodb-community-server": _MONGO,
    "mongodb-enterprise-server": _MONGO,
    "mssql/server": _RDS,
    "mysql": _RDS,
    "mysql-cluster": _RDS,
    "mysql/community-server": _RDS,
    "mysql/enterprise-server": _RDS,
    "mysql-server": _RDS,
    "neo4j": "Amazon Neptune",
    "opensearch": _SEARCH,
    "paradedb": _RDS,
    "percona": _RDS,
    "percona-distribution-postgresql": _RDS,
    "percona-server": _RDS,
    "percona-server-mongodb": _MONGO,
    "percona-xtradb-cluster": _RDS,
    "pgautoupgrade": _RDS,
    "pgvector": _RDS,
    "postgis": _RDS,
    "postgres": _RDS,
    "postgresql": _RDS,
    "postgresql-repmgr": _RDS,
    "prometheus": "Amazon Managed Service for Prometheus",
    "qdrant": _SEARCH,
    "questdb": "Amazon Timestream for InfluxDB",
    "rabbitmq": "Amazon MQ",
    "redis": _REDIS,
    "redis-stack": _REDIS,
    "redis-stack-server": _REDIS,
    "redpanda": _KAFKA,
    "rethinkdb": _OTHER,
    "scylla": "Amazon Keyspaces",
    "solr": _SEARCH,
    "surrealdb": _OTHER,
    "timescaledb": _RDS,
    "timescaledb-ha": _RDS,
    "typesense": _SEARCH,
    "valkey": _REDIS,
    "valkey-bundle": _REDIS,
    "weaviate": _SEARCH,
    "yugabyte": "Amazon Aurora",
    "zookeeper": _OTHER,
}
"""The end of a repository's name, whoever publishes or mirrors it (``library/postgres``,
``bitnami/postgresql``), and what AWS runs in place of the store."""
_PUBLISHED: Mapping[str, str] = {"gvenzl/oracle-*": _RDS, "tensorchord/*": _RDS}
"""Patterns of a publisher's repositories, likewise."""

WAY_OUT = (
    "{instead}, put {service} into a project and a stack of its own, or write "
    "x-serverless-containers: {{exclusive: false}} at {service} if it can run several times"
)
"""The advice where something asks for several tasks of an exclusive service."""


def managed_store(image: str | None) -> str | None:
    """Return what AWS runs in place of the store that an image holds; None if it is no store.

    Args:
        image: The image, as the files name it.
    """
    if image is None:
        return None
    name, published = names_of(image)
    patterns = (each for pattern, each in _PUBLISHED.items() if fnmatchcase(published, pattern))
    return _STORES.get(name) or _STORES.get(published) or next(patterns, None)


def names_of(image: str) -> tuple[str, str]:
    """Return the end of a repository's name, without and with its publisher.

    Args:
        image: The image, as the files name it.
    """
    *path, last = image.partition("@")[0].split("/")
    name = last.partition(":")[0]
    return name, "/".join((*path[-1:], name))


def images_of(service: Service) -> tuple[str, ...]:
    """Return the image that a service names and the one that its Dockerfile builds on."""
    return tuple(filter(None, (service.image, _base_image(service))))


def store_of(service: Service) -> tuple[str, str] | None:
    """Return the image that makes a service a store, and what AWS runs in its place, if one does.

    Args:
        service: The service; see `images_of`.
    """
    for image in images_of(service):
        managed = managed_store(image)
        if managed is not None:
            return image, managed
    return None


def _base_image(service: Service) -> str | None:
    build = service.build
    if build is None or build.parsed_dockerfile is None:
        return None
    base = build.parsed_dockerfile.base_image
    # A context of that name takes the image's place.
    given = build.additional_contexts.get(base) if base is not None else None
    if given is None:
        return base
    return given.removeprefix(_IMAGE_CONTEXT) if given.startswith(_IMAGE_CONTEXT) else None


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
        setting = read_extension(service, _OF_A_SERVICE, findings).get("exclusive")
        written = [
            mount.volume
            for mount in container.mounts
            if mount.volume in shared and not mount.read_only
        ]
        store = store_of(service) if written else None
        if setting.value if setting else store:
            place = (setting.at, setting.path) if setting else _image_of(service)
            _warn(service, setting, store, project, findings)
            found.append(ExclusivePlan(service=service.name, at=place[0], path=place[1]))
    if found:
        _refuse_several(project, found[0], findings)
    return found[0] if found else None


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
        if written and "exclusive" not in read_extension(service, _OF_A_SERVICE, Findings()):
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
    image, managed = store or (None, "a managed service")
    reason = "is exclusive" if setting else f"keeps its data on a named volume ({image})"
    findings.report(
        rules.EXCLUSIVE_TASK,
        at,
        path,
        f"{service.name} {reason}: ECS runs one task, and is asked to stop it before its successor "
        f"starts, so that each rollout interrupts {listed([service.name, *others])}; a task on its "
        "way out may overlap its successor",
        f"set the desired count to 0 before a change that matters, put {service.name} into a "
        f"project and a stack of its own, or use {managed}"
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
                WAY_OUT.format(service=exclusive.service, instead="ask for 1"),
            )
        config = service.deploy.update_config if service.deploy else None
        if config is not None and config.order == "start-first":
            findings.report(
                rules.EXCLUSIVE_CONFLICT,
                *place(config, "order"),
                f"start-first would run {exclusive.service} twice on the same volumes",
                WAY_OUT.format(service=exclusive.service, instead="write stop-first"),
            )
