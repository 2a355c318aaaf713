"""The task definition: containers, roles, logs."""

import json
from pathlib import Path

import pytest
from aws_cdk import Duration, Token
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk.assertions import Match

from serverless_containers import Architecture, BuiltImages, InvalidSourceError

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
        "DependsOn": [{"ContainerName": "cache", "Condition": "START"}],
        "Cpu": 256,
        "Memory": 256,
        "MemoryReservation": 128,
        "PortMappings": [{"ContainerPort": 80, "Protocol": "tcp"}],
    }
    assert log_configuration["LogDriver"] == "awslogs"
    assert log_configuration["Options"]["mode"] == "non-blocking"
    assert [secret["Name"] for secret in secrets] == ["DB_PASSWORD"]


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
    deployed = deploy(FULL, environment_name="dev", stop_delay=Duration.seconds(0))
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
    text = FULL
    deployed = deploy(text)
    given = secretsmanager.Secret.from_secret_complete_arn(
        deployed.stack,
        "Given",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:other-AbCdEf",
    )
    other = deploy(text, secrets={"DB_PASSWORD": ecs.Secret.from_secrets_manager(given, "key")})
    (secret,) = other.containers()["web"]["Secrets"]
    assert "secret:other-AbCdEf:key::" in str(secret["ValueFrom"])


def test_a_given_secret_that_no_service_uses_is_refused(deploy):
    with pytest.raises(ValueError, match="secrets: the Compose file has no OTHER; it has DB_PASS"):
        deploy(FULL, secrets={"OTHER": None})


def test_variables_of_the_caller_stand_over_those_of_the_file(deploy):
    containers = deploy(FULL, environment={"A": "mine", "C": Token.as_string({"Ref": "X"})})
    assert containers.containers()["web"]["Environment"] == [
        {"Name": "A", "Value": "mine"},
        {"Name": "B", "Value": "2"},
        {"Name": "C", "Value": {"Ref": "X"}},
    ]


def test_each_container_has_a_log_group_with_retention(deploy):
    deployed = deploy(FULL, log_retention=logs.RetentionDays.ONE_WEEK)
    assert set(deployed.api.log_groups) == {"web", "cache"}
    groups = deployed.resources("AWS::Logs::LogGroup")
    # two containers, the access log and the flow log
    assert [group["RetentionInDays"] for group in groups] == [7] * 4


def test_the_task_role_can_do_nothing(deploy):
    deployed = deploy(FULL)
    assert not [
        policy
        for policy in deployed.resources("AWS::IAM::Policy")
        if "TaskRole" in str(policy["Roles"])
    ]


def test_the_execution_role_can_do_no_more_than_it_has_to(deploy):
    deployed = deploy()
    (policy,) = [
        policy
        for policy in deployed.resources("AWS::IAM::Policy")
        if "ExecutionRole" in str(policy["Roles"])
    ]
    (statement,) = policy["PolicyDocument"]["Statement"]
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


