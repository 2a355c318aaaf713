"""Splitting a command as Docker Compose does: quotes and backslashes, but no shell behind them."""

from dataclasses import dataclass

_SPACES = frozenset(" \t\r\n")
_ENDS = frozenset(";&|<>")
_DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Words:
    """A split command.

    Attributes:
        words: The words.
        dropped: What came after an unquoted ``;``, ``&``, ``|``, ``<`` or ``>``, which Docker
            Compose leaves out without a word.
    """

    words: tuple[str, ...]
    dropped: str = ""


def split_words(text: str) -> Words:
    """Split a command into words.

    Args:
        text: The command.

    Raises:
        ValueError: If quotes or parentheses do not match.
    """
    return _Splitter(text).split()


class _Splitter:
    """Each kind of quoting is open or not by itself, as in the parser that Docker Compose uses."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[str] = []
        self.word: list[str] = []
        self.in_word = False
        self.single = self.double = self.backtick = self.dollar = False

    @property
    def is_open(self) -> bool:
        """Return whether a quote or a ``$(`` waits for its end."""
        return self.single or self.double or self.backtick or self.dollar

    def split(self) -> Words:
        escaped = False
        dropped = ""
        for at, char in enumerate(self.text):
            if escaped:
                escaped = False
                self._keep(char)
            elif char == "\\":
                escaped = not self.single
                if self.single:
                    # It starts no word by itself, as the quote that closes after it does.
                    self.word.append(char)
            elif char in _SPACES:
                self._space(char)
            elif char in _ENDS and not self.is_open:
                dropped = self.text[at:]
                if char == ">" and self.word and self.word[0][:1] in _DIGITS:
                    self.in_word = False  # the number of a file descriptor
                break
            elif not self._quote(char):
                self._keep(char)
        if escaped or self.is_open:
            raise ValueError("quotes that do not match")
        if self.in_word:
            self.words.append("".join(self.word))
        return Words(tuple(self.words), dropped)

    def _keep(self, text: str) -> None:
        self.word.append(text)
        self.in_word = True

    def _space(self, char: str) -> None:
        if self.is_open:
            self.word.append(char)
        elif self.in_word:
            self.words.append("".join(self.word))
            self.word = []
            self.in_word = False

    def _quote(self, char: str) -> bool:
        """Handle a quote or a parenthesis. Whether it is left out of the word."""
        if char == '"' and not self.single and not self.dollar:
            self.in_word = self.in_word or self.double
            self.double = not self.double
            return True
        if char == "'" and not self.double and not self.dollar:
            self.in_word = self.in_word or self.single
            self.single = not self.single
            return True
        if self.single or self.double:
            return False
        if char == "`" and not self.dollar:
            self.backtick = not self.backtick
        elif char == ")" and not self.backtick:
            self.dollar = not self.dollar
        elif char == "(" and not self.backtick:
            if self.dollar or not self.word or not self.word[-1].endswith("$"):
                raise ValueError("a parenthesis outside quotes")
            self.dollar = True
            self.word.append("(")
            return True
        return False
