"""The buildspec of a pipeline."""

from collections.abc import Mapping

from aws_cdk import CfnWaitConditionHandle
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_secretsmanager as secretsmanager

from serverless_containers.findings import Findings
from serverless_containers.findings.uncaught import hide_traceback
from serverless_containers.pipeline.props import PipelineProps
from serverless_containers.pipeline.source import BoundSource
from serverless_containers.plan import Architecture, TaskPlan
from serverless_containers.plan.buildspec import (
    BuildspecOptions,
    RegistryLogin,
    Variable,
    make_buildspec,
    plan_images,
)

_LOGIN = "REGISTRY_"


def pipeline_buildspec(
    plan: TaskPlan, bound: BoundSource, architecture: Architecture, props: PipelineProps
) -> dict[str, object]:
    """What a pipeline's build does, for a plan and its source.

    Args:
        plan: The plan.
        bound: The source.
        architecture: What the images run on.
        props: What was said of the pipeline.

    Raises:
        InvalidSourceError: If a build needs what the pipeline does not have.
        ValueError: If there is nothing to build.
    """
    findings = Findings()
    builds = plan_images(plan.containers, plan.directory, findings)
    if findings.errors:
        hide_traceback()
        findings.raise_errors()
    return make_buildspec(
        builds,
        BuildspecOptions(
            architecture=architecture,
            source_folder=bound.folder,
            tag_by_content=bound.any_push,
            before_build=tuple(props.get("before_build", ())),
            after_build=tuple(props.get("after_build", ())),
            scan=tuple(props.get("scan", ())),
            logins=tuple(
                RegistryLogin(
                    registry=registry,
                    username_variable=f"{_LOGIN}{place}_USERNAME",
                    password_variable=f"{_LOGIN}{place}_PASSWORD",
                )
                for place, registry in enumerate(sorted(props.get("registry_logins", {})), start=1)
            ),
        ),
    )


def login_variables(
    logins: Mapping[str, secretsmanager.ISecret],
) -> dict[str, tuple[secretsmanager.ISecret, str]]:
    """The variables with which a build logs in to registries, each with its secret and key.

    Args:
        logins: The secrets by the registries' host names.
    """
    return {
        f"{_LOGIN}{place}_{key.upper()}": (logins[registry], key)
        for place, registry in enumerate(sorted(logins), start=1)
        for key in ("username", "password")
    }


def run_variables(
    handle: CfnWaitConditionHandle, tag: str | None
) -> dict[str, codebuild.BuildEnvironmentVariable]:
    """What the runs of one version are told.

    It stands in the pipeline, not in the project: whatever makes a new wait condition must also be
    a change of the pipeline, which restarts it, or nobody would ever signal.

    Args:
        handle: The wait condition's handle.
        tag: The tag of the images, if the source has one.
    """
    variables = {Variable.WAIT_HANDLE_URL: handle.ref}
    if tag is not None:
        variables[Variable.SOURCE_TAG] = tag
    return {
        str(name): codebuild.BuildEnvironmentVariable(value=value)
        for name, value in variables.items()
    }
