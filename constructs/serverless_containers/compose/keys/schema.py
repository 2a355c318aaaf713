"""Shapes of all keys, as the official schema has them. Written by ``make schema``.

The schema's alternatives never share a type, so that text, a list and a mapping can be told apart
at a glance. Where the reader departs from it, and why, stands in ``tools/write_schema.py``.
"""

import re

from serverless_containers.compose.keys.shapes import (
    ANY_NAME,
    BOOLEAN,
    BOOLEAN_OR_TEXT,
    COMMAND,
    DRIVER_OPTIONS,
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
)

_DEVICE_READ_BPS = Shape(
    items=Shape(keys={"path": TEXT, "rate": INTEGER_OR_TEXT}, has_extensions=False)
)

_BLKIO_CONFIG = Shape(
    keys={
        "device_read_bps": _DEVICE_READ_BPS,
        "device_read_iops": _DEVICE_READ_BPS,
        "device_write_bps": _DEVICE_READ_BPS,
        "device_write_iops": _DEVICE_READ_BPS,
        "weight": INTEGER_OR_TEXT,
        "weight_device": Shape(
            items=Shape(keys={"path": TEXT, "weight": INTEGER_OR_TEXT}, has_extensions=False)
        ),
    },
    has_extensions=False,
)

_CGROUP = Shape(kinds=Kind.TEXT, allowed=("host", "private"))

_CONFIGS = Shape(
    items=Shape(
        kinds=Kind.TEXT,
        keys={"source": TEXT, "target": TEXT, "uid": TEXT, "gid": TEXT, "mode": NUMBER_OR_TEXT},
    )
)

_CPU_COUNT = Shape(kinds=Kind.TEXT | Kind.INTEGER, lowest=0)

_CPU_PERCENT = Shape(kinds=Kind.TEXT | Kind.INTEGER, lowest=0, highest=100)

_CREDENTIAL_SPEC = Shape(keys={"config": TEXT, "file": TEXT, "registry": TEXT})

_DEVICES = Shape(
    items=Shape(
        kinds=Kind.TEXT,
        keys={"source": TEXT, "target": TEXT, "permissions": TEXT},
        required=("source",),
    )
)

_ENV_FILE = Shape(
    kinds=Kind.TEXT,
    items=Shape(
        kinds=Kind.TEXT,
        keys={"path": TEXT, "format": TEXT, "required": BOOLEAN_OR_TEXT},
        required=("path",),
        has_extensions=False,
    ),
)

_EXTRA_HOSTS = Shape(
    items=TEXT, is_set=True, keys={}, names=ANY_NAME, others=TEXT_OR_TEXTS, has_extensions=False
)

_GPUS = Shape(
    kinds=Kind.TEXT,
    allowed=("all",),
    items=Shape(
        keys={
            "capabilities": SET,
            "count": INTEGER_OR_TEXT,
            "device_ids": SET,
            "driver": TEXT,
            "options": LIST_OR_MAPPING,
        },
        is_open=True,
        has_extensions=False,
    ),
)

_GROUP_ADD = Shape(items=NUMBER_OR_TEXT, is_set=True)

_LOGGING = Shape(
    keys={
        "driver": TEXT,
        "options": Shape(
            keys={},
            names=ANY_NAME,
            others=Shape(kinds=Kind.TEXT | Kind.NUMBER | Kind.NULL),
            is_open=True,
            has_extensions=False,
        ),
    }
)

_MODELS = Shape(
    items=TEXT,
    is_set=True,
    keys={},
    names=NAME,
    others=Shape(kinds=Kind.NULL, keys={"endpoint_var": TEXT, "model_var": TEXT}),
    is_open=True,
    has_extensions=False,
)

_PRIORITY = Shape(kinds=Kind.NUMBER)

