"""Stops of tasks, as DescribeTasks tells them, and what is said of each."""

import pytest

from serverless_containers.diagnosis.stopped import (
    REASONS,
    explain_exit_code,
    explain_reason,
    explain_stop,
)

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
NOT_STARTED = [
    # CannotPullContainer task errors
    (
        "image-missing",
        f"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to "
        f"resolve ref {ECR}/shop:v1: {ECR}/shop:v1: not found",
    ),
    ("image-missing", "CannotPullContainerError: API error (404): manifest unknown"),
    (
        "image-platform",
        "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest "
        "does not contain descriptor matching platform 'linux/amd64'",
    ),
    (
        "image-platform",
        "CannotPullContainerError: no matching manifest for linux/arm64/v8 in the manifest list "
        "entries",
    ),
    (
        "registry-unreachable",
        f"CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to "
        f'resolve ref {ECR}/shop:v1: failed to do request: Head "https://{ECR}/v2/shop/manifests/'
        'v1": dial tcp 10.0.3.17:443: i/o timeout',
    ),
    (
        "registry-unreachable",
        "CannotPullContainerError: The task cannot pull shop:v1 from the registry. There is a "
        "connection issue between the task and the registry.",
    ),
    (
        "registry-unreachable",
        "CannotPullContainerError: Error response from daemon: net/http: request canceled while "
        "waiting for connection (Client.Timeout exceeded while awaiting headers)",
    ),
    (
        "image-denied",
        "CannotPullContainerError: inspect image has been retried 1 time(s): failed to resolve "
        f"ref {ECR}/shop:v1: pulling from host {ECR} failed with status code [manifests v1]: "
        "403 Forbidden",
    ),
    (
        "image-denied",
        "CannotPullContainerError: pull access denied for shop, repository does not exist or may "
        "require 'docker login'",
    ),
    (
        "registry-rate-limit",
        "CannotPullContainerError: inspect image has been retried 5 time(s): httpReaderSeeker: "
        "failed open: unexpected status code 429 Too Many Requests - Server message: "
        "toomanyrequests: You have reached your pull rate limit.",
    ),
    (
        "image-no-space",
        "CannotPullContainerError: failed to register layer: write /usr/lib/x: no space left on "
        "device",
    ),
    (
        "image-layers",
        "CannotPullContainerError: ref pull has been retried 1 time(s): number of layers and "
        "diffIDs don't match: 3 != 15",
    ),
    ("image-not-pulled", "CannotPullContainerError: something unheard of"),
    # ResourceInitializationError errors
    (
        "secret-missing",
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
        "retrieval failed: unable to retrieve secret from asm: service call has been retried 1 "
        "time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:123456789012:secret:db "
        "from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified "
        "secret.",
    ),
    (
        "secret-missing",
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
        "retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 "
        "time(s): invalid ssm parameters: /shop/dev/db",
    ),
    (
        "secret-missing",
        "ResourceInitializationError: unable to pull secrets or registry auth: /shop/dev/db cannot "
        "be read",
    ),
    (
        "secret-deleted",
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
        "retrieval failed: unable to retrieve secret from asm: service call has been retried 1 "
        "time(s): failed to fetch secret db: InvalidRequestException: You can't perform this "
        "operation on the secret because it was marked for deletion.",
    ),
    (
        "secret-denied",
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
        "retrieval failed: unable to retrieve secret from asm: service call has been retried 1 "
        "time(s): failed to fetch secret db from secrets manager: AccessDeniedException: User: "
        "arn:aws:sts::123456789012:assumed-role/x is not authorized to perform: "
        "secretsmanager:GetSecretValue",
    ),
    (
        "secret-key-missing",
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
        "retrieval failed: unable to retrieve secret from asm: service call has been retried 1 "
        "time(s): retrieved secret from Secrets Manager did not contain json key password",
    ),
    (
        "secrets-unreachable",
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
        "retrieval failed: unable to retrieve secret from asm: service call has been retried 5 "
        "time(s): failed to fetch secret db from secrets manager: RequestCanceled: request context "
        "canceled caused by: context deadline exceeded",
    ),
    (
        "registry-auth-unreachable",
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
        "retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 "
        'time(s): RequestError: send request failed caused by: Post "https://api.ecr.eu-west-1.'
        'amazonaws.com/": dial tcp 10.0.0.1:443: i/o timeout',
    ),
    (
        "registry-auth-unreachable",
        "ResourceInitializationError: unable to pull secrets or registry auth: pull command "
        "failed: : signal: killed",
    ),
    (
        "registry-auth-denied",
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
        "retrieval failed: unable to get registry auth from ecr: AccessDeniedException: User is "
        "not authorized to perform: ecr:GetAuthorizationToken on resource: *",
    ),
    (
        "log-group-missing",
        "ResourceInitializationError: failed to validate logger args: create stream has been "
        "retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The "
        "specified log group does not exist.: exit status 1",
    ),
    (
        "logs-denied",
        "ResourceInitializationError: failed to validate logger args: create stream has been "
        "retried 1 times: failed to create Cloudwatch log stream: AccessDeniedException: User: x "
        "is not authorized to perform: logs:CreateLogStream",
    ),
    (
        "logs-unreachable",
        "ResourceInitializationError: failed to validate logger args: create stream has been "
        "retried 1 times: failed to create Cloudwatch log stream: RequestError: send request "
        "failed caused by: Post https://logs.eu-west-1.amazonaws.com/: dial tcp: i/o timeout",
    ),
    ("log-driver", "ResourceInitializationError: failed to initialize logging driver: bad option"),
    (
        "file-system-not-mounted",
        "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: "
        "stderr: b'mount.nfs4: Connection timed out' : unsuccessful EFS utils command execution",
    ),
    (
        "file-system-denied",
        "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: "
        "stderr: b'mount.nfs4: access denied by server while mounting 127.0.0.1:/'",
    ),
    (
        "file-system-name",
        "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: "
        "stderr: Failed to resolve fs-1.efs.eu-west-1.amazonaws.com",
    ),
    (
        "no-free-addresses",
        "Unexpected EC2 error while attempting to Create Network Interface in subnet 'subnet-1': "
        "InsufficientFreeAddressesInSubnet",
    ),
    (
        "network-interface",
        "Timeout waiting for network interface provisioning to complete.",
    ),
    ("not-initialized", "ResourceInitializationError: unheard of"),
    (
        "role-not-assumed",
        "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/x' that was provided "
        "for this task. Please verify that the role being passed has the proper trust relationship",
    ),
    # The container runtime
    (
        "exec-format",
        "CannotStartContainerError: ResourceInitializationError: failed to create new container "
        "runtime task: OCI runtime create failed: exec /app/run: exec format error",
    ),
    (
        "command-missing",
        "CannotStartContainerError: failed to create shim task: OCI runtime create failed: runc "
        'create failed: unable to start container process: exec: "gunicorn": executable file not '
        "found in $PATH: unknown",
    ),
    (
        "command-missing",
        'CannotStartContainerError: unable to start container process: exec: "/run.sh": stat '
        "/run.sh: no such file or directory: unknown",
    ),
    (
        "command-denied",
        'CannotStartContainerError: unable to start container process: exec: "/run.sh": '
        "permission denied: unknown",
    ),
    ("container-not-started", "CannotStartContainerError: failed to get container status: x"),
    ("container-not-started", "CannotCreateContainerError: unheard of"),
    ("container-not-stopped", "CannotInspectContainerError: Could not transition to inspecting"),
    (
        "runtime-timeout",
        "ContainerRuntimeTimeoutError: Could not transition to running; timed out after 1m",
    ),
    ("file-system-not-mounted", "CannotCreateVolumeError: unheard of"),
    ("dependency", "dependency of container web is never met: db is not healthy"),
    # Capacity and quotas
    (
        "capacity-unavailable",
        "Capacity is unavailable at this time. Please try again later or in a different "
        "availability zone.",
    ),
    (
        "quota-reached",
        "You've reached the limit on the number of vCPUs you can run concurrently",
    ),
    ("unresponsive", "Task failed to respond in time: unresponsive"),
    ("internal-error", "InternalError: unheard of"),
]


