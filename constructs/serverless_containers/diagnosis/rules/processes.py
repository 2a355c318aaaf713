"""Rules about tasks that start and end again: memory, crashes, commands, health, stopping."""

from collections import Counter
from datetime import datetime

from serverless_containers.diagnosis.evidence import Answer, Evidence
from serverless_containers.diagnosis.rule import Found, Rule
from serverless_containers.diagnosis.signs import (
    ANY_CAUSE,
    clock,
    first,
    shortened,
    shows,
    stops,
    task_id,
)
from serverless_containers.diagnosis.stopped import (
    DEFINITION,
    EXIT_CODES,
    MEMORY_ERRORS,
    STOPPED_ERRORS,
    StopExplanation,
)

_LOGS = "serverless-containers logs --stack {stack} --since 1h"
_FEW_SECONDS = 60
_LAST_LINES = 3


def _of_codes(evidence: Evidence, *codes: str) -> list[tuple[Answer, StopExplanation]]:
    return [(task, stop) for task, stop in stops(evidence) if stop.code in codes]


def _lines(found: list[tuple[Answer, StopExplanation]]) -> tuple[str, ...]:
    return first(
        f"task {task_id(task['taskArn'])} stopped {clock(task.get('stoppedAt'))}: {stop.summary}"
        for task, stop in found
    )


def _last_words(evidence: Evidence, container: str) -> tuple[str, ...]:
    return tuple(
        f"log of {container}: {shortened(line)}"
        for line in [each for each in evidence.logs.get(container, ()) if each.strip()][
            -_LAST_LINES:
        ]
    )


def _memory(evidence: Evidence) -> Found | None:
    found = _of_codes(evidence, "out-of-memory")
    if not found:
        return None
    container = found[0][1].container
    limits = [
        f"{each['name']} may use {each['memory']} MiB"
        for each in evidence.containers
        if each["name"] == container and each.get("memory")
    ]
    whole = (evidence.task_definition or {}).get("memory")
    task = [f"the task has {whole} MiB"] if whole else []
    return Found(evidence=(*_lines(found), *limits, *task), values={"container": container})


def _command_missing(evidence: Evidence) -> Found | None:
    found = _of_codes(evidence, "command-missing", "command-denied")
    if not found:
        return None
    container = found[0][1].container
    said = [
        f"{each['name']} runs {' '.join([*each.get('entryPoint', ()), *each.get('command', ())])}"
        for each in evidence.containers
        if each["name"] == container and (each.get("entryPoint") or each.get("command"))
    ]
    detail = [shortened(stop.detail) for _, stop in found[:1] if stop.detail]
    return Found(
        evidence=(*_lines(found), *detail, *said, *_last_words(evidence, container)),
        values={"container": container},
    )


def _ends(evidence: Evidence) -> Found | None:
    found = _of_codes(evidence, "container-ended")
    if not found:
        return None
    container = found[0][1].container
    return Found(
        evidence=(*_lines(found), *_last_words(evidence, container)),
        values={"container": container},
    )


def _exits(evidence: Evidence) -> Found | None:
    found = _of_codes(
        evidence,
        "application-error",
        "aborted",
        "crashed",
        "terminated",
        "essential-container-exited",
    )
    if not found:
        return None
    stop = found[0][1]
    count = Counter(each.container for _, each in found)[stop.container]
    often = [f"{stop.container} ended {count} times within the hour"] if count > 1 else []
    return Found(
        evidence=(*_lines(found), *often, *_last_words(evidence, stop.container)),
        values={"container": stop.container},
        advice=stop.fix,
    )


def _lived(task: Answer) -> float | None:
    """Return the seconds from a task's start to its stop."""
    start: datetime | None = task.get("startedAt")
    end: datetime | None = task.get("stoppingAt") or task.get("stoppedAt")
    return (end - start).total_seconds() if start and end else None


def _health_check(evidence: Evidence) -> Found | None:
    found = _of_codes(evidence, "container-health-check")
    sick = [
        f"task {task_id(task['taskArn'])}: {each['name']} is UNHEALTHY"
        for task in evidence.tasks
        for each in task.get("containers", ())
        if each.get("healthStatus") == "UNHEALTHY"
    ]
    if not found and not sick:
        return None
    checks = [
        (each["name"], each["healthCheck"])
        for each in evidence.containers
        if each.get("healthCheck")
    ]
    lines = [*_lines(found), *first(sick)]
    advice = ""
    for name, check in checks:
        command = " ".join(check.get("command", ()))
        start = check.get("startPeriod", 0)
        allowed = start + check.get("interval", 30) * check.get("retries", 3)
        lines.append(f"{name} is checked by: {shortened(command, 120)}")
        lived = [seconds for task, _ in found if (seconds := _lived(task)) is not None]
        if lived and min(lived) <= allowed + _FEW_SECONDS:
            lines.append(
                f"a task lived {min(lived):.0f} s; start_period, interval and retries give "
                f"{allowed} s"
            )
            advice = (
                "It never became healthy: the command fails (is its program, such as curl, in "
                "the image? Is the port right?), or the start takes longer than start_period."
            )
        elif lived:
            advice = (
                "It was healthy at first: the program hangs, or answers more slowly than the "
                "check's timeout under load."
            )
    container = checks[0][0] if checks else ""
    return Found(evidence=tuple(lines), advice=advice, values={"container": container})


