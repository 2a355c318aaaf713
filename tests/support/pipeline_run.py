"""All that a CodeBuild project has around it, for tests that run its buildspec for real."""

import itertools
import json
import os
import shutil
from pathlib import Path

from serverless_containers.plan.buildspec import (
    BuildspecImage,
    BuildspecOptions,
    make_buildspec,
    repository_variable,
    to_yaml,
)
from tests.support.buildspec_runner import run_buildspec
from tests.support.container_engine import ACCOUNT, HOST, REGION, TOKEN
from tests.support.ecr_images import EcrImages
from tests.support.fake_aws import FakeAws
from tests.support.wait_handle import WaitHandle

BASE = "base.example/busybox:1"
"""The base image of the tests' own Dockerfiles."""
STACK = "shop-dev-pipeline"
LOG = "https://console.example/codebuild/log/1"
_numbers = itertools.count(1)


class PipelineRun:
    """A project, its repositories, its stack and its service; ``run`` is one build.

    Attributes:
        aws: The ``aws`` command.
        images: What ECR's API knows of the registry.
        handle: The wait condition's handle.
        builds: What is built.
        repositories: The names of the repositories, in the order of the builds.
    """

    def __init__(self, engine, folder: Path, source: Path, builds: list[BuildspecImage]):
        self.engine = engine
        self.folder = folder
        self.builds = builds
        self.prefix = f"project-{next(_numbers)}"
        self.repositories = [f"{self.prefix}/{n}" for n in range(1, len(builds) + 1)]
        self.bin = folder / "bin"
        self.bin.mkdir()
        (self.bin / "docker").symlink_to("/usr/bin/docker")
        self.aws = FakeAws(self.bin, REGION)
        self.aws.password = TOKEN
        self.images = EcrImages(ACCOUNT, engine.registry_port, TOKEN, engine.front)
        self.aws.images = self.images
        self.handle = WaitHandle()
        engine.front.reset()
        engine.front.repositories.update(self.repositories)
        self.stack_is("CREATE_IN_PROGRESS")
        self.source = source
        self._runs = itertools.count(1)

    def stop(self):
        self.aws.stop()
        self.handle.stop()

    def stack_is(self, status):
        self.aws.stacks[STACK] = status

    def runs_service(self, tag, family="task"):
        """Let the ECS service run the images of this tag, as its newest task definition."""
        ecs = self.aws.client("ecs")
        definition = ecs.register_task_definition(
            family=family,
            containerDefinitions=[
                {"name": build.service, "image": f"{HOST}/{name}:{tag}", "memory": 128}
                for build, name in zip(self.builds, self.repositories, strict=True)
            ],
        )["taskDefinition"]["taskDefinitionArn"]
        if ecs.list_services(cluster="main")["serviceArns"]:
            ecs.update_service(cluster="main", service="shop", taskDefinition=definition)
        else:
            ecs.create_service(
                cluster="main", serviceName="shop", taskDefinition=definition, desiredCount=1
            )
        return definition

    def has_cluster(self):
        self.aws.client("ecs").create_cluster(clusterName="main")

    def environment(self, number, **given):
        return {
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "HOME": str(self.folder / f"home-{number}"),
            "TMPDIR": str(self.folder / f"home-{number}"),
            "DOCKER_HOST": self.engine.environment["DOCKER_HOST"],
            "AWS_DEFAULT_REGION": REGION,
            "CODEBUILD_BUILD_ID": f"shop:{number}",
            "CODEBUILD_BUILD_NUMBER": str(number),
            "CODEBUILD_BUILD_URL": LOG,
            "SOURCE_TAG": "a1",
            "STACK_NAME": STACK,
            "WAIT_HANDLE_URL": self.handle.url,
            "CLUSTER_NAME": "main",
            "SERVICE_NAME": "shop",
            **{
                repository_variable(n): f"{HOST}/{name}"
                for n, name in enumerate(self.repositories, start=1)
            },
            **given,
        }

    def run(self, options=None, shell="sh", **given):
        """One build, with variables in place of the usual ones."""
        number = next(self._runs)
        home = self.folder / f"home-{number}"
        home.mkdir()
        source = self.folder / f"source-{number}"
        shutil.copytree(self.source, source, ignore=shutil.ignore_patterns("node_modules"))
        shells = self.folder / f"shell-{number}"
        shells.mkdir()
        (shells / "sh").symlink_to(shutil.which(shell, path="/bin:/usr/bin"))
        environment = self.environment(number, **given)
        environment["PATH"] = f"{shells}:{environment['PATH']}"
        spec = to_yaml(make_buildspec(self.builds, options or BuildspecOptions()))
        return run_buildspec(spec, source, environment, home, os.fspath(shells / "sh"))

    def tags(self, number):
        """The digest of each tag in a repository."""
        return self.images.tags(self.repositories[number - 1])


def definitions(run):
    """What a build has left for the Deploy stage."""
    return json.loads(run.artifacts["imagedefinitions.json"])
