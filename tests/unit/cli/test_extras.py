"""The command that installs an extra comes from where this installation came from."""

import json
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from serverless_containers.cli import extras

COMMIT = "1" * 40


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        (None, "pip install 'serverless-containers[local]'"),
        (
            {"url": "file:///home/me/a%20clone", "dir_info": {"editable": True}},
            "pip install -e '/home/me/a clone[local]'",
        ),
        ({"url": "file:///clone", "dir_info": {}}, "pip install '/clone[local]'"),
        (
            {"url": "file:///dist/x-0.2.0-py3-none-any.whl", "archive_info": {}},
            "pip install 'serverless-containers[local] @ file:///dist/x-0.2.0-py3-none-any.whl'",
        ),
        (
            {
                "url": "https://git.example/x.git",
                "vcs_info": {"vcs": "git", "requested_revision": "main", "commit_id": COMMIT},
                "subdirectory": "python",
            },
            "pip install 'serverless-containers[local] @ "
            f"git+https://git.example/x.git@{COMMIT}#subdirectory=python'",
        ),
    ],
)
def test_the_command(monkeypatch, origin, command):
    text = None if origin is None else json.dumps(origin)
    monkeypatch.setattr(extras, "distribution", lambda _: SimpleNamespace(read_text=lambda _: text))
    assert extras.install_command("local") == command


def test_what_is_missed_is_what_the_extras_bring():
    root = Path(__file__).parent.parent.parent.parent
    declared = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert set(extras._MODULES) == set(declared["optional-dependencies"])
    for module in extras._MODULES["local"]:
        assert any(each.startswith(module) for each in declared["optional-dependencies"]["local"])
