"""The volumes of a task."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_efs as efs
from aws_cdk import aws_iam as iam
from constructs import Construct, IDependable

from serverless_containers.plan.model import VolumeKind, VolumePlan
from serverless_containers.workload.project.network import Placement


class Storage(Construct):
    """The volumes of a task definition: folders of a file system, or space on the task's disk.

    Named volumes share one encrypted Amazon EFS file system, each in a folder of its own that an
    access point confines it to. Mounting takes TLS and the task role's permission.

    Args:
        definition: The task definition.
        volumes: The volumes that it mounts.
        placement: The place of the tasks, and so of the mount targets.
        removal_policy: The removal policy of the file system when the stack is deleted.

    Attributes:
        file_system: The file system, if a volume needs one.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        definition: ecs.FargateTaskDefinition,
        volumes: Sequence[VolumePlan],
        placement: Placement,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self._definition = definition
        self.file_system = (
            efs.FileSystem(
                self,
                "FileSystem",
                vpc=placement.vpc,
                # There is one mount target to a zone, however many subnets it has.
                vpc_subnets=ec2.SubnetSelection(
                    subnet_group_name=placement.interface_subnets.subnet_group_name,
                    subnet_type=placement.interface_subnets.subnet_type,
                    subnets=placement.interface_subnets.subnets,
                    availability_zones=placement.interface_subnets.availability_zones,
                    subnet_filters=placement.interface_subnets.subnet_filters,
                    one_per_az=True,
                ),
                encrypted=True,
                allow_anonymous_access=False,
                throughput_mode=efs.ThroughputMode.ELASTIC,
                enable_automatic_backups=True,
                removal_policy=removal_policy,
            )
            if any(volume.kind is VolumeKind.EFS for volume in volumes)
            else None
        )
        for volume in volumes:
            self._add(volume)

    @property
    def ready(self) -> tuple[IDependable, ...]:
        """Constructs that have to exist before a task can mount its volumes."""
        return (self.file_system.mount_targets_available,) if self.file_system else ()

    def connect(self, tasks: ec2.IConnectable) -> None:
        """Let tasks reach the file system."""
        if self.file_system is not None:
            self.file_system.connections.allow_default_port_from(tasks, "Volumes of the tasks")

    def _add(self, volume: VolumePlan) -> None:
        if volume.kind is VolumeKind.SCRATCH:
            self._definition.add_volume(name=volume.name)
            return
        if volume.kind is VolumeKind.EFS and self.file_system is not None:
            owner, group = map(str, volume.owner)
            point = self.file_system.add_access_point(
                f"Folder-{volume.name}",
                path=volume.folder,
                create_acl=efs.Acl(owner_uid=owner, owner_gid=group, permissions="0755"),
                posix_user=efs.PosixUser(uid=owner, gid=group),
            )
            if volume.owner[0] == 0:
                # "Enforcing a user identity using an access point": root takes a permission more.
                self.file_system.grant_root_access(self._definition.task_role)
            else:
                self.file_system.grant_read_write(self._definition.task_role)
            self._mount(volume.name, self.file_system.file_system_id, point.access_point_id)
        elif volume.file_system_id is not None:
            arn = Stack.of(self).format_arn(
                service="elasticfilesystem",
                resource="file-system",
                resource_name=volume.file_system_id,
            )
            self._definition.add_to_task_role_policy(
                iam.PolicyStatement(
                    actions=["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
                    resources=[arn],
                )
            )
            self._mount(volume.name, volume.file_system_id, None)

    def _mount(self, name: str, file_system_id: str, access_point_id: str | None) -> None:
        self._definition.add_volume(
            name=name,
            efs_volume_configuration=ecs.EfsVolumeConfiguration(
                file_system_id=file_system_id,
                transit_encryption="ENABLED",
                authorization_config=ecs.AuthorizationConfig(
                    access_point_id=access_point_id, iam="ENABLED"
                ),
            ),
        )
