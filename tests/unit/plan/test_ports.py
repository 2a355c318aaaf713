"""Which container receives the traffic, and on which port."""

import pytest


@pytest.mark.parametrize(
    ("ports", "port"),
    [
        ("['80']", 80),
        ("['8080:80']", 80),
        ("['127.0.0.1:8080:80']", 80),
        ("['8000-8002:9000-9002']", 9000),
        ("['53:53/udp', '80']", 80),
        ("[{target: 80, published: '8080'}]", 80),
        ("[{target: 53, protocol: udp}, {target: 8080}]", 8080),
    ],
)
def test_the_first_tcp_target_receives_the_traffic(plan, ports, port):
    planned = plan(f"services: {{web: {{image: nginx, ports: {ports}}}}}")
    assert (planned.plan.entrypoint, planned.plan.port) == ("web", port)


def test_a_container_that_only_exposes_is_no_rival_of_one_that_publishes(plan):
    planned = plan("""
        services:
          cache: {image: redis, expose: ["6379"]}
          web: {image: nginx, ports: ["80"]}
        """)
    assert planned.plan.entrypoint == "web"
    assert [str(port) for port in planned["cache"].ports] == ["6379/tcp"]


def test_the_only_container_that_exposes_a_port_is_taken(plan):
    planned = plan("""
        services:
          worker: {image: busybox}
          web: {image: nginx, expose: ["80"]}
        """)
    assert (planned.plan.entrypoint, planned.plan.port) == ("web", 80)


def test_several_candidates_and_no_choice_are_listed(plan):
    planned = plan("""
        services:
          express: {image: node, ports: ["5001:8080"]}
          python: {image: python, ports: ["5000:5000"]}
          database: {image: postgres, ports: ["5432:5432"]}
        """)
    assert planned.plan is None
    assert planned.messages("entrypoint-ambiguous") == [
        "docker-compose.yml:3:34: services: several containers can receive the traffic: express "
        "(8080, published on 5001), python (5000); none of them is published on 80, 443, 8080, "
        "8000 or 3000, no single one depends on the others, and no single one is a web server by "
        'its image; name one with x-serverless-containers: {entrypoint: …} or entrypoint="…"'
    ]


@pytest.mark.parametrize("by", ["argument", "file"])
def test_the_choice_is_the_callers_or_the_files(plan, by):
    text = """
        services:
          express: {image: node, ports: ["8080:8080"]}
          python: {image: python, ports: ["5000:5000"]}
        """
    if by == "file":
        planned = plan(text + "x-serverless-containers: {entrypoint: python}\n")
    else:
        planned = plan(text, entrypoint="python")
    assert (planned.plan.entrypoint, planned.plan.port) == ("python", 5000)


def test_the_caller_decides_over_the_file(plan):
    planned = plan(
        """
        x-serverless-containers: {entrypoint: python}
        services:
          express: {image: node, ports: ["8080:8080"]}
          python: {image: python, ports: ["5000:5000"]}
        """,
        entrypoint="express",
    )
    assert planned.plan.entrypoint == "express"


def test_an_unknown_entrypoint_lists_the_known_ones(plan):
    planned = plan(
        """
        x-serverless-containers:
          entrypoint: expres
        services:
          express: {image: node, ports: ["8080:8080"]}
          python: {image: python, ports: ["5000:5000"]}
        """
    )
    assert planned.messages("entrypoint-unknown") == [
        "docker-compose.yml:3:15: x-serverless-containers.entrypoint: the entrypoint 'expres' is "
        "no service of this project; name one of express, python"
    ]


def test_an_entrypoint_without_a_tcp_port_is_refused(plan):
    planned = plan(
        """
        services:
          dns: {image: coredns, ports: ["53:53/udp"]}
          web: {image: nginx, ports: ["80"]}
        """,
        entrypoint="dns",
    )
    assert planned.messages("entrypoint-unknown") == [
        "entrypoint: the entrypoint 'dns' has no TCP port; name one of web"
    ]


