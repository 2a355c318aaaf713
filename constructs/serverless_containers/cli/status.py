"""``serverless-containers status``."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from serverless_containers.cli.deployed import (
    DeployedArguments,
    deployed_arguments,
    json_option,
)
from serverless_containers.cli.documents import write_json
from serverless_containers.cli.exit_codes import ExitCode
from serverless_containers.cli.misuse import MisuseCommand
from serverless_containers.cli.output import print_line
from serverless_containers.cli.tables import print_columns, print_heading, print_state, short_time
from serverless_containers.diagnosis.stopped import StopExplanation, explain_stop
from serverless_containers.operations.deployed import DeployedService
from serverless_containers.operations.history import revision_name
from serverless_containers.operations.status import ServiceStatus, service_status

_WATCH_SECONDS = 5
_CLEAR = "\033[H\033[2J"
_MOST_STOPPED = 5


@click.command(name="status", cls=MisuseCommand)
@deployed_arguments()
@click.option("--watch", "-w", is_flag=True, help="Show it again every five seconds, until Ctrl-C.")
@json_option
def command(*, arguments: DeployedArguments, watch: bool, as_json: bool) -> None:
    """Show a deployed service: deployments, tasks, targets, pipeline and alarms.

    Exits with 1 if the service is not steady: a deployment goes on or has failed, tasks are
    missing, or a health check fails.
    """
    clients, deployed = arguments.find()
    while True:
        status = service_status(clients, deployed)
        if as_json:
            write_json(_document(deployed, status))
        else:
            if watch and sys.stdout.isatty():
                sys.stdout.write(_CLEAR)
            _show(deployed, status)
        if not watch:
            break
        sys.stdout.flush()
        time.sleep(_WATCH_SECONDS)
    sys.exit(ExitCode.FAILED if status.unsteady else ExitCode.OK)


def _show(deployed: DeployedService, status: ServiceStatus) -> None:
    service = status.service
    print_line(f"{deployed.service}")
    print_line(
        f"  stack {deployed.stack}, cluster {deployed.cluster}, {deployed.region}; times in UTC"
    )
    unsteady = status.unsteady
    print_state(" ", "not steady" if unsteady else "steady")
    for reason in unsteady:
        print_line(f"    {reason}")
    revision = revision_name(service["taskDefinition"])
    if len(service["deployments"]) > 1:
        revision = f"moving to {revision}"
    print_line(f"  {_counts(service)}, {revision}, {_where(service)}")
    _show_deployments(status)
    _show_tasks(status)
    _show_stopped(status.stopped_tasks)
    _show_targets(status)
    _show_pipeline(status)
    _show_alarms(deployed, status)
    if status.events:
        print_heading("Events")
        print_columns(
            ("time", "event"),
            [(short_time(each.get("createdAt")), each["message"]) for each in status.events],
        )
    if status.untold:
        print_heading("Not told")
        for sentence in status.untold:
            print_line(f"  {sentence}")


def _counts(service: Mapping[str, Any]) -> str:
    running, desired = service["runningCount"], service["desiredCount"]
    pending = f", {service['pendingCount']} pending" if service["pendingCount"] else ""
    return f"{running} of {desired} tasks running{pending}"


def _where(service: Mapping[str, Any]) -> str:
    providers = [each["capacityProvider"] for each in service.get("capacityProviderStrategy", ())]
    capacity = " and ".join(providers) or service.get("launchType", "FARGATE")
    version = service.get("platformVersion")
    return f"{capacity} {version}" if version else capacity


def _show_deployments(status: ServiceStatus) -> None:
    print_heading("Deployments")
    print_columns(
        ("started", "task definition", "state", "tasks", "failed", "reason"),
        [
            (
                short_time(each.started),
                revision_name(each.task_definition),
                " ".join(filter(None, (each.state, each.stage if each.goes_on else ""))),
                f"{each.running}/{each.desired}",
                str(each.failed) if each.failed else "",
                each.reason,
            )
            for each in status.deployments
        ],
    )


def _show_tasks(status: ServiceStatus) -> None:
    print_heading("Tasks")
    if not status.tasks:
        print_line("  none")
        return
    rows = []
    for task in status.tasks:
        first = (
            _short_id(task),
            task["lastStatus"],
            revision_name(task["taskDefinitionArn"]).rpartition(":")[2],
            short_time(task.get("startedAt")),
        )
        for index, container in enumerate(task.get("containers", ())):
            rows.append(
                (
                    *(first if index == 0 else ("", "", "", "")),
                    container["name"],
                    container.get("lastStatus", ""),
                    _health(container),
                )
            )
    print_columns(
        ("task", "state", "revision", "started", "container", "runs", "health"),
        rows,
        last_wraps=False,
    )


def _health(container: Mapping[str, Any]) -> str:
    health: str = container.get("healthStatus", "UNKNOWN")
    # A container without a health check is of unknown health for good.
    return "" if health == "UNKNOWN" else health


def task_id(task: Mapping[str, Any]) -> str:
    """Return the id of a task."""
    arn: str = task["taskArn"]
    return arn.rpartition("/")[2]


def _short_id(task: Mapping[str, Any]) -> str:
    """Return the beginning of a task's id, by which other commands know it, too."""
    return task_id(task)[:12]


