"""A deployment of a service that goes wrong, as the page about operations shows it."""

import json
import math
from datetime import timedelta

from tests.support.deployed_stack import (
    DIGEST,
    STOPPED,
    ago,
    alarm,
    container,
    history,
    resource,
    resources,
    rollout,
    run_tasks,
    service,
    service_deployment,
    services,
    stages,
    task,
    task_definition,
    task_definition_arn,
)

TASK = "4f2a8c1be7d44d0f9a63c5e2b7a1d908"


def go_wrong(aws):
    """Have AWS's APIs tell of it."""
    late = {"rolloutStateReason": "ECS deployment ecs-svc/4 in progress."}
    events = [
        {
            "id": "1",
            "createdAt": ago(minutes=2),
            "message": f"(service shop-web) has started 1 tasks: (task {TASK}).",
        }
    ]
    aws.answer(
        "DescribeServices",
        services(
            service(
                rollout(4, "IN_PROGRESS", counts=(0, 2, 1, 1), **late),
                rollout(3, status="ACTIVE"),
                counts=(2, 2, 1),
                events=events,
                loadBalancers=[],
                deploymentConfiguration={"maximumPercent": 200, "minimumHealthyPercent": 100},
            )
        ),
    )
    running = {
        "requestedTaskCount": 2,
        "runningTaskCount": 0,
        "pendingTaskCount": 1,
        "arn": service_deployment(4)["targetServiceRevision"]["arn"],
    }
    history(
        aws,
        service_deployment(
            4,
            "IN_PROGRESS",
            startedAt=ago(minutes=16),
            lifecycleStage="SCALE_UP",
            targetServiceRevision=running,
            deploymentCircuitBreaker={"status": "MONITORING", "failureCount": 1, "threshold": 3},
        ),
        service_deployment(3),
        service_deployment(2),
    )
    stopped = {**STOPPED, "taskArn": STOPPED["taskArn"].replace("dead", f"77{TASK[2:]}")}
    db = container("db", health="UNKNOWN")
    new = task(
        TASK,
        revision=4,
        status="PENDING",
        containers=[
            container("web", status="PENDING", health="UNKNOWN"),
            db,
        ],
    )
    del new["startedAt"]
    old = [
        task(f"{start}{TASK[2:]}", containers=[container("web", imageDigest=DIGEST), db])
        for start in ("9b", "c1")
    ]
    run_tasks(aws, [new, *old], [stopped])
    aws.answer(
        "GetPipelineState",
        {"pipelineName": "shop-pipeline", "stageStates": stages("InProgress")},
    )
    aws.answer(
        "DescribeAlarms",
        {"MetricAlarms": [alarm("shop-web-errors", "ALARM", "Threshold Crossed: 3 datapoints.")]},
    )
    aws.answer(
        "ListTaskDefinitions",
        lambda asked: {
            "taskDefinitionArns": [
                task_definition_arn(each)
                for each in ((4,) if asked["status"] == "ACTIVE" else (3, 2))
            ]
        },
    )
    aws.answer("DescribeTaskDefinition", _task_definition)
    aws.answer("DescribeImages", {"imageDetails": [{"imageDigest": DIGEST}]})
    aws.answer("GetTemplate", {"TemplateBody": json.dumps(_template())})
    made = [each for each in resources() if each["ResourceType"] != "AWS::ECS::TaskDefinition"]
    made.append(resource("ApiContainersTask1", "AWS::ECS::TaskDefinition", task_definition_arn(4)))
    aws.answer("ListStackResources", {"StackResourceSummaries": made})
    aws.answer("FilterLogEvents", _lines)
    aws.answer("GetMetricData", _metrics)


def _template():
    found = {"TaskDefinition": {"Ref": "ApiContainersTask1"}, "DesiredCount": 3}
    found["EnableExecuteCommand"] = True
    return {"Resources": {"ApiContainersServiceAF0E0137": {"Properties": found}}}


def _task_definition(asked):
    number = int(asked["taskDefinition"].rpartition(":")[2])
    status = "ACTIVE" if number == 4 else "INACTIVE"
    more = {"registeredAt": ago(minutes=17)} if number == 4 else {}
    return {
        "taskDefinition": task_definition(number, status=status, registeredBy="a/deploy", **more)
    }


def _lines(asked):
    group = asked["logGroupName"]
    told = {
        "logs-web": [(40, "listening on :80"), (20, "GET /posts 500 312 ms")],
        "logs-db": [(30, "database system is ready to accept connections")],
    }
    return {
        "events": [
            {
                "eventId": f"{group}-{seconds}",
                "timestamp": int(ago(seconds=seconds).timestamp() * 1000),
                "logStreamName": f"x/x/{TASK}",
                "message": text,
            }
            for seconds, text in told[group]
        ]
    }


def _metrics(asked):
    """Ups and downs, and errors at the end."""
    found = []
    for query in asked["MetricDataQueries"]:
        metric = query["MetricStat"]
        period = metric["Period"]
        count = int((asked["EndTime"] - asked["StartTime"]).total_seconds() // period)
        waves = [1 + math.sin(i / 9) for i in range(count)]
        values = {
            "Count": [round(900 * each) for each in waves],
            "5xx": [0] * (count - 4) + [6, 40, 90, 120],
            "Latency": [60 + 10 * each for each in waves[:-4]] + [150, 290, 310, 305],
            "CPUUtilization": [20 + 15 * each for each in waves],
            "MemoryUtilization": [45 + each for each in waves],
        }[metric["Metric"]["MetricName"]]
        if metric["Stat"] == "SampleCount":
            values = [2 * period // 60] * count
        found.append(
            {
                "Id": query["Id"],
                "Label": query["Id"],
                "StatusCode": "Complete",
                "Timestamps": [
                    asked["StartTime"] + timedelta(seconds=period * i) for i in range(count)
                ],
                "Values": [float(value) for value in values],
            }
        )
    return {"MetricDataResults": found}
