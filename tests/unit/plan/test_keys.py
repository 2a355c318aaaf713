"""No key is dropped in silence."""

import pytest

from serverless_containers.plan.support import Support
from serverless_containers.plan.support.keys import SERVICE


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            "privileged: true",
            "docker-compose.yml:5:5: services.web.privileged: Fargate gives no access to a host; "
            "remove it, or keep it in compose.override.yaml, which a deployment leaves out",
        ),
        (
            "stop_signal: SIGINT",
            "docker-compose.yml:5:5: services.web.stop_signal: ECS sends the image's own signal; "
            "write STOPSIGNAL in the Dockerfile",
        ),
    ],
)
def test_a_rejected_key_is_an_error_with_a_way_out(plan_service, keys, message):
    assert plan_service(keys).messages("key-rejected") == [message]


def test_a_local_key_is_a_note(plan_service):
    planned = plan_service("attach: true")
    assert planned.plan is not None
    assert planned.messages("key-local-only") == [
        "docker-compose.yml:5:5: services.web.attach: a deployed container's output goes to "
        "its log group"
    ]


def test_an_approximated_key_is_a_warning(plan_service):
    planned = plan_service("dns: 10.0.0.2")
    assert planned.plan is not None
    assert planned.messages("key-approximated") == [
        "docker-compose.yml:5:5: services.web.dns: the task uses the resolver of its VPC; this key "
        "is left out"
    ]


@pytest.mark.parametrize(
    "keys", ["privileged: false", "restart: always", "devices: []", "tty: false", "volumes: []"]
)
def test_a_key_that_asks_for_nothing_is_passed_over(plan_service, keys):
    planned = plan_service(keys)
    assert planned.plan is not None
    assert planned.errors == []


def test_every_class_says_why():
    for name, key in SERVICE.items():
        assert key.support is Support.MAPPED or key.why, name
        assert key.support is not Support.REJECTED or key.fix, name


def test_every_error_is_reported_at_once(plan):
    planned = plan("""
        services:
          a: {image: x, ports: ["80"], privileged: true}
          b: {image: x, ports: ["80"], stop_grace_period: 10m}
        """)
    assert planned.plan is None
    assert {code for code, _ in planned.findings} >= {
        "key-rejected", "port-taken", "stop-timeout-range", "entrypoint-ambiguous",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "code", "path"),
    [
        ("ports: [{target: 81, name: admin}]", "key-approximated", "ports[0].name"),
        ("ports: [{target: 81, app_protocol: http}]", "key-approximated", "ports[0].app_protocol"),
        (
            "volumes: [{type: volume, target: /x, volume: {nocopy: true}}]",
            "key-local-only",
            "volumes[0].volume.nocopy",
        ),
        (
            "volumes: [{type: tmpfs, target: /x, tmpfs: {size: 64m, mode: 448}}]",
            "key-approximated",
            "volumes[0].tmpfs.mode",
        ),
    ],
)
def test_a_key_of_a_listed_item_is_not_dropped_in_silence(plan, keys, code, path):
    ports = "" if keys.startswith("ports") else "ports: ['80'], "
    planned = plan(f"services: {{web: {{image: nginx, {ports}{keys}}}}}")
    assert planned.plan is not None
    assert any(f"services.web.{path}: " in message for message in planned.messages(code))


def test_a_dependencys_restart_is_not_dropped_in_silence(plan):
    planned = plan("""
        services:
          web:
            image: nginx
            ports: ["80"]
            depends_on: {db: {condition: service_started, restart: true}}
          db: {image: postgres}
        """)
    (message,) = planned.messages("key-approximated")
    assert "services.web.depends_on.db.restart: ECS restarts no container" in message
