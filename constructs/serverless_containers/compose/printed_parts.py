"""What `docker compose config` prints of the larger keys of a service."""

from serverless_containers.compose import field_lists as fl
from serverless_containers.compose import fields as f
from serverless_containers.compose.fields import Json, Work
from serverless_containers.compose.printers import (
    list_of,
    map_of,
    renamed,
    struct,
)
from serverless_containers.compose.yaml.nodes import Node
from serverless_containers.findings import KeyPath


def env_file(node: Node, path: KeyPath, work: Work) -> Json:
    """Printed only where the files were not read: a required file by its name alone."""
    value = _ENV_FILE(node, path, work)
    if isinstance(value, dict) and value.get("required") is True:
        return value.get("path")
    return value


_ENV_FILE = struct({"path": f.text, "required": f.given_boolean, "format": f.text})


FILE_USE = struct(
    {"source": f.text, "target": f.text, "uid": f.text, "gid": f.text, "mode": f.mode}
)


HOOK = struct(
    {
        "command": fl.command,
        "user": f.text,
        "privileged": f.boolean,
        "working_dir": f.text,
        "environment": fl.variables,
    },
    always={"command": None},
)


BUILD = struct(
    {
        "context": f.text,
        "dockerfile": f.text,
        "dockerfile_inline": f.text,
        "entitlements": fl.texts,
        "args": fl.variables,
        "provenance": f.text,
        "sbom": f.text,
        "ssh": fl.ssh,
        "labels": fl.mapping,
        "cache_from": fl.texts,
        "cache_to": fl.texts,
        "no_cache": f.boolean,
        "additional_contexts": fl.mapping,
        "pull": f.boolean,
        "extra_hosts": fl.hosts,
        "isolation": f.text,
        "network": f.text,
        "target": f.text,
        "secrets": list_of(FILE_USE),
        "shm_size": f.size,
        "tags": fl.texts,
        "ulimits": map_of(fl.ulimit),
        "platforms": fl.texts,
        "privileged": f.boolean,
    }
)


TRIGGER = struct(
    {
        "path": f.text,
        "action": f.text,
        "target": f.text,
        "exec": HOOK,
        "include": fl.texts,
        "ignore": fl.texts,
        "initial_sync": f.boolean,
    },
    always={"path": "", "action": "", "exec": {"command": None}},
)


_THROTTLE = list_of(renamed({"path": f.text, "rate": f.size}, {"path": "Path", "rate": "Rate"}))


BLKIO = struct(
    {
        "weight": f.count,
        "weight_device": list_of(
            renamed({"path": f.text, "weight": f.count}, {"path": "Path", "weight": "Weight"})
        ),
        "device_read_bps": _THROTTLE,
        "device_read_iops": _THROTTLE,
        "device_write_bps": _THROTTLE,
        "device_write_iops": _THROTTLE,
    }
)


DEVICE_REQUEST = list_of(
    struct(
        {
            "capabilities": fl.texts,
            "driver": f.text,
            "count": f.device_count,
            "device_ids": fl.texts,
            "options": fl.mapping,
        }
    )
)


_UPDATE = struct(
    {
        "parallelism": f.given_count,
        "delay": f.duration,
        "failure_action": f.text,
        "monitor": f.duration,
        "max_failure_ratio": f.number,
        "order": f.text,
    }
)


_RESOURCE = struct(
    {
        "cpus": f.number,
        "memory": f.size,
        "pids": f.integer,
        "devices": DEVICE_REQUEST,
        "generic_resources": list_of(
            struct(
                {
                    "discrete_resource_spec": struct(
                        {"kind": f.text, "value": f.given_integer}, always={"kind": "", "value": 0}
                    )
                }
            )
        ),
    }
)


DEPLOY = struct(
    {
        "mode": f.text,
        "replicas": f.given_integer,
        "labels": fl.mapping,
        "update_config": _UPDATE,
        "rollback_config": _UPDATE,
        "resources": struct({"limits": _RESOURCE, "reservations": _RESOURCE}),
        "restart_policy": struct(
            {
                "condition": f.text,
                "delay": f.given_duration,
                "max_attempts": f.given_count,
                "window": f.given_duration,
            }
        ),
        "placement": struct(
            {
                "constraints": fl.texts,
                "preferences": list_of(struct({"spread": f.text})),
                "max_replicas_per_node": f.count,
            }
        ),
        "endpoint_mode": f.text,
    },
    always={"resources": {}, "placement": {}},
)


HEALTHCHECK = struct(
    {
        "test": fl.health_test,
        "timeout": f.given_duration,
        "interval": f.given_duration,
        "retries": f.given_count,
        "start_period": f.given_duration,
        "start_interval": f.given_duration,
        "disable": f.boolean,
    }
)


NETWORK_USE = struct(
    {
        "aliases": fl.texts,
        "driver_opts": fl.mapping,
        "gw_priority": f.integer,
        "interface_name": f.text,
        "ipv4_address": f.text,
        "ipv6_address": f.text,
        "link_local_ips": fl.texts,
        "mac_address": f.text,
        "priority": f.integer,
    },
    keeps_null=True,
)


PORT = struct(
    {
        "name": f.text,
        "mode": f.text,
        "host_ip": f.text,
        "target": f.count,
        "published": f.text,
        "protocol": f.text,
        "app_protocol": f.text,
    }
)


MOUNT = struct(
    {
        "type": f.text,
        "source": f.text,
        "target": f.text,
        "read_only": f.boolean,
        "consistency": f.text,
        "bind": struct(
            {
                "selinux": f.text,
                "propagation": f.text,
                "create_host_path": f.boolean,
                "recursive": f.text,
            }
        ),
        "volume": struct({"labels": fl.mapping, "nocopy": f.boolean, "subpath": f.text}),
        "tmpfs": struct({"size": f.size, "mode": f.count}),
        "image": struct({"subpath": f.text}),
    }
)
