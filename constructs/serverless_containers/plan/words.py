"""Words that were meant, and words that are too long to show."""

import difflib
from collections.abc import Iterable

_LONGEST_SHOWN = 60


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is closest to another one, whatever its case; None if none is close."""
    folded = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(word.casefold(), folded, n=1)
    return folded[close[0]] if close else None


def short(text: str) -> str:
    """A text, cut short."""
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
