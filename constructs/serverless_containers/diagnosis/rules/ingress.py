"""Rules about tasks that run and do not answer: health checks, ports, groups, ingresses."""

from datetime import datetime

from serverless_containers.diagnosis.evidence import Answer, Evidence
from serverless_containers.diagnosis.rule import Found, Rule
from serverless_containers.diagnosis.signs import (
    ANSWER_CAUSE,
    bad_targets,
    clock,
    describe_target,
    entrypoint,
    first,
    lets_in,
    listening_ports,
    named_metrics,
    shortened,
    stops,
    subnet_cidrs,
    target_group,
    task_groups,
    task_id,
    unanswered,
)
from serverless_containers.diagnosis.stopped import LOAD_BALANCERS

_API_ERRORS = '"Troubleshoot HTTP API integrations", Amazon API Gateway Developer Guide'
_ELB_ERRORS = '"Troubleshoot your Application Load Balancers", Elastic Load Balancing User Guide'
_EDGE_ERRORS = (
    '"Troubleshooting error response status codes in CloudFront", Amazon CloudFront Developer Guide'
)
_LOGS = "serverless-containers logs --stack {stack} --since 1h"
_HEALTH = "aws elbv2 describe-target-health --target-group-arn {target_group}"
_ALB = "AWS/ApplicationELB/"
_API_TIMEOUT = 30_000
"""Milliseconds; "Quotas for configuring and running an HTTP API", Amazon API Gateway Developer
Guide."""
_FORBIDDEN = 403


def _reasoned(evidence: Evidence, *reasons: str) -> list[tuple[Answer, Answer]]:
    """Return the unhealthy targets of some reasons, each with its group."""
    return [
        (target_group(evidence, arn), target)
        for arn, target in bad_targets(evidence)
        if target["TargetHealth"].get("Reason") in reasons
    ]


def _check_of(group: Answer) -> str:
    return (
        f"the check asks for {group.get('HealthCheckPath', '/')} on port "
        f"{group.get('HealthCheckPort', 'traffic-port')}, and expects "
        f"{group.get('Matcher', {}).get('HttpCode', '200')} within "
        f"{group.get('HealthCheckTimeoutSeconds', 5)} s"
    )


def _group_values(group: Answer) -> dict[str, str]:
    return {"target_group": str(group.get("TargetGroupArn", ""))}


def _health_path(evidence: Evidence) -> Found | None:
    found = _reasoned(evidence, "Target.ResponseCodeMismatch")
    if not found:
        return None
    group = found[0][0]
    said = " ".join(str(target["TargetHealth"].get("Description", "")) for _, target in found)
    advice = ""
    if "[404]" in said:
        advice = "No such path: name one that the application has (`TargetHealthCheck(path=…)`)."
    elif "[401]" in said or "[403]" in said:
        advice = "The path asks for a sign-in, or for a host name: name one that is open."
    elif "[400]" in said or "[421]" in said:
        advice = (
            "The application refuses the host name of the check, which is the task's address: "
            "allow it for this path (Django's ALLOWED_HOSTS, for one)."
        )
    elif "[5" in said:
        advice = "The application answers with an error of its own: read its log."
    elif "[30" in said:
        advice = "The path redirects: allow it (`codes='200-399'`), or name the target."
    return Found(
        evidence=(*first(describe_target(each) for _, each in found), _check_of(group)),
        advice=advice,
        values=_group_values(group),
    )


def _health_timeout(evidence: Evidence) -> Found | None:
    found = _reasoned(evidence, "Target.Timeout")
    if not found:
        return None
    group = found[0][0]
    return Found(
        evidence=(*first(describe_target(each) for _, each in found), _check_of(group)),
        values=_group_values(group),
    )


def _nothing_listens(evidence: Evidence) -> Found | None:
    found = _reasoned(evidence, "Target.FailedHealthChecks", "Elb.InternalError")
    if not found:
        return None
    group = found[0][0]
    return Found(
        evidence=(*first(describe_target(each) for _, each in found), _check_of(group)),
        values=_group_values(group),
    )


def _lived(task: Answer) -> float | None:
    start: datetime | None = task.get("startedAt")
    end: datetime | None = task.get("stoppingAt") or task.get("stoppedAt")
    return (end - start).total_seconds() if start and end else None


