"""Record of a Compose key: what each phase of the reader does with the value under it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from serverless_containers.compose.keys.casts import Cast
from serverless_containers.compose.keys.expansions import Expand
from serverless_containers.compose.keys.identities import Identity
from serverless_containers.compose.keys.merging import Merge
from serverless_containers.compose.keys.paths import Resolve
from serverless_containers.compose.keys.steps import Step
from serverless_containers.compose.keys.values import OMIT, Conversion, Convert, Json
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Sequence
from serverless_containers.findings import KeyPath

Keys: TypeAlias = "Mapping[str, Key]"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a Compose file. Its shape stands in the schema, which is generated.

    Attributes:
        value: Makes the value that is printed and that the model is made of. Default: it is not
            printed.
        cast: Makes text a number or a boolean, as it is where a variable is put in its place.
            Default: text stays text.
        expand: Makes the short form long. Default: there is one form.
        merge: Puts the value of a later file onto this one. Default: mappings merge, lists append,
            and a single value replaces.
        unique: What two items of a list have in common that stand for the same thing: the later
            takes the place of the earlier. Default: every item stands for itself.
        default: Fills in what is missing once all files are merged. Default: nothing.
        path: Makes a path absolute. Default: the value is no path.
        keys: The records of the keys of a mapping, in the order in which they are printed.
        every: The record of each value of a mapping with names of the user.
        item: The record of each item of a list.
    """

    value: Convert | None = None
    cast: Cast | None = None
    expand: Expand | None = None
    merge: "Merge | None" = None
    unique: Identity | None = None
    default: Callable[[Node], Node] | None = None
    path: Resolve | None = None
    keys: "Keys | None" = None
    every: "Key | None" = None
    item: "Key | None" = None

    @property
    def convert(self) -> Convert:
        """The conversion of a key that is printed.

        Raises:
            TypeError: If it is not.
        """
        if self.value is None:
            raise TypeError("this key is not printed")
        return self.value


def struct(
    keys: Keys,
    *,
    always: Mapping[str, Json] | None = None,
    keeps_null: bool = False,
    **others: Any,  # noqa: ANN401  # the other fields of Key
) -> Key:
    """Return the record of a mapping with known keys.

    Args:
        keys: Their records, in the order in which they are printed.
        always: What is printed of those that are missing. Default: nothing.
        keeps_null: Whether null is printed. Default: it is left out.
        others: Fields of the record.
    """
    missing = always or {}
    fields = {key: record.value for key, record in keys.items() if record.value is not None}

    def convert(node: Node, path: KeyPath, conversion: Conversion) -> Json:
        if not isinstance(node, MappingNode):
            return None if keeps_null else OMIT
        entries = node.entries
        result: dict[str, Json] = {}
        for key, field in fields.items():
            if key in entries:
                value = field(entries[key], (*path, key), conversion)
                if value is not OMIT:
                    result[key] = value
                elif key in missing:
                    result[key] = missing[key]
            elif key in missing:
                result[key] = missing[key]
        return result

    return Key(convert, keys=keys, **others)


def list_of(item: Key, **others: Any) -> Key:  # noqa: ANN401  # the other fields of Key
    """Return the record of a list, which is not printed when it is empty."""
    field = item.convert

    def convert(node: Node, path: KeyPath, conversion: Conversion) -> Json:
        if not isinstance(node, Sequence):
            return OMIT
        return [
            field(each, (*path, node.number(at)), conversion) for at, each in enumerate(node.items)
        ] or OMIT

    return Key(convert, item=item, **others)


def map_of(every: Key, **others: Any) -> Key:  # noqa: ANN401  # the other fields of Key
    """Return the record of a mapping with names of the user.

    It is printed sorted, and not at all when it is empty.
    """
    field = every.convert

    def convert(node: Node, path: KeyPath, conversion: Conversion) -> Json:
        if not isinstance(node, MappingNode) or not node.entries:
            return OMIT
        return {
            key: field(node.entries[key], (*path, key), conversion) for key in sorted(node.entries)
        }

    return Key(convert, every=every, **others)


def steps(
    record: Key, field: str, make: Callable[[Any], Any] = lambda given: given
) -> Step[Any] | None:
    """Take what one phase does out of a record and of those below it.

    Args:
        record: The record.
        field: The field that says what the phase does.
        make: Makes a function of what stands there. Default: it is the function.

    Returns:
        The step; None where there is nothing to do.
    """
    given = getattr(record, field)
    keys = {
        key: step
        for key, below in (record.keys or {}).items()
        if (step := steps(below, field, make)) is not None
    }
    every = None if record.every is None else steps(record.every, field, make)
    item = None if record.item is None else steps(record.item, field, make)
    if given is None and not keys and every is None and item is None:
        return None
    return Step(None if given is None else make(given), keys or None, every, item)
