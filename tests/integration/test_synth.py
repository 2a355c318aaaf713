"""`cdk synth` as a user types it, on good and on bad folders."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.support.thorough import thoroughly

ROOT = Path(__file__).parent.parent.parent
CDK = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"

GOOD = "services: {web: {image: nginx, ports: ['80']}}"


def cdk(folder, out, *arguments):
    return subprocess.run(
        [os.environ["JSII_NODE"], CDK, "synth", "--quiet", "--output", out,
         "--app", f"{sys.executable} app.py", "-c", "environment=dev", "-c", f"source={folder}",
         *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def app(folder, *, out, validation="false", **context):
    """The app as the CDK CLI starts it, without the CLI's own time."""
    context = {
        **json.loads((ROOT / "cdk.json").read_text())["context"],
        "environment": "dev",
        "source": str(folder),
        **context,
    }
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "CDK_CONTEXT_JSON": json.dumps(context),
            "CDK_OUTDIR": str(out),
            "CDK_VALIDATION": validation,
        },
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def refused(result):
    """What a user reads when the files are wrong: the findings, and no traceback."""
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "jsii" not in result.stderr
    *findings, last = result.stderr.strip().splitlines()
    assert "Subprocess exited with error 1" in last
    return findings


def test_a_good_folder(project, tmp_path):
    result = cdk(project.compose(GOOD), tmp_path / "out", "dev/*")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "out" / "assembly-dev" / "manifest.json").exists()


@pytest.mark.thorough
def test_texts_that_look_like_cloudformations_own(project, tmp_path):
    """CloudFormation's rules read every text of a template, and these are none of its own."""
    project.compose(
        dedent("""
        services:
          web:
            image: nginx
            ports: ["80"]
            command: ["sh", "-c", "echo $${HOME} $$HOME && exec nginx"]
            environment:
              SHELL_VARIABLE: "$${HOME} and $${AWS::Region} and $${X:-y}"
              ZONE: us-east-1a
              CIDR: 10.0.0.0/8
              ROLE: "arn:aws:iam::123456789012:role/x"
              GROUP: sg-1234567890abcdef0
              IMAGE: ami-1234567890abcdef0
              FUNCTION: "Fn::GetAtt"
              TAG: "!Ref X"
              ACCOUNT: "123456789012"
              EMPTY: ""
            labels: {rule: "Host(`$${NAME}`)"}
            deploy: {labels: {rule: "Host(`$${NAME}`)", team: shop}}
            healthcheck: {test: "pg_isready -U $${USER} -d $${DB}"}
            logging: {options: {awslogs-stream-prefix: "$${PREFIX}"}}
            configs: [{source: shell, target: /etc/shop/shell}]
        configs: {shell: {content: "a $${VARIABLE} b"}}
        """)
    )
    result = app(project.path, out=tmp_path / "out", validation="true")
    assert result.returncode == 0, result.stderr


BAD = {
    "missing": (None, "/nowhere does not exist; name a folder with a Compose file or a Dockerfile"),
    "empty": ({}, "holds neither a Compose file (compose.yaml, compose.yml, docker-compose.yml, "
             "docker-compose.yaml) nor a Dockerfile"),
    "no port": ({"compose.yaml": "services: {web: {image: x}}"},
         "compose.yaml:1:11: services: no container has a port to receive the traffic"),
    "two candidates": (
         {"compose.yaml":
          "services: {a: {image: x, ports: ['81']}, b: {image: x, ports: ['82']}}"},
         "compose.yaml:1:34: services: several containers can receive the traffic: a (81), b"),
    "no YAML": ({"compose.yaml": "services:\n  web: {image: [x\n"}, "compose.yaml:"),
    "size": ({"compose.yaml": "x-serverless-containers: {cpu: 256, memory: 8192}\n" + GOOD},
         "compose.yaml:1:45: x-serverless-containers.memory: Fargate has no task of cpu 256 with "
         "memory 8192; the nearest valid sizes are cpu 256 with memory 2048 or cpu 1024 with "
         "memory 8192"),
    "port taken": ({"compose.yaml": "services:\n  a: {image: x, ports: ['80']}\n"
                          "  b: {image: x, expose: ['80']}\n"},
         "compose.yaml:3:26: services.b.expose[0]: container b listens on 80/tcp, which a already"),
    "no EXPOSE": ({"Dockerfile": "FROM scratch\n"}, "Dockerfile:1:1: the Dockerfile has no EXPOSE"),
}  # fmt: skip
FEW = ("no port",)
"""The others take as long, and their messages are tested where they are made."""


@pytest.mark.parametrize(
    "case",
    [*FEW, *thoroughly(*(case for case in BAD if case not in FEW))],
)
def test_a_bad_folder(project, tmp_path, case):
    files, message = BAD[case]
    for name, text in (files or {}).items():
        project.write(name, text)
    folder = project.path if files is not None else "/nowhere"
    result = app(folder, out=tmp_path / "out")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "jsii" not in result.stderr
    assert message in result.stderr


