"""What a task's containers have around them, asked from inside."""

import json
import urllib.request

import pytest

from serverless_containers.plan.model import HostPlan
from serverless_containers.plan.utility_containers import with_utilities
from tests.support.base_images import BUSYBOX
from tests.support.local_api import (
    client_within,
    container,
    eventually,
    resource,
    template,
    variables,
)
from tests.support.local_app import ACCOUNT

pytestmark = pytest.mark.local


def shell(name, script, **more):
    """A container that runs a script."""
    return {
        "Name": name,
        "Image": BUSYBOX,
        "Essential": False,
        "EntryPoint": ["/bin/sh", "-c"],
        "Command": [script],
        "LogConfiguration": container()["LogConfiguration"],
        **more,
    }


WEB = container(
    Environment=variables(VERSION="1", AWS_REGION_OF_OWN="x"),
    Secrets=[
        {"Name": "WHOLE", "ValueFrom": {"Ref": "Secret"}},
        {"Name": "PART", "ValueFrom": {"Fn::Join": ["", [{"Ref": "Secret"}, ":key::"]]}},
        {"Name": "PARAMETER", "ValueFrom": "/app/parameter"},
    ],
    User="1000",
    WorkingDirectory="/scratch",
    ReadonlyRootFilesystem=True,
    LinuxParameters={
        "InitProcessEnabled": True,
        "Tmpfs": [{"ContainerPath": "/scratch", "Size": 16}],
    },
    Ulimits=[{"Name": "nofile", "SoftLimit": 2048, "HardLimit": 4096}],
    Memory=128,
    StopTimeout=5,
    MountPoints=[
        {"SourceVolume": "shared", "ContainerPath": "/shared"},
        {"SourceVolume": "kept", "ContainerPath": "/kept", "ReadOnly": True},
    ],
    DependsOn=[
        {"ContainerName": "first", "Condition": "SUCCESS"},
        {"ContainerName": "second", "Condition": "HEALTHY"},
    ],
)
NAMES = with_utilities([], [], [HostPlan(name="second", address="127.0.0.1")])[0]
FIRST = shell(
    "first",
    f"{NAMES.command[0]}\necho first; chmod 777 /shared; "
    "echo made > /shared/file; echo again >> /kept/file",
    User=NAMES.user,
    ReadonlyRootFilesystem=NAMES.read_only_root,
    MountPoints=[
        {"SourceVolume": "shared", "ContainerPath": "/shared"},
        {"SourceVolume": "kept", "ContainerPath": "/kept"},
    ],
)
SECOND = container(
    "second",
    Environment=variables(PORT="9090"),
    PortMappings=[{"ContainerPort": 9090}],
    HealthCheck={
        "Command": ["CMD-SHELL", "wget -q -O - http://127.0.0.1:9090/health"],
        "Interval": 5,
    },
)


KEPT = {
    "Name": "kept",
    "EFSVolumeConfiguration": {
        "FilesystemId": {"Ref": "Files"},
        "TransitEncryption": "ENABLED",
        "AuthorizationConfig": {"AccessPointId": {"Ref": "Point"}, "IAM": "ENABLED"},
    },
}


@pytest.fixture(scope="module")
def running(up):
    return up(
        template(
            WEB,
            FIRST,
            SECOND,
            task={"Volumes": [{"Name": "shared"}, KEPT]},
            Files=resource("EFS::FileSystem"),
            Point=resource(
                "EFS::AccessPoint",
                FileSystemId={"Ref": "Files"},
                RootDirectory={
                    "Path": "/app",
                    "CreationInfo": {"OwnerUid": "7", "OwnerGid": "8", "Permissions": "755"},
                },
            ),
            Secret=resource(
                "SecretsManager::Secret", Name="app", SecretString='{"key": "of a secret"}'
            ),
            Parameter=resource(
                "SSM::Parameter", Name="/app/parameter", Type="String", Value="of a parameter"
            ),
        )
    )[1]


@pytest.fixture(scope="module")
def environment(running):
    return running.seen()["environment"]


