"""Every place of a Compose file in which a user may write any text."""

from collections.abc import Iterator
from typing import TypeAlias

from serverless_containers.compose.keys.schema import PROJECT
from serverless_containers.compose.keys.shapes import Kind, Shape

Document: TypeAlias = "dict[str, Document] | list[Document] | str | int | bool | None"


def text_positions(text: str) -> Iterator[tuple[str, Document]]:
    """Give, for each place where the schema takes any text, its name and a project with it there.

    Args:
        text: What is written there.
    """
    for name, document in _below(PROJECT, text, ""):
        assert isinstance(document, dict)
        service: Document = {"image": "nginx", "ports": ["80"]}
        services = document.get("services")
        given = services.get("n", {}) if isinstance(services, dict) else {}
        if isinstance(given, dict) and isinstance(service, dict):
            given = {**service, **given}
        for section in ("secrets", "configs"):
            resources = document.get(section)
            if isinstance(resources, dict) and isinstance(given, dict):
                given[section] = [*resources]
        yield name, {**document, "services": {"n": given}}


def _below(shape: Shape, text: str, name: str) -> Iterator[tuple[str, Document]]:
    if Kind.TEXT in shape.kinds and not shape.allowed:
        yield name, text
    if shape.items is not None:
        for where, item in _below(shape.items, text, f"{name}[]"):
            yield where, [item]
    for key, value in (shape.keys or {}).items():
        others = {each: _sample(shape.keys[each]) for each in shape.required if each != key}
        for where, item in _below(value, text, f"{name}.{key}"):
            yield where, {**others, key: item}
    if shape.others is not None:
        if shape.names is not None and shape.names.search(text):
            yield f"{name}.<key>", {text: _sample(shape.others)}
        for where, item in _below(shape.others, text, f"{name}.n"):
            yield where, {"n": item}
    elif shape.is_open:
        yield f"{name}.<open>", {text: text}


def _sample(shape: Shape) -> Document:
    """Some value of a shape."""
    if shape.allowed:
        return shape.allowed[0]
    if Kind.TEXT in shape.kinds:
        return "1"
    if Kind.INTEGER in shape.kinds or Kind.NUMBER in shape.kinds:
        return 1
    if Kind.BOOLEAN in shape.kinds:
        return True
    if shape.keys is not None:
        return {key: _sample(shape.keys[key]) for key in shape.required}
    return []
