"""Values of the canonical model, made of nodes.

Each converter gives :data:`OMIT` for what `docker compose config` does not print: nothing, zero,
and emptiness. What is printed as text and is none (durations, sizes, modes, hosts) has a type
of its own, which knows its text: the model is made of the value, and what is printed of the text.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from serverless_containers.compose import rules
from serverless_containers.compose.messages import variable
from serverless_containers.compose.notation import durations, sizes
from serverless_containers.compose.notation.go import (
    shortest_float32,
    show,
    to_boolean,
    to_float,
    to_integer,
)
from serverless_containers.compose.notation.shellwords import split_words
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Node,
    Plain,
    Scalar,
    Sequence,
    Timestamp,
    value_of,
)
from serverless_containers.findings import Findings, KeyPath

Json: TypeAlias = "Plain | list[Json] | dict[str, Json]"


class Duration(int):
    """A length of time in nanoseconds."""

    __slots__ = ()

    def printed(self) -> str:
        """Return it as Go writes it."""
        return durations.show_duration(self)


class Size(int):
    """An amount of memory in bytes."""

    __slots__ = ()

    def printed(self) -> str:
        """Return its digits."""
        return int.__repr__(self)


class FileMode(int):
    """The permissions of a file."""

    __slots__ = ()

    def printed(self) -> str:
        """Return it in octal, after a zero."""
        return f"0{self:o}"


class Hosts(dict[str, Json]):
    """Addresses by the name of their host, both sorted."""

    __slots__ = ()

    def printed(self) -> list[Json]:
        """Return a list of ``name=address``."""
        return [
            f"{name}={address}"
            for name, addresses in self.items()
            for address in (addresses if isinstance(addresses, list) else ())
        ]


class Agents(dict[str, Json]):
    """Keys of a build by their names, with a path or None for the agent's own."""

    __slots__ = ()

    def printed(self) -> list[Json]:
        """Return a sorted list of ``name``, or ``name=path``."""
        return [f"{name}={self[name]}" if self[name] else name for name in sorted(self)]


class _Omit(str):
    __slots__ = ()


