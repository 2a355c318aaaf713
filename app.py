"""The CDK application: a stage for each environment, held to cdk-nag's AwsSolutions rules.

Context: ``-c environment=dev`` limits it to one environment, ``-c environment=pr-123`` makes the
preview of a pull request and ``-c environment=preview`` what previews share, ``-c source=DIR``
points it to another folder, whose stacks are named after its Compose project or by ``-c
name=NAME``, ``-c entrypoint=NAME`` names the container that receives the traffic and ``-c
port=PORT`` its port, ``-c images=docker`` builds images on this machine, ``-c image_tag=TAG`` takes
them from the ECR repositories ``<name>/<service>``, ``-c site=true`` deploys the folder as a web
site too, ``-c owner=NAME`` and ``-c cost_center=NAME`` tag everything with who answers and pays for
it.
"""

import os
import sys
from collections.abc import Sequence
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
from stacks.environments import (
    ENVIRONMENTS,
    EnvironmentConfig,
    Images,
    Site,
    open_site,
    preview_called,
    second_store,
    shared_twice,
)
from stacks.naming import APPLICATION, SAMPLE, bad_name, is_sample, project_name
from stacks.shared_stacks import SharedStage


def _is_on(value: object) -> bool:
    """Return whether a context value says yes; on the command line it is a text."""
    if value is None or isinstance(value, bool):
        return bool(value)
    if value in {"true", "false"}:
        return value == "true"
    sys.exit(f"site {value!r} is neither true nor false")


def _port(value: object) -> int | None:
    """Return a context value as a port; on the command line it is a text."""
    if value is None:
        return None
    text = str(value)
    if text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= 65535:
        return int(text)
    sys.exit(f"port {value!r} is no port; give one from 1 to 65535")


def _name_of(app: App, source: Path, config: EnvironmentConfig) -> str:
    """Return what the stacks of a folder start with."""
    sample = is_sample(source)
    name = app.node.try_get_context("name")
    if name is None:
        name = APPLICATION if sample else project_name(source, config.files)
    if name is not None and (problem := bad_name(name, config.name, sample=sample)) is not None:
        sys.exit(problem)
    return name or APPLICATION


def _environments(chosen: object) -> Sequence[EnvironmentConfig]:
    """Return the environments that the context chooses."""
    if chosen is None:
        return list(ENVIRONMENTS.values())
    name = str(chosen)
    config = ENVIRONMENTS.get(name) or preview_called(name)
    if config is None:
        sys.exit(
            f"environment {name!r} is unknown; there are {', '.join(ENVIRONMENTS)}, pr-NUMBER for "
            "the preview of a pull request, and preview for what previews share"
        )
    return [config]


def _with_tags(app: App, config: EnvironmentConfig) -> EnvironmentConfig:
    """Return an environment with the values of tags that the context gives over its own."""
    owner = app.node.try_get_context("owner")
    cost_center = app.node.try_get_context("cost_center")
    try:
        return replace(
            config,
            owner=config.owner if owner is None else str(owner),
            cost_center=config.cost_center if cost_center is None else str(cost_center),
        )
    except ValueError as error:
        sys.exit(str(error))


def _with_site(app: App, config: EnvironmentConfig) -> EnvironmentConfig:
    """Return an environment with the site that the context asks for, unless it has one."""
    if config.site is None and _is_on(app.node.try_get_context("site")):
        return replace(config, site=Site())
    return config


def build(app: App) -> App:
    """Put the stages into an app, as its context says."""
    configs = _environments(app.node.try_get_context("environment"))
    builder = app.node.try_get_context("images")
    if builder is not None and builder not in {each.value for each in Images}:
        sys.exit(f"images {builder!r} is unknown; there are {', '.join(e.value for e in Images)}")
    source = Path(app.node.try_get_context("source") or SAMPLE.name)
    for each in configs:
        config = _with_tags(app, _with_site(app, each))
        for problem in (open_site(config), shared_twice(config)):
            if problem is not None:
                sys.exit(problem)
        name = _name_of(app, source, config)
        if config.name == config.shared:
            SharedStage(app, config=config, source=source, name=name)
            continue
        stage = EnvironmentStage(
            app,
            config=config,
            source=source,
            entrypoint=app.node.try_get_context("entrypoint"),
            port=_port(app.node.try_get_context("port")),
            images=Images(builder) if builder else config.images,
            image_tag=app.node.try_get_context("image_tag"),
            name=name,
            sample=is_sample(source),
        )
        exclusive = stage.api.api.plan.exclusive
        service = exclusive.service if exclusive else None
        if (problem := second_store(config, service)) is not None:
            sys.exit(problem)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


if __name__ == "__main__":
    build(App()).synth()
