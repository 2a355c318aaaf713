"""The images of a plan, as builds of the source that CodeBuild sees."""

import os
import posixpath
from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path

from serverless_containers.findings import Findings, Rule
from serverless_containers.plan.buildspec import rules
from serverless_containers.plan.buildspec.model import BuildspecImage
from serverless_containers.plan.model import BuildPlan, ContainerPlan, ContainerRole
from serverless_containers.plan.support.keys import BUILD

_SERVICE = "service:"


def plan_images(
    containers: Iterable[ContainerPlan], folder: Path, findings: Findings
) -> tuple[BuildspecImage, ...]:
    """Plan the images of the containers that are built, in the order of the containers.

    Args:
        containers: The containers; those that only name an image are left out.
        folder: The folder that becomes the source, or the part of it that holds the project.
        findings: Takes what CodeBuild cannot do.
    """
    return tuple(_plan(each, folder, findings) for each in containers if each.is_built)


def _plan(container: ContainerPlan, folder: Path, findings: Findings) -> BuildspecImage:
    copies = tuple(
        replace(each, source=Path(os.path.relpath(each.source, os.path.realpath(folder))))
        for each in container.copies
    )
    if container.build is not None:
        planned = _Planner(container.build, folder, findings).plan(container.name)
        return replace(planned, copies=copies)
    return BuildspecImage(
        service=container.name,
        base=container.image,
        copies=copies,
        collects=container.role is ContainerRole.FILES,
    )


class _Planner:
    def __init__(self, build: BuildPlan, folder: Path, findings: Findings) -> None:
        self._build = build
        self._folder = Path(os.path.normpath(folder.absolute()))
        self._findings = findings

    def plan(self, service: str) -> BuildspecImage:
        build = self._build
        self._check_keys()
        # Each value as it is, not taken apart, as dataclasses.asdict would.
        given = {each.name: getattr(build, each.name) for each in fields(build)}
        return BuildspecImage(
            **{
                **given,
                "service": service,
                "context": self._inside(build.context, "context")
                if build.is_local
                else build.context,
                "dockerfile": self._dockerfile(),
                "args": dict(sorted(build.args.items())),
                "labels": dict(sorted(build.labels.items())),
                "extra_hosts": dict(sorted(build.extra_hosts.items())),
                "additional_contexts": {
                    name: self._additional(name, context)
                    for name, context in sorted(build.additional_contexts.items())
                },
            }
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
        for key, record in BUILD.items():
            if (key,) in self._build.places and record.not_in_pipeline:
                self._refuse(
                    rules.BUILD_NOT_IN_PIPELINE,
                    (key,),
                    record.not_in_pipeline,
                    "do without, or build the image elsewhere and name it",
                )

    def _refuse(self, rule: Rule, key: tuple[str, ...], problem: str, fix: str) -> None:
        self._findings.report(rule, self._build.at(*key), (*self._build.path, *key), problem, fix)


def _is_path(context: str) -> bool:
    return Path(context).is_absolute()
