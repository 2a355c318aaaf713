"""Paths that COPY, ADD and the mkdir of RUN make in an image, wherever their content comes from.

Source: https://docs.docker.com/reference/dockerfile/#copy, #add and #run---shell-and-exec-form.
"""

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from serverless_containers.compose.dockerfile.exec_form import read_exec_form
from serverless_containers.compose.dockerfile.expansion import ExpansionError, expand
from serverless_containers.compose.dockerfile.instructions import Instruction
from serverless_containers.compose.dockerfile.model import FilledPath
from serverless_containers.compose.dockerfile.words import split_quoted
from serverless_containers.findings import Findings

_BETWEEN = re.compile(r"&&|\|\||[;|\n]")
"""The operators between the commands of a shell."""
_MOST_FOLDERS = 100
"""Folders of one instruction that are looked at."""


def read_filled(
    instruction: Instruction, variables: Mapping[str, str], working_dir: str | None
) -> list[FilledPath]:
    """Return the paths that an instruction makes in the image; those alone that are certain.

    Args:
        instruction: A COPY, an ADD or a RUN.
        variables: The variables that have a value there.
        working_dir: The working directory there. None: that of the base image.
    """
    texts = _made(instruction) if instruction.keyword == "RUN" else _target(instruction)
    found = []
    for text in texts:
        try:
            expansion = expand(text, variables, instruction.escape)
        except ExpansionError:
            continue
        path = expansion.text
        if expansion.unset or not path or (working_dir is None and not path.startswith("/")):
            continue
        found.append(
            FilledPath(
                keyword=instruction.keyword,
                path="/" + posixpath.normpath(posixpath.join(working_dir or "/", path)).lstrip("/"),
                at=instruction.at,
            )
        )
    return found


def _target(instruction: Instruction) -> list[str]:
    """The path at which a COPY or an ADD puts something."""
    arguments = instruction.arguments
    listed = read_exec_form(instruction, arguments, Findings())
    words: Sequence[str] = (
        [each.text for each in split_quoted(arguments.text, arguments.start, instruction.escape)]
        if listed is None
        else listed
    )
    return list(words[-1:]) if len(words) > 1 else []


def _made(instruction: Instruction) -> list[str]:
    """The folders that the shell of a RUN makes before it goes to another folder."""
    found: list[str] = []
    for command in _BETWEEN.split(instruction.arguments.text):
        try:
            words = shlex.split(command, comments=True)
        except ValueError:
            # A quotation mark whose other one is behind an operator.
            continue
        if words[:1] in (["cd"], ["pushd"]):
            break
        if words[:1] == ["mkdir"]:
            found += _folders(words[1:])
        if len(found) > _MOST_FOLDERS:
            break
    return found[:_MOST_FOLDERS]


def _folders(words: Sequence[str]) -> Iterator[str]:
    """The folders among the words after mkdir; of several in braces, the one that they are in."""
    follows_mode = False
    for word in words:
        if follows_mode or word.startswith("-"):
            follows_mode = word in ("-m", "--mode")
        elif not re.search(r"[`*?(<>&]", word):
            yield word.partition("{")[0] if "${" not in word else word
