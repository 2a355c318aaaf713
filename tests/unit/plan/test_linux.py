"""Capabilities, ulimits, sysctls and tmpfs mounts."""

import pytest

from serverless_containers.plan.model import TmpfsPlan


def test_capabilities(plan_service):
    linux = plan_service("cap_add: [CAP_SYS_PTRACE]\ncap_drop: [net_raw, ALL]")["web"].linux
    assert (linux.add, linux.drop) == (("SYS_PTRACE",), ("NET_RAW", "ALL"))


def test_other_capabilities_cannot_be_added(plan_service):
    planned = plan_service("cap_add: [NET_ADMIN]\ncap_drop: [FLYING]")
    assert planned.messages("capability-rejected") == [
        "docker-compose.yml:5:15: services.web.cap_add[0]: Fargate adds SYS_PTRACE and no other "
        "capability, got 'NET_ADMIN'; remove it",
        "docker-compose.yml:6:16: services.web.cap_drop[0]: there is no capability 'FLYING' to "
        "drop; write one of Linux's, such as NET_RAW, or ALL",
    ]


def test_ulimits(plan_service):
    linux = plan_service("ulimits: {nofile: {soft: 1024, hard: 4096}, nproc: 512}")["web"].linux
    assert linux.ulimits == {"nofile": (1024, 4096), "nproc": (512, 512)}


def test_unknown_ulimits_are_refused(plan_service):
    (message,) = plan_service("ulimits: {as: 1}").messages("ulimit-unknown")
    assert message.startswith("docker-compose.yml:5:19: services.web.ulimits.as: expected one of c")
    assert message.endswith("got 'as'")


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
            "'/run'; write /run:size=64m",
        ),
        (
            "volumes: [{type: tmpfs, target: /run}]",
            "docker-compose.yml:5:15: services.web.volumes[0]: ECS needs the size of a tmpfs; add "
            "tmpfs: {size: 64m}",
        ),
    ],
)
def test_a_tmpfs_needs_a_size(plan_service, keys, message):
    assert plan_service(keys).messages("tmpfs-size") == [message]
