# ruff: noqa: SLF001
"""Runs the tasks of ECS as containers, in place of MiniStack's own way.

As shipped, each container of a task has an address of its own, and entry points, health checks,
dependencies and memory are ignored. What is kept is the API: the records of tasks are MiniStack's.
"""

import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from serverless_containers.local.emulator.runtime import Runtime
from serverless_containers.local.engine import Engine, EngineError, TaskEngine
from serverless_containers.local.ministack.declared import patch
from serverless_containers.local.ministack.names import (
    Json,
    Response,
    ecs,
    ecs_metadata,
    efs,
    responses,
    secretsmanager,
    ssm,
    sts,
)
from serverless_containers.local.processes.engine import Processes
from serverless_containers.local.tasks.configuration import TaskEnvironment, TaskVolume
from serverless_containers.local.tasks.definition import Container, read_containers
from serverless_containers.local.tasks.lifecycle import Phase, TaskProgress
from serverless_containers.local.tasks.logs import Write
from serverless_containers.local.tasks.records import write_progress
from serverless_containers.local.tasks.run import StartError, TaskDependencies, TaskRun

_REGISTRY = ".dkr.ecr."
_SESSION_SECONDS = 30 * 24 * 3600
"""As long as anybody leaves a laptop's deployment running: nothing renews what is injected."""
_ARN_PARTS = 7
_UNABLE = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
    "retrieval failed: unable to retrieve "
)
""""ResourceInitializationError errors", Amazon ECS Developer Guide."""
_RETRIED = "service call has been retried 1 time(s): "


@patch("ministack.services.ecs:_get_docker", engine=True)
def _get_docker(_shipped: object, runtime: Runtime) -> Engine | Processes:
    """Return what runs containers: that there is one makes RunTask hand each task to a worker."""
    return runtime.processes or runtime.container_engine


@patch("ministack.services.ecs:_maybe_mark_stopped", engine=True)
def _mark_stopped(*_: object) -> None:
    """Leave to the workers what MiniStack would ask its own engine."""


@patch("ministack.services.ecs:_run_task_worker", engine=True)
def _run(  # noqa: PLR0917  # MiniStack's form
    _shipped: object,
    runtime: Runtime,
    task: Json,
    td: Json,
    container_overrides: list[Json],
    docker_client: object,  # noqa: ARG001  # MiniStack's form
    account_id: str,
    region: str,
) -> None:
    arn = task["taskArn"]
    scope = responses.request_scope
    containers = read_containers(td, container_overrides)
    engine: TaskEngine
    if runtime.processes is None:
        engine = runtime.container_engine
    else:
        engine, containers = runtime.processes.for_task(td["family"], containers)
        names = {each.name for each in containers}
        for record in task["containers"]:
            if record["name"] not in names:
                record |= {"lastStatus": "STOPPED", "reason": "it is no process of this machine"}

    def changed(progress: TaskProgress) -> None:
        with scope(account_id, region):
            write_progress(task, containers, progress)
            ecs_metadata.set_task_status(arn, progress.phase.value, task["desiredStatus"])
            if progress.address:
                if progress.phase is Phase.STOPPED:
                    runtime.addresses.withdraw(progress.address)
                else:
                    runtime.addresses.publish(progress.address, progress.published)
            runtime.changed(task, progress)

    def scoped(give: Callable[..., Any]) -> Callable[..., Any]:
        def giving(*arguments: Any) -> Any:  # noqa: ANN401
            with scope(account_id, region):
                return give(*arguments)

        return giving

    with scope(account_id, region):
        around = TaskEnvironment(
            run="" if runtime.engine is None else runtime.engine.run,
            task=arn.rpartition("/")[2].replace("-", ""),
            network=runtime.network,
            variables=variables_of(runtime, task, td),
            volumes={} if runtime.engine is None else volumes_of(runtime.engine.run, task, td),
        )
    run = TaskRun(
        engine,
        containers,
        around,
        TaskDependencies(
            image=lambda name: name if runtime.engine is None else image_of(runtime.engine, name),
            secrets=scoped(
                lambda container: {
                    **metadata_of(runtime, task, td, container),
                    **secrets_of(container),
                }
            ),
            writer=scoped(lambda container, made: writer_of(container, arn, made)),
            changed=changed,
            busy=lambda: runtime.addresses.busy(task.get("_address", "")),
        ),
    )
    runtime.runs[arn] = run
    runtime.threads[arn] = threading.current_thread()
    try:
        # It may have been told to stop before there was anything to be told.
        if task["desiredStatus"] == "STOPPED":
            run.stop()
        run.run()
    finally:
        runtime.runs.pop(arn, None)
        runtime.threads.pop(arn, None)


@patch("ministack.services.ecs:_stop_task", engine=True, table="ministack.services.ecs:_ACTION_MAP")
def _stop(_shipped: object, runtime: Runtime, data: Json) -> Response:
    cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
    task = ecs._resolve_task(data.get("task", ""), cluster) if cluster else None
    if task is None:
        return responses.error_response_json(
            "InvalidParameterException", "The referenced task was not found.", 400
        )
    if task["desiredStatus"] != "STOPPED":
        task["desiredStatus"] = "STOPPED"
        task["stoppedReason"] = data.get("reason", "Task stopped by user")
        task["stopCode"] = data.get("stopCode", "UserInitiated")
        if run := runtime.runs.get(task["taskArn"]):
            run.stop()
    return responses.json_response({"task": ecs._sanitize(task)})


