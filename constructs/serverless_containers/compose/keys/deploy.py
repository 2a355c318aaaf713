"""Records of what stands under ``deploy``."""

from serverless_containers.compose.keys import defaults, identities, merging
from serverless_containers.compose.keys import values as v
from serverless_containers.compose.keys.common import (
    DEVICE_REQUEST,
    DURATION,
    GIVEN_DURATION,
    INTEGER,
    SIZE,
    TEXT,
    TEXTS,
)
from serverless_containers.compose.keys.record import Key, list_of, struct
from serverless_containers.compose.notation.go import to_float, to_integer

_UPDATE = struct(
    {
        "parallelism": Key(v.given_count, cast=to_integer),
        "delay": DURATION,
        "failure_action": TEXT,
        "monitor": DURATION,
        "max_failure_ratio": Key(v.number, cast=to_float),
        "order": TEXT,
    }
)

_AMOUNTS = {"cpus": Key(v.number), "memory": SIZE}

_GENERIC = struct(
    {
        "discrete_resource_spec": struct(
            {"kind": TEXT, "value": Key(v.given_integer)}, always={"kind": "", "value": 0}
        )
    }
)

DEPLOY = struct(
    {
        "mode": TEXT,
        "replicas": Key(v.given_integer, cast=to_integer),
        "labels": Key(v.mapping, merge=merging.append, unique=identities.name),
        "update_config": _UPDATE,
        "rollback_config": _UPDATE,
        "resources": struct(
            {
                "limits": struct({**_AMOUNTS, "pids": INTEGER}),
                "reservations": struct(
                    {
                        **_AMOUNTS,
                        "devices": list_of(struct(DEVICE_REQUEST, default=defaults.all_devices)),
                        "generic_resources": list_of(_GENERIC),
                    }
                ),
            }
        ),
        "restart_policy": struct(
            {
                "condition": TEXT,
                "delay": GIVEN_DURATION,
                "max_attempts": Key(v.given_count, cast=to_integer),
                "window": GIVEN_DURATION,
            }
        ),
        "placement": struct(
            {
                "constraints": TEXTS,
                "preferences": list_of(struct({"spread": TEXT})),
                "max_replicas_per_node": Key(v.count, cast=to_integer),
            }
        ),
        "endpoint_mode": TEXT,
    },
    always={"resources": {}, "placement": {}},
)