def _killed(evidence: Evidence) -> Found | None:
    found = _of_codes(evidence, "killed-on-stop")
    if not found:
        return None
    container = found[0][1].container
    return Found(evidence=_lines(found), values={"container": container})


def _host(evidence: Evidence) -> Found | None:
    lines = shows(evidence, {"host-health", "retirement"})
    return Found(evidence=lines) if lines else None


RULES = (
    Rule(
        code="out-of-memory",
        title="A container runs out of memory.",
        sees="Tasks stop with `OutOfMemoryError: Container killed due to memory usage` and exit "
        "code 137, often under load.",
        why="It used more than its limit, or the containers together more than the task has. 137 "
        "after a stop that was asked for is another thing: too slow to stop.",
        look="serverless-containers metrics --stack {stack}",
        fix="Give the container more memory (`mem_limit` in the Compose file), or find the leak. A "
        "JVM should take a share of it (-XX:MaxRAMPercentage), Node.js --max-old-space-size below "
        "it.",
        repair="cdk deploy {stack_path}",
        page=MEMORY_ERRORS,
        find=_memory,
        explains=(*ANY_CAUSE, "container-exits"),
    ),
    Rule(
        code="command-missing",
        title="The command of a container cannot be run.",
        sees="Tasks stop at once with `executable file not found`, `permission denied`, or exit "
        "code 127 or 126.",
        why="The image has no such program, it may not be executed, or a script's interpreter is "
        "missing (a script with Windows line ends asks for one that ends in a carriage return).",
        look=_LOGS,
        fix="Check `command` and `entrypoint` against the image.",
        repair="docker run --rm --entrypoint sh IMAGE",
        page=STOPPED_ERRORS,
        find=_command_missing,
        explains=(*ANY_CAUSE, "container-exits"),
    ),
    Rule(
        code="container-ends",
        title="A container comes to its end without an error.",
        sees="Tasks stop with `Essential container in task exited` and exit code 0, again and "
        "again.",
        why="A service's tasks are to run forever. The program puts itself into the background, or "
        "has done its work.",
        look=_LOGS,
        fix='Run it in the foreground; say `restart: "no"` for a container that is to end.',
        page=EXIT_CODES,
        find=_ends,
        explains=ANY_CAUSE,
    ),
    Rule(
        code="container-exits",
        title="A container ends with an error.",
        sees="Tasks stop with `Essential container in task exited`, and others take their place: a "
        "crash loop.",
        why="The program ends itself. Its last lines say why: a missing variable, a database that "
        "it cannot reach, a defect.",
        look=_LOGS,
        fix="Read the log, and roll back if a deployment brought it.",
        repair="serverless-containers rollback --stack {stack}",
        page=EXIT_CODES,
        find=_exits,
        explains=ANY_CAUSE,
    ),
    Rule(
        code="container-health-check",
        title="A container fails its own health check.",
        sees="Tasks stop with `Task failed container health checks`, or show UNHEALTHY.",
        why="The command of `healthcheck` fails: its program is not in the image, the port or path "
        "is wrong, or the start takes longer than `start_period`.",
        look="serverless-containers exec --stack {stack} --service {container}",
        fix="Run the command in the container, and raise `start_period` for a slow start.",
        repair="cdk deploy {stack_path}",
        page=DEFINITION,
        find=_health_check,
        explains=tuple(each for each in ANY_CAUSE if each != "container-health-check"),
    ),
    Rule(
        code="killed-on-stop",
        title="A container does not stop when it is asked to.",
        sees="Tasks that a deployment or scaling stops end with exit code 137; requests are cut "
        "off.",
        why="The program does not act on SIGTERM, often because a shell is the first process and "
        "keeps it to itself; after `stop_grace_period` it is killed.",
        look=_LOGS,
        fix="Write `command` in its exec form, say `init: true`, handle SIGTERM, or raise "
        "`stop_grace_period` (120 seconds at most).",
        page=EXIT_CODES,
        find=_killed,
        note=True,
    ),
    Rule(
        code="host-replaced",
        title="AWS replaced the host under a task.",
        sees="Tasks stop for retirement, maintenance or the health of the infrastructure.",
        why="Hosts fail, and Fargate replaces those that get a patch.",
        look="serverless-containers status --stack {stack}",
        fix="Nothing: the service starts other tasks. Run two or more in different zones.",
        page=STOPPED_ERRORS,
        find=_host,
        note=True,
    ),
)
