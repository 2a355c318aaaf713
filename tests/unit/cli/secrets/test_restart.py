"""`secrets push --restart`: ECS's part is played to a script."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from tests.support.secrets_case import secrets_case

BY_NAME = ("--restart", "--cluster", "shop", "--service", "web")
PUSHED_BUT = "The secrets are pushed. Run the same command again to restart the service.\n"
NEW, OLD = "ecs-svc/2", "ecs-svc/1"
NOW = datetime.now(UTC).timestamp()
BEFORE = (datetime.now(UTC) - timedelta(days=1)).timestamp()
AFTER = (datetime.now(UTC) + timedelta(days=1)).timestamp()


@pytest.fixture
def case(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr("serverless_containers.aws_api.ecs_service._POLL_SECONDS", 0)
    yield from secrets_case(tmp_path, monkeypatch, capfd)


def deployment(id_, state, counts=(0, 1, 1, 0), *, created=BEFORE, status="PRIMARY", reason=""):
    running, desired, pending, failed = counts
    return {
        "id": id_,
        "status": status,
        "createdAt": created,
        "runningCount": running,
        "desiredCount": desired,
        "pendingCount": pending,
        "failedTasks": failed,
        "rolloutState": state,
        "rolloutStateReason": reason,
    }


def service(*deployments, events=()):
    found = {
        "serviceName": "web",
        "status": "ACTIVE",
        "deployments": list(deployments),
        "events": [{"id": str(i), "message": text} for i, text in enumerate(events)],
    }
    return {"services": [found], "failures": []}


def play(case, *moments):
    """ECS knows these moments of the service, and takes a restart."""
    case.aws.answers("DescribeServices", *moments)
    begun = service(deployment(NEW, "IN_PROGRESS", created=AFTER))["services"][0]
    case.aws.answers("UpdateService", {"service": begun})


OLD_RUNS = service(deployment(OLD, "COMPLETED", (1, 1, 0, 0)))
DONE = service(deployment(NEW, "COMPLETED", (1, 1, 0, 0), created=AFTER), events=("steady state",))


def test_the_service_is_restarted_after_a_push_and_its_progress_shown(case):
    value = case.secret("db")
    starting = service(
        deployment(NEW, "IN_PROGRESS", created=AFTER), events=("has started 1 task",)
    )
    play(case, OLD_RUNS, starting, starting, DONE)

    result = case.push(*BY_NAME)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.output.splitlines()[2:] == [
        "shop/web is restarted, because a task keeps the values that it started with.",
        "shop/dev/db: created",
        "IN_PROGRESS: 0 of 1 running, 1 pending, 0 failed (has started 1 task)",
        "COMPLETED: 1 of 1 running, 0 pending, 0 failed (steady state)",
        "shop/web runs with the new values.",
    ]
    assert case.stored("shop/dev/db") == value
    calls = case.aws.calls
    assert calls.index("DescribeServices") < calls.index("CreateSecret")
    assert calls.index("CreateSecret") < calls.index("UpdateService")


def test_the_restart_is_a_new_deployment_of_that_service(case):
    case.secret("db")
    play(case, OLD_RUNS, DONE)

    case.push(*BY_NAME)

    asked = case.aws.bodies[case.aws.calls.index("UpdateService")]
    assert asked == b'{"cluster": "shop", "service": "web", "forceNewDeployment": true}'


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (
            service(deployment(NEW, "FAILED", (0, 1, 0, 3), created=AFTER, reason="tasks failed")),
            "the restart of shop/web failed: tasks failed",
        ),
        (
            service(
                deployment(OLD, "IN_PROGRESS"),
                deployment(NEW, "FAILED", created=AFTER, status="ACTIVE"),
                events=("steady", f"deployment {NEW} failed: tasks failed to start."),
            ),
            f"the restart of shop/web failed: deployment {NEW} failed: tasks failed to start.",
        ),
        (
            service(deployment(NEW, "FAILED", created=AFTER)),
            "the restart of shop/web failed: ECS does not say why",
        ),
        (
            service(deployment(OLD, "COMPLETED"), events=(f"deployment {NEW} failed: no memory",)),
            "another deployment has taken the place of the restart: "
            f"deployment {NEW} failed: no memory",
        ),
        (
            service(
                deployment("ecs-svc/3", "IN_PROGRESS"),
                deployment(NEW, "IN_PROGRESS", status="ACTIVE"),
            ),
            "another deployment has taken the place of the restart; run the same command again "
            "once it has ended",
        ),
    ],
)
def test_a_restart_that_fails_is_told_with_its_reason(case, moment, reason):
    value = case.secret("db")
    play(case, OLD_RUNS, moment)

    result = case.push(*BY_NAME)

    assert result.exit_code == 1
    assert result.stderr == f"{reason}\n{PUSHED_BUT}"
    assert case.stored("shop/dev/db") == value


def test_a_restart_that_does_not_end_is_not_waited_for_for_ever(case):
    case.secret("db")
    play(case, OLD_RUNS, service(deployment(NEW, "IN_PROGRESS", created=AFTER), events=("slow",)))

    result = case.push(*BY_NAME, "--timeout", "0.002")

    assert result.exit_code == 1
    assert result.stderr == (
        "the restart of shop/web did not end in time, and goes on in AWS: "
        f"IN_PROGRESS: 0 of 1 running, 1 pending, 0 failed (slow)\n{PUSHED_BUT}"
    )


def test_the_timeout_is_in_minutes(case, monkeypatch):
    case.secret("db")
    play(case, OLD_RUNS, service(deployment(NEW, "IN_PROGRESS", created=AFTER)))
    clock = SimpleNamespace(now=0)
    clock.monotonic = lambda: clock.now
    clock.sleep = lambda _: setattr(clock, "now", clock.now + 50)
    monkeypatch.setattr("serverless_containers.aws_api.ecs_service.time", clock)

    case.push(*BY_NAME, "--timeout", "2")

    assert clock.now == 150


@pytest.mark.parametrize(
    ("now", "sentence", "restarts", "waits"),
    [
        (deployment(OLD, "COMPLETED", created=BEFORE), "is restarted", True, True),
        (deployment(NEW, "FAILED", created=AFTER), "is restarted", True, True),
        (deployment(NEW, "IN_PROGRESS", created=AFTER), "is restarting already", False, True),
        (deployment(NEW, "COMPLETED", created=AFTER), "already runs with these", False, False),
    ],
)
def test_a_second_run_completes_a_restart_and_does_no_more(case, now, sentence, restarts, waits):
    case.secret("db")
    case.push()
    case.aws.mend()
    play(case, service(now), DONE)

    result = case.push(*BY_NAME)

    assert result.exit_code == 0
    assert f"shop/web {sentence}" in result.output
    assert ("UpdateService" in case.aws.calls) is restarts
    assert ("shop/web runs with the new values." in result.output) is waits
    assert "PutSecretValue" not in case.aws.calls


def test_new_tags_restart_nothing(case):
    case.secret("db")
    case.push()
    case.aws.mend()
    play(case, DONE)

    result = case.push(*BY_NAME, "--tag", "team=shop")

    assert "shop/web already runs with these values." in result.output
    assert "shop/dev/db: tagged" in result.output
    assert "UpdateService" not in case.aws.calls


def test_tags_that_were_set_after_the_restart_restart_nothing(case):
    case.secret("db")
    case.push()
    case.described({"LastChangedDate": AFTER + 60})
    play(case, DONE)

    assert "shop/web already runs with these values." in case.push(*BY_NAME).output


@pytest.mark.parametrize("same", [True, False])
def test_a_restored_secret_restarts_the_service_if_its_value_differs(case, same):
    case.secret("db")
    case.push()
    case.aws.client("secretsmanager").delete_secret(SecretId="shop/dev/db")
    if not same:
        case.value("db", "new")
    case.aws.mend()
    play(case, DONE)

    result = case.push(*BY_NAME)

    assert result.exit_code == 0
    assert "shop/web is restarted, because" in result.output
    assert ("shop/web already runs with these values." in result.output) is same
    assert ("UpdateService" not in case.aws.calls) is same


@pytest.mark.parametrize(
    ("operation", "fault", "message"),
    [
        (
            "UpdateService",
            {"answer": {"__type": "AccessDeniedException", "message": "no"}},
            "these credentials lack ecs:UpdateService on shop/web\n",
        ),
        (
            "UpdateService",
            {},
            "the connection to AWS was lost; the restart of shop/web may have begun all the same: "
            "`serverless-containers status` tells\n",
        ),
        (
            "UpdateService",
            {"answer": {"__type": "InvalidParameterException", "message": "not with CODE_DEPLOY"}},
            "ecs:UpdateService failed: not with CODE_DEPLOY\n",
        ),
    ],
)
def test_a_restart_that_does_not_begin_is_told(case, operation, fault, message):
    value = case.secret("db")
    case.aws.fault(operation, **fault)
    play(case, OLD_RUNS)

    result = case.push(*BY_NAME)

    assert (result.exit_code, result.stderr) == (1, message + PUSHED_BUT)
    assert case.stored("shop/dev/db") == value


def test_a_line_that_drops_while_it_is_waited_for_is_told_and_waited_for(case):
    case.secret("db")
    play(case, OLD_RUNS, service(deployment(NEW, "IN_PROGRESS", created=AFTER)))
    case.aws._faults[1].times = 1
    # As often as boto3 tries.
    case.aws.drop("DescribeServices", times=5)
    case.aws.answers("DescribeServices", DONE)

    result = case.push(*BY_NAME)

    assert (result.exit_code, result.stderr) == (0, "")
    assert (
        "the restart of shop/web goes on in AWS, which does not tell of it: the connection to AWS "
        "was lost"
    ) in result.output


def test_an_interruption_while_it_is_waited_for_is_told(case, monkeypatch):
    case.secret("db")
    play(case, OLD_RUNS, service(deployment(NEW, "IN_PROGRESS", created=AFTER)))

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(
        "serverless_containers.aws_api.ecs_service.time",
        type("", (), {"monotonic": lambda: 0, "sleep": interrupted}),
    )
    result = case.push(*BY_NAME)

    assert result.exit_code == 130
    assert "The secrets are pushed; a restart that has begun goes on in AWS." in result.stderr


@pytest.mark.parametrize("made", [None, "cluster", "inactive"])
def test_an_unknown_service_is_told_before_anything_is_pushed(case, made):
    case.secret("db")
    if made:
        case.aws.client("ecs").create_cluster(clusterName="shop")
    if made == "inactive":
        gone = {**service()["services"][0], "status": "INACTIVE"}
        case.aws.answers("DescribeServices", {"services": [gone]})

    result = case.push(*BY_NAME)

    assert result.exit_code == 1
    assert "nothing was pushed" in result.stderr
    assert ("the cluster shop has no active service web" in result.stderr) is bool(made)
    assert case.stored("shop/dev/db") is None


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        (None, "Error: cloudformation:DescribeStacks failed: Stack with id dev-shop does not"),
        ({"Other": "x"}, "the stack dev-shop has no output ClusterName and no output ServiceName;"),
        ({"ClusterName": "shop"}, "the stack dev-shop has no output ServiceName; name the service"),
        ({"ClusterName": "shop", "ServiceName": "web"}, None),
    ],
)
def test_a_stack_tells_its_service(case, outputs, message):
    case.secret("db")
    if outputs is not None:
        case.aws.stacks["dev-shop"] = outputs
    play(case, OLD_RUNS, DONE)

    result = case.push("--restart", "--stack", "dev-shop")

    if message is None:
        assert "shop/web runs with the new values." in result.output
    else:
        assert message in result.stderr
        assert case.stored("shop/dev/db") is None
    assert result.exit_code == (1 if message else 0)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--restart",),
        ("--restart", "--cluster", "c"),
        ("--restart", "--service", "s"),
        ("--restart", "--stack", "x", "--cluster", "c", "--service", "s"),
        ("--restart", "--stack", "x", "--service", "s"),
        ("--stack", "x"),
        ("--cluster", "c", "--service", "s"),
    ],
)
def test_what_is_restarted_is_said_in_one_way(case, arguments):
    case.secret("db")

    result = case.push(*arguments)

    assert result.exit_code == 1
    assert "--restart" in result.stderr
    assert case.aws.calls == []
