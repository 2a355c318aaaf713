"""A project that is named after a folder as others have it."""

import pytest

from serverless_containers.compose import load_project
from serverless_containers.findings import Findings

COMPOSE = "services: {web: {image: nginx, ports: ['80']}}\n"


@pytest.fixture
def told(tmp_path):
    def _told(folder, files, **given):
        path = tmp_path / folder
        path.mkdir()
        for name, text in files.items():
            (path / name).write_text(text)
        findings = Findings()
        load_project(path, environment=None, override=False, findings=findings, **given)
        return [str(each) for each in findings if each.rule.code == "project-name-common"]

    return _told


@pytest.mark.parametrize("folder", ["src", "App", "backend", "container_src"])
def test_a_common_folder_gives_no_name_of_its_own(told, folder):
    (line,) = told(folder, {"compose.yaml": COMPOSE})
    assert line.startswith(f"compose.yaml:1:1: name: the project is called '{folder.lower()}'")
    assert "write `name:` with a name of its own" in line


def test_a_lone_dockerfile_has_that_name_too(told):
    (line,) = told("src", {"Dockerfile": "FROM scratch\nEXPOSE 80\n"})
    assert line.startswith("Dockerfile:1:1: name: the project is called 'src'")


@pytest.mark.parametrize(
    ("folder", "files"),
    [
        ("shop", {"compose.yaml": COMPOSE}),
        ("src", {"compose.yaml": f"name: shop\n{COMPOSE}"}),
        ("src", {"compose.yaml": f"name: src\n{COMPOSE}"}),
        ("src", {"compose.yaml": COMPOSE, ".env": "COMPOSE_PROJECT_NAME=shop\n"}),
        ("src", {"Dockerfile": "FROM scratch\nEXPOSE 80\n", ".env": "COMPOSE_PROJECT_NAME=shop\n"}),
    ],
)
def test_a_name_that_somebody_chose_is_theirs(told, folder, files):
    assert told(folder, files) == []
