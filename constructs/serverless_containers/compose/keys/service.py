"""Records of what stands under a service, and under what is a container as a service is."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from serverless_containers.compose.keys import (
    casts,
    defaults,
    expansions,
    identities,
    merging,
    paths,
    schema,
)
from serverless_containers.compose.keys import values as v
from serverless_containers.compose.keys.build import BUILD
from serverless_containers.compose.keys.common import (
    BOOLEAN,
    DEVICE_REQUEST,
    ENV_FILE,
    FILE_USE,
    GIVEN_DURATION,
    HOOK,
    INTEGER,
    MAPPING,
    NAMES,
    NOT_PRINTED,
    SIZE,
    TEXT,
    TEXTS,
)
from serverless_containers.compose.keys.deploy import DEPLOY
from serverless_containers.compose.keys.record import Key, Keys, list_of, map_of, struct
from serverless_containers.compose.keys.values import Json
from serverless_containers.compose.notation.go import to_boolean, to_float, to_integer

_LABELS = Key(v.mapping, merge=merging.append, unique=identities.name)
_SERVERS = Key(v.texts, merge=merging.append, unique=identities.name)
_COMMAND = Key(v.command, merge=merging.replace)
_CAST_INTEGER = Key(v.integer, cast=to_integer)
_CAST_NUMBER = Key(v.number, cast=to_float)
_CAST_BOOLEAN = Key(v.boolean, cast=to_boolean)


_THROTTLE = struct({"path": TEXT, "rate": SIZE}, always={"path": "", "rate": v.Size(0)})
_WEIGHT = struct({"path": TEXT, "weight": Key(v.count)}, always={"path": "", "weight": 0})
_THROTTLES = list_of(
    replace(_THROTTLE, value=v.renamed({"path": "Path", "rate": "Rate"}, _THROTTLE.convert))
)

_BLOCK_IO = struct(
    {
        "weight": Key(v.count),
        "weight_device": list_of(
            replace(_WEIGHT, value=v.renamed({"path": "Path", "weight": "Weight"}, _WEIGHT.convert))
        ),
        "device_read_bps": _THROTTLES,
        "device_read_iops": _THROTTLES,
        "device_write_bps": _THROTTLES,
        "device_write_iops": _THROTTLES,
    }
)

_TRIGGER = struct(
    {
        "path": Key(v.text, path=paths.WATCHED),
        "action": TEXT,
        "target": TEXT,
        "exec": HOOK,
        "include": Key(v.texts, expand=expansions.text_to_list),
        "ignore": Key(v.texts, expand=expansions.text_to_list),
        "initial_sync": BOOLEAN,
    },
    always={"path": "", "action": "", "exec": {"command": None}},
)

_NETWORK_USE = struct(
    {
        "aliases": NAMES,
        "driver_opts": MAPPING,
        "gw_priority": INTEGER,
        "interface_name": TEXT,
        "ipv4_address": TEXT,
        "ipv6_address": TEXT,
        "link_local_ips": NAMES,
        "mac_address": TEXT,
        "priority": INTEGER,
        "use_service_name_alias": BOOLEAN,
    },
    keeps_null=True,
)

_PORT = struct(
    {
        "name": TEXT,
        "mode": TEXT,
        "host_ip": TEXT,
        "target": Key(v.count, cast=casts.to_target),
        "published": TEXT,
        "protocol": TEXT,
        "app_protocol": TEXT,
    },
    default=defaults.port,
)

_MOUNT = struct(
    {
        "type": TEXT,
        "source": TEXT,
        "target": TEXT,
        "read_only": _CAST_BOOLEAN,
        "consistency": TEXT,
        "bind": struct(
            {
                "selinux": TEXT,
                "propagation": TEXT,
                "create_host_path": BOOLEAN,
                "recursive": TEXT,
            }
        ),
        "volume": struct({"labels": MAPPING, "nocopy": _CAST_BOOLEAN, "subpath": TEXT}),
        "tmpfs": struct({"size": SIZE, "mode": Key(v.count)}),
        "image": struct({"subpath": TEXT}),
    },
    expand=expansions.mount,
    path=paths.mount,
)

_SERVICE: Keys = {
    "profiles": NAMES,
    "annotations": _LABELS,
    "attach": Key(v.given_boolean),
    "build": BUILD,
    "develop": struct({"watch": list_of(_TRIGGER)}),
    "blkio_config": _BLOCK_IO,
    "cap_add": NAMES,
    "cap_drop": NAMES,
    "cgroup_parent": TEXT,
    "cgroup": TEXT,
    "cpu_count": _CAST_INTEGER,
    "cpu_percent": _CAST_NUMBER,
    "cpu_period": _CAST_INTEGER,
    "cpu_quota": _CAST_INTEGER,
    "cpu_rt_period": _CAST_INTEGER,
    "cpu_rt_runtime": _CAST_INTEGER,
    "cpus": _CAST_NUMBER,
    "cpuset": TEXT,
    "cpu_shares": _CAST_INTEGER,
    "command": _COMMAND,
    "configs": list_of(FILE_USE, unique=identities.file_use("")),
    "container_name": TEXT,
    "credential_spec": struct({"config": TEXT, "file": TEXT, "registry": TEXT}),
    "depends_on": map_of(
        struct(
            {"condition": TEXT, "restart": BOOLEAN, "required": Key(v.given_boolean)},
            always={"required": False},
        ),
        expand=expansions.depends_on,
        merge=merging.by_name(merging.started),
    ),
    "deploy": DEPLOY,
    "device_cgroup_rules": TEXTS,
    "devices": list_of(
        struct({"source": TEXT, "target": TEXT, "permissions": TEXT}, expand=expansions.device),
        unique=identities.device,
    ),
    "dns": replace(_SERVERS, expand=expansions.dns),
    "dns_opt": _SERVERS,
    "dns_search": _SERVERS,
    "domainname": TEXT,
    "entrypoint": _COMMAND,
    "provider": struct({"type": TEXT, "options": Key(v.option_lists)}),
    "environment": Key(v.variables, merge=merging.append, unique=identities.name),
    "env_file": list_of(
        replace(ENV_FILE, value=v.by_path_alone(ENV_FILE.convert)),
        expand=expansions.env_file,
        merge=merging.append,
        unique=identities.env_file,
    ),
    "expose": Key(v.shown_texts, unique=identities.exposed),
    "extends": struct(
        {"file": Key(v.text, path=paths.FILE), "service": TEXT},
        expand=expansions.text_to("service"),
    ),
    "external_links": TEXTS,
    "extra_hosts": Key(v.hosts, merge=merging.append_new),
    "group_add": TEXTS,
    "gpus": list_of(struct(DEVICE_REQUEST, default=defaults.all_devices), expand=expansions.gpus),
    "hostname": TEXT,
    "healthcheck": struct(
        {
            "test": Key(v.health_test, merge=merging.replace),
            "timeout": GIVEN_DURATION,
            "interval": GIVEN_DURATION,
            "retries": Key(v.given_count, cast=to_integer),
            "start_period": GIVEN_DURATION,
            "start_interval": GIVEN_DURATION,
            "disable": _CAST_BOOLEAN,
        }
    ),
    "image": TEXT,
    "init": Key(v.given_boolean, cast=to_boolean),
    "ipc": TEXT,
    "isolation": TEXT,
    "labels": _LABELS,
    "label_file": Key(
        v.texts,
        expand=expansions.text_to_list,
        merge=merging.append,
        item=Key(path=paths.FILE),
    ),
    "links": NAMES,
    "logging": struct({"driver": TEXT, "options": MAPPING}, merge=merging.logging),
    "mem_limit": SIZE,
    "mem_reservation": SIZE,
    "memswap_limit": SIZE,
    "mem_swappiness": SIZE,
    "mac_address": TEXT,
    "models": map_of(
        struct({"endpoint_var": TEXT, "model_var": TEXT}, keeps_null=True),
        expand=expansions.names_to_mapping,
        merge=merging.by_name(merging.nothing),
    ),
    "network_mode": TEXT,
    "networks": map_of(
        _NETWORK_USE,
        expand=expansions.names_to_mapping,
        merge=merging.by_name(merging.nothing),
    ),
    "oom_kill_disable": _CAST_BOOLEAN,
    "oom_score_adj": _CAST_INTEGER,
    "pid": TEXT,
    "pids_limit": _CAST_INTEGER,
    "platform": TEXT,
    "ports": list_of(_PORT, expand=expansions.ports, unique=identities.port),
    "privileged": _CAST_BOOLEAN,
    "pull_policy": TEXT,
    "pull_refresh_after": NOT_PRINTED,
    "read_only": _CAST_BOOLEAN,
    "restart": TEXT,
    "runtime": TEXT,
    "scale": Key(v.given_integer, cast=to_integer),
    "secrets": list_of(
        replace(FILE_USE, default=defaults.secret_target),
        unique=identities.file_use("/run/secrets"),
    ),
    "security_opt": TEXTS,
    "shm_size": SIZE,
    "stdin_open": _CAST_BOOLEAN,
    "stop_grace_period": GIVEN_DURATION,
    "stop_signal": TEXT,
    "storage_opt": Key(v.texts_by_name),
    "sysctls": _LABELS,
    "tmpfs": Key(v.texts, merge=merging.append, unique=identities.name),
    "tty": _CAST_BOOLEAN,
    "ulimits": map_of(
        Key(
            v.ulimit,
            cast=to_integer,
            expand=expansions.ulimit,
            merge=merging.replace,
            keys={"hard": Key(cast=to_integer), "soft": Key(cast=to_integer)},
        )
    ),
    "umask": Key(v.plain),
    "use_api_socket": BOOLEAN,
    "user": TEXT,
    "userns_mode": TEXT,
    "uts": TEXT,
    "volumes": list_of(_MOUNT, unique=identities.mount),
    "volumes_from": TEXTS,
    "working_dir": TEXT,
}
_ALWAYS: Mapping[str, Json] = {"command": None, "entrypoint": None}


def _container(keys: Iterable[str]) -> Keys:
    """The records of a container that is no service."""
    return {key: record for key, record in _SERVICE.items() if key in frozenset(keys)}


_PRE_START = struct(
    {**_container(schema.PRE_START.keys or ()), "per_replica": BOOLEAN},
    always={"command": None},
)

SERVICE = struct(
    {
        **_SERVICE,
        "pre_start": list_of(_PRE_START),
        "post_start": list_of(HOOK),
        "pre_stop": list_of(HOOK),
    },
    always=_ALWAYS,
)

JOB = struct(
    {
        **_container(schema.JOB.keys or ()),
        "triggers": struct(
            {
                "manual": BOOLEAN,
                "schedule": Key(
                    v.plain,
                    item=struct(
                        {
                            "cron": TEXT,
                            "timezone": TEXT,
                            "concurrency": TEXT,
                            "missed_fires": TEXT,
                        }
                    ),
                ),
            }
        ),
    },
    always=_ALWAYS,
)
