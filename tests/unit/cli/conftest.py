import os
from textwrap import dedent

import pytest
from click.testing import CliRunner

from serverless_containers.cli import main
from tests.support.advice import leave_out_advice


class Command:
    """The command line, run in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, *arguments, **variables):
        # Variables of this shell that Compose would read must not reach the tests.
        cleared = {name: None for name in os.environ if name.startswith("COMPOSE_")}
        return CliRunner().invoke(main, list(map(str, arguments)), env={**cleared, **variables})

    def write(self, name, text):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
        return file


@pytest.fixture(autouse=True)
def _without_advice(monkeypatch):
    leave_out_advice(monkeypatch)


@pytest.fixture
def run(tmp_path, monkeypatch):
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Command(folder)
