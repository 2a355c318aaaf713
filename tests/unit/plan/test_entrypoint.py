"""Which container receives the traffic where the files leave several, and how that is said."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_containers.findings import Findings
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.entrypoint import NOT_HTTP
from serverless_containers.plan.source import plan_source

DATABASE = '{image: "postgres:17", ports: ["5432:5432"]}'
ADMINER = '{image: "adminer:5", ports: ["8080:8080"]}'


def services(**each):
    return "services:\n" + "".join(f"  {name}: {text}\n" for name, text in each.items())


def app(ports, more=""):
    return f'{{image: "acme/app:1", ports: [{ports}]{more}}}'


def chosen(planned):
    """The entrypoint, None without a plan, and the reason for a choice, empty without one."""
    messages = planned.messages("entrypoint-chosen")
    reason = "".join(messages).partition("traffic, on port ")[2].partition("; say so")[0]
    assert len(messages) <= 1
    place = (planned.plan.entrypoint, planned.plan.port) if planned.plan else None
    return place, reason.partition(": ")[2]


WEB = "80, 443, 8080, 8000 or 3000"


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        pytest.param(
            services(
                app=app('"8000:8000"'),
                db=DATABASE,
                nginx='{image: nginx, ports: ["80:80"], depends_on: [app]}',
            ),
            ("nginx", 80),
            "it alone is published on 80 or 443",
            id="a proxy in front",
        ),
        pytest.param(
            services(
                backend=app('"8000:8000"'),
                db=DATABASE,
                frontend=app('"3000:3000"', ", depends_on: [backend]"),
            ),
            ("frontend", 3000),
            "of backend, frontend it alone is one that none of the others depends on",
            id="a frontend that depends on its backend",
        ),
        pytest.param(
            services(
                api=app('"5000:5000"'),
                migrate='{image: "acme/app:1", depends_on: [api]}',
                web=app('"5001:5001"', ", depends_on: [migrate]"),
            ),
            ("web", 5001),
            "of api, web it alone is one that none of the others depends on",
            id="what depends on the other through a third",
        ),
        pytest.param(
            services(
                backend=app('"8000:8000"'),
                frontend=app('"5173:5173"', ", depends_on: [backend]"),
            ),
            ("frontend", 5173),
            "of backend, frontend it alone is one that none of the others depends on",
            id="a frontend on an unusual port before a backend on a usual one",
        ),
        pytest.param(
            services(
                backend=app('"80:80"'),
                frontend=app('"3000:3000"', ", depends_on: [backend]"),
            ),
            ("frontend", 3000),
            "of backend, frontend it alone is one that none of the others depends on",
            id="a frontend on a usual port before a backend on 80",
        ),
        pytest.param(
            services(
                app=app('"3000:3000"', ", depends_on: [proxy]"),
                proxy='{image: "traefik:3", ports: ["80:80"]}',
            ),
            ("proxy", 80),
            "it alone is published on 80 or 443",
            id="a proxy that is started first",
        ),
        pytest.param(
            services(
                backend=app('"8000:8000"'),
                frontend='{image: "nginx:1.29", ports: ["3000:80"]}',
            ),
            ("frontend", 80),
            "of backend, frontend it alone is a web server by its image",
            id="a web server beside an application",
        ),
        pytest.param(
            services(
                php='{image: "php:8.4-fpm-alpine", expose: ["9000"]}',
                nginx='{image: "nginx:1.29", expose: ["80"]}',
            ),
            ("nginx", 80),
            "no service publishes a port, and it alone exposes one that may speak HTTP",
            id="PHP behind a web server",
        ),
        pytest.param(
            services(api=app('"9000:3000"'), web=app('"8080:5000"')),
            ("web", 5000),
            f"it alone is published on {WEB}",
            id="the published port counts, not the container's",
        ),
        pytest.param(
            services(api=app('"5000"'), web=app('"8000"')),
            ("web", 8000),
            f"it alone has port {WEB}",
            id="one without a published port counts by the container's",
        ),
        pytest.param(
            services(api=app('"8080:8080"'), web=app('"80"')),
            ("web", 80),
            "it alone has port 80 or 443",
            id="which Docker publishes on any free port",
        ),
        pytest.param(
            services(api=app('"8080:8080"'), web=app('"80", "443:80"')),
            ("web", 80),
            "it alone is published on 80 or 443",
            id="and on one that is named",
        ),
        pytest.param(
            services(adminer=ADMINER, app=app('"5000:5000"'), db=DATABASE),
            ("app", 5000),
            "it alone is no store, broker or tool: adminer is an interface for administrators of "
            "databases",
            id="an application beside a tool on a usual port",
        ),
        pytest.param(
            services(
                phpmyadmin='{image: "phpmyadmin/phpmyadmin", ports: ["8080:8081"]}',
                wordpress='{image: "wordpress:6", ports: ["8000:80"]}',
            ),
            ("wordpress", 80),
            "it alone is no store, broker or tool: phpmyadmin is an interface for administrators "
            "of MySQL",
            id="two on usual ports, one of them a tool",
        ),
        pytest.param(
            services(
                grafana='{image: "grafana/grafana:12", ports: ["3000:3000"]}',
                prometheus='{image: "prom/prometheus:v3", ports: ["9090:9090"]}',
                collector='{image: "acme/collector:1"}',
            ),
            ("grafana", 3000),
            "it is a dashboard of metrics and logs: prometheus is a store",
            id="a dashboard and its store",
        ),
        pytest.param(
            services(
                app='{image: "acme/app:1", expose: ["5000"]}',
                adminer=ADMINER,
            ),
            ("app", 5000),
            "it alone is no store, broker or tool: adminer is an interface for administrators of "
            "databases",
            id="an application that only exposes beside a tool that publishes",
        ),
        pytest.param(
            services(
                mongo='{image: "mongo:8", ports: ["27017:27017"]}',
                ui='{image: "mongo-express:1", ports: ["8081:8081"]}',
            ),
            ("ui", 8081),
            "it is an interface for administrators of MongoDB, and no application has a port",
            id="a tool that is all that there is",
        ),
        pytest.param(
            services(
                app='{image: "acme/app:1", expose: ["5000"]}',
                nginx='{image: "acme/proxy:1", ports: ["8443:8443"]}',
            ),
            ("nginx", 8443),
            "",
            id="one that publishes beside one that exposes",
        ),
        pytest.param(
            services(
                setup=app('"81:81"'),
                web=app('"90:90"', ", depends_on: {setup: {condition: "
                        "service_completed_successfully}}"),
            ),
            ("web", 90),
            "other services wait for the end of setup",
            id="one that ends is no rival",
        ),
    ],
)  # fmt: skip
def test_the_first_rule_that_decides_chooses_and_is_named(plan, text, place, reason):
    assert chosen(plan(text)) == (place, reason)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (services(web=app('"80"')), ("web", 80)),
        (services(web=app('"80"'), db=DATABASE), ("web", 80)),
        (services(web=app('"80"'), db='{image: "postgres:17"}'), ("web", 80)),
        (services(web=app('"80"'), es='{image: elasticsearch, expose: ["9200"]}'), ("web", 80)),
        (services(web=app('"222:22", "3000:3000"')), ("web", 3000)),
        (services(web=app('"443:443", "80:80"')), ("web", 80)),
        (services(web=app('"443:443"')), ("web", 443)),
        (services(store='{image: "minio/minio", ports: ["9000:9000"]}'), ("store", 9000)),
        (services(mq='{image: "rabbitmq", ports: ["5672:5672", "15672:15672"]}'), ("mq", 15672)),
    ],
)
def test_where_the_files_leave_one_nothing_is_said(plan, text, place):
    assert chosen(plan(text)) == (place, "")


def test_a_lone_dockerfile_has_no_other_way_to_say_it(plan):
    planned = plan(None, dockerfiles={"Dockerfile": "FROM node:22\nEXPOSE 3000\n"}, strict=True)
    assert chosen(planned) == ((planned.plan.entrypoint, 3000), "")


def test_a_compose_file_publishes_what_its_dockerfile_exposes(plan):
    planned = plan(
        "services: {web: {build: .}}", dockerfiles={"Dockerfile": "FROM node:22\nEXPOSE 3000\n"}
    )
    assert chosen(planned) == (
        ("web", 3000),
        "no service publishes a port, and it alone exposes one that may speak HTTP",
    )


def test_the_warning_says_how_to_say_it(plan):
    assert plan(services(adminer=ADMINER, app=app('"5000:5000"'))).messages(
        "entrypoint-chosen"
    ) == [
        "docker-compose.yml:3:38: services.app.ports[0]: app receives the traffic, on port 5000: "
        "it alone is no store, broker or tool: adminer is an interface for administrators of "
        "databases; say so with x-serverless-containers: {entrypoint: app} or "
        'entrypoint="app"'
    ]


@pytest.mark.parametrize("said", ["file", "argument"])
def test_what_is_said_is_no_guess(plan, said):
    text = services(adminer=ADMINER, app=app('"5000:5000"'))
    if said == "file":
        planned = plan(text + "x-serverless-containers: {entrypoint: adminer, strict: true}")
    else:
        planned = plan(text, entrypoint="adminer", strict=True)
    assert chosen(planned) == (("adminer", 8080), "")


class TestStrict:
    TEXT = services(adminer=ADMINER, app=app('"5000:5000"'))

    @pytest.mark.parametrize("said", ["file", "argument"])
    def test_a_choice_is_an_error(self, plan, said):
        setting = "x-serverless-containers: {strict: true}" if said == "file" else ""
        planned = plan(self.TEXT + setting, **({} if setting else {"strict": True}))
        assert planned.plan is None
        (message,) = planned.messages("entrypoint-chosen")
        assert message.endswith("nothing is guessed under strict")

    def test_the_caller_decides_over_the_file(self, plan):
        text = self.TEXT + "x-serverless-containers: {strict: true}"
        assert plan(text, strict=False).plan.entrypoint == "app"

    def test_a_suppression_is_no_way_around(self, plan):
        planned = plan(
            self.TEXT
            + "x-serverless-containers: {strict: true, suppress: [{rule: entrypoint-chosen, "
            "reason: it is meant}]}"
        )
        assert planned.plan is None
        assert planned.messages("entrypoint-chosen")

    def test_it_is_true_or_false(self, plan):
        planned = plan(self.TEXT + "x-serverless-containers: {strict: 'yes'}")
        assert planned.messages("setting-invalid") == [
            "docker-compose.yml:4:35: x-serverless-containers.strict: expected true or false, got "
            "'yes'"
        ]


class TestPortsOfOtherProtocols:
    def test_the_only_port_of_a_project(self, plan):
        planned = plan(services(worker='{image: "acme/app:1"}', db=DATABASE))
        assert planned.plan is None
        assert planned.messages("no-http-port") == [
            "docker-compose.yml:3:38: services.db.ports[0]: no container has a port that speaks "
            "HTTP: 5432 of db is PostgreSQL; add ports to the one that serves requests: ports: "
            '["80"], name the port with x-serverless-containers: {port: …} or port=… if it speaks '
            "HTTP all the same, or run a worker as a ContainerService (check --worker)"
        ]

    def test_php_behind_a_web_server(self, plan):
        planned = plan(
            services(php='{build: ., ports: ["9000:9000"]}'),
            dockerfiles={"Dockerfile": "FROM php:8.4-fpm\n"},
        )
        assert "9000 of php is FastCGI" in planned.messages("no-http-port")[0]

    def test_others_speak_http_there(self, plan):
        assert chosen(plan(services(web=app('"9000:9000"')))) == (("web", 9000), "")

    def test_the_only_port_of_what_is_named(self, plan):
        planned = plan(services(web=app('"80"'), db=DATABASE), entrypoint="db")
        assert len(planned.messages("no-http-port")) == 1

    def test_the_port_of_a_store_that_is_named(self, plan):
        planned = plan(services(web=app('"80"'), db=DATABASE), port=5432)
        assert planned.messages("no-http-port") == [
            "port: db is a store, and its port 5432 is PostgreSQL, not HTTP; name the port of the "
            "service that serves requests"
        ]

    def test_the_port_of_an_application_that_is_named(self, plan):
        assert chosen(plan(services(web=app('"9092"')), port=9092)) == (("web", 9092), "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            services(api=app('"5000:5000"'), web=app('"5001:5001"')),
            "api (5000), web (5001); none of them is published on",
        ),
        (
            services(api=app('"8000:3001"'), web=app('"3000:3002"')),
            "api (3001, published on 8000), web (3002, published on 3000); several of them are",
        ),
        (
            services(
                db='{image: "elasticsearch:9.0.0", ports: ["9200:9200"]}',
                api=app('"5000:5000"'),
                web=app('"5001:5001"'),
            ),
            "api (5000), web (5001); none",
        ),
    ],
)
def test_what_no_rule_decides_is_told_with_its_ports(plan, text, told):
    planned = plan(text)
    assert planned.plan is None
    (message,) = planned.messages("entrypoint-ambiguous")
    assert f"several containers can receive the traffic: {told}" in message
    assert message.endswith(
        'name one with x-serverless-containers: {entrypoint: …} or entrypoint="…"'
    )


class TestStoresAndToolsAlone:
    @pytest.mark.parametrize(
        "other", [ADMINER, '{image: "elasticsearch:9.0.0", ports: ["9200:9200"]}']
    )
    def test_they_are_not_taken_for_an_application_without_a_port(self, plan, other):
        planned = plan(services(bot='{image: "acme/bot:1"}', other=other))
        assert planned.plan is None
        (message,) = planned.messages("no-http-port")
        assert "no application has a port to receive the traffic, which bot may need" in message
        assert "add the port that bot listens on, or say so with" in message

    def test_what_ends_needs_no_port(self, plan):
        planned = plan(
            services(
                ui=(
                    '{image: "mongo-express:1", ports: ["8081"], depends_on: {seed: {condition: '
                    "service_completed_successfully}}}"
                ),
                seed='{image: "acme/seed:1"}',
            )
        )
        assert planned.plan.entrypoint == "ui"

    def test_a_dockerfile_is_what_it_builds_on(self, plan):
        planned = plan(
            services(a='{build: a, ports: ["8080:8080"]}', web=app('"5000:5000"')),
            dockerfiles={"a/Dockerfile": "FROM adminer:5\n"},
        )
        assert planned.plan.entrypoint == "web"

    def test_a_store_that_nothing_publishes_is_a_choice(self, plan):
        text = services(es='{image: "elasticsearch:9.0.0", expose: ["9200"]}')
        assert chosen(plan(text)) == (
            ("es", 9200),
            "it is a store, and no application has a port",
        )


class TestNamedPort:
    TEXT = services(a=app('"5000:5000"'), b=app('"5001:5001"'))

    def test_the_one_that_has_it_is_chosen(self, plan):
        assert chosen(plan(self.TEXT, port=5001)) == (
            ("b", 5001),
            "it alone has the port that is named",
        )

    def test_where_one_alone_has_ports_nothing_is_said(self, plan):
        text = services(a=app('"5000:5000", "5001:5001"'))
        assert chosen(plan(text, port=5001)) == (("a", 5001), "")

    def test_what_had_the_port_before_may_be_what_is_awaited_now(self, plan):
        # GIVEN a lone service that is given the port
        shop = '{image: "acme/shop:1"}'
        assert chosen(plan(services(shop=shop), port=3000, strict=True)) == (("shop", 3000), "")
        # WHEN another one has it, and waits for its end
        text = services(
            shop=shop,
            web='{image: "acme/web:1", ports: ["3000"], depends_on: {shop: {condition: '
            "service_completed_successfully}}}",
        )
        # THEN the entrypoint does not move in silence
        assert chosen(plan(text, port=3000)) == (
            ("web", 3000),
            "it alone has the port that is named",
        )
        assert plan(text, port=3000, strict=True).plan is None

    def test_the_only_service_gets_it(self, plan):
        assert chosen(plan(services(a='{image: "acme/app:1"}'), port=8080)) == (("a", 8080), "")
        assert chosen(plan(services(es='{image: "elasticsearch:9.0.0"}'), port=9200)) == (
            ("es", 9200),
            "it is a store, and there is no other service",
        )

    def test_a_named_service_without_ports_gets_it(self, plan):
        text = services(a=app('"5000:5000"'), b='{image: "acme/app:1"}')
        assert chosen(plan(text, entrypoint="b", port=8080)) == (("b", 8080), "")


IMAGES = (
    "acme/app:1", "acme/web:1", "postgres:17", "adminer:5", "elasticsearch:9.0.0",
    "grafana/grafana:12", "prom/node-exporter", "nats:2",
)  # fmt: skip
PORTS = (22, 80, 443, 3000, 5000, 5432, 6379, 8000, 8080, 8443, 9000, 9092)

GENERATED = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def projects(draw):
    """Services by name: any images, ports and dependencies on those before."""
    numbers = iter(draw(st.permutations([*PORTS, *range(5001, 5010)])))
    made = {}
    for name in draw(st.permutations("abcde"))[: draw(st.integers(1, 5))]:
        service = {"image": draw(st.sampled_from(IMAGES))}
        for key in ("ports", "expose"):
            amount = draw(st.integers(0, 2))
            listed = [str(next(numbers)) for _ in range(amount)]
            if listed and key == "ports" and draw(st.booleans()):
                listed[0] = f"{draw(st.sampled_from(PORTS))}:{listed[0]}"
            if listed:
                service[key] = listed
        before = draw(st.lists(st.sampled_from(sorted(made)), unique=True)) if made else []
        if before:
            condition = draw(st.sampled_from(["service_started", "service_completed_successfully"]))
            service["depends_on"] = {each: {"condition": condition} for each in before}
        made[name] = service
    return made


def read(project, services, **options):
    """Return the plan of some services; None where there are errors, of which there is then one."""
    project.compose(json.dumps({"services": services}))
    findings = Findings()
    plan = plan_source(project.path, PlanOptions(**options), findings)
    assert (plan is None) == bool(findings.errors)
    return plan


@GENERATED
@given(services=projects())
def test_what_is_chosen_may_speak_http(project, services):
    plan = read(project, services)
    if plan is not None:
        service = services[plan.entrypoint]
        ports = [*service.get("ports", ()), *service.get("expose", ())]
        assert plan.port not in NOT_HTTP
        assert plan.port in [int(each.rpartition(":")[2]) for each in ports]


@GENERATED
@given(services=projects(), data=st.data())
def test_under_strict_another_service_moves_nothing(project, services, data):
    last = data.draw(st.sampled_from(sorted(services)))
    fewer = {
        name: {
            key: {each: how for each, how in value.items() if each != last}
            if key == "depends_on"
            else value
            for key, value in service.items()
        }
        for name, service in services.items()
        if name != last
    }
    port = data.draw(st.none() | st.sampled_from(PORTS))
    before = read(project, fewer, strict=True, port=port) if fewer else None
    after = read(project, services, strict=True, port=port)
    if before is not None and after is not None:
        assert (after.entrypoint, after.port) == (before.entrypoint, before.port)


@pytest.mark.parametrize(
    ("ports", "warns"),
    [('"443:443"', True), ('"8443"', True), ('"80", "443"', False), ('"8080"', False)],
)
def test_tls_ends_at_the_ingress(plan, ports, warns):
    text = f"services: {{web: {{image: 'nginx:1.29', ports: [{ports}]}}}}"
    assert bool(plan(text).messages("entrypoint-tls")) == warns


def test_a_port_that_is_named_may_speak_http(plan):
    text = "services: {web: {image: 'nginx:1.29', ports: ['443']}}"
    assert not plan(text, port=443).messages("entrypoint-tls")
