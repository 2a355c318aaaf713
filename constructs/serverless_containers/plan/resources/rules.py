"""The rules about what a container uses: kernel, volumes, files and logs."""

from serverless_containers.findings import Rule

_FARGATE_DIFFERENCES = (
    "Amazon ECS task definition differences for Fargate, Amazon ECS Developer Guide"
)
_TASK_DEFINITION = "Amazon ECS API Reference, ContainerDefinition"

CAPABILITY_REJECTED = Rule.error(
    "capability-rejected",
    "Of all capabilities that a container does not have by default, SYS_PTRACE alone can be added.",
    "Amazon ECS API Reference, KernelCapabilities",
)
ULIMIT_RANGE = Rule.warning(
    "ulimit-range", "The limit of open files is within Fargate's.", _FARGATE_DIFFERENCES, guess=True
)
ULIMIT_UNKNOWN = Rule.warning(
    "ulimit-unknown",
    "A ulimit has one of the names that ECS knows.",
    "Amazon ECS API Reference, Ulimit",
    guess=True,
)
ULIMIT_ORDER = Rule.error(
    "ulimit-order",
    "A soft limit is not above its hard one.",
    "Amazon ECS API Reference, Ulimit",
)
SYSCTL_REJECTED = Rule.error(
    "sysctl-rejected",
    "A sysctl is one of those that Fargate supports.",
    "Amazon ECS API Reference, SystemControl",
)
TMPFS_SIZE = Rule.warning(
    "tmpfs-size", "A tmpfs has a size, in whole MiB.", "Amazon ECS API Reference, Tmpfs", guess=True
)
MOUNT_REJECTED = Rule.error(
    "mount-rejected",
    "What is mounted is a volume, a tmpfs, or in the project: a task has no host to mount from.",
    _FARGATE_DIFFERENCES,
)
MOUNT_LOCAL_ONLY = Rule.note(
    "mount-local-only", "A bind mount that is marked local-only is left out of the deployment."
)
MOUNT_DROPPED = Rule.note(
    "mount-dropped",
    "A mount of what the image or the task has anyway is left out of the deployment.",
)
MOUNT_INCOMPLETE = Rule.warning(
    "mount-incomplete",
    "An image has all of what is mounted over it, and no ignore file leaves out a part.",
    "https://docs.docker.com/build/concepts/context/#dockerignore-files",
    guess=True,
)
MOUNT_STORED = Rule.warning(
    "mount-stored",
    "A bind mount of a folder of data becomes a folder of Amazon EFS, which starts empty.",
    guess=True,
)
MOUNT_UNTRACKED = Rule.warning(
    "mount-untracked", "What is copied from the project is what git keeps of it.", guess=True
)
MOUNT_CHANGED = Rule.warning(
    "mount-changed",
    "A folder that is copied is one of which git keeps all, or is mounted read-only.",
    guess=True,
)
VOLUME_OWNER = Rule.warning(
    "volume-owner",
    "A service that keeps data says its user in numbers, where it is no well-known image's.",
    "Enforcing a user identity using an access point, Amazon EFS User Guide",
)
MOUNT_COPIED = Rule.note(
    "mount-copied", "A bind mount of files that are only read becomes a copy of them."
)
MOUNT_WRITABLE = Rule.error(
    "mount-writable", "A container writes to no copy of the project's files."
)
MOUNT_SECRET = Rule.error("mount-secret", "No file that holds credentials is mounted.")
MOUNT_BASE_MOVES = Rule.warning(
    "mount-base-moves",
    "An image that mounted files are added to has a tag of a version, or a digest.",
    "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
)
MOUNT_NOT_IN_IMAGE = Rule.error(
    "mount-not-in-image", "An image that is made elsewhere has the files that would be mounted."
)
VOLUME_USERS = Rule.warning(
    "volume-users",
    "Services that write to one folder of Amazon EFS run as one user.",
    "Enforcing a user identity using an access point, Amazon EFS User Guide",
)
VOLUME_STARTS_EMPTY = Rule.warning(
    "volume-starts-empty",
    "A named volume is mounted where the image has no files: no copy of them comes to Amazon EFS.",
    "https://docs.docker.com/engine/storage/volumes/#populate-a-volume-using-a-container",
)
VOLUME_EXTERNAL = Rule.error(
    "volume-external", "The name of an external volume is the id of an Amazon EFS file system."
)
VOLUME_DRIVER = Rule.error(
    "volume-driver",
    "A named volume has Docker's default driver and no options, or says what it is on Fargate.",
    "https://docs.docker.com/reference/compose-file/volumes/#driver_opts",
)
VOLUME_DRIVER_LOCAL = Rule.note(
    "volume-driver-local",
    "The driver of a volume is left out where the file says what the volume is on Fargate.",
)
MOUNT_TWICE = Rule.error(
    "mount-twice", "No two volumes are mounted at one path of a container.", _TASK_DEFINITION
)
MOUNT_TARGET = Rule.error(
    "mount-target",
    "A volume or a tmpfs is mounted at an absolute path, and not at the root folder, a file that "
    "each task has of its own, or a folder of the kernel.",
    "Amazon ECS API Reference, MountPoint",
)
FILE_TARGET = Rule.error(
    "file-target", "A config, or a secret as a file, is put into a folder of its own."
)
FILE_ATTRIBUTES = Rule.error(
    "file-attributes",
    "A config, or a secret as a file, has the ids and the permissions of a file of Linux.",
    "https://docs.docker.com/reference/compose-file/services/#long-syntax",
)
FILE_SOURCE = Rule.error(
    "file-source",
    "A config's file can be read, and fits into a task definition.",
    "Amazon ECS service quotas, Amazon ECS Developer Guide",
)
FOLDER_HIDDEN = Rule.warning(
    "folder-hidden",
    "The folder of a config, or of a secret elsewhere than in /run/secrets, takes the place of the "
    "image's folder of that name.",
)
UTILITY_IMAGE = Rule.error("utility-image", "The image that writes configs can be pulled.")
IMAGE_UNREACHABLE = Rule.error(
    "image-unreachable",
    "Tasks without a way to the internet pull their images from ECR in their region.",
    "Amazon ECR interface VPC endpoints (AWS PrivateLink), Amazon ECR User Guide",
)
LOG_DRIVER_REJECTED = Rule.error(
    "log-driver-rejected",
    "A log driver is one that Fargate has.",
    "Amazon ECS API Reference, LogConfiguration",
)
LOG_DRIVER_REPLACED = Rule.note(
    "log-driver-replaced", "A local log driver becomes CloudWatch Logs."
)
LOG_OPTION_REJECTED = Rule.error(
    "log-option-rejected",
    "The options of awslogs leave the group to the deployment.",
    "Amazon ECS API Reference, LogConfiguration",
)
