# ruff: noqa: SLF001
"""Keeps services by rules of our own, in place of MiniStack's: rollouts, circuit breaker, traffic.

As shipped, CloudFormation does not wait for a service, a first deployment counts as completed at
once, and service registries are only recorded.
"""

import itertools
import time
from collections.abc import Callable
from typing import Any, Final

from serverless_containers.local.emulator.runtime import Runtime
from serverless_containers.local.ministack.declared import patch, patch_handler
from serverless_containers.local.ministack.names import (
    Json,
    Made,
    alb,
    ecs,
    responses,
    servicediscovery,
)
from serverless_containers.local.services import records
from serverless_containers.local.services.records import Record
from serverless_containers.local.services.scheduler import Scheduler, SchedulerActions
from serverless_containers.local.tasks.lifecycle import Phase, TaskProgress
from serverless_containers.local.tasks.records import ADDRESS

_TYPE: Final = "AWS::ECS::Service"
_BEGUN = "_begun"
_REGISTERED = "_registered"
_TARGETS = "_published_targets"
_ENDING_SECONDS: Final = 180.0
_numbers = itertools.count(1)


def start(runtime: Runtime) -> None:
    """Start the scheduler."""
    scheduler = Scheduler(
        SchedulerActions(
            services=lambda: (
                ((account, region), service)
                for (account, region, _), service in ecs._services.all_items()
            ),
            tasks=lambda: list(ecs._tasks.values()),
            scope=responses.request_scope,
            start=_start,
            stop=_stop,
            publish=_publish,
        ),
        # Two tasks would want the same ports of this machine.
        alone=runtime.processes is not None,
    )
    runtime.scheduler = scheduler
    runtime.changed = lambda task, progress: _changed(scheduler, task, progress)
    scheduler.start()


def _scheduler(runtime: Runtime) -> Scheduler:
    if runtime.scheduler is None:
        raise RuntimeError("the scheduler was not started")
    return runtime.scheduler


@patch("ministack.services.ecs:_reconcile_service_tasks", engine=True)
def _reconcile(
    _shipped: object,
    runtime: Runtime,
    cluster_name: str,  # noqa: ARG001  # MiniStack's form
    svc_key: str,
) -> None:
    service = ecs._services.get(svc_key)
    if service is not None and not service.get(_BEGUN):
        service[_BEGUN] = True
        records.begin(service)
    _scheduler(runtime).wake()


@patch("ministack.services.ecs:_sync_service_targets", engine=True)
def _sync_targets(
    _shipped: object,
    runtime: Runtime,
    cluster_name: str,  # noqa: ARG001  # MiniStack's form
    svc: Record,
) -> None:
    _scheduler(runtime).publish(svc)


@patch("ministack.services.ecs:_refresh_service_state", engine=True)
def _refresh(*_: object) -> None:
    """Leave the counts of a service to the scheduler: MiniStack has rules of its own."""


@patch("ministack.services.cloudformation.stacks:_runs_on_worker_thread", engine=True)
def _runs_on_worker_thread(
    shipped: Callable[[str], bool], _runtime: Runtime, resource_type: str
) -> bool:
    """Wait for services on a thread: on the event loop containers would get no answers."""
    return resource_type == _TYPE or shipped(resource_type)


def _start(service: Record, count: int) -> None:
    deployment = records.primary(service)
    known = {task["taskArn"] for task in ecs._tasks.values()}
    ecs._run_task(
        {
            "cluster": service["clusterArn"],
            "taskDefinition": deployment["taskDefinition"],
            "count": count,
            "group": f"service:{service['serviceName']}",
            "startedBy": deployment["id"],
            "launchType": service.get("launchType"),
            "capacityProviderStrategy": service.get("capacityProviderStrategy"),
            "platformVersion": service.get("platformVersion", ""),
            "networkConfiguration": service.get("networkConfiguration", {}),
            "enableExecuteCommand": service.get("enableExecuteCommand", False),
            "_deploymentId": deployment["id"],
        }
    )
    for task in ecs._tasks.values():
        if task["taskArn"] not in known:
            task[records.NUMBER] = next(_numbers)


def _stop(task: str, reason: str) -> None:
    cluster = ecs._tasks[task]["clusterArn"]
    ecs._stop_task(
        {
            "task": task,
            "cluster": cluster,
            "reason": reason,
            "stopCode": "ServiceSchedulerInitiated",
        }
    )