def _grace(evidence: Evidence) -> Found | None:
    found = [
        (task, lived)
        for task, stop in stops(evidence)
        if stop.code == "load-balancer-health-check" and (lived := _lived(task)) is not None
    ]
    if not found:
        return None
    grace = (evidence.service or {}).get("healthCheckGracePeriodSeconds", 0)
    group = next(iter(evidence.target_groups), {})
    interval = group.get("HealthCheckIntervalSeconds", 30)
    checks = group.get("UnhealthyThresholdCount", 2)
    allowed = grace + interval * (checks + 1)
    early = [
        f"task {task_id(task['taskArn'])} stopped {clock(task.get('stoppedAt'))}, {lived:.0f} s "
        "after its start"
        for task, lived in found
        if lived <= allowed + interval
    ]
    if not early:
        return None
    return Found(
        evidence=(
            *first(early),
            f"the grace period is {grace} s; {checks} bad answers, {interval} s apart, end a task",
        ),
        values=_group_values(group),
    )


def _health_lost(evidence: Evidence) -> Found | None:
    lost = [
        f"task {task_id(task['taskArn'])} stopped {clock(task.get('stoppedAt'))}: {stop.detail}"
        for task, stop in stops(evidence)
        if stop.code == "load-balancer-health-check"
    ]
    return Found(evidence=first(lost)) if lost else None


def _port(evidence: Evidence) -> Found | None:
    name, port = entrypoint(evidence), evidence.port
    if port is None or not unanswered(evidence):
        return None
    listening = listening_ports(evidence, name)
    if not listening or port in listening:
        return None
    other, line = next(iter(listening.items()))
    return Found(
        evidence=(
            f"log of {name}: {shortened(line)}",
            f"the ingress sends requests to port {port}",
            *first(describe_target(each) for _, each in bad_targets(evidence)),
        ),
        advice=f"Have the program listen on {port} (a variable PORT, or an argument), or say "
        f'`ports: ["{other}"]` in the Compose file.',
        values={"container": name},
    )


def _loopback(evidence: Evidence) -> Found | None:
    name, port = entrypoint(evidence), evidence.port
    if port is None or not unanswered(evidence):
        return None
    line = listening_ports(evidence, name, loopback=True).get(port)
    if line is None:
        return None
    return Found(evidence=(f"log of {name}: {shortened(line)}",), values={"container": name})


def _group_ids(groups: list[Answer]) -> str:
    return ", ".join(each["GroupId"] for each in groups)


def _closed_to_load_balancer(evidence: Evidence) -> Found | None:
    groups, port = task_groups(evidence), evidence.port
    sources = [
        group for each in evidence.load_balancers for group in each.get("SecurityGroups", ())
    ]
    if not groups or not sources or port is None:
        return None
    cidrs = subnet_cidrs(evidence)
    values = {"group": groups[0]["GroupId"], "source": sources[0], "port": str(port)}
    sick = first(describe_target(each) for _, each in bad_targets(evidence))
    if not lets_in(groups, port, sources):
        line = (
            f"no security group of the tasks ({_group_ids(groups)}) lets port {port} in from the "
            f"load balancer's ({', '.join(sources)})"
        )
        return Found(evidence=(line, *sick), values=values)
    own = [evidence.security_groups[each] for each in sources if each in evidence.security_groups]
    ids = [each["GroupId"] for each in groups]
    if own and not lets_in(own, port, ids, cidrs, egress=True):
        line = (
            f"no security group of the load balancer ({_group_ids(own)}) lets port {port} out to "
            f"the tasks' ({', '.join(ids)})"
        )
        return Found(evidence=(line, *sick), values=values)
    return None


def _closed_to_vpc_link(evidence: Evidence) -> Found | None:
    groups, port = task_groups(evidence), evidence.port
    sources = [group for each in evidence.vpc_links for group in each.get("SecurityGroupIds", ())]
    if not groups or not sources or port is None or lets_in(groups, port, sources):
        return None
    return Found(
        evidence=(
            (
                f"no security group of the tasks ({_group_ids(groups)}) lets port {port} in from "
                f"the VPC link's ({', '.join(sources)})"
            ),
        ),
        values={"group": groups[0]["GroupId"], "source": sources[0], "port": str(port)},
    )


