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
        return text, stage.name
    arguments = stage.instruction.arguments
    (image, *_) = split_blanks(arguments.text, arguments.start)
    last = stage.instruction.line.at(image.start + len(image.text) - 1)
    lines = text.removeprefix("\ufeff").split("\n")
    line = lines[last.line - 1]
    lines[last.line - 1] = f"{line[: last.column]} AS {name}{line[last.column :]}"
    return "\n".join(lines), name


def _stage(text: str, args: Mapping[str, str], target: str | None) -> Stage | None:
    findings, quota = Findings(), Quota()
    instructions = read_instructions(text, "Dockerfile", findings)
    variables = read_globals(instructions, args, findings, quota)
    stages = read_stages(instructions, variables, "Dockerfile", findings, quota)
    return find_stage(stages, target, findings) if stages else None
