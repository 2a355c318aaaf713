"""Text in double quotes that every reader of YAML takes for the same text."""

import re

PRINTABLE = r" -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
"""Characters that stand as they are, for a class of a regular expression: none that YAML forbids,
such as DEL, and none that it folds as it does the end of a line, such as U+0085 and U+2028."""
LONGEST_SIMPLE_KEY = 128
"""Characters of a key that YAML reads without a question mark before it; libyaml's limit is 1024
bytes, YAML's own 1024 characters. What is longer than this is written the long way."""
_ESCAPED = re.compile(rf'[\\"]|[^{PRINTABLE}]')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def double_quoted(text: str) -> str:
    """Return a text in double quotes, with what cannot stand in them escaped."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: "re.Match[str]") -> str:
    character = match[0]
    code = ord(character)
    short = _ESCAPES.get(character)
    if short:
        return short
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
