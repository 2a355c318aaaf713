"""COPY, ADD and the bind mounts of RUN: what they read of the build's context.

Source: https://docs.docker.com/reference/dockerfile/#copy, #add and #run---mounttypebind.
"""

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence

from serverless_containers.compose.dockerfile.exec_form import read_exec_form
from serverless_containers.compose.dockerfile.expansion import ExpansionError, expand
from serverless_containers.compose.dockerfile.instructions import Instruction
from serverless_containers.compose.dockerfile.model import CopiedPath, PlacedPath
from serverless_containers.compose.dockerfile.stages import Stage, find_stage
from serverless_containers.compose.dockerfile.words import Word, split_quoted
from serverless_containers.findings import Findings

_MOST_PLACED = 1000
"""Paths of one stage that are followed through stages."""
_LONGEST = 8192
"""Characters of two paths, of which Linux has no longer ones."""
_AS_THEY_ARE = frozenset({"from", "chown", "chmod", "link"})
"""The options of COPY and ADD that leave what is copied, and its name, as they are."""


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
    # The last one is the place in the image.
    yield from (word for word in _words(instruction)[:-1] if not word.text.startswith("<<"))


def _words(instruction: Instruction) -> tuple[Word, ...]:
    """The paths of a COPY or an ADD."""
    arguments = instruction.arguments
    listed = read_exec_form(instruction, arguments, Findings())
    if listed is None:
        return tuple(split_quoted(arguments.text, arguments.start, instruction.escape))
    return tuple(Word(item, arguments.start) for item in listed)


def read_placed(
    instruction: Instruction, variables: Mapping[str, str], working_dir: str | None
) -> list[PlacedPath]:
    """Return where an instruction puts what it copies; nothing where that is not certain.

    Args:
        instruction: A COPY or an ADD.
        variables: The variables that have a value there.
        working_dir: The working directory there. None: that of the base image.
    """
    named = {word.text.partition("=")[0].removeprefix("--") for word in instruction.options}
    if not named <= _AS_THEY_ARE:
        return []
    texts = []
    for word in _words(instruction):
        try:
            found = expand(word.text, variables, instruction.escape)
        except ExpansionError:
            return []
        if found.unset or not found.text or "://" in found.text or found.text.startswith("<<"):
            return []
        texts.append(found.text)
    *sources, target = texts or [""]
    if not sources or (working_dir is None and not target.startswith("/")):
        return []
    place = "/" + posixpath.normpath(posixpath.join(working_dir or "/", target)).lstrip("/")
    is_folder = target.endswith(("/", "/.")) or target == "." or len(sources) > 1
    stage = instruction.option("from")
    return [
        PlacedPath(
            source=posixpath.normpath(f"/{source}").lstrip("/"),
            target=place,
            into=is_folder or place == working_dir,
            stage=stage.text if stage is not None else None,
        )
        for source in sources
    ]


def through_stages(
    placed: Sequence[PlacedPath], placed_in: Callable[[str], Sequence[PlacedPath]]
) -> tuple[PlacedPath, ...]:
    """Return the paths of the context alone: those that come through a stage as it has them.

    Args:
        placed: What is put where.
        placed_in: The same of another stage, by its name: paths of the context alone.
    """
    found: dict[PlacedPath, None] = {}
    for each in placed:
        paths = [each] if each.stage is None else _through(each, placed_in(each.stage))
        found.update(
            dict.fromkeys(path for path in paths if len(path.source + path.target) <= _LONGEST)
        )
        if len(found) > _MOST_PLACED:
            break
    return tuple(found)


def _through(placed: PlacedPath, earlier: Sequence[PlacedPath]) -> Iterator[PlacedPath]:
    """The part of the context that is put somewhere of a stage, by way of that stage."""
    source = f"/{placed.source}".rstrip("/")
    for each in earlier:
        above = each.target.rstrip("/")
        if source == above and not each.into:
            yield PlacedPath(source=each.source, target=placed.target, into=placed.into)
        elif source == above or above.startswith(f"{source}/"):
            below = posixpath.join(placed.target, above[len(source) :].lstrip("/"))
            yield PlacedPath(source=each.source, target=posixpath.normpath(below), into=each.into)
        elif source.startswith(f"{above}/"):
            below = posixpath.join(each.source, source[len(above) + 1 :])
            yield PlacedPath(source=below, target=placed.target, into=placed.into)


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