def _show_stopped(stopped: Sequence[Mapping[str, Any]]) -> None:
    if not stopped:
        return
    more = len(stopped) - _MOST_STOPPED
    print_heading(f"Stopped within the last hour: {len(stopped)}")
    print_columns(
        ("stopped", "task", "why"),
        [
            (short_time(task.get("stoppedAt")), _short_id(task), _why(task))
            for task in stopped[:_MOST_STOPPED]
        ],
    )
    if more > 0:
        print_line(f"  and {more} more; --json has them all")


def _why(task: Mapping[str, Any]) -> str:
    found = explain_stop(task)
    words = "; ".join(filter(None, _words(task, told=found)))
    return f"{found.summary} ({words})" if words else found.summary


def explain(task: Mapping[str, Any]) -> str:
    """Say why a task has stopped: ECS's code and reason, and the ends of its containers."""
    return "; ".join(filter(None, _words(task)))


def _words(task: Mapping[str, Any], told: StopExplanation | None = None) -> Iterator[str]:
    """Yield AWS's words about a stop.

    Args:
        task: The task.
        told: The explanation that stands before them, whose container and exit code are not
            repeated. Default: none does.
    """
    code = task.get("stopCode", "")
    by_itself = code == "EssentialContainerExited" and told is not None and told.container
    if not by_itself:
        yield f"{code}: {task.get('stoppedReason', '')}".strip(": ")
    for container in task.get("containers", ()):
        name, ended, reason = container["name"], container.get("exitCode"), container.get("reason")
        if by_itself and told is not None and name == told.container and ended == told.exit_code:
            yield reason or ""
        elif ended or reason:
            exit_code = f"exit code {ended}" if ended is not None else ""
            yield f"{name}: {', '.join(filter(None, (exit_code, reason)))}"


def _show_targets(status: ServiceStatus) -> None:
    if not status.targets:
        return
    print_heading("Targets")
    print_columns(
        ("in", "target", "state", "reason"),
        [(each.where, each.id, each.state, each.reason) for each in status.targets],
    )


def _show_pipeline(status: ServiceStatus) -> None:
    if not status.stages:
        return
    for pipeline in dict.fromkeys(each.pipeline for each in status.stages):
        print_heading(f"Pipeline {pipeline}")
        print_columns(
            ("stage", "state", "changed", "problem"),
            [
                (each.name, each.state, short_time(each.changed), each.problem)
                for each in status.stages
                if each.pipeline == pipeline
            ],
        )


def _show_alarms(deployed: DeployedService, status: ServiceStatus) -> None:
    names = len(deployed.alarms) + len(deployed.composite_alarms)
    if not names:
        return
    print_heading("Alarms")
    on = [each for each in status.alarms if each.state == "ALARM"]
    if not on:
        print_line(f"  none of {names} is on")
        return
    print_columns(
        ("alarm", "state", "since", "reason"),
        [(each.name, each.state, short_time(each.since), each.reason) for each in on],
    )


def _document(deployed: DeployedService, status: ServiceStatus) -> dict[str, object]:
    service = status.service
    return {
        "service": deployed.service,
        "cluster": deployed.cluster,
        "stack": deployed.stack,
        "region": deployed.region,
        "steady": not status.unsteady,
        "unsteady": status.unsteady,
        "running": service["runningCount"],
        "desired": service["desiredCount"],
        "pending": service["pendingCount"],
        "taskDefinition": service["taskDefinition"],
        "platform": _where(service),
        "deployments": status.deployments,
        "tasks": [
            {
                "id": task_id(task),
                "state": task["lastStatus"],
                "health": task.get("healthStatus"),
                "taskDefinition": task["taskDefinitionArn"],
                "started": task.get("startedAt"),
                "containers": [_container(each) for each in task.get("containers", ())],
            }
            for task in status.tasks
        ],
        "stopped": [
            {
                "id": task_id(task),
                "stopped": task.get("stoppedAt"),
                "code": task.get("stopCode"),
                "reason": task.get("stoppedReason"),
                "why": explain(task),
                "explanation": explain_stop(task),
                "taskDefinition": task["taskDefinitionArn"],
                "containers": [_container(each) for each in task.get("containers", ())],
            }
            for task in status.stopped_tasks
        ],
        "targets": status.targets,
        "pipeline": status.stages,
        "alarms": status.alarms,
        "events": [
            {"time": each.get("createdAt"), "message": each["message"]} for each in status.events
        ],
        "untold": status.untold,
    }


def _container(container: Mapping[str, Any]) -> dict[str, object]:
    return {
        "name": container["name"],
        "state": container.get("lastStatus"),
        "health": container.get("healthStatus"),
        "exitCode": container.get("exitCode"),
        "reason": container.get("reason"),
    }
