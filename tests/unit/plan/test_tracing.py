"""The collector of traces: its container, its share of the task, and how the others find it."""

import json
import re
from dataclasses import replace

import pytest

from serverless_containers.plan import TaskSize
from serverless_containers.plan.model import ContainerRole
from serverless_containers.plan.tracing import PORTS, TracingPlan

TRACING = TracingPlan(
    sample_percent=5, metrics=False, propagators=("tracecontext", "baggage"), cpu=64, memory_mib=256
)
NAME = ContainerRole.COLLECTOR.value


def collector_of(planned):
    (found,) = (each for each in planned.plan.containers if each.role is ContainerRole.COLLECTOR)
    return found


def configuration(planned):
    return json.loads(collector_of(planned).environment["AOT_CONFIG_CONTENT"])


def variables(planned, name="web"):
    (found,) = (each for each in planned.plan.services if each.service_name == name)
    return {key: value for key, value in found.environment.items() if key.startswith("OTEL_")}


def test_without_tracing_there_is_no_collector(plan_service):
    planned = plan_service("init: true")
    assert [each.name for each in planned.plan.containers] == ["web"]
    assert variables(planned) == {}


def test_a_task_starts_serves_and_stops_without_its_collector(plan_service):
    planned = plan_service("init: true", tracing=TRACING)
    collector = collector_of(planned)
    assert not collector.essential
    assert collector.depends_on == ()
    assert all(NAME not in dict(each.depends_on) for each in planned.plan.containers)
    assert collector.restart is not None


def test_it_writes_nothing_and_may_nothing(plan_service):
    collector = collector_of(plan_service("init: true", tracing=TRACING))
    assert collector.read_only_root
    assert collector.linux.drop == ("ALL",)
    assert collector.user is None, "the image has one that is not root"
    assert collector.health_check.command == ("CMD", "/healthcheck"), "there is no shell"
    assert collector.ports == ()


def test_it_listens_on_the_loopback_alone(plan_service):
    text = collector_of(plan_service("init: true", tracing=TRACING)).environment[
        "AOT_CONFIG_CONTENT"
    ]
    assert re.findall(r'"endpoint": "(.+):', text) == ["127.0.0.1"] * len(PORTS)
    assert {int(port) for port in re.findall(r'"endpoint": ".+:(\d+)"', text)} == set(PORTS)


def used(configuration, kind):
    return {
        name.partition("/")[0]
        for pipeline in configuration["service"]["pipelines"].values()
        for name in pipeline[kind]
    }


@pytest.mark.parametrize("metrics", [False, True])
def test_its_pipelines_use_what_is_configured_and_nothing_is_unused(plan_service, metrics):
    given = configuration(plan_service("init: true", tracing=replace(TRACING, metrics=metrics)))
    for kind in ("receivers", "processors", "exporters"):
        assert used(given, kind) == set(given[kind]), kind
    assert set(given["service"]["extensions"]) == set(given["extensions"])
    assert set(given["service"]["pipelines"]) == {"traces", *(["metrics"] if metrics else [])}
    assert ("awsemf" in given["exporters"]) == metrics
    assert given["service"]["pipelines"]["traces"]["processors"][0] == "memory_limiter"


def test_it_refuses_traces_before_it_is_out_of_memory(plan_service):
    planned = plan_service("init: true", tracing=replace(TRACING, memory_mib=500))
    assert configuration(planned)["processors"]["memory_limiter"]["limit_mib"] == 400
    assert collector_of(planned).environment["GOMEMLIMIT"] == "400MiB"
    assert collector_of(planned).memory_mib == 500


def test_traces_are_not_said_to_be_in_the_log_of_the_collector(plan_service):
    given = configuration(plan_service("init: true", tracing=TRACING))
    attributes = given["processors"]["resourcedetection"]["ecs"]["resource_attributes"]
    assert attributes["aws.log.group.names"] == {"enabled": False}


LIMITS = 'deploy: {resources: {limits: {cpus: "0.25", memory: 512M}}}'


@pytest.mark.parametrize(
    ("tracing", "options", "size"),
    [
        (None, {}, (256, 512)),
        (TRACING, {}, (512, 1024)),
        (replace(TRACING, cpu=256, memory_mib=2048), {}, (512, 3072)),
        (TRACING, {"cpu": 1024, "memory_mib": 2048}, (1024, 2048)),
    ],
)
def test_its_share_is_part_of_the_task(plan_service, tracing, options, size):
    assert plan_service(LIMITS, tracing=tracing, **options).plan.size == TaskSize(*size)


def test_what_does_not_fit_with_it_is_refused(plan_service):
    planned = plan_service(LIMITS, tracing=TRACING, cpu=256, memory_mib=1024)
    assert planned.messages("task-size-exceeded") == [
        "cpu: the containers ask for cpu 320 together, the task has 256; raise the task's size, "
        "or lower their deploy.resources"
    ]


