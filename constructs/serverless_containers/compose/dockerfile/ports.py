"""EXPOSE.

Source: https://docs.docker.com/reference/dockerfile/#expose. Ranges, and a host's address and port
before the container's, are not on that page; BuildKit reads them as ``docker run --publish`` does,
and warns of the latter (https://docs.docker.com/reference/build-checks/expose-invalid-format/).
"""

from collections.abc import Iterator, Mapping

from serverless_containers.compose.dockerfile.expansion import ExpansionError, expand
from serverless_containers.compose.dockerfile.instructions import Instruction
from serverless_containers.compose.dockerfile.model import ExposedPort
from serverless_containers.compose.dockerfile.rules import (
    ARGUMENTS,
    EXPOSE_MAPPING,
    EXPOSE_PORT,
    EXPOSE_PROTOCOL,
    UNRESOLVED_VARIABLE,
)
from serverless_containers.compose.dockerfile.words import Word, split_blanks
from serverless_containers.compose.quota import Quota, QuotaError
from serverless_containers.findings import Findings

_PROTOCOLS = ("tcp", "udp", "sctp")


def read_exposed(
    instruction: Instruction, variables: Mapping[str, str], findings: Findings, quota: Quota
) -> Iterator[ExposedPort]:
    """Read the ports of an EXPOSE instruction.

    Args:
        instruction: The instruction.
        variables: The variables that have a value there.
        findings: Where each port is reported that cannot be told or is none.
        quota: What variables may still come to.

    Yields:
        The ports and ranges in the order in which they are written.
    """
    arguments = instruction.arguments
    if not arguments.text:
        message = "EXPOSE names no port"
        instruction.report(findings, ARGUMENTS, None, message, "write EXPOSE 8080")
    for word in split_blanks(arguments.text, arguments.start):
        if word.text.startswith("#"):
            instruction.report(
                findings,
                EXPOSE_PORT,
                word,
                f"expected a port between 1 and 65535, got {word.text!r}",
                "put the comment on a line of its own",
            )
            return
        try:
            expansion = expand(word.text, variables, instruction.escape, quota)
        except QuotaError as error:
            instruction.stop(findings, error)
        except ExpansionError as error:
            instruction.report(findings, error.rule, word, str(error), error.fix)
            continue
        if expansion.unset:
            _report_unset(instruction, word, expansion.unset, findings)
            continue
        for spec in expansion.words:
            if port := _read_port(instruction, Word(spec.text, word.start), findings):
                yield port


def _report_unset(
    instruction: Instruction, word: Word, unset: tuple[str, ...], findings: Findings
) -> None:
    name = unset[0]
    instruction.report(
        findings,
        UNRESOLVED_VARIABLE,
        word,
        f"{word.text!r} has no known value: no ARG, build argument or ENV gives {name} one",
        f"write ${{{name}:-8080}}, or ARG {name}=8080 above it",
    )


def _read_port(instruction: Instruction, word: Word, findings: Findings) -> ExposedPort | None:
    host, colon, container = word.text.rpartition(":")
    ports, _, protocol = container.partition("/")
    if protocol.lower() not in ("", *_PROTOCOLS):
        instruction.report(
            findings,
            EXPOSE_PROTOCOL,
            word,
            f"expected the protocol tcp, udp or sctp, got {protocol!r}",
            f"write {ports}/tcp",
        )
        return None
    low, dash, high = ports.partition("-")
    first = _port_number(low)
    last = _port_number(high) if dash else first
    if first is None or last is None or first > last:
        instruction.report(
            findings,
            EXPOSE_PORT,
            word,
            f"expected a port between 1 and 65535, or a range from low to high, got {word.text!r}",
            "write EXPOSE 8080, or EXPOSE 8000-8010",
        )
        return None
    if colon:
        instruction.report(
            findings,
            EXPOSE_MAPPING,
            word,
            f"the host part {host!r} of {word.text!r} has no meaning in a Dockerfile",
            f"write EXPOSE {container}",
        )
    return ExposedPort(
        first=first,
        last=last,
        protocol=protocol.lower() or "tcp",
        at=instruction.line.at(word.start),
    )


def _port_number(text: str) -> int | None:
    digits = text.removeprefix("+").lstrip("0")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 5):
        return None
    return int(digits) if int(digits) <= 65535 else None
