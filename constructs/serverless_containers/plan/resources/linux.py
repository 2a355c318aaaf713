"""Linux parameters of a service, as far as Fargate grants them."""

import re
from typing import TypedDict

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
_DOCKERS = frozenset(
    [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "NET_RAW",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ]
)
"""The capabilities that a container has by default: "Runtime privilege and Linux capabilities",
Docker's reference of docker container run, to which KernelCapabilities refers."""
_NOT_OF_ECS = frozenset(["BPF", "CHECKPOINT_RESTORE", "PERFMON"])
"""Capabilities that no container has by default, and ECS has no names for."""
_MOST_FILES = 1_048_576
"""The largest limit of open files: "Amazon ECS task definition differences for Fargate"."""
_TMPFS_MIB = 256
"""The size of a tmpfs that names none. Linux takes half of the memory, which is that of Fargate's
smallest task; what is not written takes none."""
_SYSCTL = re.compile(
    r"net\..+|fs\.mqueue\..+"
    r"|kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)"
)
"""The namespaced parameters of "SystemControl", Amazon ECS API Reference."""


def plan_linux(service: Service, findings: Findings) -> LinuxPlan:
    """Plan capabilities, ulimits, sysctls and tmpfs mounts of a container."""
    return LinuxPlan(
        init=bool(service.init),
        **_capabilities(service, findings),
        tmpfs=_tmpfs(service, findings),
        ulimits=_ulimits(service, findings),
        sysctls=_sysctls(service, findings),
    )


def _capability(name: str) -> str:
    return name.upper().removeprefix("CAP_")


class _Capabilities(TypedDict):
    add: tuple[str, ...]
    drop: tuple[str, ...]


def _capabilities(service: Service, findings: Findings) -> _Capabilities:
    """The capabilities to add and to drop.

    Docker adds after it has dropped. Fargate adds one alone, so that of Docker's own those that are
    added are not dropped; with ALL, the others are dropped one by one.
    """
    added, dropped = _added(service, findings), _dropped(service, findings)
    kept = [name for name in added if name in _DOCKERS]
    add = tuple(name for name in added if name not in _DOCKERS)
    if "ALL" in dropped and kept:
        dropped = [*sorted(_DOCKERS), *(name for name in dropped if name != "ALL")]
    drop = tuple(dict.fromkeys(name for name in dropped if name not in kept))
    return {"add": add, "drop": drop}


def _added(service: Service, findings: Findings) -> list[str]:
    added = []
    for index, text in enumerate(service.cap_add):
        name = _capability(text)
        if name == "SYS_PTRACE" or name in _DOCKERS:
            added.append(name)
            continue
        findings.report(
            rules.CAPABILITY_REJECTED,
            *place(service, "cap_add", index),
            "Fargate adds SYS_PTRACE and no other capability to those that a container has, got "
            f"{text!r}",
            "remove it",
        )
    return added


def _dropped(service: Service, findings: Findings) -> list[str]:
    dropped = []
    for index, text in enumerate(service.cap_drop):
        name = _capability(text)
        if name in _CAPABILITIES:
            dropped.append(name)
        elif name not in _NOT_OF_ECS:
            findings.report(
                rules.CAPABILITY_REJECTED,
                *place(service, "cap_drop", index),
                f"there is no capability {text!r} to drop",
                "write one of Linux's, such as NET_RAW, or ALL",
            )
    return dropped


def _ulimits(service: Service, findings: Findings) -> dict[str, tuple[int, int]]:
    ulimits = {}
    for name, limit in sorted(service.ulimits.items()):
        if name not in _ULIMITS:
            findings.report(
                rules.ULIMIT_UNKNOWN,
                *place(service, "ulimits", name),
                f"expected one of {', '.join(sorted(_ULIMITS))}, got {name!r}; it is left out",
                "remove it",
            )
            continue
        given = (limit.soft, limit.hard)
        ulimits[name] = given
        if name == "nofile" and not all(0 <= each <= _MOST_FILES for each in given):
            soft, hard = (each if 0 <= each <= _MOST_FILES else _MOST_FILES for each in given)
            ulimits[name] = soft, hard
            findings.report(
                rules.ULIMIT_RANGE,
                *place(service, "ulimits", name),
                f"a container on Fargate has at most {_MOST_FILES} files open, got "
                f"{' and '.join(map(str, dict.fromkeys(given)))}; it gets {hard}",
                f"write nofile: {{soft: {soft}, hard: {hard}}}",
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
                f"ECS needs the size of a tmpfs, got {text!r}; it gets {_TMPFS_MIB} MiB, which "
                "come out of the task's memory as they are written",
                f"write {path}:{','.join([f'size={_TMPFS_MIB}m', *others])}",
            )
            size = _TMPFS_MIB * _MIB
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
                f"ECS needs the size of a tmpfs; it gets {_TMPFS_MIB} MiB, which come out of the "
                "task's memory as they are written",
                f"add tmpfs: {{size: {_TMPFS_MIB}m}}",
            )
        size = mount.tmpfs_size or _TMPFS_MIB * _MIB
        planned.append(TmpfsPlan(path=mount.target, size_mib=max(1, -(-size // _MIB))))
    return tuple(planned)
