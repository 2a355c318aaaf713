"""The support matrix, as text for the documentation."""

from collections.abc import Iterable, Iterator

from serverless_containers.plan.support.keys import PROJECT, Keys
from serverless_containers.plan.support.record import KeySupport, Support

_INTRODUCTION = """\
# Compose on Fargate

What becomes of every key of the Compose schema. Each is **mapped** (it means the same),
**approximated** (it is deployed as something similar, with a warning), **local-only** (it means
nothing in the cloud, a note says so) or **rejected** (an error names the way out). `container` is
a container definition of the task.

`make docs` writes this page from the records by which the files are read. `*` stands for each item
of a list, or for each name.
"""

_APART = ("build", "deploy", "healthcheck")
"""The keys of a service that have a table of their own."""


def render_matrix() -> str:
    """Write the support matrix in Markdown."""
    service = PROJECT["services"].items
    tables: dict[str, Iterable[tuple[str, KeySupport]]] = {
        "Top level": PROJECT.items(),
        "services.*": _rows(service),
        **{f"services.*.{name}": _rows(service[name].keys) for name in _APART},
        **{f"{name}.*": _rows(PROJECT[name].items) for name in ("volumes", "secrets", "configs")},
    }
    return _INTRODUCTION + "".join(
        f"\n## {title}\n\n| key | class | on Fargate |\n| --- | --- | --- |\n"
        + "".join(_row(name, key) for name, key in sorted(rows, key=lambda row: row[0]))
        for title, rows in tables.items()
    )


def _rows(records: Keys, above: str = "") -> Iterator[tuple[str, KeySupport]]:
    """The records and those below them, by their paths."""
    for name, record in records.items():
        path = f"{above}{name}"
        yield path, record
        if path not in _APART:
            yield from _rows(record.keys, f"{path}.")
        yield from _rows(record.items, f"{path}.*.")


def _row(name: str, key: KeySupport) -> str:
    becomes = f"`{key.becomes}`" if "." in key.becomes and " " not in key.becomes else key.becomes
    said = "; ".join(text for text in (becomes, key.why, key.fix) if text)
    support = key.support if key.support is Support.MAPPED else f"**{key.support}**"
    return f"| `{name}` | {support} | {said} |\n"
