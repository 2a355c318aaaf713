"""A deployed stack with everything around its service, as AWS's APIs tell of it."""

from datetime import UTC, datetime, timedelta

from tests.support.recorded_aws import ACCOUNT, REGION, RefusalError

STACK, CLUSTER, SERVICE = "shop-dev-api", "shop-dev", "shop-web"
NOW = datetime.now(UTC).replace(microsecond=0)
FAMILY = "shopdevapi"
ECS = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
SERVICE_ARN = f"{ECS}:service/{CLUSTER}/{SERVICE}"
GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/shop-web/0123456789abcdef"
REGISTRY = f"arn:aws:servicediscovery:{REGION}:{ACCOUNT}:service/srv-0123456789abcdef"
DIGEST = "sha256:" + "ab" * 32
OTHER_DIGEST = "sha256:" + "cd" * 32
NO_STACK = RefusalError("ValidationError", "Stack with id … does not exist")


def ago(**units):
    return NOW - timedelta(**units)


def task_definition_arn(revision):
    return f"{ECS}:task-definition/{FAMILY}:{revision}"


def resource(logical_id, kind, physical_id):
    return {
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": physical_id,
        "ResourceType": kind,
        "LastUpdatedTimestamp": NOW,
        "ResourceStatus": "CREATE_COMPLETE",
    }


def resources():
    return [
        resource("ApiContainersServiceAF0E0137", "AWS::ECS::Service", SERVICE_ARN),
        resource("ApiContainersTask1", "AWS::ECS::TaskDefinition", task_definition_arn(3)),
        resource("ApiContainersLogsweb1", "AWS::Logs::LogGroup", "logs-web"),
        resource("ApiContainersLogsdb1", "AWS::Logs::LogGroup", "logs-db"),
        resource("ApiEvents1", "AWS::Logs::LogGroup", "/aws/events/shop-web"),
        resource("ApiIngressApi1", "AWS::ApiGatewayV2::Api", "a1b2c3d4e5"),
        resource("ApiPipeline1", "AWS::CodePipeline::Pipeline", "shop-pipeline"),
        resource("ApiProject1", "AWS::CodeBuild::Project", "shop-build"),
        resource("ApiRepository1", "AWS::ECR::Repository", "shop/web"),
        resource("ApiAlarmCpu1", "AWS::CloudWatch::Alarm", "shop-web-cpu"),
        resource("ApiAlarmErrors1", "AWS::CloudWatch::Alarm", "shop-web-errors"),
        resource("ApiAlarmAll1", "AWS::CloudWatch::CompositeAlarm", "shop-web"),
    ]


def task_definition(revision, *, status="ACTIVE", image=None, environment=None, **more):
    options = {"awslogs-region": REGION}
    return {
        "taskDefinitionArn": task_definition_arn(revision),
        "family": FAMILY,
        "revision": revision,
        "status": status,
        "registeredAt": ago(days=10 - revision),
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "taskRoleArn": f"arn:aws:iam::{ACCOUNT}:role/shop-task",
        "executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/shop-execution",
        "containerDefinitions": [
            {
                "name": "web",
                "image": image or f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop/web:r{revision}",
                "essential": True,
                "environment": [
                    {"name": name, "value": value}
                    for name, value in (environment or {"MODE": "dev"}).items()
                ],
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {
                        **options,
                        "awslogs-group": "logs-web",
                        "awslogs-stream-prefix": "web",
                    },
                },
            },
            {
                "name": "db",
                "image": "public.ecr.aws/docker/library/postgres:17",
                "essential": True,
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {
                        **options,
                        "awslogs-group": "logs-db",
                        "awslogs-stream-prefix": "db",
                    },
                },
            },
        ],
        **more,
    }


def rollout(revision=3, state="COMPLETED", *, counts=(2, 2, 0, 0), status="PRIMARY", **more):
    running, desired, pending, failed = counts
    return {
        "id": f"ecs-svc/{revision}",
        "status": status,
        "taskDefinition": task_definition_arn(revision),
        "createdAt": ago(hours=20),
        "updatedAt": ago(hours=19),
        "runningCount": running,
        "desiredCount": desired,
        "pendingCount": pending,
        "failedTasks": failed,
        "rolloutState": state,
        "rolloutStateReason": f"ECS deployment ecs-svc/{revision} {state.lower()}.",
        **more,
    }