def test_every_service_finds_it_by_the_standard_variables(plan):
    planned = plan(
        "name: shop\nservices: {web: {image: x, ports: ['80']}, worker: {image: x}}",
        tracing=TRACING,
    )
    for name in ("web", "worker"):
        assert variables(planned, name) == {
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_LOGS_EXPORTER": "none",
            "OTEL_METRICS_EXPORTER": "none",
            "OTEL_PROPAGATORS": "tracecontext,baggage",
            "OTEL_RESOURCE_ATTRIBUTES": "service.namespace=shop",
            "OTEL_SERVICE_NAME": f"shop-{name}",
            "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
            "OTEL_TRACES_SAMPLER_ARG": "0.05",
        }


def test_containers_of_the_plan_itself_send_nothing(plan):
    planned = plan("services: {a: {image: x, ports: ['80']}, b: {image: x}}", tracing=TRACING)
    (files,) = (each for each in planned.plan.containers if each.role is ContainerRole.FILES)
    assert "OTEL_SERVICE_NAME" not in files.environment


def test_what_the_file_says_stays(plan_service):
    planned = plan_service(
        "environment: {OTEL_SERVICE_NAME: mine, OTEL_PROPAGATORS: b3}", tracing=TRACING
    )
    assert variables(planned)["OTEL_SERVICE_NAME"] == "mine"
    assert variables(planned)["OTEL_PROPAGATORS"] == "b3"
    assert variables(planned)["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4318"


@pytest.mark.parametrize(
    "variable", ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]
)
def test_a_container_with_another_endpoint_keeps_to_it(plan_service, variable):
    planned = plan_service(f"environment: {{{variable}: 'https://example.com'}}", tracing=TRACING)
    assert set(variables(planned)) == {variable, "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"}


def test_one_that_speaks_grpc_is_sent_to_the_port_for_that(plan_service):
    planned = plan_service("environment: {OTEL_EXPORTER_OTLP_PROTOCOL: grpc}", tracing=TRACING)
    assert variables(planned)["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4317"
    assert variables(planned)["OTEL_EXPORTER_OTLP_PROTOCOL"] == "grpc"


def test_a_sampler_of_the_file_gets_no_argument_of_another(plan_service):
    planned = plan_service("environment: {OTEL_TRACES_SAMPLER: xray}", tracing=TRACING)
    assert "OTEL_TRACES_SAMPLER_ARG" not in variables(planned)


def test_without_a_percent_the_containers_decide(plan_service):
    planned = plan_service("init: true", tracing=replace(TRACING, sample_percent=None))
    assert "OTEL_TRACES_SAMPLER" not in variables(planned)


def test_a_secret_is_not_a_variable_too(plan):
    planned = plan(
        "services: {web: {image: x, ports: ['80'], secrets: [OTEL_RESOURCE_ATTRIBUTES]}}\n"
        "secrets: {OTEL_RESOURCE_ATTRIBUTES: {external: true}}",
        tracing=TRACING,
    )
    assert "OTEL_RESOURCE_ATTRIBUTES" not in variables(planned)


@pytest.mark.parametrize(
    "image",
    [
        "otel/opentelemetry-collector-contrib:0.149.0",
        "public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0",
        "jaegertracing/all-in-one:1.76.0",
    ],
)
def test_a_collector_of_the_project_is_told_of(plan, image):
    text = f"services: {{web: {{image: x, ports: ['80']}}, otel: {{image: '{image}'}}}}"
    assert plan(text, tracing=TRACING).messages("collector-present") == [
        "docker-compose.yml:1:58: services.otel.image: otel collects traces itself, beside the "
        "collector of tracing=, to which containers send unless they have "
        "OTEL_EXPORTER_OTLP_ENDPOINT; leave tracing= out and keep your own, or leave the service "
        "out with profiles"
    ]
    assert plan(text).messages("collector-present") == []


@pytest.mark.parametrize("port", PORTS)
def test_a_service_on_one_of_its_ports_is_refused(plan, port):
    text = f"services: {{web: {{image: x, ports: ['80']}}, b: {{image: x, expose: ['{port}']}}}}"
    (message,) = plan(text, tracing=TRACING).messages("collector-port-taken")
    assert f"b listens on port {port}, and so does the collector of tracing=" in message
    assert plan(text).messages("collector-port-taken") == []


def test_it_is_one_of_the_ten_containers_of_a_task(plan):
    services = "".join(f", s{each}: {{image: x}}" for each in range(9))
    text = (
        "x-serverless-containers: {names: none}\n"
        f"services: {{web: {{image: x, ports: ['80']}}{services}}}"
    )
    (message,) = plan(text, tracing=TRACING).messages("too-many-containers")
    assert "10 services, trace-collector (forwards traces to AWS X-Ray); leave tracing= out" in (
        message
    )
    assert plan(text).messages("too-many-containers") == []