_NETWORKS = Shape(
    items=TEXT,
    is_set=True,
    keys={},
    names=NAME,
    others=Shape(
        kinds=Kind.NULL,
        keys={
            "aliases": SET,
            "interface_name": TEXT,
            "ipv4_address": TEXT,
            "ipv6_address": TEXT,
            "link_local_ips": SET,
            "mac_address": TEXT,
            "driver_opts": DRIVER_OPTIONS,
            "priority": _PRIORITY,
            "gw_priority": _PRIORITY,
            "use_service_name_alias": BOOLEAN_OR_TEXT,
        },
    ),
    has_extensions=False,
)

_OOM_SCORE_ADJ = Shape(kinds=Kind.TEXT | Kind.INTEGER, lowest=-1000, highest=1000)

_PULL_POLICY = Shape(
    kinds=Kind.TEXT,
    pattern=re.compile(
        r"always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+"
    ),
)

_STORAGE_OPT = Shape(keys={}, is_open=True, has_extensions=False)

_ULIMITS = Shape(
    keys={},
    names=re.compile(r"\A[a-z]+\Z"),
    others=Shape(
        kinds=Kind.TEXT | Kind.INTEGER,
        keys={"hard": INTEGER_OR_TEXT, "soft": INTEGER_OR_TEXT},
        required=("soft", "hard"),
    ),
    is_open=True,
    has_extensions=False,
)

_UMASK = Shape(kinds=Kind.TEXT | Kind.INTEGER | Kind.NULL, lowest=0, highest=4294967295)

_VOLUMES = Shape(
    items=Shape(
        kinds=Kind.TEXT,
        keys={
            "type": Shape(
                kinds=Kind.TEXT, allowed=("bind", "volume", "tmpfs", "cluster", "npipe", "image")
            ),
            "source": TEXT,
            "target": TEXT,
            "read_only": BOOLEAN_OR_TEXT,
            "consistency": TEXT,
            "bind": Shape(
                keys={
                    "propagation": TEXT,
                    "create_host_path": BOOLEAN_OR_TEXT,
                    "recursive": Shape(
                        kinds=Kind.TEXT, allowed=("enabled", "disabled", "writable", "readonly")
                    ),
                    "selinux": Shape(kinds=Kind.TEXT, allowed=("z", "Z")),
                }
            ),
            "volume": Shape(
                keys={"labels": LIST_OR_MAPPING, "nocopy": BOOLEAN_OR_TEXT, "subpath": TEXT}
            ),
            "tmpfs": Shape(keys={"size": _CPU_COUNT, "mode": NUMBER_OR_TEXT}),
            "image": Shape(keys={"subpath": TEXT}),
        },
        required=("type",),
    ),
    is_set=True,
)

_BUILD = Shape(
    kinds=Kind.TEXT,
    keys={
        "context": TEXT,
        "dockerfile": TEXT,
        "dockerfile_inline": TEXT,
        "entitlements": TEXTS,
        "args": LIST_OR_MAPPING,
        "ssh": LIST_OR_MAPPING,
        "labels": LIST_OR_MAPPING,
        "cache_from": TEXTS,
        "cache_to": TEXTS,
        "no_cache": BOOLEAN_OR_TEXT,
        "no_cache_filter": TEXT_OR_SET,
        "additional_contexts": LIST_OR_MAPPING,
        "network": TEXT,
        "provenance": BOOLEAN_OR_TEXT,
        "sbom": BOOLEAN_OR_TEXT,
        "pull": BOOLEAN_OR_TEXT,
        "target": TEXT,
        "shm_size": INTEGER_OR_TEXT,
        "extra_hosts": _EXTRA_HOSTS,
        "isolation": TEXT,
        "privileged": BOOLEAN_OR_TEXT,
        "secrets": _CONFIGS,
        "tags": TEXTS,
        "ulimits": _ULIMITS,
        "platforms": TEXTS,
    },
)

_DEPENDS_ON = Shape(
    items=TEXT,
    is_set=True,
    keys={},
    names=NAME,
    others=Shape(
        keys={
            "restart": BOOLEAN_OR_TEXT,
            "required": BOOLEAN,
            "condition": Shape(
                kinds=Kind.TEXT,
                allowed=("service_started", "service_healthy", "service_completed_successfully"),
            ),
        },
        required=("condition",),
    ),
    has_extensions=False,
)

