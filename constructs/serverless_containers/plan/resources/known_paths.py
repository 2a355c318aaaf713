"""Paths in containers whose use is known: of data, of configuration, of what is only read.

Sources: the pages of the images on Docker Hub, and the documentation of their makers.
"""

import re

from serverless_containers.plan.known_images import names_of

_DATA = (
    "/bitnami",
    "/data/db",
    "/data/configdb",
    "/etc/letsencrypt",
    "/home/node/.n8n",
    "/loki",
    "/meili_data",
    "/nexus-data",
    "/opt/couchdb/data",
    "/opt/sonarqube/data",
    "/prometheus",
    "/qdrant/storage",
    "/root/.ollama",
    "/typesense-data",
    "/usr/share/elasticsearch/data",
    "/usr/share/opensearch/data",
    "/var/jenkins_home",
    "/var/lib/arangodb3",
    "/var/lib/cassandra",
    "/var/lib/clickhouse",
    "/var/lib/cockroach",
    "/var/lib/couchdb",
    "/var/lib/elasticsearch",
    "/var/lib/ghost/content",
    "/var/lib/influxdb",
    "/var/lib/influxdb2",
    "/var/lib/kafka",
    "/var/lib/letsencrypt",
    "/var/lib/mariadb",
    "/var/lib/meilisearch",
    "/var/lib/milvus",
    "/var/lib/minio",
    "/var/lib/mongodb",
    "/var/lib/mysql",
    "/var/lib/neo4j",
    "/var/lib/postgresql",
    "/var/lib/pgadmin",
    "/var/lib/prometheus",
    "/var/lib/rabbitmq",
    "/var/lib/redis",
    "/var/lib/scylla",
    "/var/lib/weaviate",
    "/var/lib/zookeeper",
    "/var/opt/mssql",
)
"""Folders that stores write to, and what is below them."""
_DATA_ITSELF = frozenset({"/var/lib/grafana"})
"""Folders that hold data, and below them what is only read."""
_IN_DATA: dict[str, frozenset[str]] = {
    "/data": frozenset(
        {
            *("dragonfly", "keydb", "minio", "mongo", "neo4j", "redis", "redis-stack"),
            *("redis-stack-server", "surrealdb", "valkey"),
        }
    ),
    "/config": frozenset({"caddy"}),
}
"""Folders that hold the data of some images, by the ends of their names."""
_CONFIGURATION = (
    "/docker-entrypoint-init.d",
    "/docker-entrypoint-initdb.d",
    "/docker-entrypoint.d",
    "/etc",
    "/flyway/conf",
    "/flyway/sql",
    "/fluent-bit/etc",
    "/fluentd/etc",
    "/hasura-metadata",
    "/hasura-migrations",
    "/liquibase/changelog",
    "/mosquitto/config",
    "/opt/kafka/config",
    "/opt/keycloak/conf",
    "/opt/keycloak/data/import",
    "/opt/keycloak/providers",
    "/opt/keycloak/themes",
    "/usr/local/apache2/conf",
    "/usr/local/apache2/htdocs",
    "/usr/local/bin",
    "/usr/local/etc",
    "/usr/local/tomcat/conf",
    "/usr/share/caddy",
    "/usr/share/elasticsearch/config",
    "/usr/share/grafana/conf",
    "/usr/share/kibana/config",
    "/usr/share/logstash/config",
    "/usr/share/logstash/pipeline",
    "/usr/share/nginx/html",
    "/usr/share/opensearch/config",
    "/var/lib/grafana/dashboards",
)
"""Folders that programs read when they start and do not write to, and what is below them."""
_CONFIGURATION_NAMES = re.compile(r"conf\.d|config\.d|initdb\.d|provisioning|sites-\w+")
"""Names of such folders, wherever they are."""
_OF_BITNAMI = re.compile(r"/opt/bitnami/[^/]+/(conf|etc)(/.*)?")
_FILLED: dict[str, tuple[str, ...]] = {
    "caddy": ("/etc/caddy", "/usr/share/caddy"),
    "drupal": ("/opt/drupal", "/var/www/html"),
    "eclipse-mosquitto": ("/mosquitto/config",),
    "elasticsearch": ("/usr/share/elasticsearch/config",),
    "grafana": ("/etc/grafana", "/usr/share/grafana"),
    "haproxy": ("/usr/local/etc/haproxy",),
    "httpd": ("/usr/local/apache2/conf", "/usr/local/apache2/htdocs"),
    "keycloak": ("/opt/keycloak/conf", "/opt/keycloak/providers", "/opt/keycloak/themes"),
    "kibana": ("/usr/share/kibana/config",),
    "logstash": ("/usr/share/logstash/config", "/usr/share/logstash/pipeline"),
    "mediawiki": ("/var/www/html",),
    "nginx": ("/etc/nginx", "/usr/share/nginx/html"),
    "nginx-unprivileged": ("/etc/nginx", "/usr/share/nginx/html"),
    "opensearch": ("/usr/share/opensearch/config",),
    "prometheus": ("/etc/prometheus",),
    "rabbitmq": ("/etc/rabbitmq",),
    "redmine": ("/usr/src/redmine",),
    "tomcat": ("/usr/local/tomcat/conf",),
}
"""Folders with files in the images of some names, which no entry point of theirs writes anew."""
_READERS = frozenset(
    {
        *("caddy", "envoy", "haproxy", "httpd", "lighttpd", "nginx", "nginx-unprivileged"),
        *("openresty", "static-web-server"),
    }
)
"""Servers that read the files that they are given, and write elsewhere; ends of images' names."""
_PACKAGES = frozenset({"node_modules", ".venv", "venv", "vendor", "__pycache__", ".git", ".next"})
"""Folders of packages that are installed, and of what is made of sources."""
_OF_TOOLS = re.compile(
    r"\.(?!env).*|.*\.(md|log|pyc)|(.*\.)?Dockerfile(\..*)?|(docker-)?compose[\w.-]*\.ya?ml"
    r"|(README|LICEN[CS]E|CHANGELOG|Makefile|Jenkinsfile|Procfile|Vagrantfile)(\..*)?"
    r"|(.*[_.-])?(tests?|specs?)([_.-].*)?|__tests__|coverage|docs?",
    re.IGNORECASE,
)
"""Names of what tools and people read, and no program that runs."""
_DATABASE_FILES = (".db", ".db3", ".sqlite", ".sqlite3", ".mdb", ".rdb", ".log", ".pid")
_CHANGED_FILES = frozenset({"acme.json"})


