"""The patterns of ``${name#pattern}``, ``${name%pattern}`` and ``${name/pattern/text}``.

Source: https://docs.docker.com/reference/dockerfile/#environment-replacement: ``?`` is any one
character, ``*`` any number of them, and a backslash takes the meaning from either.
"""

from dataclasses import dataclass
from enum import Enum, auto

from serverless_containers.compose.quota import Quota


class _Wildcard(Enum):
    ONE = auto()
    ANY = auto()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern. Each part is one character, or a wildcard."""

    parts: tuple[str | _Wildcard, ...]

    @classmethod
    def compile(cls, text: str) -> "Pattern | None":
        """Read a pattern; None for one with a backslash before an ordinary character."""
        parts: list[str | _Wildcard] = []
        characters = iter(text)
        for char in characters:
            if char == "\\":
                escaped = next(characters, "")
                if escaped not in ("*", "?", "\\", "}", "/"):
                    return None
                parts.append(escaped)
            elif char == "*":
                parts.append(_Wildcard.ANY)
            else:
                parts.append(_Wildcard.ONE if char == "?" else char)
        return cls(tuple(parts))

    def _ends(self, value: str, start: int, quota: Quota) -> set[int]:
        ends = {start}
        for part in self.parts:
            if part is _Wildcard.ANY:
                ends = set(range(min(ends), len(value) + 1))
            else:
                ends = {
                    end + 1
                    for end in ends
                    if end < len(value) and part in (_Wildcard.ONE, value[end])
                }
            if not ends:
                break
            # A pattern of many asterisks looks at each character of a value many times.
            quota.take_characters(len(ends))
        return ends

    def without_prefix(self, value: str, *, longest: bool, quota: Quota) -> str:
        """The value without the shortest or longest beginning that matches."""
        ends = self._ends(value, 0, quota)
        if not ends:
            return value
        return value[max(ends) if longest else min(ends) :]

    def without_suffix(self, value: str, *, longest: bool, quota: Quota) -> str:
        """The value without the shortest or longest ending that matches."""
        starts = range(len(value) + 1)
        for start in starts if longest else reversed(starts):
            if len(value) in self._ends(value, start, quota):
                return value[:start]
        return value

    def replace(self, value: str, replacement: str, *, everywhere: bool, quota: Quota) -> str:
        """The value with the first match, or every match, replaced by a text."""
        result = ""
        position = 0
        while position <= len(value):
            ends = self._ends(value, position, quota)
            if not ends:
                result += value[position : position + 1]
                position += 1
                continue
            quota.take_characters(len(replacement))
            result += replacement
            end = max(ends)
            if not everywhere:
                return result + value[end:]
            if end == position:
                result += value[position : position + 1]
                end += 1
            position = end
        return result
