"""Names of a task's containers, and values whose address leads nowhere."""

import subprocess

import pytest

from serverless_containers.plan.model import ContainerRole, HostPlan
from serverless_containers.plan.utility_containers import without_hosts

LOOPBACK = "127.0.0.1"


def hosts(planned):
    return [(each.name, each.address) for each in planned.plan.hosts]


def test_every_name_that_docker_compose_resolves(plan):
    planned = plan("""
        services:
          web:
            image: x
            ports: ["80"]
            links: ["db:database"]
            extra_hosts: ["legacy.example.com:10.0.0.5", "six=[::1]"]
            networks: {default: {aliases: [www, "*.example"]}}
          db:
            image: y
            container_name: shop-db
            hostname: primary
            domainname: shop.internal
        """)
    assert hosts(planned) == [
        ("database", LOOPBACK),
        ("db", LOOPBACK),
        ("legacy.example.com", "10.0.0.5"),
        ("primary", LOOPBACK),
        ("primary.shop.internal", LOOPBACK),
        ("shop-db", LOOPBACK),
        ("six", "::1"),
        ("web", LOOPBACK),
        ("www", LOOPBACK),
    ]
    assert planned.messages("host-invalid") == [
        "docker-compose.yml:8:41: services.web.networks.default.aliases[1]: '*.example' is no name "
        "of a host, so that it is left out of the task's /etc/hosts; use letters, digits, hyphens, "
        "underscores and dots"
    ]


@pytest.mark.parametrize(
    ("services", "setting"),
    [
        ("web: {image: x, ports: ['80'], container_name: ab, hostname: h}", ""),
        ("web: {image: x, ports: ['80']}, db: {image: y}", "names: none"),
    ],
)
def test_there_is_no_container_for_names_where_there_are_none(plan, services, setting):
    task = plan(f"services: {{{services}}}\nx-serverless-containers: {{{setting}}}").plan
    assert task.hosts == ()
    assert task.containers == task.services


def test_a_lone_service_has_its_extra_hosts(plan):
    planned = plan("services: {web: {image: x, ports: ['80'], extra_hosts: {a: 10.0.0.1}}}")
    assert hosts(planned) == [("a", "10.0.0.1")]
    assert planned["web"].depends_on == (("files", "SUCCESS"),)


def test_extra_hosts_that_nobody_adds_are_told(plan):
    planned = plan(
        "services: {web: {image: x, ports: ['80'], extra_hosts: {a: 10.0.0.1}}}\n"
        "x-serverless-containers: {names: none}"
    )
    (message,) = planned.messages("host-invalid")
    assert "names: none, so that extra_hosts is left out" in message


def test_the_script_adds_a_line_a_name(plan, tmp_path):
    text = "services: {web: {image: x, ports: ['80']}, db: {image: y, hostname: a_b.c}}"
    task = plan(text).plan
    file = tmp_path / "hosts"
    file.write_text("127.0.0.1 localhost\n")
    (script,) = task.containers[0].command
    subprocess.run(["/bin/sh", "-c", script.replace("/etc/hosts", str(file))], check=True)
    assert file.read_text() == "127.0.0.1 localhost\n127.0.0.1 a_b.c\n127.0.0.1 db\n127.0.0.1 web\n"


def test_names_can_be_taken_out_again(plan):
    task = plan("services: {web: {image: x, ports: ['80'], depends_on: [db]}, db: {image: y}}").plan
    assert task.hosts == (
        HostPlan(name="db", address=LOOPBACK),
        HostPlan(name="web", address=LOOPBACK),
    )
    bare = without_hosts(task)
    assert bare.hosts == ()
    assert all(each.role is ContainerRole.SERVICE for each in bare.containers)
    assert bare.containers[1].depends_on == (("db", "START"),)


@pytest.mark.parametrize(("services", "has_names"), [(9, True), (10, False)])
def test_a_task_without_room_goes_without_names(plan, services, has_names):
    text = "services:\n  web: {image: x, ports: ['80']}\n"
    text += "".join(f"  s{number}: {{image: x}}\n" for number in range(services - 1))
    planned = plan(text)
    assert bool(planned.plan.hosts) == has_names
    assert len(planned.plan.containers) == 10
    assert bool(planned.messages("no-room-for-names")) != has_names


def test_a_name_has_one_address(plan):
    planned = plan("""
        services:
          web: {image: x, ports: ["80"], extra_hosts: {db: 10.0.0.5, a: 10.0.0.1}}
          db: {image: y, extra_hosts: {a: 10.0.0.2}}
        """)
    assert planned.messages("host-conflict") == [
        "docker-compose.yml:4:7: services.db: db is the service db already, and the containers of "
        "a task share one /etc/hosts; use another name for one of the two",
        "docker-compose.yml:4:35: services.db.extra_hosts.a: a is 10.0.0.1 already, and the "
        "containers of a task share one /etc/hosts; use another name for one of the two",
    ]


