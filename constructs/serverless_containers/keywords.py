"""Keyword arguments by a name that Python itself does not check."""

import difflib
from collections.abc import Iterable


def check_keywords(given: Iterable[str], known: type) -> None:
    """Refuse keywords that a ``TypedDict`` does not have: a type checker is not always there.

    Args:
        given: The names that were given.
        known: The ``TypedDict``.

    Raises:
        TypeError: If one is unknown, with the nearest that is known.
    """
    names = known.__annotations__
    for name in given:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(names)}"
            raise TypeError(f"unexpected keyword argument {name!r}{hint}")