def test_a_named_port_must_be_one_of_the_entrypoints(plan):
    text = "services: {web: {image: nginx, ports: ['80', '8443']}}"
    assert plan(text, port=8443).plan.port == 8443
    assert plan(text, port=81).messages("port-unknown") == [
        "port: container web does not listen on port 81; name one of 80, 8443, or add it to the "
        "service's ports"
    ]


def test_no_port_anywhere(plan):
    planned = plan("services: {worker: {image: busybox}, other: {image: busybox}}")
    assert planned.messages("no-port") == [
        "docker-compose.yml:1:11: services: no container has a port to receive the traffic; add "
        'ports to the one that serves requests: ports: ["80"]; what serves no requests is a '
        "worker, which ContainerService runs"
    ]


def test_an_empty_list_of_ports_is_shown_where_it_is_merged_from(plan):
    planned = plan("""
        x-base: &base
          image: nginx
          ports: []
        services:
          web:
            <<: *base
        """)
    assert planned.messages("no-port") == [
        "docker-compose.yml:4:10: services.web.ports: no container has a port to receive the "
        "traffic, and the list of web is empty; add ports to the one that serves requests: "
        'ports: ["80"], in the service itself, over what a merge key brings; what serves no '
        "requests is a worker, which ContainerService runs"
    ]


def test_two_containers_cannot_share_a_port(plan):
    planned = plan("""
        services:
          web: {image: nginx, ports: ["8080:80"]}
          admin:
            image: nginx
            expose: ["79-80"]
        """)
    assert planned.messages("port-taken") == [
        "docker-compose.yml:6:14: services.admin.expose[0]: container admin listens on 80/tcp, "
        "which web already does; the containers of a task share one network interface; let admin "
        "listen on another port"
    ]


def test_tcp_and_udp_are_different_ports(plan):
    planned = plan("""
        services:
          a: {image: nginx, ports: ["80"]}
          b: {image: nginx, expose: ["80/udp"]}
        """)
    assert planned.plan is not None


def test_a_host_address_is_left_out_with_a_warning(plan):
    planned = plan("services: {web: {image: nginx, ports: ['127.0.0.1:8080:80']}}")
    assert planned.messages("port-host-address") == [
        "docker-compose.yml:1:40: services.web.ports[0]: the host address 127.0.0.1 is left out: a "
        "task has an interface of its own"
    ]


class TestLoneDockerfile:
    def test_its_expose_is_the_port(self, plan):
        planned = plan(None, dockerfiles={"Dockerfile": "FROM nginx\nEXPOSE 8080 9090/udp\n"})
        assert planned.plan.port == 8080
        assert [str(port) for port in planned.plan.containers[0].ports] == ["8080/tcp", "9090/udp"]

    def test_without_expose_port_80_is_suggested(self, plan):
        planned = plan(None, dockerfiles={"Dockerfile": "FROM nginx\n"})
        assert planned.messages("no-port") == [
            "Dockerfile:1:1: the Dockerfile has no EXPOSE, so that no port is known to receive the "
            "traffic; add the port that the application listens on: EXPOSE 80 if it is the usual "
            "one, or port=80; what serves no requests is a worker, which ContainerService runs"
        ]

    def test_without_expose_the_caller_can_name_the_port(self, plan):
        planned = plan(None, dockerfiles={"Dockerfile": "FROM nginx\n"}, port=3000)
        assert planned.plan.port == 3000

    def test_ports_of_the_compose_file_stand_over_expose(self, plan):
        planned = plan(
            "services: {web: {build: ., ports: ['8080']}}",
            dockerfiles={"Dockerfile": "FROM nginx\nEXPOSE 80\n"},
        )
        assert [str(port) for port in planned["web"].ports] == ["8080/tcp"]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            "ports: ['1-999', '2000-2998']",
            "1:45: services.web.ports[1000]: web has 1998 ports; a service has at most 1000",
        ),
        (
            "ports: ['1-999'], expose: ['2000-2002']",
            "1:55: services.web.expose[0]: web exposes 2000 to 2002; a service has at most 1000 p",
        ),
        (
            "ports: ['80'], expose: ['2000-2998', '3000']",
            "1:65: services.web.expose[1]: web exposes 3000 to 3000; a service has at most 1000 p",
        ),
    ],
)
def test_ports_are_counted_for_a_service_as_a_whole(plan, keys, message):
    planned = plan(f"services: {{web: {{image: x, {keys}}}}}")
    (found,) = planned.messages("too-many-ports")
    assert found.startswith(f"docker-compose.yml:{message}")


