"""The container that writes configs and file-form secrets before the others start."""

import base64
import shlex
from collections.abc import Mapping, Sequence

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs

from serverless_containers.plan.model import FilePlan
from serverless_containers.plan.task_containers import FILES

_ROOT = "/files"


def add_files_container(
    definition: ecs.FargateTaskDefinition,
    *,
    files: Sequence[FilePlan],
    image: ecs.ContainerImage,
    secrets: Mapping[str, ecs.Secret],
    log_group: logs.ILogGroup,
) -> ecs.ContainerDefinition:
    """Add a container that writes files to scratch volumes, and ends.

    Contents of configs travel in its environment as Base64, values of secrets as ECS injects them:
    they are in no template.

    Args:
        definition: The task definition, which has the volumes.
        files: The files to write.
        image: An image with a POSIX shell, ``base64``, ``chown`` and ``chmod``.
        secrets: The secret behind each Compose secret.
        log_group: Takes what it prints, which is nothing unless it fails.
    """
    environment: dict[str, str] = {}
    injected: dict[str, ecs.Secret] = {}
    script = ["set -eu"]
    for index, file in enumerate(files):
        path = shlex.quote(f"{_ROOT}/{file.volume}/{file.name}")
        if file.secret is not None:
            injected[f"SECRET_{index}"] = secrets[file.secret]
            script.append(f'printf %s "$SECRET_{index}" > {path}')
        else:
            environment[f"FILE_{index}"] = base64.b64encode(file.content or b"").decode()
            script.append(f'printf %s "$FILE_{index}" | base64 -d > {path}')
        script.append(f"chown {file.owner[0]}:{file.owner[1]} {path}")
        script.append(f"chmod {file.mode:o} {path}")
    container = definition.add_container(
        FILES,
        image=image,
        essential=False,
        entry_point=["/bin/sh", "-c"],
        command=["\n".join(script)],
        environment=environment or None,
        secrets=injected or None,
        readonly_root_filesystem=True,
        # It gives files to whom they belong, which root alone can.
        user="0:0",
        logging=ecs.LogDrivers.aws_logs(
            stream_prefix=FILES,
            log_group=log_group,
            mode=ecs.AwsLogDriverMode.NON_BLOCKING,
        ),
    )
    for volume in sorted({file.volume for file in files}):
        container.add_mount_points(
            ecs.MountPoint(
                container_path=f"{_ROOT}/{volume}", source_volume=volume, read_only=False
            )
        )
    return container
