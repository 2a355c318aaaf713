"""Names in a row, as many as a person reads."""

from collections.abc import Collection
from itertools import islice

MOST_SHOWN = 10
"""Names that a finding lists. A thousand of them in each of a thousand findings help nobody."""


def listed(names: Collection[str], separator: str = ", ") -> str:
    """Write names in a row; of many only the first ones, and how many there are besides.

    Args:
        names: The names, in the order in which they are shown.
        separator: What stands between them.
    """
    shown = separator.join(islice(names, MOST_SHOWN))
    more = len(names) - MOST_SHOWN
    return f"{shown}{separator}and {more} more" if more > 0 else shown
