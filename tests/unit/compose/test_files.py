"""What is read of the files that a user's files name, and what never is."""

import os
import socket
from textwrap import dedent

import pytest

from serverless_containers.compose import limits, load_project
from serverless_containers.compose.files import (
    NotRegularError,
    TooLargeError,
    open_regular,
    read_regular,
)
from serverless_containers.findings import Findings
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.source import plan_source
from tests.support.advice import leave_out_advice

WEB = "image: 'nginx:1.29', ports: ['80']"
NAMED = {
    "env_file": "services: {{web: {{{web}, env_file: {file}}}}}",
    "label_file": "services: {{web: {{{web}, label_file: {file}}}}}",
    "configs": "services: {{web: {{{web}, configs: [{{source: c, target: /c/c}}]}}}}\n"
    "configs: {{c: {{file: {file}}}}}",
    "include": "services: {{web: {{{web}}}}}\ninclude: [{file}]",
    "include.env_file": "services: {{web: {{{web}}}}}\n"
    "include: [{{path: other.yaml, env_file: {file}}}]",
    "extends": "services: {{web: {{{web}, extends: {{file: {file}, service: web}}}}}}",
    "dockerfile": "services: {{web: {{{web}, build: {{context: ., dockerfile: {file}}}}}}}",
}
"""A project for each kind of file that it names."""


@pytest.fixture
def told(project):
    """Plan a project that names a file in one way, and give the findings."""

    def _told(key, file):
        project.write("other.yaml", "services: {}\n")
        project.compose(NAMED[key].format(web=WEB, file=file))
        findings = Findings()
        plan = plan_source(project.path, PlanOptions(), findings)
        assert plan is None or not findings.errors
        return [(found.rule.code, str(found)) for found in findings]

    return _told


def errors_of(told):
    wanted = {"no-regular-file", "file-source", "build-missing", "link-out-of-project", "too-large"}
    return {code for code, _ in told if code in wanted}


@pytest.fixture
def opened(monkeypatch):
    """The paths that are opened."""
    paths = []
    real = os.open

    def watched(path, *arguments, **options):
        paths.append(str(path))
        return real(path, *arguments, **options)

    monkeypatch.setattr("os.open", watched)
    return paths


@pytest.mark.parametrize("key", NAMED)
def test_a_pipe_is_not_waited_for(told, project, key):
    os.mkfifo(project.path / "pipe")
    assert errors_of(told(key, "pipe"))


@pytest.mark.parametrize("key", NAMED)
@pytest.mark.parametrize(
    "file", ["/dev/zero", "/proc/self/environ", "/proc/self/root/proc/self/maps"]
)
def test_neither_devices_nor_files_of_the_kernel(told, monkeypatch, key, file):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    found = told(key, file)
    assert errors_of(found)
    assert "hunter2" not in str(found)


@pytest.mark.parametrize("key", NAMED)
def test_nor_through_a_link(told, project, key):
    (project.path / "link").symlink_to("/proc/self/environ")
    assert errors_of(told(key, "link"))


def test_a_device_is_not_even_opened(told, opened):
    told("env_file", "/dev/zero")
    assert "/dev/zero" not in opened


