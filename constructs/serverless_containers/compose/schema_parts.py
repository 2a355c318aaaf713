"""What may stand inside the larger keys of a service."""

import re

from serverless_containers.compose.keys.shapes import (
    ANY_NAME,
    BOOLEAN,
    BOOLEAN_OR_TEXT,
    COMMAND,
    DRIVER_OPTIONS,
    EMPTY,
    INTEGER_OR_TEXT,
    LIST_OR_MAPPING,
    NAME,
    NUMBER_OR_TEXT,
    SET,
    TEXT,
    TEXT_OR_SET,
    TEXT_OR_TEXTS,
    TEXTS,
    Kind,
    Shape,
    list_of,
    mapping,
    named,
    one_of,
)

_LIMIT_NAME = re.compile(r"\A[a-z]+\Z")


EXTRA_HOSTS = Shape(
    items=TEXT,
    is_set=True,
    keys=EMPTY,
    names=ANY_NAME,
    others=TEXT_OR_TEXTS,
    has_extensions=False,
)


ULIMITS = named(
    Shape(
        kinds=Kind.INTEGER | Kind.TEXT,
        keys={"hard": INTEGER_OR_TEXT, "soft": INTEGER_OR_TEXT},
        required=("soft", "hard"),
    ),
    _LIMIT_NAME,
    is_open=True,
)


FILE_USES = list_of(
    Shape(
        kinds=Kind.TEXT,
        keys={"source": TEXT, "target": TEXT, "uid": TEXT, "gid": TEXT, "mode": NUMBER_OR_TEXT},
    )
)


BUILD = Shape(
    kinds=Kind.TEXT,
    keys={
        **dict.fromkeys(
            ("context", "dockerfile", "dockerfile_inline", "network", "target", "isolation"), TEXT
        ),
        **dict.fromkeys(("entitlements", "cache_from", "cache_to", "tags", "platforms"), TEXTS),
        **dict.fromkeys(("args", "ssh", "labels", "additional_contexts"), LIST_OR_MAPPING),
        **dict.fromkeys(("no_cache", "provenance", "sbom", "pull", "privileged"), BOOLEAN_OR_TEXT),
        "shm_size": INTEGER_OR_TEXT,
        "extra_hosts": EXTRA_HOSTS,
        "secrets": FILE_USES,
        "ulimits": ULIMITS,
    },
)


_BLKIO_LIMITS = list_of(mapping({"path": TEXT, "rate": INTEGER_OR_TEXT}, has_extensions=False))


BLKIO = mapping(
    {
        "device_read_bps": _BLKIO_LIMITS,
        "device_read_iops": _BLKIO_LIMITS,
        "device_write_bps": _BLKIO_LIMITS,
        "device_write_iops": _BLKIO_LIMITS,
        "weight": INTEGER_OR_TEXT,
        "weight_device": list_of(
            mapping({"path": TEXT, "weight": INTEGER_OR_TEXT}, has_extensions=False)
        ),
    },
    has_extensions=False,
)


DEPENDS_ON = Shape(
    items=TEXT,
    is_set=True,
    keys=EMPTY,
    names=NAME,
    others=mapping(
        {
            "restart": BOOLEAN_OR_TEXT,
            "required": BOOLEAN,
            "condition": one_of(
                "service_started", "service_healthy", "service_completed_successfully"
            ),
        },
        required=("condition",),
    ),
    has_extensions=False,
)


HOOKS = list_of(
    mapping(
        {
            "command": COMMAND,
            "user": TEXT,
            "privileged": BOOLEAN_OR_TEXT,
            "working_dir": TEXT,
            "environment": LIST_OR_MAPPING,
        },
        required=("command",),
    )
)


HEALTHCHECK = mapping(
    {
        "disable": BOOLEAN_OR_TEXT,
        "interval": TEXT,
        "retries": NUMBER_OR_TEXT,
        "test": TEXT_OR_TEXTS,
        "timeout": TEXT,
        "start_period": TEXT,
        "start_interval": TEXT,
    }
)


DEVICE_REQUEST = {
    "capabilities": SET,
    "count": INTEGER_OR_TEXT,
    "device_ids": SET,
    "driver": TEXT,
    "options": LIST_OR_MAPPING,
}


