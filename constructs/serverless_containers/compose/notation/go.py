"""Single values as Go reads and writes them, since Compose files were written against it."""

import math
import re
import struct
from decimal import Decimal

from serverless_containers.compose.yaml.nodes import Plain

_INTEGER = re.compile(r"[-+]?[0-9]{1,40}\Z")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_TRUE = frozenset({"true", "y", "yes", "on"})
_FALSE = frozenset({"false", "n", "no", "off"})


def to_integer(text: str) -> int:
    """Read a whole number of 64 bits.

    Raises:
        ValueError: If it is none. Its message says what is expected.
    """
    if not _INTEGER.match(text) or not -(1 << 63) <= (number := int(text)) < 1 << 63:
        raise ValueError("a whole number")
    return number


def to_float(text: str) -> float:
    """Read a number.

    Raises:
        ValueError: If it is none. Its message says what is expected.
    """
    if not _FLOAT.match(text) or math.isinf(number := float(text)):
        raise ValueError("a number")
    return number


def to_boolean(text: str) -> bool:
    """Read a boolean, in its old forms too.

    Raises:
        ValueError: If it is none. Its message says what is expected.
    """
    lower = text.lower()
    if lower in _TRUE:
        return True
    if lower in _FALSE:
        return False
    raise ValueError("true or false")


def show(value: Plain) -> str:
    """Write a value as text, as Go's fmt does."""
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, float):
        return _show_float(value)
    return str(value)


def _show_float(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if math.isnan(value):
        return "NaN"
    number = Decimal(repr(value))
    exponent = number.adjusted()
    sign = "-" if math.copysign(1, value) < 0 else ""
    if value != 0 and not -4 <= exponent < 6:
        digits = "".join(map(str, number.as_tuple().digits)).rstrip("0")
        mantissa = f"{digits[0]}.{digits[1:]}" if len(digits) > 1 else digits
        return f"{sign}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    fixed = f"{abs(number):f}"
    return sign + (fixed.rstrip("0").removesuffix(".") if "." in fixed else fixed)


def shortest_float32(value: float) -> float:
    """The shortest number that is the same in 32 bits: how Go prints a small float."""
    try:
        packed = struct.pack("f", value)
    except OverflowError:
        return math.copysign(math.inf, value)
    (rounded,) = struct.unpack("f", packed)
    if math.isinf(rounded) or math.isnan(rounded):
        return float(rounded)
    for digits in range(1, 10):
        candidate = float(f"{rounded:.{digits}g}")
        if struct.pack("f", candidate) == packed:
            return candidate
    return float(rounded)
