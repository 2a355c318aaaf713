"""SARIF logs, held against the format."""

import jsonschema

# What the official schema (sarif-schema-2.1.0.json, OASIS) asks of the objects that are written.
_MESSAGE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["text"],
    "properties": {"text": {"type": "string"}},
}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_POSITIVE = {"type": "integer", "minimum": 1}


def _object(required, **properties):
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def _list(items):
    return {"type": "array", "items": items}


SARIF = _object(
    ["version", "runs"],
    **{"$schema": {"type": "string", "pattern": "^https://[^ ]+$"}},
    version={"const": "2.1.0"},
    runs=_list(
        _object(
            ["tool"],
            tool=_object(
                ["driver"],
                driver=_object(
                    ["name"],
                    name={"type": "string"},
                    version={"type": "string"},
                    rules={
                        **_list(
                            _object(
                                ["id"],
                                id={"type": "string"},
                                shortDescription=_MESSAGE,
                                helpUri={"type": "string", "pattern": "^https://[^ ]+$"},
                                defaultConfiguration=_object([], level=_LEVEL),
                            )
                        ),
                        "uniqueItems": True,
                    },
                ),
            ),
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            results=_list(
                _object(
                    ["message"],
                    ruleId={"type": "string"},
                    ruleIndex={"type": "integer", "minimum": -1},
                    level=_LEVEL,
                    message=_MESSAGE,
                    locations=_list(
                        _object(
                            [],
                            physicalLocation=_object(
                                ["artifactLocation"],
                                artifactLocation=_object(
                                    ["uri"], uri={"type": "string", "pattern": "^[^/ ]+(/[^ ]*)*$"}
                                ),
                                region=_object([], startLine=_POSITIVE, startColumn=_POSITIVE),
                            ),
                            logicalLocations=_list(
                                _object([], fullyQualifiedName={"type": "string"})
                            ),
                        )
                    ),
                )
            ),
        )
    ),
)


def validate_sarif(log):
    """Hold a log against the schema, and what the schema cannot say."""
    jsonschema.validate(log, SARIF)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    return run
