"""HEALTHCHECK.

Source: https://docs.docker.com/reference/dockerfile/#healthcheck. No variable is replaced in it.
"""

from datetime import timedelta

from serverless_containers.compose.dockerfile.exec_form import (
    read_exec_form,
    warn_of_malformed_json,
)
from serverless_containers.compose.dockerfile.instructions import Instruction
from serverless_containers.compose.dockerfile.model import ImageHealthCheck
from serverless_containers.compose.dockerfile.rules import DURATION, HEALTHCHECK, RETRIES
from serverless_containers.compose.dockerfile.words import Word, split_first
from serverless_containers.compose.notation.durations import parse_duration, to_timedelta
from serverless_containers.findings import Findings

_FORMS = "write HEALTHCHECK CMD command, or HEALTHCHECK NONE"
_INT32 = 2**31 - 1


def read_healthcheck(instruction: Instruction, findings: Findings) -> ImageHealthCheck | None:
    """Read a HEALTHCHECK instruction.

    Args:
        instruction: The instruction.
        findings: Where what Docker refuses is reported. A bad option is reported and left out.

    Returns:
        The health check, a shell form as CMD-SHELL; None if there is no telling what is checked.
    """
    arguments = instruction.arguments
    kind, command = split_first(arguments.text, arguments.start)
    match kind.text.upper():
        case "NONE":
            if command.text:
                message = f"NONE takes no arguments, got {command.text!r}"
                instruction.report(findings, HEALTHCHECK, command, message, "remove them")
            return ImageHealthCheck(test=("NONE",), at=instruction.at)
        case "CMD":
            test = _read_test(instruction, command, findings)
        case "":
            message = "HEALTHCHECK says nothing to check"
            instruction.report(findings, HEALTHCHECK, None, message, _FORMS)
            return None
        case _:
            message = f"expected CMD or NONE, got {kind.text!r}"
            instruction.report(findings, HEALTHCHECK, kind, message, _FORMS)
            return None
    health = ImageHealthCheck(
        test=test,
        interval=_duration(instruction, "interval", findings),
        timeout=_duration(instruction, "timeout", findings),
        start_period=_duration(instruction, "start-period", findings),
        start_interval=_duration(instruction, "start-interval", findings),
        retries=_retries(instruction, findings),
        at=instruction.at,
    )
    return health if test else None


def _read_test(instruction: Instruction, command: Word, findings: Findings) -> tuple[str, ...]:
    exec_form = read_exec_form(instruction, command, findings)
    if exec_form is not None:
        return ("CMD", *exec_form) if exec_form else ()
    if not command.text:
        instruction.report(findings, HEALTHCHECK, None, "no command follows CMD", _FORMS)
        return ()
    warn_of_malformed_json(instruction, command, findings)
    return ("CMD-SHELL", command.text)


def _duration(instruction: Instruction, name: str, findings: Findings) -> timedelta | None:
    word = instruction.option(name)
    if word is None:
        return None
    try:
        duration = to_timedelta(parse_duration(word.text, long_units=False))
    except ValueError:
        duration = None
    if duration is None or timedelta() != duration < timedelta(milliseconds=1):
        instruction.report(
            findings,
            DURATION,
            word,
            f"expected --{name} to be 0 or a duration of at least 1ms, got {word.text!r}",
            f"write --{name}=30s or --{name}=1m30s",
        )
        return None
    return duration or None


def _retries(instruction: Instruction, findings: Findings) -> int | None:
    word = instruction.option("retries")
    if word is None:
        return None
    digits = word.text.removeprefix("+")
    # Ten digits hold every 32-bit number; int() refuses thousands of them.
    is_number = digits.isascii() and digits.isdecimal() and len(digits.lstrip("0")) <= 10
    retries = int(digits[-10:]) if is_number else -1
    if not 0 <= retries <= _INT32:
        instruction.report(
            findings,
            RETRIES,
            word,
            f"expected --retries to be a whole number, 0 or more, got {word.text!r}",
            "write --retries=3",
        )
        return None
    return retries or None
