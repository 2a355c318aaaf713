"""Projects that people have, as their containers see them at an engine.

Their images are stood in: each answers on its port by running the script that it is asked for.
"""

import json
import shlex
from pathlib import Path

import pytest

from serverless_containers.compose import load_project
from serverless_containers.findings import Findings
from tests.support.applications import applications
from tests.support.local_api import Deployed, eventually
from tests.support.stand_in_images import ASK, BUILT, asking, import_stand_ins

# What every run shows of tasks, mounts and requests is in the files beside this one.
pytestmark = [pytest.mark.local, pytest.mark.thorough]

APPLICATIONS = {each.name: each for each in applications()}
SERVICES = {
    "nginx-templates": {"nginx": (80, "nginx:1.25-alpine"), "app": (8000, "python:3.12-slim")},
    "init-container": {"app": (8081, "sonatype/nexus3:3.68.0")},
    "caddy-front": {"caddy": (80, "caddy:2"), "app": (8080, "alpine:3.19")},
    "go-migrations": {
        "api": (8080, "gcr.io/distroless/static-debian12"),
        "db": (5432, "postgres:16-alpine"),
    },
    "hardened": {"web": (80, "nginx:1.25-alpine")},
    "host-gateway": {"app": (8080, "python:3.12-slim")},
    "legacy-links": {
        "web": (80, "php:7.4-apache"),
        "mysql": (3306, "mysql:5.7"),
        "memcached": (11211, "memcached:1.6-alpine"),
    },
    "matomo-fpm": {
        "web": (80, "nginx:alpine"),
        "app": (9000, "matomo:fpm-alpine"),
        "db": (3306, "mariadb:11"),
    },
    "network-alias": {
        "gateway": (80, "nginx:1.25-alpine"),
        "orders": (8000, "ghcr.io/example/orders:2.1"),
    },
    "node-postgres-redis": {
        "web": (3000, "node:20-alpine"),
        "db": (5432, "postgres:15-alpine"),
        "redis": (6379, "redis:7-alpine"),
    },
}
"""The services that go on running: their ports, and the image that each is, or is built from."""
OTHER_NAMES = {
    ("legacy-links", "database"): "mysql",
    ("network-alias", "api"): "orders",
    ("network-alias", "orders.internal"): "orders",
}
"""The services that names stand for which are not their own."""
each_application = pytest.mark.parametrize("name", SERVICES)
APP = """
import json
from pathlib import Path
import aws_cdk
from serverless_containers import ContainerApi

app = aws_cdk.App()
stack = aws_cdk.Stack(app, "Stack")
for index, source in enumerate(json.loads(Path("sources.json").read_text())):
    # What delays a stop is tried elsewhere, and each stop would take as long.
    delay = aws_cdk.Duration.seconds(0)
    api = ContainerApi(stack, Path(source).name, source=source, stop_delay=delay)
    for key, value in {
        "Api": api.api.api_id,
        "Cluster": api.cluster.cluster_name,
        "Service": api.service.service_name,
    }.items():
        aws_cdk.CfnOutput(stack, f"{key}{index}", value=value)
app.synth()
"""


class Running:
    """A project that was deployed.

    Args:
        name: Its name.
        deployed: The embedded AWS, whose API is this project's.
        cluster: The name of its cluster.
        service: The name of its service at ECS.
    """

    def __init__(self, name, deployed, *, cluster, service):
        self.application = APPLICATIONS[name]
        self.services = SERVICES[name]
        self.deployed = deployed
        self._place = {"cluster": cluster}
        self._service = service

    def ask(self, script, service=None):
        """What a script writes in a service's container. Default: in the entrypoint's."""
        if service not in (None, self.front):
            script = asking(script, "127.0.0.1", self.services[service][0])
        status, _, content = self.deployed.request("POST", ASK, script)
        assert status == 200, content
        return content.decode()

    @property
    def front(self):
        return self.application.entrypoint["service"]

    def task(self):
        """The one task that runs."""
        ecs = self.deployed.clients["ecs"]
        arns = ecs.list_tasks(**self._place, serviceName=self._service)["taskArns"]
        (task,) = ecs.describe_tasks(**self._place, tasks=arns)["tasks"]
        return task

    def lines(self, container):
        """What a container of the task wrote to its log."""
        task = self.task()
        definition = self.deployed.clients["ecs"].describe_task_definition(
            taskDefinition=task["taskDefinitionArn"]
        )["taskDefinition"]
        (options,) = (
            each["logConfiguration"]["options"]
            for each in definition["containerDefinitions"]
            if each["name"] == container
        )
        number = task["taskArn"].rpartition("/")[2]
        events = self.deployed.clients["logs"].get_log_events(
            logGroupName=options["awslogs-group"],
            logStreamName=f"{options['awslogs-stream-prefix']}/{container}/{number}",
        )["events"]
        return [event["message"] for event in events]


