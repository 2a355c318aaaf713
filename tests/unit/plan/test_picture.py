"""A picture is sound Mermaid, shows what the plan has, and where each part is in the files."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from serverless_containers.compose import load_project
from serverless_containers.findings import Findings, Location
from serverless_containers.plan.decisions import plan_as_deployed
from serverless_containers.plan.picture import NamedBy, draw

SHOP = """\
name: shop
services:
  web:
    image: nginx:1.29
    ports: ["80"]
    depends_on: {app: {condition: service_healthy}}
    volumes: ["static:/static:ro"]
  app:
    build: ./app
    expose: ["8000"]
    healthcheck: {test: curl localhost}
    environment: {TOKEN_OF_NOBODY: sesame}
    secrets: [db-password]
    volumes: ["static:/static", "data:/data", "/scratch"]
volumes: {static: {x-serverless-containers: {storage: scratch}}, data: {}}
secrets: {db-password: {external: true, name: shop/password}}
"""
_TEXT = r'"(?:[^"#<>`]|#\w+;|<br/>)+"'
LINE = re.compile(
    rf"flowchart LR|  end|  subgraph task \[{_TEXT}\]"
    rf"| +\w+(?:\[{_TEXT}\]|\(\[{_TEXT}\]\)|\[\({_TEXT}\)\]|\[/{_TEXT}/\])"
    rf"|  \w+ -\.?->(?:\|{_TEXT}\|)? \w+"
)
"""A line of a picture, of the few forms of a flowchart that there are in it."""


@pytest.fixture
def picture(project):
    def _picture(text, resources=()):
        project.write("app/Dockerfile", "FROM scratch\n")
        findings = Findings()
        model = load_project(project.compose(text), findings=findings)
        plan = plan_as_deployed(model, findings, environment="dev")
        assert plan is not None, list(findings)
        drawn = draw(model, plan, resources)
        assert drawn.endswith("\n")
        lines = drawn.splitlines()
        assert [line for line in lines if not LINE.fullmatch(line)] == []
        known = {
            re.match(r" *(\w+)[\[(]", each)[1] for each in lines if re.match(r" *\w+[\[(]", each)
        }
        for line in lines:
            if match := re.match(r"  (\w+) -\.?->(?:\|.*\|)? (\w+)$", line):
                assert set(match.groups()) <= known | {"task"}
        return drawn

    return _picture


def test_everything_is_there_with_its_line(picture):
    assert picture(SHOP).splitlines() == [
        "flowchart LR",
        '  requests(["requests<br/>through the ingress"])',
        '  subgraph task ["a task on Fargate: 512 CPU units and 1024 MiB<br/>'
        'docker-compose.yml:2"]',
        '    c0["files<br/>writes files and names before the others start"]',
        '    c1["app<br/>built from ./app<br/>docker-compose.yml:8"]',
        '    c2["web<br/>nginx:1.29<br/>docker-compose.yml:3"]',
        "  end",
        '  requests -->|"port 80"| c2',
        '  c2 -.->|"starts once it is healthy"| c1',
        '  v0[("static<br/>the task\'s disk<br/>docker-compose.yml:14")]',
        '  c1 -->|"/static"| v0',
        '  v1[("data<br/>Amazon EFS<br/>docker-compose.yml:14")]',
        '  c1 -->|"/data"| v1',
        '  v2[("app-2<br/>the task\'s disk<br/>docker-compose.yml:14")]',
        '  c1 -->|"/scratch"| v2',
        '  c2 -->|"/static, read-only"| v0',
        '  s0[/"shop/password<br/>AWS Secrets Manager<br/>docker-compose.yml:16"/]',
        '  s0 -->|"db-password"| c1',
    ]


def test_no_value_is_shown(picture):
    assert "sesame" not in picture(SHOP)


def test_resources_are_grouped_by_their_variables(picture):
    names = (
        "STORAGE_POSTS_ARN", "STORAGE_POSTS_NAME", "STORAGE_UPLOADS_BUCKETNAME",
        "AUTH_SHOP_USERPOOLID", "FUNCTION_MAIL_NAME", "OTHER",
    )  # fmt: skip
    resources = [
        NamedBy(variable=name, at=Location("outputs.json", line, 1))
        for line, name in enumerate(names, start=3)
    ]
    drawn = picture(SHOP, resources).splitlines()
    assert [line for line in drawn if line.startswith("  r") and "requests" not in line] == [
        '  r0[("Amazon DynamoDB table<br/>STORAGE_POSTS_ARN<br/>STORAGE_POSTS_NAME<br/>'
        'outputs.json:3")]',
        '  r1[("Amazon S3 bucket<br/>STORAGE_UPLOADS_BUCKETNAME<br/>outputs.json:5")]',
        '  r2[("Amazon Cognito user pool<br/>AUTH_SHOP_USERPOOLID<br/>outputs.json:6")]',
        '  r3[("AWS Lambda function<br/>FUNCTION_MAIL_NAME<br/>outputs.json:7")]',
        '  r4[("a resource<br/>OTHER<br/>outputs.json:8")]',
    ]
    assert drawn.count("  task --> r0") == 1


def test_a_worker_gets_no_requests(picture):
    assert "requests" not in picture("services: {web: {image: 'nginx:1.29'}}\n")


def test_several_tasks(picture):
    drawn = picture("services: {web: {image: a, ports: ['80'], scale: 3}}\n")
    assert '["3 tasks on Fargate, each: ' in drawn


def test_signs_of_mermaid_mean_themselves(picture):
    path = '/a"b<i>#1;&`x`' + "y" * 60
    drawn = picture(
        "services: {web: {image: a, ports: ['80'], volumes: [{type: volume, source: data, "
        f"target: '{path}'}}]}}}}\nvolumes: {{data: }}\n"
    )
    assert "/a#quot;b#lt;i#gt;#35;1;#amp;#96;x#96;yyy" in drawn
    assert "\N{HORIZONTAL ELLIPSIS}" in drawn


@pytest.mark.thorough
def test_mermaid_itself_draws_it(picture, tmp_path):
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("there is no browser")
    npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "mermaid@12.3.0"]
    subprocess.run(npm, cwd=tmp_path, check=True)
    page = tmp_path / "page.html"
    texts = [picture(SHOP), picture("services: {a: {image: 'x'}}\n")]
    texts.append("flowchart LR\n  a[broken\n")
    script = "node_modules/mermaid/dist/mermaid.min.js"
    page.write_text(
        f"<!doctype html><meta charset=utf-8><script src={script}></script><ol></ol><script>"
        f"(async () => {{ for (const text of {texts!r}) {{ let said = 'drawn';"
        "try { await mermaid.parse(text); await mermaid.render('x', text); }"
        "catch (error) { said = 'refused'; }"
        "document.querySelector('ol').innerHTML += `<li>${said}</li>`; } })()</script>"
    )
    dom = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000",
         "--allow-file-access-from-files", "--dump-dom", page.as_uri()],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert re.findall(r"<li>(\w+)</li>", dom) == ["drawn", "drawn", "refused"]
    assert Path(script).name in dom