def _vpc_link(evidence: Evidence) -> Found | None:
    lines = [
        f"VPC link {each['VpcLinkId']} is {each['VpcLinkStatus']}: "
        f"{each.get('VpcLinkStatusMessage') or 'no reason given'}"
        for each in evidence.vpc_links
        if each.get("VpcLinkStatus") not in {"AVAILABLE", None}
    ]
    if not lines:
        return None
    link = next(
        each["VpcLinkId"]
        for each in evidence.vpc_links
        if each.get("VpcLinkStatus") not in {"AVAILABLE", None}
    )
    return Found(evidence=tuple(lines), values={"vpc_link": link})


def _api_errors(evidence: Evidence, status: int) -> list[Answer]:
    return [each for each in evidence.api_log if str(each.get("status")) == str(status)]


def _api_line(line: Answer) -> str:
    return (
        f"access log: {line.get('method')} {line.get('path')} got {line.get('status')} after "
        f"{line.get('integrationLatency') or line.get('responseLatency')} ms: "
        f"{line.get('integrationError') or line.get('error') or 'no error given'}"
    )


def _no_instance(evidence: Evidence) -> Found | None:
    healthy = evidence.instances is not None and "HEALTHY" in evidence.instances.values()
    if evidence.instances is None or healthy or not (evidence.service or {}).get("desiredCount"):
        return None
    lines = [f"Cloud Map: {name} is {health}" for name, health in evidence.instances.items()] or [
        "Cloud Map has no instance of the service"
    ]
    lines += [_api_line(each) for each in _api_errors(evidence, 503)]
    return Found(evidence=first(lines))


def _api_timeout(evidence: Evidence) -> Found | None:
    limits = [each.get("TimeoutInMillis", _API_TIMEOUT) for each in evidence.api_integrations]
    limit = min([*limits, _API_TIMEOUT])
    slow = [
        each
        for each in (*_api_errors(evidence, 503), *_api_errors(evidence, 504))
        if _number(each.get("integrationLatency") or each.get("responseLatency")) >= limit * 0.98
        or "timed out" in str(each.get("integrationError", "")).lower()
    ]
    if not slow:
        return None
    return Found(
        evidence=(
            *first(_api_line(each) for each in slow),
            f"the API waits {limit / 1000:g} s for an answer; 30 s is the most",
        )
    )


def _number(text: object) -> float:
    try:
        return float(str(text))
    except ValueError:
        return 0.0


def _closed_connection(evidence: Evidence) -> Found | None:
    lines = [_api_line(each) for each in _api_errors(evidence, 502)]
    metrics = named_metrics(evidence, f"{_ALB}HTTPCode_ELB_502_Count")
    lines += [f"{value:g} answers 502 in 15 minutes" for value in metrics.values()]
    return Found(evidence=first(lines)) if lines else None


def _no_target(evidence: Evidence) -> Found | None:
    if not (evidence.service or {}).get("desiredCount"):
        return None
    lines = [
        f"target group {target_group(evidence, arn).get('TargetGroupName', arn)} has "
        f"{len(targets)} targets, none of them healthy"
        for arn, targets in evidence.target_health.items()
        if not any(each["TargetHealth"]["State"] == "healthy" for each in targets)
        # That of the other color is empty between deployments.
        and (targets or len(evidence.target_health) == 1)
    ]
    metrics = named_metrics(evidence, f"{_ALB}HTTPCode_ELB_503_Count")
    lines += [f"{value:g} answers 503 in 15 minutes" for value in metrics.values()]
    if not lines:
        return None
    arn = next(iter(evidence.target_health), "")
    return Found(evidence=first(lines), values={"target_group": arn})


def _balancer_timeout(evidence: Evidence) -> Found | None:
    metrics = named_metrics(evidence, f"{_ALB}HTTPCode_ELB_504_Count")
    if not metrics:
        return None
    return Found(
        evidence=tuple(f"{value:g} answers 504 in 15 minutes" for value in metrics.values())
    )


def _from_edge(headers: object) -> bool:
    return "cloudfront" in str(headers).lower()