@pytest.mark.thorough
def test_an_unknown_entrypoint(project, tmp_path):
    result = cdk(project.compose(GOOD), tmp_path / "out", "-c", "entrypoint=wbe")
    assert refused(result) == [
        "entrypoint: the entrypoint 'wbe' is no service of this project; name one of web"
    ]


@pytest.mark.thorough
@pytest.mark.parametrize("port", ["0", "65536", "http", "٣"])
def test_a_port_that_is_none(project, tmp_path, port):
    result = app(project.compose(GOOD), out=tmp_path / "out", port=port)
    assert result.returncode == 1
    assert result.stderr == f"port {port!r} is no port; give one from 1 to 65535\n"


@pytest.mark.thorough
def test_an_owner_that_no_tag_can_hold(project, tmp_path):
    result = app(project.compose(GOOD), out=tmp_path / "out", owner="aws:x")
    assert result.returncode == 1
    assert result.stderr == "owner: 'aws:x' starts with aws:, which AWS keeps for itself\n"


def test_all_errors_are_reported_at_once(project, tmp_path):
    project.compose(
        "services:\n"
        "  a: {image: x, ports: ['80'], privileged: true}\n"
        "  b: {image: x, ports: ['80'], pid: host}\n"
    )
    findings = refused(cdk(project.path, tmp_path / "out"))
    assert [finding.split(": ")[1] for finding in findings] == [
        "services", "services.a.privileged", "services.b.ports[0]", "services.b.pid",
    ]  # fmt: skip


@pytest.mark.thorough
def test_of_two_files_docker_composes_choice_is_taken_with_a_warning(project, tmp_path):
    project.write("compose.yaml", GOOD)
    project.write("docker-compose.yml", "services: {}")
    result = cdk(project.path, tmp_path / "out", "dev/*")
    assert result.returncode == 0, result.stderr
    output = result.stdout + result.stderr
    assert "compose.yaml:1:1: compose.yaml is read, and not docker-compose.yml" in output


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"CDK_CLI_VERSION": "3.0.0"}, "CDK CLI"),
        ({"CDK_CLI_VERSION": "2.1000.0"}, "CDK CLI"),
        ({"JSII_NODE": "/nowhere/node"}, "Node"),
    ],
)
def test_a_mistaken_tool_is_reported_in_one_line(environ, message):
    result = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    (line,) = result.stderr.strip().splitlines()
    assert message in line


@pytest.mark.parametrize("said", ["false", *thoroughly("yes")])
def test_a_site_is_made_by_true_alone(tmp_path, said):
    context = json.dumps({"environment": "nowhere", "site": said})
    code = (
        "import app; print(app._is_on('true'), app._is_on('false'), app._is_on(None)); "
        f"app._is_on({said!r})"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env={**os.environ, "CDK_CONTEXT_JSON": context, "CDK_OUTDIR": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.stdout == "True False False\n"
    expected = "" if said == "false" else "site 'yes' is neither true nor false\n"
    assert result.stderr == expected


def test_a_site_around_the_sign_in_of_an_api_is_refused_in_one_line(project, tmp_path):
    project.compose(GOOD)
    result = app(project.path, out=tmp_path / "out", environment="staging", site="true")
    assert result.returncode == 1
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("environment staging: its API asks who is calling")


@pytest.mark.thorough
def test_another_project_has_stacks_of_its_own(project, tmp_path):
    project.compose(f"name: shop\n{GOOD}")
    result = app(project.path, out=tmp_path / "out")
    assert result.returncode == 0, result.stderr
    manifest = json.loads((tmp_path / "out/assembly-dev/manifest.json").read_text())
    names = {
        each["properties"]["stackName"]
        for each in manifest["artifacts"].values()
        if each["type"] == "aws:cloudformation:stack"
    }
    assert names == {f"shop-dev-{each}" for each in ("storage", "network", "api")}
    templates = (tmp_path / "out/assembly-dev").glob("*.template.json")
    assert not [each for each in templates if "DynamoDB" in each.read_text()]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ({}, "the stacks cannot be named after 'my_shop'"),
        pytest.param(
            {"name": "serverless-containers"},
            "the stacks of 'serverless-containers' are those of the sample",
            marks=pytest.mark.thorough,
        ),
    ],
)
def test_a_name_that_stacks_cannot_have_is_told_in_one_line(project, tmp_path, name, said):
    project.compose(f"name: my_shop\n{GOOD}")
    result = app(project.path, out=tmp_path / "out", **name)
    assert result.returncode == 1
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith(said)


@pytest.mark.thorough
def test_a_site_with_another_database_than_its_api_is_refused_in_one_line(project, tmp_path):
    project.compose(
        "services:\n"
        "  web: {image: nginx, ports: ['80']}\n"
        "  db: {image: postgres, volumes: ['data:/var/lib/postgresql/data']}\n"
        "volumes: {data: {}}\n"
    )
    result = app(project.path, out=tmp_path / "out", site="true")
    assert result.returncode == 1
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("environment dev: db must not run twice")