def test_a_request_arrives_as_it_was_sent(running):
    seen = running.seen(
        "/a%20b/c%2Fd?x=1&x=2&empty=&y=%2F", "POST", b'{"a": 1}', x_own="Value", content_type="a/b"
    )
    assert (seen["method"], seen["body"]) == ("POST", '{"a": 1}')
    assert seen["path"] == "/a%20b/c/d?x=1&x=2&empty=&y=%2F"
    assert (seen["headers"]["x-own"], seen["headers"]["content-type"]) == ("Value", "a/b")
    assert ".execute-api." in seen["headers"]["host"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_every_method_arrives(running, method):
    assert running.seen("/x", method)["method"] == method


def test_an_answer_comes_back_as_it_was_given_and_no_redirect_is_followed(running):
    status, headers, _ = running.request("GET", "/status/302")
    assert status == 302
    assert headers["location"] == "/elsewhere"
    assert headers.get_all("set-cookie") == ["a=1", "b=2"]
    assert running.request("GET", "/status/500")[0] == 500


def test_health_is_the_applications_own(running):
    assert running.seen("/health")["path"] == "/health"


def test_containers_share_localhost(running):
    assert running.seen("/port/9090")["path"] == "/"


def test_containers_reach_each_other_by_name(running, engine):
    assert len(running.tasks()) == 1
    answer = engine.docker(
        "exec", web(engine), "wget", "-q", "-O", "-", "http://second:9090/health"
    )
    assert json.loads(answer)["headers"]["host"] == "second:9090"


def test_secrets_come_whole_by_key_and_from_parameters(environment):
    assert json.loads(environment["WHOLE"]) == {"key": "of a secret"}
    assert environment["PART"] == "of a secret"
    assert environment["PARAMETER"] == "of a parameter"


def test_user_folder_and_limits_are_those_of_the_definition(running, engine):
    seen = running.seen()
    assert (seen["user"], seen["folder"]) == (1000, "/scratch")
    name = web(engine)
    (found,) = json.loads(engine.docker("inspect", name))
    host = found["HostConfig"]
    assert host["ReadonlyRootfs"] is True
    assert host["Init"] is True
    assert host["Memory"] == 128 * 1024 * 1024
    assert host["Tmpfs"] == {"/scratch": "size=16m"}
    # Not asked of `docker exec`, whose process may find the soft limit raised to the hard one.
    assert host["Ulimits"] == [{"Name": "nofile", "Soft": 2048, "Hard": 4096}]
    assert engine.docker("exec", name, "cat", "/shared/file") == "made"
    # Nothing listens for other machines.
    for bindings in found["NetworkSettings"]["Ports"].values():
        assert all(each["HostIp"] == "127.0.0.1" for each in bindings or [])


def test_the_task_role_is_who_the_containers_are(running, environment):
    assert environment["AWS_REGION"] == "us-east-1"
    sts = client_within(environment, "sts")
    identity = sts.get_caller_identity()
    task = running.tasks()[0]["taskArn"].rpartition("/")[2]
    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/task-role/{task}"


def test_a_container_can_ask_what_it_is(running, environment):
    url = environment["ECS_CONTAINER_METADATA_URI_V4"]
    assert url.startswith("http://")
    with urllib.request.urlopen(url) as answer:  # noqa: S310  # HTTP, by the line before
        assert json.load(answer)["Name"] == "web"
    with urllib.request.urlopen(f"{url}/task") as answer:  # noqa: S310  # likewise
        told = json.load(answer)
    assert told["TaskARN"] == running.tasks()[0]["taskArn"]
    assert {each["Name"] for each in told["Containers"]} == {"web", "first", "second"}
    assert told["KnownStatus"] == "RUNNING"


@pytest.mark.parametrize(
    "path",
    [
        "/v4/a-path-of-ones-own",
        "/v2/apis",
        "/2015-03-31/functions",
        "/latest/meta-data/",
        "/oauth2/token",
        "/login",
        "/graphql",
        "/favicon.ico",
    ],
)
def test_no_path_is_the_emulators_own(running, path):
    assert running.seen(path)["path"] == path


def test_what_is_written_is_in_the_log_group(running):
    task = running.tasks()[0]["taskArn"].rpartition("/")[2]

    def lines(name):
        events = running.clients["logs"].get_log_events(
            logGroupName="logs", logStreamName=f"app/{name}/{task}"
        )["events"]
        return [event["message"] for event in events]

    assert eventually(lambda: lines("first")) == ["first"]
    assert eventually(lambda: lines("web")) == ["started 1"]


def test_a_stopped_task_ends_dependants_first(running):
    (task,) = running.tasks()
    running.clients["ecs"].stop_task(cluster="main", task=task["taskArn"])

    def stopped():
        (now,) = running.clients["ecs"].describe_tasks(cluster="main", tasks=[task["taskArn"]])[
            "tasks"
        ]
        return now if now["lastStatus"] == "STOPPED" else None

    now = eventually(stopped)
    assert now["stoppedReason"] == "Task stopped by user"
    name = task["taskArn"].rpartition("/")[2]
    ends = {}
    for container_name in ("web", "second"):
        events = running.clients["logs"].get_log_events(
            logGroupName="logs", logStreamName=f"app/{container_name}/{name}"
        )["events"]
        ends[container_name] = {
            word: float(at)
            for word, _, at in (event["message"].partition(" ") for event in events)
            if word in ("ending", "ended")
        }
    assert ends["web"]["ended"] <= ends["second"]["ending"]
    eventually(lambda: [each for each in running.tasks() if each["healthStatus"] == "HEALTHY"])


def web(engine):
    names = engine.docker("ps", "--format", "{{.Names}}").split()
    return next(name for name in names if name.endswith("-web"))


def test_a_file_system_outlives_the_task_and_a_scratch_volume_does_not(running, engine):  # noqa: ARG001
    # The task before this one has written to both, too.
    name = web(engine)
    assert engine.docker("exec", name, "cat", "/kept/file").split()[:2] == ["again", "again"]
    assert engine.docker("exec", name, "cat", "/shared/file").split() == ["made"]
    assert engine.docker("exec", name, "stat", "-c", "%u %g %a", "/kept") == "7 8 755"


def test_nobody_to_ask_is_503(running):
    running.clients["ecs"].update_service(cluster="main", service="web", desiredCount=0)
    eventually(lambda: running.request("GET", "/")[0] == 503)
