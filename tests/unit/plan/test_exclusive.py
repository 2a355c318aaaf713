"""What must not run twice on one volume is asked to stop before its successor starts."""

import pytest

from serverless_containers.plan.known_images import managed_store
from serverless_containers.plan.model import RolloutPlan

STOP_FIRST = RolloutPlan(min_healthy_percent=0, max_healthy_percent=100)
DATABASE = """
    services:
      web: {{image: x, ports: ["80"]{web}}}
      db: {{image: "{image}", volumes: ["data:/data{mode}"]{db}}}
    volumes: {{data: {volume}}}
    """


def database(*, image="postgres:17", web="", db="", mode="", volume="{}"):
    return DATABASE.format(image=image, web=web, db=db, mode=mode, volume=volume)


@pytest.mark.parametrize(
    ("image", "managed"),
    [
        ("postgres", "Amazon RDS"),
        ("postgres:17-alpine", "Amazon RDS"),
        ("library/postgres@sha256:0", "Amazon RDS"),
        ("public.ecr.aws/docker/library/mariadb:11", "Amazon RDS"),
        ("bitnami/postgresql:17", "Amazon RDS"),
        ("localhost:5000/mysql", "Amazon RDS"),
        ("container-registry.oracle.com/mysql/community-server:9", "Amazon RDS"),
        ("mongo:8", "Amazon DocumentDB"),
        ("valkey/valkey:8", "Amazon ElastiCache"),
        ("rabbitmq:4-management", "Amazon MQ"),
        ("docker.elastic.co/elasticsearch/elasticsearch:9.0.0", "Amazon OpenSearch Service"),
        ("quay.io/minio/minio", "Amazon S3"),
        ("neo4j", "Amazon Neptune"),
        ("mcr.microsoft.com/mssql/server:2022-latest", "Amazon RDS"),
        ("gvenzl/oracle-free:23-slim", "Amazon RDS"),
        ("icr.io/db2_community/db2", "Amazon RDS"),
        ("citusdata/citus", "Amazon RDS"),
        ("bitnami/postgresql-repmgr", "Amazon RDS"),
        ("bitnami/mariadb-galera", "Amazon RDS"),
        ("percona/percona-xtradb-cluster", "Amazon RDS"),
        ("percona/percona-distribution-postgresql", "Amazon RDS"),
        ("mysql/mysql-cluster", "Amazon RDS"),
        ("pgautoupgrade/pgautoupgrade:17-alpine", "Amazon RDS"),
        ("tensorchord/vchord-postgres:pg17", "Amazon RDS"),
        ("mirror.example.com/tensorchord/pgvecto-rs", "Amazon RDS"),
        ("paradedb/paradedb", "Amazon RDS"),
        ("yugabytedb/yugabyte", "Amazon Aurora"),
        ("mongodb/mongodb-atlas-local", "Amazon DocumentDB"),
        ("docker.redpanda.com/redpandadata/redpanda", "Amazon MSK"),
        ("confluentinc/cp-server", "Amazon MSK"),
        ("confluentinc/cp-kafka", "Amazon MSK"),
        ("apache/kafka-native", "Amazon MSK"),
        ("docker.dragonflydb.io/dragonflydb/dragonfly", "Amazon ElastiCache"),
        ("prom/prometheus", "Amazon Managed Service for Prometheus"),
        ("questdb/questdb", "Amazon Timestream for InfluxDB"),
        ("surrealdb/surrealdb", "a managed database"),
        ("cr.weaviate.io/semitechnologies/weaviate", "Amazon OpenSearch Service"),
        ("milvusdb/milvus", "Amazon OpenSearch Service"),
        ("chromadb/chroma", "Amazon OpenSearch Service"),
        ("typesense/typesense:28.0", "Amazon OpenSearch Service"),
        ("acme/oracle-free", None),
        ("mssql/tools", None),
        ("nginx", None),
        ("acme/community-server", None),
        ("postgres/exporter", None),
        ("mongo-express", None),
        (None, None),
    ],
)
def test_known_stores(image, managed):
    assert managed_store(image) == managed


def test_a_store_on_a_named_volume_stops_first(plan):
    planned = plan(database())
    assert planned.plan.rollout == STOP_FIRST
    assert planned.plan.exclusive.service == "db"
    assert planned.messages("exclusive-task") == [
        "docker-compose.yml:4:15: services.db.image: db keeps its data on a named volume "
        "(postgres:17): one task runs, and each rollout stops it before the next one starts, which "
        "interrupts db, web; use Amazon RDS, which the other services reach at its endpoint; "
        "x-serverless-containers: {exclusive: false} has it roll as others do"
    ]
    assert planned.messages("volume-written-twice") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"image": "nginx"},
        {"mode": ":ro"},
        {"volume": "{x-serverless-containers: {storage: scratch}}"},
        {"db": ", x-serverless-containers: {exclusive: false}"},
    ],
)
def test_others_roll_as_before(plan, changes):
    planned = plan(database(**changes))
    assert planned.plan.rollout == RolloutPlan()
    assert planned.plan.exclusive is None
    assert planned.messages("exclusive-task") == []


@pytest.mark.parametrize("image", ["postgres", "x"])
def test_a_service_says_so_itself(plan, image):
    planned = plan(f"""
        services:
          web: {{image: {image}, ports: ["80"], x-serverless-containers: {{exclusive: true}}}}
        """)
    assert planned.plan.rollout == STOP_FIRST
    (message,) = planned.messages("exclusive-task")
    assert message.endswith(
        "services.web.x-serverless-containers.exclusive: web is exclusive: one task "
        "runs, and each rollout stops it before the next one starts, which interrupts web; put "
        "web into a project and a stack of its own, if no other service has to reach it"
    )


