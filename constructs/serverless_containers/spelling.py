"""Words that were perhaps meant by a word that nobody knows."""

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is closest to another one; None if none is close.

    Case does not count, nor whether words are joined by hyphens or underscores.

    Args:
        word: The word as it was written.
        known: The words that there are. Of two that are as close the first one is meant.
    """
    folded: dict[str, str] = {}
    for each in known:
        folded.setdefault(_folded(each), each)
    close = difflib.get_close_matches(_folded(word), folded, n=1)
    return folded[close[0]] if close else None


def _folded(word: str) -> str:
    return word.casefold().replace("-", "_")
