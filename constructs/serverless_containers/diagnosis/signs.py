"""Signs that several rules look for: stops, events, answers to requests, and ways of a network."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from ipaddress import ip_network
from typing import Any

from serverless_containers.diagnosis.evidence import Answer, Answers, Evidence
from serverless_containers.diagnosis.stopped import StopExplanation, explain_reason, explain_stop

ANY_CAUSE = (
    "container-health-check",
    "health-check-path",
    "health-check-timeout",
    "health-check-grace",
    "nothing-listens",
    "api-no-instance",
    "api-timeout",
    "load-balancer-502",
    "load-balancer-503",
    "load-balancer-504",
    "origin-unreachable",
    "application-errors",
    "deployment-rolled-back",
    "deployment-stuck",
    "deployment-waits-for-images",
    "tasks-do-not-start",
    "tasks-missing",
    "pipeline-failed",
    "alarm",
)
"""Codes of what follows when no task of the new version runs, or none answers."""
ANSWER_CAUSE = tuple(
    code
    for code in ANY_CAUSE
    if code not in {"tasks-do-not-start", "deployment-waits-for-images", "container-health-check"}
)
"""Codes of what follows when tasks run and requests do not reach them."""

_STEADY = "has reached a steady state"
_MOST_LINES = 3
_LISTENS = re.compile(
    r"(?:listening|running|started|serving|bound|ready|accepting connections)\b[^\n]{0,80}?"
    r"(?:\bports?\b[\s=:]*|(?<=[\w\]*.]):)(?P<port>\d{2,5})\b",
    re.IGNORECASE,
)
_ON_LOOPBACK = re.compile(
    r"(?:listening|running|started|serving|bound|ready)\b[^\n]{0,80}?"
    r"(?:127\.0\.0\.1|\[::1\]):(?P<port>\d{2,5})\b",
    re.IGNORECASE,
)


def task_id(arn: str) -> str:
    """Return the first characters of a task's id."""
    return arn.rsplit("/", 1)[-1][:8]


def clock(at: datetime | None) -> str:
    """Return a time of day in UTC."""
    return f"{at:%H:%M:%S}" if at else "?"


def stops(evidence: Evidence) -> list[tuple[Answer, StopExplanation]]:
    """Return the stops that tell of the present, each with its explanation, the newest one first.

    Left out are the tasks of deployments that are over, unless the last one was rolled back, and
    failed starts before the service was steady again.
    """
    found = []
    for task in sorted(evidence.stopped_tasks, key=_stopped_at, reverse=True):
        if not _of_the_present(task, evidence):
            continue
        same = task.get("taskDefinitionArn") == (evidence.task_definition or {}).get(
            "taskDefinitionArn"
        )
        found.append((task, explain_stop(task, evidence.task_definition if same else None)))
    return found


def _stopped_at(task: Answer) -> float:
    at = task.get("stoppedAt") or task.get("stoppingAt")
    return at.timestamp() if at else 0.0


def _of_the_present(task: Answer, evidence: Evidence) -> bool:
    deployments = (evidence.service or {}).get("deployments", ())
    started_by = task.get("startedBy", "")
    current = {each["id"] for each in deployments}
    if started_by.startswith("ecs-svc/") and current and started_by not in current:
        last = next(iter(evidence.service_deployments), None)
        if last is None or not str(last.get("status", "")).startswith(("ROLLBACK", "IN_PROGRESS")):
            return False
        began = last.get("startedAt") or last.get("createdAt")
        return not (began and task.get("createdAt") and task["createdAt"] < began)
    # One that was rolled back is listed for a while, when the version before is steady already.
    failed = {each["id"] for each in deployments if each.get("rolloutState") == "FAILED"}
    if started_by in failed:
        return True
    if task.get("stopCode") == "TaskFailedToStart" and is_complete(evidence):
        steady = steady_since(evidence)
        return steady is None or _stopped_at(task) > steady.timestamp()
    return True


def is_complete(evidence: Evidence) -> bool:
    """Return whether as many tasks run as should."""
    service = evidence.service or {}
    wanted = service.get("desiredCount", 0)
    return bool(wanted) and service.get("runningCount", 0) >= wanted


