"""The canonical model as text, numbers, lists and mappings, as JSON and YAML have them."""

from collections.abc import Mapping

from serverless_containers.compose.keys.values import Agents, Duration, FileMode, Hosts, Json, Size

_PRINTED = frozenset({Agents, Duration, FileMode, Hosts, Size})


def printed(value: "Json | Mapping[str, Json]") -> Json:
    """Return a value in which durations, sizes and the like are text."""
    kind = type(value)
    if kind is str or value is None:
        return value  # type: ignore[return-value]
    if kind is dict:
        return {key: printed(item) for key, item in value.items()}  # type: ignore[union-attr]
    if kind is list:
        return [printed(item) for item in value]  # type: ignore[union-attr]
    if kind in _PRINTED:
        return value.printed()  # type: ignore[no-any-return, union-attr]
    return value  # type: ignore[return-value]


def escaped(value: Json) -> Json:
    """Return a value with every dollar sign twice, so that what is printed can be read again."""
    if isinstance(value, str):
        return value.replace("$", "$$") if "$" in value else value
    if isinstance(value, list):
        return [escaped(item) for item in value]
    if isinstance(value, dict):
        return {
            key.replace("$", "$$") if "$" in key else key: escaped(item)
            for key, item in value.items()
        }
    return value
