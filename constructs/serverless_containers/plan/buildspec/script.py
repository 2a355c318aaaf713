"""The part of the build script that differs from project to project."""

import json
import posixpath
import re
import shlex
from collections.abc import Iterable, Sequence

from serverless_containers.plan.build_context.walk import NEVER_SENT
from serverless_containers.plan.buildspec.model import (
    BuildspecImage,
    BuildspecOptions,
    RegistryLogin,
    Variable,
    repository_variable,
)
from serverless_containers.plan.model import Architecture, CopyPlan
from serverless_containers.plan.utility_containers import COPIED

_PLATFORMS = {Architecture.X86_64: "linux/amd64", Architecture.ARM64: "linux/arm64"}
_VARIABLE = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_RULE = "# --- This project " + "-" * 79


def project_script(builds: Sequence[BuildspecImage], options: BuildspecOptions) -> str:
    """The functions that the fixed scripts leave open, and the call of the step that is asked for.

    Args:
        builds: The images, in the order of the REPOSITORY variables.
        options: The options of the buildspec.

    Raises:
        ValueError: If a login names something that cannot be a variable.
    """
    numbers = range(1, len(builds) + 1)
    parts = [
        _RULE,
        "\n".join(
            [
                f"all={shlex.quote(' '.join(map(str, numbers)))}",
                f"source_folder={shlex.quote(options.source_folder)}",
                f"by_content={'yes' if options.tag_by_content else ''}",
            ]
        ),
        _function(
            "select_service",
            [
                "number=$1",
                "case $number in",
                *(
                    f"  {number}) service={shlex.quote(build.service)}"
                    f" service_json={shlex.quote(json.dumps(build.service))}"
                    f" repository=${repository_variable(number)} ;;"
                    for number, build in zip(numbers, builds, strict=True)
                ),
                "esac",
                "image=$repository:${tag:-}",
                "registry_id=${repository%%.*}",
                "repository_name=${repository#*/}",
            ],
            "select_service NUMBER: whose turn it is.",
        ),
        _function(
            "docker_build",
            [
                "case $number in",
                *(
                    line
                    for number, build in zip(numbers, builds, strict=True)
                    for line in _build(number, build, options.architecture)
                ),
                "esac",
            ],
            "docker_build ARGUMENT...: builds the image of this service.",
        ),
        *([_find_packed()] if any(build.collects for build in builds) else []),
        _function(
            "keep_own_variables",
            [f"unset {' '.join(_own_variables(options.logins))}"],
            "keep_own_variables: what no command of the project is given.",
        ),
        _function("before_build", _commands("before the build", options.before_build)),
        _function("after_build", _commands("after the build", options.after_build)),
        _function("scan", _commands("before the push", options.scan)),
        _function("log_in_elsewhere", [_login(login) for login in options.logins]),
        "step=$1\ntrap 'conclude $?' EXIT\n\"$step\"",
    ]
    return "\n\n".join(parts) + "\n"


def _function(name: str, body: Sequence[str], comment: str = "") -> str:
    lines = [f"{name}() {{", *_indented(body or [":"]), "}"]
    return "\n".join([f"# {comment}", *lines] if comment else lines)


def _indented(lines: Iterable[str]) -> Iterable[str]:
    # Only the first line of a value with several: the others are part of the value.
    return (f"  {line}" for line in lines)


def _commands(when: str, commands: Iterable[str]) -> list[str]:
    return [f"project_command {shlex.quote(when)} {shlex.quote(command)}" for command in commands]


def _own_variables(logins: Iterable[RegistryLogin]) -> Iterable[str]:
    yield "PIPELINE_HOME"
    yield from map(str, Variable)
    for login in logins:
        yield from (login.username_variable, login.password_variable)


def _login(login: RegistryLogin) -> str:
    for name in (login.username_variable, login.password_variable):
        if not _VARIABLE.fullmatch(name):
            raise ValueError(f"expected the name of an environment variable, got {name!r}")
    return (
        f"log_in_to {shlex.quote(login.registry)}"
        f' "${login.username_variable}" "${login.password_variable}"'
    )


def _find_packed() -> str:
    names = " -o ".join(f"-name {shlex.quote(name)}" for name in NEVER_SENT)
    return _function(
        "find_packed",
        [f'find . -mindepth 1 \\( {names} \\) -prune -o "$@"'],
        "find_packed TEST...: finds what is in this folder, and is packed.",
    )


def _build(number: int, build: BuildspecImage, architecture: Architecture) -> list[str]:
    lines = [f"  {number})"]
    if build.base is None:
        lines += _build_of_source(number, build, architecture)
    if build.copies:
        # What has just been built has the tag already, and is what the files are added to.
        base = '"$image"' if build.base is None else shlex.quote(build.base)
        lines.append(f"    begin_files {base}")
        lines += [f"    {_copy(each, collects=build.collects)}" for each in build.copies]
        if build.collects:
            lines.append(f"""    say 'COPY files {COPIED}' >> "$added/Dockerfile\"""")
        lines.append(f'    run docker build "$@" --platform {_PLATFORMS[architecture]} "$added"')
    lines.append("    ;;")
    return lines


def _copy(copy: CopyPlan, *, collects: bool) -> str:
    source = shlex.quote(f"./{copy.source.as_posix()}")
    if not collects:
        return f"add_file {source} {shlex.quote(json.dumps(copy.target))}"
    name = "collect_folder" if copy.is_folder else "collect_file"
    return f"{name} {source} {shlex.quote(copy.target)}"


def _build_of_source(
    number: int, build: BuildspecImage, architecture: Architecture
) -> Iterable[str]:
    dockerfile = shlex.quote(_path(build.dockerfile))
    if build.dockerfile_inline is not None:
        dockerfile = f'"$PIPELINE_HOME/{number}.Dockerfile"'
        yield f"    printf '%s\\n' {shlex.quote(build.dockerfile_inline)} > {dockerfile}"
    words = [f"--file {dockerfile}", *(_option(*pair) for pair in _options(build, architecture))]
    yield '    run docker build "$@" \\'
    yield from (f"      {word} \\" for word in words)
    yield f"      {shlex.quote(_path(build.context))}"


def _options(
    build: BuildspecImage, architecture: Architecture
) -> Iterable[tuple[str, str] | tuple[str]]:
    yield "--platform", _PLATFORMS[architecture]
    for name, value in build.args.items():
        yield "--build-arg", f"{name}={value}"
    if build.target is not None:
        yield "--target", build.target
    for name, value in build.labels.items():
        yield "--label", f"{name}={value}"
    if build.network is not None:
        yield "--network", build.network
    if build.shm_size is not None:
        yield "--shm-size", str(build.shm_size)
    for host, addresses in build.extra_hosts.items():
        for address in addresses:
            yield "--add-host", f"{host}:{address}"
    for name, context in build.additional_contexts.items():
        yield "--build-context", f"{name}={_path(context)}"
    for image in build.cache_from:
        yield "--cache-from", image
    if build.no_cache:
        yield ("--no-cache",)


def _option(name: str, value: str | None = None) -> str:
    return name if value is None else f"{name} {shlex.quote(value)}"


def _path(path: str) -> str:
    """A path that no command takes for an option; a URL as it is."""
    return posixpath.join(".", path) if path.startswith("-") else path
