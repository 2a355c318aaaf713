"""What `docker compose config` prints of each part of a project: fields, forms, order."""

from serverless_containers.compose import field_lists as fl
from serverless_containers.compose import fields as f
from serverless_containers.compose.printed_parts import (
    BLKIO,
    BUILD,
    DEPLOY,
    DEVICE_REQUEST,
    FILE_USE,
    HEALTHCHECK,
    HOOK,
    MOUNT,
    NETWORK_USE,
    PORT,
    TRIGGER,
    env_file,
)
from serverless_containers.compose.printers import (
    Fields,
    list_of,
    map_of,
    struct,
)

_SERVICE = struct(
    {
        "profiles": fl.texts,
        "annotations": fl.mapping,
        "attach": f.given_boolean,
        "build": BUILD,
        "develop": struct({"watch": list_of(TRIGGER)}),
        "blkio_config": BLKIO,
        "cap_add": fl.texts,
        "cap_drop": fl.texts,
        "cgroup_parent": f.text,
        "cgroup": f.text,
        "cpu_count": f.integer,
        "cpu_percent": f.number,
        "cpu_period": f.integer,
        "cpu_quota": f.integer,
        "cpu_rt_period": f.integer,
        "cpu_rt_runtime": f.integer,
        "cpus": f.number,
        "cpuset": f.text,
        "cpu_shares": f.integer,
        "command": fl.command,
        "configs": list_of(FILE_USE),
        "container_name": f.text,
        "credential_spec": struct({"config": f.text, "file": f.text, "registry": f.text}),
        "depends_on": map_of(
            struct(
                {"condition": f.text, "restart": f.boolean, "required": f.given_boolean},
                always={"required": False},
            )
        ),
        "deploy": DEPLOY,
        "device_cgroup_rules": fl.texts,
        "devices": list_of(struct({"source": f.text, "target": f.text, "permissions": f.text})),
        "dns": fl.texts,
        "dns_opt": fl.texts,
        "dns_search": fl.texts,
        "domainname": f.text,
        "entrypoint": fl.command,
        "provider": struct({"type": f.text, "options": fl.option_lists}),
        "environment": fl.variables,
        "env_file": list_of(env_file),
        "expose": fl.shown_texts,
        "extends": struct({"file": f.text, "service": f.text}),
        "external_links": fl.texts,
        "extra_hosts": fl.hosts,
        "group_add": fl.texts,
        "gpus": DEVICE_REQUEST,
        "hostname": f.text,
        "healthcheck": HEALTHCHECK,
        "image": f.text,
        "init": f.given_boolean,
        "ipc": f.text,
        "isolation": f.text,
        "labels": fl.mapping,
        "label_file": fl.texts,
        "links": fl.texts,
        "logging": struct({"driver": f.text, "options": fl.mapping}),
        "mem_limit": f.size,
        "mem_reservation": f.size,
        "memswap_limit": f.size,
        "mem_swappiness": f.size,
        "mac_address": f.text,
        "models": map_of(struct({"endpoint_var": f.text, "model_var": f.text}, keeps_null=True)),
        "network_mode": f.text,
        "networks": map_of(NETWORK_USE),
        "oom_kill_disable": f.boolean,
        "oom_score_adj": f.integer,
        "pid": f.text,
        "pids_limit": f.integer,
        "platform": f.text,
        "ports": list_of(PORT),
        "privileged": f.boolean,
        "pull_policy": f.text,
        "read_only": f.boolean,
        "restart": f.text,
        "runtime": f.text,
        "scale": f.given_integer,
        "secrets": list_of(FILE_USE),
        "security_opt": fl.texts,
        "shm_size": f.size,
        "stdin_open": f.boolean,
        "stop_grace_period": f.given_duration,
        "stop_signal": f.text,
        "storage_opt": fl.texts_by_name,
        "sysctls": fl.mapping,
        "tmpfs": fl.texts,
        "tty": f.boolean,
        "ulimits": map_of(fl.ulimit),
        "use_api_socket": f.boolean,
        "user": f.text,
        "userns_mode": f.text,
        "uts": f.text,
        "volumes": list_of(MOUNT),
        "volumes_from": fl.texts,
        "working_dir": f.text,
        "post_start": list_of(HOOK),
        "pre_stop": list_of(HOOK),
    },
    always={"command": None, "entrypoint": None},
)


_IPAM = struct(
    {
        "driver": f.text,
        "config": list_of(
            struct(
                {
                    "subnet": f.text,
                    "gateway": f.text,
                    "ip_range": f.text,
                    "aux_addresses": fl.mapping,
                }
            )
        ),
    }
)


_NETWORK = struct(
    {
        "name": f.text,
        "driver": f.text,
        "driver_opts": fl.mapping,
        "ipam": _IPAM,
        "external": f.boolean,
        "internal": f.boolean,
        "attachable": f.boolean,
        "labels": fl.mapping,
        "enable_ipv4": f.given_boolean,
        "enable_ipv6": f.given_boolean,
    },
    always={"ipam": {}},
)


_VOLUME = struct(
    {
        "name": f.text,
        "driver": f.text,
        "driver_opts": fl.mapping,
        "external": f.boolean,
        "labels": fl.mapping,
    }
)


_FILE_OBJECT: Fields = {
    "name": f.text,
    "file": f.text,
    "environment": f.text,
    "content": f.text,
    "external": f.boolean,
    "labels": fl.mapping,
    "driver": f.text,
    "driver_opts": fl.texts_by_name,
    "template_driver": f.text,
}


_SECRET: Fields = {key: field for key, field in _FILE_OBJECT.items() if key != "content"}


PROJECT: Fields = {
    "services": map_of(_SERVICE),
    "networks": map_of(_NETWORK),
    "volumes": map_of(_VOLUME),
    "secrets": map_of(struct(_SECRET)),
    "configs": map_of(struct(_FILE_OBJECT)),
}
