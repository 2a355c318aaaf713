"""Traces of a service, by a collector in each of its tasks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Token
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

from serverless_containers.arguments.keywords import checks_fields
from serverless_containers.arguments.ranges import check_range
from serverless_containers.iam.wildcards import allow_without_resource
from serverless_containers.plan.tracing import TracingPlan

COLLECTOR_IMAGE = "public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0"
_DEFINITION = "ContainerDefinition, Amazon ECS API Reference"
_SMALLEST = "Memory Limiter Processor, OpenTelemetry Collector"
_NAME = re.compile(r"[a-z0-9-]+")


@checks_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class Tracing:
    """Traces of a service, which a collector in each task forwards to AWS X-Ray.

    The collector is AWS Distro for OpenTelemetry's, a container of its own at the loopback of the
    task. Every container finds it by OpenTelemetry's variables, unless the Compose file sets them:
    ``OTEL_EXPORTER_OTLP_ENDPOINT`` and ``_PROTOCOL``, ``OTEL_SERVICE_NAME`` (project and service),
    ``OTEL_RESOURCE_ATTRIBUTES``, ``OTEL_PROPAGATORS``, ``OTEL_TRACES_SAMPLER`` and ``_ARG``,
    ``OTEL_METRICS_EXPORTER`` and ``OTEL_LOGS_EXPORTER``. Only what is instrumented sends anything.

    Requests do not depend on it: it is not essential, nothing waits for it, and it is started again
    when it ends. What tasks send before it listens, or after they are told to stop, is lost.

    Its CPU and memory are part of the task's, and may make the next size of Fargate necessary. The
    task role gets the five actions of X-Ray that a collector takes, none of which takes a resource
    ("Actions, resources, and condition keys for AWS X-Ray", Service Authorization Reference).

    Args:
        sample_percent: The percent of traces that are recorded, 0 to 100. X-Ray bills them by
            their number. A caller that sends the context of a trace has decided for its requests.
            None: the containers decide, which record all by default, or follow X-Ray's sampling
            rules where their SDK knows ``OTEL_TRACES_SAMPLER=xray``. Default: 5, which is the share
            of X-Ray's own default rule ("Configure sampling rules", AWS X-Ray Developer Guide).
        metrics: Whether the metrics that the containers send are kept, too: in a log group of their
            own, in the embedded metric format, under the project's name in CloudWatch. Each is
            billed as a custom metric. Default: False; the SDKs are told to send none.
        propagators: The formats in which the context of a trace travels between services. An SDK
            may refuse to start with one that is not installed, as Python's does with ``xray``
            without ``opentelemetry-propagator-aws-xray``. Default: ``tracecontext`` and
            ``baggage``, OpenTelemetry's own, whose ids X-Ray takes ("Environment Variable
            Specification", OpenTelemetry; "Sending trace data", AWS X-Ray Developer Guide).
        cpu: CPU units of the collector, at least 1. Default: 64.
        memory_mib: Memory of the collector in MiB, at least 64; past four fifths of it, it refuses
            traces. Default: 256.
        image: The image of the collector. Default: the release of AWS Distro for OpenTelemetry that
            this library was written for, v0.49.0, in Amazon ECR Public; tags are those of
            https://github.com/aws-observability/aws-otel-collector/releases. Tasks without a way to
            the internet cannot pull it, and need a copy in ECR.

    Raises:
        ValueError: If something is out of its range.
    """

    sample_percent: float | None = 5
    metrics: bool = False
    propagators: Sequence[str] = ("tracecontext", "baggage")
    cpu: int = 64
    memory_mib: int = 256
    image: ecs.ContainerImage | None = None

    def __post_init__(self) -> None:
        """Refuse what neither ECS nor the collector takes."""
        if self.sample_percent is not None:
            check_range(
                "sample_percent",
                self.sample_percent,
                0,
                100,
                unit=" percent",
                source="a percentage",
            )
        check_range("cpu", self.cpu, 1, 16384, unit=" units", source=_DEFINITION)
        check_range("memory_mib", self.memory_mib, 64, 122880, unit=" MiB", source=_SMALLEST)
        for name in ("sample_percent", "cpu", "memory_mib"):
            # They are added to those of other containers, and written into a text.
            if (value := getattr(self, name)) is not None and Token.is_unresolved(value):
                raise ValueError(
                    f"{name}: expected a number that is known at synthesis, got a token"
                )
        wrong = [each for each in self.propagators if not _NAME.fullmatch(each)]
        if wrong or not self.propagators:
            raise ValueError(
                "propagators: expected names such as tracecontext, baggage, xray, b3, "
                f"got {list(self.propagators)}"
            )

    def plan(self) -> TracingPlan:
        """Return what the plan of a task has to know of it."""
        return TracingPlan(
            sample_percent=self.sample_percent,
            metrics=self.metrics,
            propagators=tuple(self.propagators),
            cpu=self.cpu,
            memory_mib=self.memory_mib,
        )

    def container_image(self) -> ecs.ContainerImage:
        """Return the image of the collector."""
        return self.image or ecs.ContainerImage.from_registry(COLLECTOR_IMAGE)


def allow_traces(role: iam.IRole) -> None:
    """Allow a task role what its collector takes: to write traces, and to read sampling rules."""
    allow_without_resource(
        role,
        "Traces",
        iam.PolicyStatement(
            actions=[
                "xray:GetSamplingRules",
                "xray:GetSamplingStatisticSummaries",
                "xray:GetSamplingTargets",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
            ],
            resources=["*"],
        ),
        reason="X-Ray's actions for traces and sampling support no resource-level permission.",
    )
