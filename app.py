"""The CDK application: a stage for each environment, held to cdk-nag's AwsSolutions rules.

Context: ``-c environment=dev`` limits it to one environment, ``-c source=DIR`` points it to another
folder, ``-c entrypoint=NAME`` names the container that receives the traffic, ``-c image_tag=TAG``
takes built images from the ECR repositories ``serverless-containers/<service>``.
"""

import os
import sys
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

from serverless_containers import BuiltImages
from stacks.environment_stage import EnvironmentStage
from stacks.environments import ENVIRONMENTS


def build(app: App) -> App:
    """Put the stages into an app, as its context says."""
    chosen = app.node.try_get_context("environment")
    if chosen is not None and chosen not in ENVIRONMENTS:
        sys.exit(f"environment {chosen!r} is unknown; there are {', '.join(ENVIRONMENTS)}")
    tag = app.node.try_get_context("image_tag")
    for name in [chosen] if chosen else ENVIRONMENTS:
        EnvironmentStage(
            app,
            config=ENVIRONMENTS[name],
            source=Path(app.node.try_get_context("source") or "container_src"),
            entrypoint=app.node.try_get_context("entrypoint"),
            images=BuiltImages.repositories(prefix="serverless-containers/", tag=tag)
            if tag
            else BuiltImages.local_build(),
        )
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


if __name__ == "__main__":
    build(App()).synth()
