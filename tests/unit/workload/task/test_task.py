"""The task definition: containers, roles, logs."""

import json

import pytest
from aws_cdk import App, Stack, Token
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk.assertions import Template

from serverless_containers import Architecture, ContainerService, InvalidSourceError
from serverless_containers.findings import Findings
from serverless_containers.local.deploy import assembly
from serverless_containers.local.processes import commands
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.definition_size import definition_size
from serverless_containers.plan.source import plan_source
from serverless_containers.workload.task.processes import CONTEXT, METADATA, SOURCES

FULL = """
    name: shop
    services:
      web:
        image: nginx:1.29
        ports: ["80"]
        command: serve --port 80
        entrypoint: [/entry, point]
        working_dir: /app
        user: "1000:1000"
        init: true
        read_only: true
        stop_grace_period: 40s
        labels: {team: shop}
        environment: {B: "2", A: "1"}
        secrets: [DB_PASSWORD]
        healthcheck: {test: probe, interval: 10s, timeout: 5s, retries: 2, start_period: 20s}
        depends_on:
          cache: {condition: service_started}
        deploy:
          resources:
            limits: {cpus: "0.25", memory: 256M}
            reservations: {memory: 128M}
      cache:
        image: redis:8
    secrets:
      DB_PASSWORD: {file: ../secrets/.secret-pass}
    """


def test_every_key_of_a_service_reaches_the_container(deploy):
    # GIVEN a service that says everything
    # WHEN
    web = deploy(FULL).containers()["web"]
    # THEN
    log_configuration = web.pop("LogConfiguration")
    secrets = web.pop("Secrets")
    assert web == {
        "Name": "web",
        "Image": "nginx:1.29",
        "Essential": True,
        "Command": ["serve", "--port", "80"],
        "EntryPoint": ["/entry", "point"],
        "WorkingDirectory": "/app",
        "User": "1000:1000",
        "LinuxParameters": {"InitProcessEnabled": True, "Capabilities": {}},
        "ReadonlyRootFilesystem": True,
        "StopTimeout": 40,
        "DockerLabels": {"team": "shop"},
        "Environment": [{"Name": "A", "Value": "1"}, {"Name": "B", "Value": "2"}],
        "HealthCheck": {
            "Command": ["CMD-SHELL", "probe"],
            "Interval": 10,
            "Timeout": 5,
            "Retries": 2,
            "StartPeriod": 20,
        },
        "DependsOn": [
            {"ContainerName": "files", "Condition": "SUCCESS"},
            {"ContainerName": "cache", "Condition": "START"},
        ],
        "Cpu": 256,
        "Memory": 256,
        "MemoryReservation": 128,
        "PortMappings": [{"ContainerPort": 80, "Protocol": "tcp"}],
    }
    assert log_configuration["LogDriver"] == "awslogs"
    assert log_configuration["Options"]["mode"] == "non-blocking"
    assert [secret["Name"] for secret in secrets] == ["DB_PASSWORD"]


def test_the_size_of_the_definition_is_what_the_plan_estimates(deploy, project):
    # GIVEN a definition whose references are as long as an ARN
    def resolved(value):
        if isinstance(value, list):
            return [resolved(each) for each in value]
        if not isinstance(value, dict):
            return value
        if any(key == "Ref" or key.startswith("Fn::") for key in value):
            return "x" * 100
        return {key: resolved(each) for key, each in value.items()}

    definition = deploy(FULL).only("AWS::ECS::TaskDefinition")
    definition.pop("Tags", None)
    # WHEN its plan is measured
    estimate = definition_size(plan_source(project.path, PlanOptions(), Findings()))
    # THEN it is as large, but for the container that delays a stop
    containers = [
        each for each in definition["ContainerDefinitions"] if each["Name"] != "stop-delay"
    ]
    actual = json.dumps(resolved({**definition, "ContainerDefinitions": containers}))
    actual = actual.replace(": ", ":").replace(", ", ",")
    assert estimate == pytest.approx(len(actual), rel=0.1)


def test_the_task_is_as_large_as_its_containers(deploy):
    deploy(FULL).template.has_resource_properties(
        "AWS::ECS::TaskDefinition",
        {
            "Cpu": "512",
            "Memory": "1024",
            "NetworkMode": "awsvpc",
            "RequiresCompatibilities": ["FARGATE"],
            "RuntimePlatform": {"CpuArchitecture": "X86_64", "OperatingSystemFamily": "LINUX"},
        },
    )


