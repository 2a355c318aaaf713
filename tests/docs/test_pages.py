"""Every block of code in README and the guides is run, synthesized, or held against its program."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import aws_cdk
import pytest
import yaml
from aws_cdk import aws_apigatewayv2 as apigwv2
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_rds as rds
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Template
from click.testing import CliRunner

import serverless_containers
from serverless_containers import ResourceAccess
from serverless_containers.cli import main
from serverless_containers.ingress.cloudfront.support_stack import EDGE_REGION
from tests.support.pages import PAGES, ROOT, blocks, blocks_of, outside_of_blocks
from tests.support.shell_lines import CDK, check, commands

LANGUAGES = {"json", "mermaid", "python", "sh", "text", "yaml"}
SHOP = """\
services:
  web:
    build: .
    ports: ["80"]
    secrets: [DB_PASSWORD]
secrets:
  DB_PASSWORD: {file: ../secrets/.secret-db-password}
"""


def test_a_deployer_of_a_site_reaches_the_region_of_its_support_stacks():
    # GIVEN the roles that the deployer's policy lets them assume, and what is bootstrapped
    (policy,) = (json.loads(block.text) for block in blocks_of("docs/deployer.md"))
    (deploy,) = (each for each in policy["Statement"] if each["Sid"] == "Deploy")
    (bootstrap,) = (
        line
        for block in blocks_of("docs/guides/web-site.md")
        for line in block.text.splitlines()
        if line.startswith("cdk bootstrap ")
    )
    # THEN both know the region of the site and that of the support stacks
    for region in ("eu-west-1", EDGE_REGION):
        assert [role for role in deploy["Resource"] if role.endswith(f"-{region}")]
        assert f"aws://123456789012/{region}" in bootstrap


def test_the_sums_of_the_costs_are_right_and_those_of_the_table():
    # GIVEN the sums that the page shows
    page = (ROOT / "docs/guides/costs.md").read_text(encoding="utf-8")
    table, _, shown = page.partition("A month has 730 hours")
    shown, _, monitoring = shown.partition("## Monitoring")
    sums, monitored = (
        re.findall(r"(?m)^\| .* \| (.*\N{MULTIPLICATION SIGN}.*) \| ([\d.]+) \|$", part)
        for part in (shown, monitoring)
    )
    assert (len(sums), len(monitored)) == (8, 6)
    for factors, told in (*sums, *monitored):
        # THEN each is what it says
        found = eval(factors.replace("\N{MULTIPLICATION SIGN}", "*"), {"__builtins__": {}})  # noqa: S307
        assert found == pytest.approx(float(told), abs=0.0051)
    for _, told in sums:
        # AND the table above has it in whole dollars
        assert f"${float(told):.0f}" in table


def test_what_alarms_look_at_is_counted_as_it_is():
    # GIVEN an environment with monitoring, whose one service is an API
    stacks = json.loads((ROOT / "tests/snapshot/prod.json").read_text(encoding="utf-8"))
    found = [each for stack in stacks.values() for each in stack["Resources"].values()]
    alarms = [each["Properties"] for each in found if each["Type"] == "AWS::CloudWatch::Alarm"]
    # WHEN its metrics are counted, and a band as two more
    metrics = sum(
        sum("MetricStat" in query for query in alarm["Metrics"])
        + 2 * ("ThresholdMetricId" in alarm)
        if "Metrics" in alarm
        else 1
        for alarm in alarms
    )
    composite = sum(each["Type"] == "AWS::CloudWatch::CompositeAlarm" for each in found)
    # THEN
    page = (ROOT / "docs/guides/costs.md").read_text(encoding="utf-8")
    assert f"| {metrics} \N{MULTIPLICATION SIGN} 0.10 |" in page
    assert f"| {composite} \N{MULTIPLICATION SIGN} 0.50 |" in page


def test_what_reading_a_resource_takes_beside_its_items_is_told():
    stack = aws_cdk.Stack()
    role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())
    table = dynamodb.Table(
        stack,
        "Table",
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
    )
    for each in (
        ResourceAccess.table(table, name="posts"),
        ResourceAccess.bucket(s3.Bucket(stack, "Bucket"), name="media"),
    ):
        each.grant(role)
    (policy,) = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    granted = json.dumps(policy["Properties"]["PolicyDocument"])
    page = (ROOT / "docs/guides/permissions.md").read_text(encoding="utf-8")
    for action in ("dynamodb:DescribeTable", "s3:ListBucket"):
        assert action in granted
        assert action in page


def test_the_guide_to_monitoring_shows_what_an_app_of_ones_own_needs():
    # GIVEN its first block, which is synthesized as it stands
    block = next(iter(blocks_of("docs/guides/monitoring.md"))).text
    # THEN it imports what it uses, has somebody told, and adds a widget
    names = ("Monitoring", "TaskScaling", "Tracing", "apply_tags")
    (line,) = (each for each in block.splitlines() if "from serverless_containers import" in each)
    assert [name for name in names if name not in line or block.count(f"{name}(") != 1] == []
    assert "EmailSubscription(" in block
    assert ".dashboard.add_widgets(" in block
    # AND its topic has no policy, which would have to let alarms publish
    assert "enforce_ssl" not in block


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_every_path_that_a_page_for_developers_names_is_there(page):
    text = "\n".join(outside_of_blocks(page))
    library = ROOT / "constructs/serverless_containers"
    places = (ROOT, ROOT / "docs", ROOT / "tests", library, library / "local", library / "plan")
    named = set(re.findall(r"`([\w.-]+(?:/[\w.-]+)*(?:/|\.(?:py|md|yaml|txt|json)))`", text))
    assert len(named) >= 5
    each_room = {"rules.py"}
    assert [
        name
        for name in sorted(named - each_room)
        if not any((place / name).exists() for place in places)
    ] == []


STAYING = {
    "AWS::Cognito::UserPool": "the user pool",
    "AWS::DynamoDB::Table": "the table of posts",
    "AWS::ECR::Repository": "the repositories",
    "AWS::ECS::TaskDefinition": "task definitions",
    "AWS::EFS::FileSystem": "file systems",
    "AWS::Logs::LogGroup": "the log groups of",
    "AWS::S3::Bucket": "bucket",
}
"""The words of the deploy guide for what the deletion of a stack leaves."""


@pytest.mark.parametrize(
    ("environment", "rows"), [("dev", 1), ("staging", 1), ("prod", 2), ("site", 2)]
)
def test_what_stays_is_told(environment, rows):
    # GIVEN the rows of the guide that hold for an environment
    text = (ROOT / "docs/guides/deploy.md").read_text(encoding="utf-8")
    section = text.partition("## What stays after")[2].partition("\n## ")[0]
    told = "\n".join(re.findall(r"(?m)^\| .*", section)[2 : 2 + rows])
    # THEN they name each kind of resource that its templates retain
    templates = json.loads((ROOT / f"tests/snapshot/{environment}.json").read_text())
    retained = {
        resource["Type"]
        for template in templates.values()
        for resource in template["Resources"].values()
        if resource.get("DeletionPolicy", "").startswith("Retain")
    }
    assert "AWS::S3::Bucket" in retained
    assert [kind for kind in sorted(retained) if STAYING[kind] not in told] == []


class Names(dict):
    """What a block of Python may use: the imports of a CDK app, and constructs made on demand."""

    def __init__(self):
        super().__init__(
            {name: getattr(serverless_containers, name) for name in serverless_containers.__all__}
        )
        self.update(
            CfnOutput=aws_cdk.CfnOutput, Duration=aws_cdk.Duration, apigwv2=apigwv2, kms=kms
        )
        self.app = aws_cdk.App()

    def __missing__(self, name):
        if name == "stack" or name.endswith("_stack"):
            made = aws_cdk.Stack(
                self.app,
                name.replace("_", "-"),
                env=aws_cdk.Environment(account="123456789012", region="eu-west-1"),
                cross_region_references=True,
            )
        elif name in RESOURCES:
            made = RESOURCES[name](self["stack" if name in IN_STACK else "pipeline_stack"])
        else:
            raise KeyError(name)
        self[name] = made
        return made


RESOURCES = {
    "zone": lambda stack: route53.HostedZone.from_hosted_zone_attributes(
        stack, "Zone", hosted_zone_id="Z0123456789ABCDEFGHIJ", zone_name="example.com"
    ),
    "posts": lambda stack: _table(stack, "Posts", stream=dynamodb.StreamViewType.NEW_IMAGE),
    "orders": lambda stack: _table(stack, "Orders"),
    "media": lambda stack: s3.Bucket(stack, "Media"),
    "users": lambda stack: cognito.UserPool(stack, "Users"),
    "resize": lambda stack: lambda_.Function.from_function_name(stack, "Resize", "resize"),
    "queue": lambda stack: sqs.Queue(stack, "Queue"),
    "database": lambda stack: rds.DatabaseCluster(
        stack,
        "Database",
        engine=rds.DatabaseClusterEngine.aurora_postgres(
            version=rds.AuroraPostgresEngineVersion.VER_16_4
        ),
        writer=rds.ClusterInstance.serverless_v2("Writer"),
        vpc=ec2.Vpc(stack, "Vpc"),
    ),
    "hub_secret": lambda stack: secretsmanager.Secret(stack, "Hub"),
    "topic": lambda stack: sns.Topic(stack, "Topic"),
    "connection": lambda _stack: (
        "arn:aws:codeconnections:eu-west-1:123456789012:connection/0a1b2c3d"
    ),
}
"""What a reader of the guides has besides: each is made when a block names it."""
IN_STACK = set(RESOURCES) - {"connection"}


def _table(stack, name, **props):
    table = dynamodb.Table(
        stack,
        name,
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
        **props,
    )
    table.add_global_secondary_index(
        index_name="by-day",
        partition_key=dynamodb.Attribute(name="day", type=dynamodb.AttributeType.STRING),
    )
    return table


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a project ``shop``."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "docker-compose.yml").write_text(SHOP)
    (tmp_path / "shop" / "Dockerfile").write_text("FROM nginx:1.29\n")
    for name in [name for name in os.environ if name.startswith("COMPOSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder, block):
    file = folder / block.title
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(block.text)
    return file


def run(*arguments):
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.mark.parametrize("page", PAGES)
def test_every_block_has_a_language_that_is_tried_here(page):
    assert {block.language for block in blocks_of(page)} <= LANGUAGES


@pytest.mark.parametrize("page", PAGES)
def test_code_stands_in_fences_where_it_is_found(page):
    before = ""
    for line in outside_of_blocks(page):
        assert before or not re.match(r" {4,}\S", line) or page == "docs/rules.md", line
        before = line.strip()


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_is_synthesized(block, folder):
    for other in blocks_of(block.page):
        if other.title:
            write(folder, other)
    if block.title is not None:
        # A whole app: the CDK CLI runs it, as the page's cdk.json says.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        subprocess.run([CDK, "synth", "--quiet"], env={**os.environ, "PATH": path}, check=True)
        (template,) = (folder / "cdk.out").glob("*.template.json")
        assert "Url" in json.loads(template.read_text())["Outputs"]
        return
    names = Names()
    exec(block.text, {}, names)  # noqa: S102  # what the page shows
    names.app.synth()


def _is_pre_commit(content):
    (repository,) = content["repos"]
    (hook,) = repository["hooks"]
    assert hook["id"] in {
        each["id"] for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    }
    assert repository["rev"] == f"v{_version()}"
    check(["serverless-containers", "check", *hook["args"]])


def _is_caller(content):
    (job,) = content["jobs"].values()
    path, _, tag = job["uses"].partition("@")
    called = yaml.safe_load((ROOT / path.removeprefix("OWNER/serverless-containers/")).read_text())
    # YAML 1.1 takes `on` for true.
    inputs = called[True]["workflow_call"]["inputs"]
    assert set(job["with"]) <= set(inputs)
    assert {name for name, each in inputs.items() if each.get("required")} <= set(job["with"])
    assert tag == f"v{_version()}"
    # Who is called gets no more than the caller has.
    strength = {"read": 1, "write": 2}
    for each in called["jobs"].values():
        for name, asked in each["permissions"].items():
            assert strength[asked] <= strength[content["permissions"][name]]


def _version():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


NOT_COMPOSE = {".pre-commit-config.yaml": _is_pre_commit, ".github/workflows/app.yml": _is_caller}
"""Files that are YAML and no Compose files, and what they have to be."""


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_compose_files_are_read_without_errors(block, folder):
    content = yaml.safe_load(block.text)
    if block.title in NOT_COMPOSE:
        NOT_COMPOSE[block.title](content)
        return
    services = content.get("services", {})
    if all({"image", "build"} & set(each) for each in services.values()) and services:
        result = run("check", write(folder, block) if block.title else _file(folder, block.text))
        # One page shows what is found in a file.
        shown = {each.text for each in blocks_of(block.page) if each.language == "text"}
        assert result.exit_code == 0 or result.output in shown, result.output
        return
    # A part of a file: the rest is a service with a port.
    wanted = content.get("x-serverless-containers", {}).get("entrypoint")
    base = {
        name: {"image": "nginx:1.29", "ports": ["80"]}
        for name in (services or {wanted or "web": None})
    }
    first = _file(folder, yaml.safe_dump({"services": base}))
    second = folder / "app" / "more.yml"
    second.write_text(block.text)
    result = run("check", first.parent, "-f", first, "-f", second)
    assert result.exit_code == 0, result.output


def _file(folder, text):
    file = folder / "app" / "docker-compose.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    "block",
    # tests/docs/test_operations_page.py looks at its page.
    [each for each in blocks("text") if each.page != "docs/guides/operations.md"],
    ids=str,
)
def test_what_a_command_prints_is_what_it_prints(block, folder):
    """Output follows the Compose file of which `check` prints it."""
    (file,) = (each for each in blocks_of(block.page) if each.title == "docker-compose.yml")
    result = run("check", write(folder, file).parent)
    assert block.text == result.output


def test_the_picture_is_the_one_of_the_sample(tmp_path, monkeypatch):
    (block,) = (each for each in blocks_of("docs/guides/compose.md") if each.language == "mermaid")
    monkeypatch.chdir(tmp_path)
    variables = "STORAGE_POSTS_ARN, STORAGE_POSTS_NAME"
    outputs = {"serverless-containers-dev-api": {"Url": "x", "VariablesOfContainers": variables}}
    Path("outputs.dev.json").write_text(json.dumps(outputs, indent=2))
    result = run(
        *("explain", ROOT / "container_src", "--outputs", "outputs.dev.json"),
        *("--format", "mermaid"),
    )
    assert result.output == block.text


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_is_what_its_file_may_be(block, folder):
    content = json.loads(block.text)
    match block.title:
        case "cdk.json":
            assert content["app"] == "python app.py"
        case ".vscode/settings.json":
            # tests/unit/plan/test_settings_schema.py looks at the schema.
            (file,) = content["yaml.schemas"]
            assert f"serverless-containers schema > {file.removeprefix('./')}" in (
                (ROOT / block.page).read_text(encoding="utf-8")
            )
        case "shop/custom-policies.json":
            write(folder, block)
            result = run("check", "shop", "--environment", "prod")
            assert result.exit_code == 0, result.output
        case _:
            # tests/unit/test_deployer_page.py looks at it.
            assert block.page == "docs/deployer.md"


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_commands_are_such_that_their_programs_take_them(block):
    found = list(commands(block.text))
    assert found
    for words in found:
        check(words)


OF_THE_SAMPLE = [
    words
    for block in blocks("sh")
    for words in commands(block.text)
    if words[0] == "serverless-containers"
    and words[1] in {"check", "config", "explain"}
    and "container_src" in words
    # What reads outputs is run with some, above.
    and "--outputs" not in words
]


@pytest.mark.parametrize("words", OF_THE_SAMPLE, ids=" ".join)
def test_commands_that_only_read_the_sample_application_are_run(words, monkeypatch):
    monkeypatch.chdir(ROOT)
    result = run(*words[1:])
    assert result.exit_code == 0, result.output


def test_the_api_reference_has_every_public_name():
    text = (ROOT / "docs" / "api.md").read_text()
    found = re.findall(r"^::: serverless_containers\.(\w+)$", text, re.MULTILINE)
    assert sorted(found) == sorted(serverless_containers.__all__)
