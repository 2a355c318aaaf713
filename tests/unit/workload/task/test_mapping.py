"""Each mapped key of a service, from the Compose file to the template."""

from textwrap import indent

import pytest
from aws_cdk.assertions import Match

from serverless_containers.plan.support import Support
from serverless_containers.plan.support.keys import DEPLOY, SERVICE
from tests.unit.workload.deployed import Deployed

CASES = {
    "image": ("image: redis:8", {"Image": "redis:8"}),
    "command": ("command: a 'b c'", {"Command": ["a", "b c"]}),
    "entrypoint": ("entrypoint: a 'b c'", {"EntryPoint": ["a", "b c"]}),
    "working_dir": ("working_dir: /app", {"WorkingDirectory": "/app"}),
    "user": ("user: '1000'", {"User": "1000"}),
    "init": ("init: true", {"LinuxParameters": {"InitProcessEnabled": True}}),
    "read_only": ("read_only: true", {"ReadonlyRootFilesystem": True}),
    "tty": ("tty: true", {"PseudoTerminal": True}),
    "stdin_open": ("stdin_open: true", {"Interactive": True}),
    "environment": ("environment: {A: 1}", {"Environment": [{"Name": "A", "Value": "1"}]}),
    "env_file": ("env_file: app.env", {"Environment": [{"Name": "FROM_FILE", "Value": "yes"}]}),
    "labels": ("labels: {a: b}", {"DockerLabels": {"a": "b"}}),
    "label_file": ("label_file: app.labels", {"DockerLabels": {"from.file": "yes"}}),
    "ports": (
        "ports: ['8080:81/udp', '80']",
        {"PortMappings": [{"ContainerPort": 81, "Protocol": "udp"},
                          {"ContainerPort": 80, "Protocol": "tcp"}]},
    ),
    "expose": (
        "expose: ['9000']",
        {"PortMappings": [{"ContainerPort": 80, "Protocol": "tcp"},
                          {"ContainerPort": 9000, "Protocol": "tcp"}]},
    ),
    "depends_on": (
        "depends_on: [other]",
        {"DependsOn": [{"ContainerName": "files", "Condition": "SUCCESS"},
                       {"ContainerName": "other", "Condition": "START"}]},
    ),
    "healthcheck": (
        "healthcheck: {test: probe, interval: 5s, timeout: 2s, retries: 1, start_period: 1s}",
        {"HealthCheck": {"Command": ["CMD-SHELL", "probe"], "Interval": 5, "Timeout": 2,
                         "Retries": 1, "StartPeriod": 1}},
    ),
    "restart": (
        "restart: on-failure",
        {"RestartPolicy": {"Enabled": True, "IgnoredExitCodes": [0]}},
    ),
    "stop_grace_period": ("stop_grace_period: 1m30s", {"StopTimeout": 90}),
    "cpus": ("cpus: 0.5", {"Cpu": 512}),
    "mem_limit": ("mem_limit: 1g", {"Memory": 1024}),
    "mem_reservation": ("mem_reservation: 256m", {"MemoryReservation": 256}),
    "ulimits": (
        "ulimits: {nofile: {soft: 1024, hard: 2048}}",
        {"Ulimits": [{"Name": "nofile", "SoftLimit": 1024, "HardLimit": 2048}]},
    ),
    "cap_add": (
        "cap_add: [SYS_PTRACE]",
        {"LinuxParameters": {"Capabilities": {"Add": ["SYS_PTRACE"]}}},
    ),
    "cap_drop": (
        "cap_drop: [ALL]",
        {"LinuxParameters": {"Capabilities": {"Drop": ["ALL"]}}},
    ),
    "sysctls": (
        "sysctls: {net.core.somaxconn: 1024}",
        {"SystemControls": [{"Namespace": "net.core.somaxconn", "Value": "1024"}]},
    ),
    "tmpfs": (
        "tmpfs: /run:size=64m,mode=1777",
        {"LinuxParameters": {"Tmpfs": [
            {"ContainerPath": "/run", "Size": 64, "MountOptions": ["mode=1777"]}]}},
    ),
    "volumes": (
        "volumes: [/scratch]",
        {"MountPoints": [
            {"ContainerPath": "/scratch", "ReadOnly": False, "SourceVolume": "has-volumes-0"}]},
    ),
    "logging": (
        "logging: {driver: awslogs, options: {mode: blocking, awslogs-datetime-format: '%Y'}}",
        {"LogConfiguration": {"LogDriver": "awslogs", "Options": Match.object_like(
            {"mode": "blocking", "awslogs-datetime-format": "%Y"})}},
    ),
    "deploy": (
        "deploy: {resources: {limits: {cpus: '0.5', memory: 1g}, reservations: {memory: 512m}}}",
        {"Cpu": 512, "Memory": 1024, "MemoryReservation": 512},
    ),
}  # fmt: skip
"""What each key puts into the definition of its container."""

