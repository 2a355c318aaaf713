"""`status`: what there is to see of a service, and whether it is steady."""

import json

import pytest
from botocore.parsers import ResponseParserError

from tests.support.deployed_stack import (
    OTHER_DIGEST,
    STOPPED,
    ago,
    alarm,
    container,
    history,
    rollout,
    run_tasks,
    service,
    service_deployment,
    services,
    stages,
    task,
)
from tests.support.recorded_aws import RefusalError


def lines_below(output, heading):
    """The lines of one part."""
    part = output.partition(f"\n{heading}\n")[2].partition("\n\n")[0]
    return [" ".join(line.split()) for line in part.splitlines()]


def test_a_steady_service_is_shown_and_the_shell_told(aws, run):
    del aws
    result = run("status", "--stack", "shop-dev-api")

    assert result.exit_code == 0
    assert result.output.splitlines()[:4] == [
        "shop-web",
        "  stack shop-dev-api, cluster shop-dev, eu-central-1; times in UTC",
        "  steady",
        "  2 of 2 tasks running, shopdevapi:3, FARGATE 1.4.0",
    ]
    deployments = lines_below(result.output, "Deployments")
    assert deployments[0] == "started task definition state tasks"
    assert deployments[1].endswith("shopdevapi:3 SUCCESSFUL 2/2")
    tasks = lines_below(result.output, "Tasks")
    assert tasks[1].startswith("one RUNNING 3 ")
    assert tasks[1].endswith("web RUNNING HEALTHY")
    assert tasks[2] == "db RUNNING"
    assert "Stopped" not in result.output
    assert lines_below(result.output, "Targets") == [
        "in target state",
        "shop-web 10.0.0.4:80 healthy",
        "Cloud Map 10.0.0.4:80 HEALTHY",
    ]
    assert len(lines_below(result.output, "Pipeline shop-pipeline")) == 4
    assert lines_below(result.output, "Alarms") == ["none of 3 is on"]
    assert "has reached a steady state" in result.output
    assert "Not told" not in result.output


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (service(counts=(1, 2, 1)), ["1 of 2 tasks run"]),
        (
            service(rollout(state="FAILED", rolloutStateReason="circuit breaker")),
            ["its deployment is FAILED: circuit breaker"],
        ),
        (
            service(rollout(4, "IN_PROGRESS", rolloutStateReason=""), rollout(3, status="ACTIVE")),
            ["its deployment is IN_PROGRESS", "2 deployments are there at once"],
        ),
        (service(status="DRAINING"), ["the service is DRAINING"]),
    ],
)
def test_a_service_that_is_not_steady_fails(aws, run, found, why):
    aws.answer("DescribeServices", services(found))

    result = run("status")

    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[2] == "  not steady"
    assert lines[3 : 3 + len(why)] == [f"    {reason}" for reason in why]
    assert lines[3 + len(why)].startswith("  ")


def test_failing_health_checks_are_not_steady(aws, run):
    run_tasks(aws, [task("one", health="UNHEALTHY")], [])
    aws.answer("GetInstancesHealthStatus", {"Status": {"one": "UNHEALTHY"}})
    aws.answer(
        "DescribeTargetHealth",
        {
            "TargetHealthDescriptions": [
                {
                    "Target": {"Id": "10.0.0.4", "Port": 80},
                    "TargetHealth": {
                        "State": "unhealthy",
                        "Reason": "Target.ResponseCodeMismatch",
                        "Description": "Health checks failed with these codes: [500]",
                    },
                }
            ]
        },
    )

    result = run("status")

    assert result.exit_code == 1
    assert "    unhealthy tasks: 1\n" in result.output
    assert "    targets that fail their health check: 2\n" in result.output
    assert (
        "shop-web 10.0.0.4:80 unhealthy Target.ResponseCodeMismatch: Health checks failed with "
        "these codes: [500]"
    ) in lines_below(result.output, "Targets")