def steady_since(evidence: Evidence) -> datetime | None:
    """Return the time at which the service was last said to be steady, if it was."""
    return next((at for at, text in evidence.events if _STEADY in text), None)


def new_events(evidence: Evidence) -> list[tuple[datetime, str]]:
    """Return the events since the service was last steady, the newest one first."""
    found = []
    for at, text in evidence.events:
        if _STEADY in text:
            break
        found.append((at, text))
    return found


def shows(evidence: Evidence, codes: Collection[str]) -> tuple[str, ...]:
    """Return the lines that show a stop, or an event, of one of some codes; at most three.

    Args:
        evidence: What was seen.
        codes: Codes of `StopExplanation`.
    """
    lines = []
    for task, stop in stops(evidence):
        if stop.code in codes:
            at = clock(task.get("stoppedAt"))
            lines.append(
                f"task {task_id(task['taskArn'])} stopped {at}: {shortened(stop.detail)}"
                if stop.detail
                else f"task {task_id(task['taskArn'])} stopped {at}: {stop.summary}"
            )
    for when, text in new_events(evidence):
        explained = explain_reason(text)
        if explained is not None and explained.code in codes:
            lines.append(f"event {clock(when)}: {shortened(text)}")
    return first(lines)


def first(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the first lines of some, each once, and how many more there are."""
    each = list(dict.fromkeys(lines))
    rest = len(each) - _MOST_LINES
    return (*each[:_MOST_LINES], *([f"and {rest} more"] if rest > 0 else []))


def shortened(text: str, most: int = 240) -> str:
    """Return a text on one line. Of one that is too long the middle is left out.

    AWS's messages begin with the kind of an error and end with its cause.
    """
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    head = most // 3
    return f"{line[:head]} \N{HORIZONTAL ELLIPSIS} {line[head + 3 - most :]}"


def details(evidence: Evidence, codes: Collection[str]) -> Iterator[str]:
    """Yield AWS's own words of the stops of some codes."""
    yield from (stop.detail for _, stop in stops(evidence) if stop.code in codes)


def entrypoint(evidence: Evidence) -> str:
    """Return the name of the container that receives the requests; empty if none does."""
    service = evidence.service or {}
    for each in (*service.get("loadBalancers", ()), *service.get("serviceRegistries", ())):
        if each.get("containerName"):
            return str(each["containerName"])
    return ""


def bad_targets(evidence: Evidence) -> list[tuple[str, Answer]]:
    """Return the unhealthy targets, each with the ARN of its group."""
    return [
        (group, target)
        for group, targets in evidence.target_health.items()
        for target in targets
        if target.get("TargetHealth", {}).get("State") in {"unhealthy", "unavailable"}
    ]


def target_group(evidence: Evidence, arn: str) -> Answer:
    """Return a target group by its ARN; empty if it was not looked at."""
    return next((each for each in evidence.target_groups if each["TargetGroupArn"] == arn), {})


def describe_target(target: Answer) -> str:
    """Return a line about a target."""
    about, health = target.get("Target", {}), target.get("TargetHealth", {})
    return (
        f"target {about.get('Id')}:{about.get('Port')} is {health.get('State')}: "
        f"{health.get('Description') or health.get('Reason') or 'no reason given'}"
    )


def unanswered(evidence: Evidence) -> bool:
    """Return whether requests, or health checks, get no answer of the application's."""
    return bool(
        bad_targets(evidence)
        or (evidence.instances and set(evidence.instances.values()) != {"HEALTHY"})
        or any(int(each.get("status", 0) or 0) in {502, 503, 504} for each in evidence.api_log)
        or any(each.status in {502, 503, 504} or each.error for each in evidence.probes.values())
    )


def listening_ports(evidence: Evidence, name: str, *, loopback: bool = False) -> dict[int, str]:
    """Return the ports that a container's log says it listens on, each with the line.

    Args:
        evidence: What was seen.
        name: The container's name.
        loopback: Whether only those count of which it says that they are of 127.0.0.1.
    """
    pattern = _ON_LOOPBACK if loopback else _LISTENS
    found = {}
    for line in evidence.logs.get(name, ()):
        match = pattern.search(line)
        if match and 0 < int(match["port"]) < 65536:
            found[int(match["port"])] = line
    return found


def named_metrics(evidence: Evidence, *names: str) -> dict[str, float]:
    """Return those sums of metrics that are not zero."""
    return {name: evidence.metrics[name] for name in names if evidence.metrics.get(name, 0) > 0}


# The network


def task_groups(evidence: Evidence) -> list[Answer]:
    """Return the security groups of the tasks that were looked at."""
    ids = evidence.network.get("securityGroups", ())
    return [evidence.security_groups[each] for each in ids if each in evidence.security_groups]


def lets_in(
    groups: Sequence[Answer],
    port: int,
    sources: Collection[str],
    cidrs: Collection[str] = (),
    *,
    egress: bool = False,
) -> bool:
    """Return whether one of some security groups lets a port through.

    Prefix lists count as letting through: what is in them is not known.

    Args:
        groups: The security groups.
        port: The port.
        sources: The ids of the groups of the other side.
        cidrs: Addresses of the other side. Default: any range counts.
        egress: Whether the way out is meant. Default: the way in.
    """
    return any(
        _covers(rule, port) and _meets(rule, sources, cidrs)
        for group in groups
        for rule in group.get("IpPermissionsEgress" if egress else "IpPermissions", ())
    )


def _covers(rule: Answer, port: int) -> bool:
    if rule.get("IpProtocol") == "-1":
        return True
    return bool(
        rule.get("IpProtocol") in {"tcp", "6"}
        and rule.get("FromPort", 0) <= port <= rule.get("ToPort", 65535)
    )


def _meets(rule: Answer, sources: Collection[str], cidrs: Collection[str]) -> bool:
    if rule.get("PrefixListIds"):
        return True
    if any(pair.get("GroupId") in sources for pair in rule.get("UserIdGroupPairs", ())):
        return True
    ranges = [each["CidrIp"] for each in rule.get("IpRanges", ())]
    if not cidrs:
        return bool(ranges or rule.get("Ipv6Ranges"))
    return any(
        ip_network(each, strict=False).overlaps(ip_network(other, strict=False))
        for each in ranges
        for other in cidrs
    )


def subnet_cidrs(evidence: Evidence) -> list[str]:
    """Return the address ranges of the tasks' subnets."""
    return [each["CidrBlock"] for each in evidence.subnets if each.get("CidrBlock")]


def closed_subnets(evidence: Evidence) -> dict[str, str]:
    """Return the tasks' subnets that have no way to the internet, each with the reason."""
    public = evidence.network.get("assignPublicIp") == "ENABLED"
    found = {}
    for subnet in evidence.subnets:
        route = _default_route(subnet["SubnetId"], evidence.route_tables)
        if route is None:
            reason = "has no route to the internet"
        elif route.get("State") == "blackhole":
            reason = "has a route to the internet that leads nowhere: its NAT gateway is gone"
        elif str(route.get("GatewayId", "")).startswith("igw-") and not public:
            reason = "has an internet gateway, and its tasks have no public addresses"
        else:
            continue
        found[subnet["SubnetId"]] = reason
    return found if evidence.route_tables else {}


def _default_route(subnet: str, tables: Answers) -> Answer | None:
    chosen: Any = None
    for table in tables:
        for each in table.get("Associations", ()):
            if each.get("SubnetId") == subnet or (each.get("Main") and chosen is None):
                chosen = table
    for route in (chosen or {}).get("Routes", ()):
        if route.get("DestinationCidrBlock") == "0.0.0.0/0":
            found: Answer = route
            return found
    return None


def endpoints_of(evidence: Evidence, service: str) -> list[Answer]:
    """Return the VPC's endpoints of an AWS service, such as ``ecr.api``."""
    name = f"com.amazonaws.{evidence.region}.{service}"
    return [each for each in evidence.vpc_endpoints if each.get("ServiceName") == name]


def missing_endpoints(evidence: Evidence, services: Iterable[str]) -> list[str]:
    """Return those of some AWS services that the VPC has no available endpoint of."""
    return [
        each
        for each in services
        if not any(
            str(endpoint.get("State", "")).lower() == "available"
            for endpoint in endpoints_of(evidence, each)
        )
    ]