def _changed(scheduler: Scheduler, task: Record, progress: TaskProgress) -> None:
    """Note that a task of the current scope changed."""
    service = next((each for each in ecs._services.values() if records.belongs(task, each)), None)
    if service is None:
        return
    scheduler.publish(service)
    records.note_restarts(service, task, progress.restarted)
    if progress.phase is Phase.STOPPED and task.get("stopCode") in (
        "EssentialContainerExited",
        "TaskFailedToStart",
    ):
        scheduler.failed(service, task, str(progress.failed or task["stoppedReason"]))
    scheduler.wake()


def _publish(service: Record, tasks: list[Record]) -> None:
    """Let Cloud Map and the target groups know these tasks of a service alone."""
    addresses = {task["taskArn"].rpartition("/")[2]: task[ADDRESS] for task in tasks}
    for registry in service.get("serviceRegistries") or []:
        _register(service, registry, addresses)
    for balancer in service.get("loadBalancers") or []:
        group, port = balancer.get("targetGroupArn"), balancer.get("containerPort", 80)
        before = service.setdefault(_TARGETS, {}).get(group, ())
        alb.set_targets_for_group(group, [(each, port) for each in addresses.values()], before)
        service[_TARGETS][group] = list(addresses.values())


def _register(service: Record, registry: dict[str, Any], addresses: dict[str, str]) -> None:
    discovery = registry["registryArn"].rpartition("/")[2]
    ours = service.setdefault(_REGISTERED, {}).setdefault(discovery, set())
    for gone in ours - addresses.keys():
        servicediscovery._deregister_instance({"ServiceId": discovery, "InstanceId": gone})
    for task in addresses.keys() - ours:
        attributes = {"AWS_INSTANCE_IPV4": addresses[task]}
        if port := registry.get("containerPort") or registry.get("port"):
            attributes["AWS_INSTANCE_PORT"] = str(port)
        servicediscovery._register_instance(
            {"ServiceId": discovery, "InstanceId": task, "Attributes": attributes}
        )
    service[_REGISTERED][discovery] = set(addresses)


def _service_of(arn: str) -> Record:
    cluster, _, name = arn.partition(":service/")[2].partition("/")
    found: Record = ecs._services[f"{cluster}/{name}"]
    return found


@patch_handler("create", _TYPE, engine=True)
def _create(
    shipped: Callable[..., Made], runtime: Runtime, logical_id: str, props: Json, stack_name: str
) -> Made:
    made = shipped(logical_id, props, stack_name)
    service = _service_of(made[0])
    if cause := _scheduler(runtime).wait(service, records.primary(service)["id"]):
        # CloudFormation knows no id of what failed to be made, and cannot delete it.
        ecs._delete_service({"cluster": service["clusterArn"], "service": made[0], "force": True})
        raise ValueError(_failure(cause))
    return made


@patch_handler("update", _TYPE, engine=True)
def _update(  # noqa: PLR0917  # MiniStack's form
    shipped: Callable[..., Made],
    runtime: Runtime,
    physical_id: str,
    old_props: Json,
    new_props: Json,
    stack_name: str,
) -> Made:
    scheduler = _scheduler(runtime)
    service = _service_of(physical_id)
    made = shipped(physical_id, old_props, new_props, stack_name)
    if cause := scheduler.wait(service, records.primary(service)["id"]):
        if not records.rolls_back(service):
            shipped(physical_id, new_props, old_props, stack_name)
        # What served before is in its place again before anything else is undone.
        scheduler.wait(service, records.primary(service)["id"])
        raise ValueError(_failure(cause))
    return made


@patch_handler("delete", _TYPE, engine=True)
def _delete(shipped: Callable[..., None], runtime: Runtime, physical_id: str, props: Json) -> None:
    group = f"service:{physical_id.rpartition('/')[2]}"
    threads = [
        runtime.threads[arn]
        for arn, task in ecs._tasks.items()
        if task.get("group") == group and arn in runtime.threads
    ]
    shipped(physical_id, props)
    deadline = time.monotonic() + _ENDING_SECONDS
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))


def _failure(cause: str) -> str:
    return (
        "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered': "
        f"the last task failed with: {cause}"
    )