OMIT: Final = _Omit()
"""Stands for a field that is not printed."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """Conversion of nodes, which reports a value that cannot be converted."""

    findings: Findings

    def fail(self, node: Node, path: KeyPath, message: str, fix: str = "") -> _Omit:
        """Report a value that cannot be converted."""
        self.findings.report(rules.INVALID_VALUE, node.at, path, message, fix)
        return OMIT


Convert: TypeAlias = Callable[[Node, KeyPath, Conversion], Json]


def plain(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """A tree as it is: what an extension holds."""
    if isinstance(node, Scalar):
        value = node.value
        if isinstance(value, float) and not math.isfinite(value):
            return conversion.fail(node, path, f"expected a finite number, got {node.text}")
        if isinstance(value, float) and value == int(value) and abs(value) < 1e21:
            return int(value)  # as Go prints it
        return str(value) if isinstance(value, Timestamp) else value
    if isinstance(node, Sequence):
        return [plain(item, (*path, index), conversion) for index, item in enumerate(node.items)]
    return {key: plain(node.entries[key], (*path, key), conversion) for key in sorted(node.entries)}


def text(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """Text; a number becomes text, and nothing is left out."""
    if not isinstance(node, Scalar):
        return conversion.fail(node, path, "expected text")
    value = node.value
    if type(value) is str:
        return value or OMIT
    if value is None:
        return OMIT
    if type(value) is int:
        return str(value)
    return conversion.fail(node, path, f"expected text, got {node.text}", f'write "{node.text}"')


def _boolean(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    if isinstance(node, Scalar):
        value = node.value
        if value is None or type(value) is bool:
            return OMIT if value is None else value
        if type(value) is str:
            try:
                return to_boolean(value)
            except ValueError:
                pass
    return conversion.fail(
        node, path, f"expected true or false, got {_written(node)}", "write true or false"
    )


def given_boolean(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """A boolean that is printed whenever it is given."""
    return _boolean(node, path, conversion)


def boolean(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """A boolean that is printed when it is true."""
    value = _boolean(node, path, conversion)
    return value if value is True else OMIT


def given_integer(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """A whole number that is printed whenever it is given. A fraction is cut off."""
    if isinstance(node, Scalar):
        value = node.value
        if value is None:
            return OMIT
        if type(value) is int:
            return value
        if type(value) is float and abs(value) < 1 << 63:
            return int(value)
        if type(value) is str:
            try:
                return to_integer(value)
            except ValueError:
                pass
    return conversion.fail(
        node, path, f"expected a whole number, got {_written(node)}", "write a whole number"
    )


def integer(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """A whole number that is printed unless it is zero."""
    return given_integer(node, path, conversion) or OMIT


def given_count(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """A number of things: not below zero, and printed whenever it is given."""
    if isinstance(node, Scalar) and type(node.value) is str:
        # Where variables are welcome, the text was made a number before.
        return conversion.fail(
            node, path, f"expected a number without quotes, got {node.value!r}", "remove the quotes"
        )
    value = given_integer(node, path, conversion)
    if type(value) is int and value < 0:
        return conversion.fail(
            node, path, f"expected no less than 0, got {value}", "write 0 or more"
        )
    return value


def count(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """A number of things that is printed unless it is zero."""
    return given_count(node, path, conversion) or OMIT


def number(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """A number of 32 bits, which is printed unless it is zero."""
    value = node.value if isinstance(node, Scalar) else None
    if value is None and isinstance(node, Scalar):
        return OMIT
    if type(value) is str:
        try:
            value = to_float(value)
        except ValueError:
            value = None
    if type(value) in {int, float}:
        short = shortest_float32(float(value))  # type: ignore[arg-type]
        if short - short == 0:
            return (int(short) if short == int(short) else short) or OMIT
    return conversion.fail(node, path, f"expected a number, got {_written(node)}", "write a number")


def size(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """An amount of memory that is printed unless it is zero."""
    if isinstance(node, Scalar):
        value = node.value
        if type(value) is int:
            return Size(value) if value else OMIT
        if type(value) is str:
            try:
                parsed = sizes.parse_size(value)
            except ValueError:
                return conversion.fail(
                    node, path, f"expected an amount of memory, got {value!r}", sizes.FIX
                )
            return Size(parsed) if parsed else OMIT
        if type(value) is float:
            # Docker Compose reads a fraction of bytes as nothing, without a word.
            return OMIT
    return OMIT


def given_duration(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """A length of time that is printed whenever it is given."""
    if not isinstance(node, Scalar) or node.value is None:
        return OMIT
    written = show(node.value)
    try:
        return Duration(durations.parse_duration(written))
    except ValueError as error:
        return conversion.fail(
            node, path, f"expected a duration, got {written!r} ({error})", durations.FIX
        )


def duration(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """A length of time that is printed unless it is zero."""
    value = given_duration(node, path, conversion)
    return OMIT if value == 0 else value


def mode(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """A file mode: text in octal, or a number."""
    if isinstance(node, Scalar):
        value = node.value
        if value is None:
            return OMIT
        if type(value) is int:
            return FileMode(value)
        if type(value) is str and value.strip("+-").isdigit():
            try:
                return FileMode(int(value, 8))
            except ValueError:
                pass
    return conversion.fail(
        node, path, f"expected a file mode in octal, got {_written(node)}", 'write "0440"'
    )


def device_count(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """A number of devices, or all of them."""
    if isinstance(node, Scalar) and isinstance(node.value, str) and node.value.lower() == "all":
        return -1
    return integer(node, path, conversion)


def _written(node: Node) -> str:
    if not isinstance(node, Scalar):
        return "a list or a mapping"
    return repr(node.value) if isinstance(node.value, str) else node.text or "nothing"


def texts(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """A list of texts; one text is a list of one."""
    return given_texts(node, path, conversion) or OMIT


def given_texts(node: Node, path: KeyPath, conversion: Conversion) -> list[Json]:
    """A list of texts, which may be empty."""
    if isinstance(node, Scalar):
        return [node.value] if type(node.value) is str else []
    if not isinstance(node, Sequence):
        return []
    values: list[Json] = []
    for index, item in enumerate(node.items):
        value = item.value if isinstance(item, Scalar) else None
        if type(value) is str:
            values.append(value)
        elif (shown := text(item, (*path, index), conversion)) is not OMIT:
            values.append(shown)
        else:
            values.append("")
    return values


def shown_texts(node: Node, _path: KeyPath, _conversion: Conversion) -> Json:
    """A list of texts and numbers, all printed as text."""
    if isinstance(node, Scalar):
        return [show(node.value)]
    if not isinstance(node, Sequence):
        return OMIT
    return [show(item.value) for item in node.items if isinstance(item, Scalar)] or OMIT


def command(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """A command: nothing keeps the image's, an empty one clears it."""
    if isinstance(node, Sequence):
        return given_texts(node, path, conversion)
    value = node.value if isinstance(node, Scalar) else None
    if type(value) is not str:
        return None
    try:
        split = split_words(value)
    except ValueError as error:
        conversion.fail(node, path, f"expected a command, got {value!r} ({error})", "write a list")
        return None
    if split.dropped:
        conversion.findings.report(
            rules.COMMAND_CUT_SHORT,
            node.at,
            path,
            f"{split.dropped!r} is dropped: a command is not run by a shell",
            f'write ["sh", "-c", "{value}"]' if '"' not in value else "write a list for sh -c",
        )
    return list(split.words)


