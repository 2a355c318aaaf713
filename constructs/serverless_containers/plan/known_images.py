"""Well-known images of what serves an application, and not its callers.

Beside the stores of `exclusive` these are brokers, exporters and interfaces for administrators. A
service with such an image receives the traffic only where no other can.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase

from serverless_containers.compose.model import Service
from serverless_containers.plan.exclusive import images_of, names_of, store_of


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
