"""Images that mounted files are added to, as assets that Docker builds on this machine."""

import base64
import json
from pathlib import Path

import pytest
from aws_cdk import aws_ecs as ecs

from serverless_containers import BuiltImages, InvalidSourceError
from serverless_containers.build_pipeline import BuildPipeline

MOUNTED = """
    services:
      web:
        image: nginx:1.29
        ports: ['80']
        volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro", "./run.sh:/docker-entrypoint.d/run.sh"]
    """
BUILT = """
    services:
      web:
        build: {context: app, args: {V: "1"}}
        ports: ['80']
        volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
    """
LARGE = """
    services:
      web: {image: "nginx:1.29", ports: ['80'], volumes: ["./site:/usr/share/nginx/html:ro"]}
    """


@pytest.fixture
def files(project):
    project.write("nginx.conf", "events {}")
    project.write("run.sh", "#!/bin/sh").chmod(0o700)
    project.write("site/big.html", "x" * 40_000)
    project.write("site/run", "#!/bin/sh").chmod(0o755)
    project.write(".dockerignore", "*")


def staged(deployed):
    """The assets of images by name: what the CDK CLI is told, and the folder."""
    assembly = deployed.app.synth()
    manifest = json.loads(Path(assembly.directory, "Test.assets.json").read_text())
    return {
        image["displayName"]: (
            image["source"],
            Path(assembly.directory, image["source"]["directory"]),
        )
        for image in manifest["dockerImages"].values()
    }


def tree(folder):
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


@pytest.mark.usefixtures("files")
class TestImagesThatAreNamed:
    def test_docker_adds_the_files_and_is_sent_nothing_else(self, deploy):
        deployed = deploy(MOUNTED)
        ((source, folder),) = staged(deployed).values()
        assert source["platform"] == "linux/amd64"
        assert tree(folder) == ["Dockerfile", "files/0", "files/1"]
        assert (folder / "Dockerfile").read_text() == (
            "FROM nginx:1.29\n"
            'COPY --chmod=0755 ["files/0", "/docker-entrypoint.d/run.sh"]\n'
            'COPY --chmod=0644 ["files/1", "/etc/nginx/nginx.conf"]\n'
        )
        assert (folder / "files/1").read_text() == "events {}"
        assert "container-assets" in str(deployed.containers()["web"]["Image"])
        assert "MountPoints" not in deployed.containers()["web"]

    @pytest.mark.parametrize(
        "change",
        [
            lambda path: (path / "nginx.conf").write_text("changed"),
            lambda path: (path / "nginx.conf").chmod(0o755),
            lambda path: (path / "docker-compose.yml").write_text(
                MOUNTED.replace("/nginx.conf:ro", "/other.conf:ro")
            ),
            lambda path: (path / "docker-compose.yml").write_text(MOUNTED.replace("1.29", "1.28")),
        ],
        ids=["bytes", "bits", "path", "base"],
    )
    def test_whatever_changes_is_another_image(self, deploy, project, change):
        (before,) = (source["directory"] for source, _ in staged(deploy(MOUNTED)).values())
        change(project.path)
        text = (project.path / "docker-compose.yml").read_text()
        (after,) = (source["directory"] for source, _ in staged(deploy(text)).values())
        assert before != after

    def test_the_same_is_the_same(self, deploy):
        assert len({str(staged(deploy(MOUNTED))["web"][0]) for _ in range(2)}) == 1


@pytest.mark.usefixtures("files")
class TestImagesThatAreBuilt:
    def build(self, deploy, project, dockerfile, **build):
        project.write("app/Dockerfile", dockerfile)
        project.write("app/app.py", "x")
        project.write("app/left.out", "x")
        project.write("app/.dockerignore", "left.out\n")
        text = BUILT.replace("context: app", ", ".join(["context: app", *build.values()]))
        (found,) = staged(deploy(text)).values()
        return found

    def test_a_last_stage_adds_the_files(self, deploy, project):
        source, folder = self.build(
            deploy, project, "# escape=`\nFROM `\n  python:3.13\n\nCOPY . .\n"
        )
        assert source["dockerFile"] == "serverless-containers.Dockerfile"
        assert source["dockerBuildTarget"] == "serverless-containers-image"
        assert source["dockerBuildArgs"] == {"V": "1"}
        assert tree(folder) == [
            ".dockerignore", "Dockerfile", "app.py", "serverless-containers.Dockerfile",
        ]  # fmt: skip
        assert (folder / ".dockerignore").read_text().splitlines() == [
            "left.out", "", "serverless-containers.Dockerfile",
        ]  # fmt: skip
        assert (folder / source["dockerFile"]).read_text().splitlines() == [
            "# escape=`",
            "FROM `",
            "  python:3.13 AS serverless-containers-service",
            "",
            "COPY . .",
            "",
            "FROM --platform=$BUILDPLATFORM public.ecr.aws/docker/library/busybox:1.37.0 "
            "AS serverless-containers-files",
            "RUN : > /0",
            "RUN printf %s ZXZlbnRzIHt9 | base64 -d >> /0",
            "RUN chmod 0644 /0",
            "FROM serverless-containers-service AS serverless-containers-image",
            'COPY --from=serverless-containers-files --chmod=0644 ["/0", "/etc/nginx/nginx.conf"]',
        ]

    def test_no_line_is_longer_than_buildkit_reads(self, deploy, project):
        project.write("nginx.conf", "e" * 100_000)
        source, folder = self.build(deploy, project, "FROM python:3.13\n")
        lines = (folder / source["dockerFile"]).read_text().splitlines()
        assert max(map(len, lines)) < 65_535 - 4_096
        pieces = [line.split()[3] for line in lines if line.startswith("RUN printf")]
        assert base64.b64decode("".join(pieces)) == b"e" * 100_000

    @pytest.mark.parametrize(
        ("dockerfile", "target", "named"),
        [
            ("FROM a AS One\nFROM b\n", "target: one", "FROM a AS One"),
            ("FROM a\nFROM b AS two\n", "target: '0'", "FROM a AS serverless-containers-service"),
            ("ARG I=a\nFROM ${I}\nFROM b AS two", "", "FROM b AS two"),
        ],
    )
    def test_it_builds_on_the_stage_that_is_wanted(
        self, deploy, project, dockerfile, target, named
    ):
        more = {"target": target} if target else {}
        stage = named.rpartition(" ")[2].lower()
        source, folder = self.build(deploy, project, dockerfile, **more)
        text = (folder / source["dockerFile"]).read_text()
        assert named in text.splitlines()
        assert f"FROM {stage} AS serverless-containers-image\n" in text


