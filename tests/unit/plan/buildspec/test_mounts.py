"""Images that files of the source are added to, made by the buildspec."""

from pathlib import Path

import pytest

from serverless_containers.plan.buildspec import BuildspecImage
from serverless_containers.plan.model import CopyPlan

TAGGED = "1.dkr.ecr.x.amazonaws.com/shop/web:1"


@pytest.fixture
def built(script):
    """Build the first image; gives the commands of Docker, and the folder that it was given."""
    script.command("docker", 'echo "docker $*"')

    def _built(build, *, fails=False):
        code = (
            f'set -eu\ncd "$CODEBUILD_SRC_DIR"\ntag=1\nselect_service 1\ndocker_build -t {TAGGED}'
        )
        done = script.call(code, [build])
        failure = script.home / "failure"
        output = done.stdout.decode() + done.stderr.decode()
        output += failure.read_text() if failure.exists() else ""
        assert (done.returncode != 0) is fails, output
        docker = [line for line in output.splitlines() if line.startswith("docker ")]
        return docker, script.home / "1.files", output

    return _built


def copy(source, target, **more):
    return CopyPlan(source=Path(source), target=target, **more)


def tree(folder):
    return {
        str(file.relative_to(folder)): oct(file.stat().st_mode & 0o777)
        for file in folder.rglob("*")
        if file.is_file() and file.name != "Dockerfile"
    }


def test_files_are_added_to_an_image_with_the_modes_that_they_have_then(script, built):
    (script.folder / "nginx.conf").write_text("events {}")
    (script.folder / "my init.sh").write_text("#!/bin/sh")
    (script.folder / "my init.sh").chmod(0o744)
    image = BuildspecImage(
        service="web",
        base="nginx:1.29",
        copies=(
            copy("nginx.conf", "/etc/nginx/nginx.conf", executable=True),
            copy("my init.sh", "/docker-entrypoint.d/my init.sh"),
        ),
    )
    docker, folder, _ = built(image)
    assert docker == [f"docker build -t {TAGGED} --platform linux/amd64 {folder}"]
    assert (folder / "Dockerfile").read_text() == (
        "FROM nginx:1.29\n"
        'COPY --chmod=0644 ["files/0", "/etc/nginx/nginx.conf"]\n'
        'COPY --chmod=0755 ["files/1", "/docker-entrypoint.d/my init.sh"]\n'
    )
    assert tree(folder) == {"files/0": "0o644", "files/1": "0o755"}


def test_the_image_of_a_dockerfile_is_built_first_and_is_what_files_are_added_to(script, built):
    (script.folder / "app.ini").write_text("x")
    image = BuildspecImage(
        service="web", context="app", dockerfile="app/Dockerfile",
        copies=(copy("app.ini", "/etc/app.ini"),),
    )  # fmt: skip
    docker, folder, _ = built(image)
    assert docker == [
        f"docker build -t {TAGGED} --file app/Dockerfile --platform linux/amd64 app",
        f"docker build -t {TAGGED} --platform linux/amd64 {folder}",
    ]
    assert (folder / "Dockerfile").read_text().startswith(f"FROM {TAGGED}\nCOPY ")


def test_folders_are_collected_with_what_is_mounted_in_them(script, built):
    for name in ("site/a/i.html", "site/run", "site/.git/HEAD", "site/old/x", "new/y", "z.txt"):
        (script.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (script.folder / name).write_text(name)
    (script.folder / "site/run").chmod(0o755)
    image = BuildspecImage(
        service="files",
        base="busybox",
        collects=True,
        copies=(
            copy("site", "/web-mount-0", is_folder=True),
            copy("new", "/web-mount-0/old", is_folder=True),
            copy("z.txt", "/web-mount-0/run"),
        ),
    )
    _, folder, _ = built(image)
    assert (folder / "Dockerfile").read_text() == "FROM busybox\nCOPY files /mounts\n"
    assert set(tree(folder)) == {
        "files/plain/web-mount-0/a/i.html",
        "files/plain/web-mount-0/old/y",
        "files/plain/web-mount-0/run",
    }


def test_the_executable_files_of_a_folder_have_a_tree_of_their_own(script, built):
    (script.folder / "tools").mkdir()
    (script.folder / "tools/run").write_text("#!/bin/sh")
    (script.folder / "tools/run").chmod(0o755)
    image = BuildspecImage(
        service="files", base="busybox", collects=True,
        copies=(copy("tools", "/web-mount-0", is_folder=True),),
    )  # fmt: skip
    _, folder, _ = built(image)
    assert set(tree(folder)) == {"files/executable/web-mount-0/run"}


@pytest.mark.parametrize("is_folder", [True, False])
def test_what_the_source_does_not_have_ends_the_build(built, is_folder):
    image = BuildspecImage(
        service="web", base="nginx:1.29", collects=is_folder,
        copies=(copy("missing", "/etc/missing", is_folder=is_folder),),
    )  # fmt: skip
    docker, _, output = built(image, fails=True)
    kind = "folder" if is_folder else "file"
    assert f"mounting ./missing, which is no {kind} of the source" in output
    assert docker == []


def test_a_link_of_the_source_ends_the_build(script, built):
    (script.folder / "site").mkdir()
    (script.folder / "site/secret").symlink_to("/etc/passwd")
    image = BuildspecImage(
        service="files", base="busybox", collects=True,
        copies=(copy("site", "/web-mount-0", is_folder=True),),
    )  # fmt: skip
    _, _, output = built(image, fails=True)
    assert "A symbolic link in ./site cannot be mounted: ./secret" in output
