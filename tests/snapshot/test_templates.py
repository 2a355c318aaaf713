"""The templates of every environment, whole.

What a template must hold is asserted where it is made; a snapshot shows what else a change moved.
`make snapshot` accepts the templates as they are.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent
ENVIRONMENTS = ("dev", "staging", "prod", "site")

WITH_SITE = """
from dataclasses import replace
import app
from stacks.environments import Domain, Site
domain = Domain(name="www.example.com", hosted_zone_id="Z1", hosted_zone_name="example.com")
app.ENVIRONMENTS = {
    **app.ENVIRONMENTS,
    "site": replace(
        app.ENVIRONMENTS["prod"],
        name="site",
        owner="shop team",
        cost_center="4711",
        account="123456789012",
        region="eu-west-1",
        site=Site(domain=domain, sign_in=True, firewall=True),
    ),
}
app.build(app.App()).synth()
"""
"""The app with one more environment, whose domain is that of a site."""


def run(command, root, out, **environ):
    """Run a program as the CDK CLI does, with every gate on."""
    context = json.loads((root / "cdk.json").read_text())["context"]
    return subprocess.run(
        command,
        cwd=root,
        env={
            **os.environ,
            "CDK_OUTDIR": str(out),
            "CDK_CONTEXT_JSON": json.dumps(context),
            "CDK_VALIDATION": "true",
            **environ,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def synthesize(root, out, **environ):
    result = run([sys.executable, "-c", WITH_SITE], root, out, **environ)
    assert result.returncode == 0, result.stderr[-3000:]
    return out


def mask(text):
    """A template without what follows from the content of the sources."""
    for tag in sorted(set(re.findall(r"Handle([0-9a-f]{12})", text))):
        text = text.replace(tag, "<tag>")
        text = re.sub(r"(<tag>(?:In\d+)?)[0-9A-F]{8}", r"\1", text)
    return re.sub(r"[0-9a-f]{64}", "<hash>", text)


def templates(assembly, environment):
    """The templates of one environment by stack name."""
    found = {}
    manifest = json.loads((assembly / f"assembly-{environment}" / "manifest.json").read_text())
    for artifact in manifest["artifacts"].values():
        if artifact["type"] == "aws:cloudformation:stack":
            file = assembly / f"assembly-{environment}" / artifact["properties"]["templateFile"]
            found[artifact["properties"]["stackName"]] = file.read_text()
    return found


@pytest.fixture(scope="module")
def assembly(tmp_path_factory):
    return synthesize(ROOT, tmp_path_factory.mktemp("assembly"))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_snapshot(assembly, environment, accept):
    # GIVEN the templates, with what follows the sources' content masked
    masked = {
        name: json.loads(mask(text)) for name, text in templates(assembly, environment).items()
    }
    file = HERE / f"{environment}.json"
    if accept:
        file.write_text(json.dumps(masked, indent=1, sort_keys=True) + "\n")
    # THEN
    assert masked == json.loads(file.read_text()), "make snapshot accepts the change"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_template_has_a_lambda_function(assembly, environment):
    for text in templates(assembly, environment).values():
        kinds = {resource["Type"] for resource in json.loads(text)["Resources"].values()}
        assert not {kind for kind in kinds if "Lambda" in kind or kind.startswith("Custom::")}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_wildcard_stands_only_where_aws_has_nothing_narrower(assembly, environment):
    # None of these takes a resource, or the statement has a condition instead.
    allowed = {
        "ecr:GetAuthorizationToken",
        "ecs:DescribeTaskDefinition",
        "ecs:ListTasks",
        "ecs:RegisterTaskDefinition",
        "ecs:TagResource",
    }
    for text in templates(assembly, environment).values():
        for resource in json.loads(text)["Resources"].values():
            if resource["Type"] != "AWS::IAM::Policy":
                continue
            for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
                actions = statement["Action"]
                actions = {actions} if isinstance(actions, str) else set(actions)
                # The CDK's grants on a bucket shorten its actions.
                assert not any("*" in action for action in actions if action[:3] != "s3:")
                assert statement["Resource"] != "*" or actions <= allowed
                if "ecs:DescribeTaskDefinition" in actions:
                    assert "aws:RequestedRegion" in str(statement["Condition"])


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_services_are_trusted_for_this_account_alone(assembly, environment):
    # Pages that show whom to trust and no condition: "Create the CodePipeline service role (CLI)",
    # and "Enable access logs for your Application Load Balancer", which confines by the path.
    unconditional = {
        "codepipeline.amazonaws.com",
        "logdelivery.elasticloadbalancing.amazonaws.com",
    }
    for text in templates(assembly, environment).values():
        for resource in json.loads(text)["Resources"].values():
            key = {
                "AWS::IAM::Role": "AssumeRolePolicyDocument",
                "AWS::S3::BucketPolicy": "PolicyDocument",
            }.get(resource["Type"])
            for statement in resource["Properties"][key]["Statement"] if key else ():
                service = "Service" in statement["Principal"] and statement["Principal"]["Service"]
                if service and service not in unconditional:
                    condition = str(statement["Condition"])
                    assert "aws:SourceAccount" in condition or "aws:SourceArn" in condition


def test_the_gates_close(tmp_path):
    """What would be refused in one of our stacks is refused: each error has its line."""
    script = """
from aws_cdk import App, aws_ec2
from app import build
app = build(App(context={"environment": "dev"}))
stack = app.node.find_child("dev").node.find_child("Storage")
anywhere = {"ipProtocol": "tcp", "cidrIp": "0.0.0.0/0", "fromPort": 1, "toPort": 1}
aws_ec2.CfnSecurityGroup(
    stack, "Open", group_description="x", security_group_ingress=[anywhere]
)
aws_ec2.CfnSecurityGroup(stack, "Apostrophe", group_description="Anybody's")
app.synth()
"""
    result = run([sys.executable, "-c", script], ROOT, tmp_path)
    assert result.returncode == 1
    told = result.stdout + result.stderr
    # cdk-nag: open to the world
    assert re.search(r"ERROR .*inbound access[^E]*dev/Storage/Open", told), told
    # CloudFormation: a character that EC2 refuses
    assert re.search(r"ERROR .*does not match pattern.*\n.*dev/Storage/Apostrophe", told), told


@pytest.mark.thorough
def test_the_hash_seed_and_the_folder_leave_no_trace(assembly, tmp_path):
    # GIVEN a copy of the project elsewhere
    copy = tmp_path / "else where" / "copy"
    shutil.copytree(
        ROOT,
        copy,
        ignore=shutil.ignore_patterns(
            ".git", ".venv", ".*_cache", ".hypothesis", "node_modules", "cdk.out", "__pycache__"
        ),
    )
    # WHEN
    other = synthesize(
        copy,
        tmp_path / "out",
        PYTHONHASHSEED="4711",
        # The gates read the templates, and have done so above.
        CDK_VALIDATION="false",
        PYTHONPATH=os.pathsep.join([str(copy), str(copy / "constructs")]),
    )
    # THEN
    for environment in ENVIRONMENTS:
        assert templates(other, environment) == templates(assembly, environment)
