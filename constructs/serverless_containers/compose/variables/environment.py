"""The variables and labels of a service: its files, under what the service says itself."""

from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path

from serverless_containers.compose import limits, rules
from serverless_containers.compose.files import Reader, exists, find_template
from serverless_containers.compose.messages import COPY_TEMPLATE, variable
from serverless_containers.compose.notation.go import show
from serverless_containers.compose.quota import StoppedError
from serverless_containers.compose.variables.dotenv import DotenvError, read_dotenv, read_raw
from serverless_containers.compose.variables.template import Lookup
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Mark,
    Node,
    Scalar,
    Sequence,
    replaced,
    text_at,
    value_of,
    without,
)
from serverless_containers.findings import KeyPath, Location

_FORMATS = {"": read_dotenv, ".env": read_dotenv, "raw": read_raw}


def resolve_service(
    service: MappingNode, path: KeyPath, variables: Mapping[str, str], reader: Reader
) -> MappingNode:
    """Put the files of variables and labels in the place where they count.

    Args:
        service: A canonical service.
        path: Where it is.
        variables: The variables of the project.
        reader: Reads the files.
    """
    changes: dict[str, Node] = {}
    environment = _environment(service, path, variables, reader)
    if environment is not None:
        changes["environment"] = environment
    labels = _labels(service, path, reader)
    if labels is not None:
        changes["labels"] = labels
    resolved = replaced(service, changes)
    for key in ("env_file", "label_file"):
        if key in resolved:
            resolved = without(resolved, key)
    return resolved


def environment_files(service: MappingNode) -> tuple[Path, ...]:
    """The files of variables that a canonical service names."""
    files = service.get("env_file")
    items = files.items if isinstance(files, Sequence) else ()
    paths = (value_of(each.get("path")) for each in items if isinstance(each, MappingNode))
    return tuple(Path(str(path)) for path in paths if path)


def _environment(
    service: MappingNode, path: KeyPath, variables: Mapping[str, str], reader: Reader
) -> MappingNode | None:
    given = service.get("environment")
    files = service.get("env_file")
    if given is None and files is None:
        return None
    own = _own(given, (*path, "environment"), reader)
    values: dict[str, str] = {}
    for name, node in own.items():
        value = node.value if isinstance(node, Scalar) else None
        if value is not None:
            values[name] = show(value)
        elif name in variables:
            values[name] = variables[name]
            own[name] = text_at(values[name], node.mark)

    own_values = dict(values)

    def look(name: str) -> str | None:
        found = variables.get(name)
        return own_values.get(name) if found is None else found

    marks = {name: node.mark for name, node in own.items()}
    for index, file in enumerate(files if isinstance(files, Sequence) else ()):
        if isinstance(file, MappingNode):
            known = len(values)
            where = (*path, "env_file", index)
            _read_file(file, where, values, look, reader)
            # New names stand at the end.
            for name in islice(reversed(values), len(values) - known):
                marks[name] = file.mark
            reader.count_values(len(values) - known, file.at, where)
    entries: dict[str, Node] = {name: text_at(value, marks[name]) for name, value in values.items()}
    entries.update(own)
    mark = given.mark if given is not None else service.mark
    keys = given.key_marks if isinstance(given, MappingNode) else {}
    return MappingNode(entries, mark, {**marks, **keys})


def _own(given: Node | None, path: KeyPath, reader: Reader) -> dict[str, Node]:
    if isinstance(given, MappingNode):
        return dict(given.entries)
    own: dict[str, Node] = {}
    for index, item in enumerate(given if isinstance(given, Sequence) else ()):
        written = show(item.value) if isinstance(item, Scalar) else ""
        name, equals, value = written.partition("=")
        if name and name[-1].isspace():
            reader.findings.report(
                rules.INVALID_VALUE,
                item.at,
                (*path, index),
                f"a space after {variable(name.rstrip())}",
                'write "NAME=…"',
            )
        own[name] = text_at(value, item.mark) if equals else Scalar(None, item.mark)
    return own


