"""Rules about deployments, pipelines and the service itself."""

from datetime import timedelta

from serverless_containers.diagnosis.evidence import Answer, Evidence
from serverless_containers.diagnosis.rule import Found, Rule
from serverless_containers.diagnosis.signs import (
    clock,
    first,
    is_complete,
    new_events,
    shortened,
    task_id,
)
from serverless_containers.diagnosis.stopped import SERVICE_EVENTS

_STATUS = "serverless-containers status --stack {stack}"
_BREAKER = '"How the deployment circuit breaker detects failures", Amazon ECS Developer Guide'
_LONG = timedelta(minutes=30)
_SLOW_TASK = timedelta(minutes=10)
_EXEC = '"Monitor Amazon ECS containers with ECS Exec", Amazon ECS Developer Guide'
_PIPELINE = '"Troubleshooting CodePipeline", AWS CodePipeline User Guide'
_BUILD = '"Troubleshooting AWS CodeBuild", AWS CodeBuild User Guide'


def _inactive(evidence: Evidence) -> Found | None:
    status = (evidence.service or {}).get("status")
    if status in {"ACTIVE", None}:
        return None
    return Found(evidence=(f"the service is {status}",))


def _no_tasks(evidence: Evidence) -> Found | None:
    service = evidence.service or {}
    if service.get("status") != "ACTIVE" or service.get("desiredCount", 1) != 0:
        return None
    running = service.get("runningCount", 0)
    return Found(evidence=(f"0 tasks are wanted, {running} run",))


def _last(evidence: Evidence) -> Answer:
    return next(iter(evidence.service_deployments), {})


def _rolled_back(evidence: Evidence) -> Found | None:
    last, lines = _last(evidence), []
    if str(last.get("status", "")).startswith("ROLLBACK"):
        began = last.get("rollback", {}).get("startedAt") or last.get("startedAt")
        lines.append(
            f"deployment {task_id(last.get('serviceDeploymentArn', '?'))} is {last['status']} "
            f"since {clock(began)}: "
            f"{last.get('rollback', {}).get('reason') or last.get('statusReason') or '?'}"
        )
    lines += [
        f"deployment {each['id']} has failed: {each.get('rolloutStateReason', '?')}"
        for each in (evidence.service or {}).get("deployments", ())
        if each.get("rolloutState") == "FAILED"
    ]
    if not lines:
        return None
    advice = ""
    if "alarm" in " ".join(lines).lower():
        advice = "An alarm of the deployment fired: look at what it measures, then deploy again."
    return Found(evidence=first(lines), advice=advice)


def _stuck(evidence: Evidence) -> Found | None:
    primary = next(
        (
            each
            for each in (evidence.service or {}).get("deployments", ())
            if each.get("status") == "PRIMARY" and each.get("rolloutState") == "IN_PROGRESS"
        ),
        None,
    )
    blocked = [
        f"event {clock(at)}: {shortened(text)}"
        for at, text in new_events(evidence)
        if "because of the service deployment configuration" in text
    ]
    if primary is None:
        return None
    age = evidence.now - primary["createdAt"]
    if age < _LONG and not blocked:
        return None
    counts = (
        f"deployment {primary['id']} goes on for {age.total_seconds() / 60:.0f} minutes: "
        f"{primary.get('runningCount', 0)} of {primary.get('desiredCount', 0)} run, "
        f"{primary.get('failedTasks', 0)} have failed"
    )
    advice = ""
    if blocked:
        configuration = (evidence.service or {}).get("deploymentConfiguration", {})
        blocked.append(
            f"minimum {configuration.get('minimumHealthyPercent')} %, maximum "
            f"{configuration.get('maximumPercent')} %"
        )
        advice = (
            "The minimum and maximum healthy percent leave no room: ECS may neither stop an old "
            "task nor start a new one. Raise the maximum, or lower the minimum."
        )
    return Found(evidence=(counts, *blocked), advice=advice)


