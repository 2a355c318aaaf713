"""JSON as people write it, with the place of each value. Imports nothing of the library."""

from serverless_containers.json_source.nodes import (
    JsonArray,
    JsonMember,
    JsonNode,
    JsonObject,
    JsonScalar,
    NestedTooDeeplyError,
    kind_of,
    parse_json,
    parse_json_at,
)

__all__ = [
    "JsonArray",
    "JsonMember",
    "JsonNode",
    "JsonObject",
    "JsonScalar",
    "NestedTooDeeplyError",
    "kind_of",
    "parse_json",
    "parse_json_at",
]