def test_names_are_compared_without_their_case(plan):
    planned = plan("""
        services:
          web: {image: x, ports: ["80"], extra_hosts: {DB: 10.0.0.5, a: 10.0.0.1}}
          db: {image: y, extra_hosts: {A: 10.0.0.2}}
        """)
    first, second = planned.messages("host-conflict")
    assert "services.db: db is the service db already" in first
    assert "services.db.extra_hosts.A: A is 10.0.0.1 already" in second


def test_a_name_in_two_cases_is_one(plan):
    planned = plan("""
        services:
          web: {image: x, ports: ["80"], hostname: Web, environment: {DB_HOST: db}}
          Db: {image: y, extra_hosts: {DB: 127.0.0.1, Other: 10.0.0.1}}
          cache: {image: z, extra_hosts: {other: 10.0.0.1}}
        """)
    assert [each.name for each in planned.plan.hosts] == ["Db", "Other", "cache", "web"]
    assert planned.messages("name-unresolved") == []


@pytest.mark.parametrize("name", ["localhost", "LocalHost", "ip6-loopback"])
def test_no_other_host_is_called_localhost(plan, name):
    text = "services: {{web: {{image: x, ports: ['80'], extra_hosts: {{{}: {}}}}}}}"
    (message,) = plan(text.format(name, "10.0.0.1")).messages("host-conflict")
    assert message.startswith("docker-compose.yml:1:")
    assert message.endswith(
        f": services.web.extra_hosts.{name}: {name} is the loopback "
        "interface, at which the containers of a task reach each other; use another name"
    )
    assert plan(text.format(name, "host-gateway")).plan is None
    assert plan(text.format(name, "127.0.0.1")).plan.hosts == ()


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (f"URL: 'redis://cache:{'s' * 300}@x/0'", None),
        (f"URL: 'redis://cache:{'s' * 255}@x/0'", None),
        (f"URL: 'redis://cache:6379/{'s' * 300}'", "name-unresolved"),
        ("DB_HOST: cache", "name-unresolved"),
        ("URL: 'redis://cache:6379/0'", "name-unresolved"),
        ("URL: 'redis://:p@cache/0'", "name-unresolved"),
        ("PEERS: 'a:1,cache:2'", "name-unresolved"),
        ("COLOR: cache", None),
        ("URL: 'redis://cache:secret@x/0'", None),
        ("URL: 'http://example.com/cache:80x'", None),
        ("URL: 'http://mycache:80'", None),
        ("DB_HOST: web", None),
        ("URL: 'http://localhost:8080/x'", "published-port"),
        ("URL: 'http://127.0.0.1:8080'", "published-port"),
        ("URL: 'http://localhost:80'", None),
        ("URL: 'http://localhost:80800'", None),
        ("URL: 'http://host.docker.internal:3000'", "host-gateway"),
        ("API_HOST: host.docker.internal", "host-gateway"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_at_its_value(plan, value, rule):
    planned = plan(f"""
        services:
          web: {{image: x, ports: ["8080:80"]}}
          app: {{image: x, environment: {{{value}}}}}
          cache: {{image: y, profiles: [debug]}}
        """)
    rules = ("name-unresolved", "published-port", "host-gateway")
    told = {rule: planned.messages(rule) for rule in rules if planned.messages(rule)}
    assert list(told) == ([rule] if rule else [])
    for (message,) in told.values():
        assert ":4:" in message.partition(" ")[0]
        assert f"services.app.environment.{value.partition(':')[0]}: " in message


def test_a_sibling_is_not_resolved_where_names_are_off(plan):
    text = "services: {web: {image: x, ports: ['80'], command: [wait, 'db:5432']}, db: {image: y}}"
    assert not plan(text).messages("name-unresolved")
    (message,) = plan(f"{text}\nx-serverless-containers: {{names: none}}").messages(
        "name-unresolved"
    )
    assert message.endswith("nothing in the task resolves that name; write localhost")


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ("a: host-gateway", "host-gateway"),
        ("a: nowhere", "host-invalid"),
        ("'a b': 10.0.0.1", "host-invalid"),
    ],
)
def test_a_host_that_cannot_be_added_is_told(plan, entry, rule):
    planned = plan(f"services: {{web: {{image: x, ports: ['80'], extra_hosts: {{{entry}}}}}}}")
    assert planned.plan.hosts == ()
    assert len(planned.messages(rule)) == 1
