"""Records of what stands under ``build``."""

from serverless_containers.compose.keys import defaults, expansions, identities, merging, paths
from serverless_containers.compose.keys import values as v
from serverless_containers.compose.keys.common import (
    BOOLEAN,
    FILE_USE,
    NOT_PRINTED,
    SIZE,
    TEXT,
    TEXTS,
)
from serverless_containers.compose.keys.record import Key, list_of, map_of, struct

_SHOWN = Key(v.text, expand=expansions.shown)

BUILD = struct(
    {
        "context": Key(v.text, path=paths.CONTEXT),
        "dockerfile": TEXT,
        "dockerfile_inline": TEXT,
        "entitlements": TEXTS,
        "args": Key(v.variables, merge=merging.append, unique=identities.name),
        "provenance": _SHOWN,
        "sbom": _SHOWN,
        "ssh": Key(v.ssh, expand=expansions.ssh, every=Key(path=paths.SOURCE)),
        "labels": Key(v.mapping, merge=merging.append, unique=identities.name),
        "cache_from": TEXTS,
        "cache_to": TEXTS,
        "no_cache": BOOLEAN,
        "no_cache_filter": TEXTS,
        "additional_contexts": Key(
            v.mapping,
            expand=expansions.contexts,
            merge=merging.append,
            unique=identities.name,
            every=Key(path=paths.CONTEXT),
        ),
        "pull": BOOLEAN,
        "extra_hosts": Key(v.hosts, merge=merging.append_new),
        "isolation": TEXT,
        "network": TEXT,
        "target": TEXT,
        "secrets": list_of(FILE_USE),
        "shm_size": SIZE,
        "tags": Key(v.texts, unique=identities.name),
        "ulimits": map_of(
            Key(v.ulimit, expand=expansions.ulimit, keys={"hard": NOT_PRINTED, "soft": NOT_PRINTED})
        ),
        "platforms": TEXTS,
        "privileged": BOOLEAN,
    },
    expand=expansions.text_to("context"),
    merge=merging.build,
    default=defaults.context,
)
