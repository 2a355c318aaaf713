"""Evaluation of the instructions of a stage, and of the stages that it builds on.

Source: https://docs.docker.com/reference/dockerfile/, the section of each instruction.
"""

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from serverless_containers.compose.dockerfile.assignments import Assignment, read_arg, read_env
from serverless_containers.compose.dockerfile.copies import read_copied, read_placed
from serverless_containers.compose.dockerfile.exec_form import read_exec_form
from serverless_containers.compose.dockerfile.expansion import Expansion, ExpansionError, expand
from serverless_containers.compose.dockerfile.filled import read_filled
from serverless_containers.compose.dockerfile.healthcheck import read_healthcheck
from serverless_containers.compose.dockerfile.instructions import Instruction
from serverless_containers.compose.dockerfile.model import (
    CopiedPath,
    Dockerfile,
    ExposedPort,
    FilledPath,
    ImageHealthCheck,
    PlacedPath,
)
from serverless_containers.compose.dockerfile.ports import read_exposed
from serverless_containers.compose.dockerfile.rules import ARGUMENTS, JSON_FORM
from serverless_containers.compose.dockerfile.stages import Stage
from serverless_containers.compose.dockerfile.words import Word, split_quoted
from serverless_containers.compose.quota import Quota, QuotaError
from serverless_containers.findings import Findings

_DEFAULT_SHELL = ("/bin/sh", "-c")


@dataclass(slots=True)
class _Image:
    """The image so far.

    ``variables`` is what a variable reference sees: ENV and ARG, the later of the two winning;
    ``arguments`` are the names of the stage's ARGs.
    """

    exposed: dict[tuple[int, int, str], ExposedPort] = field(default_factory=dict)
    healthcheck: ImageHealthCheck | None = None
    shell: tuple[str, ...] = _DEFAULT_SHELL
    user: str | None = None
    working_dir: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    arguments: set[str] = field(default_factory=set)
    platform: str | None = None
    copied: list[CopiedPath] = field(default_factory=list)
    placed: list[PlacedPath] = field(default_factory=list)
    filled: list[FilledPath] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)


