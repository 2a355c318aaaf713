"""Which files are read: Docker Compose's choice, that of an environment, or a lone Dockerfile."""

import gc
from pathlib import Path

import pytest

from serverless_containers.compose import Project, load_project
from serverless_containers.findings import Findings

_APP = "services: {app: {image: %s}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "My Project"
    made.mkdir()
    return made


def _write(folder: Path, **images: str) -> None:
    for name, image in images.items():
        file = name.replace("__", "-").replace("_", ".")
        (folder / file).write_text(_APP % image, encoding="utf-8")


def _load(folder: Path, **arguments: object) -> tuple[Project | None, list[str]]:
    findings = Findings()
    project = load_project(folder, findings=findings, **arguments)  # type: ignore[arg-type]
    return project, [str(found).replace(str(folder), "FOLDER") for found in findings]


def _image(project: Project | None) -> str | None:
    assert project is not None
    return project.services["app"].image


def test_one_file(folder: Path) -> None:
    _write(folder, docker__compose_yml="one")
    project, found = _load(folder)
    assert _image(project) == "one"
    assert found == []
    assert project is not None
    assert project.name == "myproject"
    assert project.directory == folder
    assert project.files == (folder / "docker-compose.yml",)


def test_of_two_base_files_the_one_that_docker_compose_takes(folder: Path) -> None:
    _write(folder, compose_yml="one", docker__compose_yml="two")
    project, found = _load(folder)
    assert _image(project) == "one"
    assert found == [
        "compose.yml:1:1: compose.yml is read, and not docker-compose.yml; "
        "remove docker-compose.yml, or name one file"
    ]


def test_a_missing_folder(folder: Path) -> None:
    project, found = _load(folder / "none")
    assert project is None
    assert found == ["FOLDER does not exist; name a folder with a Compose file or a Dockerfile"]


def test_neither_compose_file_nor_dockerfile(folder: Path) -> None:
    project, found = _load(folder)
    assert project is None
    assert found == [
        "FOLDER holds neither a Compose file (compose.yaml, compose.yml, docker-compose.yml, "
        "docker-compose.yaml) nor a Dockerfile; add one of them, or name another folder"
    ]


def test_the_override_is_merged_without_an_environment(folder: Path) -> None:
    _write(folder, compose_yaml="base", compose_override_yaml="laptop")
    project, found = _load(folder)
    assert _image(project) == "laptop"
    assert found == []


@pytest.mark.parametrize("name", ["compose_dev_yaml", "compose_dev_yml", "docker__compose_dev_yml"])
def test_an_environment_has_a_file_of_its_own(folder: Path, name: str) -> None:
    _write(folder, compose_yaml="base", compose_override_yaml="laptop", **{name: "dev"})
    project, found = _load(folder, environment="dev")
    assert _image(project) == "dev"
    assert found == [
        "compose.override.yaml:1:1: compose.override.yaml is left out of a deployment; "
        "move what belongs to an environment to compose.dev.yaml"
    ]


def test_an_environment_without_a_file(folder: Path) -> None:
    _write(folder, compose_yaml="base", compose_dev_yaml="dev")
    project, found = _load(folder, environment="prod")
    assert _image(project) == "base"
    assert found == [
        "environment: the environment 'prod' has no file beside compose.yaml, and others have: "
        "compose.dev.yaml; add compose.prod.yaml, or name one of these environments"
    ]


@pytest.mark.parametrize("written", ["prodd", "PROD"])
def test_an_environment_that_is_misspelt(folder: Path, written: str) -> None:
    _write(folder, compose_yaml="base", compose_dev_yaml="dev", docker__compose_prod_yml="prod")
    _, found = _load(folder, environment=written)
    assert found == [
        f"environment: the environment {written!r} has no file beside compose.yaml, and others "
        "have: compose.dev.yaml, docker-compose.prod.yml; did you mean 'prod'?"
    ]


def test_no_environment_needs_a_file_where_none_has_one(folder: Path) -> None:
    _write(folder, compose_yaml="base", compose_override_yaml="laptop", other_dev_yaml="other")
    _, found = _load(folder, environment="prod")
    assert [each for each in found if each.startswith("environment")] == []


