"""Lengths of time as Go writes them, and Compose with days and weeks: ``1m30s``, ``1.5h``, ``2d``.

Source: https://pkg.go.dev/time#ParseDuration
"""

import re
from datetime import timedelta

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,  # U+00B5, the micro sign
    "μs": 1_000,  # U+03BC, the Greek letter
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_WITH_LONG_UNITS = {
    **_UNITS,
    "d": 86_400_000_000_000,
    "w": 604_800_000_000_000,
}
_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]+)")
# Nanoseconds in 64 bits, as in Go.
_LONGEST = (1 << 63) - 1

FIX = 'write a number and a unit, such as "30s", "1m30s" or "500ms"'
"""Advice for text that is no duration."""


def parse_duration(text: str, *, long_units: bool = True) -> int:
    """Return a duration in nanoseconds.

    Args:
        text: Numbers with units (ns, us, ms, s, m, h, and d and w), or 0. A sign may precede them.
        long_units: Whether there are days and weeks: Compose has them, Go has not. Default: yes.

    Raises:
        ValueError: If the text is no duration. Its message says why.
    """
    sign, rest = (text[0], text[1:]) if text[:1] in {"+", "-"} else ("", text)
    if rest == "0":
        return 0
    if not rest:
        raise ValueError("an empty duration")
    units = _WITH_LONG_UNITS if long_units else _UNITS
    total = 0
    at = 0
    while at < len(rest):
        part = _PART.match(rest, at)
        if part is None:
            raise ValueError("a number without a unit" if rest[at].isdigit() else "no duration")
        whole, fraction, unit = part.groups()
        if not whole and not fraction:
            raise ValueError("a unit without a number")
        if unit not in units:
            raise ValueError(f"the unit {unit!r}")
        at = part.end()
        total += int(whole.lstrip("0")[:40] or "0") * units[unit]
        if fraction:
            total += int(int(fraction[:18]) * (units[unit] / 10 ** len(fraction[:18])))
        if total > _LONGEST:
            raise ValueError("more than 292 years")
    return -total if sign == "-" else total


def show_duration(nanoseconds: int) -> str:
    """Write a duration as Go does: ``1m30s``, ``1.5s``, ``300ms``, ``0s``."""
    if nanoseconds == 0:
        return "0s"
    sign = "-" if nanoseconds < 0 else ""
    rest = abs(nanoseconds)
    for unit in ("ns", "µs", "ms"):
        if rest < _UNITS[unit] * 1000:
            return f"{sign}{_decimal(rest, _UNITS[unit])}{unit}"
    minutes, nanos = divmod(rest, _UNITS["m"])
    hours, minutes = divmod(minutes, 60)
    shown = f"{_decimal(nanos, _UNITS['s'])}s"
    if hours:
        return f"{sign}{hours}h{minutes}m{shown}"
    return f"{sign}{minutes}m{shown}" if minutes else sign + shown


def to_timedelta(nanoseconds: int) -> timedelta:
    """Return a duration to the microsecond, rounded down; one that is not zero does not become it.

    Zero stands for the default where a health check has it.
    """
    return timedelta(microseconds=nanoseconds // 1000 or bool(nanoseconds))


def _decimal(value: int, unit: int) -> str:
    whole, part = divmod(value, unit)
    if not part:
        return str(whole)
    digits = str(part).rjust(len(str(unit)) - 1, "0").rstrip("0")
    return f"{whole}.{digits}"