def service(*rollouts, counts=(2, 2, 0), **more):
    running, desired, pending = counts
    rollouts = rollouts or (rollout(),)
    port = {"containerName": "web", "containerPort": 80}
    return {
        "serviceArn": SERVICE_ARN,
        "serviceName": SERVICE,
        "clusterArn": f"{ECS}:cluster/{CLUSTER}",
        "status": "ACTIVE",
        "desiredCount": desired,
        "runningCount": running,
        "pendingCount": pending,
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
        "taskDefinition": rollouts[0]["taskDefinition"],
        "deployments": list(rollouts),
        "serviceRegistries": [{"registryArn": REGISTRY, **port}],
        "loadBalancers": [{"targetGroupArn": GROUP, **port}],
        "events": [
            {
                "id": "1",
                "createdAt": ago(minutes=30),
                "message": f"(service {SERVICE}) has reached a steady state.",
            }
        ],
        "enableExecuteCommand": True,
        **more,
    }


def services(*found):
    return {"services": list(found or (service(),)), "failures": []}


def task(name, *, revision=3, status="RUNNING", health="HEALTHY", containers=None, **more):
    return {
        "taskArn": f"{ECS}:task/{CLUSTER}/{name}",
        "taskDefinitionArn": task_definition_arn(revision),
        "clusterArn": f"{ECS}:cluster/{CLUSTER}",
        "lastStatus": status,
        "desiredStatus": status,
        "healthStatus": health,
        "createdAt": ago(hours=20),
        "startedAt": ago(hours=20),
        "enableExecuteCommand": True,
        "containers": containers or [container("web"), container("db", health="UNKNOWN")],
        **more,
    }


def container(name, *, health="HEALTHY", status="RUNNING", agent="RUNNING", **more):
    return {
        "name": name,
        "lastStatus": status,
        "healthStatus": health,
        "runtimeId": f"0123456789abcdef-{name}",
        "managedAgents": [{"name": "ExecuteCommandAgent", "lastStatus": agent}],
        **more,
    }


STOPPED = task(
    "dead",
    status="STOPPED",
    stopCode="EssentialContainerExited",
    stoppedReason="Essential container in task exited",
    stoppedAt=ago(minutes=12),
    containers=[
        container("web", status="STOPPED", exitCode=137, reason="OutOfMemoryError: killed")
    ],
)


def service_deployment(number, state="SUCCESSFUL", **more):
    return {
        "serviceDeploymentArn": f"{ECS}:service-deployment/{CLUSTER}/{SERVICE}/d{number}",
        "serviceArn": SERVICE_ARN,
        "clusterArn": f"{ECS}:cluster/{CLUSTER}",
        "status": state,
        "createdAt": ago(days=10 - number),
        "startedAt": ago(days=10 - number),
        "finishedAt": ago(days=10 - number) + timedelta(minutes=4),
        "targetServiceRevision": {
            "arn": f"{ECS}:service-revision/{CLUSTER}/{SERVICE}/{number}",
            "requestedTaskCount": 2,
            "runningTaskCount": 2,
            "pendingTaskCount": 0,
        },
        **more,
    }


def _briefly(deployment):
    told = (
        "serviceDeploymentArn",
        "serviceArn",
        "clusterArn",
        "status",
        "createdAt",
        "startedAt",
        "finishedAt",
    )
    return {key: deployment[key] for key in told if key in deployment}


def service_revision(arn):
    number = int(arn.rpartition("/")[2])
    return {
        "serviceRevisionArn": arn,
        "serviceArn": SERVICE_ARN,
        "taskDefinition": task_definition_arn(number),
        "containerImages": [{"containerName": "web", "image": "x", "imageDigest": DIGEST}],
    }


