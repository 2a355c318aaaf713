"""While a deployment runs, nobody but its user commands it: each way in is tried, and refused."""

import json
import os
import subprocess
import sys
import urllib.parse

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.support.local_api import client_within, container, policy, template
from tests.support.local_app import ACCOUNT

pytestmark = pytest.mark.local

NOBODY = 65534
BUILD = {
    "Resources": {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": {"Statement": []}},
        },
        "Project": {
            "Type": "AWS::CodeBuild::Project",
            "Properties": {
                "Name": "theirs",
                "ServiceRole": {"Fn::GetAtt": ["Role", "Arn"]},
                "Artifacts": {"Type": "NO_ARTIFACTS"},
                "Environment": {"Type": "LINUX_CONTAINER", "Image": "x", "ComputeType": "x"},
                "Source": {"Type": "NO_SOURCE", "BuildSpec": "{}"},
            },
        },
    }
}
CREATE = {"Action": "CreateStack", "StackName": "theirs", "TemplateBody": json.dumps(BUILD)}
ASK = """
import sys, urllib.error, urllib.request
method, url, body, *headers = sys.argv[1:]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
for header in headers:
    request = urllib.request.Request(url, body.encode() or None, method=method)
    if header:
        name, _, value = header.partition(": ")
        request.add_header(name, value)
    try:
        print(opener.open(request, timeout=30).status)
    except urllib.error.HTTPError as error:
        print(error.code)
"""
WAYS = [
    ("POST", "/", urllib.parse.urlencode(CREATE)),
    ("POST", "/_ministack/reset", ""),
    ("POST", "/_ministack/config", '{"lambda_svc.LAMBDA_EXECUTOR": "docker"}'),
    ("GET", "/_ministack/health", ""),
    ("GET", "/private/secret", ""),
    ("PUT", "/private/secret", "theirs"),
]


@pytest.fixture(scope="module")
def running(up):
    everything = policy("may-do-anything")
    one_bucket = policy("not-this-bucket", effect="Deny", action="s3:*", on="arn:aws:s3:::private*")
    app, deployed = up(template(container(), Everything=everything, Bucket=one_bucket))
    deployed.clients["s3"].create_bucket(Bucket="private")
    deployed.clients["s3"].put_object(Bucket="private", Key="secret", Body=b"mine")
    deployed.clients["s3"].create_bucket(Bucket="shared")
    deployed.app = app
    return deployed


@pytest.fixture(autouse=True)
def nothing_changes(running):
    """Nobody made a stack, and nobody changed an object."""
    yield
    stacks = running.clients["cloudformation"].list_stacks()["StackSummaries"]
    assert {each["StackName"] for each in stacks} == {"CDKToolkit", "Stack"}
    content = running.clients["s3"].get_object(Bucket="private", Key="secret")["Body"].read()
    assert content == b"mine"
    assert running.request("GET", "/health")[0] == 200


@pytest.mark.parametrize(("method", "path", "body"), WAYS)
def test_a_container_gets_nowhere_unsigned(running, engine, method, path, body):
    (name,) = engine.docker("ps", "--format", "{{.Names}}", "--filter", "name=-web").split()
    endpoint = running.seen()["environment"]["AWS_ENDPOINT_URL"]
    port = endpoint.rpartition(":")[2]
    headers = ("", f"Host: localhost:{port}", "Authorization: AWS 123456789012:x")
    answers = engine.docker(
        "exec", name, "python", "-c", ASK, method, f"{endpoint}{path}", body, *headers
    ).split()
    assert len(answers) == len(headers)
    assert set(answers) <= {"400", "403"}


def run_as_nobody(*command):
    return subprocess.run(
        command,
        user=NOBODY,
        group=NOBODY,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("method", "path", "body"), WAYS)
def test_another_user_of_the_machine_gets_nowhere(running, method, path, body):
    # Not by Python, which another user may not be able to start.
    curl = ["/usr/bin/curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--noproxy", "*"]
    asked = run_as_nobody(*curl, "-X", method, "-d", body, f"{running.endpoint}{path}")
    assert asked.stdout == "403", asked.stderr


def test_another_user_of_the_machine_does_not_find_the_key(running):
    folder = running.emulator.folder
    script = f"import pathlib; print(pathlib.Path({folder!r}, 'run.json').read_text())"
    assert (
        running.emulator.secret
        in subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        ).stdout
    )
    read = run_as_nobody("/bin/cat", f"{folder}/run.json", f"/proc/{running.emulator.pid}/environ")
    assert read.returncode != 0
    assert read.stdout == ""
    # Nor is it told to whoever lists processes.
    processes = subprocess.run(["/bin/ps", "axww"], capture_output=True, text=True, check=True)
    assert running.emulator.secret not in processes.stdout


@pytest.fixture
def theirs(running):
    """Clients with the credentials of a task whose role may do anything, but for one bucket."""
    environment = running.seen()["environment"]

    return lambda service: client_within(environment, service)


def test_a_container_may_do_what_its_role_may(theirs):
    theirs("s3").put_object(Bucket="shared", Key="a", Body=b"a")
    assert theirs("s3").get_object(Bucket="shared", Key="a")["Body"].read() == b"a"


@pytest.mark.parametrize(
    ("service", "call", "options"),
    [
        ("s3", "get_object", {"Bucket": "private", "Key": "secret"}),
        ("s3", "put_object", {"Bucket": "private", "Key": "secret", "Body": b"theirs"}),
        ("cloudformation", "create_stack", {"StackName": "x", "TemplateBody": json.dumps(BUILD)}),
        ("cloudformation", "delete_stack", {"StackName": "Stack"}),
        ("codebuild", "start_build", {"projectName": "theirs"}),
        ("lambda", "update_function_code", {"FunctionName": "f", "ZipFile": b""}),
        ("glue", "start_job_run", {"JobName": "theirs"}),
        ("states", "create_state_machine", {"name": "x", "definition": "{}", "roleArn": "x" * 30}),
    ],
)
def test_a_container_may_not_make_others_act_whatever_its_role_may(theirs, service, call, options):
    client = theirs("stepfunctions" if service == "states" else service)
    with pytest.raises(ClientError) as refused:
        getattr(client, call)(**options)
    assert "AccessDenied" in refused.value.response["Error"]["Code"]


def test_a_role_that_a_container_assumes_may_not_do_more(theirs, running):
    trust = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": "sts:AssumeRole",
            }
        ]
    }
    running.clients["iam"].create_role(RoleName="other", AssumeRolePolicyDocument=json.dumps(trust))
    assumed = theirs("sts").assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/other", RoleSessionName="session"
    )["Credentials"]
    client = boto3.client(
        "s3",
        endpoint_url=running.endpoint,
        region_name="us-east-1",
        aws_access_key_id=assumed["AccessKeyId"],
        aws_secret_access_key=assumed["SecretAccessKey"],
        aws_session_token=assumed["SessionToken"],
    )
    with pytest.raises(ClientError, match="AccessDenied"):
        client.get_object(Bucket="private", Key="secret")


def test_its_user_s_tools_work_with_the_variables_that_are_printed(running):
    script = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    shell = f'eval "$({sys.executable} -m serverless_containers local env)" && exec "$0" "$@"'
    told = subprocess.run(
        ["/bin/sh", "-c", shell, sys.executable, "-c", script],
        cwd=running.app.folder,
        env={**os.environ, "TMPDIR": str(running.app.tmp), "AWS_PROFILE": "no-such-profile"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.strip() == ACCOUNT, told.stderr
