"""Whether what is to be built is there."""

import os

from serverless_containers.compose.model import Service
from serverless_containers.findings import Findings
from serverless_containers.plan import rules


def check_build(service: Service, findings: Findings) -> None:
    """Report a build whose context or Dockerfile is not on this machine."""
    build = service.build
    if build is None or not build.is_local:
        return
    if not os.path.isdir(build.context):  # noqa: PTH112  # has an answer for any text
        findings.report(
            rules.BUILD_MISSING,
            build.at("context"),
            (*build.path, "context"),
            f"the build context {build.context} is no folder",
            "name the folder that is sent to the build",
        )
        return
    file = os.path.join(build.context, build.dockerfile)  # noqa: PTH118  # the same
    if build.dockerfile_inline is None and not os.path.isfile(file):  # noqa: PTH113  # the same
        findings.report(
            rules.BUILD_MISSING,
            build.at("dockerfile"),
            (*build.path, "dockerfile"),
            f"there is no {build.dockerfile} in {build.context}",
            "add it, or name another one with dockerfile",
        )
