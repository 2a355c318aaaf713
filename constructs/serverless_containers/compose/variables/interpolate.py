"""Variables in a tree: values only, never keys; before files are merged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from serverless_containers.compose import rules
from serverless_containers.compose.files import Reader
from serverless_containers.compose.messages import is_private
from serverless_containers.compose.notation.go import to_boolean, to_float, to_integer
from serverless_containers.compose.quota import QuotaError
from serverless_containers.compose.variables.template import (
    RequiredVariableError,
    TemplateError,
    counted,
    substitute,
)
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Plain, Scalar, Sequence
from serverless_containers.findings import KeyPath

Table: TypeAlias = Mapping[str, "Cast | Table"]
Cast: TypeAlias = Callable[[str], Plain]


def _to_target(text: str) -> int:
    return to_integer(text)


_UPDATE: Table = {"parallelism": to_integer, "max_failure_ratio": to_float}
_LIMIT: Table = {"hard": to_integer, "soft": to_integer}
_EXTERNAL: Table = {"*": {"external": to_boolean}}

# What a variable yields is text. Where Compose wants a number or a boolean it is made one, and so
# is text that was quoted. A list stands for each of its items, "*" for every key.
_CASTS: Table = {
    "services": {
        "*": {
            **dict.fromkeys(
                (
                    "cpu_count",
                    "cpu_period",
                    "cpu_quota",
                    "cpu_rt_period",
                    "cpu_rt_runtime",
                    "cpu_shares",
                    "oom_score_adj",
                    "pids_limit",
                    "scale",
                ),
                to_integer,
            ),
            **dict.fromkeys(("cpu_percent", "cpus"), to_float),
            **dict.fromkeys(
                ("init", "oom_kill_disable", "privileged", "read_only", "stdin_open", "tty"),
                to_boolean,
            ),
            "deploy": {
                "replicas": to_integer,
                "update_config": _UPDATE,
                "rollback_config": _UPDATE,
                "restart_policy": {"max_attempts": to_integer},
                "placement": {"max_replicas_per_node": to_integer},
            },
            "healthcheck": {"retries": to_integer, "disable": to_boolean},
            "ports": {"[]": {"target": _to_target}},
            "ulimits": {"*": {"": to_integer, **_LIMIT}},
            "volumes": {"[]": {"read_only": to_boolean, "volume": {"nocopy": to_boolean}}},
        }
    },
    "networks": {
        "*": dict.fromkeys(
            ("external", "internal", "attachable", "enable_ipv4", "enable_ipv6"), to_boolean
        )
    },
    "volumes": _EXTERNAL,
    "secrets": _EXTERNAL,
    "configs": _EXTERNAL,
}


def interpolate(root: MappingNode, variables: Mapping[str, str], reader: Reader) -> MappingNode:
    """Put values in place of variables.

    Args:
        root: A file's tree.
        variables: The variables.
        reader: Holds the findings, and what the values may still take. A value with a problem stays
            as it is written.

    Raises:
        StoppedError: If the values are too long; it has been reported.
    """
    work = _Interpolation(variables, reader)
    entries = {key: work.node(value, key) for key, value in root.entries.items()}
    filled = MappingNode(entries, root.mark, root.key_marks)
    cast = work.cast(filled, _CASTS, ())
    return cast if isinstance(cast, MappingNode) else filled


@dataclass(slots=True)
class _Interpolation:
    variables: Mapping[str, str]
    reader: Reader
    path: list[str | int] = field(default_factory=list)

    def node(self, node: Node, key: str | int) -> Node:
        """A value, with every variable in it replaced. What holds none is given back as it is."""
        kind = type(node)
        if kind is Scalar:
            value = node.value  # type: ignore[union-attr]
            if type(value) is str and "$" in value:
                return self._scalar(node, value, key)  # type: ignore[arg-type]
            return node
        self.path.append(key)
        changed = False
        if kind is Sequence:
            items = []
            for index, item in enumerate(node.items):  # type: ignore[arg-type, union-attr]
                new = self.node(item, index)
                changed = changed or new is not item
                items.append(new)
            result: Node = Sequence(tuple(items), node.mark) if changed else node
        else:
            entries = {}
            for name, item in node.entries.items():  # type: ignore[union-attr]
                new = self.node(item, name)
                changed = changed or new is not item
                entries[name] = new
            result = MappingNode(entries, node.mark, node.key_marks) if changed else node  # type: ignore[union-attr]
        self.path.pop()
        return result

    def _scalar(self, node: Scalar, value: str, key: str | int) -> Scalar:
        def unset(name: str) -> None:
            self.reader.findings.report(
                rules.VARIABLE_NOT_SET,
                node.at,
                (*self.path, key),
                f"the variable {name} is not set; an empty string is put in its place",
                f"set {name}, or write ${{{name}:-}} for an empty string",
            )

        try:
            new = substitute(value, counted(self.variables.get, self.reader.quota), unset)
        except QuotaError as error:
            self.reader.stop(error, node.at, (*self.path, key))
        except TemplateError:
            self.reader.findings.report(
                rules.INVALID_INTERPOLATION,
                node.at,
                (*self.path, key),
                "no variable after a $"
                + ("" if is_private((*self.path, key)) else f" in {value!r}"),
                "write $$ for a dollar sign",
            )
            return node
        except RequiredVariableError as error:
            reason = f": {error.reason}" if error.reason else ""
            self.reader.findings.report(
                rules.REQUIRED_VARIABLE,
                node.at,
                (*self.path, key),
                f"the variable {error.name} has no value{reason}",
                f"set {error.name} in the environment or in the .env file",
            )
            return node
        return Scalar(new, node.mark, node.text, quoted=True)

    def cast(self, node: Node, table: "Cast | Table", path: KeyPath) -> Node | None:
        """A value whose texts are turned into the numbers and booleans that their keys want.

        None for one that cannot be: it has been reported, and is left out.
        """
        if isinstance(node, Scalar):
            cast = table.get("") if isinstance(table, Mapping) else table
            return self._cast_scalar(node, cast, path) if callable(cast) else node
        if not isinstance(table, Mapping):
            return node
        if isinstance(node, Sequence):
            below = table.get("[]")
            if below is None:
                return node
            items = (self.cast(item, below, (*path, at)) for at, item in enumerate(node))
            return Sequence(tuple(item for item in items if item is not None), node.mark)
        return self._cast_mapping(node, table, path)

    def _cast_mapping(self, node: MappingNode, table: Table, path: KeyPath) -> MappingNode:
        changes: dict[str, Node] = {}
        dropped: set[str] = set()
        every = table.get("*")
        for key in node.entries if every is not None else node.entries.keys() & table.keys():
            item = node.entries[key]
            new = self.cast(item, every if every is not None else table[key], (*path, key))
            if new is None:
                dropped.add(key)
            elif new is not item:
                changes[key] = new
        if not changes and not dropped:
            return node
        entries = {**node.entries, **changes}
        kept = {key: value for key, value in entries.items() if key not in dropped}
        return MappingNode(kept, node.mark, node.key_marks)

    def _cast_scalar(self, node: Scalar, cast: Cast, path: KeyPath) -> Scalar | None:
        if type(node.value) is not str:
            return node
        try:
            value = cast(node.value)
        except ValueError as error:
            self.reader.findings.report(
                rules.INVALID_VALUE,
                node.at,
                path,
                f"expected {error}, got {node.value!r}",
                "correct the value, or its variable",
            )
            # A port needs a target: any stands in for one that cannot be read.
            return Scalar(1, node.mark, node.text) if cast is _to_target else None
        if cast is to_boolean and node.value.lower() not in {"true", "false"}:
            shown = "true" if value else "false"
            self.reader.findings.report(
                rules.OLD_BOOLEAN,
                node.at,
                path,
                f"expected true or false, got {node.value!r}",
                f"write {shown}",
            )
        return Scalar(value, node.mark, node.text, node.quoted)