def test_an_image_that_is_built_may_be_a_store_by_its_name(plan):
    text = database(db=", build: .")
    assert plan(text, dockerfiles={"Dockerfile": "FROM x\n"}).plan.exclusive.service == "db"


def test_spare_capacity_stops_a_store_whenever_it_is_taken_back(plan):
    (message,) = plan(database(), spot=True).messages("exclusive-spot")
    assert message.startswith(
        "docker-compose.yml:4:15: services.db.image: db runs once, and on Fargate Spot: "
    )


@pytest.mark.parametrize(("image", "spot"), [("postgres:17", False), ("nginx", True)])
def test_which_concerns_nothing_else(plan, image, spot):
    assert plan(database(image=image), spot=spot).messages("exclusive-spot") == []


@pytest.mark.parametrize(
    "dockerfile",
    [
        "FROM postgres:17\n",
        "ARG BASE=postgres\nFROM ${BASE}:17 AS base\nFROM base\nCOPY a /a\n",
        "FROM golang AS tool\nFROM postgres:17 AS last\n",
    ],
)
def test_a_store_may_be_what_an_image_is_built_on(plan, dockerfile):
    planned = plan(
        database(image="acme/data", db=", build: ./db"), dockerfiles={"db/Dockerfile": dockerfile}
    )
    assert planned.plan.exclusive.service == "db"
    (message,) = planned.messages("exclusive-task")
    assert "keeps its data on a named volume (postgres:17)" in message
    assert "Amazon RDS" in message


BUILT = """
    services:
      web: {{image: x, ports: ["80"]}}
      db: {{build: {{context: ., {build}}}, volumes: ["data:/data"]}}
    volumes: {{data: {{}}}}
    """


@pytest.mark.parametrize(
    ("build", "dockerfile", "found"),
    [
        ("target: data", "FROM postgres AS data\nFROM nginx\n", True),
        ("target: site", "FROM nginx AS site\nFROM postgres\n", False),
        ("args: {BASE: mysql}", "ARG BASE=nginx\nFROM $BASE\n", True),
        ("args: {BASE: nginx}", "ARG BASE=mysql\nFROM $BASE\n", False),
        ("additional_contexts: {b: 'docker-image://redis:8'}", "FROM b\n", True),
        ("additional_contexts: {redis: 'docker-image://nginx'}", "FROM redis\n", False),
        ("network: host", "FROM nginx\nCOPY --from=postgres /usr/bin/psql /bin/\n", False),
    ],
)
def test_it_is_what_the_stage_that_is_built_builds_on(plan, build, dockerfile, found):
    planned = plan(BUILT.format(build=build), dockerfiles={"Dockerfile": dockerfile})
    assert (planned.plan.exclusive is not None) == found
    if found:
        assert planned.plan.exclusive.path == ("services", "db", "build")


def test_the_circuit_breaker_is_still_the_files(plan):
    planned = plan(database(web=", deploy: {update_config: {failure_action: pause}}"))
    assert planned.plan.rollout == RolloutPlan(
        min_healthy_percent=0, max_healthy_percent=100, rollback=False
    )


@pytest.mark.parametrize(
    ("web", "path", "instead"),
    [
        (", scale: 2", "services.web.scale: 2 tasks would run db as often", "ask for 1"),
        (
            ", deploy: {replicas: 3}",
            "services.web.deploy.replicas: 3 tasks would run db as often",
            "ask for 1",
        ),
        (
            ", deploy: {update_config: {order: start-first}}",
            "services.web.deploy.update_config.order: start-first would run db twice",
            "write stop-first",
        ),
    ],
)
def test_what_asks_for_several_tasks_is_refused(plan, web, path, instead):
    (message,) = plan(database(web=web)).messages("exclusive-conflict")
    assert path in message
    assert message.endswith(
        "on the same volumes; use Amazon RDS, which the other services reach at its endpoint, "
        f"{instead}, or write "
        "x-serverless-containers: {exclusive: false} at db if it can run several times"
    )


@pytest.mark.parametrize(
    "web", [", scale: 1", ", scale: 0", ", deploy: {update_config: {order: stop-first}}"]
)
def test_what_does_not_is_not(plan, web):
    assert plan(database(web=web)).messages("exclusive-conflict") == []


def test_a_volume_of_something_else_is_a_note(plan):
    planned = plan(database(image="x"))
    assert planned.messages("volume-written-twice") == [
        "docker-compose.yml:4:29: services.db.volumes: while tasks change, the old and the new db "
        "both write to data; where it cannot take that, write x-serverless-containers: "
        "{exclusive: true} at the service"
    ]


@pytest.mark.parametrize(
    "db",
    [
        ", deploy: {update_config: {order: stop-first}}",
        ", x-serverless-containers: {exclusive: false}",
    ],
)
def test_but_not_where_it_was_decided(plan, db):
    assert plan(database(image="x", db=db)).messages("volume-written-twice") == []


def test_the_setting_is_true_or_false(plan):
    (message,) = plan(database(db=", x-serverless-containers: {exclusive: 1}")).messages(
        "setting-invalid"
    )
    assert message.endswith("expected true or false, got 1")