def is_data(target: str, image: str | None) -> bool:
    """Return whether a folder in a container is one that its program keeps data in.

    Args:
        target: The path of the folder, absolute.
        image: The image of the container, or the one that it builds on.
    """
    if target in _DATA_ITSELF or _is_below(target, _DATA):
        return True
    return names_of(image or "")[0] in _IN_DATA.get(target, ())


def is_configuration(target: str, image: str | None) -> bool:
    """Return whether a folder in a container is one that programs read and do not write to.

    Args:
        target: The path of the folder, absolute.
        image: The image of the container, or the one that it builds on.
    """
    if is_data(target, image):
        return False
    return (
        _is_below(target, _CONFIGURATION)
        or any(_CONFIGURATION_NAMES.fullmatch(part) for part in target.split("/"))
        or _OF_BITNAMI.fullmatch(target) is not None
    )


def filled_folder(target: str, image: str | None) -> str | None:
    """Return the folder with files in a well-known image that a path is, or holds; else None.

    Args:
        target: The path, absolute.
        image: The image, as the files name it.
    """
    folders = _FILLED.get(names_of(image or "")[0], ())
    return next((each for each in folders if _is_below(each, (target.rstrip("/"),))), None)


def only_reads(image: str | None) -> bool:
    """Return whether an image is of a server that reads the files that it is given."""
    return names_of(image or "")[0] in _READERS


def is_of_packages(target: str) -> bool:
    """Return whether a folder has the name of one that a package manager or a build fills."""
    return target.rpartition("/")[2] in _PACKAGES


def is_of_tools(name: str) -> bool:
    """Return whether a file or a folder has a name of what a running program has no use for."""
    return _OF_TOOLS.fullmatch(name) is not None


def is_changed(target: str) -> bool:
    """Return whether a file has a name that programs give to what they write to."""
    name = target.rpartition("/")[2].lower()
    return name.endswith(_DATABASE_FILES) or name in _CHANGED_FILES


def _is_below(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)