@pytest.fixture(scope="module")
def deployed(engine, make_app, request):
    """Every project that a test of this run asks for, in one stack."""
    import_stand_ins(engine.docker)
    wanted = {
        item.callspec.params["name"]
        for item in request.session.items
        if item.path == request.path and hasattr(item, "callspec")
    }
    names = [name for name in SERVICES if name in wanted]
    app = make_app()
    (app.folder / "app.py").write_text(APP)
    sources = [str(APPLICATIONS[name].folder) for name in names]
    (app.folder / "sources.json").write_text(json.dumps(sources))
    code, output = app.run("up", "--json", str(app.json))
    assert code == 0, output
    (outputs,) = app.result()["outputs"].values()
    return {
        name: Running(
            name,
            Deployed(app, api=outputs[f"Api{index}"]),
            cluster=outputs[f"Cluster{index}"],
            service=outputs[f"Service{index}"],
        )
        for index, name in enumerate(names)
    }


@pytest.fixture
def running(deployed, name):
    return deployed[name]


@each_application
def test_the_entrypoint_answers(running):
    image = running.services[running.front][1]
    assert running.ask("echo $STAND_IN") == f"{image}\n"


@each_application
def test_every_container_reaches_the_others_by_name(running):
    application = running.application
    names = {name: OTHER_NAMES.get((application.name, name), name) for name in application.names}
    if names:
        names[running.front] = running.front
    for service in running.services:
        for name, other in names.items():
            port, image = running.services[other]
            script = asking("echo $STAND_IN", name, port)
            assert running.ask(script, service) == f"{image}\n", (service, name)


@each_application
def test_mounts_hold_what_the_project_holds(running):
    folder = running.application.folder
    project = load_project(folder, override=False, findings=Findings())
    for service, outcomes in running.application.mounts.items():
        if service not in running.services:
            continue
        mounts = {each.target.rstrip("/"): each for each in project.services[service].volumes}
        mounted = running.ask("cat /proc/mounts", service)
        for target, outcome in outcomes.items():
            is_mount = f" {target} " in mounted
            assert is_mount == (outcome in {"written", "copied", "stored"}), (service, target)
            if outcome == "stored":
                script = f"touch {target}/of-a-test 2>/dev/null && echo written"
                expected = "" if mounts[target].read_only else "written\n"
                assert running.ask(script, service) == expected, (service, target)
            elif outcome != "dropped":
                holds_the_same(running, service, target, folder / mounts[target].source)


def holds_the_same(running, service, target, source):
    files = [each for each in source.rglob("*") if each.is_file()] if source.is_dir() else [source]
    assert files
    for file in files:
        path = Path(target, file.relative_to(source))
        quoted = shlex.quote(str(path))
        assert running.ask(f"cat {quoted}", service) == file.read_text(encoding="utf-8"), path
        mode = "755" if file.stat().st_mode & 0o100 else "644"
        assert running.ask(f"stat -c %a:%u:%g {quoted}", service) == f"{mode}:0:0\n", path


@each_application
def test_the_task_outlives_what_ends(running):
    for name in running.application.ends:
        ended = eventually(lambda name=name: container_that_ended(running, name))
        assert ended["exitCode"] == 0
    task = running.task()
    assert task["lastStatus"] == "RUNNING"
    going = {each["name"] for each in task["containers"] if each["lastStatus"] == "RUNNING"}
    assert running.services.keys() <= going
    assert running.ask("echo answered") == "answered\n"


def container_that_ended(running, name):
    containers = {each["name"]: each for each in running.task()["containers"]}
    return containers[name] if containers[name]["lastStatus"] == "STOPPED" else None


@pytest.mark.parametrize("name", ["init-container"])
def test_an_init_container_changed_the_volume_for_the_other(running):
    eventually(lambda: container_that_ended(running, "fix-permissions"))
    assert running.ask("stat -c %u:%g /data; id -u") == "1000:1000\n1000\n"


@pytest.mark.parametrize("name", ["go-migrations"])
def test_migrations_run_before_the_application(running):
    migrations = sorted((running.application.folder / "migrations").iterdir())
    expected = [line for file in migrations for line in file.read_text().splitlines()]
    assert eventually(lambda: running.lines("migrate")) == [*expected, "api"]


@pytest.mark.parametrize("name", ["host-gateway"])
def test_an_extra_host_is_in_the_hosts_file_and_the_machine_is_not(running):
    lines = running.ask("cat /etc/hosts").splitlines()
    assert "10.0.0.12 legacy.internal" in lines
    assert not [line for line in lines if "host.docker.internal" in line]


@pytest.mark.parametrize("name", ["node-postgres-redis"])
def test_behind_a_mount_for_development_is_what_the_build_made(running):
    assert running.ask(f"cat /app/{BUILT}") == "npm\n"
    source = (running.application.folder / "src/server.js").read_text()
    assert running.ask("cat /app/src/server.js") == source


@pytest.mark.parametrize("name", ["hardened"])
def test_a_file_system_is_read_only_but_for_its_scratch_folders(running):
    places = "/etc/nginx /var/cache/nginx /var/run /tmp"
    script = f"for place in {places}; do touch $place/x 2>/dev/null && echo $place; done; true"
    assert running.ask(script).split() == places.split()[1:]


@pytest.mark.parametrize("name", ["matomo-fpm"])
def test_a_volume_is_shared_and_read_only_where_it_says_so(running):
    running.ask("echo shared > /var/www/html/index.php", "app")
    script = "cat /var/www/html/index.php; touch /var/www/html/x 2>/dev/null || echo read-only"
    assert running.ask(script) == "shared\nread-only\n"
