"""The result of writing into a file that was there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A text, and how it differs from what was there.

    Attributes:
        text: The text.
        added: The keys that were not there.
        changed: The keys that had another value.
    """

    text: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = (("added", self.added), ("changed", self.changed))
        return "; ".join(f"{word} {', '.join(keys)}" for word, keys in parts if keys)


def newline_of(text: str) -> str:
    """The end of a text's first line, which what is added to it ends with too."""
    return "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
