"""FROM: the stages of a Dockerfile, and what each builds on.

Source: https://docs.docker.com/reference/dockerfile/#from,
#understand-how-arg-and-from-interact and #automatic-platform-args-in-the-global-scope.
"""

import re
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from serverless_containers.compose.dockerfile.assignments import read_arg
from serverless_containers.compose.dockerfile.expansion import ExpansionError, expand
from serverless_containers.compose.dockerfile.instructions import Instruction
from serverless_containers.compose.dockerfile.rules import (
    ARGUMENTS,
    BEFORE_FROM,
    NO_STAGE,
    STAGE_NAME,
    UNKNOWN_TARGET,
    UNRESOLVED_VARIABLE,
)
from serverless_containers.compose.dockerfile.words import Word, split_blanks
from serverless_containers.compose.quota import Quota, QuotaError
from serverless_containers.findings import Findings, Location
from serverless_containers.findings.listing import listed

_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]*\Z")
_FARGATE_DEFAULT = {"TARGETPLATFORM": "linux/amd64", "TARGETOS": "linux", "TARGETARCH": "amd64"}
_PLATFORM_ARGS = frozenset(
    f"{side}{part}"
    for side in ("BUILD", "TARGET")
    for part in ("PLATFORM", "OS", "ARCH", "VARIANT")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage.

    Attributes:
        name: Its name in lower case, or empty.
        base: The stage that it builds on, or None for an image.
        image: What its FROM names, variables replaced, or None if they have no value.
        platform: Its ``--platform`` with the variables replaced, or None.
        instruction: Its FROM.
        body: The instructions after it.
    """

    name: str
    base: "Stage | None"
    image: str | None
    platform: str | None
    instruction: Instruction
    body: tuple[Instruction, ...]


def read_globals(
    instructions: Sequence[Instruction],
    args: Mapping[str, str],
    findings: Findings,
    quota: Quota,
) -> dict[str, str]:
    """The values of the ARGs before the first FROM; build arguments come before their defaults."""
    values = {name: args[name] for name in sorted(_PLATFORM_ARGS) if name in args}
    for instruction in instructions:
        if instruction.keyword == "FROM":
            break
        if instruction.keyword != "ARG":
            continue
        for assignment in read_arg(instruction, findings):
            if assignment.name in args:
                values[assignment.name] = args[assignment.name]
            elif assignment.value is not None:
                try:
                    value = expand(assignment.value, values, instruction.escape, quota)
                except QuotaError as error:
                    instruction.stop(findings, error)
                except ExpansionError as error:
                    instruction.report(findings, error.rule, assignment.word, str(error), error.fix)
                else:
                    values[assignment.name] = value.text
    return values


def read_stages(
    instructions: Sequence[Instruction],
    variables: dict[str, str],
    file: str,
    findings: Findings,
    quota: Quota,
) -> tuple[Stage, ...]:
    """Divide a Dockerfile into its stages.

    Args:
        instructions: All of its instructions.
        variables: What ``read_globals`` gave.
        file: The file's name, for an empty one.
        findings: Where stray instructions and bad FROMs are reported.
        quota: What variables may still come to.

    Returns:
        The stages in the order of the file; none if there is no FROM.
    """
    starts = [n for n, found in enumerate(instructions) if found.keyword == "FROM"]
    if not starts:
        at = instructions[0].at if instructions else Location(file, 1, 1)
        fix = "start with FROM and the base image"
        findings.report(NO_STAGE, at, (), "the Dockerfile has no FROM", fix)
        return ()
    for instruction in instructions[: starts[0]]:
        if instruction.keyword != "ARG":
            message = f"{instruction.keyword} stands before the first FROM"
            instruction.report(findings, BEFORE_FROM, None, message, "move it below FROM")
    stages: list[Stage] = []
    named: dict[str, Stage] = {}
    for start, end in zip(starts, [*starts[1:], len(instructions)], strict=True):
        body = tuple(instructions[start + 1 : end])
        stage = _read_stage(
            instructions[start], body, variables, named, findings=findings, quota=quota
        )
        stages.append(stage)
        if stage.name:
            named[stage.name] = stage
    return tuple(stages)


def find_stage(stages: Sequence[Stage], target: str | None, findings: Findings) -> Stage | None:
    """The stage that a build ends with.

    Args:
        stages: The stages, one or more.
        target: Its name in any case, or its index from 0; the last stage if None or empty.
        findings: Where an unknown target is reported.

    Returns:
        The stage, or None if there is no such stage.
    """
    if not target:
        return stages[-1]
    for stage in reversed(stages):
        if stage.name == target.lower():
            return stage
    # More digits than this are no index of any file, and int() refuses thousands of them.
    if target.isascii() and target.isdecimal() and len(target) < 9 and int(target) < len(stages):
        return stages[int(target)]
    known = listed([stage.name or str(index) for index, stage in enumerate(stages)])
    findings.report(
        UNKNOWN_TARGET,
        stages[0].instruction.at,
        (),
        f"the target {target!r} is no stage of the Dockerfile",
        f"its stages are: {known}",
    )
    return None


def _read_stage(
    instruction: Instruction,
    body: tuple[Instruction, ...],
    variables: dict[str, str],
    earlier: Mapping[str, Stage],
    *,
    findings: Findings,
    quota: Quota,
) -> Stage:
    words = split_blanks(instruction.arguments.text, instruction.arguments.start)
    has_name = len(words) == 3 and words[1].text.lower() == "as"
    if len(words) != 1 and not has_name:
        instruction.report(
            findings,
            ARGUMENTS,
            words[1] if len(words) > 1 else None,
            f"expected an image, or an image AS a name, got {instruction.arguments.text!r}",
            "write FROM image, or FROM image AS name; a comment needs a line of its own",
        )
    name = words[2].text.lower() if has_name else ""
    if has_name and not _STAGE_NAME.match(name):
        instruction.report(
            findings,
            STAGE_NAME,
            words[2],
            f"{words[2].text!r} is no name for a stage",
            "start it with a letter; letters, digits, hyphens, _ and dots may follow",
        )
        name = ""
    # Which stage `FROM build-$TARGETARCH` means is the platform's affair; Fargate's default is x86.
    known = ChainMap(variables, _FARGATE_DEFAULT)
    image = _base_image(instruction, words[:1], known, findings, quota)
    return Stage(
        name=name,
        base=earlier.get((image or "").lower()),
        image=image,
        platform=_platform(instruction, variables, findings, quota),
        instruction=instruction,
        body=body,
    )


def _base_image(
    instruction: Instruction,
    words: tuple[Word, ...],
    variables: Mapping[str, str],
    findings: Findings,
    quota: Quota,
) -> str | None:
    for word in words:
        image = _expand(instruction, word, variables, findings, quota)
        if image == "":
            message = f"{word.text!r} names no image"
            fix = "give its variables a value above FROM, as in ARG NAME=value"
            instruction.report(findings, ARGUMENTS, word, message, fix)
        return image or None
    return None


def _platform(
    instruction: Instruction, variables: Mapping[str, str], findings: Findings, quota: Quota
) -> str | None:
    word = instruction.option("platform")
    return _expand(instruction, word, variables, findings, quota) or None if word else None


def _expand(
    instruction: Instruction,
    word: Word,
    variables: Mapping[str, str],
    findings: Findings,
    quota: Quota,
) -> str | None:
    """The word with its variables replaced, or None if it cannot be told."""
    try:
        expansion = expand(word.text, variables, instruction.escape, quota)
    except QuotaError as error:
        instruction.stop(findings, error)
    except ExpansionError as error:
        instruction.report(findings, error.rule, word, str(error), error.fix)
        return None
    unset = [name for name in expansion.unset if name not in _PLATFORM_ARGS]
    if unset:
        instruction.report(
            findings,
            UNRESOLVED_VARIABLE,
            word,
            f"{word.text!r} uses {unset[0]}, which no ARG before the first FROM gives a value",
            f"write ARG {unset[0]}=value above the first FROM",
        )
    return None if len(unset) < len(expansion.unset) else expansion.text