ELSEWHERE = {
    "build": "project/test_images",
    "configs": "test_volumes",
    "secrets": "test_task",
    "platform": "test_task.TestArchitecture",
    "scale": "service/test_service.test_the_number_of_tasks",
    "container_name": "tests/unit/plan/test_hosts",
    "domainname": "tests/unit/plan/test_hosts",
    "extra_hosts": "tests/unit/plan/test_hosts",
    "hostname": "tests/unit/plan/test_hosts",
    "links": "tests/unit/plan/test_hosts",
    "extends": "tests/unit/compose",
    "profiles": "tests/unit/compose",
}
"""Keys that end up elsewhere, and what tests them."""


def test_every_mapped_key_is_tested():
    mapped = {name for name, key in SERVICE.items() if key.support is Support.MAPPED}
    assert mapped == CASES.keys() | ELSEWHERE.keys()


OF_THE_ENTRYPOINT = ("ports", "expose")
TOGETHER = [name for name in CASES if name not in OF_THE_ENTRYPOINT]
TASKS = [TOGETHER[start : start + 7] for start in range(0, len(TOGETHER), 7)]
"""Keys whose containers are in one task, which holds ten: these, one that receives the traffic, one
that others depend on, and the one that names them to each other."""


@pytest.fixture(scope="module")
def tasks(ingress, tmp_path_factory):
    """For each key but those of the entrypoint, a task with a container that has it."""
    found = {}
    for keys in TASKS:
        folder = tmp_path_factory.mktemp("mapping") / "sample"
        folder.mkdir()
        (folder / "app.env").write_text("FROM_FILE=yes\n", encoding="utf-8")
        (folder / "app.labels").write_text("from.file=yes\n", encoding="utf-8")
        services = {"web": "image: nginx\nports: ['80']", "other": "image: busybox"}
        for key in keys:
            services[container(key)] = "\n".join(
                [*([] if key == "image" else ["image: nginx"]), CASES[key][0]]
            )
        text = "".join(f"  {name}:\n{indent(body, ' ' * 4)}\n" for name, body in services.items())
        (folder / "docker-compose.yml").write_text(f"services:\n{text}", encoding="utf-8")
        deployed = Deployed(ingress, folder)
        found.update(dict.fromkeys(keys, deployed))
    return found


def container(key):
    return f"has-{key.replace('_', '-')}"


def assert_mapped(deployed, name, expected):
    deployed.template.has_resource_properties(
        "AWS::ECS::TaskDefinition",
        {"ContainerDefinitions": Match.array_with(
            [Match.object_like({"Name": name, **expected})])},
    )  # fmt: skip


@pytest.mark.parametrize("name", TOGETHER)
def test_a_key_reaches_the_container(tasks, name):
    assert_mapped(tasks[name], container(name), CASES[name][1])


@pytest.mark.parametrize("name", OF_THE_ENTRYPOINT)
def test_a_key_reaches_the_entrypoint(deploy, name):
    keys, expected = CASES[name]
    lines = ["image: nginx", *([] if name == "ports" else ["ports: ['80']"]), keys]
    body = indent("\n".join(lines), " " * 4)
    assert_mapped(deploy(f"services:\n  web:\n{body}\n"), "web", expected)


class TestDeploy:
    def service(self, deploy, keys):
        text = f"services: {{web: {{image: nginx, ports: ['80'], deploy: {keys}}}}}"
        return deploy(text).only("AWS::ECS::Service")

    def test_labels(self, deploy):
        assert {"Key": "team", "Value": "shop"} in self.service(deploy, "{labels: {team: shop}}")[
            "Tags"
        ]

    @pytest.mark.parametrize(
        ("config", "percents", "breaker", "rebalancing"),
        [
            ("{order: start-first}", (100, 200), (True, True), "ENABLED"),
            ("{order: stop-first}", (0, 100), (True, True), "DISABLED"),
            ("{order: start-first, failure_action: pause}", (100, 200), (True, False), "ENABLED"),
        ],
    )
    def test_update_config(self, deploy, config, percents, breaker, rebalancing):
        service = self.service(deploy, f"{{update_config: {config}}}")
        configuration = service["DeploymentConfiguration"]
        assert percents == (
            configuration["MinimumHealthyPercent"],
            configuration["MaximumPercent"],
        )
        assert breaker == tuple(configuration["DeploymentCircuitBreaker"].values())
        assert service["AvailabilityZoneRebalancing"] == rebalancing

    def test_restart_policy(self, deploy):
        text = (
            "services: {web: {image: nginx, ports: ['80'], "
            "deploy: {restart_policy: {condition: any, window: 90s}}}}"
        )
        web = deploy(text).containers()["web"]
        assert web["RestartPolicy"] == {"Enabled": True, "RestartAttemptPeriod": 90}

    def test_every_mapped_key_is_tested(self):
        records = {
            **DEPLOY,
            **{
                f"{above}.{name}": key
                for above in DEPLOY
                for name, key in DEPLOY[above].keys.items()
            },
        }
        mapped = {name for name, key in records.items() if key.support is Support.MAPPED}
        resources = {name for name in mapped if name.startswith("resources")}
        assert mapped - resources == {
            "labels", "mode", "replicas", "restart_policy", "restart_policy.condition",
            "restart_policy.window", "update_config", "update_config.failure_action",
            "update_config.order",
        }  # fmt: skip
