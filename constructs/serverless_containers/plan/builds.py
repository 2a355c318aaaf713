"""Whether what is to be built is there, and is given nothing that is the build's own."""

import os
import re

from serverless_containers.compose.model import Build, Service
from serverless_containers.findings import Findings
from serverless_containers.plan import rules

_CREDENTIALS = re.compile(
    "AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|SECURITY_TOKEN|WEB_IDENTITY_TOKEN_FILE"
    "|CONTAINER_CREDENTIALS_(RELATIVE|FULL)_URI|CONTAINER_AUTHORIZATION_TOKEN(_FILE)?)"
)
"""What leads to credentials; "AWS SDKs and Tools Reference Guide", its settings."""
_OWN = re.compile(
    "CODEBUILD_.*|SOURCE_TAG|FORCE_REBUILD|CLUSTER_NAME|SERVICE_NAME|STACK_NAME"
    "|SERVICE_STACK|WAIT_HANDLE_URL"
    r"|TAG_PARAMETER|REPOSITORY_\d+|REGISTRY_\d+_(USERNAME|PASSWORD)|IMAGE_TAG"
    "|PIPELINE_HOME|DOCKER_CONFIG"
)
"""What CodeBuild and the pipeline's build are told themselves."""


def check_build(service: Service, findings: Findings) -> None:
    """Report a build whose context or Dockerfile is not here, or whose arguments lack a value."""
    build = service.build
    if build is None:
        return
    _check_args(build, findings)
    if not build.is_local:
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


def _check_args(build: Build, findings: Findings) -> None:
    """Report arguments that the files name and give no value.

    Their values are those of the project's variables, where the file is read; nothing is taken from
    the environment that the image is built in.
    """
    for name, at in build.named_args.items():
        path = (*build.path, "args", name)
        if _CREDENTIALS.fullmatch(name):
            findings.report(
                rules.BUILD_ARG_RESERVED,
                at,
                path,
                f"{name} leads to credentials of AWS, and a build argument stays in the image's "
                "history",
                "remove it: a container that runs has the permissions of custom-policies.json "
                "without keys",
            )
        elif name in build.args:
            continue
        elif _OWN.fullmatch(name):
            findings.report(
                rules.BUILD_ARG_RESERVED,
                at,
                path,
                f"{name} is a variable of the build itself, which no image is given",
                f"give the argument another name, or a value: {name}: value",
            )
        else:
            findings.report(
                rules.VARIABLE_UNSET,
                at,
                path,
                f"{name} has no value here, and is left out: the Dockerfile's own holds",
                f"give it one in .env, or write {name}: value",
            )
