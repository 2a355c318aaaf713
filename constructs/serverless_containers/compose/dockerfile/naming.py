"""A name for the stage that a Dockerfile builds, so that another stage can build on it."""

from collections.abc import Mapping

from serverless_containers.compose.dockerfile.instructions import read_instructions
from serverless_containers.compose.dockerfile.stages import (
    Stage,
    find_stage,
    read_globals,
    read_stages,
)
from serverless_containers.compose.dockerfile.words import split_blanks
from serverless_containers.compose.quota import Quota
from serverless_containers.findings import Findings


def with_stage_name(
    text: str, *, args: Mapping[str, str], target: str | None, name: str
) -> tuple[str, str]:
    """Return a Dockerfile in which the stage to build has a name, and that name.

    Instructions may follow it: BuildKit takes a line that is continued at the end of the file for
    a whole one, and it is one in what is returned.

    Args:
        text: A sound Dockerfile.
        args: The build arguments.
        target: The stage to build, by name in any case or by index from 0. None: the last one.
        name: The name for a stage that has none, in lower case.

    Raises:
        ValueError: If the Dockerfile has no such stage.
    """
    stage = _stage(text, args, target)
    if stage is None:
        raise ValueError(f"expected a stage {target or ''} in the Dockerfile, got none")
    if stage.name:
        return _ended(text), stage.name
    arguments = stage.instruction.arguments
    (image, *_) = split_blanks(arguments.text, arguments.start)
    last = stage.instruction.line.at(image.start + len(image.text) - 1)
    lines = text.removeprefix("\ufeff").split("\n")
    line = lines[last.line - 1]
    lines[last.line - 1] = f"{line[: last.column]} AS {name}{line[last.column :]}"
    return _ended("\n".join(lines)), name


def _ended(text: str) -> str:
    """The Dockerfile without a continuation at its end."""
    instructions = read_instructions(text, "Dockerfile", Findings())
    followed = read_instructions(f"{text}\n\nFROM scratch\n", "Dockerfile", Findings())
    if len(followed) > len(instructions):
        return text
    lines = text.split("\n")
    is_part = [bool(line.strip()) and not line.lstrip().startswith("#") for line in lines]
    last = len(lines) - 1 - is_part[::-1].index(True)
    return "\n".join([*lines[:last], lines[last].rstrip().removesuffix(instructions[-1].escape)])


def _stage(text: str, args: Mapping[str, str], target: str | None) -> Stage | None:
    findings, quota = Findings(), Quota()
    instructions = read_instructions(text, "Dockerfile", findings)
    variables = read_globals(instructions, args, findings, quota)
    stages = read_stages(instructions, variables, "Dockerfile", findings, quota)
    return find_stage(stages, target, findings) if stages else None