def test_a_secret_is_read_by_its_name_and_by_the_execution_role_alone(deploy):
    deployed = deploy(FULL, environment_name="dev")
    # THEN the container names it
    (secret,) = deployed.containers()["web"]["Secrets"]
    assert "secret:shop/dev/DB_PASSWORD" in str(secret["ValueFrom"])
    # AND one role may read it
    readers = [
        policy
        for policy in deployed.resources("AWS::IAM::Policy")
        if "secretsmanager:GetSecretValue" in str(policy)
    ]
    (reader,) = readers
    assert "ExecutionRole" in str(reader["Roles"])
    (statement,) = [
        each
        for each in reader["PolicyDocument"]["Statement"]
        if "secretsmanager:GetSecretValue" in each["Action"]
    ]
    assert str(statement["Resource"]).count("shop/dev/DB_PASSWORD-??????") == 1


@pytest.mark.parametrize(
    ("definition", "name"),
    [("{external: true}", "KEY"), ("{external: true, name: team/key}", "team/key")],
)
def test_an_external_secret_keeps_its_name(deploy, definition, name):
    deployed = deploy(
        f"""
        services: {{web: {{image: nginx, ports: ["80"], secrets: [KEY]}}}}
        secrets: {{KEY: {definition}}}
        """,
        environment_name="dev",
    )
    (secret,) = deployed.containers()["web"]["Secrets"]
    assert secret["ValueFrom"]["Fn::Join"][1][-1] == f":secret:{name}"


def test_a_secret_can_be_given(deploy):
    def secrets(stack):
        given = secretsmanager.Secret.from_secret_complete_arn(
            stack, "Given", "arn:aws:secretsmanager:us-east-1:123456789012:secret:other-AbCdEf"
        )
        return {"DB_PASSWORD": ecs.Secret.from_secrets_manager(given, "key")}

    (secret,) = deploy(FULL, secrets=secrets).containers()["web"]["Secrets"]
    assert "secret:other-AbCdEf:key::" in str(secret["ValueFrom"])


def test_a_given_secret_that_no_service_uses_is_refused(deploy):
    def other(stack):
        named = secretsmanager.Secret.from_secret_name_v2(stack, "Other", "other")
        return {"OTHER": ecs.Secret.from_secrets_manager(named)}

    with pytest.raises(ValueError, match="secrets: the Compose file has no OTHER; it has DB_PASS"):
        deploy(FULL, secrets=other)


def test_variables_of_the_caller_stand_over_those_of_the_file(deploy):
    containers = deploy(FULL, environment={"A": "mine", "C": Token.as_string({"Ref": "X"})})
    assert containers.containers()["web"]["Environment"] == [
        {"Name": "A", "Value": "mine"},
        {"Name": "B", "Value": "2"},
        {"Name": "C", "Value": {"Ref": "X"}},
    ]


def test_each_container_has_a_log_group_with_retention(deploy, by_design):
    deployed = deploy(FULL, log_retention=logs.RetentionDays.ONE_WEEK)
    assert set(deployed.ingress.log_groups) == {"files", "web", "cache"}
    groups = deployed.resources("AWS::Logs::LogGroup")
    # three containers, the flow log, and the API's access log; a load balancer logs to S3
    assert [group["RetentionInDays"] for group in groups] == [7] * by_design(api=5, hosting=4)


def test_the_task_role_can_do_nothing(deploy):
    assert deploy(FULL).statements("TaskRole") == []


def test_the_execution_role_can_do_no_more_than_it_has_to(deploy):
    nginx = "services: {web: {image: nginx, ports: ['80']}}"
    (statement,) = deploy(nginx).statements("ExecutionRole")
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert "Logsweb" in str(statement["Resource"])


