"""The files of an app by their paths."""

import json
import re
from collections.abc import Mapping

from serverless_containers.scaffold.feature_flags import FEATURE_FLAGS
from serverless_containers.scaffold.model import AppSpec
from serverless_containers.scaffold.python_files import python_files
from serverless_containers.scaffold.workflow import workflow_path, workflow_text

REQUIREMENTS: Mapping[str, str] = {
    "aws-cdk-lib": "2.275.0",
    "constructs": "10.8.1",
    "pytest": "9.2.0",
}
"""The versions that requirements.txt pins, which are those of this repository."""

_GITIGNORE = """\
.venv/
cdk.out/
cdk.context.json
node_modules/
outputs*.json
__pycache__/
.pytest_cache/
.mypy_cache/
.ruff_cache/
# values of secrets never enter the repository
.secret-*
"""


def app_files(app: AppSpec) -> dict[str, str]:
    """Return the files of an app by their POSIX paths from its folder.

    A workflow of GitHub's is not among them: it stands at the repository's root, see
    `workflow_file`.

    Args:
        app: The app.
    """
    return {
        **python_files(app),
        "cdk.json": cdk_json(),
        "requirements.txt": _requirements(app),
        "pytest.ini": "[pytest]\ntestpaths = tests\npythonpath = .\n",
        ".gitignore": _GITIGNORE,
        "tests/test_snapshot.py": _SNAPSHOT_TEST,
    }


def workflow_file(app: AppSpec) -> tuple[str, str] | None:
    """Return a workflow of GitHub's that checks, synthesizes and deploys an app.

    Args:
        app: The app.

    Returns:
        Its POSIX path from the repository's root, and its text; None where it is to have none.
    """
    return None if app.workflow is None else (workflow_path(app), workflow_text(app, app.workflow))


def cdk_json() -> str:
    """Return a cdk.json, with the CDK's recommended feature flags."""
    watch = {
        "include": ["**"],
        "exclude": ["README.md", "cdk*.json", "**/__pycache__", ".venv", "node_modules", "tests"],
    }
    document = {"app": "python app.py", "watch": watch, "context": dict(FEATURE_FLAGS)}
    return json.dumps(document, indent=2) + "\n"


def _requirements(app: AppSpec) -> str:
    pins = "".join(f"{name}=={version}\n" for name, version in REQUIREMENTS.items())
    return f"{pins}{app.library}\n"


def is_region(text: str) -> bool:
    """Return whether text has the form of a region's name: ``eu-west-1``."""
    return bool(re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", text))


_SNAPSHOT_TEST = '''"""The templates, whole: a snapshot shows what a change moves.

The first run writes tests/snapshot, which belongs into the repository. After a change that is
meant, ``ACCEPT_SNAPSHOTS=1 python -m pytest`` writes it anew.
"""

import json
import os
import re
from pathlib import Path

import pytest
from aws_cdk import App

from app import build

ROOT = Path(__file__).parent.parent
SNAPSHOTS = Path(__file__).parent / "snapshot"


def masked(text: str) -> str:
    """Return a template without what follows from the content of the sources."""
    for tag in sorted(set(re.findall(r"Handle([0-9a-f]{12})", text))):
        text = text.replace(tag, "<tag>")
        text = re.sub(r"(<tag>(?:In\\d+)?)[0-9A-F]{8}", r"\\1", text)
    return re.sub(r"[0-9a-f]{64}", "<hash>", text)


@pytest.fixture(scope="module")
def templates() -> dict[str, str]:
    """Return the templates by the names of their stacks."""
    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    assembly = build(App(context=context)).synth()
    return {
        stack.stack_name: masked(json.dumps(stack.template, indent=1, sort_keys=True)) + "\\n"
        for stack in assembly.stacks_recursively
    }


def test_the_templates_are_those_that_were_accepted(templates: dict[str, str]) -> None:
    """Compare each with its snapshot, and see that there is none of a stack that is gone."""
    accept = bool(os.environ.get("ACCEPT_SNAPSHOTS"))
    for name, template in templates.items():
        file = SNAPSHOTS / f"{name}.json"
        if accept or not (file.exists() or os.environ.get("CI")):
            file.parent.mkdir(exist_ok=True)
            file.write_text(template, encoding="utf-8")
        assert file.exists(), f"{file} is missing; run the tests once, and commit it"
        assert template == file.read_text(encoding="utf-8"), "ACCEPT_SNAPSHOTS=1 accepts it"
    assert {file.stem for file in SNAPSHOTS.glob("*.json")} == set(templates)
'''
