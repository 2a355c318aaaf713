"""Words that are too long to show."""

_LONGEST_SHOWN = 60


def short(text: str) -> str:
    """A text, cut short."""
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
