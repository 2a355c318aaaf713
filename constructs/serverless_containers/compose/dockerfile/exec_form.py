"""The exec form: ``["executable", "argument"]``.

Source: https://docs.docker.com/reference/dockerfile/#exec-form.
"""

import json
import re

from serverless_containers.compose.dockerfile.instructions import Instruction
from serverless_containers.compose.dockerfile.rules import JSON_FORM, MALFORMED_JSON
from serverless_containers.compose.dockerfile.words import Word
from serverless_containers.findings import Findings

# `[ -f x ]` and `[[ -f x ]]` are commands of the shell; a quote or a word right after the bracket,
# or a comma after the first string, is not.
_MEANT_AS_JSON = re.compile(r"""\[(?![\s\[])|\[\s*(["'])[^"']*\1\s*,""")


def read_exec_form(
    instruction: Instruction, word: Word, findings: Findings
) -> tuple[str, ...] | None:
    """Read a JSON array of strings.

    Args:
        instruction: The instruction, for locations.
        word: The text that may be such an array.
        findings: Where an array of other things is reported.

    Returns:
        The strings; none of them if it is an array that Docker refuses, which has been reported;
        None if it is the shell form.
    """
    if not word.text.startswith("["):
        return None
    try:
        # Typed as object because the array may hold anything.
        array: object = json.loads(word.text)
    except (ValueError, RecursionError):
        return None
    strings = [item for item in array if isinstance(item, str)] if isinstance(array, list) else []
    if not strings or strings != array:
        instruction.report(
            findings,
            JSON_FORM,
            word,
            f"expected an array of one or more strings, got {word.text!r}",
            "put every item in double quotes",
        )
        return ()
    return tuple(strings)


def warn_of_malformed_json(instruction: Instruction, word: Word, findings: Findings) -> None:
    """Report a shell form that was meant as an exec form, as ``['curl', '-f']`` was."""
    if _MEANT_AS_JSON.match(word.text):
        instruction.report(
            findings,
            MALFORMED_JSON,
            word,
            f"{word.text!r} is no JSON array, so Docker has a shell run it as it stands",
            'write ["executable", "argument"] with double quotes and a closing bracket',
        )