_HEALTHCHECK = Shape(
    keys={
        "disable": BOOLEAN_OR_TEXT,
        "interval": TEXT,
        "retries": NUMBER_OR_TEXT,
        "test": TEXT_OR_TEXTS,
        "timeout": TEXT,
        "start_period": TEXT,
        "start_interval": TEXT,
    }
)

_PORTS = Shape(
    items=Shape(
        kinds=Kind.TEXT | Kind.NUMBER,
        keys={
            "name": TEXT,
            "mode": TEXT,
            "host_ip": TEXT,
            "target": INTEGER_OR_TEXT,
            "published": INTEGER_OR_TEXT,
            "protocol": TEXT,
            "app_protocol": TEXT,
        },
    ),
    is_set=True,
)

_ROLLBACK_CONFIG = Shape(
    keys={
        "parallelism": INTEGER_OR_TEXT,
        "delay": TEXT,
        "failure_action": TEXT,
        "monitor": TEXT,
        "max_failure_ratio": NUMBER_OR_TEXT,
        "order": Shape(kinds=Kind.TEXT, allowed=("start-first", "stop-first")),
    }
)

_EXEC = Shape(
    keys={
        "command": COMMAND,
        "user": TEXT,
        "privileged": BOOLEAN_OR_TEXT,
        "working_dir": TEXT,
        "environment": LIST_OR_MAPPING,
    },
    required=("command",),
)

_EXTENDS = Shape(
    kinds=Kind.TEXT,
    keys={"service": TEXT, "file": TEXT},
    required=("service",),
    has_extensions=False,
)

PRE_START = Shape(
    keys={
        "annotations": LIST_OR_MAPPING,
        "blkio_config": _BLKIO_CONFIG,
        "cap_add": SET,
        "cap_drop": SET,
        "cgroup": _CGROUP,
        "cgroup_parent": TEXT,
        "command": COMMAND,
        "configs": _CONFIGS,
        "cpu_count": _CPU_COUNT,
        "cpu_percent": _CPU_PERCENT,
        "cpu_shares": NUMBER_OR_TEXT,
        "cpu_quota": NUMBER_OR_TEXT,
        "cpu_period": NUMBER_OR_TEXT,
        "cpu_rt_period": NUMBER_OR_TEXT,
        "cpu_rt_runtime": NUMBER_OR_TEXT,
        "cpus": NUMBER_OR_TEXT,
        "cpuset": TEXT,
        "credential_spec": _CREDENTIAL_SPEC,
        "device_cgroup_rules": SET,
        "devices": _DEVICES,
        "dns": TEXT_OR_SET,
        "dns_opt": SET,
        "dns_search": TEXT_OR_SET,
        "domainname": TEXT,
        "entrypoint": COMMAND,
        "env_file": _ENV_FILE,
        "label_file": TEXT_OR_TEXTS,
        "environment": LIST_OR_MAPPING,
        "extra_hosts": _EXTRA_HOSTS,
        "gpus": _GPUS,
        "group_add": _GROUP_ADD,
        "hostname": TEXT,
        "image": TEXT,
        "init": BOOLEAN_OR_TEXT,
        "ipc": TEXT,
        "isolation": TEXT,
        "labels": LIST_OR_MAPPING,
        "logging": _LOGGING,
        "mac_address": TEXT,
        "mem_limit": NUMBER_OR_TEXT,
        "mem_reservation": INTEGER_OR_TEXT,
        "mem_swappiness": INTEGER_OR_TEXT,
        "memswap_limit": NUMBER_OR_TEXT,
        "network_mode": TEXT,
        "models": _MODELS,
        "networks": _NETWORKS,
        "oom_kill_disable": BOOLEAN_OR_TEXT,
        "oom_score_adj": _OOM_SCORE_ADJ,
        "pid": TEXT,
        "pids_limit": NUMBER_OR_TEXT,
        "platform": TEXT,
        "privileged": BOOLEAN_OR_TEXT,
        "pull_policy": _PULL_POLICY,
        "pull_refresh_after": TEXT,
        "read_only": BOOLEAN_OR_TEXT,
        "runtime": TEXT,
        "security_opt": SET,
        "shm_size": NUMBER_OR_TEXT,
        "secrets": _CONFIGS,
        "sysctls": LIST_OR_MAPPING,
        "stop_grace_period": TEXT,
        "stop_signal": TEXT,
        "storage_opt": _STORAGE_OPT,
        "tmpfs": TEXT_OR_SET,
        "ulimits": _ULIMITS,
        "umask": _UMASK,
        "use_api_socket": BOOLEAN,
        "user": TEXT,
        "uts": TEXT,
        "userns_mode": TEXT,
        "volumes": _VOLUMES,
        "volumes_from": SET,
        "working_dir": TEXT,
        "per_replica": BOOLEAN_OR_TEXT,
    }
)