def _missing(evidence: Evidence) -> Found | None:
    service = evidence.service or {}
    if not service.get("desiredCount") or is_complete(evidence):
        return None
    waiting = [
        f"task {task_id(each['taskArn'])} is {each.get('lastStatus')} since "
        f"{clock(each.get('createdAt'))}"
        for each in evidence.tasks
        if each.get("lastStatus") in {"PROVISIONING", "PENDING", "ACTIVATING"}
        and each.get("createdAt")
        and evidence.now - each["createdAt"] > _SLOW_TASK
    ]
    counts = f"{service.get('runningCount', 0)} of {service['desiredCount']} tasks run"
    progress = any(
        each.get("rolloutState") == "IN_PROGRESS" and evidence.now - each["createdAt"] < _LONG
        for each in service.get("deployments", ())
        if each.get("createdAt")
    )
    if progress and not waiting:
        # A young deployment still starts them.
        return None
    return Found(evidence=(counts, *first(waiting)))


def _pipeline(evidence: Evidence) -> Found | None:
    failed = [
        (stage, action)
        for stage in (evidence.pipeline or {}).get("stageStates", ())
        if stage.get("latestExecution", {}).get("status") == "Failed"
        for action in stage.get("actionStates", ())
        if action.get("latestExecution", {}).get("status") == "Failed"
    ]
    if not failed:
        return None
    lines = [
        f"stage {stage['stageName']}, action {action['actionName']}: "
        f"{shortened(_message(action['latestExecution']))}"
        for stage, action in failed
    ]
    return Found(
        evidence=tuple(lines),
        values={
            "pipeline": str((evidence.pipeline or {}).get("pipelineName", "")),
            "stage": failed[0][0]["stageName"],
        },
    )


def _message(execution: Answer) -> str:
    details = execution.get("errorDetails", {})
    return str(details.get("message") or execution.get("summary") or "no message")


def _connection(evidence: Evidence) -> Found | None:
    lines = [
        f"stage {stage['stageName']}, action {action['actionName']}: "
        f"{shortened(_message(action['latestExecution']))}"
        for stage in (evidence.pipeline or {}).get("stageStates", ())
        for action in stage.get("actionStates", ())
        if action.get("latestExecution", {}).get("status") == "Failed"
        and "connection" in _message(action["latestExecution"]).lower()
        and any(
            word in _message(action["latestExecution"]).lower()
            for word in ("not available", "pending", "permission", "useconnection")
        )
        and stage["stageName"].lower().startswith("source")
    ]
    return Found(evidence=tuple(lines)) if lines else None


def _build(evidence: Evidence) -> Found | None:
    build = evidence.build or {}
    if build.get("buildStatus") not in {"FAILED", "FAULT", "TIMED_OUT"}:
        return None
    lines = [f"build {build.get('id', '?')} is {build['buildStatus']}"]
    for phase in build.get("phases", ()):
        if phase.get("phaseStatus") in {"FAILED", "FAULT", "TIMED_OUT", "CLIENT_ERROR"}:
            messages = [
                each.get("message", "") for each in phase.get("contexts", ()) if each.get("message")
            ]
            lines.append(f"phase {phase['phaseType']}: {shortened('; '.join(messages) or '?')}")
    logs = build.get("logs", {})
    return Found(
        evidence=tuple(lines),
        values={"log_group": logs.get("groupName", ""), "log_stream": logs.get("streamName", "")},
    )


def _approval(evidence: Evidence) -> Found | None:
    waiting = [
        f"stage {stage['stageName']}, action {action['actionName']} waits since "
        f"{clock(action['latestExecution'].get('lastStatusChange'))}"
        for stage in (evidence.pipeline or {}).get("stageStates", ())
        for action in stage.get("actionStates", ())
        if action.get("latestExecution", {}).get("status") == "InProgress"
        and action["latestExecution"].get("token")
    ]
    if not waiting:
        return None
    name = str((evidence.pipeline or {}).get("pipelineName", ""))
    return Found(evidence=tuple(waiting), values={"pipeline": name})


