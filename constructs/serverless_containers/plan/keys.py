"""What becomes of each key of a Compose service on Fargate.

A key is mapped, approximated (a warning says how), local-only (it means nothing in the cloud; a
note says so) or rejected (an error names the way out). Nothing is dropped in silence.
"""

from dataclasses import dataclass
from enum import StrEnum

from serverless_containers.compose.model import Project, Service
from serverless_containers.compose.nodes import MappingNode, Node, Scalar, Sequence
from serverless_containers.findings import Findings, Rule
from serverless_containers.plan import rules


class Support(StrEnum):
    """The four classes of keys."""

    MAPPED = "mapped"
    APPROXIMATED = "approximated"
    LOCAL_ONLY = "local-only"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Key:
    """One key's class, why it has that class, and what to do instead."""

    support: Support
    why: str = ""
    fix: str = ""


_MAPPED = Key(Support.MAPPED)
_REMOVE = "remove it, or keep it in compose.override.yaml, which a deployment leaves out"


def _local(why: str) -> Key:
    return Key(Support.LOCAL_ONLY, why)


def _rejected(why: str, fix: str = _REMOVE) -> Key:
    return Key(Support.REJECTED, why, fix)


def _approximated(why: str, fix: str = "") -> Key:
    return Key(Support.APPROXIMATED, why, fix)


_ONE_LOOPBACK = _local("the containers of a task share one loopback interface")
_NO_HOST = _rejected("Fargate gives no access to a host")
_DEVICES = _rejected("Fargate offers no devices to containers")
_SCHEDULER = _rejected("Fargate isolates each task and schedules it by the task size alone")
_DNS = _approximated("the task uses the resolver of its VPC; this key is left out")

SERVICE_KEYS: dict[str, Key] = {
    **dict.fromkeys(
        (
            "build", "command", "cpus", "depends_on", "deploy", "entrypoint", "env_file",
            "environment", "expose", "healthcheck", "image", "init", "labels", "label_file",
            "mem_limit", "mem_reservation", "platform", "ports", "profiles", "read_only", "scale",
            "secrets", "stop_grace_period", "user", "working_dir", "extends",
        ),
        _MAPPED,
    ),
    **dict.fromkeys(
        ("container_name", "domainname", "hostname", "links", "networks"), _ONE_LOOPBACK
    ),
    **dict.fromkeys(("dns", "dns_opt", "dns_search", "extra_hosts", "mac_address"), _DNS),
    "annotations": _local("annotations are read by local container runtimes"),
    "attach": _local("a deployed container's output goes to its log group"),
    "develop": _local("it watches files on a developer's machine"),
    "pull_policy": _local("Fargate pulls the image for every task"),
    "pull_refresh_after": _local("Fargate pulls the image for every task"),
    "stdin_open": _local("nobody is attached to a deployed container"),
    "tty": _local("nobody is attached to a deployed container"),
    "restart": _approximated("the service replaces a task whose essential container stops"),
    "blkio_config": _SCHEDULER,
    "cgroup": _NO_HOST,
    "cgroup_parent": _NO_HOST,
    "cpu_count": _SCHEDULER,
    "cpu_percent": _SCHEDULER,
    "cpu_period": _SCHEDULER,
    "cpu_quota": _SCHEDULER,
    "cpu_rt_period": _SCHEDULER,
    "cpu_rt_runtime": _SCHEDULER,
    "cpu_shares": _rejected("its scale is the local engine's", "say deploy.resources.limits.cpus"),
    "cpuset": _SCHEDULER,
    "cap_add": _rejected("capabilities are not read yet"),
    "cap_drop": _rejected("capabilities are not read yet"),
    "configs": _rejected("configs are not read yet", "copy the file into the image"),
    "credential_spec": _rejected("Fargate runs Linux containers here"),
    "device_cgroup_rules": _DEVICES,
    "devices": _DEVICES,
    "external_links": _rejected("there are no other containers on a host to link to"),
    "gpus": _DEVICES,
    "group_add": _rejected("ECS takes one user and one group", 'write user: "UID:GID"'),
    "ipc": _NO_HOST,
    "isolation": _rejected("Fargate runs Linux containers here"),
    "logging": _rejected("logging drivers are not read yet", "remove it: logs go to CloudWatch"),
    "mem_swappiness": _rejected("Fargate has no swap"),
    "memswap_limit": _rejected("Fargate has no swap"),
    "models": _rejected("Fargate has no model runner"),
    "network_mode": _rejected("every Fargate task is in network mode awsvpc"),
    "oom_kill_disable": _NO_HOST,
    "oom_score_adj": _NO_HOST,
    "pid": _NO_HOST,
    "pids_limit": _NO_HOST,
    "post_start": _rejected("ECS has no hooks in containers", "run it in the image's entry point"),
    "pre_stop": _rejected("ECS has no hooks in containers", "handle SIGTERM in the application"),
    "privileged": _NO_HOST,
    "provider": _rejected("a provider is not a container"),
    "runtime": _NO_HOST,
    "security_opt": _NO_HOST,
    "shm_size": _rejected("Fargate fixes the size of /dev/shm"),
    "stop_signal": _rejected("ECS always sends SIGTERM", "write STOPSIGNAL in the Dockerfile"),
    "storage_opt": _NO_HOST,
    "sysctls": _rejected("sysctls are not read yet"),
    "tmpfs": _rejected("tmpfs is not read yet"),
    "ulimits": _rejected("ulimits are not read yet"),
    "use_api_socket": _NO_HOST,
    "userns_mode": _NO_HOST,
    "uts": _NO_HOST,
    "volumes": _rejected("volumes are not read yet", "copy the files into the image"),
    "volumes_from": _rejected("volumes are not read yet", "copy the files into the image"),
}  # fmt: skip

_RULES: dict[Support, Rule] = {
    Support.APPROXIMATED: rules.KEY_APPROXIMATED,
    Support.LOCAL_ONLY: rules.KEY_LOCAL_ONLY,
    Support.REJECTED: rules.KEY_REJECTED,
}


def check_keys(project: Project, findings: Findings) -> None:
    """Report every key of the project's services that is not simply mapped."""
    for service in project.services.values():
        _check_service(service, findings)


def _check_service(service: Service, findings: Findings) -> None:
    if not isinstance(service.node, MappingNode):
        return
    for name, value in service.node.items():
        key = SERVICE_KEYS.get(name, _MAPPED)
        if key.support is Support.MAPPED or _says_nothing(name, value):
            continue
        findings.report(
            _RULES[key.support],
            service.key_at(name),
            (*service.path, name),
            key.why,
            key.fix,
        )


def _says_nothing(name: str, value: Node) -> bool:
    """Whether a value asks for no more than there would be without it."""
    if name == "networks" and isinstance(value, MappingNode):
        return tuple(value) == ("default",)
    if name == "restart":
        return isinstance(value, Scalar) and value.value in {"always", "unless-stopped"}
    match value:
        case Scalar(value=content):
            return content in {None, False, ""}
        case Sequence() as items:
            return len(items) == 0
        case MappingNode():
            return not any(True for _ in value)
