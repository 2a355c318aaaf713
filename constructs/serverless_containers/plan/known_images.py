"""Well-known images: stores, and what else serves an application and not its callers.

Those are brokers, exporters and interfaces for administrators. A service with such an image
receives the traffic only where no other can.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase

from serverless_containers.compose.model import Service


class Purpose(IntEnum):
    """The purpose of a service, in the order in which one is taken for the entrypoint."""

    APPLICATION = 0
    """Anything that is not known as something else."""
    DASHBOARD = 1
    """A page that people look at, beside an application or alone: a dashboard, or a sign-in."""
    TOOL = 2
    """An interface for administrators and developers, or a helper of theirs."""
    STORE = 3
    """A store, a broker, or what collects telemetry."""


@dataclass(frozen=True, slots=True)
class KnownImage:
    """The purpose of a service, and what it is in words."""

    purpose: Purpose
    description: str


_RDS, _REDIS, _SEARCH = "Amazon RDS", "Amazon ElastiCache", "Amazon OpenSearch Service"
_MONGO, _KAFKA, _OTHER = "Amazon DocumentDB", "Amazon MSK", "a managed database"
CACHE = _REDIS
"""The managed service of stores that are caches before all, which may start empty."""
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

_USERS = "signs users in for applications"
_DASHBOARDS: Mapping[str, str] = {
    "chronograf": "a dashboard of InfluxDB",
    "grafana": "a dashboard of metrics and logs",
    "grafana-enterprise": "a dashboard of metrics and logs",
    "grafana-oss": "a dashboard of metrics and logs",
    "keycloak": _USERS,
    "kibana": "a dashboard of Elasticsearch",
    "opensearch-dashboards": "a dashboard of OpenSearch",
}
_EMAIL = "catches emails for developers"
_KAFKA_TOOL = "a tool for Kafka"
_POSTGRES_TOOL = "an interface for administrators of PostgreSQL"
_MYSQL_TOOL = "an interface for administrators of MySQL"
_MONGO_TOOL = "an interface for administrators of MongoDB"
_REDIS_TOOL = "an interface for administrators of Redis"
_SEARCH_TOOL = "an interface for administrators of Elasticsearch"
_DOCKER_TOOL = "a tool for Docker's engine"
_MIGRATION = "migrates databases"
_MOCK = "a stand-in for another service in tests"
_AWS_MOCK = "a stand-in for cloud services on a laptop"
_BROWSER = "a browser for tests"
_CONVERTER = "converts documents for other services"
_TOOLS: Mapping[str, str] = {
    "acme-companion": "renews certificates",
    "adminer": "an interface for administrators of databases",
    "akhq": _KAFKA_TOOL,
    "autoheal": _DOCKER_TOOL,
    "azurite": _AWS_MOCK,
    "cerebro": _SEARCH_TOOL,
    "certbot": "renews certificates",
    "cloudbeaver": "an interface for administrators of databases",
    "cmak": _KAFKA_TOOL,
    "cp-enterprise-control-center": _KAFKA_TOOL,
    "cp-kafka-connect": _KAFKA_TOOL,
    "cp-kafka-rest": _KAFKA_TOOL,
    "cp-ksqldb-cli": _KAFKA_TOOL,
    "cp-ksqldb-server": _KAFKA_TOOL,
    "cp-schema-registry": _KAFKA_TOOL,
    "debezium/connect": _KAFKA_TOOL,
    "dejavu": _SEARCH_TOOL,
    "dozzle": _DOCKER_TOOL,
    "dynamodb-admin": "an interface for administrators of DynamoDB",
    "dynamodb-local": _AWS_MOCK,
    "elasticmq": _AWS_MOCK,
    "elasticmq-native": _AWS_MOCK,
    "elasticsearch-head": _SEARCH_TOOL,
    "elasticsearch-hq": _SEARCH_TOOL,
    "elasticvue": _SEARCH_TOOL,
    "fake-gcs-server": _AWS_MOCK,
    "flower": "an interface for administrators of Celery",
    "flyway": _MIGRATION,
    "gotenberg": _CONVERTER,
    "greenmail": _EMAIL,
    "inbucket": _EMAIL,
    "kafdrop": _KAFKA_TOOL,
    "kafka-manager": _KAFKA_TOOL,
    "kafka-ui": _KAFKA_TOOL,
    "kafka_manager": _KAFKA_TOOL,
    "temporalio/ui": "an interface for administrators of Temporal",
    "browserless/chrome": _BROWSER,
    "rq-dashboard": "an interface for administrators of RQ",
    "ksqldb-server": _KAFKA_TOOL,
    "liquibase": _MIGRATION,
    "localstack": _AWS_MOCK,
    "localstack-pro": _AWS_MOCK,
    "mailcatcher": _EMAIL,
    "maildev": _EMAIL,
    "mailhog": _EMAIL,
    "mailpit": _EMAIL,
    "migrate/migrate": _MIGRATION,
    "minio/console": "an interface for administrators of MinIO",
    "minio/mc": "a tool for MinIO",
    "mockserver": _MOCK,
    "mongo-express": _MONGO_TOOL,
    "motoserver": _AWS_MOCK,
    "ofelia": _DOCKER_TOOL,
    "pgadmin": _POSTGRES_TOOL,
    "pgadmin4": _POSTGRES_TOOL,
    "pghero": _POSTGRES_TOOL,
    "pgweb": _POSTGRES_TOOL,
    "phpmyadmin": _MYSQL_TOOL,
    "phppgadmin": _POSTGRES_TOOL,
    "phpredisadmin": _REDIS_TOOL,
    "portainer": _DOCKER_TOOL,
    "portainer-ce": _DOCKER_TOOL,
    "portainer-ee": _DOCKER_TOOL,
    "redis-commander": _REDIS_TOOL,
    "redisinsight": _REDIS_TOOL,
    "redpandadata/console": _KAFKA_TOOL,
    "schema-registry": _KAFKA_TOOL,
    "selenium/hub": _BROWSER,
    "smtp4dev": _EMAIL,
    "swagger-editor": "a tool for developers of APIs",
    "swagger-ui": "a tool for developers of APIs",
    "tika": _CONVERTER,
    "watchtower": _DOCKER_TOOL,
    "wiremock": _MOCK,
}
_BROKER, _CACHE = "a broker of messages", "a cache"
_COLLECTOR, _METRICS = "collects logs and traces", "collects metrics"
_CONFIGURATION = "keeps secrets and configuration for other services"
_SERVERS: Mapping[str, str] = {
    "activemq-artemis": _BROKER,
    "activemq-classic": _BROKER,
    "activemq": _BROKER,
    "alertmanager": _METRICS,
    "jaegertracing/all-in-one": _COLLECTOR,
    "grafana/alloy": _COLLECTOR,
    "artemis": _BROKER,
    "cadvisor": _METRICS,
    "clamav": "scans files for other services",
    "consul": _CONFIGURATION,
    "eclipse-mosquitto": _BROKER,
    "emqx": _BROKER,
    "filebeat": _COLLECTOR,
    "fluent-bit": _COLLECTOR,
    "fluentd": _COLLECTOR,
    "graphite-statsd": _METRICS,
    "jaeger": _COLLECTOR,
    "logstash": _COLLECTOR,
    "loki": _COLLECTOR,
    "memcached": _CACHE,
    "mosquitto": _BROKER,
    "nats": _BROKER,
    "nats-streaming": _BROKER,
    "ollama": "runs models for applications",
    "temporalio/auto-setup": "runs workflows for applications",
    "temporalio/server": "runs workflows for applications",
    "openldap": "a directory of users",
    "opentelemetry-collector": _COLLECTOR,
    "opentelemetry-collector-contrib": _COLLECTOR,
    "pgbouncer": "pools connections to PostgreSQL",
    "pgpool": "pools connections to PostgreSQL",
    "promtail": _COLLECTOR,
    "proxysql": "pools connections to MySQL",
    "pulsar": _BROKER,
    "pushgateway": _METRICS,
    "statsd": _METRICS,
    "telegraf": _METRICS,
    "grafana/tempo": _COLLECTOR,
    "timberio/vector": _COLLECTOR,
    "vault": _CONFIGURATION,
    "zipkin": _COLLECTOR,
}
_PATTERNS: tuple[tuple[str, KnownImage], ...] = (
    ("*exporter", KnownImage(Purpose.STORE, "exports metrics")),
    ("selenium/*", KnownImage(Purpose.TOOL, _BROWSER)),
)
"""Patterns of the end of a repository's name."""

