"""Variables in a tree: values only, never keys; before files are merged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from serverless_containers.compose import rules
from serverless_containers.compose.files import Reader
from serverless_containers.compose.keys import PROJECT
from serverless_containers.compose.keys.casts import casting
from serverless_containers.compose.keys.record import steps
from serverless_containers.compose.keys.steps import Step, transform
from serverless_containers.compose.messages import COPY_TEMPLATE, is_private, not_set
from serverless_containers.compose.quota import QuotaError
from serverless_containers.compose.variables.template import (
    RequiredVariableError,
    TemplateError,
    counted,
    substitute,
)
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, Sequence

_CASTS = steps(PROJECT, "cast", casting) or Step()


def interpolate(root: MappingNode, variables: Mapping[str, str], reader: Reader) -> MappingNode:
    """Put values in place of variables, and make text a number or a boolean where one is wanted.

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
    cast = transform(filled, _CASTS, (), reader.findings)
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
                not_set(name),
                self._way_out(name, f", or write ${{{name}:-}} for an empty string"),
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
                self._way_out(error.name, ", or in a file that --env-file names"),
            )
            return node
        return Scalar(new, node.mark, node.text, quoted=True)

    def _way_out(self, name: str, otherwise: str) -> str:
        """The advice about a variable without a value: of a template, where that names it."""
        template = self.reader.template
        if template is not None and name in template.names:
            return f"{COPY_TEMPLATE} {template.name} to .env, and fill in its values"
        return f"give {name} a value in .env{otherwise}"