def _exec_off(evidence: Evidence) -> Found | None:
    service = evidence.service or {}
    if service.get("status") != "ACTIVE" or service.get("enableExecuteCommand", True):
        return None
    return Found(evidence=("the service has enableExecuteCommand false",))


def _exec_agent(evidence: Evidence) -> Found | None:
    if not (evidence.service or {}).get("enableExecuteCommand"):
        return None
    lines = []
    for task in evidence.tasks:
        if task.get("lastStatus") != "RUNNING":
            continue
        if not task.get("enableExecuteCommand", True):
            lines.append(f"task {task_id(task['taskArn'])} started before exec was turned on")
        lines += [
            f"task {task_id(task['taskArn'])}, {container['name']}: its agent is "
            f"{agent.get('lastStatus')}: {agent.get('reason') or 'no reason given'}"
            for container in task.get("containers", ())
            for agent in container.get("managedAgents", ())
            if agent.get("name") == "ExecuteCommandAgent" and agent.get("lastStatus") == "STOPPED"
        ]
    return Found(evidence=first(lines)) if lines else None


def _alarm(evidence: Evidence) -> Found | None:
    lines = [
        f"{each['AlarmName']}: {shortened(each.get('StateReason', ''))}"
        for each in evidence.alarms
        if each.get("StateValue") == "ALARM"
    ]
    if not lines:
        return None
    return Found(evidence=first(lines), values={"alarm": evidence.alarms[0]["AlarmName"]})


