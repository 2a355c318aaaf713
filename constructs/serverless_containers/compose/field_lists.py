"""Lists and mappings of the canonical model: commands, variables, labels, hosts."""

from serverless_containers.compose import rules
from serverless_containers.compose.fields import OMIT, Json, Work, text
from serverless_containers.compose.messages import variable
from serverless_containers.compose.notation.go import (
    show,
)
from serverless_containers.compose.notation.shellwords import split_words
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Node,
    Plain,
    Scalar,
    Sequence,
)
from serverless_containers.findings import KeyPath


def texts(node: Node, path: KeyPath, work: Work) -> Json:
    """A list of texts; one text is a list of one."""
    return given_texts(node, path, work) or OMIT


def given_texts(node: Node, path: KeyPath, work: Work) -> list[Json]:
    """A list of texts, which may be empty."""
    if isinstance(node, Scalar):
        return [node.value] if type(node.value) is str else []
    if not isinstance(node, Sequence):
        return []
    values: list[Json] = []
    for index, item in enumerate(node.items):
        value = item.value if isinstance(item, Scalar) else None
        if type(value) is str:
            values.append(value)
        elif (shown := text(item, (*path, index), work)) is not OMIT:
            values.append(shown)
        else:
            values.append("")
    return values


def shown_texts(node: Node, _path: KeyPath, _work: Work) -> Json:
    """A list of texts and numbers, all printed as text."""
    if isinstance(node, Scalar):
        return [show(node.value)]
    if not isinstance(node, Sequence):
        return OMIT
    return [show(item.value) for item in node.items if isinstance(item, Scalar)] or OMIT


def command(node: Node, path: KeyPath, work: Work) -> Json:
    """A command: nothing keeps the image's, an empty one clears it."""
    if isinstance(node, Sequence):
        return given_texts(node, path, work)
    value = node.value if isinstance(node, Scalar) else None
    if type(value) is not str:
        return None
    try:
        split = split_words(value)
    except ValueError as error:
        work.fail(node, path, f"expected a command, got {value!r} ({error})", "write a list")
        return None
    if split.dropped:
        work.findings.report(
            rules.COMMAND_CUT_SHORT,
            node.at,
            path,
            f"{split.dropped!r} is dropped: a command is not run by a shell",
            f'write ["sh", "-c", "{value}"]' if '"' not in value else "write a list for sh -c",
        )
    return list(split.words)


def health_test(node: Node, path: KeyPath, work: Work) -> Json:
    """The test of a health check: text is for a shell."""
    if isinstance(node, Scalar):
        return ["CMD-SHELL", node.value] if type(node.value) is str else OMIT
    return texts(node, path, work)


def _pairs(node: Node) -> list[tuple[str, Plain]]:
    """The names and values of a mapping, or of a list of ``name=value``."""
    if isinstance(node, MappingNode):
        return [
            (key, value.value if isinstance(value, Scalar) else None)
            for key, value in node.entries.items()
        ]
    pairs: list[tuple[str, Plain]] = []
    for item in node.items if isinstance(node, Sequence) else ():
        name, equals, value = show(item.value if isinstance(item, Scalar) else None).partition("=")
        pairs.append((name, value if equals else None))
    return pairs


def mapping(node: Node, _path: KeyPath, _work: Work) -> Json:
    """Names with text, where nothing is empty text."""
    return {name: show(value) for name, value in sorted(_pairs(node), key=_first)} or OMIT


def texts_by_name(node: Node, path: KeyPath, work: Work) -> Json:
    """Names with text, where a whole number becomes text and no other value can."""
    if not isinstance(node, MappingNode):
        return OMIT
    result: dict[str, Json] = {}
    for name in sorted(node.entries):
        value = text(node.entries[name], (*path, name), work)
        result[name] = "" if value is OMIT else value
    return result or OMIT


def variables(node: Node, path: KeyPath, work: Work) -> Json:
    """Names with text or nothing."""
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            written = show(item.value if isinstance(item, Scalar) else None)
            name = written.partition("=")[0]
            if name and name[-1].isspace():
                work.fail(
                    item,
                    (*path, index),
                    f"a space after {variable(name.rstrip())}",
                    'write "NAME=…"',
                )
    return {
        name: None if value is None else show(value)
        for name, value in sorted(_pairs(node), key=_first)
    } or OMIT


def _first(pair: tuple[str, Plain]) -> str:
    return pair[0]


def option_lists(node: Node, _path: KeyPath, _work: Work) -> Json:
    """Names with lists of texts."""
    if not isinstance(node, MappingNode):
        return OMIT
    options: dict[str, Json] = {}
    for key in sorted(node.entries):
        value = node.entries[key]
        items = value.items if isinstance(value, Sequence) else (value,)
        if shown := [show(item.value) for item in items if isinstance(item, Scalar)]:
            options[key] = list(shown)
    return options or OMIT


def hosts(node: Node, path: KeyPath, work: Work) -> Json:
    """Additional hosts, printed as a sorted list of ``name=address``."""
    known: dict[str, list[str]] = {}
    if isinstance(node, MappingNode):
        for key, value in node.entries.items():
            addresses = value.items if isinstance(value, Sequence) else (value,)
            known[key] = [show(item.value) for item in addresses if isinstance(item, Scalar)]
    for index, item in enumerate(node.items if isinstance(node, Sequence) else ()):
        written = show(item.value) if isinstance(item, Scalar) else ""
        name, separator, addresses_text = written.partition("=" if "=" in written else ":")
        if not separator:
            work.fail(
                item,
                (*path, index),
                f"expected name=address, got {written!r}",
                f'write "{written}=127.0.0.1"',
            )
            continue
        known.setdefault(name, []).extend(addresses_text.split(","))
    for name in known:
        if not name or ":" in name or "=" in name:
            work.fail(node, path, f"expected a host name, got {name!r}")
    pairs = [f"{name}={_bare(ip)}" for name, addresses in known.items() for ip in addresses]
    return [*sorted(pairs)] if known else OMIT


def _bare(address: str) -> str:
    bracketed = len(address) > 2 and address[0] == "[" and address[-1] == "]"
    return address[1:-1] if bracketed else address


def ssh(node: Node, _path: KeyPath, _work: Work) -> Json:
    """Build keys: ``default``, or ``name=path``."""
    if not isinstance(node, MappingNode):
        return OMIT
    keys: list[Json] = []
    for name in sorted(node.entries):
        value = node.entries[name]
        path = show(value.value) if isinstance(value, Scalar) else ""
        keys.append(f"{name}={path}" if path else name)
    return keys or OMIT


def ulimit(node: Node, _path: KeyPath, _work: Work) -> Json:
    """A limit: one number, or two."""
    if isinstance(node, Scalar):
        return node.value or {}
    if not isinstance(node, MappingNode):
        return OMIT
    limits = {key: _value(node.get(key)) for key in ("soft", "hard")}
    return {key: value for key, value in limits.items() if value}


def _value(node: Node | None) -> Plain:
    return node.value if isinstance(node, Scalar) else None
