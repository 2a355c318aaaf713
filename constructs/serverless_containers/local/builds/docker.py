"""A ``docker`` command for those that build and push images: the CDK CLI and buildspecs.

What is built stays at the engine, under its name in ECR. A push only tells the emulated registry of
it: nothing leaves this machine, and nothing is sent to the real registry of that name.
"""

import atexit
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

REAL: Final = "SERVERLESS_CONTAINERS_LOCAL_DOCKER"
"""The variable that holds the real command."""
TAGS: Final = "SERVERLESS_CONTAINERS_LOCAL_TAGS"
"""The variable that names the file to which every name is added that is given to an image."""
LABEL: Final = "SERVERLESS_CONTAINERS_LOCAL_LABEL"
"""The variable that holds the label of images that are built."""
PLATFORM: Final = "SERVERLESS_CONTAINERS_LOCAL_PLATFORM"
"""The variable that holds what the engine runs by itself: ``linux/amd64``."""

_ECR = re.compile(
    r"(https?://)?(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?"
    r"(/(?P<repository>[^:@]+)(:(?P<tag>[^@]+))?)?"
)
_MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
_CHMOD = re.compile(
    r"^(COPY (?:--from=serverless-containers-files )?)--chmod=0(?:644|755) (?=\[)", re.MULTILINE
)
"""The option in an instruction that adds a file to an image."""
_PLATFORM = re.compile(
    r"^(FROM )--platform=\$BUILDPLATFORM (?=\S+ AS serverless-containers-files$)", re.MULTILINE
)
"""The option of the stage that such files come from."""
_NEEDS_BUILDX = 23
_NOT_HERE = ("--cache-from", "--cache-to")
"""Options of a build that lead to the registry. The engine keeps its own cache."""


def main(arguments: Sequence[str]) -> int:
    """Do what the command says. Returns its exit code."""
    words = list(arguments)
    before = []
    while words and words[0].startswith("-"):
        before += [words.pop(0)]
        if before[-1] == "--config" and words:
            before.append(words.pop(0))
    command = words[0] if words else ""
    last = words[-1] if words else ""
    if command == "login" and _ECR.fullmatch(last):
        # The password comes by standard input, and whoever writes it waits until it is read.
        sys.stdin.read()
        return 0
    if command == "logout" and _ECR.fullmatch(last):
        return 0
    if command == "push" and (image := _ECR.fullmatch(last)):
        return _push(last, image)
    if command == "pull" and _ECR.fullmatch(last):
        return _run(["image", "inspect", "--format", "{{.Id}}", last])
    if command == "build" or words[:2] == ["buildx", "build"]:
        words = build_arguments(words, os.environ)
        if os.environ.get("DOCKER_BUILDKIT") == "1" and not _has_buildkit():
            os.environ["DOCKER_BUILDKIT"] = "0"
        words = _as_the_engine_builds(words)
        _note(_values(words, ("-t", "--tag")))
    elif command in ("tag",) or words[:2] == ["image", "tag"]:
        _note([last])
    return _run([*before, *words])


def build_arguments(words: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """The arguments of a build on this machine.

    Args:
        words: The arguments as they were given.
        environ: Where the label and the engine's platform are.
    """
    kept: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, _ = word.partition("=")
        if name in (*_NOT_HERE, "--platform"):
            if not equals and rest:
                rest.pop(0)
        elif name not in ("--push", "--provenance"):
            kept.append(word)
    # An image for another processor would need an emulator that most engines have not.
    platform = ["--platform", environ[PLATFORM]] if environ.get(PLATFORM) else []
    verb = 2 if kept[0] == "buildx" else 1
    return [*kept[:verb], "--label", environ[LABEL], *platform, *kept[verb:]]


def _as_the_engine_builds(words: Sequence[str]) -> list[str]:
    """The arguments of a build without what takes BuildKit, where an engine has none.

    That is ``COPY --chmod``, and the platform that builds. The files that are added to images have
    their modes already, and are the only ones that such an instruction names in this form.
    """
    named = _values(words, ("-f", "--file"))
    files = [*map(Path, named), Path(words[-1], "Dockerfile")]
    found = next((each for each in files if each.is_file()), None)
    text = found.read_text("utf-8", "surrogateescape") if found is not None else ""
    changed = _PLATFORM.sub(r"\1", _CHMOD.sub(r"\1", text))
    if changed == text or _has_buildkit():
        return list(words)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", errors="surrogateescape", delete=False
    ) as file:
        file.write(changed)
    atexit.register(os.unlink, file.name)
    kept = [word for word in words if word not in ("-f", "--file", *named)]
    return [*kept[:-1], "--file", file.name, kept[-1]]


def _has_buildkit() -> bool:
    """Return whether the client can use BuildKit: from version 23 on it needs Buildx for that."""
    if _real(["buildx", "version"], capture=True).returncode == 0:
        return True
    version = _real(["version", "--format", "{{.Client.Version}}"], capture=True).stdout
    major = version.partition(".")[0]
    return major.isdigit() and int(major) < _NEEDS_BUILDX


def _push(name: str, image: re.Match[str]) -> int:
    found = _real(["image", "inspect", "--format", "{{.Id}}", name], capture=True)
    if found.returncode != 0 or not image["repository"]:
        sys.stderr.write(f"An image does not exist locally with the tag: {name}\n")
        return 1
    # The registry's own error is what a real push prints, too.
    from serverless_containers.local.builds.registry import announce  # noqa: PLC0415  # slow

    manifest = json.dumps({"schemaVersion": 2, "config": {"digest": found.stdout.strip()}})
    problem = announce(
        account=image["account"],
        region=image["region"],
        repository=image["repository"],
        tag=image["tag"] or "latest",
        manifest=manifest,
        media_type=_MEDIA_TYPE,
    )
    if problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    sys.stdout.write(f"{image['tag'] or 'latest'}: digest: sha256:{digest} size: {len(manifest)}\n")
    return 0


def _values(words: Sequence[str], options: Sequence[str]) -> list[str]:
    values = []
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if name in options:
            values.append(value if equals else following)
    return values


def _note(names: Sequence[str]) -> None:
    with Path(os.environ[TAGS]).open("a") as file:
        file.writelines(f"{name}\n" for name in names)


def _run(words: Sequence[str]) -> int:
    return _real(words).returncode


def _real(words: Sequence[str], *, capture: bool = False) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603  # the user's own client
        [os.environ[REAL], *words], check=False, text=True, capture_output=capture
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
