"""The builds of a project, and whether Docker can do them on this machine."""

import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from serverless_containers.compose.model import Build, Project, Service
from serverless_containers.compose.yaml.nodes import MappingNode
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.plan import rules
from serverless_containers.plan.build_context.folders import is_within
from serverless_containers.plan.model import BuildPlan, ContainerPlan
from serverless_containers.plan.places import place
from serverless_containers.plan.support.keys import BUILD

_CREDENTIALS = re.compile(
    "AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|SECURITY_TOKEN|WEB_IDENTITY_TOKEN_FILE"
    "|CONTAINER_CREDENTIALS_(RELATIVE|FULL)_URI|CONTAINER_AUTHORIZATION_TOKEN(_FILE)?)"
)
"""Variables that lead to credentials; "AWS SDKs and Tools Reference Guide", its settings."""
_OWN = re.compile(
    "CODEBUILD_.*|SOURCE_TAG|FORCE_REBUILD|CLUSTER_NAME|SERVICE_NAME|STACK_NAME"
    "|SERVICE_STACK|WAIT_HANDLE_URL"
    r"|TAG_PARAMETER|REPOSITORY_\d+|REGISTRY_\d+_(USERNAME|PASSWORD)|IMAGE_TAG"
    "|PIPELINE_HOME|DOCKER_CONFIG"
)
"""Variables that CodeBuild and the pipeline's build are told themselves."""


_INLINE = {"type": "inline"}


def with_builds_of_siblings(project: Project, findings: Findings) -> Project:
    """Return a project in which a service that runs an image built by another one builds it, too.

    Docker Compose builds it once and finds it at the engine by its name: the one of ``image``, or
    that of project and service. A task pulls images, and no registry has that one.

    Args:
        project: The canonical model.
        findings: Takes a note for each such service.
    """
    built = {
        name: service
        for service in project.services.values()
        if service.build is not None
        for name in (service.image, f"{project.name}-{service.name}")
        if name
    }
    services = dict(project.services)
    for name, service in project.services.items():
        image = (service.image or "").removesuffix(":latest")
        sibling = built.get(image) or built.get(f"{image}:latest")
        if service.build is None and image and sibling is not None:
            services[name] = replace(service, build=sibling.build)
            findings.report(
                rules.IMAGE_OF_SIBLING,
                *place(service, "image"),
                f"{name} runs the image that {sibling.name} builds, which is built for it, too",
            )
    return replace(project, services=services)


def is_of_sibling(service: Service) -> bool:
    """Return whether the build of a service is another one's, where it is looked at."""
    return service.build is not None and service.build.path[: len(service.path)] != service.path


def plan_build(service: Service, findings: Findings) -> BuildPlan | None:
    """Plan the build of a service's image.

    Args:
        service: The service.
        findings: Takes errors for what is not here (context, Dockerfile) and for arguments that
            are the build's own, warnings for those without a value, and notes for caches that are
            left out.

    Returns:
        The build; None if the service names an image instead.
    """
    build = service.build
    if build is None:
        return None
    _check_args(build, findings)
    _check_files(build, findings)
    return BuildPlan(
        context=build.context,
        dockerfile=build.dockerfile,
        dockerfile_inline=build.dockerfile_inline,
        args=build.args,
        target=build.target,
        labels=build.labels,
        network=build.network,
        shm_size=build.shm_size,
        extra_hosts=build.extra_hosts,
        additional_contexts=build.additional_contexts,
        cache_from=tuple(_cache_from(build, findings)),
        inline_cache=_has_inline_cache(build, findings),
        no_cache=build.no_cache,
        path=build.path,
        places=dict(_places(build)),
    )


def check_asset_builds(
    containers: Iterable[ContainerPlan], findings: Findings, *, docker_builds: bool | None
) -> None:
    """Report the builds of containers that Docker cannot do on this machine.

    Args:
        containers: The containers.
        findings: Takes the errors, or the warnings.
        docker_builds: Whether Docker builds; see `PlanOptions`.
    """
    if docker_builds is not False:
        for build in (each.build for each in containers if each.build is not None):
            check_asset_build(build, findings, known=docker_builds is not None)


def warn_of_outside(
    project: Project, containers: Iterable[ContainerPlan], findings: Findings
) -> None:
    """Warn of builds that read folders outside the project, which a pipeline does not have.

    Args:
        project: The canonical model.
        containers: The containers of its services.
        findings: Takes a warning for each such folder, and the folder that holds both.
    """
    # As text, as the pipeline compares them.
    folder = os.path.normpath(project.directory)
    for build in (each.build for each in containers if each.build is not None):
        for key, path in _folders_of(build):
            # The root of all folders is an error of its own.
            if is_within(path, folder) or path == "/":
                continue
            around = os.path.commonpath([path, folder])
            findings.report(
                rules.BUILD_OUTSIDE_FOLDER,
                build.at(*key),
                (*build.path, *key),
                f"{os.path.relpath(path, folder)} is outside the folder of the Compose file, which "
                "is all that a pipeline has of this machine; Docker here can build it",
                f"give the folder that holds both, {os.path.relpath(around, folder)}, as source, "
                "with the Compose file in it, whose paths start there: "
                f"{key[-1]}: {os.path.relpath(path, around)}; or move what is built into the "
                "folder",
            )


