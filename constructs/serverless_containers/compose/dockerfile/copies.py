"""COPY, ADD and the bind mounts of RUN: what they read of the build's context.

Source: https://docs.docker.com/reference/dockerfile/#copy, #add and #run---mounttypebind.
"""

from collections.abc import Iterator, Mapping, Sequence

from serverless_containers.compose.dockerfile.exec_form import read_exec_form
from serverless_containers.compose.dockerfile.expansion import ExpansionError, expand
from serverless_containers.compose.dockerfile.instructions import Instruction
from serverless_containers.compose.dockerfile.model import CopiedPath
from serverless_containers.compose.dockerfile.stages import Stage, find_stage
from serverless_containers.compose.dockerfile.words import Word, split_quoted
from serverless_containers.findings import Findings


def read_copied(instruction: Instruction, variables: Mapping[str, str]) -> list[CopiedPath]:
    """The paths of the context that an instruction names.

    One that needs a variable without a value is left out, as is what comes from elsewhere: a stage,
    another context, an address, a here-document.

    Args:
        instruction: The instruction.
        variables: The variables that have a value there.
    """
    copied = []
    for word in _sources(instruction):
        try:
            found = expand(word.text, variables, instruction.escape)
        except ExpansionError:
            continue
        if found.unset or not found.text or "://" in found.text or found.text.startswith("git@"):
            continue
        at = instruction.line.at(word.start)
        copied.append(CopiedPath(keyword=instruction.keyword, path=found.text, at=at))
    return copied


def _sources(instruction: Instruction) -> Iterator[Word]:
    if instruction.keyword == "RUN":
        for word, mount in _mounts(instruction):
            if mount.get("type", "bind") == "bind" and "from" not in mount:
                yield Word(mount.get("source") or mount.get("src") or "", word.start)
        return
    if instruction.option("from") is not None:
        return
    arguments = instruction.arguments
    listed = read_exec_form(instruction, arguments, Findings())
    if listed is None:
        words = split_quoted(arguments.text, arguments.start, instruction.escape)
    else:
        words = tuple(Word(item, arguments.start) for item in listed)
    # The last one is the place in the image.
    yield from (word for word in words[:-1] if not word.text.startswith("<<"))


def _mounts(instruction: Instruction) -> Iterator[tuple[Word, Mapping[str, str]]]:
    for word in instruction.options:
        name, _, value = word.text.partition("=")
        if name == "--mount":
            parts = (part.partition("=") for part in value.split(","))
            yield word, {key.strip().lower(): text for key, _, text in parts}


def stages_copied_from(wanted: Stage, stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """The stages that a stage, and those that it builds on, copy from.

    Those that one of them builds on are left out: it starts with what they did.

    Args:
        wanted: The stage that is built.
        stages: All stages of the file.
    """
    # By identity: stages that read alike are not one.
    found = {id(wanted): wanted}
    todo = [wanted]
    while todo:
        stage = todo.pop()
        needed = [stage.base] if stage.base is not None else []
        for name in _names_copied_from(stage):
            other = find_stage(stages, name, Findings())
            needed += [other] if other is not None else []
        for each in needed:
            if id(each) not in found:
                found[id(each)] = each
                todo.append(each)
    covered = {id(each.base) for each in found.values() if each.base is not None}
    return tuple(each for each in found.values() if each is not wanted and id(each) not in covered)


def _names_copied_from(stage: Stage) -> Iterator[str]:
    for instruction in stage.body:
        if instruction.keyword in ("ADD", "COPY") and (word := instruction.option("from")):
            yield word.text
        elif instruction.keyword == "RUN":
            yield from (mount["from"] for _, mount in _mounts(instruction) if mount.get("from"))
