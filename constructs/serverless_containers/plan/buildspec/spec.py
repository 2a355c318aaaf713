"""The buildspec: CodeBuild's phases around one shell script.

Format: "Build specification reference for CodeBuild", AWS CodeBuild User Guide. The script is
``telling.sh``, ``tag.sh`` and ``steps.sh``, and ``mounts.sh`` where files are added to images,
followed by what this project puts into it.
"""

import string
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from serverless_containers.plan.buildspec.model import BuildspecImage, BuildspecOptions, Exported
from serverless_containers.plan.buildspec.script import project_script

_SCRIPTS = ("telling.sh", "tag.sh", "steps.sh")
_OF_MOUNTS = "mounts.sh"
_HOME = '"$PIPELINE_HOME/pipeline.sh"'


def make_buildspec(builds: Sequence[BuildspecImage], options: BuildspecOptions) -> dict[str, Any]:
    """The buildspec that builds and pushes images.

    It reads the environment variables of ``Variable`` and, for each image, ``REPOSITORY_<n>``; it
    exports those of ``Exported``, and its artifact is ``imagedefinitions.json``. CodeBuild has to
    run privileged, with Docker 20.10 or later (23 with Buildx for ``additional_contexts``), the AWS
    CLI and curl: all of its standard images do.

    Args:
        builds: The images, in the order of the REPOSITORY variables.
        options: The options of the buildspec.

    Returns:
        Plain data, the same for the same arguments.

    Raises:
        ValueError: If there is nothing to build, or two images for one service.
    """
    services = [build.service for build in builds]
    if not services:
        raise ValueError("expected at least one image to build, got none")
    if len(set(services)) < len(services):
        raise ValueError(f"expected one image for each service, got {', '.join(services)}")
    names = (*_SCRIPTS, _OF_MOUNTS) if any(build.copies for build in builds) else _SCRIPTS
    parts = [Path(__file__).with_name(name).read_text(encoding="utf-8") for name in names]
    script = "\n".join([*parts, project_script(builds, options)])
    return {
        "version": "0.2",
        "env": {
            "variables": {
                "DOCKER_BUILDKIT": "1",
                "BUILDKIT_PROGRESS": "plain",
                # An attestation is a second image without a tag, and makes the first an index.
                "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
            },
            "exported-variables": [str(name) for name in Exported],
        },
        "phases": {
            "pre_build": {
                "commands": [
                    'export PIPELINE_HOME="$(mktemp -d)"',
                    _here_document(script),
                    f"sh {_HOME} prepare",
                ]
            },
            "build": {"commands": [f"sh {_HOME} build"]},
            "post_build": {"commands": [f"sh {_HOME} publish", '. "$PIPELINE_HOME/exports"']},
        },
        "artifacts": {"files": ["imagedefinitions.json"]},
    }


def to_yaml(buildspec: dict[str, Any]) -> str:
    """A buildspec as YAML that a person can read: scripts are literal blocks."""
    return yaml.dump(buildspec, Dumper=_Dumper, sort_keys=False, width=1000, allow_unicode=True)


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as it is."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    # YAML 1.1 reads these as ends of lines, and a block of lines cannot escape them.
    if not {"\x85", "\u2028", "\u2029"}.isdisjoint(text):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def _here_document(script: str) -> str:
    end = _end_of(script)
    return f"cat > {_HOME} <<'{end}'\n{script}{end}"


def _end_of(script: str) -> str:
    """Return a line that ends a here-document, and leaves the lines of the script as they are.

    A value from a Compose file may hold any line, this one too. And dash 0.5.12, the ``sh`` of
    Ubuntu, loses a byte that is not ASCII after what a line has in common with the end.
    """
    lines = script.split("\n")
    candidates = []
    for start in ("", *string.ascii_letters, *string.digits):
        end = f"{start}END_OF_PIPELINE"
        while end in lines:
            end += "_"
        candidates.append(end)
        if not any(_loses_a_byte(line, end) for line in lines):
            return end
    return candidates[0]


def _loses_a_byte(line: str, end: str) -> bool:
    common = next((at for at, each in enumerate(end) if line[at : at + 1] != each), len(end))
    return 0 < common < len(line) and not line[common].isascii()
