"""Linux parameters of a service, as far as Fargate grants them."""

import re

from serverless_containers.compose.model import Service
from serverless_containers.compose.notation.sizes import parse_size
from serverless_containers.findings import Findings
from serverless_containers.plan.model import LinuxPlan, TmpfsPlan
from serverless_containers.plan.places import place
from serverless_containers.plan.resources import rules

_MIB = 1024 * 1024
_ULIMITS = frozenset(
    [
        "core",
        "cpu",
        "data",
        "fsize",
        "locks",
        "memlock",
        "msgqueue",
        "nice",
        "nofile",
        "nproc",
        "rss",
        "rtprio",
        "rttime",
        "sigpending",
        "stack",
    ]
)
_CAPABILITIES = frozenset(
    [
        "ALL",
        "AUDIT_CONTROL",
        "AUDIT_WRITE",
        "BLOCK_SUSPEND",
        "CHOWN",
        "DAC_OVERRIDE",
        "DAC_READ_SEARCH",
        "FOWNER",
        "FSETID",
        "IPC_LOCK",
        "IPC_OWNER",
        "KILL",
        "LEASE",
        "LINUX_IMMUTABLE",
        "MAC_ADMIN",
        "MAC_OVERRIDE",
        "MKNOD",
        "NET_ADMIN",
        "NET_BIND_SERVICE",
        "NET_BROADCAST",
        "NET_RAW",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_ADMIN",
        "SYS_BOOT",
        "SYS_CHROOT",
        "SYS_MODULE",
        "SYS_NICE",
        "SYS_PACCT",
        "SYS_PTRACE",
        "SYS_RAWIO",
        "SYS_RESOURCE",
        "SYS_TIME",
        "SYS_TTY_CONFIG",
        "SYSLOG",
        "WAKE_ALARM",
    ]
)
_SYSCTL = re.compile(
    r"net\..+|fs\.mqueue\..+"
    r"|kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)"
)
"""The namespaced parameters of "SystemControl", Amazon ECS API Reference."""


def plan_linux(service: Service, findings: Findings) -> LinuxPlan:
    """Plan capabilities, ulimits, sysctls and tmpfs mounts of a container."""
    return LinuxPlan(
        init=bool(service.init),
        add=_added(service, findings),
        drop=_dropped(service, findings),
        tmpfs=_tmpfs(service, findings),
        ulimits=_ulimits(service, findings),
        sysctls=_sysctls(service, findings),
    )


def _capability(name: str) -> str:
    return name.upper().removeprefix("CAP_")


def _added(service: Service, findings: Findings) -> tuple[str, ...]:
    added = []
    for index, name in enumerate(service.cap_add):
        if _capability(name) == "SYS_PTRACE":
            added.append("SYS_PTRACE")
            continue
        findings.report(
            rules.CAPABILITY_REJECTED,
            *place(service, "cap_add", index),
            f"Fargate adds SYS_PTRACE and no other capability, got {name!r}",
            "remove it",
        )
    return tuple(added)


def _dropped(service: Service, findings: Findings) -> tuple[str, ...]:
    dropped = []
    for index, name in enumerate(service.cap_drop):
        if _capability(name) in _CAPABILITIES:
            dropped.append(_capability(name))
            continue
        findings.report(
            rules.CAPABILITY_REJECTED,
            *place(service, "cap_drop", index),
            f"there is no capability {name!r} to drop",
            "write one of Linux's, such as NET_RAW, or ALL",
        )
    return tuple(dropped)


def _ulimits(service: Service, findings: Findings) -> dict[str, tuple[int, int]]:
    ulimits = {}
    for name, limit in sorted(service.ulimits.items()):
        if name in _ULIMITS:
            ulimits[name] = (limit.soft, limit.hard)
            continue
        findings.report(
            rules.ULIMIT_UNKNOWN,
            *place(service, "ulimits", name),
            f"expected one of {', '.join(sorted(_ULIMITS))}, got {name!r}",
        )
    return ulimits


def _sysctls(service: Service, findings: Findings) -> dict[str, str]:
    sysctls = {}
    for name, value in sorted(service.sysctls.items()):
        if _SYSCTL.fullmatch(name):
            sysctls[name] = value
            continue
        findings.report(
            rules.SYSCTL_REJECTED,
            *place(service, "sysctls", name),
            f"expected a parameter of net.*, fs.mqueue.* or System V IPC, got {name!r}",
            "remove it",
        )
    return sysctls


def _size(text: str) -> int:
    try:
        return parse_size(text)
    except ValueError:
        return 0


def _tmpfs(service: Service, findings: Findings) -> tuple[TmpfsPlan, ...]:
    planned = []
    for index, text in enumerate(service.tmpfs):
        path, _, options = text.partition(":")
        given = [option for option in options.split(",") if option]
        sizes = [option[5:] for option in given if option.startswith("size=")]
        others = [option for option in given if not option.startswith("size=")]
        size = _size(sizes[-1]) if sizes else 0
        if not size:
            findings.report(
                rules.TMPFS_SIZE,
                *place(service, "tmpfs", index),
                f"ECS needs the size of a tmpfs, got {text!r}",
                f"write {path}:size=64m",
            )
            continue
        planned.append(
            TmpfsPlan(path=path, size_mib=max(1, -(-size // _MIB)), options=tuple(others))
        )
    for mount in service.volumes:
        if mount.type != "tmpfs":
            continue
        if not mount.tmpfs_size:
            findings.report(
                rules.TMPFS_SIZE,
                *place(mount),
                "ECS needs the size of a tmpfs",
                "add tmpfs: {size: 64m}",
            )
            continue
        planned.append(TmpfsPlan(path=mount.target, size_mib=max(1, -(-mount.tmpfs_size // _MIB))))
    return tuple(planned)
