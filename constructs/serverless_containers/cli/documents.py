"""JSON of what the commands for deployed services tell."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from serverless_containers.cli.output import write_document
from serverless_containers.findings.formats import escaped


def write_json(document: object) -> None:
    """Write an object to standard output as JSON.

    Args:
        document: The object: dataclasses by their fields, times in UTC as ISO 8601 has them.
    """
    write_document(escaped(json.dumps(_plain(document), indent=2, ensure_ascii=False)))


def write_json_line(document: object) -> None:
    """Write an object to standard output as a line of JSON, for programs that read as it comes."""
    write_document(escaped(json.dumps(_plain(document), ensure_ascii=False)))


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, Sequence | AbstractSet) and not isinstance(value, str | bytes):
        return [_plain(each) for each in value]
    return value if isinstance(value, bool | int | float | str | None) else str(value)
