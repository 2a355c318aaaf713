"""Projects that no requests reach."""

import pytest

WORKER = "services: {queue: {image: busybox}, worker: {image: busybox}}"
UNREACHED = (
    "a ContainerService has no ingress; where requests shall come in, use ContainerApi or "
    "ContainerHosting"
)


class TestWithoutPorts:
    def test_a_caller_without_an_ingress_gets_a_plan_and_no_finding(self, plan):
        planned = plan(WORKER, ingress=False)
        assert (planned.plan.entrypoint, planned.plan.port) == (None, None)
        assert not planned.messages("no-ingress")

    def test_whoever_does_not_know_is_told_that_it_is_a_worker(self, plan):
        planned = plan(WORKER, ingress=None)
        assert (planned.plan.entrypoint, planned.plan.port) == (None, None)
        assert planned.messages("no-ingress") == [
            "docker-compose.yml:1:11: services: no container has a port to receive the traffic: "
            "this is a worker, which ContainerService runs; if it serves requests, add ports to "
            'the one that serves requests: ports: ["80"]'
        ]

    def test_udp_alone_is_no_port_for_requests(self, plan):
        planned = plan("services: {dns: {image: coredns, ports: ['53/udp']}}", ingress=None)
        assert planned.plan.entrypoint is None
        assert planned.messages("no-ingress")

    @pytest.mark.parametrize(
        ("keys", "suggested"),
        [
            (
                "environment: {PORT: '3000'}",
                'ports: ["3000"] (the variable PORT names 3000 of app)',
            ),
            ("environment: {PORT: 'no'}", 'ports: ["80"]'),
            ("environment: {PORT: '0'}", 'ports: ["80"]'),
            ("environment: {PORT: '65536'}", 'ports: ["80"]'),
            ("environment: {PORT: '٣'}", 'ports: ["80"]'),
            ("environment: [PORT]", 'ports: ["80"]'),
        ],
    )
    def test_the_variable_port_is_suggested(self, plan, keys, suggested):
        text = f"services: {{app: {{image: x, {keys}}}, worker: {{image: busybox}}}}"
        (message,) = plan(text).messages("no-port")
        assert f"requests: {suggested}; what" in message

    def test_the_variable_port_of_a_dockerfile_is_suggested_too(self, plan):
        planned = plan(
            "services: {app: {build: .}, worker: {image: busybox}}",
            dockerfiles={"Dockerfile": "FROM node:22\nENV PORT=4000\n"},
        )
        (message,) = planned.messages("no-port")
        assert 'ports: ["4000"] (the variable PORT names 4000 of app)' in message

    def test_a_lone_dockerfile_suggests_what_it_names(self, plan):
        planned = plan(None, dockerfiles={"Dockerfile": "FROM node:22\nENV PORT=4000\n"})
        assert planned.messages("no-port") == [
            "Dockerfile:1:1: the Dockerfile has no EXPOSE, so that no port is known to receive the "
            "traffic; add the port that the application listens on: EXPOSE 4000, which its "
            "variable PORT names, or port=4000; what serves no requests is a worker, which "
            "ContainerService runs"
        ]


class TestNamedPort:
    def test_of_a_lone_container_it_makes_no_worker(self, plan):
        planned = plan("services: {app: {image: x}}", port=3000, ingress=None)
        assert (planned.plan.entrypoint, planned.plan.port) == ("app", 3000)

    def test_of_several_containers_the_one_is_named_too(self, plan):
        assert plan(WORKER, port=3000).messages("no-port") == [
            "port: port 3000 is named, and none of queue, worker has a port; name the one that "
            "listens on it, too, as the entrypoint, or give it a port"
        ]
        planned = plan(WORKER, port=3000, entrypoint="queue")
        assert (planned.plan.entrypoint, planned.plan.port) == ("queue", 3000)

    def test_an_entrypoint_alone_says_no_port(self, plan):
        assert plan(WORKER, entrypoint="queue").messages("entrypoint-unknown") == [
            "entrypoint: the entrypoint 'queue' has no TCP port; give it a port, or name the port, "
            "too"
        ]


class TestWithPorts:
    def test_without_an_ingress_nothing_reaches_what_is_published(self, plan):
        planned = plan(
            """
            services:
              web: {image: nginx, ports: ["8080:80"], expose: ["9000"]}
              api: {image: x, ports: ["3000"]}
            """,
            ingress=False,
        )
        assert (planned.plan.entrypoint, planned.plan.port) == (None, None)
        assert planned.messages("no-ingress") == [
            "docker-compose.yml:3:31: services.web.ports[0]: nothing outside the task reaches port "
            f"80/tcp of web: {UNREACHED}",
            "docker-compose.yml:4:27: services.api.ports[0]: nothing outside the task reaches port "
            f"3000/tcp of api: {UNREACHED}",
        ]

    def test_without_an_ingress_a_named_entrypoint_is_left_aside(self, plan):
        planned = plan(
            "x-serverless-containers: {entrypoint: a}\nservices: {a: {image: x, expose: ['80']}}",
            ingress=False,
        )
        assert planned.messages("no-ingress") == [
            "docker-compose.yml:1:39: x-serverless-containers.entrypoint: the entrypoint is left "
            f"aside: {UNREACHED}"
        ]

    def test_what_is_not_known_is_no_worker(self, plan):
        planned = plan("services: {web: {image: nginx, ports: ['80']}}", ingress=None)
        assert (planned.plan.entrypoint, planned.plan.port) == ("web", 80)
        assert not planned.messages("no-ingress")
