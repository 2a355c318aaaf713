"""From YAML to the model: each attribute in its short and in its long syntax."""

from datetime import timedelta
from pathlib import Path
from textwrap import indent

import pytest

from serverless_containers.compose import Condition, Project, Service, load_project
from serverless_containers.findings import Findings

_SECOND = timedelta(seconds=1)


def _project(folder: Path, text: str) -> Project:
    (folder / "compose.yaml").write_text(text, encoding="utf-8")
    findings = Findings()
    project = load_project(folder, findings=findings)
    assert [str(found) for found in findings.errors] == []
    assert project is not None
    return project


@pytest.fixture
def service(tmp_path: Path, request: pytest.FixtureRequest) -> Service:
    body = indent(request.param, "    ")
    text = f"services:\n  app:\n    image: app\n{body}\n  db: {{image: db}}\n"
    resources = "volumes: {data: }\nsecrets: {token: {file: ../.secret-token}}\n"
    return _project(tmp_path, text + resources).services["app"]


def _given(*bodies: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("service", bodies, indirect=True)


@_given("ports: ['8080:80/udp']", "ports: [{target: 80, published: 8080, protocol: udp}]")
def test_ports(service: Service) -> None:
    (port,) = service.ports
    assert (port.target, port.published, port.protocol) == (80, "8080", "udp")
    assert (port.host_ip, port.mode) == (None, "ingress")


@_given("ports: ['127.0.0.1:8000-8001:80-81']")
def test_ports_of_a_range(service: Service) -> None:
    assert [(port.target, port.published, port.host_ip) for port in service.ports] == [
        (80, "8000", "127.0.0.1"),
        (81, "8001", "127.0.0.1"),
    ]


@_given("expose: [80, '81-83/udp']")
def test_expose(service: Service) -> None:
    assert [(it.first, it.last, it.protocol) for it in service.expose] == [
        (80, 80, "tcp"),
        (81, 83, "udp"),
    ]


@_given("command: npm run 'two words'", "command: [npm, run, two words]")
def test_command(service: Service) -> None:
    assert service.command == ("npm", "run", "two words")
    assert service.entrypoint is None


@_given("command: []\nentrypoint: ''")
def test_a_command_that_is_cleared(service: Service) -> None:
    assert service.command == ()
    assert service.entrypoint == ()


@_given("environment: {A: 1, B: a=b, C: }", "environment: [A=1, B=a=b, C]")
def test_environment(service: Service) -> None:
    assert service.environment == {"A": "1", "B": "a=b", "C": None}


@_given(
    "healthcheck: {test: curl x, interval: 1m30s, timeout: 500ms, retries: 2, start_period: 1h}"
)
def test_healthcheck(service: Service) -> None:
    check = service.healthcheck
    assert check is not None
    assert check.test == ("CMD-SHELL", "curl x")
    assert check.interval == 90 * _SECOND
    assert check.timeout == timedelta(milliseconds=500)
    assert check.start_period == timedelta(hours=1)
    assert check.start_interval is None
    assert (check.retries, check.disable) == (2, False)


@_given("depends_on: [db]", "depends_on: {db: {condition: service_started}}", "links: [db]")
def test_depends_on(service: Service) -> None:
    (needed,) = service.depends_on
    assert (needed.service, needed.condition, needed.required) == ("db", Condition.STARTED, True)


@_given("depends_on: {db: {condition: service_completed_successfully, required: false}}")
def test_depends_on_conditions(service: Service) -> None:
    (needed,) = service.depends_on
    assert (needed.condition, needed.required) == (Condition.COMPLETED, False)


@_given("secrets: [token]", "secrets: [{source: token}]")
def test_secrets(service: Service) -> None:
    (use,) = service.secrets
    assert (use.source, use.target, use.mode) == ("token", "/run/secrets/token", None)


@_given("secrets: [{source: token, target: a, uid: '1', mode: 0440}]")
def test_secrets_long(service: Service) -> None:
    (use,) = service.secrets
    assert (use.target, use.uid, use.mode) == ("a", "1", 0o440)


@_given(
    "volumes: ['data:/d:ro']",
    "volumes: [{type: volume, source: data, target: /d/, read_only: true}]",
)
def test_volumes(service: Service) -> None:
    (mount,) = service.volumes
    assert (mount.type, mount.source, mount.target) == ("volume", "data", "/d")
    assert mount.read_only


@_given("volumes: [{type: tmpfs, target: /t, tmpfs: {size: 64m}}]\ntmpfs: /run")
def test_tmpfs(service: Service) -> None:
    assert service.volumes[0].tmpfs_size == 64 * 1024**2
    assert service.tmpfs == ("/run",)


@_given(
    "deploy: {replicas: 3, resources: {limits: {cpus: '0.5', memory: 1g, pids: 5}, "
    "reservations: {memory: 64m, devices: [{capabilities: [gpu]}]}}, "
    "restart_policy: {condition: on-failure, delay: 5s, max_attempts: 2}, "
    "update_config: {parallelism: 2, order: start-first, monitor: 1m}}"
)
def test_deploy(service: Service) -> None:
    deploy = service.deploy
    assert deploy is not None
    assert deploy.replicas == 3
    assert deploy.limits is not None
    assert (deploy.limits.cpus, deploy.limits.memory, deploy.limits.pids) == (0.5, 1024**3, 5)
    assert deploy.reservations is not None
    assert deploy.reservations.has_devices
    assert deploy.restart_policy is not None
    assert deploy.restart_policy.delay == 5 * _SECOND
    assert deploy.restart_policy.max_attempts == 2
    assert deploy.update_config is not None
    assert deploy.update_config.order == "start-first"
    assert deploy.update_config.monitor == 60 * _SECOND
    assert deploy.rollback_config is None


@_given(
    "build:\n  context: ./x\n  args: [A=1, B]\n  target: prod\n  platforms: [linux/arm64]\n"
    "  labels: {a: b}\n  additional_contexts: [c=./c]\n  ssh: [default]\n  secrets: [token]\n"
    "  extra_hosts: [a=1.1.1.1, a=2.2.2.2]\n  shm_size: 1m\n  no_cache: true"
)
def test_build(service: Service, tmp_path: Path) -> None:
    build = service.build
    assert build is not None
    assert build.context == str(tmp_path / "x")
    assert build.is_local
    assert build.dockerfile == "Dockerfile"
    assert build.args == {"A": "1"}
    assert build.target == "prod"
    assert build.additional_contexts == {"c": str(tmp_path / "c")}
    assert build.ssh == {"default": None}
    assert build.secrets[0].source == "token"
    assert build.extra_hosts == {"a": ("1.1.1.1", "2.2.2.2")}
    assert build.shm_size == 1024**2
    assert build.no_cache
    assert build.parsed_dockerfile is None


@_given("build: https://example.com/a.git")
def test_build_of_a_url(service: Service) -> None:
    assert service.build is not None
    assert not service.build.is_local


@_given("ulimits: {nofile: 5, nproc: {soft: 1, hard: 2}}")
def test_ulimits(service: Service) -> None:
    assert {name: (it.soft, it.hard) for name, it in service.ulimits.items()} == {
        "nofile": (5, 5),
        "nproc": (1, 2),
    }


@_given(
    "working_dir: /a\nuser: me\nrestart: 'no'\nlabels: [a=b]\nplatform: linux/arm64\n"
    "init: true\nread_only: true\ncap_add: [X]\nstop_grace_period: 2m\nstop_signal: SIGINT\n"
    "logging: {driver: awslogs, options: {a: 1}}\nsysctls: {a: 1}\nmem_limit: 1m\ncpus: 0.25\n"
    "tty: true\nscale: 2\nconfigs: []\nstdin_open: false\nmem_reservation: 1k"
)
def test_the_rest(service: Service) -> None:
    assert (service.working_dir, service.user, service.restart) == ("/a", "me", "no")
    assert (service.labels, service.platform) == ({"a": "b"}, "linux/arm64")
    assert (service.init, service.read_only, service.cap_add) == (True, True, ("X",))
    assert (service.stop_grace_period, service.stop_signal) == (120 * _SECOND, "SIGINT")
    assert service.logging is not None
    assert (service.logging.driver, service.logging.options) == ("awslogs", {"a": "1"})
    assert (service.sysctls, service.mem_limit, service.cpus) == ({"a": "1"}, 1024**2, 0.25)
    assert (service.tty, service.scale, service.stdin_open) == (True, 2, False)
    assert service.mem_reservation == 1024


def test_resources_of_the_project(tmp_path: Path) -> None:
    project = _project(
        tmp_path,
        "name: given\n"
        "services: {app: {image: a, volumes: ['data:/d']}}\n"
        "volumes: {data: {driver_opts: {a: 1}}, other: {external: true}}\n"
        "secrets: {token: {file: ../.secret-token}, there: {external: true, name: prod/x}}\n"
        "configs: {conf: {content: text}}\n",
    )
    assert project.name == "given"
    assert project.volumes["data"].name == "given_data"
    assert project.volumes["data"].driver_opts == {"a": "1"}
    assert project.volumes["other"].external
    assert project.secrets["token"].file == tmp_path.parent / ".secret-token"
    assert project.secrets["there"].name == "prod/x"
    assert project.configs["conf"].content == "text"


def test_env_files_stand_under_the_environment(tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text("A=file\nB=file\n")
    text = "services: {app: {image: a, env_file: a.env, environment: {A: own, C: }}}\n"
    service = _project(tmp_path, text).services["app"]
    assert service.environment == {"A": "own", "B": "file", "C": None}
    assert str(service.at("environment", "B")) == "compose.yaml:1:38"


def test_a_second_run_gives_an_equal_result(tmp_path: Path) -> None:
    text = "services: {app: {image: a, environment: {B: 1, A: 2}, ports: ['80']}}\n"
    assert _project(tmp_path, text).canonical == _project(tmp_path, text).canonical
