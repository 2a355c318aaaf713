"""Reads what `cdk synth` wrote: which stacks, for which account and region."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from serverless_containers.local.failure import LocalError
from serverless_containers.local.processes.commands import (
    METADATA,
    Commands,
    ProcessCommand,
    read_commands,
)

SOURCES: Final = "serverless-containers:sources"
"""The type of the metadata that holds the folders that a task is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack of a CDK app.

    Attributes:
        path: Its place in the app, by which the CDK CLI selects it: ``dev/Api``.
        name: CloudFormation's name for it.
        account: Its account, or None if the app leaves it open.
        region: Its region, or None if the app leaves it open.
        template: The file of its template.
        processes: The processes in place of its containers, where the app was asked for them.
        sources: The folders that its tasks are made of, in the same case.
    """

    path: str
    name: str
    template: Path
    account: str | None
    region: str | None
    processes: Commands = field(default_factory=dict)
    sources: frozenset[str] = frozenset()


def stacks_of(assembly: Path) -> Iterator[Stack]:
    """Every stack, those of stages included."""
    manifest = json.loads((assembly / "manifest.json").read_text())
    for name, artifact in manifest.get("artifacts", {}).items():
        properties = artifact.get("properties", {})
        if artifact["type"] == "cdk:cloud-assembly":
            yield from stacks_of(assembly / properties["directoryName"])
        elif artifact["type"] == "aws:cloudformation:stack":
            metadata = _metadata(assembly, artifact)
            account, _, region = artifact["environment"].removeprefix("aws://").partition("/")
            yield Stack(
                path=artifact.get("displayName", name).partition(" (")[0],
                name=properties.get("stackName", name),
                template=assembly / properties["templateFile"],
                account=None if account == "unknown-account" else account,
                region=None if region == "unknown-region" else region,
                processes=_processes(metadata),
                sources=frozenset(
                    folder
                    for each in metadata
                    if each["type"] == SOURCES
                    for folder in each["data"]
                ),
            )


def _metadata(assembly: Path, artifact: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Read the metadata of a stack, which may stand in a file of its own."""
    metadata = dict(artifact.get("metadata") or {})
    if name := artifact.get("additionalMetadataFile"):
        metadata |= json.loads((assembly / name).read_text())
    return tuple(each for entries in metadata.values() for each in entries)


def _processes(metadata: Iterable[Mapping[str, Any]]) -> Commands:
    found: dict[str, Mapping[str, ProcessCommand | None]] = {}
    for each in metadata:
        if each["type"] == METADATA:
            found |= read_commands(each["data"])
    return found


def default_pattern(stacks: Iterable[Stack], environment: str) -> str:
    """The stacks of an environment, or all where the app has no stage of that name."""
    if any(stack.path.startswith(f"{environment}/") for stack in stacks):
        return f"{environment}/**"
    return "**"


def select(stacks: Iterable[Stack], pattern: str) -> tuple[Stack, ...]:
    """The stacks that the CDK CLI selects by this pattern.

    Raises:
        LocalError: If there are none.
    """
    stacks = tuple(stacks)
    expression = re.compile(
        "".join(
            {"**": ".*", "*": "[^/]*"}.get(part, re.escape(part))
            for part in re.split(r"(\*\*|\*)", pattern)
        )
    )
    selected = tuple(
        stack
        for stack in stacks
        if expression.fullmatch(stack.path) or expression.fullmatch(stack.name)
    )
    if not selected:
        names = ", ".join(sorted(stack.path for stack in stacks)) or "none"
        raise LocalError(f"no stack matches {pattern!r}; the app's stacks: {names}")
    return selected


def has_pipeline(stack: Stack) -> bool:
    """Return whether a stack has a pipeline, whose build then runs."""
    return '"AWS::CodePipeline::Pipeline"' in stack.template.read_text()


def with_neighbours(selected: Iterable[Stack], stacks: Iterable[Stack]) -> Iterator[Stack]:
    """Return these stacks and those that may be deployed along: others of their stages or app."""
    stages = {stack.path.rpartition("/")[0] for stack in selected}
    return (stack for stack in stacks if stack.path.rpartition("/")[0] in stages)


def account_of(stacks: Iterable[Stack], default: str) -> str:
    """The account that all of these stacks belong to.

    Raises:
        LocalError: If there are several: the emulator's account is the caller's.
    """
    accounts = sorted({stack.account for stack in stacks if stack.account})
    if len(accounts) > 1:
        raise LocalError(
            f"these stacks belong to several accounts ({', '.join(accounts)}): "
            "select those of one with --stacks"
        )
    return accounts[0] if accounts else default


def regions_of(stacks: Iterable[Stack], default: str) -> tuple[str, ...]:
    """The regions of these stacks."""
    return tuple(sorted({stack.region or default for stack in stacks}))
