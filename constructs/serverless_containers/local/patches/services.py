"""Keeps services by rules of our own, in place of MiniStack's: rollouts, circuit breaker, traffic.

As shipped, CloudFormation does not wait for a service, a first deployment counts as completed at
once, and service registries are only recorded.
"""

import itertools
import time
from typing import Any, Final

from serverless_containers.local.emulator.runtime import Runtime
from serverless_containers.local.patches.private import (
    HANDLERS,
    Made,
    Properties,
    private,
    replace,
)
from serverless_containers.local.services import records
from serverless_containers.local.services.records import Record
from serverless_containers.local.services.scheduler import Hands, Scheduler
from serverless_containers.local.tasks.progress import Phase, Progress
from serverless_containers.local.tasks.records import ADDRESS

TYPE = "AWS::ECS::Service"
SERVICES = "ministack.services.ecs:_services"
TASKS = "ministack.services.ecs:_tasks"
RECONCILE = "ministack.services.ecs:_reconcile_service_tasks"
SYNC = "ministack.services.ecs:_sync_service_targets"
REFRESH = "ministack.services.ecs:_refresh_service_state"
RUN = "ministack.services.ecs:_run_task"
STOP = "ministack.services.ecs:_stop_task"
DELETE = "ministack.services.ecs:_delete_service"
CLUSTER_OF = "ministack.services.ecs:_cluster_name_from_arn"
INSTANCES = "ministack.services.servicediscovery:_instances"
REGISTER = "ministack.services.servicediscovery:_register_instance"
DEREGISTER = "ministack.services.servicediscovery:_deregister_instance"
TARGETS = "ministack.services.alb:set_targets_for_group"
BLOCKS = "ministack.services.cloudformation.stacks:_runs_on_worker_thread"
SCOPE = "ministack.core.responses:request_scope"
PRIVATE = (
    *(HANDLERS, SERVICES, TASKS, RECONCILE, SYNC, REFRESH, RUN, STOP, DELETE, CLUSTER_OF),
    *(INSTANCES, REGISTER, DEREGISTER, TARGETS, BLOCKS, SCOPE),
)

_BEGUN = "_begun"
_REGISTERED = "_registered"
_TARGETS = "_published_targets"
_ENDING_SECONDS: Final = 180.0
_numbers = itertools.count(1)


def apply(runtime: Runtime) -> None:
    """Put the scheduler in MiniStack's place."""
    scheduler = Scheduler(
        Hands(
            services=lambda: (
                ((account, region), service)
                for (account, region, _), service in private(SERVICES).all_items()
            ),
            tasks=lambda: list(private(TASKS).values()),
            scope=private(SCOPE),
            start=_start,
            stop=_stop,
            publish=_publish,
        )
    )
    runtime.scheduler = scheduler
    runtime.changed = lambda task, progress: _changed(scheduler, task, progress)

    def reconcile(_cluster: str, key: str) -> None:
        service = private(SERVICES).get(key)
        if service is not None and not service.get(_BEGUN):
            service[_BEGUN] = True
            records.begin(service)
        scheduler.poke()

    replace(RECONCILE, reconcile)
    replace(SYNC, lambda _cluster, service: scheduler.publish(service))
    # It counts by rules of its own, and we count ourselves.
    replace(REFRESH, lambda *_: None)
    blocks = private(BLOCKS)
    # A wait on the event loop would keep the containers from being answered.
    replace(BLOCKS, lambda kind: kind == TYPE or blocks(kind))
    handler = private(HANDLERS)[TYPE]
    handler["create"] = _waiting_create(handler["create"], scheduler)
    handler["update"] = _waiting_update(handler["update"], scheduler)
    handler["delete"] = _waiting_delete(handler["delete"], runtime)
    scheduler.start()