def with_bases(stage: Stage) -> list[Stage]:
    """A stage and those that it builds on, the last of which builds on none of the file."""
    chain = [stage]
    while chain[-1].base is not None:
        chain.append(chain[-1].base)
    return chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluator:
    """Carries instructions out.

    Attributes:
        args: The build arguments that have a value.
        defaults: The values of the ARGs before the first FROM.
        findings: Where what Docker refuses is reported.
        quota: What variables may still come to.
    """

    args: Mapping[str, str]
    defaults: Mapping[str, str]
    findings: Findings
    quota: Quota

    def evaluate(self, stage: Stage) -> Dockerfile:
        """The image of a stage."""
        chain = with_bases(stage)
        image = _Image(platform=chain[-1].platform)
        if chain[-1].instruction.arguments.text.lower().split()[:1] == ["scratch"]:
            image.working_dir = "/"
        triggers: tuple[Instruction, ...] = ()
        for link in reversed(chain):
            # A stage starts with the environment of its base, over what ARGs made of it there.
            for name in image.arguments & image.environment.keys():
                image.variables[name] = image.environment[name]
            image.arguments.clear()
            for instruction in (*triggers, *link.body):
                self._apply(instruction, image)
            triggers = tuple(found.trigger for found in link.body if found.trigger is not None)
        return Dockerfile(
            exposed=tuple(image.exposed.values()),
            healthcheck=_with_shell(image.healthcheck, image.shell),
            user=image.user,
            working_dir=image.working_dir,
            environment=image.environment,
            platform=image.platform,
            base_image=chain[-1].image,
            copied=tuple(image.copied),
            placed=tuple(image.placed),
            filled=tuple(image.filled),
            volumes=tuple(dict.fromkeys(image.volumes)),
            at=stage.instruction.at,
        )

    def check(self, instructions: Iterable[Instruction]) -> None:
        """Report what Docker refuses before it knows which stages a build needs."""
        for instruction in instructions:
            match instruction.keyword:
                case "ENV":
                    read_env(instruction, self.findings)
                case "ARG":
                    read_arg(instruction, self.findings)
                case "HEALTHCHECK":
                    read_healthcheck(instruction, self.findings)
                case "SHELL":
                    self._shell(instruction)
                case _:
                    pass

    def _apply(self, instruction: Instruction, image: _Image) -> None:
        match instruction.keyword:
            case "ARG":
                for assignment in read_arg(instruction, self.findings):
                    self._declare(instruction, assignment, image)
            case "ADD" | "COPY" | "RUN":
                self._copy(instruction, image)
            case "ENV":
                self._set_environment(instruction, image)
            case "EXPOSE":
                for port in read_exposed(instruction, image.variables, self.findings, self.quota):
                    image.exposed.setdefault((port.first, port.last, port.protocol), port)
            case "HEALTHCHECK":
                image.healthcheck = (
                    read_healthcheck(instruction, self.findings) or image.healthcheck
                )
            case "SHELL":
                image.shell = self._shell(instruction) or image.shell
            case "USER":
                image.user = self._argument(instruction, image) or None
            case "VOLUME":
                image.volumes += self._volumes(instruction, image)
            case "WORKDIR":
                path = self._argument(instruction, image)
                image.working_dir = _join(image.working_dir, path)
            case _:
                pass

    def _copy(self, instruction: Instruction, image: _Image) -> None:
        image.copied += read_copied(instruction, image.variables)
        image.filled += read_filled(instruction, image.variables, image.working_dir)
        if instruction.keyword != "RUN":
            image.placed += read_placed(instruction, image.variables, image.working_dir)

    def _declare(self, instruction: Instruction, assignment: Assignment, image: _Image) -> None:
        name = assignment.name
        image.arguments.add(name)
        value: str | None
        if name in self.args:
            value = self.args[name]
        elif assignment.value is None:
            value = self.defaults.get(name)
        else:
            expansion = self._expand(instruction, assignment.word, assignment.value, image)
            if expansion is None or expansion.unset:
                image.variables.pop(name, None)
                return
            value = expansion.text
        if value is not None:
            image.variables[name] = value

    def _set_environment(self, instruction: Instruction, image: _Image) -> None:
        values: dict[str, str | None] = {}
        for assignment in read_env(instruction, self.findings):
            name = self._expand(instruction, assignment.word, assignment.name, image)
            value = self._expand(instruction, assignment.word, assignment.value or "", image)
            if name is not None and not name.unset:
                is_known = value is not None and not value.unset
                values[name.text] = value.text if value is not None and is_known else None
        # One value for each variable throughout the instruction: all are read before any is set.
        for key, text in values.items():
            if text is None:
                image.environment.pop(key, None)
                image.variables.pop(key, None)
            else:
                image.environment[key] = image.variables[key] = text

    def _argument(self, instruction: Instruction, image: _Image) -> str | None:
        """The single argument of an instruction, or None if it cannot be told."""
        word = instruction.arguments
        if not word.text:
            message = f"{instruction.keyword} has no argument"
            fix = f"write {instruction.keyword} and its value"
            instruction.report(self.findings, ARGUMENTS, None, message, fix)
            return None
        expansion = self._expand(instruction, word, word.text, image)
        return None if expansion is None or expansion.unset else expansion.text

    def _volumes(self, instruction: Instruction, image: _Image) -> list[str]:
        """The absolute paths of VOLUME."""
        word = instruction.arguments
        listed = read_exec_form(instruction, word, Findings())
        words = (
            split_quoted(word.text, word.start, instruction.escape)
            if listed is None
            else tuple(Word(item, word.start) for item in listed)
        )
        quiet = replace(self, findings=Findings())
        found = (quiet._expand(instruction, each, each.text, image) for each in words)  # noqa: SLF001  # its own class
        paths = (_join(image.working_dir, each.text) for each in found if each and not each.unset)
        return [path for path in paths if path is not None]

    def _shell(self, instruction: Instruction) -> tuple[str, ...] | None:
        word = instruction.arguments
        shell = read_exec_form(instruction, word, self.findings)
        if shell is None:
            message = f"expected a JSON array of strings, got {word.text!r}"
            fix = 'write SHELL ["/bin/bash", "-c"]'
            instruction.report(self.findings, JSON_FORM, word, message, fix)
        return shell

    def _expand(
        self, instruction: Instruction, word: Word, text: str, image: _Image
    ) -> Expansion | None:
        try:
            return expand(text, image.variables, instruction.escape, self.quota)
        except QuotaError as error:
            instruction.stop(self.findings, error)
        except ExpansionError as error:
            instruction.report(self.findings, error.rule, word, str(error), error.fix)
            return None


def _join(base: str | None, path: str | None) -> str | None:
    """A WORKDIR after another one; None where the base image decides."""
    if path is None or (base is None and not path.startswith("/")):
        return None
    # A second slash at the start means something to POSIX, and nothing to Docker.
    return "/" + posixpath.normpath(posixpath.join(base or "/", path)).lstrip("/")


def _with_shell(
    healthcheck: ImageHealthCheck | None, shell: tuple[str, ...]
) -> ImageHealthCheck | None:
    """Name the image's own shell in a shell form, for ECS would take ``/bin/sh``.

    Docker runs it with the image's SHELL, wherever in the Dockerfile that stands:
    https://github.com/moby/moby/blob/master/daemon/health.go.
    """
    if healthcheck is None or healthcheck.test[0] != "CMD-SHELL" or shell == _DEFAULT_SHELL:
        return healthcheck
    return replace(healthcheck, test=("CMD", *shell, *healthcheck.test[1:]))