@patch(
    "ministack.services.ecs:_execute_command",
    engine=True,
    table="ministack.services.ecs:_ACTION_MAP",
)
def _execute(shipped: Callable[[Json], Response], runtime: Runtime, data: Json) -> Response:
    """Refuse as ECS does, and send no plugin to AWS: nothing speaks Session Manager's protocol."""
    cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
    task = ecs._resolve_task(data.get("task", ""), cluster) if cluster else None
    names = {data["container"]} if data.get("container") else set()
    agents = [
        agent
        for each in (task or {}).get("containers", ())
        if not names or each["name"] in names
        for agent in each.get("managedAgents") or ()
    ]
    if task is not None and not any(each["lastStatus"] == "RUNNING" for each in agents):
        return responses.error_response_json(
            "InvalidParameterException",
            "The execute command failed because execute command was not enabled when the task was "
            "run or the execute command agent isn't running. Wait and try again or run a new task "
            "with execute command enabled and try again.",
            400,
        )
    status, headers, body = shipped(data)
    answer = json.loads(body)
    if session := answer.get("session"):
        _, _, place = session["streamUrl"].partition("/v1/")
        session["streamUrl"] = f"{runtime.endpoint.replace('http', 'ws', 1)}/v1/{place}"
    return status, headers, json.dumps(answer).encode()


def image_of(engine: Engine, name: str) -> str:
    """The engine's name of an image, fetched if it is not there.

    Raises:
        StartError: If there is none.
    """
    try:
        if engine.image_id(name) is not None:
            return name
        if _REGISTRY in name:
            raise StartError(f"{_unpulled(1, name)}{name}: not found")
        engine.pull(name)
    except EngineError as error:
        raise StartError(f"{_unpulled(5, name)}failed to do request: {error}") from error
    return name


def _unpulled(times: int, name: str) -> str:
    """Begin as ECS does ("CannotPullContainer task errors", Amazon ECS Developer Guide)."""
    return (
        f"CannotPullContainerError: pull image manifest has been retried {times} time(s): failed "
        f"to resolve ref {name}: "
    )


def secrets_of(container: Container) -> Mapping[str, str]:
    """The values of a container's secrets, by their variables.

    Raises:
        StartError: If one cannot be had. Its value is in no message.
    """
    return {each["name"]: _secret(each["valueFrom"]) for each in container.raw.get("secrets") or []}


def _secret(place: str) -> str:
    if ":secretsmanager:" not in place:
        value = ssm.resolve_parameter_value(place, decrypt=True)
        if value is None:
            raise StartError(
                f"{_UNABLE}secrets from ssm: {_RETRIED}invalid ssm parameters: {place}"
            )
        return str(value)
    # An ARN, and what ECS adds to it: the key, the version's stage and its id.
    parts = place.split(":")
    key, stage, version = [*parts[_ARN_PARTS:], "", "", ""][:3]
    arn = ":".join(parts[:_ARN_PARTS])
    value = secretsmanager.resolve_secret_string(arn, stage or "AWSCURRENT", version or None)
    if value is None:
        raise StartError(
            f"{_UNABLE}secret from asm: {_RETRIED}failed to fetch secret {place} from secrets "
            "manager: ResourceNotFoundException: Secrets Manager can't find the specified secret."
        )
    if not key:
        return str(value)
    try:
        found = json.loads(value)[key]
    except (ValueError, KeyError, TypeError):
        # Not raised from the error: that one holds the value.
        raise StartError(
            f"{_UNABLE}secret from asm: {_RETRIED}retrieved secret from Secrets Manager did not "
            f"contain json key {key}"
        ) from None
    return found if isinstance(found, str) else json.dumps(found)


def writer_of(container: Container, task: str, made: str) -> Write | None:
    """Return the function that takes a container's log lines; None unless they go to CloudWatch."""
    place = ecs._awslogs_config(container.raw, task.rpartition("/")[2], made)
    if place is None:
        return None
    account, region = responses.get_account_id(), place["region"] or responses.get_region()
    with responses.request_scope(account, region):
        if not ecs._ensure_awslogs_stream(place):
            return None

    def write(line: str) -> None:
        with responses.request_scope(account, region):
            ecs._emit_awslogs_event(place, line)

    return write


def variables_of(
    runtime: Runtime, task: Mapping[str, Any], definition: Mapping[str, Any]
) -> dict[str, str]:
    """The variables that every container of a task has: where AWS is, and who it is there."""
    region = responses.get_region()
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
    sts.register_session(
        key,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{task}",
            "UserId": f"{sts._role_id(role)}:{task}",
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
    ecs_metadata.register_container(
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
    run: str, task: Mapping[str, Any], definition: Mapping[str, Any]
) -> dict[str, TaskVolume]:
    """Return the engine's volume for each of a task: one that ends with it, or a file system's."""
    volumes = {}
    for each in definition.get("volumes") or []:
        if efs := each.get("efsVolumeConfiguration"):
            system = efs["fileSystemId"]
            point = (efs.get("authorizationConfig") or {}).get("accessPointId")
            volumes[each["name"]] = TaskVolume(
                name="-".join(part for part in ("sc", run, system, point) if part),
                lasting=True,
                owner=_owner(point),
            )
        else:
            short = task["taskArn"].rpartition("/")[2][:12]
            volumes[each["name"]] = TaskVolume(
                name=f"sc-{run}-{short}-{each['name']}", lasting=False
            )
    return volumes


def _owner(point: str | None) -> tuple[int, int, int] | None:
    """Return the user, the group and the mode of the root directory of an access point."""
    record = efs._access_points.get(point) if point else None
    made = ((record or {}).get("RootDirectory") or {}).get("CreationInfo")
    if not made:
        return None
    return int(made["OwnerUid"]), int(made["OwnerGid"]), int(str(made["Permissions"]), 8)
