"""`serverless-containers local`, run as a user runs it: the real CDK CLI, the real emulator.

Most of these deploy an app that writes its cloud assembly by itself. It needs no aws-cdk-lib, so
that a run takes a few seconds; the CDK CLI cannot tell the difference.
"""

import contextlib
import http.client
import json
import shutil
import signal
import socket
import time
from collections import Counter
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.resource_types.recorded import TYPES
from tests.support.local_app import ACCOUNT, ROOT, App

pytestmark = pytest.mark.local


PIPELINE_APP = """
from pathlib import Path

from aws_cdk import App, Stack
from aws_cdk import aws_sns as sns

from serverless_containers import BuildPipeline, ContainerApi

app = App()
stack = Stack(app, "Stack")
images = BuildPipeline.managed(notifications=sns.Topic(stack, "Failures"))
ContainerApi(stack, "Api", source=Path("src"), entrypoint="express", images=images)
app.synth()
"""

WAITING = {
    "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
    "Built": {
        "Type": "AWS::CloudFormation::WaitCondition",
        "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "60"},
    },
}

TASK = {
    "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "main"}},
    "Key": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "key"}},
    "Namespace": {
        "Type": "AWS::ServiceDiscovery::HttpNamespace",
        "Properties": {"Name": "names"},
    },
    "Link": {"Type": "AWS::ApiGatewayV2::VpcLink", "Properties": {"Name": "l", "SubnetIds": []}},
    "Task": {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {
            "Family": "app",
            "RequiresCompatibilities": ["FARGATE"],
            "Cpu": "256",
            "Memory": "512",
            "NetworkMode": "awsvpc",
            "ContainerDefinitions": [
                {
                    "Name": "app",
                    "Image": "app:1",
                    "Secrets": [{"Name": "KEY", "ValueFrom": {"Ref": "Key"}}],
                }
            ],
        },
    },
    "Service": {
        "Type": "AWS::ECS::Service",
        "Properties": {
            "ServiceName": "web",
            "Cluster": {"Ref": "Cluster"},
            "TaskDefinition": {"Ref": "Task"},
            "DesiredCount": 2,
            "LaunchType": "FARGATE",
        },
    },
}


@pytest.fixture
def app(tmp_path):
    made = App(tmp_path)
    yield made
    made.end()


def statuses(result):
    return {(found["type"], found["name"]): found["status"] for found in result["resources"]}


