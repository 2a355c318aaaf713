"""Runs the tasks of ECS as containers, in place of MiniStack's own way.

As shipped, each container of a task has an address of its own, and entry points, health checks,
dependencies and memory are ignored. What is kept is the API: the records of tasks are MiniStack's.
"""

import threading
from typing import Any

from serverless_containers.local.emulator.runtime import Runtime
from serverless_containers.local.patches.private import private, replace
from serverless_containers.local.patches.task_outside import (
    PRIVATE_OUTSIDE,
    image_of,
    metadata_of,
    secrets_of,
    variables_of,
    volumes_of,
    writer_of,
)
from serverless_containers.local.tasks.configuration import Surroundings
from serverless_containers.local.tasks.definition import read_containers
from serverless_containers.local.tasks.progress import Phase, Progress
from serverless_containers.local.tasks.records import write_progress
from serverless_containers.local.tasks.run import Help, TaskRun

ENGINE = "ministack.services.ecs:_get_docker"
WORK = "ministack.services.ecs:_run_task_worker"
STOP = "ministack.services.ecs:_stop_task"
TASKS = "ministack.services.ecs:_tasks"
VISIBLE = "ministack.services.ecs:_sanitize"
ACTIONS = "ministack.services.ecs:_ACTION_MAP"
FIND = "ministack.services.ecs:_resolve_task"
CLUSTER = "ministack.services.ecs:_resolve_cluster_name"
ENDED = "ministack.services.ecs:_maybe_mark_stopped"
TELL_STATUS = "ministack.services.ecs_metadata:set_task_status"
SCOPE = "ministack.core.responses:request_scope"
JSON = "ministack.core.responses:json_response"
ERROR = "ministack.core.responses:error_response_json"
PRIVATE = (
    *(
        ENGINE,
        WORK,
        STOP,
        ACTIONS,
        TASKS,
        VISIBLE,
        FIND,
        CLUSTER,
        ENDED,
        TELL_STATUS,
        SCOPE,
        JSON,
        ERROR,
    ),
    *PRIVATE_OUTSIDE,
)


def apply(runtime: Runtime) -> None:
    """Start tasks by the engine, and stop them there."""
    # That there is one makes RunTask hand each task to a worker.
    replace(ENGINE, lambda: runtime.engine)
    replace(WORK, lambda *arguments: _work(runtime, *arguments))
    replace(STOP, lambda data: _stop(runtime, data))
    private(ACTIONS)["StopTask"] = private(STOP)
    # MiniStack would ask its own engine.
    replace(ENDED, lambda *_: None)


def _work(  # noqa: PLR0917  # MiniStack's form
    runtime: Runtime,
    task: dict[str, Any],
    definition: dict[str, Any],
    overrides: list[dict[str, Any]],
    _engine: object,
    account: str,
    region: str,
) -> None:
    arn = task["taskArn"]
    scope = private(SCOPE)
    containers = read_containers(definition, overrides)

    def changed(progress: Progress) -> None:
        with scope(account, region):
            write_progress(task, containers, progress)
            private(TELL_STATUS)(arn, progress.phase.value, task["desiredStatus"])
            if progress.address:
                if progress.phase is Phase.STOPPED:
                    runtime.addresses.withdraw(progress.address)
                else:
                    runtime.addresses.publish(progress.address, progress.published)
            runtime.changed(task, progress)

    def scoped(give: Any) -> Any:  # noqa: ANN401  # a function like the one given
        def giving(*arguments: Any) -> Any:  # noqa: ANN401
            with scope(account, region):
                return give(*arguments)

        return giving

    with scope(account, region):
        around = Surroundings(
            run=runtime.engine.run,
            task=arn.rpartition("/")[2].replace("-", ""),
            network=runtime.network,
            variables=variables_of(runtime, task, definition),
            volumes=volumes_of(runtime, task, definition),
        )
    run = TaskRun(
        runtime.engine,
        containers,
        around,
        Help(
            image=lambda name: image_of(runtime.engine, name),
            secrets=scoped(
                lambda container: {
                    **metadata_of(runtime, task, definition, container),
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


def _stop(runtime: Runtime, data: dict[str, Any]) -> Any:  # noqa: ANN401  # MiniStack's answer
    cluster = private(CLUSTER)(data.get("cluster", "default"))
    task = private(FIND)(data.get("task", ""), cluster) if cluster else None
    if task is None:
        return private(ERROR)(
            "InvalidParameterException", "The referenced task was not found.", 400
        )
    if task["desiredStatus"] != "STOPPED":
        task["desiredStatus"] = "STOPPED"
        task["stoppedReason"] = data.get("reason", "Task stopped by user")
        task["stopCode"] = data.get("stopCode", "UserInitiated")
        if run := runtime.runs.get(task["taskArn"]):
            run.stop()
    return private(JSON)({"task": private(VISIBLE)(task)})