def deploy(aws):
    """Have AWS's APIs know the stack, in a steady state."""
    aws.answer(
        "ListStackResources",
        lambda asked: (
            {"StackResourceSummaries": resources()} if asked["StackName"] == STACK else NO_STACK
        ),
    )
    aws.answer("DescribeStacks", NO_STACK)
    aws.answer("DescribeServices", services())
    aws.answer(
        "DescribeTaskDefinition",
        lambda asked: {
            "taskDefinition": task_definition(int(asked["taskDefinition"].rpartition(":")[2]))
        },
    )
    aws.answer("ListClusters", {"clusterArns": [f"{ECS}:cluster/{CLUSTER}"]})
    aws.answer("ListServices", {"serviceArns": [SERVICE_ARN]})
    aws.answer(
        "DescribeStackResources",
        {
            "StackResources": [
                {
                    "StackName": STACK,
                    "LogicalResourceId": "ApiContainersServiceAF0E0137",
                    "ResourceType": "AWS::ECS::Service",
                    "Timestamp": NOW,
                    "ResourceStatus": "CREATE_COMPLETE",
                }
            ]
        },
    )
    history(aws, service_deployment(3), service_deployment(2))
    run_tasks(aws, [task("one"), task("two")], [])
    aws.answer(
        "DescribeTargetHealth",
        {
            "TargetHealthDescriptions": [
                {"Target": {"Id": "10.0.0.4", "Port": 80}, "TargetHealth": {"State": "healthy"}}
            ]
        },
    )
    aws.answer(
        "ListInstances",
        {
            "Instances": [
                {
                    "Id": "one",
                    "Attributes": {"AWS_INSTANCE_IPV4": "10.0.0.4", "AWS_INSTANCE_PORT": "80"},
                }
            ]
        },
    )
    aws.answer("GetInstancesHealthStatus", {"Status": {"one": "HEALTHY"}})
    aws.answer("GetPipelineState", {"pipelineName": "shop-pipeline", "stageStates": stages()})
    aws.answer("DescribeAlarms", {"MetricAlarms": [alarm("shop-web-cpu", "OK")]})


def history(aws, *deployments):
    aws.answer(
        "ListServiceDeployments", {"serviceDeployments": [_briefly(each) for each in deployments]}
    )
    aws.answer("DescribeServiceDeployments", {"serviceDeployments": list(deployments)})
    aws.answer(
        "DescribeServiceRevisions",
        lambda asked: {
            "serviceRevisions": [service_revision(arn) for arn in asked["serviceRevisionArns"]]
        },
    )


def run_tasks(aws, running, stopped):
    by_state = {"RUNNING": running, "STOPPED": stopped}
    all_tasks = {each["taskArn"]: each for each in (*running, *stopped)}
    aws.answer(
        "ListTasks",
        lambda asked: {"taskArns": [each["taskArn"] for each in by_state[asked["desiredStatus"]]]},
    )
    aws.answer("DescribeTasks", lambda asked: {"tasks": [all_tasks[arn] for arn in asked["tasks"]]})


def stages(deploy="Succeeded", **problem):
    return [
        {
            "stageName": name,
            "latestExecution": {"pipelineExecutionId": "x", "status": state},
            "actionStates": [
                {
                    "actionName": name,
                    "latestExecution": {
                        "status": state,
                        "lastStatusChange": ago(hours=20),
                        **(problem if state == "Failed" else {}),
                    },
                }
            ],
        }
        for name, state in (("Source", "Succeeded"), ("Build", "Succeeded"), ("Deploy", deploy))
    ]


def alarm(name, state, reason="Threshold Crossed: 3 datapoints were greater than 80."):
    return {
        "AlarmName": name,
        "StateValue": state,
        "StateReason": reason,
        "StateUpdatedTimestamp": ago(minutes=5),
    }


def after_update(aws, updated, *moments):
    """Have ECS take an update of the service, which is at these moments afterwards."""

    def update(_asked):
        if moments:
            aws.answer("DescribeServices", *map(services, moments))
        return {"service": updated}

    aws.answer("UpdateService", update)
