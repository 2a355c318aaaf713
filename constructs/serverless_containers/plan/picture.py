"""A picture of a plan, from what requests reach to the data, as a flowchart of Mermaid.

Each part has the line of the files that it comes from. Names alone are shown, and no value of a
variable or a secret.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from serverless_containers.compose.model import Project, Service
from serverless_containers.compose.yaml.nodes import MappingNode
from serverless_containers.findings import Location
from serverless_containers.findings.formats import printable
from serverless_containers.plan.decisions import REACHED, ROLES, STORES, sized
from serverless_containers.plan.model import ContainerPlan, TaskPlan, VolumeKind, VolumePlan

_ENTITIES: Final = {'"': "quot", "<": "lt", ">": "gt", "&": "amp", "#": "35", "`": "96"}
"""Signs that a quoted text of Mermaid's has as codes ("Flowcharts - Basic Syntax", Mermaid)."""
_LONGEST = 60
"""Characters of a line in a box, so that a box is no wider than a few others."""
_KINDS: Final[Mapping[str, re.Pattern[str]]] = {
    "Amazon DynamoDB table": re.compile(r"(STORAGE_.+)_(?:NAME|ARN|STREAMARN)"),
    "Amazon S3 bucket": re.compile(r"(STORAGE_.+)_BUCKETNAME"),
    "Amazon Cognito user pool": re.compile(r"(AUTH_.+)_USERPOOLID"),
    "AWS Lambda function": re.compile(r"(FUNCTION_.+)_NAME"),
}
"""The kinds of resources by the variables that name them, as `ResourceAccess` has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBy:
    """A variable that names a resource, which the files say nothing of.

    Attributes:
        variable: The variable's name.
        at: Where it is told.
    """

    variable: str
    at: Location


def draw(project: Project, plan: TaskPlan, resources: Sequence[NamedBy] = ()) -> str:
    """Draw a plan.

    Args:
        project: The canonical model that it is the plan of.
        plan: The plan.
        resources: The variables of resources that are given in code. Default: none.

    Returns:
        The text of a flowchart, which ends with a line break.
    """
    return "".join(f"{line}\n" for line in _Picture(project, plan, resources).lines())


@dataclass(slots=True)
class _Picture:
    project: Project
    plan: TaskPlan
    resources: Sequence[NamedBy]
    ids: dict[str, str] = field(init=False)
    volumes: dict[str, VolumePlan] = field(init=False)

    def __post_init__(self) -> None:
        self.ids = {each.name: f"c{index}" for index, each in enumerate(self.plan.containers)}
        self.volumes = {each.name: each for each in self.plan.volumes}

    def lines(self) -> Iterator[str]:
        yield "flowchart LR"
        if self.plan.entrypoint is not None:
            yield f"  requests([{_text('requests', 'through the ingress')}])"
        size = self.plan.size
        count = self.plan.replicas
        tasks = "a task on Fargate" if count in {None, 1} else f"{count} tasks on Fargate, each"
        name = f"{tasks}: {sized(size.cpu, size.memory_mib)}"
        yield f"  subgraph task [{_text(name, _line(self.project.key_at('services')))}]"
        for each in self.plan.containers:
            yield f"    {self.ids[each.name]}[{_text(*self._container(each))}]"
        yield "  end"
        if self.plan.entrypoint is not None:
            yield f"  requests -->|{_text(f'port {self.plan.port}')}| {self._receiver()}"
        for each in self.plan.services:
            yield from self._waits(each)
        yield from self._volumes()
        yield from self._secrets()
        yield from self._resources()

    def _receiver(self) -> str:
        return next(self.ids[e.name] for e in self.plan.services if e.name == self.plan.entrypoint)

    def _service(self, container: ContainerPlan) -> Service:
        return self.project.services[container.service_name]

    def _key_at(self, section: str, name: str) -> Location | None:
        """The place of a name in a section; None where the files have none."""
        node = self.project.node
        found = node.get(section) if isinstance(node, MappingNode) else None
        return found.key_at(name) if isinstance(found, MappingNode) and name in found else None

    def _container(self, container: ContainerPlan) -> Iterator[str]:
        if container.service_name not in self.project.services:
            yield container.name
            yield ROLES.get(container.role, "")
            return
        service = self._service(container)
        yield container.service_name
        build = container.build
        if build is None:
            yield container.image or ""
        else:
            yield f"built from {self._shown(build.context) if build.is_local else build.context}"
        for copy in container.copies:
            yield f"with {copy.target}"
        yield _line(self._key_at("services", service.name))

    def _shown(self, path: str) -> str:
        relative = os.path.relpath(path, self.project.directory)
        return relative if relative.startswith(".") else f"./{relative}"

    def _waits(self, container: ContainerPlan) -> Iterator[str]:
        for name, condition in container.depends_on:
            if name in {each.name for each in self.plan.services}:
                waiting = (
                    f"{self.ids[container.name]} -.->|{_text(f'starts {REACHED[condition]}')}|"
                )
                yield f"  {waiting} {self.ids[name]}"

    def _volumes(self) -> Iterator[str]:
        """The volumes that services of the files mount, each once, and who mounts them."""
        drawn: dict[str, str] = {}
        for container in self.plan.services:
            service = self._service(container)
            for mount in container.mounts:
                volume = self.volumes.get(mount.volume)
                said = next((each for each in service.volumes if each.target == mount.path), None)
                if volume is None or said is None:
                    continue
                if volume.name not in drawn:
                    drawn[volume.name] = f"v{len(drawn)}"
                    text = _text(volume.name, _kind(volume), _line(said.at()))
                    yield f"  {drawn[volume.name]}[({text})]"
                label = f"{mount.path}, read-only" if mount.read_only else mount.path
                yield f"  {self.ids[container.name]} -->|{_text(label)}| {drawn[volume.name]}"

    def _secrets(self) -> Iterator[str]:
        for index, (key, secret) in enumerate(self.plan.secrets.items()):
            at = self._key_at("secrets", key)
            text = _text(secret.name, STORES[secret.store], _line(at))
            yield f"  s{index}[/{text}/]"
            for container in self.plan.containers:
                names = [name for name, source in container.secrets.items() if source == key]
                if names:
                    yield f"  s{index} -->|{_text(', '.join(names))}| {self.ids[container.name]}"

    def _resources(self) -> Iterator[str]:
        """The resources, each with the variables that every container finds it by."""
        found: dict[tuple[str, str], list[NamedBy]] = {}
        for each in self.resources:
            kind, name = _resource(each.variable)
            found.setdefault((kind, name), []).append(each)
        for index, ((kind, _), variables) in enumerate(found.items()):
            names = [each.variable for each in variables]
            yield f"  r{index}[({_text(kind, *names, _line(variables[0].at))})]"
            yield f"  task --> r{index}"


def _resource(variable: str) -> tuple[str, str]:
    """The kind of the resource that a variable names, and what its other variables begin with."""
    for kind, pattern in _KINDS.items():
        if match := pattern.fullmatch(variable):
            return kind, match[1]
    return "a resource", variable


def _kind(volume: VolumePlan) -> str:
    match volume.kind:
        case VolumeKind.EFS:
            return "Amazon EFS"
        case VolumeKind.EXTERNAL_EFS:
            return f"Amazon EFS {volume.file_system_id}"
        case VolumeKind.SCRATCH:
            return "the task's disk"


def _line(at: Location | None) -> str:
    return f"{at.file}:{at.line}" if at else ""


def _text(*lines: str) -> str:
    """Text for a box or an arrow, a line for each that is not empty."""
    return '"' + "<br/>".join(_escaped(line) for line in lines if line) + '"'


def _escaped(text: str) -> str:
    shown = printable(text).replace("\n", " ")
    if len(shown) > _LONGEST:
        shown = f"{shown[: _LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"
    return "".join(f"#{_ENTITIES[each]};" if each in _ENTITIES else each for each in shown)
