"""ENV and ARG: names and their values, as written.

Source: https://docs.docker.com/reference/dockerfile/#env, with its alternative syntax, and #arg.
"""

from dataclasses import dataclass

from serverless_containers.compose.dockerfile.instructions import Instruction
from serverless_containers.compose.dockerfile.rules import ARGUMENTS
from serverless_containers.compose.dockerfile.words import Word, split_first, split_quoted
from serverless_containers.findings import Findings

_ENV_FORM = "write ENV NAME=value"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A name and its value, both with quotes, escapes and variables.

    Attributes:
        name: The name.
        value: The value, or None for an ARG without one.
        word: Where it stands.
    """

    name: str
    value: str | None
    word: Word


def read_env(instruction: Instruction, findings: Findings) -> tuple[Assignment, ...]:
    """Read the variables of an ENV instruction, in either syntax."""
    arguments = instruction.arguments
    words = split_quoted(arguments.text, arguments.start, instruction.escape)
    if not words:
        instruction.report(findings, ARGUMENTS, None, "ENV names no variable", _ENV_FORM)
        return ()
    if "=" not in words[0].text:
        name, value = split_first(arguments.text, arguments.start)
        if not value.text:
            message = f"the variable {name.text!r} has no value"
            instruction.report(findings, ARGUMENTS, name, message, _ENV_FORM)
            return ()
        return (Assignment(name.text, value.text, name),)
    return _read_pairs(instruction, words, findings, are_values_required=True)


def read_arg(instruction: Instruction, findings: Findings) -> tuple[Assignment, ...]:
    """Read the variables of an ARG instruction."""
    arguments = instruction.arguments
    words = split_quoted(arguments.text, arguments.start, instruction.escape)
    if not words:
        fix = "write ARG NAME, or ARG NAME=value"
        instruction.report(findings, ARGUMENTS, None, "ARG names no variable", fix)
    return _read_pairs(instruction, words, findings, are_values_required=False)


def _read_pairs(
    instruction: Instruction,
    words: tuple[Word, ...],
    findings: Findings,
    *,
    are_values_required: bool,
) -> tuple[Assignment, ...]:
    assignments = []
    for word in words:
        name, equals, value = word.text.partition("=")
        if not name:
            message = "there is no name before the equals sign"
            instruction.report(
                findings, ARGUMENTS, word, message, f"write {instruction.keyword} NAME=value"
            )
        elif not equals and are_values_required:
            message = "expected NAME=value"
            fix = "put a value that holds blanks in double quotes"
            instruction.report(findings, ARGUMENTS, word, message, fix)
        else:
            assignments.append(Assignment(name, value if equals else None, word))
    return tuple(assignments)