def _read_file(
    file: MappingNode, path: KeyPath, values: dict[str, str], look: Lookup, reader: Reader
) -> None:
    name, required, form = (value_of(file.get(key)) for key in ("path", "required", "format"))
    location = Path(str(name))
    if required is False and not exists(location):
        return
    if not exists(location):
        reader.findings.report(
            rules.ENV_FILE_MISSING,
            file.at,
            path,
            f"{reader.shown(location)} does not exist",
            _way_out(location, reader),
        )
        return
    read = _FORMATS.get(str(form or ""))
    if read is None:
        reader.findings.report(
            rules.INVALID_VALUE,
            file.at,
            (*path, "format"),
            f"expected the format raw or none, got {form!r}",
            "write `format: raw`, or leave it out",
        )
        return
    content = reader.read(location, file.at, path, most=limits.LARGEST_VARIABLES)
    if content is None:
        return
    try:
        read(content, values, look, reader.quota)
    except DotenvError as error:
        report_dotenv(error, reader.shown(location), path, reader)


def _way_out(missing: Path, reader: Reader) -> str:
    template = find_template(missing)
    if template is None:
        return "create it, or mark it `required: false`"
    shown = reader.shown(missing.parent / template.name)
    return (
        f"{COPY_TEMPLATE} {shown} to {reader.shown(missing)}, and fill in its values, or mark it "
        "`required: false`"
    )


def report_dotenv(error: DotenvError, shown: str, path: KeyPath, reader: Reader) -> None:
    """Report a line of a file of variables.

    Raises:
        StoppedError: If the line asks for too much: none that comes after it is read.
    """
    at = Location(shown, error.line, 1)
    reader.findings.report(error.rule, at, path, error.message, error.fix)
    if error.rule is rules.TOO_LARGE:
        raise StoppedError


def _labels(service: MappingNode, path: KeyPath, reader: Reader) -> MappingNode | None:
    files = service.get("label_file")
    if not isinstance(files, Sequence):
        return None
    values: dict[str, str] = {}
    marks: dict[str, Mark] = {}
    for index, file in enumerate(files):
        entries: dict[str, Node] = {"path": file, "required": Scalar(value=True, mark=file.mark)}
        found: dict[str, str] = {}
        known = dict(values)
        item = MappingNode(entries, file.mark)
        _read_file(item, (*path, "label_file", index), found, known.get, reader)
        values.update(found)
        marks.update(dict.fromkeys(found, file.mark))
    labels: dict[str, Node] = {name: text_at(value, marks[name]) for name, value in values.items()}
    given = service.get("labels")
    for name, node in _own(given, (*path, "labels"), reader).items():
        value = node.value if isinstance(node, Scalar) else None
        labels[name] = text_at(show(value), node.mark)
    return MappingNode(labels, given.mark if given is not None else service.mark)


def resolve_environment(
    root: MappingNode, variables: Mapping[str, str], reader: Reader
) -> MappingNode:
    """Give variables that are named in a list without a value the one that they have here.

    Args:
        root: A canonical tree.
        variables: The variables that have a value.
        reader: Counts what they come to.

    Raises:
        StoppedError: If they come to too much; it has been reported.
    """

    def service(node: MappingNode) -> MappingNode:
        environment = node.get("environment")
        if not isinstance(environment, Sequence):
            return node
        items = tuple(_with_value(item, variables, reader) for item in environment)
        return replaced(node, {"environment": Sequence(items, environment.mark)})

    return _each_service(root, service)


def _with_value(node: Node, variables: Mapping[str, str], reader: Reader) -> Node:
    name = node.value if isinstance(node, Scalar) else None
    if type(name) is not str or name not in variables:
        return node
    reader.count_text(len(variables[name]), node.at)
    return text_at(f"{name}={variables[name]}", node.mark)


def _each_service(root: MappingNode, change: Callable[[MappingNode], MappingNode]) -> MappingNode:
    services = root.get("services")
    if not isinstance(services, MappingNode):
        return root
    changes = {}
    for name, service in services.items():
        if isinstance(service, MappingNode):
            new = change(service)
            if new is not service:
                changes[name] = new
    return replaced(root, {"services": replaced(services, changes)}) if changes else root
