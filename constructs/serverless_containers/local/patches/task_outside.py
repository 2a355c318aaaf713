"""What a task's containers get from the emulated services: images, secrets, logs, credentials."""

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from serverless_containers.local.emulator.runtime import Runtime
from serverless_containers.local.engine.client import Engine, EngineError
from serverless_containers.local.patches.private import private
from serverless_containers.local.tasks.configuration import Volume
from serverless_containers.local.tasks.definition import Container
from serverless_containers.local.tasks.logs import Write
from serverless_containers.local.tasks.run import StartError

SECRET = "ministack.services.secretsmanager:resolve_secret_string"  # noqa: S105  # a name
PARAMETER = "ministack.services.ssm:resolve_parameter_value"
REGISTER = "ministack.services.sts:register_session"
ROLE_ID = "ministack.services.sts:_role_id"
LOG_PLACE = "ministack.services.ecs:_awslogs_config"
LOG_STREAM = "ministack.services.ecs:_ensure_awslogs_stream"
LOG_EVENT = "ministack.services.ecs:_emit_awslogs_event"
LOG_SCOPE = "ministack.core.responses:request_scope"
ACCOUNT = "ministack.core.responses:get_account_id"
REGION = "ministack.core.responses:get_region"
TELL = "ministack.services.ecs_metadata:register_container"
ACCESS_POINTS = "ministack.services.efs:_access_points"
PRIVATE_OUTSIDE = (
    *(SECRET, PARAMETER, REGISTER, ROLE_ID, LOG_PLACE, LOG_STREAM, LOG_EVENT, LOG_SCOPE),
    *(ACCOUNT, REGION, TELL, ACCESS_POINTS),
)

_REGISTRY = ".dkr.ecr."
_SESSION_SECONDS = 30 * 24 * 3600
"""As long as anybody leaves a laptop's deployment running: nothing renews what is injected."""
_ARN_PARTS = 7


def image_of(engine: Engine, name: str) -> str:
    """The engine's name of an image, fetched if it is not there.

    Raises:
        StartError: If there is none.
    """
    try:
        if engine.image_id(name) is not None:
            return name
        if _REGISTRY in name:
            raise StartError(f"CannotPullContainerError: {name}: not found in the registry")
        engine.pull(name)
    except EngineError as error:
        raise StartError(f"CannotPullContainerError: {name}: {error}") from error
    return name


def secrets_of(container: Container) -> Mapping[str, str]:
    """The values of a container's secrets, by their variables.

    Raises:
        StartError: If one cannot be had. Its value is in no message.
    """
    return {each["name"]: _secret(each["valueFrom"]) for each in container.raw.get("secrets") or []}


def _secret(place: str) -> str:
    unable = (
        f"ResourceInitializationError: unable to pull secrets or registry auth: {place} cannot "
        "be read"
    )
    if ":secretsmanager:" not in place:
        value = private(PARAMETER)(place, decrypt=True)
        if value is None:
            raise StartError(unable)
        return str(value)
    # An ARN, and what ECS adds to it: the key, the version's stage and its id.
    parts = place.split(":")
    key, stage, version = [*parts[_ARN_PARTS:], "", "", ""][:3]
    arn = ":".join(parts[:_ARN_PARTS])
    value = private(SECRET)(arn, stage or "AWSCURRENT", version or None)
    if value is None:
        raise StartError(unable)
    if not key:
        return str(value)
    try:
        found = json.loads(value)[key]
    except (ValueError, KeyError, TypeError):
        # Not raised from the error: that one holds the value.
        raise StartError(f"{unable}: it has no key {key}") from None
    return found if isinstance(found, str) else json.dumps(found)


def writer_of(container: Container, task: str, made: str) -> Write | None:
    """What takes a container's log lines, if they go to CloudWatch Logs."""
    place = private(LOG_PLACE)(container.raw, task.rpartition("/")[2], made)
    if place is None:
        return None
    account, region = private(ACCOUNT)(), place["region"] or private(REGION)()
    with private(LOG_SCOPE)(account, region):
        if not private(LOG_STREAM)(place):
            return None

    def write(line: str) -> None:
        with private(LOG_SCOPE)(account, region):
            private(LOG_EVENT)(place, line)

    return write