def _start(service: Record, count: int) -> None:
    deployment = records.primary(service)
    known = {task["taskArn"] for task in private(TASKS).values()}
    private(RUN)(
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
    for task in private(TASKS).values():
        if task["taskArn"] not in known:
            task[records.NUMBER] = next(_numbers)


def _stop(task: str, reason: str) -> None:
    cluster = private(TASKS)[task]["clusterArn"]
    private(STOP)(
        {
            "task": task,
            "cluster": cluster,
            "reason": reason,
            "stopCode": "ServiceSchedulerInitiated",
        }
    )


def _changed(scheduler: Scheduler, task: Record, progress: Progress) -> None:
    """Note that a task of the current scope changed."""
    service = next(
        (each for each in private(SERVICES).values() if records.belongs(task, each)), None
    )
    if service is None:
        return
    scheduler.publish(service)
    if progress.phase is Phase.STOPPED and task.get("stopCode") in (
        "EssentialContainerExited",
        "TaskFailedToStart",
    ):
        scheduler.failed(service, task, task["stoppedReason"])
    scheduler.poke()


def _publish(service: Record, tasks: list[Record]) -> None:
    """Let Cloud Map and the target groups know these tasks of a service alone."""
    addresses = {task["taskArn"].rpartition("/")[2]: task[ADDRESS] for task in tasks}
    for registry in service.get("serviceRegistries") or []:
        _register(service, registry, addresses)
    for balancer in service.get("loadBalancers") or []:
        group, port = balancer.get("targetGroupArn"), balancer.get("containerPort", 80)
        before = service.setdefault(_TARGETS, {}).get(group, ())
        private(TARGETS)(group, [(each, port) for each in addresses.values()], before)
        service[_TARGETS][group] = list(addresses.values())


def _register(service: Record, registry: dict[str, Any], addresses: dict[str, str]) -> None:
    discovery = registry["registryArn"].rpartition("/")[2]
    ours = service.setdefault(_REGISTERED, {}).setdefault(discovery, set())
    for gone in ours - addresses.keys():
        private(DEREGISTER)({"ServiceId": discovery, "InstanceId": gone})
    for task in addresses.keys() - ours:
        attributes = {"AWS_INSTANCE_IPV4": addresses[task]}
        if port := registry.get("containerPort") or registry.get("port"):
            attributes["AWS_INSTANCE_PORT"] = str(port)
        private(REGISTER)({"ServiceId": discovery, "InstanceId": task, "Attributes": attributes})
    service[_REGISTERED][discovery] = set(addresses)


def _service_of(arn: str) -> Record:
    cluster, _, name = arn.partition(":service/")[2].partition("/")
    found: Record = private(SERVICES)[f"{cluster}/{name}"]
    return found


def _waiting_create(create: Any, scheduler: Scheduler) -> Any:  # noqa: ANN401  # a handler
    def waiting(logical_id: str, props: Properties, stack: str) -> Made:
        made: Made = create(logical_id, props, stack)
        service = _service_of(made[0])
        if cause := scheduler.wait(service, records.primary(service)["id"]):
            # CloudFormation knows no id of what failed to be made, and cannot delete it.
            private(DELETE)({"cluster": service["clusterArn"], "service": made[0], "force": True})
            raise ValueError(_failure(cause))
        return made

    return waiting


def _waiting_update(update: Any, scheduler: Scheduler) -> Any:  # noqa: ANN401  # a handler
    def waiting(physical_id: str, old: Properties, new: Properties, stack: str) -> Made:
        service = _service_of(physical_id)
        made: Made = update(physical_id, old, new, stack)
        if cause := scheduler.wait(service, records.primary(service)["id"]):
            if not records.rolls_back(service):
                update(physical_id, new, old, stack)
            # What served before is in its place again before anything else is undone.
            scheduler.wait(service, records.primary(service)["id"])
            raise ValueError(_failure(cause))
        return made

    return waiting


def _waiting_delete(delete: Any, runtime: Runtime) -> Any:  # noqa: ANN401  # a handler
    def waiting(physical_id: str, props: Properties) -> None:
        group = f"service:{physical_id.rpartition('/')[2]}"
        threads = [
            runtime.threads[arn]
            for arn, task in private(TASKS).items()
            if task.get("group") == group and arn in runtime.threads
        ]
        delete(physical_id, props)
        deadline = time.monotonic() + _ENDING_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    return waiting


def _failure(cause: str) -> str:
    return (
        "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered': "
        f"the last task failed with: {cause}"
    )