@pytest.mark.usefixtures("files")
class TestFolders:
    def test_a_container_has_them_in_its_image_and_copies_them(self, deploy):
        deployed = deploy(LARGE)
        _, folder = staged(deployed)["files"]
        assert tree(folder) == [
            "Dockerfile",
            "files/executable/web-mount-0/run",
            "files/plain/web-mount-0/big.html",
        ]
        assert (folder / "Dockerfile").read_text() == (
            "FROM public.ecr.aws/docker/library/busybox:1.37.0\nCOPY files /mounts\n"
        )
        containers = deployed.containers()
        assert "container-assets" in str(containers["files"]["Image"])
        assert containers["files"]["MountPoints"] == [
            {
                "ContainerPath": "/files/web-mount-0",
                "ReadOnly": False,
                "SourceVolume": "web-mount-0",
            }
        ]
        assert containers["web"]["Image"] == "nginx:1.29"
        assert containers["web"]["MountPoints"] == [
            {
                "ContainerPath": "/usr/share/nginx/html",
                "ReadOnly": True,
                "SourceVolume": "web-mount-0",
            }
        ]
        assert {"ContainerName": "files", "Condition": "SUCCESS"} in containers["web"]["DependsOn"]


@pytest.mark.usefixtures("files")
class TestImagesThatAreMadeElsewhere:
    @pytest.mark.parametrize(
        "images",
        [
            BuiltImages.repositories(prefix="shop/", tag="1"),
            {"web": ecs.ContainerImage.from_registry("other")},
        ],
        ids=["repositories", "given"],
    )
    def test_nothing_can_be_added_to_them(self, deploy, images):
        with pytest.raises(InvalidSourceError) as caught:
            deploy(MOUNTED, images=images)
        (finding,) = caught.value.findings
        assert finding.rule.code == "mount-not-in-image"
        assert (
            "it has to hold /docker-entrypoint.d/run.sh, /etc/nginx/nginx.conf; copy the files "
            "when it is made" in str(finding)
        )

    def test_nor_is_one_of_folders_made(self, deploy):
        with pytest.raises(InvalidSourceError, match="these files are too large for a task def"):
            deploy(LARGE, images=BuiltImages.repositories(prefix="shop/", tag="1"))


@pytest.mark.usefixtures("files")
class TestPipeline:
    @pytest.mark.parametrize(("text", "service"), [(MOUNTED, "web"), (LARGE, "files")])
    def test_it_has_a_repository_and_a_build_for_it(self, deploy, text, service):
        deployed = deploy(text, images=BuildPipeline.managed())
        deployed.template.resource_count_is("AWS::ECR::Repository", 1)
        ((_, project),) = deployed.template.find_resources("AWS::CodeBuild::Project").items()
        buildspec = project["Properties"]["Source"]["BuildSpec"]
        expected = {
            "web": "add_file ./nginx.conf '\"/etc/nginx/nginx.conf\"'",
            "files": "collect_folder ./site /web-mount-0",
        }
        assert expected[service] in buildspec
        assert ".dkr.ecr." in str(deployed.containers()[service]["Image"])

    def test_other_pipelines_know_nothing_of_it(self, deploy, project):
        project.write("app/Dockerfile", "FROM scratch\n")
        deployed = deploy(
            "services: {web: {build: app, ports: ['80']}}", images=BuildPipeline.managed()
        )
        ((_, found),) = deployed.template.find_resources("AWS::CodeBuild::Project").items()
        assert "add_file" not in found["Properties"]["Source"]["BuildSpec"]
