"""What may stand where in a Compose file: the official schema, as a table.

One :class:`Shape` says all forms that a value can take. The schema's alternatives never share a
type, so that text, a list and a mapping can be told apart at a glance.
"""

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
    options,
)
from serverless_containers.compose.schema_parts import (
    BLKIO,
    BUILD,
    DEPENDS_ON,
    DEPLOY,
    DEVELOP,
    DEVICE_REQUEST,
    EXTRA_HOSTS,
    FILE_USES,
    HEALTHCHECK,
    HOOKS,
    NETWORK_USE,
    PORTS,
    ULIMITS,
    VOLUMES,
)

SERVICE = mapping(
    {
        **dict.fromkeys(
            (
                "cgroup_parent",
                "cpuset",
                "domainname",
                "hostname",
                "image",
                "ipc",
                "isolation",
                "mac_address",
                "network_mode",
                "platform",
                "pull_refresh_after",
                "restart",
                "runtime",
                "stop_grace_period",
                "stop_signal",
                "user",
                "uts",
                "userns_mode",
                "working_dir",
            ),
            TEXT,
        ),
        **dict.fromkeys(
            (
                "cpu_shares",
                "cpu_quota",
                "cpu_period",
                "cpu_rt_period",
                "cpu_rt_runtime",
                "cpus",
                "mem_limit",
                "memswap_limit",
                "pids_limit",
                "shm_size",
            ),
            NUMBER_OR_TEXT,
        ),
        **dict.fromkeys(("mem_reservation", "mem_swappiness", "scale"), INTEGER_OR_TEXT),
        **dict.fromkeys(
            ("attach", "init", "oom_kill_disable", "privileged", "read_only", "stdin_open", "tty"),
            BOOLEAN_OR_TEXT,
        ),
        **dict.fromkeys(
            (
                "cap_add",
                "cap_drop",
                "device_cgroup_rules",
                "dns_opt",
                "external_links",
                "links",
                "profiles",
                "security_opt",
                "volumes_from",
            ),
            SET,
        ),
        **dict.fromkeys(("annotations", "environment", "labels", "sysctls"), LIST_OR_MAPPING),
        **dict.fromkeys(("dns", "dns_search", "tmpfs"), TEXT_OR_SET),
        **dict.fromkeys(("command", "entrypoint"), COMMAND),
        **dict.fromkeys(("post_start", "pre_stop"), HOOKS),
        **dict.fromkeys(("configs", "secrets"), FILE_USES),
        **dict.fromkeys(
            ("expose", "group_add"), list_of(Shape(kinds=Kind.TEXT | Kind.NUMBER), is_set=True)
        ),
        "develop": DEVELOP,
        "deploy": DEPLOY,
        "build": BUILD,
        "blkio_config": BLKIO,
        "cgroup": one_of("host", "private"),
        "container_name": Shape(kinds=Kind.TEXT, pattern=re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")),
        "cpu_count": Shape(kinds=Kind.INTEGER | Kind.TEXT, lowest=0),
        "cpu_percent": Shape(kinds=Kind.INTEGER | Kind.TEXT, lowest=0, highest=100),
        "credential_spec": mapping({"config": TEXT, "file": TEXT, "registry": TEXT}),
        "depends_on": DEPENDS_ON,
        "devices": list_of(
            Shape(
                kinds=Kind.TEXT,
                keys={"source": TEXT, "target": TEXT, "permissions": TEXT},
                required=("source",),
            )
        ),
        "env_file": Shape(
            kinds=Kind.TEXT,
            items=Shape(
                kinds=Kind.TEXT,
                keys={"path": TEXT, "format": TEXT, "required": BOOLEAN_OR_TEXT},
                required=("path",),
                has_extensions=False,
            ),
        ),
        "label_file": TEXT_OR_TEXTS,
        "extends": Shape(
            kinds=Kind.TEXT,
            keys={"service": TEXT, "file": TEXT},
            required=("service",),
            has_extensions=False,
        ),
        "extra_hosts": EXTRA_HOSTS,
        "gpus": Shape(
            kinds=Kind.TEXT,
            allowed=("all",),
            items=mapping(DEVICE_REQUEST, is_open=True),
        ),
        "healthcheck": HEALTHCHECK,
        "logging": mapping(
            {"driver": TEXT, "options": options(Kind.TEXT | Kind.NUMBER | Kind.NULL)}
        ),
        "models": Shape(
            items=TEXT,
            is_set=True,
            keys=EMPTY,
            names=NAME,
            others=mapping({"endpoint_var": TEXT, "model_var": TEXT}, kinds=Kind.NULL),
            is_open=True,
            has_extensions=False,
        ),
        "networks": Shape(
            items=TEXT,
            is_set=True,
            keys=EMPTY,
            names=NAME,
            others=NETWORK_USE,
            has_extensions=False,
        ),
        "oom_score_adj": Shape(kinds=Kind.INTEGER | Kind.TEXT, lowest=-1000, highest=1000),
        # The official schema allows null, which Docker Compose does not survive.
        "pid": TEXT,
        "ports": PORTS,
        "provider": mapping(
            {
                "type": TEXT,
                "options": named(
                    Shape(
                        kinds=Kind.TEXT | Kind.NUMBER | Kind.BOOLEAN,
                        items=Shape(kinds=Kind.TEXT | Kind.NUMBER | Kind.BOOLEAN),
                    ),
                    ANY_NAME,
                    is_open=True,
                ),
            },
            required=("type",),
        ),
        "pull_policy": Shape(
            kinds=Kind.TEXT,
            pattern=re.compile(
                r"always|never|build|if_not_present|missing|refresh|daily|weekly"
                r"|every_([0-9]+[wdhms])+"
            ),
        ),
        "storage_opt": mapping(EMPTY, is_open=True),
        "ulimits": ULIMITS,
        "use_api_socket": BOOLEAN,
        "volumes": VOLUMES,
    }
)

_EXTERNAL = Shape(kinds=Kind.BOOLEAN | Kind.TEXT, keys={"name": TEXT})

_OPEN_EXTERNAL = Shape(kinds=Kind.BOOLEAN | Kind.TEXT, keys={"name": TEXT}, is_open=True)

_FILE_OBJECT = {
    "name": TEXT,
    "environment": TEXT,
    "file": TEXT,
    "external": _OPEN_EXTERNAL,
    "labels": LIST_OR_MAPPING,
    "template_driver": TEXT,
}

_NETWORK = mapping(
    {
        "name": TEXT,
        "driver": TEXT,
        "driver_opts": DRIVER_OPTIONS,
        "ipam": mapping(
            {
                "driver": TEXT,
                "config": list_of(
                    mapping(
                        {
                            "subnet": TEXT,
                            "ip_range": TEXT,
                            "gateway": TEXT,
                            "aux_addresses": named(TEXT, ANY_NAME),
                        }
                    )
                ),
                "options": named(TEXT, ANY_NAME),
            }
        ),
        "external": _EXTERNAL,
        "internal": BOOLEAN_OR_TEXT,
        "enable_ipv4": BOOLEAN_OR_TEXT,
        "enable_ipv6": BOOLEAN_OR_TEXT,
        "attachable": BOOLEAN_OR_TEXT,
        "labels": LIST_OR_MAPPING,
    },
    kinds=Kind.NULL,
)

_VOLUME = mapping(
    {
        "name": TEXT,
        "driver": TEXT,
        "driver_opts": DRIVER_OPTIONS,
        "external": _EXTERNAL,
        "labels": LIST_OR_MAPPING,
    },
    kinds=Kind.NULL,
)

_MODEL = mapping(
    {
        "name": TEXT,
        "model": TEXT,
        "context_size": Shape(kinds=Kind.INTEGER),
        "runtime_flags": TEXTS,
    },
    required=("model",),
)

PROJECT = mapping(
    {
        "version": TEXT,
        "name": TEXT,
        "include": list_of(
            Shape(
                kinds=Kind.TEXT,
                keys={"path": TEXT_OR_SET, "env_file": TEXT_OR_SET, "project_directory": TEXT},
                has_extensions=False,
            )
        ),
        "services": named(SERVICE),
        "models": named(_MODEL, is_open=True),
        "networks": named(_NETWORK, is_open=True),
        "volumes": named(_VOLUME),
        "secrets": named(mapping({**_FILE_OBJECT, "driver": TEXT, "driver_opts": DRIVER_OPTIONS})),
        "configs": named(mapping({**_FILE_OBJECT, "content": TEXT})),
    }
)
"""A whole file."""
