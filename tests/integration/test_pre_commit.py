"""The hook, in a repository with a Compose file, by pre-commit itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
ENV = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("PYTHON", "GIT_", "PRE_COMMIT"))
} | {
    f"GIT_{who}_{what}": "test"
    for who in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL")
}  # fmt: skip
GOOD = """name: shop
services: {web: {image: 'nginx:1.29', healthcheck: {test: 'true'}, ports: ['80']}}
"""


def run(folder, *command, **variables):
    return subprocess.run(
        [sys.executable, "-m", *command] if command[0] == "pre_commit" else command,
        cwd=folder,
        env=ENV | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def git(folder, *arguments):
    done = run(folder, "git", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder):
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "files")
    return git(folder, "rev-parse", "HEAD")


def test_the_manifest_is_one(tmp_path):
    done = run(tmp_path, "pre_commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")
    assert done.returncode == 0, done.stdout


@pytest.mark.thorough
def test_it_checks_a_repository(tmp_path):
    library = tmp_path / "library"
    library.mkdir()
    for name in (
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        ".pre-commit-hooks.yaml",
    ):
        shutil.copy(ROOT / name, library)
    package = "constructs/serverless_containers"
    shutil.copytree(ROOT / package, library / package)
    revision = commit(library)

    project = tmp_path / "project"
    (project / "backend").mkdir(parents=True)
    (project / "backend/compose.yaml").write_text(GOOD)
    (project / "notes.md").write_text("Notes.\n")
    hook = {"id": "serverless-containers-check", "args": ["--fail-on", "warning", "backend"]}
    (project / ".pre-commit-config.yaml").write_text(
        yaml.safe_dump({"repos": [{"repo": str(library), "rev": revision, "hooks": [hook]}]})
    )
    commit(project)

    def hooks(*arguments):
        return run(
            project, "pre_commit", "run", *arguments, PRE_COMMIT_HOME=str(tmp_path / "cache")
        )

    passed = hooks("--all-files")
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "Passed" in passed.stdout
    assert "Skipped" in hooks("--files", "notes.md").stdout
    (project / "backend/compose.yaml").write_text(GOOD.replace("ports", "prots"))
    failed = hooks("--files", "backend/compose.yaml")
    assert failed.returncode == 1
    assert "backend/compose.yaml:2:" in failed.stdout
    assert "did you mean" in failed.stdout
