"""Records that several keys share."""

from serverless_containers.compose.keys import expansions, identities, paths
from serverless_containers.compose.keys import values as v
from serverless_containers.compose.keys.record import Key, struct
from serverless_containers.compose.notation.go import to_boolean

TEXT = Key(v.text)
TEXTS = Key(v.texts)
NAMES = Key(v.texts, unique=identities.name)
"""Texts, of which those with one name before ``=`` stand for the same thing."""
BOOLEAN = Key(v.boolean)
INTEGER = Key(v.integer)
SIZE = Key(v.size)
DURATION = Key(v.duration)
GIVEN_DURATION = Key(v.given_duration)
MAPPING = Key(v.mapping)

NOT_PRINTED = Key()
"""A key that has no value of its own in what is printed."""

FILE_USE = struct(
    {"source": TEXT, "target": TEXT, "uid": TEXT, "gid": TEXT, "mode": Key(v.mode)},
    expand=expansions.text_to("source"),
)

HOOK = struct(
    {
        "command": Key(v.command),
        "user": TEXT,
        "privileged": BOOLEAN,
        "working_dir": TEXT,
        "environment": Key(v.variables),
    },
    always={"command": None},
)

DEVICE_REQUEST = {
    "capabilities": TEXTS,
    "driver": TEXT,
    "count": Key(v.device_count),
    "device_ids": TEXTS,
    "options": MAPPING,
}

ENV_FILE = struct(
    {
        "path": Key(v.text, path=paths.FILE),
        "required": Key(v.given_boolean, cast=to_boolean),
        "format": TEXT,
    }
)
