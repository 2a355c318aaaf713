"""The object that a configuration file in JavaScript exports."""

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
    (?P<comment> //[^\n\r]* | /\*.*?\*/ )
    | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | `(?:\\.|[^`\\])*`
    | [\w$]+ (?:\.[\w$]+)*
    | [=!<>]=+ | => | \S
    """,
    re.VERBOSE | re.DOTALL,
)
_DIRECTLY = (("export", "default"), ("module.exports", "="), ("exports.default", "="))
_DECLARED = {"const", "let", "var"}


def exported_object(text: str) -> int | None:
    """Find the brace that opens the exported object.

    It is what `export default` or `module.exports` is followed by, directly or through a variable;
    failing those, the only variable that holds an object.

    Args:
        text: The source text. It is not checked beyond what is looked for.
    """
    tokens = [*_tokens(text), ("", 0), ("", 0)]
    words = [word for word, _ in tokens]
    variables: dict[str, int] = {}
    exported: list[str] = []
    for index in range(len(tokens) - 2):
        word, offset = tokens[index + 2]
        if tuple(words[index : index + 2]) in _DIRECTLY:
            if word == "{":
                return offset
            exported.append(word)
        if words[index] in _DECLARED and words[index + 2 : index + 4] == ["=", "{"]:
            variables[words[index + 1]] = tokens[index + 3][1]
    for name in exported:
        return variables.get(name)
    return next(iter(variables.values())) if len(variables) == 1 else None


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    for token in _TOKEN.finditer(text):
        if not token["comment"]:
            yield token.group(), token.start()
