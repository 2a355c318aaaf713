"""Single fields of the canonical model: from a node to what `docker compose config` prints.

Each converter gives :data:`OMIT` for what is not printed: nothing, zero, and emptiness.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from serverless_containers.compose import rules
from serverless_containers.compose.notation import durations, sizes
from serverless_containers.compose.notation.go import (
    shortest_float32,
    show,
    to_boolean,
    to_float,
    to_integer,
)
from serverless_containers.compose.yaml.nodes import (
    Node,
    Plain,
    Scalar,
    Sequence,
    Timestamp,
)
from serverless_containers.findings import Findings, KeyPath

Json: TypeAlias = "Plain | list[Json] | dict[str, Json]"


class _Omit(str):
    __slots__ = ()


OMIT: Final = _Omit()
"""Stands for a field that is not printed."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a converter may need besides its node."""

    findings: Findings

    def fail(self, node: Node, path: KeyPath, message: str, fix: str = "") -> _Omit:
        """Report a value that cannot be converted."""
        self.findings.report(rules.INVALID_VALUE, node.at, path, message, fix)
        return OMIT


Convert: TypeAlias = Callable[[Node, KeyPath, Work], Json]


def plain(node: Node, path: KeyPath, work: Work) -> Json:
    """A tree as it is: what an extension holds."""
    if isinstance(node, Scalar):
        value = node.value
        if isinstance(value, float) and not math.isfinite(value):
            return work.fail(node, path, f"expected a finite number, got {node.text}")
        if isinstance(value, float) and value == int(value) and abs(value) < 1e21:
            return int(value)  # as Go prints it
        return str(value) if isinstance(value, Timestamp) else value
    if isinstance(node, Sequence):
        return [plain(item, (*path, index), work) for index, item in enumerate(node.items)]
    return {key: plain(node.entries[key], (*path, key), work) for key in sorted(node.entries)}


def text(node: Node, path: KeyPath, work: Work) -> Json:
    """Text; a number becomes text, and nothing is left out."""
    if not isinstance(node, Scalar):
        return work.fail(node, path, "expected text")
    value = node.value
    if type(value) is str:
        return value or OMIT
    if value is None:
        return OMIT
    if type(value) is int:
        return str(value)
    return work.fail(node, path, f"expected text, got {node.text}", f'write "{node.text}"')


def _boolean(node: Node, path: KeyPath, work: Work) -> Json:
    if isinstance(node, Scalar):
        value = node.value
        if value is None or type(value) is bool:
            return OMIT if value is None else value
        if type(value) is str:
            try:
                return to_boolean(value)
            except ValueError:
                pass
    return work.fail(
        node, path, f"expected true or false, got {_written(node)}", "write true or false"
    )


def given_boolean(node: Node, path: KeyPath, work: Work) -> Json:
    """A boolean that is printed whenever it is given."""
    return _boolean(node, path, work)


def boolean(node: Node, path: KeyPath, work: Work) -> Json:
    """A boolean that is printed when it is true."""
    value = _boolean(node, path, work)
    return value if value is True else OMIT


def given_integer(node: Node, path: KeyPath, work: Work) -> Json:
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
    return work.fail(
        node, path, f"expected a whole number, got {_written(node)}", "write a whole number"
    )


def integer(node: Node, path: KeyPath, work: Work) -> Json:
    """A whole number that is printed unless it is zero."""
    return given_integer(node, path, work) or OMIT


def given_count(node: Node, path: KeyPath, work: Work) -> Json:
    """A number of things: not below zero, and printed whenever it is given."""
    if isinstance(node, Scalar) and type(node.value) is str:
        # Where variables are welcome, the text was made a number before.
        return work.fail(
            node, path, f"expected a number without quotes, got {node.value!r}", "remove the quotes"
        )
    value = given_integer(node, path, work)
    if type(value) is int and value < 0:
        return work.fail(node, path, f"expected no less than 0, got {value}", "write 0 or more")
    return value


def count(node: Node, path: KeyPath, work: Work) -> Json:
    """A number of things that is printed unless it is zero."""
    return given_count(node, path, work) or OMIT


def number(node: Node, path: KeyPath, work: Work) -> Json:
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
    return work.fail(node, path, f"expected a number, got {_written(node)}", "write a number")


def size(node: Node, path: KeyPath, work: Work) -> Json:
    """An amount of memory, printed as text in bytes."""
    if isinstance(node, Scalar):
        value = node.value
        if type(value) is int:
            return str(value) if value else OMIT
        if type(value) is str:
            try:
                parsed = sizes.parse_size(value)
            except ValueError:
                return work.fail(
                    node, path, f"expected an amount of memory, got {value!r}", sizes.FIX
                )
            return str(parsed) if parsed else OMIT
        if type(value) is float:
            # Docker Compose reads a fraction of bytes as nothing, without a word.
            return OMIT
    return OMIT


def given_duration(node: Node, path: KeyPath, work: Work) -> Json:
    """A length of time that is printed whenever it is given."""
    if not isinstance(node, Scalar) or node.value is None:
        return OMIT
    written = show(node.value)
    try:
        return durations.show_duration(durations.parse_duration(written))
    except ValueError as error:
        return work.fail(
            node, path, f"expected a duration, got {written!r} ({error})", durations.FIX
        )


def duration(node: Node, path: KeyPath, work: Work) -> Json:
    """A length of time that is printed unless it is zero."""
    value = given_duration(node, path, work)
    return OMIT if value == "0s" else value


def mode(node: Node, path: KeyPath, work: Work) -> Json:
    """A file mode: text in octal, or a number."""
    if isinstance(node, Scalar):
        value = node.value
        if value is None:
            return OMIT
        if type(value) is int:
            return f"0{value:o}"
        if type(value) is str:
            try:
                return f"0{int(value, 8):o}" if value.strip("+-").isdigit() else _bad_mode()
            except ValueError:
                pass
    return work.fail(
        node, path, f"expected a file mode in octal, got {_written(node)}", 'write "0440"'
    )


def _bad_mode() -> str:
    raise ValueError


def device_count(node: Node, path: KeyPath, work: Work) -> Json:
    """A number of devices, or all of them."""
    if isinstance(node, Scalar) and isinstance(node.value, str) and node.value.lower() == "all":
        return -1
    return integer(node, path, work)


def _written(node: Node) -> str:
    if not isinstance(node, Scalar):
        return "a list or a mapping"
    return repr(node.value) if isinstance(node.value, str) else node.text or "nothing"