def _origin(evidence: Evidence) -> Found | None:
    if evidence.distribution is None:
        return None
    found = [
        (address, probe)
        for address, probe in evidence.probes.items()
        if probe.status in {502, 503, 504} and _from_edge(probe.headers)
    ]
    if not found:
        return None
    return Found(
        evidence=tuple(
            f"{address} answers {probe.status} ({probe.headers.get('x-cache', 'from CloudFront')})"
            for address, probe in found
        )
    )


def _origin_secret(evidence: Evidence) -> Found | None:
    if evidence.distribution is None:
        return None
    found = [
        (address, probe)
        for address, probe in evidence.probes.items()
        if probe.status == _FORBIDDEN
        # The load balancer's own answer, not that of an application or a web ACL.
        and "awselb" in probe.headers.get("server", "").lower()
    ]
    if not found:
        return None
    return Found(
        evidence=tuple(
            f"{address} answers 403, and the load balancer says so ({probe.headers['server']})"
            for address, probe in found
        )
    )


def _own_errors(evidence: Evidence) -> Found | None:
    metrics = named_metrics(evidence, f"{_ALB}HTTPCode_Target_5XX_Count")
    lines = [f"{value:g} answers of the application's were 5xx" for value in metrics.values()]
    lines += [
        _api_line(each)
        for each in evidence.api_log
        if str(each.get("integrationStatus", "")).startswith("5")
        and each.get("integrationStatus") == each.get("status")
    ]
    lines += [
        f"{address} answers {probe.status}"
        for address, probe in evidence.probes.items()
        if probe.status == 500
    ]
    if not lines:
        return None
    name = entrypoint(evidence)
    words = [
        f"log of {name}: {shortened(line)}"
        for line in evidence.logs.get(name, ())
        if any(word in line.lower() for word in ("error", "exception", "traceback", "fatal"))
    ]
    return Found(evidence=(*first(lines), *first(reversed(words))))


