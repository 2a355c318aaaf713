"""Writes the shapes of Compose's keys from the official JSON schema: ``make schema``."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from serverless_containers.compose.keys import shapes
from serverless_containers.compose.keys.shapes import ANY_NAME, EMPTY, NAME, Kind, Shape

TARGET = Path(shapes.__file__).with_name("schema.py")

_AS_A_NUMBER: tuple[dict[str, object], str] = (
    {"kinds": Kind.NUMBER | Kind.TEXT},
    "Docker Compose takes fractions, too",
)
_ANY_NAME: tuple[dict[str, object], str] = ({"is_open": True}, "Docker Compose takes any name")

DIFFERENCES: Mapping[str, tuple[dict[str, object], str]] = {
    "networks": _ANY_NAME,
    "models": _ANY_NAME,
    **dict.fromkeys(
        (f"services.*.{key}" for key in ("mem_limit", "memswap_limit", "shm_size")), _AS_A_NUMBER
    ),
    "services.*.pid": ({"kinds": Kind.TEXT}, "Docker Compose does not survive null"),
    "services.*.pull_policy": (
        {
            "pattern": re.compile(
                r"always|never|build|if_not_present|missing|refresh|daily|weekly"
                r"|every_([0-9]+[wdhms])+"
            )
        },
        "Docker Compose looks for the pattern anywhere in the text",
    ),
}
"""Places at which the reader takes another shape than the official schema has, as Docker Compose
does: what differs, and why."""

# A job, and a hook before the start, is a container as a service is.
_CONTAINERS = re.compile(r"\A(?:jobs\.\*|services\.\*\.pre_start\[\])\.")

_EXTENSIONS = "^x-"
_KINDS = {
    "string": Kind.TEXT,
    "integer": Kind.INTEGER,
    "number": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "null": Kind.NULL,
}
_NAMES = {"^[a-zA-Z0-9._-]+$": NAME, ".+": ANY_NAME, "^.+$": ANY_NAME}
_ALTERNATIVES = ("oneOf", "anyOf")


def official() -> dict[str, Any]:
    """Read the schema that check-jsonschema carries."""
    text = files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json")
    content: dict[str, Any] = json.loads(text.read_text(encoding="utf-8"))
    return content


class Converter:
    """Makes shapes of JSON schemas.

    Attributes:
        unused: The paths of differences that no value has been found for.
    """

    def __init__(
        self,
        root: Mapping[str, Any],
        differences: Mapping[str, tuple[dict[str, object], str]] = DIFFERENCES,
    ) -> None:
        self._definitions: Mapping[str, Any] = root["$defs"]
        self._differences = differences
        self.unused = set(differences)

    def shape(self, node: Mapping[str, Any], path: str = "") -> Shape:
        """Return the shape of what stands at a path, ``*`` for a name and ``[]`` for an item."""
        made = Shape(has_extensions=False)
        for part in self._parts(node):
            made = _either(made, self._plain(part, path))
        if made.keys is None:
            made = replace(made, has_extensions=True)
        known = _CONTAINERS.sub("services.*.", path)
        if known in self._differences:
            self.unused.discard(known)
            made = replace(made, **self._differences[known][0])  # type: ignore[arg-type]
        return made

    def _parts(self, node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The alternatives of a schema, none of which has any itself."""
        if "$ref" in node:
            yield from self._parts(self._definitions[node["$ref"].rsplit("/", 1)[-1]])
            return
        if "allOf" in node:
            yield self._together(node)
            return
        # Of some keys one has to be there: that is for the plan to say.
        alternatives = [
            part
            for kind in _ALTERNATIVES
            for part in node.get(kind, ())
            if set(part) != {"required"}
        ]
        if not alternatives:
            yield node
        for part in alternatives:
            yield from self._parts(part)

    def _together(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """One schema with the properties of all that it is put together from."""
        merged: dict[str, Any] = {
            "type": "object",
            "properties": {},
            "patternProperties": {},
            "additionalProperties": node.get("unevaluatedProperties", True),
            "required": list(node.get("required", ())),
        }
        for part in (*node["allOf"], node):
            known = self._definitions[part["$ref"].rsplit("/", 1)[-1]] if "$ref" in part else part
            for key in ("properties", "patternProperties"):
                merged[key].update(known.get(key, {}))
        return merged

    def _plain(self, node: Mapping[str, Any], path: str) -> Shape:
        types = node.get("type", ())
        types = (types,) if isinstance(types, str) else tuple(types)
        kinds = Kind.NONE
        for each in types:
            kinds |= _KINDS.get(each, Kind.NONE)
        pattern = node.get("pattern")
        made = Shape(
            kinds=kinds,
            allowed=tuple(node.get("enum", ())),
            pattern=None if pattern is None else re.compile(_anchored(pattern)),
            lowest=node.get("minimum"),
            highest=node.get("maximum"),
            has_extensions=False,
        )
        if "array" in types:
            made = replace(
                made,
                items=self.shape(node["items"], f"{path}[]"),
                is_set=node.get("uniqueItems", False),
            )
        return self._mapping(node, made, path) if "object" in types else made

    def _mapping(self, node: Mapping[str, Any], made: Shape, path: str) -> Shape:
        patterns = dict(node.get("patternProperties", {}))
        has_extensions = patterns.pop(_EXTENSIONS, None) is not None
        keys = {
            key: self.shape(below, f"{path}.{key}".removeprefix("."))
            for key, below in node.get("properties", {}).items()
        }
        made = replace(
            made,
            keys=keys or EMPTY,
            required=tuple(node.get("required", ())),
            has_extensions=has_extensions,
            is_open=node.get("additionalProperties", True) is not False,
        )
        for pattern, below in patterns.items():
            made = replace(
                made,
                names=_NAMES.get(pattern) or re.compile(_anchored(pattern)),
                others=self.shape(below, f"{path}.*".removeprefix(".")),
            )
        return made


def _anchored(pattern: str) -> str:
    """A pattern in Python's notation, whose ``$`` would match before a last line break."""
    start, end = pattern.startswith("^"), pattern.endswith("$")
    middle = pattern[start : len(pattern) - end]
    return (r"\A" if start else "") + middle + (r"\Z" if end else "")


def _either(one: Shape, other: Shape) -> Shape:
    """A value of either of two shapes, which share no type."""
    default = Shape(has_extensions=False)
    chosen = {
        field.name: getattr(other, field.name)
        if getattr(other, field.name) != getattr(default, field.name)
        else getattr(one, field.name)
        for field in fields(Shape)
        if field.init
    }
    return Shape(**{**chosen, "kinds": one.kinds | other.kinds})


_HEADER = '''"""Shapes of all keys, as the official schema has them. Written by ``make schema``.

The schema's alternatives never share a type, so that text, a list and a mapping can be told apart
at a glance. Where the reader departs from it, and why, stands in ``tools/write_schema.py``.
"""

import re

'''


_NO_NAME = r"[^a-z_]"
# What others ask for by name.
_PUBLIC = {"services.": "SERVICE", "jobs.": "JOB", "pre_start[]": "PRE_START"}


class _Writer:
    """Writes shapes as Python, those that stand in several places once."""

    def __init__(self) -> None:
        self._known = {
            repr(value): name
            for name, value in vars(shapes).items()
            if isinstance(value, Shape) and name.isupper()
        }
        self._uses: dict[str, int] = {}
        self._constants: dict[str, tuple[str, str]] = {}
        self.used: set[str] = {"Shape"}

    def file(self, root: Shape) -> str:
        """Return the text of the module."""
        self._count(root)
        project = self._made(root, "PROJECT")
        imports = ", ".join(sorted(self.used | {"Shape"}))
        constants = "".join(f"{name} = {text}\n\n" for name, text in self._constants.values())
        return (
            f"{_HEADER}from serverless_containers.compose.keys.shapes import {imports}\n\n"
            f'{constants}PROJECT = {project}\n"""A whole file."""\n'
        )

    def _count(self, shape: Shape) -> None:
        shown = repr(shape)
        self._uses[shown] = self._uses.get(shown, 0) + 1
        if self._uses[shown] == 1:
            for below in (*(shape.keys or {}).values(), shape.items, shape.others):
                if below is not None:
                    self._count(below)

    def _text(self, shape: Shape, name: str) -> str:
        shown = repr(shape)
        if shown in self._known:
            self.used.add(self._known[shown])
            return self._known[shown]
        if shown in self._constants:
            return self._constants[shown][0]
        if name not in _PUBLIC and self._uses[shown] == 1:
            return self._made(shape, name)
        taken = {known for known, _ in self._constants.values()}
        constant = _PUBLIC.get(name) or f"_{re.sub(_NO_NAME, '', name).upper()}"
        while constant in taken:
            constant += "_"
        text = self._made(shape, name)
        self._constants[shown] = (constant, text)
        return constant

    def _made(self, shape: Shape, name: str) -> str:
        arguments = [*self._single(shape), *self._collections(shape, name)]
        return f"Shape({', '.join(arguments)})"

    def _single(self, shape: Shape) -> Iterator[str]:
        if shape.kinds:
            self.used.add("Kind")
            names = " | ".join(f"Kind.{kind.name}" for kind in Kind if kind in shape.kinds and kind)
            yield f"kinds={names}"
        if shape.allowed:
            yield f"allowed={shape.allowed!r}"
        if shape.pattern is not None:
            yield f"pattern=re.compile({_raw(shape.pattern.pattern)})"
        for key in ("lowest", "highest"):
            if getattr(shape, key) is not None:
                yield f"{key}={getattr(shape, key)}"

    def _collections(self, shape: Shape, name: str) -> Iterator[str]:
        if shape.items is not None:
            yield f"items={self._text(shape.items, f'{name}[]')}"
            if shape.is_set:
                yield "is_set=True"
        if shape.keys is None:
            return
        below = ", ".join(f"{key!r}: {self._text(it, key)}" for key, it in shape.keys.items())
        yield f"keys={{{below}}}"
        if shape.others is not None and shape.names is not None:
            yield f"names={self._names(shape.names)}"
            yield f"others={self._text(shape.others, f'{name}.')}"
        for key in ("is_open", "required"):
            if getattr(shape, key):
                yield f"{key}={getattr(shape, key)!r}"
        if not shape.has_extensions:
            yield "has_extensions=False"

    def _names(self, names: re.Pattern[str]) -> str:
        for known, pattern in (("NAME", NAME), ("ANY_NAME", ANY_NAME)):
            if names is pattern:
                self.used.add(known)
                return known
        return f"re.compile({_raw(names.pattern)})"


def _raw(pattern: str) -> str:
    return f'r"{pattern}"'


def render_schema() -> str:
    """Write the shapes of the official schema, as ruff formats them."""
    root = official()
    converter = Converter(root)
    shape = converter.shape(root)
    if converter.unused:
        raise SystemExit(f"differences of no key: {', '.join(sorted(converter.unused))}")
    text = _Writer().file(shape)
    for arguments in (["check", "--select=I", "--fix", "--quiet"], ["format"]):
        # Of this environment, with arguments from here.
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "ruff", *arguments, "--stdin-filename", str(TARGET), "-"],
            input=text,
            capture_output=True,
            check=True,
            text=True,
        )
        text = done.stdout
    return text


if __name__ == "__main__":
    TARGET.write_text(render_schema(), encoding="utf-8")