class TestImages:
    BUILT = "services: {web: {build: {context: app, target: run, args: {V: '1'}}, ports: ['80']}}"

    def test_docker_builds_them_by_default(self, deploy, project):
        project.write("app/Dockerfile", "FROM scratch AS run\n")
        deployed = deploy(self.BUILT)
        assert "cdk-hnb659fds-container-assets" in str(deployed.containers()["web"]["Image"])

    def test_the_build_is_as_the_file_says(self, deploy, project):
        # GIVEN a build that says everything that an asset can be told
        project.write("app/deploy/Dockerfile", "FROM scratch AS run\n")
        deployed = deploy(
            "services: {web: {ports: ['80'], build: {context: app, network: host, no_cache: true, "
            "dockerfile: deploy/Dockerfile, target: run, args: {V: '1', UNSET: null}}}}"
        )
        # THEN the CDK CLI is told the same
        assembly = deployed.app.synth()
        manifest = json.loads((Path(assembly.directory) / "Test.assets.json").read_text())
        (image,) = manifest["dockerImages"].values()
        source = image["source"]
        assert source.pop("directory").startswith("asset.")
        assert source == {
            "dockerFile": "deploy/Dockerfile",
            "dockerBuildTarget": "run",
            "dockerBuildArgs": {"V": "1"},
            "networkMode": "host",
            "cacheDisabled": True,
            "platform": "linux/amd64",
        }

    def test_or_they_are_in_ecr(self, deploy, project):
        project.write("app/Dockerfile", "FROM scratch AS run\n")
        deployed = deploy(self.BUILT, images=BuiltImages.repositories(prefix="shop/", tag="abc123"))
        image = deployed.containers()["web"]["Image"]
        assert image["Fn::Join"][1][-1] == "/shop/web:abc123"

    def test_only_these_repositories_may_be_pulled(self, deploy, project):
        project.write("app/Dockerfile", "FROM scratch AS run\n")
        deployed = deploy(self.BUILT, images=BuiltImages.repositories(prefix="shop/", tag="abc123"))
        deployed.template.has_resource_properties(
            "AWS::IAM::Policy",
            {
                "PolicyDocument": {
                    "Statement": Match.array_with(
                        [
                            Match.object_like(
                                {
                                    "Action": [
                                        "ecr:BatchCheckLayerAvailability",
                                        "ecr:GetDownloadUrlForLayer",
                                        "ecr:BatchGetImage",
                                    ],
                                    "Resource": Match.not_("*"),
                                }
                            ),
                            Match.object_like(
                                {"Action": "ecr:GetAuthorizationToken", "Resource": "*"}
                            ),
                        ]
                    )
                }
            },
        )

    def test_or_one_is_given(self, deploy):
        deployed = deploy(images={"web": ecs.ContainerImage.from_registry("mirror/nginx:1")})
        assert deployed.containers()["web"]["Image"] == "mirror/nginx:1"

    def test_a_given_image_may_be_an_l2(self, deploy, project):
        project.write("app/Dockerfile", "FROM scratch AS run\n")
        scope = deploy().stack
        repository = ecr.Repository.from_repository_name(scope, "Repository", "elsewhere")
        deployed = deploy(
            self.BUILT, images={"web": ecs.ContainerImage.from_ecr_repository(repository, "v1")}
        )
        assert "/elsewhere:v1" in str(deployed.containers()["web"]["Image"])

    def test_an_image_for_nothing_is_refused(self, deploy):
        with pytest.raises(ValueError, match="images: the Compose file has no wbe; it has web"):
            deploy(images={"wbe": ecs.ContainerImage.from_registry("x")})

    @pytest.mark.parametrize(
        ("build", "where"),
        [
            ("https://github.com/a/b.git", "the context is not a folder"),
            ("{context: app, dockerfile: ../Other}", "the Dockerfile is outside the context"),
            ("{context: app, dockerfile_inline: FROM scratch}", "dockerfile_inline cannot"),
            ("{context: app, ssh: [default]}", "ssh cannot"),
        ],
    )
    def test_what_a_local_build_cannot_do_has_its_place(self, deploy, project, build, where):
        project.write("app/Dockerfile", "FROM scratch\n")
        project.write("Other", "FROM scratch\n")
        text = f"services: {{web: {{build: {build}, ports: ['80']}}}}"
        with pytest.raises(InvalidSourceError, match=rf"docker-compose.yml:1:\d+: .*{where}"):
            deploy(text)


class TestStopDelay:
    def test_a_small_container_outlives_the_deregistration(self, deploy):
        # GIVEN the defaults
        delay = deploy().containers()["stop-delay"]
        # THEN it is told to stop first, because it depends on the entrypoint, and takes 10 seconds
        assert delay["DependsOn"] == [{"ContainerName": "web", "Condition": "START"}]
        assert delay["Essential"] is False
        assert delay["Command"][0].startswith("trap 'sleep 10; exit 0' TERM; ")
        assert delay["User"] == "65534:65534"
        assert delay["StopTimeout"] == 20
        assert delay["ReadonlyRootFilesystem"] is True

    def test_it_can_be_left_to_the_application(self, deploy):
        assert set(deploy(stop_delay=Duration.seconds(0)).containers()) == {"web"}

    def test_it_has_a_limit(self, deploy):
        with pytest.raises(ValueError, match="stop_delay: expected 1 to 110 seconds, got 111"):
            deploy(stop_delay=Duration.seconds(111))

    def test_its_image_can_be_given(self, deploy):
        image = ecs.ContainerImage.from_registry("mirror/busybox")
        assert deploy(utility_image=image).containers()["stop-delay"]["Image"] == "mirror/busybox"
