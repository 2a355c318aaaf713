"""A copy of what `make setup` reads, and a way to run make there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NEEDED = (
    "Makefile",
    "constraints.txt",
    "package-lock.json",
    "package.json",
    "pyproject.toml",
    "requirements-dev.txt",
    "requirements.txt",
    "tools",
)
# Nobody listens there, and nothing is tried for long.
UNREACHABLE = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_RETRIES": "0",
    "PIP_DEFAULT_TIMEOUT": "1",
    "npm_config_registry": "http://127.0.0.1:9",
    "npm_config_fetch_retries": "0",
}
KEPT = ("LANG", "LC_ALL", "TMPDIR")


class Tree:
    """A checkout without anything installed.

    Attributes:
        folder: Where it is.
        commands: A folder on PATH, before all others, for stand-ins.
    """

    def __init__(self, folder):
        self.folder = folder / "tree"
        self.commands = folder / "commands"
        self.home = folder / "home"
        for each in (self.folder, self.commands, self.home):
            each.mkdir()
        for name in NEEDED:
            source = ROOT / name
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, self.folder / name)
        self.command("python3", f'exec "{sys.executable}" "$@"')

    def command(self, name, script):
        file = self.commands / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def environment(self, **variables):
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        path = f"{self.commands}:/usr/bin:/bin"
        return {"HOME": str(self.home), "PATH": path, **kept, **UNREACHABLE, **variables}

    def make(self, *arguments, **variables):
        return self.run(["make", *arguments], **variables)

    def run(self, command, **variables):
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(**variables),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done


@pytest.fixture
def tree(tmp_path):
    if not shutil.which("make"):
        pytest.skip("apt-get install make")
    return Tree(tmp_path)