def test_stopped_tasks_say_why_the_last_one_first(aws, run):
    pulled = task(
        "unpulled",
        status="STOPPED",
        stopCode="TaskFailedToStart",
        stoppedReason="CannotPullContainerError: not found",
        stoppedAt=ago(minutes=2),
        containers=[container("web", status="STOPPED")],
    )
    run_tasks(aws, [], [STOPPED, pulled])

    result = run("status")

    stopped = lines_below(result.output, "Stopped within the last hour: 2")
    assert "unpulled" in stopped[1]
    assert "the image is not in its repository (TaskFailedToStart: CannotPull" in stopped[1]
    assert stopped[2].endswith(" web: out of memory (exit 137) (OutOfMemoryError: killed)")
    assert lines_below(result.output, "Tasks") == ["none"]


def test_a_failed_pipeline_and_alarms_are_told(aws, run):
    problem = {"errorDetails": {"code": "JobFailed", "message": "the build failed"}}
    aws.answer(
        "GetPipelineState",
        {"pipelineName": "shop-pipeline", "stageStates": stages("Failed", **problem)},
    )
    aws.answer(
        "DescribeAlarms",
        {"MetricAlarms": [alarm("shop-web-cpu", "ALARM"), alarm("shop-web-errors", "OK")]},
    )

    result = run("status")

    assert result.exit_code == 0
    assert lines_below(result.output, "Pipeline shop-pipeline")[3].startswith("Deploy Failed ")
    assert "the build failed" in result.output
    (on,) = lines_below(result.output, "Alarms")[1:]
    assert on.startswith("shop-web-cpu ALARM ")
    assert aws.called("DescribeAlarms")[0]["AlarmNames"] == [
        "shop-web",
        "shop-web-cpu",
        "shop-web-errors",
    ]


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("ListTasks", "ecs:ListTasks"),
        ("ListServiceDeployments", "ecs:ListServiceDeployments"),
        ("DescribeTargetHealth", "elasticloadbalancing:DescribeTargetHealth"),
        ("GetInstancesHealthStatus", "servicediscovery:GetInstancesHealthStatus"),
        ("GetPipelineState", "codepipeline:GetPipelineState"),
        ("DescribeAlarms", "cloudwatch:DescribeAlarms"),
    ],
)
def test_a_part_that_is_denied_is_left_out_and_its_action_named(aws, run, operation, action):
    aws.deny(operation)

    result = run("status")

    assert result.exit_code == 0
    assert f"these credentials lack {action} on " in result.output.partition("\nNot told\n")[2]
    assert "Events" in result.output


def test_where_ecs_keeps_no_history_the_rollouts_are_shown(aws, run):
    aws.answer("ListServiceDeployments", {"serviceDeployments": []})

    deployments = lines_below(run("status").output, "Deployments")

    assert deployments[1].endswith("shopdevapi:3 COMPLETED 2/2 ECS deployment ecs-svc/3 completed.")


def test_a_deployment_that_was_rolled_back_says_why(aws, run):
    history(
        aws,
        service_deployment(
            4,
            "ROLLBACK_SUCCESSFUL",
            rollback={"reason": "Service deployment rolled back because of alarms."},
            deploymentCircuitBreaker={"status": "TRIGGERED", "failureCount": 3, "threshold": 3},
        ),
    )

    deployments = lines_below(run("status").output, "Deployments")

    assert deployments[1].endswith(
        "shopdevapi:4 ROLLBACK_SUCCESSFUL 2/2 3 Service deployment rolled back because of alarms."
    )