def test_files_beside_one_that_is_named(folder: Path) -> None:
    _write(folder, my_app_yaml="base", my_app_dev_yaml="dev", my_other_prod_yaml="other")
    for source, files in ((folder / "my.app.yaml", []), (folder, [Path("my.app.yaml")])):
        _, found = _load(source, files=files, environment="div")
        assert found == [
            "environment: the environment 'div' has no file beside my.app.yaml, and others have: "
            "my.app.dev.yaml; did you mean 'dev'?"
        ]


def test_files_that_are_merged_by_name_are_no_environments(folder: Path) -> None:
    _write(folder, compose_yaml="base", compose_extra_yaml="extra")
    files = [Path("compose.yaml"), Path("compose.extra.yaml")]
    _, found = _load(folder, files=files, environment="prod")
    assert found == []


def test_files_that_are_named(folder: Path) -> None:
    _write(folder, a_yaml="one", b_yaml="two", compose_yaml="not read")
    project, _ = _load(folder, files=[Path("a.yaml"), Path("b.yaml")])
    assert _image(project) == "two"


def test_a_file_as_the_source(folder: Path) -> None:
    _write(folder, a_yaml="one", compose_override_yaml="not read")
    findings = Findings()
    project = load_project(folder / "a.yaml", findings=findings)
    assert _image(project) == "one"


def test_a_lone_dockerfile(folder: Path) -> None:
    (folder / "Dockerfile").write_text("FROM scratch\nEXPOSE 8080\n")
    project, found = _load(folder)
    assert project is not None
    assert found == []
    (service,) = project.services.values()
    assert service.name == "myproject"
    assert service.ports == ()
    assert service.build is not None
    assert service.build.context == str(folder)
    assert service.build.parsed_dockerfile is not None
    assert [port.first for port in service.build.parsed_dockerfile.exposed] == [8080]
    assert str(service.build.at()) == "Dockerfile:1:1"


def test_the_dockerfile_itself_as_the_source(folder: Path) -> None:
    (folder / "Dockerfile.prod").write_text("FROM scratch\n")
    findings = Findings()
    project = load_project(folder / "Dockerfile.prod", findings=findings)
    assert project is not None
    assert project.services["myproject"].build is not None


def test_the_shell_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(folder, compose_yaml="'a:${TAG:-none}'")
    monkeypatch.setenv("TAG", "shell")
    assert _image(_load(folder)[0]) == "a:none"
    assert _image(_load(folder, variables={"TAG": "given"})[0]) == "a:given"


def test_every_error_of_one_run(folder: Path) -> None:
    (folder / "compose.yaml").write_text(
        "services:\n"
        "  a:\n"
        "    image: 1\n"
        "    ports: ['x']\n"
        "    depends_on: [c]\n"
        "  b:\n"
        "    build: {contxt: .}\n"
        "    stop_grace_period: soon\n"
    )
    _, found = _load(folder)
    assert found == [
        'compose.yaml:3:12: services.a.image: expected text, got 1; write "1"',
        "compose.yaml:4:13: services.a.ports[0]: expected a port between 1 and 65535, got 'x'; "
        'write "8080:80"',
        "compose.yaml:5:18: services.a.depends_on.c: there is no service 'c'; defined: a, b; "
        "define it under `services:` at the top of the file",
        "compose.yaml:7:13: services.b.build.contxt: there is no key 'contxt' here; "
        "did you mean 'context'?",
        "compose.yaml:8:24: services.b.stop_grace_period: expected a duration, got 'soon' "
        '(a unit without a number); write a number and a unit, such as "30s", "1m30s" or "500ms"',
    ]


def test_the_collector_is_left_as_it_was(folder: Path) -> None:
    _write(folder, compose_yaml="a")
    assert gc.isenabled()
    _load(folder)
    assert gc.isenabled()
    gc.disable()
    try:
        _load(folder)
        assert not gc.isenabled()
    finally:
        gc.enable()
