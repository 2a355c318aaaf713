"""Graphs of one line."""

from collections.abc import Sequence

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = "_.-=+*#@"


def sparkline(points: Sequence[float | None], *, unicode: bool, largest: float = 0) -> str:
    """Return a graph of values, from 0 to the largest of them, a character each.

    Args:
        points: The values, none of them negative. None becomes a space.
        unicode: Whether blocks may be used. Otherwise the characters are ASCII's.
        largest: The least value of the top. Default: the largest of the values.
    """
    levels = _BLOCKS if unicode else _ASCII
    top = max([largest, *(point for point in points if point is not None)])
    return "".join(_character(point, top, levels) for point in points)


def _character(point: float | None, top: float, levels: str) -> str:
    if point is None:
        return " "
    if point <= 0 or top <= 0:
        return levels[0]
    # Whatever is more than nothing looks like it.
    return levels[max(1, min(len(levels) - 1, round(point / top * (len(levels) - 1))))]
