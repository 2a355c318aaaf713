"""What containers find in folders: volumes, configs, secrets as files; and who takes their logs."""

from textwrap import dedent

import pytest
from aws_cdk import RemovalPolicy
from aws_cdk.assertions import Match

from serverless_containers import InvalidSourceError, NetworkProfile


class TestVolumes:
    EFS = dedent("""
        services:
          web: {image: nginx, ports: ["80"], user: "1000", volumes: ["data:/data"]}
        volumes: {data: {}}
        """)

    @pytest.mark.parametrize("length", [99, 100, 255])
    def test_the_path_of_a_folder_is_no_longer_than_efs_takes(self, deploy, length):
        names = ["a" * (length - 1) + each for each in "xy"]
        template = deploy(f"""
services:
  web: {{image: nginx, ports: ["80"], volumes: ["{names[0]}:/x", "{names[1]}:/y"]}}
volumes: {{{names[0]}: {{}}, {names[1]}: {{}}}}
""").template
        points = template.find_resources("AWS::EFS::AccessPoint").values()
        paths = {each["Properties"]["RootDirectory"]["Path"] for each in points}
        assert len(paths) == 2
        assert max(map(len, paths)) == 100
        if length == 99:
            assert paths == {f"/{name}" for name in names}

    def test_a_named_volume_is_a_folder_of_an_encrypted_file_system(self, deploy):
        template = deploy(self.EFS).template
        template.has_resource(
            "AWS::EFS::FileSystem",
            {
                "DeletionPolicy": "Retain",
                "Properties": Match.object_like(
                    {"Encrypted": True, "BackupPolicy": {"Status": "ENABLED"}}
                ),
            },
        )
        template.has_resource_properties(
            "AWS::EFS::AccessPoint",
            {
                "PosixUser": {"Uid": "1000", "Gid": "1000"},
                "RootDirectory": {
                    "Path": "/data",
                    "CreationInfo": {
                        "OwnerUid": "1000",
                        "OwnerGid": "1000",
                        "Permissions": "0755",
                    },
                },
            },
        )
        template.has_resource_properties(
            "AWS::ECS::TaskDefinition",
            {
                "Volumes": [
                    {
                        "Name": "data",
                        "EFSVolumeConfiguration": Match.object_like(
                            {
                                "TransitEncryption": "ENABLED",
                                "AuthorizationConfig": Match.object_like({"IAM": "ENABLED"}),
                            }
                        ),
                    }
                ]
            },
        )

    def test_nobody_mounts_it_but_through_its_mount_targets(self, deploy):
        properties = deploy(self.EFS).only("AWS::EFS::FileSystem")
        (statement,) = properties["FileSystemPolicy"]["Statement"]
        assert statement["Condition"] == {
            "Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}
        }

    def test_the_tasks_alone_reach_it_and_wait_for_it(self, deploy):
        deployed = deploy(self.EFS)
        (rule,) = [
            rule
            for rule in deployed.resources("AWS::EC2::SecurityGroupIngress")
            if rule["FromPort"] == 2049
        ]
        assert "ContainersSecurityGroup" in str(rule["SourceSecurityGroupId"])
        (service,) = deployed.template.find_resources("AWS::ECS::Service").values()
        assert any("EfsMountTarget" in name for name in service["DependsOn"])

    def test_the_task_role_may_mount_this_one(self, deploy):
        (statement,) = deploy(self.EFS).statements("TaskRole")
        assert statement["Action"] == [
            "elasticfilesystem:ClientMount",
            "elasticfilesystem:ClientWrite",
        ]
        assert "FileSystem" in str(statement["Resource"])

    def test_it_can_go_with_the_stack(self, deploy):
        deploy(self.EFS, volume_removal_policy=RemovalPolicy.DESTROY).template.has_resource(
            "AWS::EFS::FileSystem", {"DeletionPolicy": "Delete"}
        )

    def test_an_external_one_is_mounted_by_its_id(self, deploy):
        deployed = deploy("""
            services: {web: {image: nginx, ports: ["80"], volumes: ["data:/data"]}}
            volumes: {data: {external: true, name: fs-0123456789abcdef0}}
            """)
        deployed.template.resource_count_is("AWS::EFS::FileSystem", 0)
        (volume,) = deployed.only("AWS::ECS::TaskDefinition")["Volumes"]
        configuration = volume["EFSVolumeConfiguration"]
        assert configuration["FilesystemId"] == "fs-0123456789abcdef0"

    def test_without_named_volumes_there_is_no_file_system(self, deploy):
        assert deploy().ingress.file_system is None


FILES = """
    x-serverless-containers: {secrets: files}
    services:
      web:
        image: nginx
        ports: ["80"]
        configs: [{source: app, target: /etc/app/app.conf}]
        secrets: [KEY]
    configs:
      app: {content: "port = 80"}
    secrets:
      KEY: {external: true, name: shop-key}
    """


def test_configs_are_written_before_the_container_starts(deploy):
    containers = deploy(FILES).containers()
    writer, web = containers["files"], containers["web"]
    assert writer["Essential"] is False
    assert writer["Environment"] == [{"Name": "FILE_0", "Value": "cG9ydCA9IDgw"}]
    assert [secret["Name"] for secret in writer["Secrets"]] == ["SECRET_1"]
    assert writer["Command"][0].splitlines() == [
        "set -eu",
        'printf %s "$FILE_0" | base64 -d > /files/web-files-1/app.conf',
        "chown 0:0 /files/web-files-1/app.conf",
        "chmod 444 /files/web-files-1/app.conf",
        'printf %s "$SECRET_1" > /files/web-files-2/KEY',
        "chown 0:0 /files/web-files-2/KEY",
        "chmod 444 /files/web-files-2/KEY",
    ]
    assert web["DependsOn"] == [{"ContainerName": "files", "Condition": "SUCCESS"}]
    assert {(mount["ContainerPath"], mount["ReadOnly"]) for mount in web["MountPoints"]} == {
        ("/etc/app", True),
        ("/run/secrets", True),
    }
    assert "Secrets" not in web


def test_without_a_way_to_the_internet_the_writers_image_must_be_named(deploy):
    with pytest.raises(
        InvalidSourceError,
        match="utility_image: configs, and secrets that are files, are written by",
    ):
        deploy(FILES, network_profile=NetworkProfile.ENDPOINTS)


def test_firelens_gets_its_router_with_a_log_group_that_is_not_kept_for_ever(deploy):
    deployed = deploy("""
        services:
          web:
            image: nginx
            ports: ["80"]
            logging: {driver: awsfirelens, options: {Name: cloudwatch}}
        """)
    router = deployed.containers()["log-router"]
    said = router["LogConfiguration"]["Options"]
    assert said["mode"] == "non-blocking"
    groups = deployed.template.find_resources("AWS::Logs::LogGroup")
    assert groups[said["awslogs-group"]["Ref"]]["Properties"]["RetentionInDays"]
    assert not any("Logsweb" in name for name in groups), "nothing would write to it"
    assert deployed.containers()["web"]["LogConfiguration"]["LogDriver"] == "awsfirelens"
