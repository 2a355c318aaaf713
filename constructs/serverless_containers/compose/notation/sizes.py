"""Amounts of memory as Compose writes them: ``512M``, ``1.5gb``, ``64 k``."""

import re

# What comes after the last digit, dot or space is the unit; binary units, whatever they are called.
_SIZE = re.compile(r"(.*[0-9. ])([^0-9. ]*)\Z", re.DOTALL)
_FLOAT = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_UNIT = re.compile(r"(?:b|([kmgtp])(?:i?b)?)?\Z", re.IGNORECASE)
_FACTORS = {unit: 1024 ** (power + 1) for power, unit in enumerate("kmgtp")}

FIX = 'write a number and a unit, such as "512M" or "1.5g"'
"""Advice for text that is no size."""


def parse_size(text: str) -> int:
    """Return a size in bytes.

    Args:
        text: A number with a unit (b, k, m, g, t, p, with or without b or ib), which counts in
            powers of 1024.

    Raises:
        ValueError: If the text is no size.
    """
    found = _SIZE.match(text)
    if found is None:
        raise ValueError(text)
    number, unit = found.groups()
    number = number.removesuffix(" ")
    factor = _UNIT.match(unit)
    if factor is None or not _FLOAT.match(number):
        raise ValueError(text)
    value = float(number)
    if value < 0:
        raise ValueError(text)
    value *= _FACTORS.get((factor.group(1) or "").lower(), 1)
    if value >= 1 << 63:
        raise ValueError(text)
    return int(value)