# Every run deploys it with an engine, and as processes.
@pytest.mark.thorough
def test_this_project_deploys_and_everything_is_there(tmp_path):
    app = App(tmp_path)
    for name in ("app.py", "cdk.json"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("stacks", "container_src"):
        ignored = shutil.ignore_patterns("node_modules", "__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)

    code, output = app.run(
        "-c", "environment=dev", "-c", "site=true", "-c", "image_tag=not-built",
        "--json", str(app.json),
    )  # fmt: skip

    assert code == 0, output
    result = app.result()
    assert result["holds"] is True
    assert result["diff_empty"] is True
    recorded = {each["type"] for each in result["resources"] if each["status"] == "only recorded"}
    assert recorded <= set(TYPES)
    counts = Counter(each["status"] for each in result["resources"])
    assert set(counts) == {
        "real",
        "only recorded",
        "not running (no Docker engine)",
        "not in the registry",
    }
    assert counts["real"] > counts["only recorded"]
    types = {each["type"] for each in result["resources"] if each["status"] == "real"}
    assert {
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Integration",
        "AWS::CloudFront::Distribution",
        "AWS::DynamoDB::Table",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::ECS::Service",
        "AWS::ECS::TaskDefinition",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::SecretsManager::ResourcePolicy",
        "AWS::ServiceDiscovery::Service",
    } <= types
    assert result["made_up_secrets"] == ["posts/dev/PAGE_TOKEN_KEY"]
    urls = [
        value
        for outputs in result["outputs"].values()
        for value in outputs.values()
        if ".execute-api." in value
    ]
    assert urls
    api = urls[0].partition("//")[2].partition(".")[0]
    assert f"/_aws/execute-api/{api}/$default/health\n" in output
    assert app.leftovers() == []


@pytest.mark.thorough
def test_a_kept_one_is_used_again_updated_and_stopped(app):
    app.has(TASK)
    code, output = app.run("--keep", "--json", str(app.json))
    assert code == 0, output
    first = app.result()
    assert statuses(first) == {
        ("AWS::ApiGatewayV2::VpcLink", "Link"): "only recorded",
        ("AWS::ECS::Cluster", "Cluster"): "real",
        ("AWS::ECS::Service", "Service"): "real",
        ("AWS::ECS::TaskDefinition", "Task"): "real",
        ("AWS::SecretsManager::Secret", "Key"): "real",
        ("AWS::ServiceDiscovery::HttpNamespace", "Namespace"): "real",
        ("ECS task", "Service task 1 of 2"): "not running (no Docker engine)",
        ("ECS task", "Service task 2 of 2"): "not running (no Docker engine)",
    }
    assert first["outputs"] == {"Stack": {"Answer": "42"}}
    assert 'eval "$(serverless-containers local env)"' in output
    code, output = app.run("env")
    assert code == 0
    assert f"export AWS_ENDPOINT_URL={first['endpoint']}" in output

    clients = app.clients()
    (container,) = clients["ecs"].describe_task_definition(taskDefinition="app")["taskDefinition"][
        "containerDefinitions"
    ]
    (secret,) = container["secrets"]
    assert secret["valueFrom"].startswith("arn:aws:secretsmanager:us-east-1:")

    code, output = app.run("--port", "1")
    assert code == 1
    assert "runs already, on port" in output

    changed = {name: resource for name, resource in TASK.items() if name != "Link"}
    task = TASK["Task"]["Properties"] | {"Memory": "1024"}
    app.has(changed | {"Task": {**TASK["Task"], "Properties": task}})
    code, output = app.run("--json", str(app.json))
    assert code == 0, output
    second = app.result()
    assert second["endpoint"] == first["endpoint"]
    assert second["kept"] is True
    assert ("AWS::ApiGatewayV2::VpcLink", "Link") not in statuses(second)
    definition = clients["ecs"].describe_task_definition(taskDefinition="app")["taskDefinition"]
    assert (definition["revision"], definition["memory"]) == (2, "1024")

    assert app.run("stop")[0] == 0
    assert app.leftovers() == []
    assert app.run("stop")[1] == "No embedded AWS runs for this folder.\n"


@pytest.mark.thorough
def test_a_second_one_in_a_folder_is_refused_and_what_is_not_there_is_told(app):
    app.has(TASK)
    first = app.start("up", "--json", str(app.json))
    lock = app.folder / ".local/lock"
    deadline = time.monotonic() + 60
    while not (lock.exists() and lock.read_text()) and time.monotonic() < deadline:
        time.sleep(0.01)
    code, output = app.run("up")
    assert (code, output.splitlines()[-1]) == (
        1,
        f"Error: another run (process {first.pid}, `up`) is under way in {app.folder}: wait until "
        "it ends, or end it with `serverless-containers local down`",
    )
    output, _ = first.communicate(timeout=300)
    assert first.returncode == 0, output
    assert app.result()["endpoint"] == app.emulator().endpoint

    code, output = app.run("status")
    assert code == 0, output
    words = "web (us-east-1): not running (no Docker engine); 2 of 2 tasks are recorded"
    assert words in output
    assert "RUNNING" not in output
    code, output = app.run("logs", "nope")
    assert (code, output) == (
        1,
        "Error: no container is called 'nope'; those that there are: app\n",
    )
    code, output = app.run("logs", "app")
    assert (code, output) == (
        0, "The containers are not running (no Docker engine): they write nothing.\n",
    )  # fmt: skip

    assert app.run("down")[0] == 0
    assert app.leftovers() == []


@pytest.mark.thorough
def test_a_down_ends_a_run_that_is_under_way(app):
    app.has(TASK)
    process = app.start("up")
    bootstrap = app.folder / ".local/bootstrap.log"
    deadline = time.monotonic() + 60
    while not bootstrap.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    code, output = app.run("down")
    assert (code, output) == (0, "Ended the run that was under way.\n")
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "ended in the middle" in told
    assert app.leftovers() == []


def conditions(result):
    return {
        each["name"].rpartition("/Built")[2]
        for each in result["resources"]
        if each["type"] == "AWS::CloudFormation::WaitCondition"
    }


@pytest.mark.thorough
def test_a_pipelines_stack_is_deployed_updated_and_destroyed_though_nothing_is_built(app):
    (app.folder / "app.py").write_text(PIPELINE_APP)
    ignored = shutil.ignore_patterns("node_modules", "__pycache__")
    shutil.copytree(ROOT / "container_src", app.folder / "src", ignore=ignored)
    code, output = app.run("--keep", "--json", str(app.json))
    assert code == 0, output
    first = app.result()
    assert first["holds"] is True
    note = "images: nothing was built (no Docker engine)"
    assert f": CodePipeline::Pipeline Api/Containers/Pipeline/Pipeline: {note}\n" in output
    found = {}
    for each in first["resources"]:
        found.setdefault(each["type"], set()).add((each["status"], each["note"]))
    assert found["AWS::CodePipeline::Pipeline"] == {("only recorded", note)}
    assert found["AWS::CodeStarNotifications::NotificationRule"] == {("only recorded", "")}
    assert found["Container image"] == {("not in the registry", "")}
    for kind in ("CodeBuild::Project", "ECR::Repository", "S3::BucketPolicy", "SNS::TopicPolicy"):
        assert found[f"AWS::{kind}"] == {("real", "")}
    assert ("not checked", "") not in set().union(*found.values())

    (app.folder / "src" / "changed").write_text("changed")
    code, output = app.run("--json", str(app.json))
    assert code == 0, output
    second = app.result()
    assert second["holds"] is True
    # Another source is another wait condition, which got a signal of its own.
    assert conditions(second).isdisjoint(conditions(first))
    (tag,) = (condition[:12] for condition in conditions(second))
    clients = app.clients()
    newest, *_ = clients["ecs"].list_task_definitions(sort="DESC")["taskDefinitionArns"]
    definition = clients["ecs"].describe_task_definition(taskDefinition=newest)["taskDefinition"]
    assert any(each["image"].endswith(f":{tag}") for each in definition["containerDefinitions"])

    clients["cloudformation"].delete_stack(StackName="Stack")
    clients["cloudformation"].get_waiter("stack_delete_complete").wait(
        StackName="Stack", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    assert clients["codebuild"].list_projects()["projects"] == []
    repositories = clients["ecr"].describe_repositories()["repositories"]
    assert [
        each["repositoryName"] for each in repositories if "cdk-" not in each["repositoryName"]
    ] == []


def test_a_build_that_fails_ends_the_deployment_with_its_reason(app):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app.has(WAITING)
    process = app.start("--port", str(port))
    url = None
    deadline = time.monotonic() + 60
    while url is None and time.monotonic() < deadline:
        time.sleep(0.1)
        if (emulator := app.started()) is None:
            continue
        clients = LocalClients(emulator.credentials(ACCOUNT), region="us-east-1")
        with contextlib.suppress(ClientError, BotoCoreError):
            found = clients["cloudformation"].describe_stack_resources(StackName="Stack")
            url = next(
                (
                    each["PhysicalResourceId"]
                    for each in found["StackResources"]
                    if each["LogicalResourceId"] == "Handle"
                    and each["ResourceStatus"] == "CREATE_COMPLETE"
                ),
                None,
            )
    assert url is not None
    signal_ = {"Status": "FAILURE", "UniqueId": "build:1", "Reason": "api: docker build failed"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("PUT", urlsplit(url).path, json.dumps(signal_))
    assert connection.getresponse().status == 200
    connection.close()
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    reason = "WaitCondition received failed message: 'api: docker build failed'"
    assert f"{reason} for uniqueId: build:1" in output
    assert app.leftovers() == []


@pytest.mark.thorough
def test_a_build_that_never_signals_ends_the_deployment_when_its_time_is_up(app):
    properties = WAITING["Built"]["Properties"] | {"Timeout": "1"}
    app.has(WAITING | {"Built": {**WAITING["Built"], "Properties": properties}})
    code, output = app.run()
    assert code == 1
    assert "WaitCondition timed out. Received 0 conditions when expecting 1" in output
    assert app.leftovers() == []


def test_a_deployment_that_fails_shows_its_cause(app):
    # Of a name that is plain text a secret would be made up.
    policy = {"SecretId": {"Fn::Join": ["-", ["never", "pushed"]]}, "ResourcePolicy": {}}
    app.has({"Policy": {"Type": "AWS::SecretsManager::ResourcePolicy", "Properties": policy}})
    code, output = app.run("--json", str(app.json))
    assert code == 1
    assert "Secrets Manager can't find the specified secret" in output
    log = app.folder / ".local" / "deploy.log"
    assert output.splitlines()[-1] == f"Error: cdk deploy failed; the whole log is {log}"
    assert not app.json.exists()
    assert app.leftovers() == []


@pytest.mark.thorough
def test_a_type_that_the_emulator_does_not_know_is_named(app):
    app.has({"Odd": {"Type": "AWS::Odd::Thing"}})
    code, output = app.run()
    assert code == 1
    assert "Unrecognized resource types: [AWS::Odd::Thing]" in output
    assert app.leftovers() == []


def test_an_app_that_fails_shows_its_own_words(app):
    (app.folder / "app.py").write_text("raise SystemExit('compose.yml:3: not a port')")
    code, output = app.run()
    assert code == 1
    assert "compose.yml:3: not a port" in output
    assert "Error: cdk synth failed" in output
    assert app.leftovers() == []


def test_no_stack_of_that_name(app):
    app.has(TASK)
    code, output = app.run("--stacks", "prod/**")
    assert code == 1
    assert output.splitlines()[-1] == (
        "Error: no stack matches 'prod/**'; the app's stacks: dev/Stack"
    )
    assert app.leftovers() == []


@pytest.mark.thorough
def test_a_synth_that_is_never_the_same_is_found_out(app):
    app.has(TASK, unstable=True)
    code, output = app.run("--json", str(app.json))
    assert code == 1
    assert app.result()["diff_empty"] is False
    assert "cdk diff found differences; they are in .local/diff.log" in output.splitlines()
    assert app.leftovers() == []


@pytest.mark.thorough
def test_an_account_and_region_of_its_own_and_a_lookup_that_leaves_no_trace(app):
    key = "availability-zones:account=111122223333:region=eu-central-1"
    props = {"account": "111122223333", "region": "eu-central-1"}
    app.has(
        TASK,
        environment="aws://111122223333/eu-central-1",
        missing=[{"key": key, "provider": "availability-zones", "props": props}],
    )
    context = app.folder / "cdk.context.json"
    context.write_text('{"mine": 1}')
    code, output = app.run("--json", str(app.json))
    assert code == 0, output
    result = app.result()
    assert (result["account"], result["regions"]) == ("111122223333", ["eu-central-1"])
    assert context.read_text() == '{"mine": 1}'
    assert app.leftovers() == []


@pytest.mark.parametrize(
    ("log", "signal_number", "code"),
    [
        ("synth", signal.SIGINT, 130),
        ("bootstrap", signal.SIGTERM, 143),
        ("deploy", signal.SIGINT, 130),
    ],
)
def test_it_can_be_stopped_at_any_time(app, log, signal_number, code):
    app.has(TASK)
    process = app.start()
    file = app.folder / ".local" / f"{log}.log"
    deadline = time.monotonic() + 60
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert file.exists()
    process.send_signal(signal_number)
    output, _ = process.communicate(timeout=20)
    assert (process.returncode, output.splitlines()[-1]) == (
        code,
        "Stopped; nothing is left running.",
    )
    assert app.leftovers() == []


def test_a_taken_port(app):
    app.has(TASK)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, output = app.run("--port", str(port))
    assert code == 1
    assert output == (
        f"Error: port {port} on 127.0.0.1 cannot be used (Address already in use): "
        "name another with --port, or leave it out for a free one\n"
    )
    assert app.leftovers() == []


@pytest.mark.thorough
def test_two_at_once_do_not_meet(tmp_path):
    apps = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        apps.append(App(tmp_path / name))
        apps[-1].has({"Key": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": name}}})
    processes = [app.start("--json", str(app.json)) for app in apps]
    outputs = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    endpoints = {app.result()["endpoint"] for app in apps}
    assert len(endpoints) == 2
    assert [app.leftovers() for app in apps] == [[], []]
