"""Records of what stands at the top of a Compose file."""

from serverless_containers.compose.keys import expansions, identities, merging, paths
from serverless_containers.compose.keys import values as v
from serverless_containers.compose.keys.common import MAPPING, NOT_PRINTED, TEXT
from serverless_containers.compose.keys.record import Key, Keys, list_of, map_of, struct
from serverless_containers.compose.keys.service import JOB, SERVICE
from serverless_containers.compose.notation.go import to_boolean

_EXTERNAL = Key(v.boolean, cast=to_boolean, keys={"name": NOT_PRINTED})
_SWITCH = Key(v.boolean, cast=to_boolean)
_GIVEN_SWITCH = Key(v.given_boolean, cast=to_boolean)

_POOL = struct({"subnet": TEXT, "gateway": TEXT, "ip_range": TEXT, "aux_addresses": MAPPING})

_NETWORK = struct(
    {
        "name": TEXT,
        "driver": TEXT,
        "driver_opts": MAPPING,
        "ipam": struct(
            {
                "driver": TEXT,
                "config": list_of(_POOL, merge=merging.pools),
                "options": NOT_PRINTED,
            }
        ),
        "external": _EXTERNAL,
        "internal": _SWITCH,
        "attachable": _SWITCH,
        "labels": Key(v.mapping, merge=merging.append, unique=identities.name),
        "enable_ipv4": _GIVEN_SWITCH,
        "enable_ipv6": _GIVEN_SWITCH,
    },
    always={"ipam": {}},
    expand=expansions.maybe_external,
)

_VOLUME = struct(
    {
        "name": TEXT,
        "driver": TEXT,
        "driver_opts": MAPPING,
        "external": _EXTERNAL,
        "labels": Key(v.mapping, merge=merging.append),
    },
    expand=expansions.maybe_external,
    path=paths.volume,
)

_FILE: Keys = {"name": TEXT, "file": Key(v.text, path=paths.SOURCE), "environment": TEXT}

_SECRET = struct(
    {
        **_FILE,
        "external": _EXTERNAL,
        "labels": MAPPING,
        "driver": TEXT,
        "driver_opts": Key(v.texts_by_name),
        "template_driver": TEXT,
    },
    expand=expansions.maybe_external,
)

_CONFIG = struct(
    {
        **_FILE,
        "content": TEXT,
        "external": _EXTERNAL,
        "labels": MAPPING,
        "template_driver": TEXT,
    },
    expand=expansions.maybe_external,
)

_MODEL_KEYS = ("name", "model", "context_size", "runtime_flags")

PROJECT = struct(
    {
        "version": NOT_PRINTED,
        "name": NOT_PRINTED,
        "include": Key(
            item=Key(keys=dict.fromkeys(("path", "env_file", "project_directory"), NOT_PRINTED))
        ),
        "services": map_of(SERVICE),
        "jobs": map_of(JOB),
        "models": Key(every=Key(keys=dict.fromkeys(_MODEL_KEYS, NOT_PRINTED))),
        "networks": map_of(_NETWORK),
        "volumes": map_of(_VOLUME),
        "secrets": map_of(_SECRET),
        "configs": map_of(_CONFIG),
    }
)
"""A whole file."""
