"""The user that a container runs as, to whom its folders of a file system belong.

An EFS access point gives every access one identity ("Enforcing a user identity using an access
point", Amazon EFS User Guide). As root it lets an image that starts as root hand its folders to
another user, as most official ones do. One that starts as another user needs that user's: what it
makes would belong to root, which PostgreSQL refuses.
"""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

from serverless_containers.compose.model import Service
from serverless_containers.plan.known_images import images_of, names_of, tag_of, user_of

Owner = tuple[int, int]
"""The ids of a user and of a group."""

# Ids of Linux have 32 bits.
_IDS = re.compile(r"(\d{1,10})(?::(\d{1,10}))?")
_ROOT = frozenset({"root", "root:root"})

_STARTS_AS: Mapping[str, Owner] = {
    "apache/kafka": (1000, 1000),
    "bitnami/*": (1001, 0),
    "bitnamilegacy/*": (1001, 0),
    "confluentinc/cp-*": (1000, 1000),
    "dpage/pgadmin4": (5050, 0),
    "elasticsearch": (1000, 0),
    "elasticsearch/elasticsearch": (1000, 0),
    "grafana": (472, 0),
    "grafana-enterprise": (472, 0),
    "grafana-oss": (472, 0),
    "grafana/loki": (10001, 10001),
    "grafana/tempo": (10001, 10001),
    "jenkins/jenkins": (1000, 1000),
    "keycloak": (1000, 0),
    "mssql/server": (10001, 0),
    "n8nio/n8n": (1000, 1000),
    "opensearchproject/opensearch": (1000, 1000),
    "prom/alertmanager": (65534, 65534),
    "prom/prometheus": (65534, 65534),
    "solr": (8983, 8983),
    "sonarqube": (1000, 0),
    "sonatype/nexus3": (200, 200),
}
"""Images that do not start as root, by patterns of the end of their repositories' names, and whom
they start as: ``USER`` of their Dockerfiles. Any other one is taken to start as root."""

_ALPINE = re.compile(r"(^|[-.])alpine")
_USERS: Mapping[tuple[str, str], tuple[Owner, Owner]] = {
    ("mariadb", "mysql"): ((999, 999), (999, 999)),
    ("mongo", "mongodb"): ((999, 999), (999, 999)),
    ("mysql", "mysql"): ((999, 999), (999, 999)),
    ("nginx", "nginx"): ((101, 101), (101, 101)),
    ("node", "node"): ((1000, 1000), (1000, 1000)),
    ("pgvector", "postgres"): ((999, 999), (999, 999)),
    ("postgis", "postgres"): ((999, 999), (70, 70)),
    ("postgres", "postgres"): ((999, 999), (70, 70)),
    ("rabbitmq", "rabbitmq"): ((999, 999), (100, 101)),
    ("redis", "redis"): ((999, 999), (999, 1000)),
    ("timescaledb", "postgres"): ((70, 70), (70, 70)),
    ("valkey", "valkey"): ((999, 999), (999, 1000)),
}
"""The ids of users by image and name, in its variant on Debian (or its only one) and on Alpine: the
``useradd`` of their Dockerfiles."""


def owner_of(service: Service) -> Owner | None:
    """Return the ids of the user that a service starts as.

    Args:
        service: The service.

    Returns:
        Those that it says as numbers, or its Dockerfile does; else those that its image is known
        for, or root's. None for a user with a name whose ids only the image knows.
    """
    user = user_of(service)
    found = _IDS.fullmatch(user)
    if found is not None:
        number = int(found[1])
        return number, int(found[2]) if found[2] else number
    if user in _ROOT:
        return 0, 0
    for image in images_of(service):
        known = _known(image, user)
        if known is not None:
            return known
    return None if user else (0, 0)


def _known(image: str, user: str) -> Owner | None:
    names = names_of(image)
    if not user:
        return next(
            (
                owner
                for pattern, owner in _STARTS_AS.items()
                if any(fnmatchcase(name, pattern) for name in names)
            ),
            None,
        )
    variants = _USERS.get((names[0], user.partition(":")[0]))
    return variants[bool(_ALPINE.search(tag_of(image)))] if variants else None
