"""Stopped tasks in words: stop codes, reasons and exit codes of Amazon ECS.

The tables follow "Stopped tasks error codes", "CannotPullContainer task errors",
"ResourceInitializationError errors" and "Service event messages", Amazon ECS Developer Guide.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

STOPPED_ERRORS: Final = '"Stopped tasks error codes", Amazon ECS Developer Guide'
PULL_ERRORS: Final = '"CannotPullContainer task errors", Amazon ECS Developer Guide'
INITIALIZATION_ERRORS: Final = '"ResourceInitializationError errors", Amazon ECS Developer Guide'
MEMORY_ERRORS: Final = '"OutOfMemoryError", Amazon ECS Developer Guide'
SERVICE_EVENTS: Final = '"Service event messages", Amazon ECS Developer Guide'
LOAD_BALANCERS: Final = '"Troubleshooting service load balancers", Amazon ECS Developer Guide'
SPOT: Final = '"Fargate capacity providers", Amazon ECS Developer Guide'
RETIREMENT: Final = '"Task retirement and maintenance", Amazon ECS Developer Guide'
DEFINITION: Final = '"Task definition parameters for Fargate", Amazon ECS Developer Guide'
ROLES: Final = '"Task execution IAM role", Amazon ECS Developer Guide'
FILE_SYSTEMS: Final = '"Troubleshooting mount issues", Amazon EFS User Guide'
QUOTAS: Final = '"Service quotas", Amazon ECS Developer Guide'
EXIT_CODES: Final = '"Why is my Amazon ECS task stopped?", AWS re:Post Knowledge Center'


@dataclass(frozen=True, slots=True, kw_only=True)
class StopExplanation:
    """The explanation of a task's stop.

    Attributes:
        code: Its name, such as ``image-missing``.
        summary: The stop in a few words, with container and exit code where one ended it.
        cause: Why ECS, or the container, stopped.
        fix: How to mend it; empty where nothing is wrong.
        page: The page of AWS's documentation that the explanation comes from.
        container: The container that it is about; empty if it is about the task.
        exit_code: The exit code of that container. Default: none.
        expected: Whether the task was asked to stop, and nothing failed.
        detail: AWS's own words.
    """

    code: str
    summary: str
    cause: str
    fix: str
    page: str
    container: str = ""
    exit_code: int | None = None
    expected: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StopReason:
    """A row of the table of reasons.

    Attributes:
        code: The name of the explanation.
        pattern: The pattern that is searched for in what AWS says of task and containers.
        summary: The stop in a few words.
        cause: Why it stopped.
        fix: How to mend it.
        page: The page of the documentation.
        expected: Whether the task was asked to stop.
    """

    code: str
    pattern: re.Pattern[str]
    summary: str
    cause: str
    fix: str
    page: str
    expected: bool = False


def _row(  # noqa: PLR0917  # the columns of a table
    code: str,
    pattern: str,
    summary: str,
    cause: str,
    fix: str,
    page: str,
    *,
    expected: bool = False,
) -> StopReason:
    return StopReason(
        code, re.compile(pattern, re.IGNORECASE | re.DOTALL), summary, cause, fix, page, expected
    )


_NO_WAY = (
    r"i/o timeout|context deadline exceeded|connection (?:refused|timed out)|dial tcp|"
    r"no route to host|no such host|request canceled|Client\.Timeout|"
    r"connection issue between the task"
)
_NOT_THERE = (
    r"ResourceNotFoundException|can't find the specified (?:secret|version)|ParameterNotFound"
)
_INVALID_PARAMETER = r"invalid ssm parameters|invalid parameters?:"
_DENIED = r"AccessDenied|not authorized to perform|403 Forbidden|User: \S+ is not authorized"

REASONS: Final = (
    # Images
    _row(
        "image-platform",
        r"does not contain descriptor matching platform|no matching manifest for|"
        r"image (?:operating system|architecture) .* cannot be used",
        "the image is not for the task's processor",
        "The image was built for another operating system or processor than the task definition's "
        "runtimePlatform names.",
        "Build the image for the task's platform (`platform:` in the Compose file), or for both "
        "with `docker buildx build --platform linux/amd64,linux/arm64`.",
        PULL_ERRORS,
    ),
    _row(
        "registry-rate-limit",
        r"toomanyrequests|Too Many Requests|pull rate limit|429 Too Many",
        "the registry turned the pull away: too many of them",
        "A public registry counts pulls by address, and everything behind a NAT gateway has one "
        "address.",
        "Keep the image in Amazon ECR, through a pull-through cache or a copy.",
        PULL_ERRORS,
    ),
    _row(
        "image-no-space",
        r"no space left on device",
        "the image does not fit into the task's storage",
        "Image layers and what containers write share the ephemeral storage of the task, which is "
        "20 GiB unless more was asked for.",
        "Ask for more ephemeral storage (21 to 200 GiB), or make the image smaller.",
        PULL_ERRORS,
    ),
    _row(
        "image-denied",
        rf"CannotPullContainerError.*(?:{_DENIED}|pull access denied|authorization failed|"
        r"no basic auth credentials|denied:|401 Unauthorized|insufficient_scope)",
        "the registry refuses the pull",
        "The execution role may not pull from the repository, or its policy does not let the "
        "account in; a public registry says this of an image that does not exist, too.",
        "Give the execution role ecr:GetAuthorizationToken on * and ecr:BatchGetImage and "
        "ecr:GetDownloadUrlForLayer on the repository.",
        PULL_ERRORS,
    ),
    _row(
        "image-missing",
        r"CannotPullContainerError.*(?:not found|manifest unknown|does not exist|"
        r"failed to resolve ref(?:erence)? \S+: \S+: not found|ImageNotFound|RepositoryNotFound|"
        r"name unknown)",
        "the image is not in its repository",
        "No image has the tag or digest of the task definition: it was never pushed, or a "
        "lifecycle rule has expired it.",
        "Push the image (run the pipeline), or roll back to a version whose image is there.",
        PULL_ERRORS,
    ),
    _row(
        "registry-unreachable",
        rf"CannotPullContainerError.*(?:{_NO_WAY})",
        "the registry cannot be reached",
        "The task's subnets have no way to the registry: neither an internet gateway with a public "
        "address, nor a NAT gateway, nor the endpoints of Amazon ECR and Amazon S3; or a security "
        "group does not let port 443 out.",
        "Add the route, or the endpoints ecr.api, ecr.dkr, s3 and logs, and let port 443 through.",
        PULL_ERRORS,
    ),
    _row(
        "image-layers",
        r"layers and diffIDs don't match|unexpected commit digest|failed to extract layer|"
        r"failed to copy|unsupported media type",
        "the image could not be unpacked",
        "Its layers do not fit its manifest, or are compressed in more than one way.",
        "Build the image again without a cache, with one kind of compression, and push it.",
        PULL_ERRORS,
    ),
    _row(
        "image-not-pulled",
        r"CannotPull\w*Container\w*Error|CannotPullImageManifestError|CannotPullECRContainerError",
        "the image could not be pulled",
        "The registry's answer is in the details.",
        "Look at the details; try `docker pull` with the same name.",
        PULL_ERRORS,
    ),
    # What is made ready before a container starts
    _row(
        "role-not-assumed",
        r"unable to assume (?:the )?role|is not authorized to perform: sts:AssumeRole|"
        r"could not assume role|role .* (?:is invalid|does not exist)",
        "ECS cannot assume a role of the task",
        "The task's or execution role was deleted, or does not trust ecs-tasks.amazonaws.com.",
        "Deploy the stack again, which makes the role and its trust policy as they were.",
        ROLES,
    ),
    _row(
        "secret-key-missing",
        r"did not contain json key|invalid character .* looking for beginning of value",
        "a secret lacks the key that the task reads",
        "The value of the secret is no JSON object, or has no such key.",
        "Push the secret with that key, or name another one.",
        INITIALIZATION_ERRORS,
    ),
    _row(
        "secret-deleted",
        r"marked (?:for deletion|deleted)|scheduled for deletion",
        "a secret is scheduled for deletion",
        "Secrets Manager keeps a deleted secret for some days, in which nobody can read it.",
        "Restore it with `aws secretsmanager restore-secret`, then start the deployment again.",
        INITIALIZATION_ERRORS,
    ),
    _row(
        "secret-denied",
        r"(?:secret|ssm|asm|parameter|kms)[^\n]*?(?:AccessDenied|not authorized to perform|"
        r"Access to KMS is not allowed)",
        "the execution role may not read a secret",
        "ECS reads secrets with the execution role, not the task's role; it lacks the permission "
        "for the secret or for its KMS key.",
        "Give the execution role secretsmanager:GetSecretValue or ssm:GetParameters on it, and "
        "kms:Decrypt on its key.",
        INITIALIZATION_ERRORS,
    ),
    _row(
        "registry-auth-denied",
        rf"(?:registry auth|ecr:GetAuthorizationToken|authorization token)[^\n]*?(?:{_DENIED})",
        "the execution role may not sign in to Amazon ECR",
        "The execution role lacks ecr:GetAuthorizationToken, which is of the registry, so that its "
        "resource is *.",
        "Give the execution role ecr:GetAuthorizationToken on *.",
        INITIALIZATION_ERRORS,
    ),
    _row(
        "secret-missing",
        rf"(?:secret|ssm|asm|parameter)[^\n]*?(?:{_NOT_THERE}|{_INVALID_PARAMETER}|"
        r"cannot be found|does not exist|was not found|not found)|ResourceInitializationError[^\n]*"
        r"cannot be read",
        "a secret that the task reads does not exist",
        "Nothing has the name or ARN of the task definition, or it has no value yet.",
        "Push the values: `serverless-containers secrets push`.",
        INITIALIZATION_ERRORS,
    ),
    _row(
        "log-group-missing",
        r"(?:logger|log group|logging driver|log stream)[^\n]*?(?:ResourceNotFoundException|"
        r"does not exist|not found)",
        "the log group does not exist",
        "The log group of the task definition was deleted, or is in another region.",
        "Make it again: deploy the stack, or `aws logs create-log-group`.",
        INITIALIZATION_ERRORS,
    ),
    _row(
        "logs-denied",
        rf"(?:logger|log group|logging driver|log stream|logs:)[^\n]*?(?:{_DENIED})",
        "the execution role may not write logs",
        "The execution role lacks logs:CreateLogStream or logs:PutLogEvents on the log group.",
        "Give it both; a deployment of the stack restores its policies.",
        INITIALIZATION_ERRORS,
    ),
    _row(
        "logs-unreachable",
        rf"(?:logger|logging driver|log stream)[^\n]*?(?:{_NO_WAY})",
        "Amazon CloudWatch Logs cannot be reached",
        "The task's subnets have no way to CloudWatch Logs.",
        "Add the endpoint `logs`, or a route to a NAT gateway.",
        INITIALIZATION_ERRORS,
    ),
    _row(
        "log-driver",
        r"failed to validate logger args|failed to initialize logging driver|log driver",
        "the log driver could not be started",
        "An option of the log driver is wrong, or the log router did not start.",
        "Look at the details and at `logging:` of the container.",
        INITIALIZATION_ERRORS,
    ),
    _row(
        "file-system-denied",
        r"(?:efs|mount\.nfs|volume)[^\n]*?(?:access denied|permission denied|not authorized)",
        "the file system does not let the task in",
        "The policy of the file system or the task's role lacks elasticfilesystem:ClientMount, or "
        "the access point is another one's.",
        "Give the task's role elasticfilesystem:ClientMount and ClientWrite on the file system.",
        FILE_SYSTEMS,
    ),
    _row(
        "file-system-name",
        r"(?:efs|mount)[^\n]*?(?:Failed to resolve|Name or service not known)",
        "the file system's name does not resolve",
        "The VPC has no DNS resolution or DNS host names, or there is no mount target in the "
        "task's zone.",
        "Turn on DNS host names in the VPC, and make a mount target in each zone of the tasks.",
        FILE_SYSTEMS,
    ),
    _row(
        "file-system-not-mounted",
        r"failed to invoke EFS utils|EFS utils|mount\.nfs4?|CannotCreateVolumeError|"
        r"failed to (?:mount|set up) (?:the )?volume|unsuccessful EFS",
        "the file system could not be mounted",
        "There is no mount target in the task's zone, or its security group does not let port 2049 "
        "in from the tasks.",
        "Make a mount target in each zone of the tasks, and let port 2049 in from their group.",
        FILE_SYSTEMS,
    ),
    _row(
        "no-free-addresses",
        r"InsufficientFreeAddresses|insufficient free addresses|not enough free (?:ip )?addresses|"
        r"no free (?:private )?(?:ip )?addresses",
        "the subnet has no free address",
        "Each task takes an address of its subnet, and none is left.",
        "Add a subnet, or run fewer tasks; old ones give their addresses back.",
        STOPPED_ERRORS,
    ),
    _row(
        "network-interface",
        r"network interface|\bENI\b|RESOURCE:ENI",
        "the task got no network interface",
        "EC2 refused to make or attach the network interface: a quota, a subnet or security group "
        "that is gone, or a fault of AWS's.",
        "Look at the details, then at the quota of network interfaces.",
        STOPPED_ERRORS,
    ),
    _row(
        "secrets-unreachable",
        rf"ResourceInitializationError[^\n]*?(?:secret|ssm|asm|parameter)[^\n]*?(?:{_NO_WAY}|"
        r"RequestError|signal: killed|service call has been retried)",
        "the store of the secrets cannot be reached",
        "The task's subnets have no way to Secrets Manager or Systems Manager.",
        "Add the endpoint `secretsmanager` or `ssm`, or a route to a NAT gateway.",
        INITIALIZATION_ERRORS,
    ),
    _row(
        "registry-auth-unreachable",
        rf"ResourceInitializationError[^\n]*?(?:\becr\b|registry)[^\n]*?(?:{_NO_WAY}|RequestError|"
        r"service call has been retried)|pull command failed[^\n]*signal: killed",
        "Amazon ECR cannot be reached",
        "The task's subnets have no way to Amazon ECR.",
        "Add the endpoints ecr.api, ecr.dkr, s3 and logs, or a route to a NAT gateway.",
        INITIALIZATION_ERRORS,
    ),
    # Capacity
    _row(
        "quota-reached",
        r"limit on the number of (?:vCPUs|tasks)|vCPU limit|task limit|LimitExceeded|"
        r"limit .{0,40}has been reached",
        "a quota of the account is used up",
        "Fargate counts the vCPUs of all running tasks of an account and region.",
        "Ask for a higher quota, or stop tasks that nobody needs.",
        QUOTAS,
    ),
    _row(
        "capacity-unavailable",
        r"Capacity is unavailable at this time|insufficient capacity|RESOURCE:(?:CPU|MEMORY)",
        "AWS has no capacity for the task now",
        "Fargate, most often Fargate Spot, has no such task free in these zones.",
        "Run a part of the tasks on demand, or in more zones; ECS tries again by itself.",
        STOPPED_ERRORS,
    ),
    # The container runtime
    _row(
        "out-of-memory",
        r"OutOfMemory(?:Error)?\b|out of memory|OOM[- ]?killed",
        "out of memory",
        "The container used more memory than its limit, or the containers together more than the "
        "task has; the kernel ended it.",
        "Give it more memory (`mem_limit`), or find what holds it; a JVM should take a share of "
        "the limit (-XX:MaxRAMPercentage) instead of a fixed heap.",
        MEMORY_ERRORS,
    ),
    _row(
        "exec-format",
        r"exec format error",
        "the program is for another processor",
        "The image, or a program in it, was built for another processor than the task's; a script "
        "without its first line `#!` ends like this as well.",
        "Build the image for the task's platform (`platform:` in the Compose file).",
        STOPPED_ERRORS,
    ),
    _row(
        "command-missing",
        r"executable file not found|no such file or directory: unknown|"
        r"exec: \"[^\"]*\": (?:stat .*: )?no such file|unable to start container process: exec:"
        r".*(?:not found|no such file)",
        "the command is not in the image",
        "The image has no such program: a wrong name, a file that was not copied, or a script "
        "whose interpreter is missing.",
        "Check `command` and `entrypoint` against the image, and the line ends of scripts.",
        STOPPED_ERRORS,
    ),
    _row(
        "command-denied",
        r"exec:? .*permission denied|CannotStartContainerError.*permission denied",
        "the command may not be executed",
        "The file lacks the permission to be executed, or its user may not reach it.",
        "`COPY --chmod=755`, or `RUN chmod +x` in the Dockerfile.",
        STOPPED_ERRORS,
    ),
    _row(
        "dependency",
        r"dependency|dependsOn|"
        r"dependent container|Container .* did not (?:become healthy|complete)",
        "a container waited for another one in vain",
        "The container that it depends on did not start, did not become healthy in its start "
        "timeout, or ended with an error.",
        "Look at that container's log and health check.",
        '"Container dependency", Amazon ECS Developer Guide',
    ),
    _row(
        "runtime-timeout",
        r"(?:ContainerRuntimeTimeout|DockerTimeout)Error|timed out after waiting",
        "the container did not start in time",
        "The container runtime could not bring it to RUNNING or STOPPED in time.",
        "Look at the details; a new task is usually enough.",
        STOPPED_ERRORS,
    ),
    _row(
        "container-not-started",
        r"CannotStartContainerError|CannotCreateContainerError|"
        r"ContainerRuntimeError|CannotCreateError",
        "the container could not be started",
        "The container runtime refused it: its command, user, working folder, mounts or limits.",
        "Look at the details.",
        STOPPED_ERRORS,
    ),
    _row(
        "container-not-stopped",
        r"CannotStopContainerError|CannotInspectContainerError|CannotDescribeContainerError",
        "the container runtime lost the container",
        "The runtime could not stop or describe it, which is a fault of the host.",
        "Nothing: ECS starts another task. If it repeats, ask AWS Support.",
        STOPPED_ERRORS,
    ),
    # Health
    _row(
        "load-balancer-health-check",
        r"failed ELB health checks",
        "the load balancer's health check failed",
        "The target group got no good answer: path, port, time, or a security group.",
        "Look at the target's reason and at the container's log; raise the grace period for a slow "
        "start.",
        LOAD_BALANCERS,
    ),
    _row(
        "container-health-check",
        r"failed container health checks",
        "the container's own health check failed",
        "The command of `healthcheck` failed as often as `retries` says, after `start_period`.",
        "Try the command in the container (`serverless-containers exec`); raise start_period for a "
        "slow start.",
        '"Determine Amazon ECS task health using container health checks", Amazon ECS Developer '
        "Guide",
    ),
    _row(
        "host-health",
        r"infrastructure health|underlying infrastructure|host (?:is )?(?:impaired|unhealthy)|"
        r"Host EC2",
        "the host under the task failed",
        "The hardware or the network of the host failed.",
        "",
        STOPPED_ERRORS,
        expected=True,
    ),
    # What was asked for
    _row(
        "spot-interruption",
        r"Spot Task was interrupted|Spot interruption|Your Spot",
        "Fargate Spot took its capacity back",
        "AWS needed the capacity, and gave two minutes' notice.",
        "",
        SPOT,
        expected=True,
    ),
    _row(
        "retirement",
        r"retire|scheduled maintenance|maintenance|Termination notice|stopped because of a patch",
        "AWS replaced the task's platform",
        "Fargate replaces tasks when their platform gets a patch.",
        "",
        RETIREMENT,
        expected=True,
    ),
    _row(
        "scaled-in",
        r"Scaling activity initiated by",
        "a deployment or scaling no longer needs it",
        "The service runs fewer tasks of this version: it was scaled in, or a deployment replaced "
        "it.",
        "",
        SERVICE_EVENTS,
        expected=True,
    ),
    _row(
        "rebalanced",
        r"AZ rebalanc|Availability Zone rebalanc",
        "the service spread its tasks over the zones again",
        "One zone had more tasks than another.",
        "",
        SERVICE_EVENTS,
        expected=True,
    ),
    _row(
        "deployment",
        r"\(deployment ecs-svc|deployment (?:circuit breaker|rollback)|"
        r"task set .* (?:deleted|scal)",
        "a deployment replaced it",
        "A deployment, or its rollback, stopped the tasks of the other version.",
        "",
        SERVICE_EVENTS,
        expected=True,
    ),
    _row(
        "service-deleted",
        r"service .* (?:was|is being) deleted|Service deleted",
        "its service was deleted",
        "The service is gone, and its tasks with it.",
        "",
        STOPPED_ERRORS,
        expected=True,
    ),
    _row(
        "unresponsive",
        r"unresponsive|failed to (?:respond|start) in time|Timeout waiting for (?:network|ENI|EBS)",
        "the task did not get ready in time",
        "AWS could not bring the task up in the time that it allows.",
        "Nothing: ECS starts another task. If it repeats, look at the subnets and ask AWS Support.",
        STOPPED_ERRORS,
    ),
    _row(
        "internal-error",
        r"InternalError|unexpected error",
        "AWS had an error of its own",
        "The task could not be run for a reason that is not its own.",
        "Nothing: ECS starts another task. If it repeats, ask AWS Support.",
        STOPPED_ERRORS,
    ),
    _row(
        "not-initialized",
        r"ResourceInitializationError",
        "the task could not be made ready",
        "Something that the task needs before its containers start could not be made or fetched.",
        "Look at the details.",
        INITIALIZATION_ERRORS,
    ),
)
"""The reasons that are known. The first whose pattern fits counts."""


@dataclass(frozen=True, slots=True)
class ExitMeaning:
    """The meaning of an exit code.

    Attributes:
        code: The name of the explanation.
        summary: The end of the container in a few words.
        cause: Why it ended.
        fix: How to mend it; empty where nothing is wrong.
    """

    code: str
    summary: str
    cause: str
    fix: str


EXIT_MEANINGS: Final[Mapping[int, ExitMeaning]] = {
    0: ExitMeaning(
        "container-ended",
        "ended by itself",
        "An essential container's program came to its end without an error, and a service's tasks "
        "are to run forever.",
        'Run it in the foreground; if its work is done at the end, say `restart: "no"`.',
    ),
    1: ExitMeaning(
        "application-error",
        "ended with an error",
        "The program ended itself; its last lines in the log say why.",
        "Read the log: `serverless-containers logs`.",
    ),
    2: ExitMeaning(
        "application-error",
        "ended with an error",
        "The program ended itself: often wrong arguments, or an error in a shell script.",
        "Read the log: `serverless-containers logs`; check `command`.",
    ),
    126: ExitMeaning(
        "command-denied",
        "its command may not be executed",
        "The file is there and lacks the permission to be executed, or is no program.",
        "`COPY --chmod=755`, or `RUN chmod +x` in the Dockerfile.",
    ),
    127: ExitMeaning(
        "command-missing",
        "its command is not in the image",
        "A shell found no such program: a wrong name, a file that was not copied, or a missing "
        "library.",
        "Check `command` and `entrypoint` against the image, and the line ends of scripts.",
    ),
    134: ExitMeaning(
        "aborted",
        "aborted itself (SIGABRT)",
        "The program called abort(): a failed assertion, or a heap that its runtime could not "
        "enlarge, as Node.js does at its own limit.",
        "Read the log; with Node.js raise --max-old-space-size with the container's memory.",
    ),
    135: ExitMeaning(
        "crashed",
        "crashed (SIGBUS)",
        "The program met a bus error: most often shared memory that is too small, or a mapped file "
        "that was cut short.",
        "Read the log; run it with core dumps or a sanitizer.",
    ),
    136: ExitMeaning(
        "crashed",
        "crashed (SIGFPE)",
        "The program divided by zero, or had another arithmetic error.",
        "Read the log.",
    ),
    132: ExitMeaning(
        "crashed",
        "crashed (SIGILL)",
        "The program used an instruction that the processor lacks: it was built for a newer one.",
        "Build it for the baseline of the task's processor.",
    ),
    139: ExitMeaning(
        "crashed",
        "crashed (SIGSEGV)",
        "The program touched memory that is not its own: a defect in native code, or a library "
        "for another system (glibc against musl).",
        "Read the log; check native modules against the base image.",
    ),
    143: ExitMeaning(
        "terminated",
        "ended on SIGTERM",
        "The container was asked to stop, and did.",
        "",
    ),
    255: ExitMeaning(
        "application-error",
        "ended with an error",
        "The program, or the entrypoint script, ended with -1.",
        "Read the log: `serverless-containers logs`.",
    ),
}
"""The meanings of exit codes: those of shells, and 128 and a signal's number."""
_KILLED: Final = 137
_TERMINATED: Final = 143
_BY_ITSELF: Final = "EssentialContainerExited"
_CODES: Final[Mapping[str, StopReason]] = {
    "UserInitiated": _row(
        "stopped-by-user",
        "",
        "somebody stopped it",
        "StopTask was called for it, by a person, a program or a deployment.",
        "",
        STOPPED_ERRORS,
        expected=True,
    ),
    "SpotInterruption": next(row for row in REASONS if row.code == "spot-interruption"),
    "TerminationNotice": next(row for row in REASONS if row.code == "retirement"),
    "InfrastructureHealth": next(row for row in REASONS if row.code == "host-health"),
    "ServiceSchedulerInitiated": _row(
        "stopped-by-service",
        "",
        "its service stopped it",
        "The service's scheduler stopped it: for scaling, a deployment, or a failed health check.",
        "",
        SERVICE_EVENTS,
        expected=True,
    ),
    "TaskFailedToStart": _row(
        "not-started",
        "",
        "it could not be started",
        "A container could not be started.",
        "Look at the details.",
        STOPPED_ERRORS,
    ),
    _BY_ITSELF: _row(
        "essential-container-exited",
        "",
        "an essential container ended",
        "All containers of a task stop when an essential one ends.",
        "Read the log: `serverless-containers logs`.",
        STOPPED_ERRORS,
    ),
}
"""The meanings of stop codes, where no reason tells more ("Task", Amazon ECS API Reference)."""
_UNKNOWN: Final = _row(
    "unknown",
    "",
    "AWS does not say why",
    "AWS gives neither a stop code nor a reason that is known here.",
    "Look at the service's events.",
    STOPPED_ERRORS,
)
_HEALTH_CODES: Final = {"load-balancer-health-check", "container-health-check"}


