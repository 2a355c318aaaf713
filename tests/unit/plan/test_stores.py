"""A store without a volume loses its data with its task, which Docker Compose would keep."""

import pytest

TEXT = """
    services:
      web: {{image: x, ports: ["80"]}}
      db: {{image: "{image}"{db}}}
    volumes: {{data: {{}}}}
    """


def store(image="postgres:17", db=""):
    return TEXT.format(image=image, db=db)


def test_each_task_starts_with_an_empty_one(plan):
    planned = plan(store())
    assert planned.messages("store-without-volume") == [
        "docker-compose.yml:4:15: services.db.image: db keeps its data in its container "
        "(postgres:17): every task starts with an empty one, and a rollout starts it beside the "
        "old one, whose data end with it; use Amazon RDS, or mount a named volume where db keeps "
        "its data, with which one task runs; if it may start empty, give that volume "
        "x-serverless-containers: {storage: scratch}"
    ]
    assert planned.plan.exclusive is None


@pytest.mark.parametrize(
    ("image", "db"),
    [
        ("mysql:9", ""),
        ("mariadb:11", ""),
        ("mongo:8", ""),
        ("docker.elastic.co/elasticsearch/elasticsearch:9.0.0", ""),
        ("postgres:17", ", command: postgres -c fsync=off"),
        ("postgres:17", ", command: -c fsync=off"),
        ("postgres:17", ', tmpfs: ["/run/postgresql"]'),
        ("postgres:17", ', volumes: ["data:/data:ro"]'),
        ("postgres:17", ', volumes: ["/scratch"]'),
        ("redis:8", ", command: redis-server --appendonly yes"),
        ("redis:8", """, command: [sh, -c, 'redis-server --appendonly "yes"']"""),
        ("valkey/valkey:8", ", command: valkey-server --save 60 1"),
    ],
)
def test_other_stores_and_what_is_no_volume_for_their_data(plan, image, db):
    (message,) = plan(store(image, db)).messages("store-without-volume")
    assert f"db keeps its data in its container ({image})" in message


@pytest.mark.parametrize(
    ("image", "db"),
    [
        ("nginx", ""),
        ("memcached:1", ""),
        ("redis:8", ""),
        ("redis:8", ", command: redis-server --appendonly no"),
        ("redis:8", """, command: [redis-server, --save, ""]"""),
        ("valkey/valkey:8", ", command: valkey-server --maxmemory 60mb"),
        ("postgres:17", ', volumes: ["data:/var/lib/postgresql/data"]'),
        ("postgres:17", ", volumes: [{type: volume, source: data, target: /d}]"),
        ("postgres:17", ", command: pg_dump -h db.example.com"),
        ("postgres:17", ", entrypoint: [/usr/bin/psql], command: [-f, a.sql]"),
        ("postgres:17", ', restart: "no"'),
        ("mongo:8", ", command: [mongosh, --eval, x]"),
    ],
)
def test_caches_clients_and_what_has_a_volume_are_left_alone(plan, image, db):
    assert plan(store(image, db)).messages("store-without-volume") == []


def test_a_volume_on_the_tasks_disk_was_decided(plan):
    text = store(db=', volumes: ["data:/d"]').replace(
        "data: {}", "data: {x-serverless-containers: {storage: scratch}}"
    )
    assert plan(text).messages("store-without-volume") == []


def test_a_store_may_be_what_an_image_is_built_on(plan):
    planned = plan(
        "services: {db: {build: ., ports: ['80']}}", dockerfiles={"Dockerfile": "FROM mysql:9\n"}
    )
    (message,) = planned.messages("store-without-volume")
    assert "services.db.build: db keeps its data in its container (mysql:9)" in message


def test_under_strict_it_is_an_error(plan):
    planned = plan(store(), entrypoint="web", strict=True)
    assert planned.plan is None
    (message,) = planned.messages("store-without-volume")
    assert message.endswith("; nothing is guessed under strict")