@pytest.mark.parametrize(("code", "reason"), NOT_STARTED)
def test_a_task_that_did_not_start_is_explained(code, reason):
    found = explain_stop({"stopCode": "TaskFailedToStart", "stoppedReason": reason})

    assert found.code == code
    assert found.detail == reason
    assert not found.expected
    assert found.summary
    assert found.cause
    assert found.fix
    assert found.page.startswith('"')


@pytest.mark.parametrize(("code", "reason"), NOT_STARTED)
def test_so_is_what_a_container_says(code, reason):
    # GIVEN a task whose own reason is as good as none
    task = {
        "stopCode": "TaskFailedToStart",
        "stoppedReason": "Task failed to start",
        "containers": [{"name": "web", "reason": reason, "lastStatus": "STOPPED"}],
    }
    # THEN that of its container counts
    found = explain_stop(task)
    assert found.code == code
    assert found.container == "web"
    assert found.summary.startswith("web: ")


def test_every_reason_is_tried():
    tried = {code for code, _ in (*NOT_STARTED, *(row[:2] for row in STOPPED))}

    assert {row.code for row in REASONS} - tried == {"out-of-memory"}


STOPPED = [
    (
        "load-balancer-health-check",
        "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:x)",
        "ServiceSchedulerInitiated",
        False,
    ),
    (
        "container-health-check",
        "Task failed container health checks",
        "ServiceSchedulerInitiated",
        False,
    ),
    (
        "scaled-in",
        "Scaling activity initiated by (deployment ecs-svc/123)",
        "ServiceSchedulerInitiated",
        True,
    ),
    ("deployment", "stopped by (deployment ecs-svc/123)", "ServiceSchedulerInitiated", True),
    ("rebalanced", "AZ rebalancing", "ServiceSchedulerInitiated", True),
    ("stopped-by-service", "", "ServiceSchedulerInitiated", True),
    ("spot-interruption", "Your Spot Task was interrupted.", "SpotInterruption", True),
    ("spot-interruption", "", "SpotInterruption", True),
    ("retirement", "ECS is performing maintenance on the platform", "TerminationNotice", True),
    ("retirement", "", "TerminationNotice", True),
    ("host-health", "Task failed infrastructure health", "InfrastructureHealth", True),
    ("host-health", "", "InfrastructureHealth", True),
    ("stopped-by-user", "Task stopped by user", "UserInitiated", True),
    ("service-deleted", "Service deleted", "UserInitiated", True),
    ("not-started", "", "TaskFailedToStart", False),
    ("unknown", "", "", False),
    ("unknown", "words", "Unheard", False),
]