_DEPLOY = "cdk deploy {stack_path}"
_OPEN = (
    "aws ec2 authorize-security-group-ingress --group-id {group} --ip-permissions "
    "'IpProtocol=tcp,FromPort={port},ToPort={port},UserIdGroupPairs=[{{GroupId={source}}}]'"
)
_GROUPS = "aws ec2 describe-security-groups --group-ids {group} {source}"
_UNREACHED = (*ANSWER_CAUSE, "health-check-lost")
_PORT = (*_UNREACHED, "container-health-check")
PORTS = (
    Rule(
        code="port-mismatch",
        title="The program listens on another port than requests are sent to.",
        sees="Tasks run, and their targets are unhealthy, or the ingress answers 502, 503 or 504.",
        why="The port of the mapping is not the one in the program's log.",
        look=_LOGS,
        fix="Have the program listen on the port of `ports:`, or name its own there.",
        repair=_DEPLOY,
        page=LOAD_BALANCERS,
        find=_port,
        explains=_PORT,
    ),
    Rule(
        code="listens-on-loopback",
        title="The program listens on 127.0.0.1 alone.",
        sees="Tasks run, the program says that it listens, and nothing reaches it.",
        why="Requests come to the task's own address, not to its loopback.",
        look=_LOGS,
        fix="Have it listen on 0.0.0.0 (a variable HOST, or an argument such as `--host`).",
        repair=_DEPLOY,
        page=LOAD_BALANCERS,
        find=_loopback,
        explains=_PORT,
    ),
)
"""The rules that explain a container's own health check, too."""
RULES = (
    Rule(
        code="security-group-load-balancer",
        title="A security group keeps the load balancer from the tasks.",
        sees="Targets are unhealthy with `Request timed out`; visitors get 504 or 503.",
        why="The tasks' group must let the port in from the load balancer's group, and that one "
        "must let it out.",
        look=_GROUPS,
        fix="Deploy the stack again, or add the rule.",
        repair=_OPEN,
        page=LOAD_BALANCERS,
        find=_closed_to_load_balancer,
        explains=_UNREACHED,
    ),
    Rule(
        code="security-group-vpc-link",
        title="A security group keeps the VPC link from the tasks.",
        sees="The API answers 503 or 504, while tasks run and are healthy.",
        why="The tasks' group must let the port in from the VPC link's group.",
        look=_GROUPS,
        fix="Deploy the stack again, or add the rule.",
        repair=_OPEN,
        page=_API_ERRORS,
        find=_closed_to_vpc_link,
        explains=ANSWER_CAUSE,
    ),
    Rule(
        code="vpc-link-inactive",
        title="The API's VPC link is not available.",
        sees="The API answers 503 to everything.",
        why="A VPC link without traffic for 60 days becomes INACTIVE and needs minutes to come "
        "back; a FAILED one lost its subnets or security groups.",
        look="aws apigatewayv2 get-vpc-link --vpc-link-id {vpc_link}",
        fix="An INACTIVE one wakes at the next request; deploy the stack again for a FAILED one.",
        repair=_DEPLOY,
        page='"Working with VPC links for HTTP APIs", Amazon API Gateway Developer Guide',
        find=_vpc_link,
        explains=ANSWER_CAUSE,
    ),
    Rule(
        code="health-check-path",
        title="The health check gets another status code than it expects.",
        sees="Targets are unhealthy with `Health checks failed with these codes`; tasks are "
        "replaced again and again.",
        why="The path is wrong, asks for a sign-in or a host name, redirects, or fails.",
        look=_HEALTH,
        fix="Name a path that answers without a sign-in (`TargetHealthCheck(path=…)`), or the "
        "codes that are good.",
        repair=_DEPLOY,
        page=LOAD_BALANCERS,
        find=_health_path,
        explains=tuple(
            each
            for each in (*ANSWER_CAUSE, "health-check-lost")
            if each not in {"health-check-path", "application-errors"}
        ),
    ),
    Rule(
        code="health-check-grace",
        title="Tasks are stopped before they have started.",
        sees="Tasks stop with `failed ELB health checks` soon after their start.",
        why="The load balancer's checks count as soon as the grace period is over, and the program "
        "takes longer to start.",
        look=_LOGS,
        fix="Raise the grace period above the time of the slowest start "
        "(`TargetHealthCheck(grace_period=…)`, or `TargetHealthCheck.cold_starting()`).",
        repair="aws ecs update-service --cluster {cluster} --service {service} "
        "--health-check-grace-period-seconds 300",
        page=LOAD_BALANCERS,
        find=_grace,
        explains=tuple(
            each
            for each in (*ANSWER_CAUSE, "health-check-lost")
            if each not in {"health-check-path", "health-check-grace"}
        ),
    ),
    Rule(
        code="health-check-timeout",
        title="The health check gets no answer in time.",
        sees="Targets are unhealthy with `Request timed out`.",
        why="The security groups let it through: the program is busy, starts slowly, or does more "
        "for the check than it should, such as asking a database.",
        look=_HEALTH,
        fix="Keep the checked path shallow, raise its timeout, or give the task more CPU.",
        repair=_DEPLOY,
        page=LOAD_BALANCERS,
        find=_health_timeout,
        explains=tuple(
            each
            for each in (*ANSWER_CAUSE, "health-check-lost")
            if not each.startswith("health-check-") or each == "health-check-lost"
        ),
    ),
    Rule(
        code="nothing-listens",
        title="Nothing answers on the port of the health check.",
        sees="Targets are unhealthy with `Health checks failed`.",
        why="The task refuses or resets the connection: the program listens on another port or "
        "address, speaks TLS there, or has not come as far.",
        look=_LOGS,
        fix="Read in the log on which port and address it listens.",
        repair="serverless-containers exec --stack {stack}",
        page=LOAD_BALANCERS,
        find=_nothing_listens,
        explains=tuple(
            each
            for each in (*ANSWER_CAUSE, "health-check-lost")
            if not each.startswith(("health-check-", "nothing")) or each == "health-check-lost"
        ),
    ),
    Rule(
        code="health-check-lost",
        title="Tasks fail the load balancer's health check after they were healthy.",
        sees="Tasks stop with `failed ELB health checks` long after their start.",
        why="The program hangs, or answers too slowly under load.",
        look="serverless-containers metrics --stack {stack}",
        fix="Look at CPU, memory and latency before the stop; scale out earlier.",
        page=LOAD_BALANCERS,
        find=_health_lost,
        explains=("load-balancer-502", "load-balancer-503", "load-balancer-504", "alarm"),
    ),
    Rule(
        code="api-no-instance",
        title="The API finds no healthy task in Cloud Map.",
        sees="The API answers 503 `Service Unavailable` at once.",
        why="ECS registers tasks in Cloud Map when they run, and takes them out when their "
        "containers' health checks fail.",
        look="serverless-containers status --stack {stack}",
        fix="Find out why no task is healthy: its stops, its log, its health check.",
        repair="serverless-containers restart --stack {stack}",
        page=_API_ERRORS,
        find=_no_instance,
        explains=("origin-unreachable", "tasks-missing", "alarm"),
    ),
    Rule(
        code="api-timeout",
        title="The application takes longer than the API waits.",
        sees="The API answers 503 or 504 after 30 seconds, or after its own timeout.",
        why="An HTTP API waits 30 seconds at most, and nothing raises that.",
        look=_LOGS,
        fix="Answer sooner: do long work in the background and answer 202, or use a load balancer "
        "(`ContainerHosting`), which waits longer.",
        page=_API_ERRORS,
        find=_api_timeout,
        explains=("alarm",),
    ),
    Rule(
        code="load-balancer-503",
        title="The load balancer has no healthy target.",
        sees="Visitors get 503 at once.",
        why="No task is registered, or every one is unhealthy.",
        look=_HEALTH,
        fix="Find out why no task is healthy: its stops, its log, the reasons of the targets.",
        repair="serverless-containers restart --stack {stack}",
        page=_ELB_ERRORS,
        find=_no_target,
        explains=("origin-unreachable", "tasks-missing", "alarm"),
    ),
    Rule(
        code="load-balancer-502",
        title="Tasks close connections before they have answered.",
        sees="Some requests get 502, more of them during deployments.",
        why="The program ends or crashes in a request, closes idle connections sooner than the "
        "ingress (its keep-alive is below 60 seconds), or sends what is no HTTP.",
        look=_LOGS,
        fix="Set the program's keep-alive above the load balancer's idle time (in Node.js "
        "`server.keepAliveTimeout = 65000`), and finish requests on SIGTERM.",
        repair=_DEPLOY,
        page=_ELB_ERRORS,
        find=_closed_connection,
        explains=("origin-unreachable", "alarm"),
    ),
    Rule(
        code="load-balancer-504",
        title="Tasks do not answer the load balancer in time.",
        sees="Visitors get 504 after 60 seconds, the load balancer's idle time, or after 10 "
        "seconds where no connection is made.",
        why="The program takes too long, or is out of connections to its database.",
        look=_LOGS,
        fix="Answer sooner, raise the idle time of the load balancer, or scale out.",
        page=_ELB_ERRORS,
        find=_balancer_timeout,
        explains=("origin-unreachable", "alarm"),
    ),
    Rule(
        code="origin-secret",
        title="CloudFront sends another origin secret than the load balancer accepts.",
        sees="Every visitor gets a plain 403 of the load balancer.",
        why="The generation of the secret was raised by more than one at a time, or a deployment "
        "changed the listener and not the distribution.",
        look="aws cloudformation describe-stack-events --stack-name {stack}",
        fix="Deploy the stack again; raise the generation by one at a time.",
        repair=_DEPLOY,
        page='"Restrict access to Application Load Balancers", Amazon CloudFront Developer Guide',
        find=_origin_secret,
        explains=("alarm",),
    ),
    Rule(
        code="origin-unreachable",
        title="CloudFront cannot reach the load balancer.",
        sees="Visitors get 502, 503 or 504 with `Error from cloudfront`.",
        why="The load balancer does not answer CloudFront, or its certificate does not hold the "
        "name of the origin.",
        look="aws cloudfront get-distribution-config --id DISTRIBUTION",
        fix="Check the load balancer's security group (CloudFront's prefix list, or its VPC "
        "origin), listener and certificate; deploying the stack restores them.",
        repair=_DEPLOY,
        page=_EDGE_ERRORS,
        find=_origin,
        explains=("alarm",),
    ),
    Rule(
        code="application-errors",
        title="The application answers with errors of its own.",
        sees="Some or all requests get 500; tasks run and are healthy.",
        why="The application failed in a request, and its log says why.",
        look="serverless-containers logs --stack {stack} --errors --since 1h",
        fix="Read the log, and roll back if a deployment brought it.",
        repair="serverless-containers rollback --stack {stack}",
        page=_ELB_ERRORS,
        find=_own_errors,
        explains=("alarm",),
    ),
)
