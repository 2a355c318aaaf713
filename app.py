"""The CDK application: a stage for each environment, held to cdk-nag's AwsSolutions rules.

Context: ``-c environment=dev`` limits it to one environment, ``-c source=DIR`` points it to another
folder, ``-c entrypoint=NAME`` names the container that receives the traffic, ``-c images=docker``
builds images on this machine, ``-c image_tag=TAG`` takes them from the ECR repositories
``serverless-containers/<service>``, ``-c site=true`` deploys the folder as a web site too.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

from serverless_containers.toolchain import ToolchainError, check_toolchain, use_node

try:
    check_toolchain(os.environ)
    use_node()
except ToolchainError as error:
    sys.exit(str(error))

# Importing the CDK starts Node, so that the check comes first.
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from stacks.environment_stage import EnvironmentStage
from stacks.environments import ENVIRONMENTS, Images, Site, open_site


def _is_on(value: object) -> bool:
    """Whether a context value says yes; on the command line it is a text."""
    if value is None or isinstance(value, bool):
        return bool(value)
    if value in {"true", "false"}:
        return value == "true"
    sys.exit(f"site {value!r} is neither true nor false")


def build(app: App) -> App:
    """Put the stages into an app, as its context says."""
    chosen = app.node.try_get_context("environment")
    if chosen is not None and chosen not in ENVIRONMENTS:
        sys.exit(f"environment {chosen!r} is unknown; there are {', '.join(ENVIRONMENTS)}")
    builder = app.node.try_get_context("images")
    if builder is not None and builder not in {each.value for each in Images}:
        sys.exit(f"images {builder!r} is unknown; there are {', '.join(e.value for e in Images)}")
    for name in [chosen] if chosen else ENVIRONMENTS:
        config = ENVIRONMENTS[name]
        if _is_on(app.node.try_get_context("site")) and config.site is None:
            config = replace(config, site=Site())
        if (problem := open_site(config)) is not None:
            sys.exit(problem)
        EnvironmentStage(
            app,
            config=config,
            source=Path(app.node.try_get_context("source") or "container_src"),
            entrypoint=app.node.try_get_context("entrypoint"),
            images=Images(builder) if builder else config.images,
            image_tag=app.node.try_get_context("image_tag"),
        )
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


if __name__ == "__main__":
    build(App()).synth()
