"""The rules about what a container uses: kernel, volumes, files and logs."""

from serverless_containers.findings import Rule, Severity

_FARGATE_DIFFERENCES = (
    "Amazon ECS task definition differences for Fargate, Amazon ECS Developer Guide"
)
_TASK_DEFINITION = "Amazon ECS API Reference, ContainerDefinition"

CAPABILITY_REJECTED = Rule(
    code="capability-rejected",
    severity=Severity.ERROR,
    summary="Of all capabilities, SYS_PTRACE alone can be added.",
    source="Amazon ECS API Reference, KernelCapabilities",
)
ULIMIT_UNKNOWN = Rule(
    code="ulimit-unknown",
    severity=Severity.ERROR,
    summary="A ulimit has one of the names that ECS knows.",
    source="Amazon ECS API Reference, Ulimit",
)
SYSCTL_REJECTED = Rule(
    code="sysctl-rejected",
    severity=Severity.ERROR,
    summary="A sysctl is one of those that Fargate supports.",
    source="Amazon ECS API Reference, SystemControl",
)
TMPFS_SIZE = Rule(
    code="tmpfs-size",
    severity=Severity.ERROR,
    summary="A tmpfs has a size, in whole MiB.",
    source="Amazon ECS API Reference, Tmpfs",
)
MOUNT_REJECTED = Rule(
    code="mount-rejected",
    severity=Severity.ERROR,
    summary="What is mounted is a volume or a tmpfs: a task has no host to mount from.",
    source=_FARGATE_DIFFERENCES,
)
MOUNT_LOCAL_ONLY = Rule(
    code="mount-local-only",
    severity=Severity.NOTE,
    summary="A bind mount that is marked local-only is left out of the deployment.",
)
VOLUME_EXTERNAL = Rule(
    code="volume-external",
    severity=Severity.ERROR,
    summary="The name of an external volume is the id of an Amazon EFS file system.",
)
MOUNT_TWICE = Rule(
    code="mount-twice",
    severity=Severity.ERROR,
    summary="No two volumes are mounted at one path of a container.",
    source=_TASK_DEFINITION,
)
FILE_TARGET = Rule(
    code="file-target",
    severity=Severity.ERROR,
    summary="A config, or a secret as a file, is put into a folder of its own.",
)
FILE_SOURCE = Rule(
    code="file-source",
    severity=Severity.ERROR,
    summary="A config's file can be read, and fits into a task definition.",
    source="Amazon ECS service quotas, Amazon ECS Developer Guide",
)
FOLDER_HIDDEN = Rule(
    code="folder-hidden",
    severity=Severity.WARNING,
    summary="A config's folder takes the place of the image's folder of that name.",
)
UTILITY_IMAGE = Rule(
    code="utility-image",
    severity=Severity.ERROR,
    summary="The image that writes configs can be pulled.",
)
IMAGE_UNREACHABLE = Rule(
    code="image-unreachable",
    severity=Severity.ERROR,
    summary="Tasks without a way to the internet pull their images from ECR in their region.",
    source="Amazon ECR interface VPC endpoints (AWS PrivateLink), Amazon ECR User Guide",
)
LOG_DRIVER_REJECTED = Rule(
    code="log-driver-rejected",
    severity=Severity.ERROR,
    summary="A log driver is one that Fargate has.",
    source="Amazon ECS API Reference, LogConfiguration",
)
LOG_DRIVER_REPLACED = Rule(
    code="log-driver-replaced",
    severity=Severity.NOTE,
    summary="A local log driver becomes CloudWatch Logs.",
)
LOG_OPTION_REJECTED = Rule(
    code="log-option-rejected",
    severity=Severity.ERROR,
    summary="The options of awslogs leave the group to the deployment.",
    source="Amazon ECS API Reference, LogConfiguration",
)
