"""Where the reader means to differ from Docker Compose 2.40.3, and why. There is nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from serverless_containers.compose import load_project, to_canonical
from serverless_containers.findings import Findings
from tests.support.oracle import EXECUTABLE, ask


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference.

    Attributes:
        why: The argument for it.
        files: The project.
        docker: What Docker Compose prints at `path`, or None when it rejects the project.
        here: What the reader prints there, or the code of the error with which it rejects it.
        path: The keys that lead there.
    """

    why: str
    files: Mapping[str, str]
    docker: Any
    here: Any
    path: tuple[str, ...] = ("services", "app", "image")
    folder: str = "."
    variables: Mapping[str, str] = field(default_factory=dict)


_APP = "services: {app: {image: app}}\n"

DIFFERENCES = {
    "names that start with x-": Difference(
        why="Docker Compose takes a variable or label called x-… for an extension and prints "
        "`#extensions: map[…]` in its place: the variable is lost. Here it is kept.",
        files={"compose.yaml": "services: {app: {image: app, environment: {x-a: '1', B: '2'}}}\n"},
        docker={"#extensions": "map[x-a:1]", "B": "2"},
        here={"B": "2", "x-a": "1"},
        path=("services", "app", "environment"),
    ),
    "ssh keys with a path": Difference(
        why="Docker Compose reads them and then prints JSON that is none, and fails. They are "
        "printed as name=path, which it reads again.",
        files={"compose.yaml": "services: {app: {build: {context: /a, ssh: [key=/k]}}}\n"},
        docker=None,
        here=["key=/k"],
        path=("services", "app", "build", "ssh"),
    ),
    "a last line that is a bare name": Difference(
        why="Without a newline after it, Docker Compose takes the name for the value of a variable "
        "without a name. Here it means what it means in every other line.",
        files={
            "compose.yaml": "services: {app: {image: a, env_file: a.env, environment: {A: '1'}}}",
            "a.env": "B=2\nC",
        },
        docker={"": "C", "A": "1", "B": "2"},
        here={"A": "1", "B": "2"},
        path=("services", "app", "environment"),
    ),
    "unknown keys of include": Difference(
        why="Docker Compose never holds `include` against its schema, so that a misspelt key is "
        "ignored. A misspelt key is an error here, wherever it stands.",
        files={
            "compose.yaml": "include: [{path: other.yaml, envfile: a}]\n" + _APP,
            "other.yaml": "services: {db: {image: db}}\n",
        },
        docker="app",
        here="unknown-key",
    ),
    "folders above": Difference(
        why="Docker Compose climbs to the parent folders until it finds a file. A caller here "
        "names the folder, and a typing error must not deploy another project.",
        files={"compose.yaml": _APP, "sub/keep": ""},
        folder="sub",
        docker="app",
        here="source-missing",
    ),
    "a lone Dockerfile": Difference(
        why="Docker Compose has nothing to do with it; here it is a project of one service.",
        files={"Dockerfile": "FROM scratch\nEXPOSE 80\n"},
        docker=None,
        here="Dockerfile",
        path=("services", "sample", "build", "dockerfile"),
    ),
    "very deep nesting": Difference(
        why="Deeper than anything that Compose has a key for; a bound keeps every phase safe.",
        files={"compose.yaml": "x-a: " + "[" * 200 + "]" * 200 + "\n" + _APP},
        docker="app",
        here="too-large",
    ),
    "very deep defaults": Difference(
        why="Fifty defaults inside each other are more than anyone writes; a bound keeps it safe.",
        files={
            "compose.yaml": "services: {app: {image: '" + "${A:-" * 60 + "x" + "}" * 60 + "'}}\n"
        },
        docker="x",
        here="invalid-interpolation",
    ),
    "amounts of memory beyond 64 bits": Difference(
        why="Docker Compose lets the number overflow, and prints one below zero.",
        files={"compose.yaml": "services: {app: {image: app, mem_limit: '1e30'}}\n"},
        docker="-9223372036854775808",
        here="invalid-value",
        path=("services", "app", "mem_limit"),
    ),
    "the Dockerfile is read": Difference(
        why="Docker Compose leaves it to the build. Here ports and health checks come from it, so "
        "that what is wrong with it is known at once.",
        files={
            "compose.yaml": "services: {app: {image: app, build: .}}\n",
            "Dockerfile": "FORM scratch\n",
        },
        docker="app",
        here="error",
    ),
    "variables of the machine": Difference(
        why="Docker Compose reads the shell's environment. Here it is read only when a caller "
        "hands it over: the same folder must give the same template on every machine.",
        files={"compose.yaml": "services: {app: {image: 'app:${TAG:-none}'}}\n"},
        variables={"TAG": "shell"},
        docker="app:shell",
        here="app:none",
    ),
    "remote files": Difference(
        why="Docker Compose fetches them. Nothing is fetched at synth; here it says so.",
        files={"compose.yaml": "include: ['oci://localhost:1/none']\n" + _APP},
        docker=None,
        here="remote-resource",
    ),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_differs_as_listed(tmp_path: Path, name: str) -> None:
    # GIVEN
    difference = DIFFERENCES[name]
    folder = tmp_path / "sample"
    for file, text in difference.files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")

    # WHEN
    findings = Findings()
    project = load_project(folder / difference.folder, findings=findings)

    # THEN
    if findings.errors:
        codes = {found.rule.code for found in findings.errors}
        codes |= {str(found.rule.severity) for found in findings.errors}
        assert difference.here in codes
    else:
        assert project is not None
        assert _at(to_canonical(project), difference.path) == difference.here
    if EXECUTABLE is not None:
        verdict = ask(folder / difference.folder, variables=difference.variables)
        assert (verdict.model is None) == (difference.docker is None), verdict.reason
        if verdict.model is not None:
            assert _at(verdict.model, difference.path) == difference.docker


def _at(model: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        model = model[key]
    return model
