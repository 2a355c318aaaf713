"""The support matrix, as text for the documentation."""

from collections.abc import Iterable, Iterator, Sequence

from serverless_containers.plan.support.keys import PROJECT, Keys
from serverless_containers.plan.support.record import KEEP, REMOVE, KeySupport, Support

_INTRODUCTION = """\
# Compose on Fargate

What becomes of every key of the Compose schema. Each is **mapped** (it means the same),
**approximated** (it is deployed as something similar, with a warning), **local-only** (it means
nothing in the cloud, a note says so) or **rejected** (an error names the way out). `container` is
a container definition of the task.

Each part has the keys that are mapped first, then the others, of which those with one reason
share a row. A key that is rejected, or left out and missed, can be removed or kept in
compose.override.yaml, which a deployment leaves out.

`make docs` writes this page from the records by which the files are read. `*` stands for each item
of a list, or for each name.
"""


def render_matrix() -> str:
    """Write the support matrix in Markdown."""
    service = PROJECT["services"].items
    parts: dict[str, Iterable[tuple[str, KeySupport]]] = {
        "Top level": PROJECT.items(),
        "services.*": service.items(),
        **{f"services.*.{name}": _rows_below(key) for name, key in sorted(service.items())},
        **{f"{name}.*": _rows(PROJECT[name].items) for name in ("volumes", "secrets", "configs")},
    }
    return _INTRODUCTION + "".join(_part(title, list(rows)) for title, rows in parts.items())


def _part(title: str, rows: Sequence[tuple[str, KeySupport]]) -> str:
    if not rows:
        return ""
    text = f"\n## {title}\n"
    ordered = sorted(rows, key=lambda row: row[0])
    mapped = [(name, key) for name, key in ordered if key.support is Support.MAPPED]
    if mapped:
        text += "\n| key | on Fargate |\n| --- | --- |\n"
        text += "".join(f"| `{name}` | {_said(key)} |\n" for name, key in mapped)
    others: dict[tuple[Support, str], list[str]] = {}
    for name, key in ordered:
        if key.support is not Support.MAPPED:
            others.setdefault((key.support, _said(key)), []).append(f"`{name}`")
    for support in Support:
        of_class = [(said, names) for (each, said), names in others.items() if each is support]
        if of_class:
            text += f"\n| {support} | why |\n| --- | --- |\n"
            text += "".join(f"| {', '.join(names)} | {said} |\n" for said, names in of_class)
    return text


def _rows_below(key: KeySupport) -> Iterator[tuple[str, KeySupport]]:
    """The records below a key, by their paths from it."""
    yield from _rows(key.keys)
    yield from _rows(key.items, "*." if key.items else "")


def _rows(records: Keys, above: str = "") -> Iterator[tuple[str, KeySupport]]:
    """The records and those below them, by their paths."""
    for name, record in records.items():
        path = f"{above}{name}"
        yield path, record
        yield from _rows(record.keys, f"{path}.")
        yield from _rows(record.items, f"{path}.*.")


def _said(key: KeySupport) -> str:
    """The property that a key becomes, or the reason and the way out if that is its own."""
    becomes = f"`{key.becomes}`" if "." in key.becomes and " " not in key.becomes else key.becomes
    fix = "" if key.fix == REMOVE else key.fix.removesuffix(f", or {KEEP}")
    return "; ".join(text for text in (becomes, key.why, fix) if text)
