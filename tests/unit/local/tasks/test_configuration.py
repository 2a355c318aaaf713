"""The engine's configuration of a container says what the task definition says."""

from serverless_containers.local.tasks.configuration import (
    TaskEnvironment,
    TaskVolume,
    configuration,
    pause_container,
)
from serverless_containers.local.tasks.definition import read_containers

AROUND = TaskEnvironment(
    run="r1",
    task="0123456789abcdef",
    network="net",
    variables={"AWS_REGION": "eu-west-1", "MINE": "theirs"},
    volumes={"data": TaskVolume(name="sc-data", lasting=True)},
)


def configured(secrets=None, **more):
    raw = {"name": "web", "image": "i", **more}
    (container,) = read_containers({"containerDefinitions": [raw]})
    return configuration(
        container, image="i", pause_container_id="h", secrets=secrets or {}, around=AROUND
    )


def test_it_shares_the_network_of_the_holder():
    assert configured()["HostConfig"]["NetworkMode"] == "container:h"


def test_the_images_own_settings_stand_where_the_definition_says_nothing():
    config = configured()
    assert not {"Cmd", "Entrypoint", "User", "WorkingDir"} & config.keys()
    # Its health check alone does not: ECS ignores it.
    assert config["Healthcheck"] == {"Test": ["NONE"]}


def test_command_entry_point_user_and_folder():
    config = configured(
        command=["a"], entryPoint=["b"], user="1:2", workingDirectory="/w", dockerLabels={"l": "m"}
    )
    assert (config["Cmd"], config["Entrypoint"]) == (["a"], ["b"])
    assert (config["User"], config["WorkingDir"]) == ("1:2", "/w")
    assert config["Labels"]["l"] == "m"


def test_the_definitions_variables_win_and_secrets_are_variables():
    config = configured({"S": "x"}, environment=[{"name": "MINE", "value": "own"}])
    assert config["Env"] == ["AWS_REGION=eu-west-1", "MINE=own", "S=x"]


def test_limits():
    host = configured(
        memory=256,
        memoryReservation=128,
        cpu=512,
        readonlyRootFilesystem=True,
        ulimits=[{"name": "nofile", "softLimit": 1, "hardLimit": 2}],
        linuxParameters={
            "initProcessEnabled": True,
            "tmpfs": [{"containerPath": "/t", "size": 8, "mountOptions": ["noexec"]}],
            "capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]},
            "sharedMemorySize": 64,
        },
    )["HostConfig"]
    mib = 1024 * 1024
    assert (host["Memory"], host["MemorySwap"]) == (256 * mib, 256 * mib)
    assert host["MemoryReservation"] == 128 * mib
    assert host["CpuShares"] == 512
    assert host["ReadonlyRootfs"] is True
    assert host["Ulimits"] == [{"Name": "nofile", "Soft": 1, "Hard": 2}]
    assert host["Init"] is True
    assert host["Tmpfs"] == {"/t": "size=8m,noexec"}
    assert (host["CapAdd"], host["CapDrop"]) == (["SYS_PTRACE"], ["ALL"])
    assert host["ShmSize"] == 64 * mib


def test_volumes():
    host = configured(
        mountPoints=[{"sourceVolume": "data", "containerPath": "/d", "readOnly": True}],
        volumesFrom=[{"sourceContainer": "other", "readOnly": True}],
    )["HostConfig"]
    assert host["Mounts"] == [
        {"Type": "volume", "Source": "sc-data", "Target": "/d", "ReadOnly": True}
    ]
    assert host["VolumesFrom"] == ["sc-r1-0123456789ab-other:ro"]


def test_ports_are_published_on_the_loopback_address_alone():
    containers = read_containers(
        {
            "containerDefinitions": [
                {"name": "a", "image": "i", "portMappings": [{"containerPort": 80}]},
                {
                    "name": "b",
                    "image": "i",
                    "extraHosts": [{"hostname": "x", "ipAddress": "10.0.0.1"}],
                },
            ]
        }
    )
    config = pause_container("pause", containers, AROUND)
    assert config["HostConfig"]["PortBindings"] == {
        "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]
    }
    assert config["HostConfig"]["NetworkMode"] == "net"
    assert config["HostConfig"]["ExtraHosts"] == ["x:10.0.0.1"]