FIRST = (
    Rule(
        code="service-inactive",
        title="The service is being deleted, or was.",
        sees="Nothing runs, and `aws ecs describe-services` says DRAINING or INACTIVE.",
        why="The service was deleted outside of its stack, or the stack is being deleted.",
        look="aws cloudformation describe-stacks --stack-name {stack}",
        fix="Deploy the stack again. If CloudFormation does not notice, give the service another "
        "name, so that it makes a new one.",
        repair="cdk deploy {stack_path}",
        page=SERVICE_EVENTS,
        find=_inactive,
        explains=("api-no-instance", "load-balancer-503", "origin-unreachable", "alarm"),
    ),
    Rule(
        code="no-tasks-wanted",
        title="The service is scaled to no tasks.",
        sees="Nothing runs, and nothing tries to; the ingress answers 503.",
        why="Somebody, or a schedule, set the desired count to 0.",
        look=_STATUS,
        fix="Scale it out.",
        repair="serverless-containers scale 1 --stack {stack}",
        page=SERVICE_EVENTS,
        find=_no_tasks,
        explains=("api-no-instance", "load-balancer-503", "origin-unreachable", "alarm"),
    ),
    Rule(
        code="pipeline-connection",
        title="The connection to the repository is not available.",
        sees="The pipeline fails in its first stage, with `connection` in the message.",
        why="A new connection is PENDING until somebody confirms it in the console, or its "
        "permission at GitHub was withdrawn.",
        look="aws codeconnections list-connections",
        fix="Confirm it in the console: Developer Tools, Settings, Connections.",
        page='"Troubleshooting connections", Developer Tools console User Guide',
        find=_connection,
        explains=("pipeline-failed", "image-missing", "deployment-waits-for-images", "alarm"),
    ),
    Rule(
        code="build-failed",
        title="The build of the images has failed.",
        sees="The pipeline's build stage is red; the service keeps its version.",
        why="A command of a phase ended with an error; the message names it.",
        look="aws logs tail {log_group} --log-stream-names {log_stream}",
        fix="Mend the Dockerfile or what it needs, and push again.",
        page=_BUILD,
        find=_build,
        explains=("pipeline-failed", "image-missing", "deployment-waits-for-images", "alarm"),
    ),
)
"""The rules whose causes lie before a task's start."""
LAST = (
    Rule(
        code="pipeline-failed",
        title="The pipeline has failed.",
        sees="A stage of the pipeline is red.",
        why="An action failed; its message says why. A failed deployment stage names what the "
        "service's events tell at length.",
        look="aws codepipeline get-pipeline-state --name {pipeline}",
        fix="Mend the cause, and run the stage again.",
        repair="aws codepipeline start-pipeline-execution --name {pipeline}",
        page=_PIPELINE,
        find=_pipeline,
        explains=("alarm",),
    ),
    Rule(
        code="deployment-rolled-back",
        title="The last deployment was rolled back.",
        sees="The version before runs again; the stack says UPDATE_ROLLBACK_COMPLETE, or the "
        "pipeline's last stage is red.",
        why="Too many tasks of the new version failed (the circuit breaker), or an alarm of the "
        "deployment fired.",
        look=_STATUS,
        fix="Find out why its tasks failed: their stops and logs are kept for an hour. Deploy "
        "again afterwards.",
        page=_BREAKER,
        find=_rolled_back,
        explains=("alarm",),
    ),
    Rule(
        code="deployment-stuck",
        title="A deployment does not come to its end.",
        sees="A deployment is IN_PROGRESS for more than half an hour.",
        why="Tasks of the new version do not become healthy, or old ones may not be stopped. "
        "Without a circuit breaker ECS goes on trying; CloudFormation waits for hours.",
        look=_STATUS,
        fix="Roll back, and look at the new version's tasks.",
        repair="serverless-containers rollback --stack {stack}",
        page=_BREAKER,
        find=_stuck,
        explains=("tasks-missing", "alarm"),
    ),
    Rule(
        code="tasks-missing",
        title="Fewer tasks run than should.",
        sees="The running count stays below the desired count.",
        why="Tasks wait for capacity, addresses or images, or end as they start.",
        look=_STATUS,
        fix="Read the service's events and the reasons of stopped tasks.",
        repair="serverless-containers restart --stack {stack}",
        page=SERVICE_EVENTS,
        find=_missing,
        explains=("alarm",),
    ),
    Rule(
        code="alarm",
        title="An alarm fires.",
        sees="An alarm of the service is in the state ALARM.",
        why="What it measures is out of bounds, and none of the known causes was found.",
        look="aws cloudwatch describe-alarms --alarm-names {alarm}",
        fix="Follow the alarm's runbook page.",
        page='"Using Amazon CloudWatch alarms", Amazon CloudWatch User Guide',
        find=_alarm,
    ),
    Rule(
        code="pipeline-waits",
        title="The pipeline waits for an approval.",
        sees="The new version does not arrive; a stage is in progress.",
        why="A manual approval is asked for, and expires after seven days.",
        look="aws codepipeline get-pipeline-state --name {pipeline}",
        fix="Approve or reject it, in the console or by put-approval-result.",
        page=_PIPELINE,
        find=_approval,
        note=True,
    ),
    Rule(
        code="exec-agent",
        title="A shell cannot be opened in running tasks.",
        sees="`serverless-containers exec` says TargetNotConnected.",
        why="The tasks are older than the setting, the task's role lacks ssmmessages, or nothing "
        "leads to that service.",
        look=_STATUS,
        fix="Start the tasks anew; the task's role (not the execution role) needs the four "
        "ssmmessages actions, and a closed subnet the endpoint ssmmessages.",
        repair="serverless-containers restart --stack {stack}",
        page=_EXEC,
        find=_exec_agent,
        note=True,
    ),
    Rule(
        code="exec-off",
        title="ECS Exec is off.",
        sees="`serverless-containers exec` is refused.",
        why="The service was deployed without it, as suits production.",
        look=_STATUS,
        fix="Give the construct `enable_execute_command=True` and deploy, which gives the task's "
        "role the four ssmmessages actions, too, and replaces the tasks. `aws ecs update-service` "
        "with --enable-execute-command and --force-new-deployment also replaces them all, but "
        "helps only if the task's role (not the execution role) has the four ssmmessages actions "
        "already, and the tasks have a way to that service.",
        repair="cdk deploy {stack_path}",
        page=_EXEC,
        find=_exec_off,
        note=True,
    ),
)
"""The rules that tell what follows, and notes."""
