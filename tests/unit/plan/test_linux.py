"""Capabilities, ulimits, sysctls and tmpfs mounts."""

import pytest

from serverless_containers.plan.model import TmpfsPlan


def test_capabilities(plan_service):
    linux = plan_service("cap_add: [CAP_SYS_PTRACE]\ncap_drop: [net_raw, ALL]")["web"].linux
    assert (linux.add, linux.drop) == (("SYS_PTRACE",), ("NET_RAW", "ALL"))


DEFAULTS = (
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
    "NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
)  # fmt: skip
"""The capabilities that Docker gives each container."""


@pytest.mark.parametrize(
    ("keys", "add", "drop"),
    [
        ("cap_add: [CHOWN, cap_net_bind_service]", (), ()),
        ("cap_drop: [all]", (), ("ALL",)),
        (
            "cap_drop: [ALL]\ncap_add: [CHOWN, SETUID, SETGID]",
            (),
            tuple(name for name in DEFAULTS if name not in {"CHOWN", "SETUID", "SETGID"}),
        ),
        (
            "cap_drop: [ALL]\ncap_add: [KILL, SYS_PTRACE]",
            ("SYS_PTRACE",),
            tuple(name for name in DEFAULTS if name != "KILL"),
        ),
        ("cap_drop: [ALL]\ncap_add: [SYS_PTRACE]", ("SYS_PTRACE",), ("ALL",)),
        ("cap_drop: [NET_RAW, KILL]\ncap_add: [NET_RAW]", (), ("KILL",)),
        ("cap_drop: [BPF, SYS_ADMIN]", (), ("SYS_ADMIN",)),
    ],
)
def test_dockers_own_capabilities_are_there_or_kept(plan_service, keys, add, drop):
    planned = plan_service(keys)
    assert (planned["web"].linux.add, planned["web"].linux.drop) == (add, drop)
    assert planned.findings == []


def test_other_capabilities_cannot_be_added(plan_service):
    planned = plan_service("cap_add: [NET_ADMIN]\ncap_drop: [FLYING]")
    assert planned.messages("capability-rejected") == [
        "docker-compose.yml:5:15: services.web.cap_add[0]: Fargate adds SYS_PTRACE and no other "
        "capability to those that a container has, got 'NET_ADMIN'; remove it",
        "docker-compose.yml:6:16: services.web.cap_drop[0]: there is no capability 'FLYING' to "
        "drop; write one of Linux's, such as NET_RAW, or ALL",
    ]


def test_ulimits(plan_service):
    linux = plan_service("ulimits: {nofile: {soft: 1024, hard: 4096}, nproc: 512}")["web"].linux
    assert linux.ulimits == {"nofile": (1024, 4096), "nproc": (512, 512)}


@pytest.mark.parametrize(
    ("given", "planned"),
    [
        ("-1", (1048576, 1048576)),
        ("{soft: 4096, hard: -1}", (4096, 1048576)),
        ("{soft: 2000000, hard: 2000000}", (1048576, 1048576)),
    ],
)
def test_open_files_are_as_many_as_fargate_allows(plan_service, given, planned):
    web = plan_service(f"ulimits: {{nofile: {given}, memlock: -1}}")
    assert web["web"].linux.ulimits == {"memlock": (-1, -1), "nofile": planned}
    (message,) = web.messages("ulimit-range")
    assert message.startswith("docker-compose.yml:5:")
    assert "services.web.ulimits.nofile: a container on Fargate has at most 1048576" in message


def test_unknown_ulimits_are_left_out(plan_service):
    planned = plan_service("ulimits: {as: 1, nproc: 9}")
    assert planned["web"].linux.ulimits == {"nproc": (9, 9)}
    (message,) = planned.messages("ulimit-unknown")
    assert message.startswith("docker-compose.yml:5:19: services.web.ulimits.as: expected one of c")
    assert message.endswith("got 'as'; it is left out; remove it")


def test_sysctls(plan_service):
    linux = plan_service("sysctls: [net.core.somaxconn=1024, kernel.sem=1 2 3 4]")["web"].linux
    assert linux.sysctls == {"kernel.sem": "1 2 3 4", "net.core.somaxconn": "1024"}


def test_sysctls_of_the_host_are_refused(plan_service):
    planned = plan_service("sysctls: {vm.max_map_count: 262144}")
    assert planned.messages("sysctl-rejected") == [
        "docker-compose.yml:5:33: services.web.sysctls.vm.max_map_count: expected a parameter of "
        "net.*, fs.mqueue.* or System V IPC, got 'vm.max_map_count'; remove it"
    ]


@pytest.mark.parametrize(
    ("keys", "tmpfs"),
    [
        ("tmpfs: /run:size=64m,mode=1777", (64, ("mode=1777",))),
        ("tmpfs: ['/run:size=1500k']", (2, ())),
        ("volumes: [{type: tmpfs, target: /run, tmpfs: {size: 64m}}]", (64, ())),
    ],
)
def test_tmpfs(plan_service, keys, tmpfs):
    size, options = tmpfs
    assert plan_service(keys)["web"].linux.tmpfs == (
        TmpfsPlan(path="/run", size_mib=size, options=options),
    )


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            "tmpfs: /run",
            "docker-compose.yml:5:12: services.web.tmpfs[0]: ECS needs the size of a tmpfs, got "
            "'/run'; it gets 256 MiB, which come out of the task's memory as they are written; "
            "write /run:size=256m",
        ),
        (
            "tmpfs: '/run:rw,noexec'",
            "docker-compose.yml:5:12: services.web.tmpfs[0]: ECS needs the size of a tmpfs, got "
            "'/run:rw,noexec'; it gets 256 MiB, which come out of the task's memory as they are "
            "written; write /run:size=256m,rw,noexec",
        ),
        (
            "volumes: [{type: tmpfs, target: /run}]",
            "docker-compose.yml:5:15: services.web.volumes[0]: ECS needs the size of a tmpfs; it "
            "gets 256 MiB, which come out of the task's memory as they are written; add tmpfs: "
            "{size: 256m}",
        ),
    ],
)
def test_a_tmpfs_without_a_size_gets_one(plan_service, keys, message):
    planned = plan_service(keys)
    assert planned.messages("tmpfs-size") == [message]
    (tmpfs,) = planned["web"].linux.tmpfs
    assert (tmpfs.path, tmpfs.size_mib) == ("/run", 256)
    assert tmpfs.options == (("rw", "noexec") if "noexec" in keys else ())