def explain_stop(
    task: Mapping[str, Any], definition: Mapping[str, Any] | None = None
) -> StopExplanation:
    """Return the explanation of a task's stop.

    Args:
        task: A stopped task, as DescribeTasks gives it.
        definition: Its task definition, which tells the essential containers and their times to
            stop. Default: all containers count as essential.
    """
    reason = str(task.get("stoppedReason") or "")
    code = str(task.get("stopCode") or "")
    containers = [each for each in task.get("containers") or () if isinstance(each, Mapping)]
    if code == _BY_ITSELF or "Essential container in task exited" in reason:
        return _explain_exit(containers, definition, reason)
    for container in containers:
        # What a container says is nearer to the cause than what its task says.
        said = str(container.get("reason") or "")
        row = _find(said)
        if row is not None:
            return _of_row(row, said, container)
    row = _find(reason) or _CODES.get(code, _UNKNOWN)
    explanation = _of_row(row, reason)
    killed = next((each for each in containers if each.get("exitCode") == _KILLED), None)
    if killed is None:
        return explanation
    # SIGKILL follows SIGTERM when the time to stop is over: the kernel had no part in it.
    name = str(killed.get("name", ""))
    seconds = _stop_timeout(definition, name)
    cause = (
        f"{explanation.cause} {name} did not end within {seconds} seconds of SIGTERM and was "
        "killed (137), which is no sign of too little memory."
    )
    fix = explanation.fix or (
        "Let the program handle SIGTERM (exec form of `command`, or `init: true`), or raise "
        "`stop_grace_period`."
    )
    return replace(
        explanation,
        code=explanation.code if explanation.code in _HEALTH_CODES else "killed-on-stop",
        summary=f"{explanation.summary}; {name} was killed (137), too slow to stop",
        cause=cause,
        fix=fix,
        container=name,
        exit_code=_KILLED,
    )