def test_a_file_that_turns_into_a_pipe_before_it_is_opened(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("a")
    real = os.open

    def swapped(path, *arguments, **options):
        file.unlink()
        os.mkfifo(file)
        return real(path, *arguments, **options)

    monkeypatch.setattr("os.open", swapped)
    with pytest.raises(NotRegularError, match="is no regular file"):
        read_regular(file, most=10)


def test_what_is_read_is_regular_and_within_a_bound(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_bytes(b"x" * 10)
    assert read_regular(file, most=10) == b"x" * 10
    with pytest.raises(TooLargeError, match="has more than 9 bytes"):
        read_regular(file, most=9)
    with pytest.raises(NotRegularError, match="is a folder"):
        read_regular(tmp_path, most=10)
    (tmp_path / "link").symlink_to(file)
    assert read_regular(tmp_path / "link", most=10) == b"x" * 10
    with pytest.raises(OSError, match="link"), open_regular(tmp_path / "link", follow=False):
        pass
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path)
        server.bind("socket")
        with pytest.raises(NotRegularError, match="is no regular file"):
            read_regular(tmp_path / "socket", most=10)


@pytest.mark.parametrize("key", ["env_file", "label_file", "include.env_file", "dockerfile"])
def test_each_kind_of_file_has_its_bound(told, project, key):
    most = limits.LARGEST_DOCKERFILE if key == "dockerfile" else limits.LARGEST_VARIABLES
    comment = "FROM scratch\n#" if key == "dockerfile" else "#"
    project.write("large", comment.ljust(most, "x"))
    assert errors_of(told(key, "large")) == set()
    project.write("large", comment.ljust(most + 1, "x"))
    found = told(key, "large")
    assert errors_of(found) == {"too-large"}
    assert f"large has more than {most} bytes" in str(found)


CONTENT = {"include": "services: {}\n", "extends": "services: {web: {image: a}}\n",
           "dockerfile": "FROM scratch\n"}  # fmt: skip


@pytest.mark.parametrize("key", NAMED)
@pytest.mark.parametrize("way", ["absolute", "above"])
def test_a_path_that_leaves_the_project_is_read_with_a_warning(told, tmp_path, key, way):
    (tmp_path / "outside").write_text(CONTENT.get(key, "A=hunter2\n"))
    file = str(tmp_path / "outside") if way == "absolute" else "../outside"
    found = told(key, file)
    (message,) = [message for code, message in found if code == "outside-project"]
    assert "../outside is outside the project folder" in message
    assert "hunter2" not in message
    assert errors_of(found) == set()


@pytest.mark.parametrize("key", NAMED)
@pytest.mark.parametrize("linked", ["file", "folder"])
def test_a_link_that_leaves_the_project_unsaid_is_refused(told, project, tmp_path, key, linked):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text(CONTENT.get(key, "A=hunter2\n"))
    if linked == "file":
        (project.path / "link").symlink_to(tmp_path / "outside" / "file")
    else:
        (project.path / "link").symlink_to(tmp_path / "outside")
    found = told(key, "link" if linked == "file" else "link/file")
    assert errors_of(found) == {"link-out-of-project"}


@pytest.mark.parametrize("key", NAMED)
def test_a_link_within_the_project_is_no_matter(told, project, key):
    project.write("real", CONTENT.get(key, "A=1\n"))
    (project.path / "link").symlink_to("real")
    found = told(key, "link")
    assert errors_of(found) | {code for code, _ in found if code == "outside-project"} == set()


def test_a_project_in_a_folder_that_is_a_link(project, tmp_path, monkeypatch):
    leave_out_advice(monkeypatch)
    project.write("a.env", "A=1\n")
    project.compose(NAMED["env_file"].format(web=WEB, file="a.env"))
    (tmp_path / "linked").symlink_to(project.path)
    findings = Findings()
    assert plan_source(tmp_path / "linked", PlanOptions(health_checked=True), findings)
    assert [found.rule.code for found in findings] == []


def test_the_default_file_of_variables_is_no_link_out(project, tmp_path):
    (tmp_path / "outside").write_text("TAG=hunter2\n")
    (project.path / ".env").symlink_to(tmp_path / "outside")
    project.compose("services: {web: {image: 'nginx:${TAG}', ports: ['80']}}")
    findings = Findings()
    load_project(project.path, findings=findings)
    assert [str(found) for found in findings.errors] == [
        ".env:1:1: .env is a symbolic link, or behind one, that leads out of the project; name the "
        "file that is meant by its own path, or copy it into the project"
    ]
    # Whoever names it on the command line means it.
    findings = Findings()
    load_project(project.path, env_files=[tmp_path / "outside"], findings=findings)
    assert list(findings) == []


def test_a_dockerfile_in_a_context_above_the_project(project, monkeypatch):
    leave_out_advice(monkeypatch)
    project.write("Dockerfile", "FROM scratch\n")
    project.write(
        "shop/compose.yaml",
        dedent("""
        services: {web: {build: {context: ..}, ports: ["80"]}}
        """),
    )
    findings = Findings()
    assert plan_source(project.path / "shop", PlanOptions(health_checked=True), findings)
    assert [found.rule.code for found in findings] == ["build-outside-folder"]
