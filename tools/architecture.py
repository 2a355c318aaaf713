"""The rooms of the library and what they import of each other, as the page shows them."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = "serverless_containers"
LIBRARY = ROOT / "constructs" / PACKAGE
STACKS = ROOT / "stacks"
PAGE = ROOT / "docs" / "architecture.md"
_BEGINNING = "<!-- rooms: written by make docs -->\n"
_END = "<!-- end -->\n"
_TOP = "constructs"
"""The room of the modules at the top of the library that import the CDK: the public constructs."""
_DIVIDED = frozenset({"ingress"})
"""The rooms whose folders are rooms, too."""


def rooms() -> Mapping[str, str]:
    """Read the rooms, by name, with the first line of what their docstrings say."""
    at_the_top = [file for file in sorted(LIBRARY.glob("*.py")) if not file.stem.startswith("__")]
    constructs = [file.stem for file in at_the_top if _uses_the_cdk(file)]
    return {
        _TOP: f"The public constructs: {', '.join(f'`{name}`' for name in constructs)}.",
        **{name: _summary(LIBRARY / name / "__init__.py") for name in _below(LIBRARY)},
        **{file.stem: _summary(file) for file in at_the_top if file.stem not in constructs},
        STACKS.name: _summary(STACKS / "__init__.py"),
    }


def _below(folder: Path) -> Iterator[str]:
    for each in sorted(folder.iterdir()):
        if (each / "__init__.py").is_file():
            yield each.relative_to(LIBRARY).as_posix()
            if each.name in _DIVIDED:
                yield from _below(each)


def imports() -> Mapping[str, frozenset[str]]:
    """Read which rooms each room imports."""
    found: dict[str, set[str]] = {name: set() for name in _ROOMS}
    for file in (*LIBRARY.rglob("*.py"), *STACKS.rglob("*.py")):
        if file.parent == LIBRARY and file.stem.startswith("__"):
            # The one looks names up when they are used, the other is the command line.
            continue
        room = _room_of_file(file)
        ours = (name for name in _imported(file) if name.split(".")[0] in {PACKAGE, STACKS.name})
        found[room] |= {_room_of(name) for name in ours} - {room}
    return {room: frozenset(others) for room, others in found.items()}


def reduced(graph: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    """Leave out the edges of a graph beside which another path leads to the same place.

    Edges of a circle are kept.
    """
    kept = {room: set(others) for room, others in graph.items()}
    for room, others in sorted(graph.items()):
        for other in sorted(others):
            if room in _reachable(graph, other):
                continue
            kept[room].remove(other)
            if other not in _reachable(kept, room):
                kept[room].add(other)
    return {room: frozenset(others) for room, others in kept.items()}


def _reachable(graph: Mapping[str, frozenset[str] | set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for other in graph[waiting.pop()]:
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def diagram() -> str:
    """Write the imports between the rooms as a diagram of Mermaid's."""
    lines = ["```mermaid", "flowchart TD"]
    lines += [f'  {_id(name)}["{name}"]' for name in _ROOMS]
    lines += [
        f"  {_id(room)} --> {_id(other)}"
        for room, others in sorted(reduced(imports()).items())
        for other in sorted(others)
    ]
    return "\n".join([*lines, "```", ""])


def _id(room: str) -> str:
    return room.replace("/", "_")


def table() -> str:
    """Write what is in the rooms as a table of Markdown's."""
    lines = ["| room | what is in it |", "| --- | --- |"]
    lines += [f"| `{name}` | {summary} |" for name, summary in _ROOMS.items()]
    return "\n".join([*lines, ""])


def with_rooms(page: str) -> str:
    """Put diagram and table into the page, in the place of earlier ones."""
    before, _, rest = page.partition(_BEGINNING)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGINNING}\n{diagram()}\n{table()}\n{_END}{after}"


def _summary(file: Path) -> str:
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(text.partition("\n\n")[0].split()).replace("``", "`")


def _uses_the_cdk(file: Path) -> bool:
    return any(name.split(".")[0] == "aws_cdk" for name in _imported(file))


def _imported(file: Path) -> Iterator[str]:
    """The names that a file imports with their modules, wherever in it it does so."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [f"{node.module}.{alias.name}" for alias in node.names]
            if isinstance(node, ast.ImportFrom) and node.module
            else []
        )
        yield from names


def _room_of(module: str) -> str:
    first, *parts = module.split(".")
    if first == STACKS.name:
        return first
    above = ("/".join(parts[:depth]) for depth in range(len(parts), 0, -1))
    return next((room for room in above if room in _ROOMS), _TOP)


def _room_of_file(file: Path) -> str:
    if file.is_relative_to(STACKS):
        return STACKS.name
    return _room_of(".".join((PACKAGE, *file.relative_to(LIBRARY).with_suffix("").parts)))


_ROOMS = rooms()