def test_json_has_all_of_it(aws, run):
    run_tasks(aws, [task("one")], [STOPPED])
    result = run("status", "--json")

    told = json.loads(result.output)
    assert told["steady"] is True
    assert told["taskDefinition"].endswith("shopdevapi:3")
    assert told["deployments"][0]["state"] == "SUCCESSFUL"
    assert OTHER_DIGEST not in result.output
    assert told["tasks"][0]["containers"][0] == {
        "name": "web",
        "state": "RUNNING",
        "health": "HEALTHY",
        "exitCode": None,
        "reason": None,
    }
    assert told["stopped"][0]["containers"][0]["exitCode"] == 137
    assert told["stopped"][0]["explanation"]["code"] == "out-of-memory"
    assert told["stopped"][0]["stopped"].endswith("Z")
    assert told["targets"][0]["state"] == "healthy"


def test_what_aws_says_gives_no_commands_to_the_terminal(aws, run):
    event = {"id": "1", "createdAt": ago(minutes=1), "message": "evil \x1b[2J\nnews"}
    aws.answer("DescribeServices", services(service(events=[event])))

    output = run("status").output

    assert "\x1b" not in output
    assert r"evil \x1b[2J\nnews" in output


def test_watching_goes_on_until_it_is_interrupted(aws, run, monkeypatch):
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("serverless_containers.cli.status.time.sleep", sleep)

    result = run("status", "--watch")

    assert result.exit_code == 130
    assert result.stderr == ""
    assert result.output.count("  steady\n") == 3
    assert len(aws.called("ListStackResources")) == 1


def test_errors_end_with_one_sentence(aws, run):
    aws.answer("ListClusters", RefusalError("ExpiredTokenException"))

    result = run("status")

    assert result.exit_code == 1
    assert result.stderr == "Error: the credentials have expired; sign in again\n"
    assert result.stdout == ""


def test_no_region_is_told(aws, run, monkeypatch):
    del aws
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    result = run("status")

    assert result.exit_code == 1
    assert result.stderr == (
        "Error: there is no AWS region; name one with --region, or set AWS_REGION\n"
    )


def test_misuse_is_no_difference(run):
    assert run("status", "--stak", "x").exit_code == 1


def test_an_instance_of_which_cloud_map_knows_no_health_is_unknown(aws, run):
    aws.answer("GetInstancesHealthStatus", RefusalError("InstanceNotFound"))

    assert "Cloud Map 10.0.0.4:80 UNKNOWN" in lines_below(run("status").output, "Targets")


def test_the_health_in_cloud_map_has_pages(aws, run):
    aws.answer(
        "GetInstancesHealthStatus",
        {"Status": {"other": "HEALTHY"}, "NextToken": "more"},
        {"Status": {"one": "UNHEALTHY"}},
    )

    assert "Cloud Map 10.0.0.4:80 UNHEALTHY" in run("status").output.replace("  ", " ")
    assert [each.get("NextToken") for each in aws.called("GetInstancesHealthStatus")] == [
        None,
        "more",
    ]


def test_a_service_of_another_controller_is_told(aws, run):
    found = service(deploymentController={"type": "EXTERNAL"}, deployments=[])
    del found["taskDefinition"]
    aws.answer("DescribeServices", services(found))

    result = run("status")

    assert result.exit_code == 1
    assert "shop-web of shop-dev-api is deployed by EXTERNAL, in task sets" in result.stderr


@pytest.mark.parametrize("answer", [{}, ResponseParserError("no JSON"), KeyError("Errors")])
def test_an_answer_that_is_not_of_aws_is_told(aws, run, answer):
    aws.answer("DescribeServices", answer)

    result = run("status", "--stack", "shop-dev-api")

    assert result.exit_code == 1
    assert "the answer to ecs:DescribeServices cannot be read" in result.stderr
    assert "defect" not in result.stderr


def test_a_region_that_boto3_does_not_know_is_told(aws, run):
    aws.answer(
        "ListStackResources",
        RefusalError("ValidationError", "Stack with id nope does not exist"),
    )

    result = run("status", "--stack", "nope", "--region", "nowhere")

    assert result.exit_code == 1
    assert "boto3 does not know the AWS region; name another one with --region" in result.stderr
