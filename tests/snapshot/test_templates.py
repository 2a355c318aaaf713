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
ENVIRONMENTS = ("dev", "staging", "prod")


def synthesize(root, out, **environ):
    """Run the application as the CDK CLI does, with every gate on."""
    context = json.loads((root / "cdk.json").read_text())["context"]
    result = subprocess.run(
        [sys.executable, "app.py"],
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
    assert result.returncode == 0, result.stderr[-3000:]
    return out


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
        name: json.loads(re.sub(r"[0-9a-f]{64}", "<hash>", text))
        for name, text in templates(assembly, environment).items()
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
    allowed = {"ecr:GetAuthorizationToken"}
    for text in templates(assembly, environment).values():
        for resource in json.loads(text)["Resources"].values():
            if resource["Type"] != "AWS::IAM::Policy":
                continue
            for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
                actions = statement["Action"]
                actions = {actions} if isinstance(actions, str) else set(actions)
                assert not any("*" in action for action in actions)
                assert statement["Resource"] != "*" or actions <= allowed


def test_cdk_nag_and_the_validation_ran(assembly):
    report = json.loads((assembly / "validation-report.json").read_text())
    plugins = {plugin["pluginName"]: plugin["conclusion"] for plugin in report["pluginReports"]}
    assert set(plugins.values()) == {"success"}
    assert any("AwsSolutions" in name for name in plugins)
    assert len(plugins) >= 2


def test_the_hash_seed_and_the_folder_leave_no_trace(assembly, tmp_path):
    # GIVEN a copy of the project elsewhere
    copy = tmp_path / "else where" / "copy"
    shutil.copytree(
        ROOT,
        copy,
        ignore=shutil.ignore_patterns(".*", "node_modules", "cdk.out", "__pycache__", "tests"),
    )
    # WHEN
    other = synthesize(
        copy,
        tmp_path / "out",
        PYTHONHASHSEED="4711",
        PYTHONPATH=os.pathsep.join([str(copy), str(copy / "constructs")]),
    )
    # THEN
    for environment in ENVIRONMENTS:
        assert templates(other, environment) == templates(assembly, environment)
