"""Durations in Go's notation: ``30s``, ``1m30s``, ``1.5h``.

Source: https://pkg.go.dev/time#ParseDuration, which the options of HEALTHCHECK are read with.
"""

import re
from datetime import timedelta
from decimal import Decimal

_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,  # the micro sign, and
    "μs": 10**3,  # the Greek letter mu
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_PART = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_LONGEST = 2**63 - 1


def parse_duration(text: str) -> timedelta | None:
    """Read a duration.

    Args:
        text: Numbers with their units, the unit being ns, us, µs, ms, s, m or h; or a bare 0. A
            sign may precede them.

    Returns:
        The duration, cut to microseconds, or None for what is no duration or exceeds Go's range of
        292 years.
    """
    sign = -1 if text.startswith("-") else 1
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return timedelta()
    total = Decimal(0)
    position = 0
    while position < len(rest):
        match = _PART.match(rest, position)
        if match is None:
            return None
        total += Decimal(match[1]) * _NANOSECONDS[match[2]]
        if total > _LONGEST:
            return None
        position = match.end()
    if not rest:
        return None
    return timedelta(microseconds=sign * int(total / 1000))