@pytest.mark.parametrize(("code", "reason", "stop_code", "expected"), STOPPED)
def test_a_stop_that_was_asked_for_is_told_from_a_failure(code, reason, stop_code, expected):
    found = explain_stop({"stopCode": stop_code, "stoppedReason": reason})

    assert (found.code, found.expected) == (code, expected)


def exited(*containers, code="EssentialContainerExited"):
    return {
        "stopCode": code,
        "stoppedReason": "Essential container in task exited",
        "containers": [
            {"name": name, "exitCode": exit_code, **({"reason": reason} if reason else {})}
            for name, exit_code, reason in containers
        ],
    }


@pytest.mark.parametrize(
    ("exit_code", "code"),
    [
        (0, "container-ended"),
        (1, "application-error"),
        (2, "application-error"),
        (42, "application-error"),
        (126, "command-denied"),
        (127, "command-missing"),
        (132, "crashed"),
        (134, "aborted"),
        (135, "crashed"),
        (136, "crashed"),
        (137, "out-of-memory"),
        (139, "crashed"),
        (143, "terminated"),
        (155, "crashed"),
        (255, "application-error"),
    ],
)
def test_an_exit_code_has_a_meaning(exit_code, code):
    found = explain_stop(exited(("web", exit_code, "")))

    assert (found.code, found.container, found.exit_code) == (code, "web", exit_code)
    assert f"exit {exit_code}" in found.summary
    assert explain_exit_code(exit_code)


def test_a_kill_is_lack_of_memory_if_nobody_asked_for_the_stop():
    # GIVEN what ECS says where a container's own limit was met
    named = explain_stop(
        exited(("web", 137, "OutOfMemoryError: Container killed due to memory usage"))
    )
    assert named.code == "out-of-memory"
    assert "most likely" not in named.summary
    # AND where the task's memory was used up, of which it says nothing
    guessed = explain_stop(exited(("web", 137, "")))
    assert guessed.code == "out-of-memory"
    assert "most likely" in guessed.summary


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("Scaling activity initiated by (deployment ecs-svc/1)", "killed-on-stop"),
        ("Task stopped by user", "killed-on-stop"),
        ("Task failed container health checks", "container-health-check"),
        ("Task failed ELB health checks in (target-group x)", "load-balancer-health-check"),
    ],
)
def test_a_kill_after_a_stop_that_was_asked_for_is_no_lack_of_memory(reason, code):
    task = {
        "stopCode": "ServiceSchedulerInitiated",
        "stoppedReason": reason,
        "containers": [{"name": "web", "exitCode": 137}],
    }
    definition = {"containerDefinitions": [{"name": "web", "stopTimeout": 45}]}

    found = explain_stop(task, definition)

    assert found.code == code
    assert (found.container, found.exit_code) == ("web", 137)
    assert "within 45 seconds" in found.cause
    assert "no sign of too little memory" in found.cause
    assert "within 30 seconds" in explain_stop(task).cause


@pytest.mark.parametrize(
    ("containers", "culprit"),
    [
        ([("web", 143, ""), ("db", 1, "")], "db"),
        ([("web", 137, ""), ("db", 1, "")], "db"),
        ([("web", 0, ""), ("db", 143, "")], "web"),
        ([("web", 137, ""), ("db", 143, "")], "web"),
        ([("web", 137, ""), ("db", 137, "OutOfMemoryError: x")], "db"),
        ([("web", 139, ""), ("db", 0, "")], "web"),
    ],
)
def test_the_container_that_ended_first_is_named(containers, culprit):
    assert explain_stop(exited(*containers)).container == culprit


def test_one_that_may_end_is_not_to_blame():
    definition = {
        "containerDefinitions": [
            {"name": "init", "essential": False},
            {"name": "web", "essential": True},
        ]
    }
    found = explain_stop(exited(("init", 1, ""), ("web", 139, "")), definition)

    assert found.container == "web"


def test_an_event_is_explained_if_it_is_known():
    known = explain_reason(
        "(service web) was unable to place a task. Reason: Capacity is unavailable at this time."
    )

    assert known is not None
    assert known.code == "capacity-unavailable"
    assert explain_reason("(service web) has started 1 tasks: (task 1).") is None


@pytest.mark.parametrize("task", [{}, {"containers": None}, {"stoppedReason": None}])
def test_a_task_that_tells_nothing_is_told_as_such(task):
    assert explain_stop(task).code == "unknown"