_UPDATE_CONFIG = mapping(
    {
        "parallelism": INTEGER_OR_TEXT,
        "delay": TEXT,
        "failure_action": TEXT,
        "monitor": TEXT,
        "max_failure_ratio": NUMBER_OR_TEXT,
        "order": one_of("start-first", "stop-first"),
    }
)


DEPLOY = mapping(
    {
        "mode": TEXT,
        "endpoint_mode": TEXT,
        "replicas": INTEGER_OR_TEXT,
        "labels": LIST_OR_MAPPING,
        "rollback_config": _UPDATE_CONFIG,
        "update_config": _UPDATE_CONFIG,
        "resources": mapping(
            {
                "limits": mapping(
                    {"cpus": NUMBER_OR_TEXT, "memory": TEXT, "pids": INTEGER_OR_TEXT}
                ),
                "reservations": mapping(
                    {
                        "cpus": NUMBER_OR_TEXT,
                        "memory": TEXT,
                        "generic_resources": list_of(
                            mapping(
                                {
                                    "discrete_resource_spec": mapping(
                                        {"kind": TEXT, "value": NUMBER_OR_TEXT}
                                    )
                                }
                            )
                        ),
                        "devices": list_of(mapping(DEVICE_REQUEST, required=("capabilities",))),
                    }
                ),
            }
        ),
        "restart_policy": mapping(
            {"condition": TEXT, "delay": TEXT, "max_attempts": INTEGER_OR_TEXT, "window": TEXT}
        ),
        "placement": mapping(
            {
                "constraints": TEXTS,
                "preferences": list_of(mapping({"spread": TEXT})),
                "max_replicas_per_node": INTEGER_OR_TEXT,
            }
        ),
    },
    kinds=Kind.NULL,
)


DEVELOP = mapping(
    {
        "watch": list_of(
            mapping(
                {
                    "ignore": TEXT_OR_SET,
                    "include": TEXT_OR_SET,
                    "path": TEXT,
                    "action": one_of("rebuild", "sync", "restart", "sync+restart", "sync+exec"),
                    "target": TEXT,
                    "exec": HOOKS.items or TEXT,
                    "initial_sync": BOOLEAN,
                },
                required=("path", "action"),
            )
        )
    },
    kinds=Kind.NULL,
)


NETWORK_USE = mapping(
    {
        "aliases": SET,
        "interface_name": TEXT,
        "ipv4_address": TEXT,
        "ipv6_address": TEXT,
        "link_local_ips": SET,
        "mac_address": TEXT,
        "driver_opts": DRIVER_OPTIONS,
        "priority": Shape(kinds=Kind.NUMBER),
        "gw_priority": Shape(kinds=Kind.NUMBER),
    },
    kinds=Kind.NULL,
)


PORTS = list_of(
    Shape(
        kinds=Kind.NUMBER | Kind.TEXT,
        keys={
            **dict.fromkeys(("name", "mode", "host_ip", "protocol", "app_protocol"), TEXT),
            "target": INTEGER_OR_TEXT,
            "published": INTEGER_OR_TEXT,
        },
    ),
    is_set=True,
)


VOLUMES = list_of(
    Shape(
        kinds=Kind.TEXT,
        keys={
            "type": one_of("bind", "volume", "tmpfs", "cluster", "npipe", "image"),
            "source": TEXT,
            "target": TEXT,
            "read_only": BOOLEAN_OR_TEXT,
            "consistency": TEXT,
            "bind": mapping(
                {
                    "propagation": TEXT,
                    "create_host_path": BOOLEAN_OR_TEXT,
                    "recursive": one_of("enabled", "disabled", "writable", "readonly"),
                    "selinux": one_of("z", "Z"),
                }
            ),
            "volume": mapping(
                {"labels": LIST_OR_MAPPING, "nocopy": BOOLEAN_OR_TEXT, "subpath": TEXT}
            ),
            "tmpfs": mapping(
                {
                    "size": Shape(kinds=Kind.INTEGER | Kind.TEXT, lowest=0),
                    "mode": NUMBER_OR_TEXT,
                }
            ),
            "image": mapping({"subpath": TEXT}),
        },
        required=("type",),
    ),
    is_set=True,
)
