"""Failures of real containers are named by the commands for deployed services, and mended."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.local_api import container, eventually, template, variables

pytestmark = pytest.mark.local

NOBODYS = "arn:aws:secretsmanager:us-east-1:123456789012:secret:nobody-pushed-it-AbCdEf"
PLUGIN = "session-manager-plugin"


class OnCall:
    """A service that runs, and the commands for it.

    Args:
        deployed: The stack of the service.
        folder: The home of who is on call, with a folder of programs, ``bin``.
    """

    def __init__(self, deployed, folder):
        self.deployed = deployed
        self._ecs = deployed.clients["ecs"]
        self._folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.good = self.service()["taskDefinition"]

    def run(self, *arguments, **environment):
        """Run a command of ``serverless-containers`` for the stack."""
        name, *rest = arguments
        return subprocess.run(
            [sys.executable, "-m", "serverless_containers", name, "--stack", "Stack", *rest],
            env={
                "PATH": f"{self.bin}:{os.environ['PATH']}",
                "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
                "HOME": str(self._folder),
                **self.deployed.credentials.variables("us-east-1"),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def service(self):
        (found,) = self._ecs.describe_services(cluster="main", services=["web"])["services"]
        return found

    def deploy(self, **change):
        """Let the service run another revision, without waiting for it."""
        before = self._ecs.describe_task_definition(taskDefinition=self.good)["taskDefinition"]
        kept = ("family", "taskRoleArn", "networkMode", "requiresCompatibilities", "cpu", "memory")
        made = self._ecs.register_task_definition(
            **{key: before[key] for key in kept},
            containerDefinitions=[{**before["containerDefinitions"][0], **change}],
        )["taskDefinition"]["taskDefinitionArn"]
        self._ecs.update_service(cluster="main", service="web", taskDefinition=made)
        return made

    def stopped(self, definition):
        """The tasks of a revision that have stopped."""
        of_service = {"cluster": "main", "serviceName": "web"}
        arns = self._ecs.list_tasks(**of_service, desiredStatus="STOPPED")["taskArns"]
        tasks = self._ecs.describe_tasks(cluster="main", tasks=arns)["tasks"] if arns else ()
        return [
            task
            for task in tasks
            if (task["taskDefinitionArn"], task["lastStatus"]) == (definition, "STOPPED")
        ]

    def mend(self):
        """Let the service run again what it ran in the beginning."""
        # A new deployment, even if the circuit breaker has gone back by then.
        self._ecs.update_service(
            cluster="main", service="web", taskDefinition=self.good, forceNewDeployment=True
        )
        eventually(self.is_well)

    def is_well(self):
        (now, *others) = self.service()["deployments"]
        return not others and now["rolloutState"] == "COMPLETED"


@pytest.fixture(scope="module")
def on_call(up, tmp_path_factory):
    made = template(container(Environment=variables(VERSION="1"), Memory=256))
    made["Service"]["Properties"]["EnableExecuteCommand"] = True
    _, deployed = up(made)
    return OnCall(deployed, tmp_path_factory.mktemp("home"))


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        pytest.param(
            {"environment": [{"name": "CRASH", "value": "7"}]},
            "container-exits",
            "web: ended with an error (exit 7)",
            id="crash loop",
        ),
        pytest.param(
            {"image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop/web:gone"},
            "image-missing",
            "the image is not in its repository",
            id="missing image",
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            {
                "healthCheck": {
                    "command": ["CMD", "false"],
                    "interval": 5,
                    "timeout": 5,
                    "retries": 1,
                    "startPeriod": 0,
                }
            },
            "container-health-check",
            "the container's own health check failed",
            id="failing health check",
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            {"memory": 32, "command": ["python", "-c", "x = b'x' * 300_000_000"]},
            "out-of-memory",
            "web: out of memory (exit 137)",
            id="out of memory",
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            {"secrets": [{"name": "KEY", "valueFrom": NOBODYS}]},
            "secret-missing",
            "a secret that the task reads does not exist",
            id="wrong secret",
            marks=pytest.mark.thorough,
        ),
    ],
)
def test_a_failure_is_named_while_the_version_before_serves(on_call, change, code, told):
    # GIVEN a deployment that fails
    failing = on_call.deploy(**change)
    eventually(lambda: on_call.stopped(failing))
    # WHEN
    status = on_call.run("status", COLUMNS="300")
    diagnosis = on_call.run("diagnose", "--json")
    # THEN
    assert status.returncode == 1, status.stderr
    assert told in status.stdout
    assert diagnosis.returncode == 1, diagnosis.stderr
    assert json.loads(diagnosis.stdout)["found"][0]["code"] == code
    assert on_call.deployed.seen()["environment"]["VERSION"] == "1"
    # FINALLY
    on_call.mend()


def test_where_nothing_fails_any_more_nothing_is_found(on_call):
    diagnosis = on_call.run("diagnose")
    assert "Nothing was found that is known to fail." in diagnosis.stdout
    assert diagnosis.returncode == 0
    assert on_call.run("status").returncode == 0


def test_a_rollback_brings_the_version_before(on_call):
    def runs(version):
        return on_call.deployed.seen()["environment"]["VERSION"] == version

    before = on_call.deploy(environment=[{"name": "VERSION", "value": "2"}])
    eventually(lambda: runs("2"))
    after = on_call.deploy(environment=[{"name": "VERSION", "value": "3"}])
    eventually(lambda: runs("3"))
    result = on_call.run("rollback", "--yes", "--json")
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert (told["from"], told["to"]) == (after, before)
    assert runs("2")


def test_a_shell_takes_the_session_managers_plugin(on_call):
    result = on_call.run("exec")
    assert result.returncode == 1
    assert f"{PLUGIN} is not installed, or not on the path" in result.stderr


def test_a_command_gets_to_the_container(on_call, engine):
    """The plugin's part, a protocol of AWS's, is left to the engine: what is told to it is true."""
    plugin = on_call.bin / PLUGIN
    plugin.write_text(
        f"#!{sys.executable}\n"
        "import json, os, sys\n"
        "session, region, kind, profile, target, endpoint = sys.argv[1:]\n"
        "assert 'amazonaws' not in json.loads(session)['streamUrl'], session\n"
        "runtime = json.loads(target)['Target'].rpartition('_')[2]\n"
        f"os.environ['DOCKER_HOST'] = {engine.url!r}\n"
        "os.execlp('docker', 'docker', 'exec', runtime, 'sh', '-c', 'echo $VERSION; exit 3')\n"
    )
    plugin.chmod(0o755)
    version = on_call.deployed.seen()["environment"]["VERSION"]
    result = on_call.run("exec", "--", "sh")
    assert (result.returncode, result.stdout.strip()) == (3, version), result.stderr
