"""The keys at the top of a file, and those of what is defined there."""

from serverless_containers.plan.support.key import Key, local_only, mapped, rejected

_ONE_LOOPBACK = local_only("the containers of a task share one loopback interface")
_NO_DRIVER = rejected("only a local engine has drivers", "remove it: the volume is on Amazon EFS")
_NO_SECRET_DRIVER = rejected(
    "secrets are in AWS Secrets Manager", "remove the driver, or make the secret external"
)
_NO_TEMPLATE = rejected("nothing fills in templates", "write the file as it should be")
_NO_LABELS = local_only("labels of it are read by local engines")

TOP_LEVEL_KEYS: dict[str, Key] = {
    "name": mapped("the names of secrets, and descriptions"),
    "version": local_only("Docker Compose ignores it too"),
    "services": mapped("TaskDefinition.ContainerDefinitions"),
    "include": mapped("what the named files add"),
    "networks": _ONE_LOOPBACK,
    "volumes": mapped("TaskDefinition.Volumes"),
    "secrets": mapped("container.Secrets"),
    "configs": mapped("a container that writes the files"),
    "jobs": rejected("jobs are not deployed", "run them by a schedule of their own"),
    "models": rejected("Fargate runs no models", "call one through Amazon Bedrock"),
}

VOLUME_KEYS: dict[str, Key] = {
    "name": mapped("the file system's id, if it is external"),
    "external": mapped("an EFS file system that exists"),
    "driver": _NO_DRIVER,
    "driver_opts": _NO_DRIVER,
    "labels": _NO_LABELS,
}

SECRET_KEYS: dict[str, Key] = {
    "file": mapped("the secret's value, once it is pushed"),
    "external": mapped("a secret that exists already"),
    "name": mapped("the secret's name"),
    "environment": mapped("the secret's value, once it is pushed"),
    "driver": _NO_SECRET_DRIVER,
    "driver_opts": _NO_SECRET_DRIVER,
    "template_driver": _NO_TEMPLATE,
    "labels": _NO_LABELS,
}

CONFIG_KEYS: dict[str, Key] = {
    "content": mapped("the file's content"),
    "file": mapped("the file's content"),
    "environment": rejected("the file would differ from machine to machine", "write content"),
    "external": rejected("only a local engine has configs of its own", "write content or file"),
    "name": local_only("the file is written into the task"),
    "template_driver": _NO_TEMPLATE,
    "labels": _NO_LABELS,
}