def explain_reason(text: str) -> StopExplanation | None:
    """Return the explanation of a text of ECS's, such as a service's event, if it is known.

    Args:
        text: The text.
    """
    row = _find(text)
    return None if row is None else _of_row(row, text)


def explain_exit_code(code: int) -> str:
    """Return the meaning of an exit code in a few words.

    Args:
        code: The exit code of a container.
    """
    if code == _KILLED:
        return "killed (SIGKILL)"
    found = EXIT_MEANINGS.get(code)
    if found is not None:
        return found.summary
    return f"ended by signal {code - 128}" if 128 < code < 160 else "ended with an error"


def _find(text: str) -> StopReason | None:
    # Every error of the execution role's begins like this, whichever of the two it is about.
    said = text.replace("unable to pull secrets or registry auth", "")
    return next((row for row in REASONS if said and row.pattern.search(said)), None)


def _of_row(
    row: StopReason, detail: str, container: Mapping[str, Any] | None = None
) -> StopExplanation:
    name = str(container.get("name", "")) if container else ""
    return StopExplanation(
        code=row.code,
        summary=f"{name}: {row.summary}" if name else row.summary,
        cause=row.cause,
        fix=row.fix,
        page=row.page,
        container=name,
        exit_code=container.get("exitCode") if container else None,
        expected=row.expected,
        detail=detail,
    )