def test_a_port_that_is_published_and_exposed_counts_once(plan):
    planned = plan("services: {web: {image: x, ports: ['1-1000'], expose: ['1-1000']}}")
    assert len(planned["web"].ports) == 1000


DOCKERFILE = "FROM scratch\nEXPOSE 8000\n"


@pytest.mark.parametrize(
    ("web", "worker", "owner"),
    [
        ("ports: ['8000']", "command: [celery]", "web"),
        ("expose: ['8000']", "command: [celery]", "web"),
        ("ports: ['8000']", "", "web"),
        ("", "command: [celery]", "web"),
        ("entrypoint: [gunicorn]", "", "worker"),
        ("command: [gunicorn]", "command: [celery]", "web"),
    ],
)
def test_what_the_image_alone_exposes_proves_no_listener(plan, project, web, worker, owner):
    project.write("Dockerfile", DOCKERFILE)
    keys = [f", {each}" if each else "" for each in (web, worker)]
    planned = plan(f"services:\n  web: {{build: .{keys[0]}}}\n  worker: {{build: .{keys[1]}}}\n")
    assert not planned.messages("port-taken")
    assert len(planned.messages("port-exposed-twice")) == 1
    assert planned.plan.entrypoint == owner
    assert [each.name for each in planned.plan.services if each.ports] == [owner]


@pytest.mark.parametrize("keys", ["", "expose: ['8000']", "ports: ['8000']"])
def test_two_of_one_image_that_both_listen_are_refused(plan, project, keys):
    project.write("Dockerfile", DOCKERFILE)
    more = f", {keys}" if keys else ""
    planned = plan(f"services:\n  web: {{build: .{more}}}\n  worker: {{build: .{more}}}\n")
    assert len(planned.messages("port-taken")) == 1


@pytest.mark.parametrize(
    ("second", "warned"),
    [
        ("image: 'valkey/valkey:8'", True),
        ("image: valkey/valkey@sha256:abc, restart: always", True),
        ("image: valkey/valkey, command: [--port, '6380']", False),
        ("image: valkey/valkey, expose: ['6380']", False),
        ("image: example/other", False),
    ],
)
def test_servers_of_the_same_default_port_are_told(plan, second, warned):
    planned = plan(f"""
        services:
          web: {{image: x, ports: ["80"]}}
          cache: {{image: "redis:8"}}
          queue: {{{second}}}
        """)
    messages = planned.messages("default-port-taken")
    assert bool(messages) == warned
    assert all("queue listens on 6379 unless" in each for each in messages)


def test_published_ports_that_nothing_reaches_are_named(plan):
    planned = plan("""
        services:
          web: {image: "x:1", ports: ["3000:3000", "4000:4000"]}
          db: {image: "postgres:17", ports: ["5432:5432"]}
        """)
    (message,) = planned.messages("port-unreached")
    assert message.startswith("docker-compose.yml:")
    assert "4000/tcp of web" in message
    assert "5432/tcp of db" in message
    assert "requests come in at 3000 of web" in message


@pytest.mark.parametrize("ports", ['ports: ["3000:3000"]', "ports: [3000], expose: [4000]"])
def test_what_is_not_published_is_not(plan, ports):
    planned = plan(f"services: {{web: {{image: 'x:1', {ports}}}}}")
    assert not planned.messages("port-unreached")
