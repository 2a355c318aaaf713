"""Evidence of a service, in the shape of the answers of AWS's APIs."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import botocore.session

from serverless_containers.diagnosis.evidence import Evidence

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
ACCOUNT = "123456789012"
REGION = "eu-west-1"
ECR = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
IMAGE = f"{ECR}/shop/web:v2"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/shop-execution"
DEFINITION = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/shop:2"
GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/shop/1a2b"
BALANCER = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/shop/1a2b"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/1a2b"
DEPLOYMENT = "ecs-svc/2222222222222222222"


def ago(minutes):
    return NOW - timedelta(minutes=minutes)


def event(message, minutes=5):
    return {"id": f"event-{minutes}", "createdAt": ago(minutes), "message": message}


STEADY = event("(service shop-web) has reached a steady state.", 50)


def deployment(**others):
    return {
        "id": DEPLOYMENT,
        "status": "PRIMARY",
        "taskDefinition": DEFINITION,
        "desiredCount": 2,
        "pendingCount": 0,
        "runningCount": 2,
        "failedTasks": 0,
        "createdAt": ago(90),
        "rolloutState": "COMPLETED",
        "rolloutStateReason": "ECS deployment completed.",
        **others,
    }


def service(**others):
    return {
        "serviceName": "shop-web",
        "status": "ACTIVE",
        "desiredCount": 2,
        "runningCount": 2,
        "pendingCount": 0,
        "enableExecuteCommand": True,
        "healthCheckGracePeriodSeconds": 60,
        "taskDefinition": DEFINITION,
        "loadBalancers": [{"targetGroupArn": GROUP, "containerName": "web", "containerPort": 8080}],
        "networkConfiguration": {
            "awsvpcConfiguration": {
                "subnets": ["subnet-a", "subnet-b"],
                "securityGroups": ["sg-tasks"],
                "assignPublicIp": "DISABLED",
            }
        },
        "deploymentConfiguration": {"minimumHealthyPercent": 100, "maximumPercent": 200},
        "deployments": [deployment()],
        "events": [STEADY],
        **others,
    }


def failing(*events, **others):
    """A service whose deployment goes on, with no task of it running."""
    return service(
        runningCount=0,
        deployments=[
            deployment(rolloutState="IN_PROGRESS", createdAt=ago(10), runningCount=0, failedTasks=3)
        ],
        events=[*events, STEADY],
        **others,
    )


def container(**others):
    return {"name": "web", "image": IMAGE, "essential": True, "memory": 512, **others}


def definition(*containers, **others):
    return {
        "taskDefinitionArn": DEFINITION,
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": ROLE,
        "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
        "containerDefinitions": list(containers) or [container()],
        **others,
    }


def stopped(reason="", code="TaskFailedToStart", *, minutes=3, lived=None, containers=(), **others):
    """A stopped task.

    Args:
        reason: Its reason.
        code: Its stop code.
        minutes: Since its stop.
        lived: The seconds from its start to its stop. Default: it never started.
        containers: Its containers.
    """
    end = ago(minutes)
    start = {} if lived is None else {"startedAt": end - timedelta(seconds=lived)}
    return {
        "taskArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/shop/0123456789abcdef0123456789abcdef",
        "taskDefinitionArn": DEFINITION,
        "lastStatus": "STOPPED",
        "desiredStatus": "STOPPED",
        "stopCode": code,
        "stoppedReason": reason,
        "startedBy": DEPLOYMENT,
        "createdAt": end - timedelta(seconds=(lived or 0) + 30),
        "stoppingAt": end,
        "stoppedAt": end,
        "containers": list(containers),
        **start,
        **others,
    }


def exited(code, reason=None, *, name="web", lived=20.0, minutes=3):
    """A task whose container ended by itself."""
    ended = {"name": name, "exitCode": code, "lastStatus": "STOPPED"}
    return stopped(
        "Essential container in task exited",
        "EssentialContainerExited",
        lived=lived,
        minutes=minutes,
        containers=[{**ended, **({"reason": reason} if reason else {})}],
    )


def running(**others):
    return {
        "taskArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/shop/fedcba9876543210fedcba9876543210",
        "taskDefinitionArn": DEFINITION,
        "lastStatus": "RUNNING",
        "desiredStatus": "RUNNING",
        "enableExecuteCommand": True,
        "createdAt": ago(90),
        "startedAt": ago(89),
        "startedBy": DEPLOYMENT,
        "containers": [
            {
                "name": "web",
                "lastStatus": "RUNNING",
                "healthStatus": "HEALTHY",
                "managedAgents": [{"name": "ExecuteCommandAgent", "lastStatus": "RUNNING"}],
            }
        ],
        **others,
    }


def target(state="healthy", reason=None, description=None):
    health = {"State": state, "Reason": reason, "Description": description}
    return {
        "Target": {"Id": "10.0.1.5", "Port": 8080},
        "HealthCheckPort": "8080",
        "TargetHealth": {key: value for key, value in health.items() if value},
    }


def target_group(**others):
    return {
        "TargetGroupArn": GROUP,
        "TargetGroupName": "shop",
        "Port": 8080,
        "HealthCheckPath": "/",
        "HealthCheckPort": "traffic-port",
        "HealthCheckIntervalSeconds": 10,
        "HealthCheckTimeoutSeconds": 5,
        "HealthyThresholdCount": 2,
        "UnhealthyThresholdCount": 2,
        "Matcher": {"HttpCode": "200-399"},
        **others,
    }


def opening(port, *groups, cidrs=()):
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "UserIdGroupPairs": [{"GroupId": each} for each in groups],
        "IpRanges": [{"CidrIp": each} for each in cidrs],
        "PrefixListIds": [],
    }


EVERYTHING = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "UserIdGroupPairs": []}


def security_group(name, *ingress, egress=(EVERYTHING,)):
    return {
        "GroupId": name,
        "IpPermissions": list(ingress),
        "IpPermissionsEgress": list(egress),
    }


def subnet(name, cidr, free=200):
    return {
        "SubnetId": name,
        "CidrBlock": cidr,
        "AvailabilityZone": f"{REGION}{name[-1]}",
        "AvailableIpAddressCount": free,
    }


def route_table(*routes, subnets=("subnet-a", "subnet-b")):
    local = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}
    return {
        "RouteTableId": "rtb-1",
        "Routes": [local, *routes],
        "Associations": [{"Main": False, "SubnetId": each} for each in subnets],
    }


NAT = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}


def endpoint(name, group="sg-endpoints"):
    return {
        "VpcEndpointId": f"vpce-{name}",
        "ServiceName": f"com.amazonaws.{REGION}.{name}",
        "State": "available",
        "Groups": [{"GroupId": group, "GroupName": group}],
    }


def certificate(**others):
    return {
        "CertificateArn": CERTIFICATE,
        "DomainName": "shop.example.com",
        "Status": "ISSUED",
        "NotAfter": NOW + timedelta(days=200),
        "RenewalEligibility": "ELIGIBLE",
        **others,
    }


def role(principal="ecs-tasks.amazonaws.com"):
    return {
        "RoleName": "shop-execution",
        "Arn": ROLE,
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": principal},
                    "Action": "sts:AssumeRole",
                }
            ],
        },
    }


HEALTHY = Evidence(
    region=REGION,
    cluster="shop",
    service_name="shop-web",
    stack="shop-dev-site",
    now=NOW,
    service=service(),
    tasks=[running(), running()],
    task_definition=definition(),
    logs={"web": ["Server listening on port 8080"]},
    log_groups={"/shop/web": True},
    target_groups=[target_group()],
    target_health={GROUP: [target(), target()]},
    load_balancers=[{"LoadBalancerArn": BALANCER, "SecurityGroups": ["sg-balancer"]}],
    subnets=[subnet("subnet-a", "10.0.1.0/24"), subnet("subnet-b", "10.0.2.0/24")],
    route_tables=[route_table(NAT)],
    security_groups={
        "sg-tasks": security_group("sg-tasks", opening(8080, "sg-balancer", "sg-link")),
        "sg-balancer": security_group("sg-balancer", egress=[opening(8080, "sg-tasks")]),
        "sg-endpoints": security_group("sg-endpoints", opening(443, "sg-tasks")),
    },
    roles={ROLE: role()},
    certificates=[certificate()],
)
"""A site that works."""

_SHAPES = {
    "service": ("ecs", "DescribeServices", "services"),
    "service_deployments": ("ecs", "DescribeServiceDeployments", "serviceDeployments"),
    "tasks": ("ecs", "DescribeTasks", "tasks"),
    "stopped_tasks": ("ecs", "DescribeTasks", "tasks"),
    "task_definition": ("ecs", "DescribeTaskDefinition", "taskDefinition"),
    "target_groups": ("elbv2", "DescribeTargetGroups", "TargetGroups"),
    "target_health": ("elbv2", "DescribeTargetHealth", "TargetHealthDescriptions"),
    "load_balancers": ("elbv2", "DescribeLoadBalancers", "LoadBalancers"),
    "discovered": ("servicediscovery", "ListInstances", "Instances"),
    "api_integrations": ("apigatewayv2", "GetIntegrations", "Items"),
    "vpc_links": ("apigatewayv2", "GetVpcLinks", "Items"),
    "distribution": ("cloudfront", "GetDistribution", "Distribution"),
    "subnets": ("ec2", "DescribeSubnets", "Subnets"),
    "route_tables": ("ec2", "DescribeRouteTables", "RouteTables"),
    "security_groups": ("ec2", "DescribeSecurityGroups", "SecurityGroups"),
    "vpc_endpoints": ("ec2", "DescribeVpcEndpoints", "VpcEndpoints"),
    "pipeline": ("codepipeline", "GetPipelineState", None),
    "build": ("codebuild", "BatchGetBuilds", "builds"),
    "certificates": ("acm", "DescribeCertificate", "Certificate"),
    "alarms": ("cloudwatch", "DescribeAlarms", "MetricAlarms"),
    "roles": ("iam", "GetRole", "Role"),
    "file_systems": ("efs", "DescribeMountTargets", "MountTargets"),
}
_SESSION = botocore.session.Session()
_MODELS = {}


def check_shapes(evidence):
    """Assert that what is given as an answer of AWS's has its shape, and enumerated values.

    Raises:
        AssertionError: If a member or a value is none that AWS's API has.
    """
    for field in fields(evidence):
        given = getattr(evidence, field.name)
        if field.name in _SHAPES and given:
            name, operation, member = _SHAPES[field.name]
            if name not in _MODELS:
                _MODELS[name] = _SESSION.get_service_model(name)
            shape = _MODELS[name].operation_model(operation).output_shape
            shape = shape.members[member] if member else shape
            for each in _answers(given, shape):
                _check(each, shape.member if shape.type_name == "list" else shape, field.name)


def _answers(given, shape):
    if isinstance(given, dict):
        known = shape.member.members if shape.type_name == "list" else shape.members
        if set(given) <= set(known):
            return [given]
        # By id, each an answer or several.
        return [
            answer
            for value in given.values()
            if not isinstance(value, str)
            for answer in ([value] if isinstance(value, dict) else value)
        ]
    return given


def _check(value, shape, path):
    if shape.type_name == "structure":
        assert set(value) <= set(shape.members), f"{path}: {set(value) - set(shape.members)}"
        for key, inner in value.items():
            _check(inner, shape.members[key], f"{path}.{key}")
    elif shape.type_name == "list":
        for inner in value:
            _check(inner, shape.member, path)
    elif shape.type_name == "string" and getattr(shape, "enum", None):
        assert value.lower() in {known.lower() for known in shape.enum}, (
            f"{path}: {value} is none of {shape.enum}"
        )


def seen(**others):
    """The evidence of a service that works, but for some of its parts."""
    return replace(HEALTHY, **others)