class TestSize:
    def test_explicit(self, deploy):
        deploy(cpu=1024, memory_limit_mib=3072).template.has_resource_properties(
            "AWS::ECS::TaskDefinition", {"Cpu": "1024", "Memory": "3072"}
        )

    def test_invalid_names_the_nearest(self, deploy):
        with pytest.raises(InvalidSourceError, match="cpu 256 with memory 512 or cpu 512 with"):
            deploy(cpu=512, memory_limit_mib=512)

    def test_tokens_pass(self, deploy):
        cpu = Token.as_number({"Ref": "Cpu"})
        memory = Token.as_number({"Ref": "Memory"})
        deploy(cpu=cpu, memory_limit_mib=memory).template.has_resource_properties(
            "AWS::ECS::TaskDefinition", {"Cpu": {"Ref": "Cpu"}, "Memory": {"Ref": "Memory"}}
        )

    def test_scratch_space(self, deploy):
        deploy(ephemeral_storage_gib=50).template.has_resource_properties(
            "AWS::ECS::TaskDefinition", {"EphemeralStorage": {"SizeInGiB": 50}}
        )

    @pytest.mark.parametrize("cpu", [8192, 16384, 32768])
    def test_the_large_ones(self, deploy, cpu):
        deploy(cpu=cpu).template.has_resource_properties(
            "AWS::ECS::TaskDefinition", {"Cpu": str(cpu)}
        )


class TestArchitecture:
    @pytest.mark.parametrize(
        ("platform", "argument", "architecture"),
        [
            ("", None, "X86_64"),
            ("platform: linux/arm64, ", None, "ARM64"),
            ("", Architecture.ARM64, "ARM64"),
            ("platform: linux/amd64, ", Architecture.ARM64, "ARM64"),
        ],
    )
    def test_the_caller_the_file_or_x86(self, deploy, platform, argument, architecture):
        text = f"services: {{web: {{image: nginx, {platform}ports: ['80']}}}}"
        deploy(text, architecture=argument).template.has_resource_properties(
            "AWS::ECS::TaskDefinition", {"RuntimePlatform": {"CpuArchitecture": architecture}}
        )


def test_a_caller_may_give_what_the_files_may_not(deploy):
    # GIVEN a reference in the caller's own code
    reference = "{{resolve:secretsmanager:payroll/prod/DB}}"
    # WHEN
    containers = deploy(FULL, environment={"A": reference, "C": Token.as_string({"Ref": "X"})})
    # THEN it is CloudFormation's to resolve
    environment = containers.containers()["web"]["Environment"]
    assert {"Name": "A", "Value": reference} in environment
    assert {"Name": "C", "Value": {"Ref": "X"}} in environment


@pytest.mark.parametrize("value", ["{{resolve:ssm:a}}", "$${Token[TOKEN.12]}", "#{Token[A.1]}"])
def test_the_files_hold_neither_references_nor_tokens(deploy, value):
    with pytest.raises(InvalidSourceError, match=r"services\.web\.environment\.A: the value holds"):
        deploy(FULL.replace('A: "1"', f"A: '{value}'"))


@pytest.mark.parametrize("asked", [True, False])
def test_processes_are_told_where_they_are_asked_for_and_never_in_a_template(project, asked):
    project.compose("""
services:
  web:
    image: nginx
    ports: ["80"]
    x-serverless-containers: {dev: {command: [serve], ready: 80, ports: {PORT: 80}}}
  db: {image: x}
""")
    app = App(context={CONTEXT: True} if asked else {})
    stack = Stack(app, "Shop")
    service = ContainerService(stack, "Service", source=project.path)
    family = service.task_definition.family
    entries = [
        entry.data for entry in service.task_definition.node.metadata if entry.type == METADATA
    ]
    web = {
        "command": ["serve"],
        "directory": str(project.path),
        "ready": "80",
        "ports": {"PORT": 80},
        "entrypoint": False,
    }
    assert entries == ([{family: {"web": web, "db": {}}}] if asked else [])
    assert "serve" not in json.dumps(
        Template.from_stack(stack).find_resources("AWS::ECS::TaskDefinition")
    )


@pytest.mark.parametrize("asked", [True, False])
def test_the_folders_of_a_task_are_told_where_they_are_asked_for(project, asked):
    (project.path / "shop").mkdir()
    (project.path / "web").mkdir()
    (project.path / "web/Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    compose = project.path / "shop/compose.yml"
    compose.write_text("""
services:
  web: {build: ../web, ports: ["80"]}
""")
    app = App(context={CONTEXT: True} if asked else {})
    service = ContainerService(Stack(app, "Shop"), "Service", source=compose)
    entries = [
        entry.data for entry in service.task_definition.node.metadata if entry.type == SOURCES
    ]
    folders = [str(project.path / "shop"), str(project.path / "web")]
    assert entries == ([folders] if asked else [])


def test_what_is_told_is_what_the_embedded_aws_reads():
    assert (CONTEXT, METADATA) == (commands.CONTEXT, commands.METADATA)
    assert assembly.SOURCES == SOURCES