_DEFAULT_PORTS: Mapping[int, frozenset[str]] = {
    80: frozenset({"apache", "caddy", "httpd", "nginx", "traefik", "wordpress"}),
    1433: frozenset({"azure-sql-edge", "mssql/server"}),
    3306: frozenset({"mariadb", "mysql", "mysql-server", "percona", "percona-server"}),
    5432: frozenset({"pgvector", "postgis", "postgres", "postgresql", "timescaledb"}),
    5672: frozenset({"rabbitmq"}),
    6379: frozenset({"dragonfly", "keydb", "redis", "redis-stack", "redis-stack-server", "valkey"}),
    9042: frozenset({"cassandra", "scylla"}),
    9092: frozenset({"cp-kafka", "kafka", "kafka-native", "redpanda"}),
    9200: frozenset({"elasticsearch", "opensearch"}),
    11211: frozenset({"memcached"}),
    27017: frozenset({"mongo", "mongodb", "percona-server-mongodb"}),
}
"""The port on which the server of an image listens by default, by the end of the repository's name:
each image's page on Docker Hub."""

_WEB_SERVERS = frozenset(
    {
        "apache", "apisix", "caddy", "envoy", "haproxy", "httpd", "kong", "nginx", "nginx-proxy",
        "nginx-proxy-manager", "nginx-unprivileged", "openresty", "swag", "traefik",
    }
)  # fmt: skip
"""Images that answer the requests of a browser themselves, or hand them on to others."""

