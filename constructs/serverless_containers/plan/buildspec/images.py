"""From the builds of a Compose file to builds of the source that CodeBuild sees."""

import os
import posixpath
from collections.abc import Iterable
from pathlib import Path

from serverless_containers.compose.model import Build
from serverless_containers.compose.yaml.nodes import MappingNode
from serverless_containers.findings import Findings, Rule
from serverless_containers.plan.buildspec import rules
from serverless_containers.plan.buildspec.model import ImageBuild
from serverless_containers.plan.model import ContainerPlan

_LOCAL_KEYS = {
    "secrets": "CodeBuild has no secrets of this machine to mount",
    "ssh": "CodeBuild has no SSH agent of this machine",
    "ulimits": "the limits of a build are CodeBuild's",
}
_CACHE_KEYS = ("cache_from", "cache_to")
_SERVICE = "service:"


def plan_images(
    containers: Iterable[ContainerPlan], folder: Path, findings: Findings
) -> tuple[ImageBuild, ...]:
    """Plan the images of the containers that are built, in the order of the containers.

    Args:
        containers: The containers; those that only name an image are left out.
        folder: The folder that becomes the source, or the part of it that holds the project.
        findings: Takes what CodeBuild cannot do.
    """
    return tuple(
        _Planner(each.build, folder, findings).plan(each.name) for each in containers if each.build
    )


class _Planner:
    def __init__(self, build: Build, folder: Path, findings: Findings) -> None:
        self._build = build
        self._folder = Path(os.path.normpath(folder.absolute()))
        self._findings = findings

    def plan(self, service: str) -> ImageBuild:
        build = self._build
        self._check_keys()
        return ImageBuild(
            service=service,
            context=self._inside(build.context, "context") if build.is_local else build.context,
            dockerfile=self._dockerfile(),
            dockerfile_inline=build.dockerfile_inline,
            args=dict(sorted(build.args.items())),
            target=build.target,
            labels=dict(sorted(build.labels.items())),
            network=build.network,
            shm_size=build.shm_size,
            extra_hosts=dict(sorted(build.extra_hosts.items())),
            additional_contexts={
                name: self._additional(name, context)
                for name, context in sorted(build.additional_contexts.items())
            },
            no_cache=build.no_cache,
        )

    def _dockerfile(self) -> str:
        build = self._build
        if build.dockerfile_inline is not None or not build.is_local:
            return build.dockerfile
        return self._inside(str(Path(build.context, build.dockerfile)), "dockerfile")

    def _additional(self, name: str, context: str) -> str:
        if context.startswith(_SERVICE):
            self._refuse(
                rules.BUILD_NOT_IN_PIPELINE,
                ("additional_contexts", name),
                f"the images are built side by side, {context} does not exist yet",
                "make it a stage of the same Dockerfile",
            )
        return self._inside(context, "additional_contexts", name) if _is_path(context) else context

    def _inside(self, path: str, *key: str) -> str:
        """The path below the source folder."""
        relative = os.path.relpath(os.path.normpath(path), self._folder)
        if relative == os.pardir or relative.startswith(os.pardir + os.sep):
            self._refuse(
                rules.BUILD_OUTSIDE_SOURCE,
                key,
                f"{path} is outside {self._folder}, which is all that the pipeline has of this "
                "machine",
                "move it into the folder, or deploy the folder that holds both",
            )
        return relative.replace(os.sep, posixpath.sep)

    def _check_keys(self) -> None:
        given = self._build.node if isinstance(self._build.node, MappingNode) else ()
        for key, problem in _LOCAL_KEYS.items():
            if key in given:
                self._refuse(
                    rules.BUILD_NOT_IN_PIPELINE,
                    (key,),
                    problem,
                    "do without, or build the image elsewhere and name it",
                )
        for key in _CACHE_KEYS:
            if key in given:
                self._findings.report(
                    rules.BUILD_CACHE_REPLACED,
                    self._build.at(key),
                    (*self._build.path, key),
                    "the pipeline caches in the image's own repository instead",
                )

    def _refuse(self, rule: Rule, key: tuple[str, ...], problem: str, fix: str) -> None:
        self._findings.report(rule, self._build.at(*key), (*self._build.path, *key), problem, fix)


def _is_path(context: str) -> bool:
    return Path(context).is_absolute()
