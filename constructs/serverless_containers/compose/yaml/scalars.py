"""Types of plain YAML scalars: the rules of go-yaml 3, which Docker Compose reads with.

YAML 1.1 as PyYAML has it would read ``22:22`` as a base-60 number, and ``yes`` as true.
"""

import base64
import binascii
import math
import re
from datetime import UTC, datetime, timedelta, timezone

from serverless_containers.compose.yaml.nodes import Plain, Timestamp

_STANDARD = "tag:yaml.org,2002:"

_CONSTANTS: dict[str, Plain] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_NUMERIC_START = frozenset("+-.0123456789")
_MISSING = object()

_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_BASED = re.compile(r"([-+]?)0(?:[xX]([0-9a-fA-F]+)|[bB]([01]+)|[oO]([0-7]+)|([0-7]+))\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_DOT_FLOAT = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?\Z")
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:([Tt ])([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,]([0-9]+))?"
    r"(Z|[-+][0-9]{2}:[0-9]{2})?)?\Z"
)


class TagError(ValueError):
    """A tag that does not fit the value that carries it."""


def resolve_plain(text: str) -> Plain:
    """Give an unquoted scalar its type.

    Args:
        text: The characters as written.
    """
    constant = _CONSTANTS.get(text, _MISSING)
    if constant is not _MISSING:
        return constant  # type: ignore[return-value]  # the sentinel alone is no Plain
    if text[0] not in _NUMERIC_START:
        return text
    return _number(text)


def resolve_tagged(text: str, tag: str, *, quoted: bool) -> Plain:
    """Give a scalar with an explicit tag its type.

    Args:
        text: The characters as written.
        tag: The tag, in full.
        quoted: Whether the scalar is quoted or a block.

    Raises:
        TagError: If the value is not of that type.
    """
    if tag == "!":
        return text if quoted else resolve_plain(text)
    short = tag.removeprefix(_STANDARD)
    if short == "str":
        return text
    if short == "binary":
        try:
            compact = text.replace("\r", "").replace("\n", "")
            return base64.b64decode(compact, validate=True).decode("utf-8", "replace")
        except binascii.Error as error:
            raise TagError("the value of !!binary is no base64") from error
    if short not in _TAG_TYPES:
        # A tag of no meaning leaves text, "!override 12" included.
        return text
    value = resolve_plain(text)
    if short == "float" and type(value) is int:
        return float(value)
    if type(value) in _TAG_TYPES[short]:
        return value
    raise TagError(f"the value is no !!{short}")


_TAG_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (float,),
    "bool": (bool,),
    "null": (type(None),),
    "timestamp": (Timestamp,),
}


def _number(text: str) -> Plain:
    if text[0] == ".":
        value = float(text) if _DOT_FLOAT.match(text) else math.inf
        return text if math.isinf(value) else value
    if len(text) > 4 and text[4] == "-" and (stamp := _timestamp(text)) is not None:
        return stamp
    plain = text.replace("_", "")
    if _DECIMAL.match(plain):
        return _bounded(int(plain) if len(plain) < 40 else _HUGE, plain)
    if based := _BASED.match(plain):
        sign, hexadecimal, binary, octal, old_octal = based.groups()
        for digits, base in ((hexadecimal, 16), (binary, 2), (octal, 8), (old_octal, 8)):
            if digits is not None:
                number = int(digits, base)
                return _bounded(-number if sign == "-" else number, plain)
    if _FLOAT.match(plain):
        value = float(plain)
        return text if math.isinf(value) else value
    return text


_HUGE = 1 << 64


def _bounded(number: int, plain: str) -> Plain:
    # 64 bits, as in Go: what does not fit becomes a float, or stays text in another base.
    if -(1 << 63) <= number < (1 << 63) or (number < _HUGE and plain[0] not in "+-"):
        return number
    if _FLOAT.match(plain):
        value = float(plain)
        return plain if math.isinf(value) else value
    return plain


def _timestamp(text: str) -> Timestamp | None:
    found = _TIMESTAMP.match(text)
    if found is None:
        return None
    year, month, day, separator, hour, minute, second, fraction, zone = found.groups()
    # A time after a T has a zone, and a time after a space has none.
    if separator is not None and (zone is None) != (separator == " "):
        return None
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=_zone(zone),
        )
    except ValueError:
        return None
    shown = moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    if fraction and (digits := fraction[:9].rstrip("0")):
        shown += f".{digits}"
    return Timestamp(shown + ("Z" if zone in {None, "Z", "+00:00", "-00:00"} else zone))


def _zone(zone: str | None) -> timezone:
    if zone is None or zone == "Z":
        return UTC
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if zone[0] == "-" else offset)
