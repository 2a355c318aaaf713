"""The report on every key that somebody wrote, as findings and as `explain` prints it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from serverless_containers.compose.files import Reader
from serverless_containers.compose.model import Project
from serverless_containers.compose.tree import Trees
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, Sequence
from serverless_containers.findings import Findings, KeyPath, Location, Rule
from serverless_containers.plan import rules
from serverless_containers.plan.support.keys import PROJECT, Keys
from serverless_containers.plan.support.record import KeySupport, Support

_RULES: Mapping[Support, Rule] = {
    Support.APPROXIMATED: rules.KEY_APPROXIMATED,
    Support.LOCAL_ONLY: rules.KEY_LOCAL_ONLY,
    Support.REJECTED: rules.KEY_REJECTED,
}
_RESOLVED = ("env_file", "extends", "label_file")
"""The keys of a service that the reader puts their meaning in the place of."""
_SHARED = ("volumes", "secrets", "configs")
"""The sections of which only what some service uses is deployed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOutcome:
    """The outcome of one key that somebody wrote.

    Attributes:
        at: Where the key stands.
        path: The keys that lead to it.
        support: Its class.
        becomes: The CloudFormation property that it became, or why it became none.
    """

    at: Location
    path: KeyPath
    support: Support
    becomes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _WrittenKey:
    """A key that somebody wrote."""

    record: KeySupport
    at: Location
    path: KeyPath


def check_keys(project: Project, findings: Findings) -> None:
    """Report every key whose meaning changes, or is lost, on Fargate."""
    for found in _walk(project):
        rule = rules.KEY_LEFT_OUT if found.record.is_missed else _RULES.get(found.record.support)
        if rule is not None and not found.record.reported_by:
            findings.report(rule, found.at, found.path, found.record.why, found.record.fix)


def explain(project: Project) -> Iterator[KeyOutcome]:
    """Tell what became of every key of a project, in the order of its files."""
    walked = (*_walk(project), *_resolved_keys(project))
    # What a file says in a key that is resolved may also be what is left of another file's.
    written = {(found.at, found.path): found for found in walked}.values()
    outcomes = [
        KeyOutcome(
            at=found.at,
            path=found.path,
            support=found.record.support,
            becomes=_spelled_out(found.record.becomes, found.path) or found.record.why,
        )
        for found in written
    ]
    if not project.files:
        outcomes += _of_dockerfile(project)
    yield from sorted(outcomes, key=lambda outcome: outcome.at)


def _resolved_keys(project: Project) -> Iterator[_WrittenKey]:
    """The keys that the reader has put something else in the place of, as the files have them."""
    trees = Trees(Reader(project.directory, Findings()))
    records = PROJECT["services"].items
    for file in project.files:
        for document in trees.parse(file) or ():
            yield from _chosen(document.root, (), PROJECT, ("include",))
            services = document.root.get("services")
            if not isinstance(services, MappingNode):
                continue
            for name in services.entries.keys() & project.services.keys():
                yield from _chosen(services.get(name), ("services", name), records, _RESOLVED)


def _chosen(
    node: Node | None, path: KeyPath, records: Keys, names: tuple[str, ...]
) -> Iterator[_WrittenKey]:
    if isinstance(node, MappingNode):
        for found in _keys(node, path, records):
            if found.path[-1] in names:
                yield found


def _of_dockerfile(project: Project) -> Iterator[KeyOutcome]:
    """The outcome of the instructions of a lone Dockerfile that a deployment looks at."""
    for name, service in project.services.items():
        file = service.build.parsed_dockerfile if service.build else None
        if file is None:
            continue
        found = [(file.at, "FROM", "container.Image")]
        found += [(each.at, "EXPOSE", "container.PortMappings") for each in file.exposed]
        if file.healthcheck is not None:
            found.append((file.healthcheck.at, "HEALTHCHECK", "container.HealthCheck"))
        for at, instruction, becomes in found:
            yield KeyOutcome(
                at=at,
                path=(instruction,),
                support=Support.MAPPED,
                becomes=_spelled_out(becomes, ("services", name)),
            )


def _spelled_out(becomes: str, path: KeyPath) -> str:
    """The records' short names as CloudFormation's, with the container that is meant."""
    service = path[1] if path[:1] == ("services",) and len(path) > 1 else "*"
    for short, whole in (
        ("container", f"AWS::ECS::TaskDefinition ContainerDefinitions[{service}]"),
        ("TaskDefinition", "AWS::ECS::TaskDefinition "),
        ("Service", "AWS::ECS::Service "),
    ):
        if becomes.startswith(f"{short}."):
            return f"{whole}{becomes.removeprefix(short)}".replace(" .", " ")
    return becomes


def _walk(project: Project) -> Iterator[_WrittenKey]:
    """Every key that somebody wrote, if it asks for anything and is deployed."""
    if isinstance(project.node, MappingNode):
        yield from _keys(project.node, (), PROJECT)
    for section in _SHARED:
        parts = getattr(project, section)
        for key in parts.keys() & _used(project, section):
            yield from _below(parts[key].node, parts[key].path, PROJECT[section].items)
    for service in project.services.values():
        yield from _below(service.node, service.path, PROJECT["services"].items)


def _used(project: Project, section: str) -> set[str | None]:
    return {
        use.source for service in project.services.values() for use in getattr(service, section)
    }


def _below(node: Node | None, path: KeyPath, records: Keys) -> Iterator[_WrittenKey]:
    """The keys of a mapping, and those below them."""
    if not isinstance(node, MappingNode):
        return
    yield from _keys(node, path, records)
    for name, record in records.items():
        value, place = node.get(name), (*path, name)
        if record.keys:
            yield from _below(value, place, record.keys)
        if not record.items or value is None:
            continue
        entries = value.items() if isinstance(value, MappingNode) else _numbered(value)
        for key, item in entries:
            yield from _below(item, (*place, key), record.items)


def _numbered(node: Node) -> Iterator[tuple[int, Node]]:
    return enumerate(node) if isinstance(node, Sequence) else iter(())


def _keys(node: MappingNode, path: KeyPath, records: Keys) -> Iterator[_WrittenKey]:
    for name, value in node.items():
        record = records.get(name)
        # What the reader filled in has no place in a file, and is nobody's wish.
        if record is None or name not in node.key_marks or _says_nothing(name, value):
            continue
        yield _WrittenKey(record=record, at=node.key_at(name), path=(*path, name))


def _says_nothing(name: str, value: Node) -> bool:
    """Return whether a value asks for no more than there would be without it."""
    if name == "networks" and isinstance(value, MappingNode):
        return tuple(value) == ("default",)
    match value:
        case Scalar(value=content):
            return content in {None, False, ""}
        case Sequence() as items:
            return len(items) == 0
        case MappingNode():
            return len(value) == 0