def _explain_exit(
    containers: Sequence[Mapping[str, Any]], definition: Mapping[str, Any] | None, reason: str
) -> StopExplanation:
    ended = _first_to_end(containers, definition)
    if ended is None:
        return _of_row(_CODES[_BY_ITSELF], reason)
    said = str(ended.get("reason") or "")
    name, code = str(ended.get("name", "")), ended.get("exitCode")
    row = _find(said)
    if row is not None:
        found = _of_row(row, said, ended)
        return found if code is None else replace(found, summary=f"{found.summary} (exit {code})")
    if code is None:
        return _of_row(_CODES[_BY_ITSELF], said or reason, ended)
    if code == _KILLED:
        return StopExplanation(
            code="out-of-memory",
            summary=f"{name}: killed (exit 137), most likely out of memory",
            cause="Nobody asked the task to stop, so that SIGKILL came from the kernel: the task's "
            "memory was used up. ECS names OutOfMemoryError only for a container's own limit.",
            fix="Compare MemoryUtilization with the task's memory, and give it more (`mem_limit`).",
            page=MEMORY_ERRORS,
            container=name,
            exit_code=code,
            detail=said or reason,
        )
    known = EXIT_MEANINGS.get(code) or ExitMeaning(
        "application-error" if code < 128 else "crashed",
        explain_exit_code(code),
        "The program ended itself; its last lines in the log say why."
        if code < 128
        else f"Signal {code - 128} ended the program.",
        "Read the log: `serverless-containers logs`.",
    )
    return StopExplanation(
        code=known.code,
        summary=f"{name}: {known.summary} (exit {code})",
        cause=known.cause,
        fix=known.fix,
        page=EXIT_CODES,
        container=name,
        exit_code=code,
        expected=False,
        detail=said or reason,
    )


def _first_to_end(
    containers: Sequence[Mapping[str, Any]], definition: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """Return the container that ended its task: the others were stopped after it."""
    essential = {
        each["name"]
        for each in (definition or {}).get("containerDefinitions", ())
        if each.get("essential", True)
    }
    candidates = [
        each
        for each in containers
        if (not essential or each.get("name") in essential)
        and (each.get("exitCode") is not None or each.get("reason"))
    ]
    return min(candidates, key=_later, default=None)


def _later(container: Mapping[str, Any]) -> int:
    """Return a number that is the smaller, the surer it is that a container ended first.

    ECS stops the others by SIGTERM, to which they answer with 143, with 0, or with 137 when their
    time is over.
    """
    code, reason = container.get("exitCode"), str(container.get("reason") or "")
    if _find(reason) is not None:
        return 0
    if code is None:
        return 5
    if code == _TERMINATED:
        return 4
    if code == 0:
        return 3
    return 2 if code == _KILLED else 1


def _stop_timeout(definition: Mapping[str, Any] | None, name: str) -> int:
    for each in (definition or {}).get("containerDefinitions", ()):
        if each.get("name") == name and each.get("stopTimeout") is not None:
            return int(each["stopTimeout"])
    return 30