def health_test(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """The test of a health check: text is for a shell."""
    if isinstance(node, Scalar):
        return ["CMD-SHELL", node.value] if type(node.value) is str else OMIT
    return texts(node, path, conversion)


def _pairs(node: Node) -> list[tuple[str, Plain]]:
    """The names and values of a mapping, or of a list of ``name=value``."""
    if isinstance(node, MappingNode):
        return [
            (key, value.value if isinstance(value, Scalar) else None)
            for key, value in node.entries.items()
        ]
    pairs: list[tuple[str, Plain]] = []
    for item in node.items if isinstance(node, Sequence) else ():
        name, equals, value = show(item.value if isinstance(item, Scalar) else None).partition("=")
        pairs.append((name, value if equals else None))
    return pairs


def mapping(node: Node, _path: KeyPath, _conversion: Conversion) -> Json:
    """Names with text, where nothing is empty text."""
    return {name: show(value) for name, value in sorted(_pairs(node), key=_first)} or OMIT


def texts_by_name(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """Names with text, where a whole number becomes text and no other value can."""
    if not isinstance(node, MappingNode):
        return OMIT
    result: dict[str, Json] = {}
    for name in sorted(node.entries):
        value = text(node.entries[name], (*path, name), conversion)
        result[name] = "" if value is OMIT else value
    return result or OMIT


def variables(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """Names with text or nothing."""
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            written = show(item.value if isinstance(item, Scalar) else None)
            name = written.partition("=")[0]
            if name and name[-1].isspace():
                conversion.fail(
                    item,
                    (*path, index),
                    f"a space after {variable(name.rstrip())}",
                    'write "NAME=…"',
                )
    return {
        name: None if value is None else show(value)
        for name, value in sorted(_pairs(node), key=_first)
    } or OMIT


def _first(pair: tuple[str, Plain]) -> str:
    return pair[0]


def option_lists(node: Node, _path: KeyPath, _conversion: Conversion) -> Json:
    """Names with lists of texts."""
    if not isinstance(node, MappingNode):
        return OMIT
    options: dict[str, Json] = {}
    for key in sorted(node.entries):
        value = node.entries[key]
        items = value.items if isinstance(value, Sequence) else (value,)
        if shown := [show(item.value) for item in items if isinstance(item, Scalar)]:
            options[key] = list(shown)
    return options or OMIT


def hosts(node: Node, path: KeyPath, conversion: Conversion) -> Json:
    """Additional hosts."""
    known: dict[str, list[str]] = {}
    if isinstance(node, MappingNode):
        for key, value in node.entries.items():
            addresses = value.items if isinstance(value, Sequence) else (value,)
            known[key] = [show(item.value) for item in addresses if isinstance(item, Scalar)]
    for index, item in enumerate(node.items if isinstance(node, Sequence) else ()):
        written = show(item.value) if isinstance(item, Scalar) else ""
        name, separator, addresses_text = written.partition("=" if "=" in written else ":")
        if not separator:
            conversion.fail(
                item,
                (*path, index),
                f"expected name=address, got {written!r}",
                f'write "{written}=127.0.0.1"',
            )
            continue
        known.setdefault(name, []).extend(addresses_text.split(","))
    for name in known:
        if not name or ":" in name or "=" in name:
            conversion.fail(node, path, f"expected a host name, got {name!r}")
    if not known:
        return OMIT
    pairs = sorted((f"{name}=", _bare(ip)) for name, addresses in known.items() for ip in addresses)
    found = Hosts()
    for name, address in pairs:
        found.setdefault(name[:-1], []).append(address)  # type: ignore[union-attr]
    return found


def _bare(address: str) -> str:
    bracketed = len(address) > 2 and address[0] == "[" and address[-1] == "]"
    return address[1:-1] if bracketed else address


def ssh(node: Node, _path: KeyPath, _conversion: Conversion) -> Json:
    """Keys of a build."""
    if not isinstance(node, MappingNode):
        return OMIT
    keys = Agents()
    for name, value in node.items():
        path = value_of(value)
        keys[name] = None if path is None else show(path)
    return keys or OMIT


def ulimit(node: Node, _path: KeyPath, _conversion: Conversion) -> Json:
    """A limit: one number, or two."""
    if isinstance(node, Scalar):
        return node.value or {}
    if not isinstance(node, MappingNode):
        return OMIT
    limits = {key: value_of(node.get(key)) for key in ("soft", "hard")}
    return {key: value for key, value in limits.items() if value}


def renamed(names: Mapping[str, str], field: Convert) -> Convert:
    """A mapping whose keys are printed under other names, all of them."""

    def rename(node: Node, path: KeyPath, conversion: Conversion) -> Json:
        value = field(node, path, conversion)
        return {names[key]: item for key, item in value.items()} if type(value) is dict else value

    return rename


def by_path_alone(field: Convert) -> Convert:
    """A file of variables: a required one is printed by its path alone."""

    def convert(node: Node, path: KeyPath, conversion: Conversion) -> Json:
        value = field(node, path, conversion)
        if isinstance(value, dict) and value.get("required") is True:
            return value.get("path")
        return value

    return convert