def variables_of(
    runtime: Runtime, task: Mapping[str, Any], definition: Mapping[str, Any]
) -> dict[str, str]:
    """The variables that every container of a task has: where AWS is, and who it is there."""
    region = private(REGION)()
    variables = {
        "AWS_ENDPOINT_URL": runtime.endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if role := definition.get("taskRoleArn"):
        variables |= _session(role, task["taskArn"].rpartition("/")[2])
    return variables


def _session(role: str, task: str) -> dict[str, str]:
    """A session of the task role, as ECS has one for each task."""
    account, name = role.split(":")[4], role.rpartition("/")[2]
    key, secret, token = (
        "ASIA" + secrets.token_hex(8).upper(),
        secrets.token_urlsafe(30),
        secrets.token_urlsafe(96),
    )
    private(REGISTER)(
        key,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{task}",
            "UserId": f"{private(ROLE_ID)(role)}:{task}",
            "SecretAccessKey": secret,
            "SessionToken": token,
            "Expiration": time.time() + _SESSION_SECONDS,
            "AccountId": account,
            "PrincipalType": "AssumedRole",
        },
    )
    return {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_SESSION_TOKEN": token,
    }


def metadata_of(
    runtime: Runtime,
    task: Mapping[str, Any],
    definition: Mapping[str, Any],
    container: Container,
) -> dict[str, str]:
    """The variable by which a container asks what it is, and the answer in its place."""
    token = secrets.token_urlsafe(24)
    arn = task["taskArn"]
    private(TELL)(
        token,
        arn,
        {
            "Cluster": task["clusterArn"],
            "TaskARN": arn,
            "Family": definition["family"],
            "Revision": str(definition["revision"]),
            "DesiredStatus": "RUNNING",
            "KnownStatus": task["lastStatus"],
            "AvailabilityZone": task["availabilityZone"],
            "LaunchType": task["launchType"],
        },
        {
            "Name": container.name,
            "Image": container.raw["image"],
            "Labels": {
                "com.amazonaws.ecs.cluster": task["clusterArn"],
                "com.amazonaws.ecs.container-name": container.name,
                "com.amazonaws.ecs.task-arn": arn,
                "com.amazonaws.ecs.task-definition-family": definition["family"],
                "com.amazonaws.ecs.task-definition-version": str(definition["revision"]),
            },
            "Type": "NORMAL",
        },
    )
    return {"ECS_CONTAINER_METADATA_URI_V4": f"{runtime.endpoint}/v4/{token}"}


def volumes_of(
    runtime: Runtime, task: Mapping[str, Any], definition: Mapping[str, Any]
) -> dict[str, Volume]:
    """What stands behind a task's volumes: one that ends with it, or that of a file system."""
    run, volumes = runtime.engine.run, {}
    for each in definition.get("volumes") or []:
        if efs := each.get("efsVolumeConfiguration"):
            system = efs["fileSystemId"]
            point = (efs.get("authorizationConfig") or {}).get("accessPointId")
            volumes[each["name"]] = Volume(
                name="-".join(part for part in ("sc", run, system, point) if part),
                lasting=True,
                owner=_owner(point),
            )
        else:
            short = task["taskArn"].rpartition("/")[2][:12]
            volumes[each["name"]] = Volume(name=f"sc-{run}-{short}-{each['name']}", lasting=False)
    return volumes


def _owner(point: str | None) -> tuple[int, int, int] | None:
    """Whom the root directory of an access point belongs to."""
    record = private(ACCESS_POINTS).get(point) if point else None
    made = ((record or {}).get("RootDirectory") or {}).get("CreationInfo")
    if not made:
        return None
    return int(made["OwnerUid"]), int(made["OwnerGid"]), int(str(made["Permissions"]), 8)
