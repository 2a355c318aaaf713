"""The trace collector of a task, and how its containers find it.

The collector is the AWS Distro for OpenTelemetry's (ADOT). It listens on the task's own loopback
alone, which all containers of a task share, and forwards to AWS X-Ray.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from serverless_containers.compose.model import Project
from serverless_containers.findings import Findings
from serverless_containers.plan import rules
from serverless_containers.plan.known_images import images_of, repository_of
from serverless_containers.plan.model import (
    AwsLogsPlan,
    ContainerPlan,
    ContainerRole,
    HealthCheckPlan,
    LinuxPlan,
    RestartPlan,
)
from serverless_containers.plan.places import place

METRICS_LOG_GROUP = "METRICS_LOG_GROUP"
"""The variable of the collector that names the log group of metrics."""
_GRPC, _HTTP, _PROXY, _HEALTH = 4317, 4318, 2000, 13133
PORTS: dict[int, str] = {
    _GRPC: "OTLP over gRPC",
    _HTTP: "OTLP over HTTP",
    _PROXY: "X-Ray's sampling rules",
    _HEALTH: "its health check",
}
"""The collector's ports on the loopback, each with its purpose."""
_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES"
_PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL"
_MEMORY_SHARE = 0.8
"""Share of the collector's memory that it may fill; the rest is for what Go frees late."""
_SPIKE_SHARE = 0.2
_COLLECTORS = frozenset(
    {
        "amazon/aws-otel-collector",
        "aws-observability/aws-otel-collector",
        "cloudwatch-agent/cloudwatch-agent",
        "amazon/cloudwatch-agent",
        "datadog/agent",
        "grafana/agent",
        "grafana/alloy",
        "jaegertracing/all-in-one",
        "jaegertracing/jaeger",
        "openzipkin/zipkin",
        "opentelemetry-collector-contrib",
        "otel/opentelemetry-collector",
        "otel/opentelemetry-collector-contrib",
        "otel/opentelemetry-collector-k8s",
        "signoz/signoz-otel-collector",
        "xray/aws-xray-daemon",
        "amazon/aws-xray-daemon",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TracingPlan:
    """Traces of a task, as its caller asks for them.

    Attributes:
        sample_percent: The percent of traces that are recorded. None: the containers decide.
        metrics: Whether metrics of the application are taken, too.
        propagators: The formats in which the context of a trace travels, in OpenTelemetry's names.
        cpu: CPU units of the collector.
        memory_mib: Memory of the collector in MiB.
    """

    sample_percent: float | None
    metrics: bool
    propagators: tuple[str, ...]
    cpu: int
    memory_mib: int


def collector(tracing: TracingPlan, *, project: str) -> ContainerPlan:
    """Return the container of the collector.

    It is not essential, nothing waits for it, and it waits for nothing: a task starts and serves
    without it. An application that waited for its start would never start where it cannot, and
    health is for whoever looks, as ECS judges a task by its essential containers alone ("Determine
    Amazon ECS task health using container health checks", Amazon ECS Developer Guide). What the
    first moments and the last ones of a task send is lost.

    The image has neither a shell nor a file to write, and a user of its own.

    Args:
        tracing: What is asked for.
        project: The name of the project, which is the namespace of its metrics.
    """
    name = ContainerRole.COLLECTOR.value
    return ContainerPlan(
        name=name,
        role=ContainerRole.COLLECTOR,
        essential=False,
        environment={
            "AOT_CONFIG_CONTENT": _configuration(tracing, project),
            "GOMEMLIMIT": f"{int(tracing.memory_mib * _MEMORY_SHARE)}MiB",
        },
        # The image has a program for it: there is no shell, and no curl.
        health_check=HealthCheckPlan(
            command=("CMD", "/healthcheck"), interval=10, timeout=5, retries=3, start_period=10
        ),
        cpu=tracing.cpu,
        memory_mib=tracing.memory_mib,
        read_only_root=True,
        linux=LinuxPlan(drop=("ALL",)),
        restart=RestartPlan(),
        log=AwsLogsPlan(stream_prefix=name),
    )


def with_tracing(
    containers: Sequence[ContainerPlan],
    tracing: TracingPlan,
    *,
    project: str,
    environment: str | None,
) -> tuple[ContainerPlan, ...]:
    """Return containers that find the collector by OpenTelemetry's own variables.

    Variables and secrets of the files stay as they are. A container that has an endpoint of its own
    is left alone but for its names.

    Args:
        containers: The containers of the task.
        tracing: What is asked for.
        project: The name of the project, which begins the names of its services in a trace.
        environment: The environment, if it has a name.
    """
    return tuple(
        _traced(each, _variables(each, tracing, project=project, environment=environment))
        if each.role is ContainerRole.SERVICE
        else each
        for each in containers
    )


def _traced(container: ContainerPlan, variables: Mapping[str, str]) -> ContainerPlan:
    added = {
        name: value
        for name, value in variables.items()
        if name not in container.secrets and name not in container.environment
    }
    return replace(
        container,
        environment=dict(sorted({**container.environment, **added}.items())),
        log_attribute=_ATTRIBUTES
        if _ATTRIBUTES in added and isinstance(container.log, AwsLogsPlan)
        else None,
    )


def _variables(
    container: ContainerPlan, tracing: TracingPlan, *, project: str, environment: str | None
) -> dict[str, str]:
    attributes = {
        "service.namespace": project,
        **({"deployment.environment.name": environment} if environment else {}),
    }
    variables = {
        "OTEL_SERVICE_NAME": f"{project}-{container.service_name}",
        _ATTRIBUTES: ",".join(
            f"{name}={quote(value, safe='')}" for name, value in attributes.items()
        ),
    }
    given = {*container.environment, *container.secrets}
    if any(name.startswith("OTEL_EXPORTER_OTLP") and name.endswith("ENDPOINT") for name in given):
        return variables
    is_grpc = container.environment.get(_PROTOCOL) == "grpc"
    variables |= {
        _ENDPOINT: f"http://127.0.0.1:{_GRPC if is_grpc else _HTTP}",
        # Without it some SDKs speak gRPC, and others do not.
        _PROTOCOL: "http/protobuf",
        "OTEL_PROPAGATORS": ",".join(tracing.propagators),
        "OTEL_METRICS_EXPORTER": "otlp" if tracing.metrics else "none",
        # The lines of a container are in CloudWatch Logs already.
        "OTEL_LOGS_EXPORTER": "none",
    }
    # The argument belongs to the sampler: one that the file names has another.
    if tracing.sample_percent is not None and "OTEL_TRACES_SAMPLER" not in given:
        variables["OTEL_TRACES_SAMPLER"] = "parentbased_traceidratio"
        variables["OTEL_TRACES_SAMPLER_ARG"] = f"{tracing.sample_percent / 100:.10g}"
    return variables


def check_tracing(
    project: Project, containers: Sequence[ContainerPlan], findings: Findings
) -> None:
    """Report what is in the collector's way, and a collector that the project has itself.

    Args:
        project: The canonical model.
        containers: The containers of its services, by their names in the files.
        findings: Takes what is wrong.
    """
    for container in containers:
        service = project.services[container.name]
        if any(_is_collector(image) for image in images_of(service)):
            findings.report(
                rules.COLLECTOR_PRESENT,
                *place(service, "image"),
                f"{service.name} collects traces itself, beside the collector of tracing=, to "
                "which containers send unless they have OTEL_EXPORTER_OTLP_ENDPOINT",
                "leave tracing= out and keep your own, or leave the service out with profiles",
            )
        for port in container.ports:
            if port.protocol == "tcp" and port.port in PORTS:
                findings.report(
                    rules.COLLECTOR_PORT_TAKEN,
                    *place(service),
                    f"{service.name} listens on port {port.port}, and so does the collector of "
                    f"tracing= ({PORTS[port.port]}): the containers of a task share a loopback",
                    "give the service another port, or leave tracing= out",
                )


def _is_collector(image: str) -> bool:
    repository = repository_of(image).lower()
    return any(repository == each or repository.endswith(f"/{each}") for each in _COLLECTORS)


def _configuration(tracing: TracingPlan, project: str) -> str:
    """The collector's configuration, which is YAML: JSON is some.

    The detector of ECS says of which task and cluster a span is. Which log it belongs to the
    containers say: the detector would name the collector's own.
    """
    loopback = "127.0.0.1"
    limit = int(tracing.memory_mib * _MEMORY_SHARE)
    of_collector = ("aws.log.group.arns", "aws.log.group.names")
    streams = ("aws.log.stream.arns", "aws.log.stream.names")
    processors = ["memory_limiter", "resourcedetection", "batch"]
    metrics = {
        "receivers": ["otlp"],
        "processors": processors,
        "exporters": ["awsemf"],
    }
    configuration = {
        "extensions": {
            "health_check": {"endpoint": f"{loopback}:{_HEALTH}"},
            # SDKs that follow X-Ray's own sampling rules ask for them here.
            "awsproxy": {"endpoint": f"{loopback}:{_PROXY}"},
        },
        "receivers": {
            "otlp": {
                "protocols": {
                    "grpc": {"endpoint": f"{loopback}:{_GRPC}"},
                    "http": {"endpoint": f"{loopback}:{_HTTP}"},
                }
            }
        },
        "processors": {
            "memory_limiter": {
                "check_interval": "1s",
                "limit_mib": limit,
                "spike_limit_mib": int(limit * _SPIKE_SHARE),
            },
            "resourcedetection": {
                "detectors": ["env", "ecs"],
                "timeout": "2s",
                "override": False,
                "ecs": {
                    "resource_attributes": {
                        name: {"enabled": False} for name in (*of_collector, *streams)
                    }
                },
            },
            "batch": {"timeout": "1s", "send_batch_size": 50},
        },
        "exporters": {
            "awsxray": {},
            **(
                {
                    "awsemf": {
                        "log_group_name": f"${{env:{METRICS_LOG_GROUP}}}",
                        "log_stream_name": "{TaskId}",
                        "namespace": project,
                        "dimension_rollup_option": "NoDimensionRollup",
                    }
                }
                if tracing.metrics
                else {}
            ),
        },
        "service": {
            "extensions": ["health_check", "awsproxy"],
            # Its own metrics would take one port more.
            "telemetry": {"logs": {"level": "warn"}, "metrics": {"level": "none"}},
            "pipelines": {
                "traces": {
                    "receivers": ["otlp"],
                    "processors": processors,
                    "exporters": ["awsxray"],
                },
                **({"metrics": metrics} if tracing.metrics else {}),
            },
        },
    }
    return json.dumps(configuration, indent=1)
