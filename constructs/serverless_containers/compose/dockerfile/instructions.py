"""The instructions of a Dockerfile, still with their arguments as written.

Source: https://docs.docker.com/reference/dockerfile/#overview, #here-documents and #onbuild.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from serverless_containers.compose.dockerfile.expansion import ExpansionError, expand, split_raw
from serverless_containers.compose.dockerfile.lines import Line, LineReader
from serverless_containers.compose.dockerfile.rules import (
    HEREDOC,
    ONBUILD,
    OPTION,
    UNKNOWN_INSTRUCTION,
)
from serverless_containers.compose.dockerfile.words import Word, split_first, split_options
from serverless_containers.compose.quota import QuotaError, StoppedError
from serverless_containers.compose.rules import TOO_LARGE
from serverless_containers.findings import Findings, Location, Rule
from serverless_containers.spelling import nearest

KEYWORDS = (
    *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK"),
    *("LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
)
"""Every instruction of the reference."""

_OPTIONS: dict[str, tuple[str, ...]] = {
    "ENV": (),
    "EXPOSE": (),
    "FROM": ("platform",),
    "HEALTHCHECK": ("interval", "timeout", "start-period", "start-interval", "retries"),
    "SHELL": (),
    "USER": (),
    "WORKDIR": (),
}
"""The options of the instructions that are read. Those of the others are none of our business."""

_HEREDOC = re.compile(r"\d*<<(-?)\s*([^<]+)\Z")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    Attributes:
        keyword: Its name in capitals.
        line: The line that it stands on.
        start: Where the keyword starts in the line's text.
        options: The ``--name=value`` words before the arguments, unquoted.
        arguments: The rest as written, without blanks around it.
        escape: The escape character of the file.
        trigger: For ONBUILD: the instruction that it triggers, or None if it has none.
    """

    keyword: str
    line: Line
    start: int
    options: tuple[Word, ...]
    arguments: Word
    escape: str
    trigger: "Instruction | None" = None

    @property
    def at(self) -> Location:
        """The place of the keyword."""
        return self.line.at(self.start)

    def report(
        self, findings: Findings, rule: Rule, word: Word | None, message: str, fix: str = ""
    ) -> None:
        """Report a finding at a word of this instruction, or at its keyword if there is none."""
        at = self.line.at(word.start) if word and word.text else self.at
        findings.report(rule, at, (self.keyword,), message, fix)

    def stop(self, findings: Findings, error: QuotaError) -> NoReturn:
        """Report that the file asks for too much here, and end reading it.

        Raises:
            StoppedError: Always.
        """
        findings.report(TOO_LARGE, self.at, (self.keyword,), str(error), error.fix)
        raise StoppedError

    def option(self, name: str) -> Word | None:
        """The value of an option, or None where it was not given or is empty."""
        for word in self.options:
            key, _, value = word.text.partition("=")
            if key == f"--{name}" and value:
                return Word(value, word.start)
        return None


def read_instructions(text: str, file: str, findings: Findings) -> tuple[Instruction, ...]:
    """Split a Dockerfile into its instructions. What is no instruction is reported and left out."""
    reader = LineReader(text, file, findings)
    instructions = []
    while line := reader.next_line():
        instruction = _read(line, Word(line.text, 0), reader.escape, findings)
        if instruction is None:
            continue
        instructions.append(instruction)
        for opening, delimiter, strip_tabs in _heredocs(instruction):
            if not reader.skip_heredoc(delimiter, strip_tabs=strip_tabs):
                instruction.report(
                    findings,
                    HEREDOC,
                    opening,
                    f"the here-document {opening.text} has no end",
                    f"add a line that holds only {delimiter}",
                )
    return tuple(instructions)


def _read(line: Line, words: Word, escape: str, findings: Findings) -> Instruction | None:
    name, rest = split_first(words.text, words.start)
    keyword = name.text.upper()
    if keyword not in KEYWORDS:
        near = nearest(keyword, KEYWORDS)
        findings.report(
            UNKNOWN_INSTRUCTION,
            line.at(name.start),
            (),
            f"unknown instruction {name.text!r}",
            f"did you mean {near}?" if near else f"expected one of {', '.join(KEYWORDS)}",
        )
        return None
    options, arguments = split_options(rest.text, rest.start, escape)
    trigger = None
    if keyword == "ONBUILD" and arguments.text:
        trigger = _read_trigger(line, arguments, escape, findings)
    instruction = Instruction(keyword, line, name.start, options, arguments, escape, trigger)
    _check_options(instruction, findings)
    return instruction


def _read_trigger(
    line: Line, arguments: Word, escape: str, findings: Findings
) -> Instruction | None:
    name, _ = split_first(arguments.text, arguments.start)
    if name.text.upper() in ("ONBUILD", "FROM", "MAINTAINER"):
        findings.report(
            ONBUILD,
            line.at(name.start),
            ("ONBUILD",),
            f"ONBUILD cannot trigger {name.text.upper()}",
            "remove the line",
        )
        return None
    return _read(line, arguments, escape, findings)


def _check_options(instruction: Instruction, findings: Findings) -> None:
    allowed = _OPTIONS.get(instruction.keyword)
    # `HEALTHCHECK NONE` takes any option without a look at it.
    is_none = instruction.keyword == "HEALTHCHECK" and instruction.arguments.text.upper() == "NONE"
    if allowed is None or is_none:
        return
    seen = set[str]()
    for word in instruction.options:
        flag, equals, _ = word.text.partition("=")
        if flag.removeprefix("--") not in allowed:
            names = ", ".join(f"--{name}" for name in allowed)
            fix = f"the options are {names}" if allowed else "it has no options"
            instruction.report(findings, OPTION, word, f"unknown option {flag!r}", fix)
        elif not equals:
            fix = f"write {flag}=…, without a blank"
            instruction.report(findings, OPTION, word, f"the option {flag} has no value", fix)
        elif flag in seen:
            message = f"the option {flag} is given twice"
            instruction.report(findings, OPTION, word, message, "keep one of them")
        seen.add(flag)


def _heredocs(instruction: Instruction) -> Iterator[tuple[Word, str, bool]]:
    """The here-documents that a line opens: where, its delimiter, and whether tabs are ignored."""
    trigger = instruction.trigger
    reads_heredocs = (trigger or instruction).keyword in ("ADD", "COPY", "RUN")
    if not reads_heredocs or "<<" not in instruction.line.text:
        return
    try:
        words = split_raw(instruction.line.text)
    except ExpansionError:
        # A line with an open quote opens no here-document.
        return
    for word in words:
        if match := _HEREDOC.match(word.text):
            try:
                delimiter = expand(match[2], {}, "\\").words
            except ExpansionError:
                continue
            if len(delimiter) == 1:
                yield word, delimiter[0].text, bool(match[1])