_KNOWN: Mapping[str, KnownImage] = {
    **{name: KnownImage(Purpose.DASHBOARD, text) for name, text in _DASHBOARDS.items()},
    **{name: KnownImage(Purpose.TOOL, text) for name, text in _TOOLS.items()},
    **{name: KnownImage(Purpose.STORE, text) for name, text in _SERVERS.items()},
}
"""Kinds of images by the ends of their repositories' names, whoever publishes or mirrors it."""


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


def tag_of(image: str) -> str:
    """Return the tag of an image; empty without one.

    Args:
        image: The image, as the files name it.
    """
    return image.partition("@")[0].rpartition("/")[2].partition(":")[2]


def user_of(service: Service) -> str:
    """Return the user that the files name for a service, or its Dockerfile; empty without one.

    Args:
        service: The service.
    """
    dockerfile = service.build.parsed_dockerfile if service.build else None
    return service.user or (dockerfile.user if dockerfile else None) or ""


def repository_of(image: str) -> str:
    """Return the path of an image's repository in its registry.

    The registry is what is before the first slash where that has a dot or a port, or is localhost
    (https://pkg.go.dev/github.com/distribution/reference).

    Args:
        image: The image, as the files name it.
    """
    *path, last = image.partition("@")[0].split("/")
    if path and (path[0] == "localhost" or not {".", ":"}.isdisjoint(path[0])):
        path = path[1:]
    return "/".join((*path, last.partition(":")[0]))


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


def default_port(image: str | None) -> int | None:
    """Return the port on which the server of a well-known image listens; None if it is not known.

    Args:
        image: The image, as the files name it.
    """
    names = names_of(image or "")
    return next(
        (port for port, known in _DEFAULT_PORTS.items() if not known.isdisjoint(names)), None
    )


def known_as(service: Service) -> KnownImage:
    """Return the purpose of a service, by the image that it names or that its Dockerfile builds on.

    Args:
        service: The service.
    """
    if store_of(service) is not None:
        return KnownImage(Purpose.STORE, "a store")
    for image in images_of(service):
        names = names_of(image)
        for name in names:
            if name in _KNOWN:
                return _KNOWN[name]
        for pattern, known in _PATTERNS:
            if any(fnmatchcase(name, pattern) for name in names):
                return known
    return KnownImage(Purpose.APPLICATION, "an application")


def is_web_server(service: Service) -> bool:
    """Return whether a service runs a well-known web server or proxy, by the same images.

    Args:
        service: The service.
    """
    return any(not _WEB_SERVERS.isdisjoint(names_of(image)) for image in images_of(service))


def speaks_fastcgi(service: Service) -> bool:
    """Return whether a service runs PHP behind a web server, by the tag of the same images.

    Args:
        service: The service.
    """
    tags = (image.partition("@")[0].rpartition(":")[2] for image in images_of(service))
    return any("fpm" in tag.split("-") for tag in tags)
