"""Tracing in the template: the collector, the role, and the way to X-Ray."""

import pytest
from aws_cdk import Token
from aws_cdk import aws_ecs as ecs

from serverless_containers import InvalidSourceError, NetworkProfile, Tracing
from tests.support.nag import nag_findings
from tests.unit.workload.deployed import MIRRORED, NGINX

COPY = f"{MIRRORED.partition('/')[0]}/aws-otel-collector:v0.49.0"
ACTIONS = {
    "xray:GetSamplingRules",
    "xray:GetSamplingStatisticSummaries",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


@pytest.fixture(scope="module")
def traced(deploy_once):
    return deploy_once(NGINX, tracing=Tracing())


def of_xray(deployed):
    return [
        statement
        for statement in deployed.statements("TaskRole")
        if any(action.startswith("xray:") for action in statement["Action"])
    ]


def test_the_collector_is_a_container_beside_the_others(traced):
    collector = traced.containers()["trace-collector"]
    assert collector["Image"].startswith("public.ecr.aws/aws-observability/aws-otel-collector:v")
    assert collector["Essential"] is False
    assert collector["ReadonlyRootFilesystem"] is True
    assert collector["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
    assert collector["HealthCheck"]["Command"] == ["CMD", "/healthcheck"]
    assert (collector["Cpu"], collector["Memory"]) == (64, 256)
    assert collector["LogConfiguration"]["LogDriver"] == "awslogs"
    assert "PortMappings" not in collector


def test_the_containers_find_it(traced):
    given = {each["Name"]: each["Value"] for each in traced.containers()["web"]["Environment"]}
    assert given["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4318"


def test_a_trace_leads_to_the_log_of_its_container(traced):
    given = {each["Name"]: each["Value"] for each in traced.containers()["web"]["Environment"]}
    group = traced.containers()["web"]["LogConfiguration"]["Options"]["awslogs-group"]
    begin, named = given["OTEL_RESOURCE_ATTRIBUTES"]["Fn::Join"][1]
    assert begin.endswith(",aws.log.group.names=")
    assert named == group


def test_attributes_of_the_file_stay(deploy):
    text = NGINX.replace("ports:", "environment: {OTEL_RESOURCE_ATTRIBUTES: a=b}, ports:")
    given = deploy(text, tracing=Tracing()).containers()["web"]["Environment"]
    assert {"Name": "OTEL_RESOURCE_ATTRIBUTES", "Value": "a=b"} in given


def test_the_task_role_may_do_what_a_collector_takes_and_nothing_else_of_xray(traced):
    (statement,) = of_xray(traced)
    assert set(statement["Action"]) == ACTIONS
    assert statement["Resource"] == "*", "the actions take no resource"


def test_without_it_there_is_none_of_all_that(deploy_once):
    plain = deploy_once(NGINX)
    assert "trace-collector" not in plain.containers()
    assert of_xray(plain) == []
    assert "Environment" not in plain.containers()["web"]


def test_the_keyword_environment_is_over_it(deploy):
    deployed = deploy(tracing=Tracing(), environment={"OTEL_TRACES_SAMPLER_ARG": "1"})
    given = {each["Name"]: each["Value"] for each in deployed.containers()["web"]["Environment"]}
    assert given["OTEL_TRACES_SAMPLER_ARG"] == "1"


def test_metrics_are_kept_in_a_group_that_the_task_may_write_to(deploy):
    deployed = deploy(tracing=Tracing(metrics=True))
    collector = deployed.containers()["trace-collector"]
    given = {each["Name"]: each["Value"] for each in collector["Environment"]}
    (group,) = (
        {"Ref": name}
        for name in deployed.template.find_resources("AWS::Logs::LogGroup")
        if "TaskMetrics" in name
    )
    assert given["METRICS_LOG_GROUP"] == group
    (statement,) = (
        each for each in deployed.statements("TaskRole") if "logs:PutLogEvents" in each["Action"]
    )
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"] == {"Fn::GetAtt": [group["Ref"], "Arn"]}


def test_tasks_without_a_way_to_the_internet_need_a_copy_of_the_image(deploy):
    with pytest.raises(InvalidSourceError, match=r"^tracing\.image: the collector's image is in "):
        deploy(tracing=Tracing(), network_profile=NetworkProfile.ENDPOINTS)


def test_they_reach_xray_by_an_endpoint(deploy):
    image = ecs.ContainerImage.from_registry(COPY)
    deployed = deploy(tracing=Tracing(image=image), network_profile=NetworkProfile.ENDPOINTS)
    assert deployed.containers()["trace-collector"]["Image"] == COPY
    services = [str(each["ServiceName"]) for each in deployed.resources("AWS::EC2::VPCEndpoint")]
    assert sum(".xray" in each for each in services) == 1


def test_others_have_no_such_endpoint(deploy):
    deployed = deploy(network_profile=NetworkProfile.ENDPOINTS)
    services = [str(each["ServiceName"]) for each in deployed.resources("AWS::EC2::VPCEndpoint")]
    assert not any(".xray" in each for each in services)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"sample_percent": 101}, r"^sample_percent: expected 0 to 100 percent, got 101"),
        ({"sample_percent": -1}, r"^sample_percent: expected 0 to 100 percent, got -1"),
        ({"cpu": 0}, r"^cpu: expected 1 to 16384 units, got 0"),
        ({"memory_mib": 32}, r"^memory_mib: expected 64 to 122880 MiB, got 32"),
        ({"propagators": ()}, r"^propagators: expected names such as tracecontext"),
        ({"propagators": ("a b",)}, r"^propagators: expected names .* got \['a b'\]$"),
    ],
)
def test_what_is_out_of_range_is_refused(given, told):
    with pytest.raises(ValueError, match=told):
        Tracing(**given)


@pytest.mark.parametrize("name", ["sample_percent", "cpu", "memory_mib"])
def test_a_number_that_is_not_known_is_refused(name):
    token = Token.as_number({"Ref": "Number"})
    with pytest.raises(ValueError, match=f"^{name}: expected a number that is known at synthesis"):
        Tracing(**{name: token})


def test_cdk_nag_finds_nothing_of_it(deploy):
    deployed = deploy(tracing=Tracing(metrics=True))
    found = [path for path, _ in nag_findings(deployed.app)]
    assert [path for path in found if "/Task/" in path] == []