_POST_START = Shape(items=_EXEC)

SERVICE = Shape(
    keys={
        "annotations": LIST_OR_MAPPING,
        "blkio_config": _BLKIO_CONFIG,
        "cap_add": SET,
        "cap_drop": SET,
        "cgroup": _CGROUP,
        "cgroup_parent": TEXT,
        "command": COMMAND,
        "configs": _CONFIGS,
        "cpu_count": _CPU_COUNT,
        "cpu_percent": _CPU_PERCENT,
        "cpu_shares": NUMBER_OR_TEXT,
        "cpu_quota": NUMBER_OR_TEXT,
        "cpu_period": NUMBER_OR_TEXT,
        "cpu_rt_period": NUMBER_OR_TEXT,
        "cpu_rt_runtime": NUMBER_OR_TEXT,
        "cpus": NUMBER_OR_TEXT,
        "cpuset": TEXT,
        "credential_spec": _CREDENTIAL_SPEC,
        "device_cgroup_rules": SET,
        "devices": _DEVICES,
        "dns": TEXT_OR_SET,
        "dns_opt": SET,
        "dns_search": TEXT_OR_SET,
        "domainname": TEXT,
        "entrypoint": COMMAND,
        "env_file": _ENV_FILE,
        "label_file": TEXT_OR_TEXTS,
        "environment": LIST_OR_MAPPING,
        "extra_hosts": _EXTRA_HOSTS,
        "gpus": _GPUS,
        "group_add": _GROUP_ADD,
        "hostname": TEXT,
        "image": TEXT,
        "init": BOOLEAN_OR_TEXT,
        "ipc": TEXT,
        "isolation": TEXT,
        "labels": LIST_OR_MAPPING,
        "logging": _LOGGING,
        "mac_address": TEXT,
        "mem_limit": NUMBER_OR_TEXT,
        "mem_reservation": INTEGER_OR_TEXT,
        "mem_swappiness": INTEGER_OR_TEXT,
        "memswap_limit": NUMBER_OR_TEXT,
        "network_mode": TEXT,
        "models": _MODELS,
        "networks": _NETWORKS,
        "oom_kill_disable": BOOLEAN_OR_TEXT,
        "oom_score_adj": _OOM_SCORE_ADJ,
        "pid": TEXT,
        "pids_limit": NUMBER_OR_TEXT,
        "platform": TEXT,
        "privileged": BOOLEAN_OR_TEXT,
        "pull_policy": _PULL_POLICY,
        "pull_refresh_after": TEXT,
        "read_only": BOOLEAN_OR_TEXT,
        "runtime": TEXT,
        "security_opt": SET,
        "shm_size": NUMBER_OR_TEXT,
        "secrets": _CONFIGS,
        "sysctls": LIST_OR_MAPPING,
        "stop_grace_period": TEXT,
        "stop_signal": TEXT,
        "storage_opt": _STORAGE_OPT,
        "tmpfs": TEXT_OR_SET,
        "ulimits": _ULIMITS,
        "umask": _UMASK,
        "use_api_socket": BOOLEAN,
        "user": TEXT,
        "uts": TEXT,
        "userns_mode": TEXT,
        "volumes": _VOLUMES,
        "volumes_from": SET,
        "working_dir": TEXT,
        "build": _BUILD,
        "depends_on": _DEPENDS_ON,
        "healthcheck": _HEALTHCHECK,
        "ports": _PORTS,
        "expose": _GROUP_ADD,
        "stdin_open": BOOLEAN_OR_TEXT,
        "tty": BOOLEAN_OR_TEXT,
        "deploy": Shape(
            kinds=Kind.NULL,
            keys={
                "mode": TEXT,
                "endpoint_mode": TEXT,
                "replicas": INTEGER_OR_TEXT,
                "labels": LIST_OR_MAPPING,
                "rollback_config": _ROLLBACK_CONFIG,
                "update_config": _ROLLBACK_CONFIG,
                "resources": Shape(
                    keys={
                        "limits": Shape(
                            keys={"cpus": NUMBER_OR_TEXT, "memory": TEXT, "pids": INTEGER_OR_TEXT}
                        ),
                        "reservations": Shape(
                            keys={
                                "cpus": NUMBER_OR_TEXT,
                                "memory": TEXT,
                                "generic_resources": Shape(
                                    items=Shape(
                                        keys={
                                            "discrete_resource_spec": Shape(
                                                keys={"kind": TEXT, "value": NUMBER_OR_TEXT}
                                            )
                                        }
                                    )
                                ),
                                "devices": Shape(
                                    items=Shape(
                                        keys={
                                            "capabilities": SET,
                                            "count": INTEGER_OR_TEXT,
                                            "device_ids": SET,
                                            "driver": TEXT,
                                            "options": LIST_OR_MAPPING,
                                        },
                                        required=("capabilities",),
                                    )
                                ),
                            }
                        ),
                    }
                ),
                "restart_policy": Shape(
                    keys={
                        "condition": TEXT,
                        "delay": TEXT,
                        "max_attempts": INTEGER_OR_TEXT,
                        "window": TEXT,
                    }
                ),
                "placement": Shape(
                    keys={
                        "constraints": TEXTS,
                        "preferences": Shape(items=Shape(keys={"spread": TEXT})),
                        "max_replicas_per_node": INTEGER_OR_TEXT,
                    }
                ),
            },
        ),
        "develop": Shape(
            kinds=Kind.NULL,
            keys={
                "watch": Shape(
                    items=Shape(
                        keys={
                            "ignore": TEXT_OR_SET,
                            "include": TEXT_OR_SET,
                            "path": TEXT,
                            "action": Shape(
                                kinds=Kind.TEXT,
                                allowed=("rebuild", "sync", "restart", "sync+restart", "sync+exec"),
                            ),
                            "target": TEXT,
                            "exec": _EXEC,
                            "initial_sync": BOOLEAN,
                        },
                        required=("path", "action"),
                    )
                )
            },
        ),
        "profiles": SET,
        "restart": TEXT,
        "scale": INTEGER_OR_TEXT,
        "attach": BOOLEAN_OR_TEXT,
        "container_name": Shape(kinds=Kind.TEXT, pattern=re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")),
        "provider": Shape(
            keys={
                "type": TEXT,
                "options": Shape(
                    keys={},
                    names=ANY_NAME,
                    others=Shape(
                        kinds=Kind.TEXT | Kind.NUMBER | Kind.BOOLEAN,
                        items=Shape(kinds=Kind.TEXT | Kind.NUMBER | Kind.BOOLEAN),
                    ),
                    is_open=True,
                    has_extensions=False,
                ),
            },
            required=("type",),
        ),
        "extends": _EXTENDS,
        "links": SET,
        "external_links": SET,
        "pre_start": Shape(items=PRE_START),
        "post_start": _POST_START,
        "pre_stop": _POST_START,
    }
)

_AUX_ADDRESSES = Shape(keys={}, names=ANY_NAME, others=TEXT, has_extensions=False)

_EXTERNAL = Shape(kinds=Kind.TEXT | Kind.BOOLEAN, keys={"name": TEXT})

_EXTERNAL_ = Shape(
    kinds=Kind.TEXT | Kind.BOOLEAN, keys={"name": TEXT}, is_open=True, has_extensions=False
)

JOB = Shape(
    keys={
        "annotations": LIST_OR_MAPPING,
        "blkio_config": _BLKIO_CONFIG,
        "cap_add": SET,
        "cap_drop": SET,
        "cgroup": _CGROUP,
        "cgroup_parent": TEXT,
        "command": COMMAND,
        "configs": _CONFIGS,
        "cpu_count": _CPU_COUNT,
        "cpu_percent": _CPU_PERCENT,
        "cpu_shares": NUMBER_OR_TEXT,
        "cpu_quota": NUMBER_OR_TEXT,
        "cpu_period": NUMBER_OR_TEXT,
        "cpu_rt_period": NUMBER_OR_TEXT,
        "cpu_rt_runtime": NUMBER_OR_TEXT,
        "cpus": NUMBER_OR_TEXT,
        "cpuset": TEXT,
        "credential_spec": _CREDENTIAL_SPEC,
        "device_cgroup_rules": SET,
        "devices": _DEVICES,
        "dns": TEXT_OR_SET,
        "dns_opt": SET,
        "dns_search": TEXT_OR_SET,
        "domainname": TEXT,
        "entrypoint": COMMAND,
        "env_file": _ENV_FILE,
        "label_file": TEXT_OR_TEXTS,
        "environment": LIST_OR_MAPPING,
        "extra_hosts": _EXTRA_HOSTS,
        "gpus": _GPUS,
        "group_add": _GROUP_ADD,
        "hostname": TEXT,
        "image": TEXT,
        "init": BOOLEAN_OR_TEXT,
        "ipc": TEXT,
        "isolation": TEXT,
        "labels": LIST_OR_MAPPING,
        "logging": _LOGGING,
        "mac_address": TEXT,
        "mem_limit": NUMBER_OR_TEXT,
        "mem_reservation": INTEGER_OR_TEXT,
        "mem_swappiness": INTEGER_OR_TEXT,
        "memswap_limit": NUMBER_OR_TEXT,
        "network_mode": TEXT,
        "models": _MODELS,
        "networks": _NETWORKS,
        "oom_kill_disable": BOOLEAN_OR_TEXT,
        "oom_score_adj": _OOM_SCORE_ADJ,
        "pid": TEXT,
        "pids_limit": NUMBER_OR_TEXT,
        "platform": TEXT,
        "privileged": BOOLEAN_OR_TEXT,
        "pull_policy": _PULL_POLICY,
        "pull_refresh_after": TEXT,
        "read_only": BOOLEAN_OR_TEXT,
        "runtime": TEXT,
        "security_opt": SET,
        "shm_size": NUMBER_OR_TEXT,
        "secrets": _CONFIGS,
        "sysctls": LIST_OR_MAPPING,
        "stop_grace_period": TEXT,
        "stop_signal": TEXT,
        "storage_opt": _STORAGE_OPT,
        "tmpfs": TEXT_OR_SET,
        "ulimits": _ULIMITS,
        "umask": _UMASK,
        "use_api_socket": BOOLEAN,
        "user": TEXT,
        "uts": TEXT,
        "userns_mode": TEXT,
        "volumes": _VOLUMES,
        "volumes_from": SET,
        "working_dir": TEXT,
        "build": _BUILD,
        "depends_on": _DEPENDS_ON,
        "healthcheck": _HEALTHCHECK,
        "ports": _PORTS,
        "expose": _GROUP_ADD,
        "stdin_open": BOOLEAN_OR_TEXT,
        "tty": BOOLEAN_OR_TEXT,
        "profiles": SET,
        "extends": _EXTENDS,
        "triggers": Shape(
            keys={
                "manual": BOOLEAN_OR_TEXT,
                "schedule": Shape(
                    items=Shape(
                        kinds=Kind.TEXT,
                        keys={
                            "cron": TEXT,
                            "timezone": TEXT,
                            "concurrency": Shape(kinds=Kind.TEXT, allowed=("forbid", "queue")),
                            "missed_fires": Shape(kinds=Kind.TEXT, allowed=("one", "skip")),
                        },
                        required=("cron",),
                    )
                ),
            }
        ),
    },
    required=("triggers",),
)

PROJECT = Shape(
    keys={
        "version": TEXT,
        "name": TEXT,
        "include": Shape(
            items=Shape(
                kinds=Kind.TEXT,
                keys={"path": TEXT_OR_SET, "env_file": TEXT_OR_SET, "project_directory": TEXT},
                has_extensions=False,
            )
        ),
        "services": Shape(keys={}, names=NAME, others=SERVICE, has_extensions=False),
        "models": Shape(
            keys={},
            names=NAME,
            others=Shape(
                keys={
                    "name": TEXT,
                    "model": TEXT,
                    "context_size": Shape(kinds=Kind.INTEGER),
                    "runtime_flags": TEXTS,
                },
                required=("model",),
            ),
            is_open=True,
            has_extensions=False,
        ),
        "networks": Shape(
            keys={},
            names=NAME,
            others=Shape(
                kinds=Kind.NULL,
                keys={
                    "name": TEXT,
                    "driver": TEXT,
                    "driver_opts": DRIVER_OPTIONS,
                    "ipam": Shape(
                        keys={
                            "driver": TEXT,
                            "config": Shape(
                                items=Shape(
                                    keys={
                                        "subnet": TEXT,
                                        "ip_range": TEXT,
                                        "gateway": TEXT,
                                        "aux_addresses": _AUX_ADDRESSES,
                                    }
                                )
                            ),
                            "options": _AUX_ADDRESSES,
                        }
                    ),
                    "external": _EXTERNAL,
                    "internal": BOOLEAN_OR_TEXT,
                    "enable_ipv4": BOOLEAN_OR_TEXT,
                    "enable_ipv6": BOOLEAN_OR_TEXT,
                    "attachable": BOOLEAN_OR_TEXT,
                    "labels": LIST_OR_MAPPING,
                },
            ),
            is_open=True,
            has_extensions=False,
        ),
        "volumes": Shape(
            keys={},
            names=NAME,
            others=Shape(
                kinds=Kind.NULL,
                keys={
                    "name": TEXT,
                    "driver": TEXT,
                    "driver_opts": DRIVER_OPTIONS,
                    "external": _EXTERNAL,
                    "labels": LIST_OR_MAPPING,
                },
            ),
            has_extensions=False,
        ),
        "secrets": Shape(
            keys={},
            names=NAME,
            others=Shape(
                keys={
                    "name": TEXT,
                    "environment": TEXT,
                    "file": TEXT,
                    "external": _EXTERNAL_,
                    "labels": LIST_OR_MAPPING,
                    "driver": TEXT,
                    "driver_opts": DRIVER_OPTIONS,
                    "template_driver": TEXT,
                }
            ),
            has_extensions=False,
        ),
        "configs": Shape(
            keys={},
            names=NAME,
            others=Shape(
                keys={
                    "name": TEXT,
                    "content": TEXT,
                    "environment": TEXT,
                    "file": TEXT,
                    "external": _EXTERNAL_,
                    "labels": LIST_OR_MAPPING,
                    "template_driver": TEXT,
                }
            ),
            has_extensions=False,
        ),
        "jobs": Shape(keys={}, names=NAME, others=JOB, has_extensions=False),
    }
)
"""A whole file."""