def _folders_of(build: BuildPlan) -> Iterator[tuple[tuple[str, ...], str]]:
    """The folders of this machine that a build reads, by the keys that name them."""
    if build.is_local:
        yield ("context",), os.path.normpath(build.context)
    for name, other in build.additional_contexts.items():
        if Path(other).is_absolute():
            yield ("additional_contexts", name), os.path.normpath(other)


def check_asset_build(build: BuildPlan, findings: Findings, *, known: bool = True) -> None:
    """Report what the CDK's image asset cannot express, which Docker builds on this machine.

    Args:
        build: The build.
        findings: Takes an error for each such part; a warning where it is not known who builds.
        known: Whether it is known that Docker builds on this machine.
    """
    for key, problem in _not_in_asset(build):
        in_pipeline = key not in BUILD or not BUILD[key].not_in_pipeline
        findings.report(
            rules.BUILD_NOT_LOCAL if known else rules.BUILD_NEEDS_PIPELINE,
            build.at(key),
            (*build.path, key),
            problem
            if known
            else f"{problem}: synthesis refuses it where Docker builds, and no pipeline does",
            "build the image elsewhere, and name it"
            if known or not in_pipeline
            else "have a pipeline build it (images=BuildPipeline.managed()), or build the image "
            "elsewhere, and name it",
        )


def _not_in_asset(build: BuildPlan) -> Iterator[tuple[str, str]]:
    """Yield the keys of a build that an image asset has no place for, and the reasons."""
    if not build.is_local:
        yield "context", "the context is not a folder on this machine"
    elif Path(build.dockerfile_in_context).is_absolute() or ".." in Path(build.dockerfile).parts:
        yield "dockerfile", "the Dockerfile is outside the context"
    for key in sorted(BUILD):
        if (key,) in build.places and not BUILD[key].in_asset:
            yield key, f"{key} cannot be handed to the build of an image asset"


def _places(build: Build) -> Iterator[tuple[KeyPath, Location]]:
    yield (), build.at()
    for key in build.node if isinstance(build.node, MappingNode) else ():
        yield (key,), build.at(key)
    for name in build.additional_contexts:
        yield ("additional_contexts", name), build.at("additional_contexts", name)


def _cache_from(build: Build, findings: Findings) -> Iterator[str]:
    for index, text in enumerate(build.cache_from):
        options = _cache_options(text)
        if options.keys() == {"type", "ref"} and options["type"] == "registry":
            yield options["ref"]
        else:
            findings.report(
                rules.BUILD_CACHE_IGNORED,
                *place(build, "cache_from", index),
                f"{_shown(options)} is left out: a build takes layers from images in registries "
                "alone, and needs none of them",
                "name an image that holds its cache: type=registry,ref=IMAGE",
            )


def _has_inline_cache(build: Build, findings: Findings) -> bool:
    given = [_cache_options(text) for text in build.cache_to]
    for index, options in enumerate(given):
        if options != _INLINE:
            findings.report(
                rules.BUILD_CACHE_IGNORED,
                *place(build, "cache_to", index),
                f"{_shown(options)} is left out: Docker's own driver writes a cache into the image "
                "itself alone",
                "write type=inline",
            )
    return _INLINE in given


def _cache_options(text: str) -> Mapping[str, str]:
    """The options of a cache as BuildKit reads them; empty if they are none.

    They are comma-separated values ``name=value``, or the name of an image in a registry.
    """
    try:
        fields = next(csv.reader([text], strict=True), [])
    except csv.Error:
        return {}
    if len(fields) == 1 and "=" not in fields[0]:
        return {"type": "registry", "ref": fields[0]}
    pairs = (each.partition("=") for each in fields)
    return {name.strip().lower(): value for name, _, value in pairs}


def _shown(options: Mapping[str, str]) -> str:
    """The kind of a cache, without its options, which may be credentials."""
    return f"a cache of type {options['type']}" if options.get("type") else "a cache without a type"


def _check_files(build: Build, findings: Findings) -> None:
    """Report a context or a Dockerfile that is not here."""
    if not build.is_local:
        return
    if not os.path.isdir(build.context):  # noqa: PTH112  # has an answer for any text
        findings.report(
            rules.BUILD_MISSING,
            *place(build, "context"),
            f"the build context {build.context} is no folder",
            "name the folder that is sent to the build",
        )
        return
    file = os.path.join(build.context, build.dockerfile)  # noqa: PTH118  # the same
    if build.dockerfile_inline is None and not os.path.isfile(file):  # noqa: PTH113  # the same
        findings.report(
            rules.BUILD_MISSING,
            *place(build, "dockerfile"),
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
