"""Every rule finds its cause in recorded answers, and not in others that look like them."""

import re
import shlex
from dataclasses import dataclass
from datetime import timedelta

import pytest

from serverless_containers.diagnosis.diagnose import diagnose
from serverless_containers.diagnosis.evidence import ContainerImage, Evidence, Probe, Resolution
from serverless_containers.diagnosis.rules import RULES
from tests.support.seen import (
    CERTIFICATE,
    ECR,
    EVERYTHING,
    GROUP,
    HEALTHY,
    IMAGE,
    NAT,
    NOW,
    ROLE,
    STEADY,
    ago,
    certificate,
    check_shapes,
    container,
    definition,
    deployment,
    endpoint,
    event,
    exited,
    failing,
    opening,
    role,
    route_table,
    running,
    security_group,
    seen,
    service,
    stopped,
    subnet,
    target,
)
from tests.support.shell_lines import check

PULL = "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
SECRETS = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
    "retrieval failed: unable to retrieve secret from asm: service call has been retried 1 "
    "time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:123456789012:secret:db: "
)
TIMEOUT = (
    f'{PULL}failed to do request: Head "https://{ECR}/v2/": dial tcp 10.0.3.17:443: i/o timeout'
)
DISTRIBUTION = {"Id": "E123", "Status": "Deployed", "DomainName": "d111.cloudfront.net"}
API_SERVICE = {
    "loadBalancers": [],
    "serviceRegistries": [{"registryArn": "x", "containerName": "web", "containerPort": 8080}],
}
LINK = {
    "VpcLinkId": "link1",
    "Name": "shop",
    "VpcLinkStatus": "AVAILABLE",
    "SecurityGroupIds": ["sg-link"],
    "SubnetIds": ["subnet-a"],
}
NO_BALANCER = {"load_balancers": [], "target_groups": [], "target_health": {}}


def api(**others):
    """The evidence of an API that works."""
    given = {
        "service": service(**API_SERVICE),
        "instances": {"i1": "HEALTHY"},
        "vpc_links": [LINK],
        "api_integrations": [{"IntegrationId": "1", "TimeoutInMillis": 30000}],
        **NO_BALANCER,
        **others,
    }
    return seen(**given)


def answered(status, latency=12, error="-", **others):
    return {
        "method": "GET",
        "path": "/orders",
        "status": str(status),
        "integrationStatus": "-",
        "integrationLatency": str(latency),
        "integrationError": error,
        **others,
    }


def sick(reason, description):
    return {GROUP: [target("unhealthy", reason, description)]}


MISMATCH = sick("Target.ResponseCodeMismatch", "Health checks failed with these codes: [404]")
REFUSED = sick("Target.FailedHealthChecks", "Health checks failed")
SLOW = sick("Target.Timeout", "Request timed out")
UNFIT = "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:x)"
SERVED = "ServiceSchedulerInitiated"


def pipeline(message, stage="Deploy", status="Failed", **others):
    return {
        "pipelineName": "shop",
        "stageStates": [
            {
                "stageName": stage,
                "latestExecution": {"pipelineExecutionId": "1", "status": status},
                "actionStates": [
                    {
                        "actionName": f"{stage}Action",
                        "latestExecution": {
                            "status": status,
                            "errorDetails": {"code": "JobFailed", "message": message},
                            **others,
                        },
                    }
                ],
            }
        ],
    }


def build(status="FAILED"):
    return {
        "id": "shop:1a2b",
        "buildStatus": status,
        "phases": [
            {"phaseType": "PRE_BUILD", "phaseStatus": "SUCCEEDED"},
            {
                "phaseType": "BUILD",
                "phaseStatus": status,
                "contexts": [
                    {
                        "statusCode": "COMMAND_EXECUTION_ERROR",
                        "message": "Error while executing command: docker build. Reason: exit "
                        "status 1",
                    }
                ],
            },
        ],
        "logs": {"groupName": "/aws/codebuild/shop", "streamName": "1a2b"},
    }


def rolled_back(status="ROLLBACK_SUCCESSFUL"):
    return {
        "serviceDeploymentArn": "arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/w/x1y2",
        "status": status,
        "statusReason": "Service deployment rolled back because the circuit breaker threshold was "
        "exceeded.",
        "createdAt": ago(40),
        "startedAt": ago(39),
        "rollback": {"reason": "circuit breaker", "startedAt": ago(20)},
    }


@dataclass(frozen=True)
class Case:
    """What a rule is tried with.

    Attributes:
        found: Evidence in which it is found, as a root cause.
        near: Evidence that looks like it, in which it is not.
        says: A part of what it shows.
    """

    found: Evidence
    near: Evidence
    says: str


def start(reason, near, says, **others):
    """A case of tasks that do not start."""
    tasks = [stopped(reason)]
    return Case(
        seen(service=failing(), tasks=[], stopped_tasks=tasks, **others),
        seen(service=failing(), tasks=[], stopped_tasks=[stopped(near)], **others),
        says,
    )


CLOSED = {"route_tables": [route_table()]}
CHECK = {
    "command": ["CMD-SHELL", "curl -f http://localhost:8080/"],
    "interval": 10,
    "retries": 3,
    "startPeriod": 15,
    "timeout": 5,
}
OTHER_PORT = {"web": ["Server listening on port 3000"]}
NOT_LET_IN = {
    **HEALTHY.security_groups,
    "sg-tasks": security_group("sg-tasks", opening(8080, "sg-other")),
}
CASES = {
    "service-inactive": Case(
        seen(service=service(status="DRAINING")), seen(service=service()), "DRAINING"
    ),
    "no-tasks-wanted": Case(
        seen(service=service(desiredCount=0, runningCount=0), tasks=[]),
        seen(service=service(desiredCount=1, runningCount=0), tasks=[]),
        "0 tasks are wanted",
    ),
    "pipeline-connection": Case(
        seen(pipeline=pipeline("Connection arn:aws:x is not available", "Source")),
        seen(pipeline=pipeline("Branch main does not exist", "Source")),
        "Connection arn:aws:x is not available",
    ),
    "build-failed": Case(
        seen(build=build(), pipeline=pipeline("Build terminated with state: FAILED", "Build")),
        seen(build=build("SUCCEEDED")),
        "phase BUILD: Error while executing command: docker build",
    ),
    "role-invalid": Case(
        seen(roles={ROLE: role("lambda.amazonaws.com")}),
        seen(roles={ROLE: "AccessDenied"}),
        "does not trust",
    ),
    "image-missing": start(
        f"{PULL}failed to resolve ref {IMAGE}: {IMAGE}: not found",
        f"{PULL}failed to resolve ref {IMAGE}: 403 Forbidden",
        "not found",
    ),
    "image-platform": start(
        f"{PULL}image Manifest does not contain descriptor matching platform 'linux/amd64'",
        f"{PULL}failed to resolve ref {IMAGE}: {IMAGE}: not found",
        "matching platform",
    ),
    "registry-rate-limit": start(
        f"{PULL}toomanyrequests: You have reached your pull rate limit",
        f"{PULL}pull access denied for shop",
        "toomanyrequests",
    ),
    "security-group-endpoints": start(
        TIMEOUT,
        f"{PULL}not found",
        "sg-endpoints of the endpoint ecr.api does not let port 443 in",
        vpc_endpoints=[endpoint("ecr.api"), endpoint("ecr.dkr")],
        security_groups={
            **HEALTHY.security_groups,
            "sg-endpoints": security_group("sg-endpoints", opening(443, "sg-other")),
        },
    ),
    "no-route": Case(
        seen(service=failing(), stopped_tasks=[stopped(TIMEOUT)], **CLOSED),
        # The way is there, and something else is shut.
        seen(service=failing(), stopped_tasks=[stopped(TIMEOUT)]),
        "the VPC has no endpoint of ecr.api, ecr.dkr, s3, logs",
    ),
    "image-denied": start(
        f"{PULL}pulling from host {ECR} failed: 403 Forbidden",
        f"{PULL}{IMAGE}: not found",
        "403 Forbidden",
    ),
    "storage-full": start(
        "CannotPullContainerError: failed to register layer: no space left on device",
        f"{PULL}{IMAGE}: not found",
        "20 GiB of ephemeral storage",
    ),
    "secret-missing": start(
        f"{SECRETS}ResourceNotFoundException: Secrets Manager can't find the specified secret.",
        f"{SECRETS}AccessDeniedException: not authorized to perform secretsmanager:GetSecretValue",
        "can't find the specified secret",
    ),
    "secret-key-missing": start(
        f"{SECRETS}retrieved secret from Secrets Manager did not contain json key password",
        f"{SECRETS}ResourceNotFoundException: Secrets Manager can't find the specified secret.",
        "json key password",
    ),
    "secret-denied": start(
        f"{SECRETS}AccessDeniedException: not authorized to perform secretsmanager:GetSecretValue",
        f"{SECRETS}RequestCanceled: context deadline exceeded",
        "AccessDeniedException",
    ),
    "log-group-missing": Case(
        seen(log_groups={"/shop/web": False}),
        seen(log_groups={"/shop/web": True}),
        "there is no log group /shop/web",
    ),
    "logs-denied": start(
        "ResourceInitializationError: failed to validate logger args: AccessDeniedException: User "
        "is not authorized to perform: logs:CreateLogStream",
        "ResourceInitializationError: failed to validate logger args: ResourceNotFoundException: "
        "The specified log group does not exist.",
        "logs:CreateLogStream",
    ),
    "file-system-not-mounted": start(
        "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: "
        "mount.nfs4: Connection timed out",
        f"{PULL}{IMAGE}: not found",
        "fs-1 has no mount target in eu-west-1b",
        file_systems={
            "fs-1": [
                {
                    "MountTargetId": "fsmt-1",
                    "FileSystemId": "fs-1",
                    "SubnetId": "subnet-a",
                    "LifeCycleState": "available",
                    "AvailabilityZoneName": "eu-west-1a",
                }
            ]
        },
    ),
    "no-free-addresses": Case(
        seen(service=failing(), tasks=[], subnets=[subnet("subnet-a", "10.0.1.0/28", 0)]),
        # Full, and every task has its address.
        seen(subnets=[subnet("subnet-a", "10.0.1.0/28", 0)]),
        "subnet-a (10.0.1.0/28) has no free address",
    ),
    "network-interface": start(
        "Timeout waiting for network interface provisioning to complete.",
        "Unexpected EC2 error while attempting to Create Network Interface: "
        "InsufficientFreeAddressesInSubnet",
        "network interface provisioning",
    ),
    "quota-reached": Case(
        seen(
            service=failing(
                event(
                    "(service shop-web) was unable to place a task. Reason: You've reached the "
                    "limit on the number of vCPUs you can run concurrently."
                )
            )
        ),
        seen(quotas={"Fargate On-Demand vCPU resource count": (12.0, 100.0)}),
        "limit on the number of vCPUs",
    ),
    "capacity-unavailable": Case(
        seen(
            service=failing(
                event(
                    "(service shop-web) was unable to place a task. Reason: Capacity is "
                    "unavailable at this time."
                ),
                capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
            )
        ),
        # It was so once, and the service has been steady since.
        seen(
            service=service(
                events=[
                    event("(service shop-web) has reached a steady state.", 5),
                    event(
                        "(service shop-web) was unable to place a task. Reason: Capacity is "
                        "unavailable at this time.",
                        9,
                    ),
                ]
            )
        ),
        "FARGATE_SPOT",
    ),
    "spot-interruption": Case(
        seen(stopped_tasks=[stopped("Your Spot Task was interrupted.", "SpotInterruption")]),
        seen(stopped_tasks=[stopped("Task stopped by user", "UserInitiated")]),
        "task 01234567",
    ),
    "dependency-failed": start(
        "dependency of container web is never met: db is not healthy",
        "Task failed to start",
        "db is not healthy",
    ),
    "other-pull-error": start(
        f"{PULL}something unheard of", f"{PULL}{IMAGE}: not found", "something unheard of"
    ),
    "aws-unreachable": Case(
        seen(service=failing(), stopped_tasks=[stopped(TIMEOUT)]),
        seen(service=failing(), stopped_tasks=[stopped(f"{PULL}{IMAGE}: not found")]),
        "i/o timeout",
    ),
    "deployment-waits-for-images": Case(
        seen(
            service=failing(),
            tasks=[],
            images={IMAGE: ContainerImage(error="AccessDeniedException")},
        ),
        seen(images={IMAGE: ContainerImage(error="AccessDeniedException")}),
        IMAGE,
    ),
    "tasks-do-not-start": Case(
        seen(
            service=failing(
                event("(service shop-web) is unable to consistently start tasks successfully.")
            )
        ),
        seen(service=service(events=[event("(service shop-web) has started 1 tasks."), STEADY])),
        "unable to consistently start tasks",
    ),
    "out-of-memory": Case(
        seen(
            stopped_tasks=[
                exited(137, "OutOfMemoryError: Container killed due to memory usage", lived=900)
            ]
        ),
        # The same exit code, of one that was asked to stop.
        seen(
            stopped_tasks=[
                stopped(
                    "Scaling activity initiated by (deployment ecs-svc/1)",
                    SERVED,
                    lived=900,
                    containers=[{"name": "web", "exitCode": 137}],
                )
            ]
        ),
        "the task has 512 MiB",
    ),
    "command-missing": Case(
        seen(
            service=failing(),
            stopped_tasks=[exited(127)],
            task_definition=definition(container(command=["gunicorn", "app"])),
        ),
        seen(service=failing(), stopped_tasks=[exited(1)]),
        "web runs gunicorn app",
    ),
    "container-ends": Case(
        seen(service=failing(), stopped_tasks=[exited(0)]),
        seen(service=failing(), stopped_tasks=[exited(1)]),
        "exit 0",
    ),
    "container-exits": Case(
        seen(
            service=failing(),
            stopped_tasks=[exited(1), exited(1, minutes=5)],
            logs={"web": ["starting", "Error: DATABASE_URL is not set"]},
        ),
        seen(stopped_tasks=[exited(1)], service=service(deployments=[deployment(id="ecs-svc/9")])),
        "log of web: Error: DATABASE_URL is not set",
    ),
    "container-health-check": Case(
        seen(
            service=failing(),
            stopped_tasks=[stopped("Task failed container health checks", SERVED, lived=50)],
            task_definition=definition(container(healthCheck=CHECK)),
        ),
        seen(task_definition=definition(container(healthCheck=CHECK))),
        "a task lived 50 s; start_period, interval and retries give 45 s",
    ),
    "killed-on-stop": Case(
        seen(
            stopped_tasks=[
                stopped(
                    "Scaling activity initiated by (deployment ecs-svc/1)",
                    SERVED,
                    lived=900,
                    containers=[{"name": "web", "exitCode": 137}],
                )
            ]
        ),
        seen(
            stopped_tasks=[
                stopped(
                    "Scaling activity initiated by (deployment ecs-svc/1)",
                    SERVED,
                    lived=900,
                    containers=[{"name": "web", "exitCode": 143}],
                )
            ]
        ),
        "too slow to stop",
    ),
    "host-replaced": Case(
        seen(stopped_tasks=[stopped("ECS is performing maintenance", "TerminationNotice")]),
        seen(stopped_tasks=[stopped("Task stopped by user", "UserInitiated")]),
        "maintenance",
    ),
    "certificate-expired": Case(
        seen(certificates=[certificate(Status="EXPIRED", NotAfter=NOW - timedelta(days=2))]),
        seen(certificates=[certificate(NotAfter=NOW + timedelta(days=45))]),
        "ended on 2026-11-26",
    ),
    "certificate-expires": Case(
        seen(
            certificates=[
                certificate(
                    NotAfter=NOW + timedelta(days=12),
                    RenewalSummary={
                        "RenewalStatus": "PENDING_VALIDATION",
                        "DomainValidationOptions": [],
                        "UpdatedAt": NOW,
                    },
                )
            ]
        ),
        seen(certificates=[certificate(NotAfter=NOW + timedelta(days=45))]),
        "ends in 12 days, on 2026-12-10; its renewal is PENDING_VALIDATION",
    ),
    "certificate-pending": Case(
        seen(
            certificates=[
                {
                    "CertificateArn": CERTIFICATE,
                    "DomainName": "shop.example.com",
                    "Status": "PENDING_VALIDATION",
                    "DomainValidationOptions": [
                        {
                            "DomainName": "shop.example.com",
                            "ValidationStatus": "PENDING_VALIDATION",
                            "ResourceRecord": {
                                "Name": "_1.shop.example.com.",
                                "Type": "CNAME",
                                "Value": "_2.acm-validations.aws.",
                            },
                        }
                    ],
                }
            ]
        ),
        seen(),
        "waits for the record _1.shop.example.com. CNAME _2.acm-validations.aws.",
    ),
    "certificate-failed": Case(
        seen(
            certificates=[
                {
                    "CertificateArn": CERTIFICATE,
                    "DomainName": "shop.example.com",
                    "Status": "FAILED",
                    "FailureReason": "CAA_ERROR",
                }
            ]
        ),
        seen(certificates=[certificate(Status="ISSUED")]),
        "is FAILED: CAA_ERROR",
    ),
    "dns": Case(
        seen(
            dns={
                "shop.example.com": Resolution(
                    expected="d111.cloudfront.net",
                    addresses=frozenset({"192.0.2.1"}),
                    expected_addresses=frozenset({"198.51.100.1"}),
                )
            }
        ),
        seen(
            dns={
                "shop.example.com": Resolution(
                    expected="d111.cloudfront.net",
                    addresses=frozenset({"198.51.100.1", "198.51.100.2"}),
                    expected_addresses=frozenset({"198.51.100.1", "198.51.100.3"}),
                )
            }
        ),
        "leads to 192.0.2.1, and not to d111.cloudfront.net",
    ),
    "port-mismatch": Case(
        seen(target_health=REFUSED, logs=OTHER_PORT),
        # It listens on more than one port, and the targets are healthy.
        seen(logs=OTHER_PORT),
        "the ingress sends requests to port 8080",
    ),
    "listens-on-loopback": Case(
        seen(target_health=REFUSED, logs={"web": ["Running on http://127.0.0.1:8080"]}),
        seen(target_health=REFUSED, logs={"web": ["Running on http://0.0.0.0:8080"]}),
        "127.0.0.1:8080",
    ),
    "security-group-load-balancer": Case(
        seen(security_groups=NOT_LET_IN, target_health=SLOW),
        seen(target_health=SLOW),
        "(sg-tasks) lets port 8080 in from the load balancer's (sg-balancer)",
    ),
    "security-group-vpc-link": Case(
        api(security_groups=NOT_LET_IN),
        api(),
        "(sg-tasks) lets port 8080 in from the VPC link's (sg-link)",
    ),
    "vpc-link-inactive": Case(
        api(
            vpc_links=[{**LINK, "VpcLinkStatus": "INACTIVE", "VpcLinkStatusMessage": "no traffic"}]
        ),
        api(),
        "VPC link link1 is INACTIVE: no traffic",
    ),
    "health-check-path": Case(
        seen(target_health=MISMATCH), seen(target_health=REFUSED), "codes: [404]"
    ),
    "health-check-grace": Case(
        seen(stopped_tasks=[stopped(UNFIT, SERVED, lived=85)]),
        seen(stopped_tasks=[stopped(UNFIT, SERVED, lived=4000)]),
        "the grace period is 60 s; 2 bad answers, 10 s apart, end a task",
    ),
    "health-check-timeout": Case(
        seen(target_health=SLOW), seen(target_health=MISMATCH), "Request timed out"
    ),
    "nothing-listens": Case(
        seen(target_health=REFUSED), seen(target_health=MISMATCH), "Health checks failed"
    ),
    "health-check-lost": Case(
        seen(stopped_tasks=[stopped(UNFIT, SERVED, lived=4000)]),
        seen(stopped_tasks=[stopped("Scaling activity initiated by x", SERVED, lived=4000)]),
        "failed ELB health checks",
    ),
    "api-no-instance": Case(
        api(instances={}, api_log=[answered(503, error="-")]),
        api(instances={"i1": "HEALTHY", "i2": "UNHEALTHY"}),
        "Cloud Map has no instance of the service",
    ),
    "api-timeout": Case(
        api(
            api_integrations=[{"IntegrationId": "1", "TimeoutInMillis": 10000}],
            api_log=[answered(503, 10001)],
        ),
        api(api_log=[answered(503, 12)]),
        "the API waits 10 s for an answer",
    ),
    "load-balancer-502": Case(
        seen(metrics={"AWS/ApplicationELB/HTTPCode_ELB_502_Count": 7.0}),
        seen(metrics={"AWS/ApplicationELB/HTTPCode_ELB_502_Count": 0.0}),
        "7 answers 502 in 15 minutes",
    ),
    "load-balancer-503": Case(
        seen(target_health={GROUP: []}),
        # The group of the other color is empty between deployments.
        seen(target_health={GROUP: [target()], f"{GROUP}2": []}),
        "target group shop has 0 targets, none of them healthy",
    ),
    "load-balancer-504": Case(
        seen(metrics={"AWS/ApplicationELB/HTTPCode_ELB_504_Count": 3.0}),
        seen(metrics={"AWS/ApplicationELB/HTTPCode_ELB_502_Count": 3.0}),
        "3 answers 504",
    ),
    "origin-secret": Case(
        seen(
            distribution=DISTRIBUTION,
            probes={
                "https://shop.example.com": Probe(
                    status=403, headers={"server": "awselb/2.0", "via": "1.1 x.cloudfront.net"}
                )
            },
        ),
        # Of the application's own.
        seen(
            distribution=DISTRIBUTION,
            probes={
                "https://shop.example.com": Probe(
                    status=403, headers={"server": "nginx", "via": "1.1 x.cloudfront.net"}
                )
            },
        ),
        "the load balancer says so (awselb/2.0)",
    ),
    "origin-unreachable": Case(
        seen(
            distribution=DISTRIBUTION,
            probes={
                "https://shop.example.com": Probe(
                    status=504, headers={"x-cache": "Error from cloudfront"}
                )
            },
        ),
        seen(
            distribution=DISTRIBUTION,
            probes={
                "https://shop.example.com": Probe(
                    status=404, headers={"x-cache": "Error from cloudfront"}
                )
            },
        ),
        "answers 504 (Error from cloudfront)",
    ),
    "application-errors": Case(
        seen(
            metrics={"AWS/ApplicationELB/HTTPCode_Target_5XX_Count": 4.0},
            logs={"web": ["listening on port 8080", "Traceback (most recent call last):"]},
        ),
        api(api_log=[answered(503, 12)]),
        "log of web: Traceback",
    ),
    "pipeline-failed": Case(
        seen(pipeline=pipeline("Deployment exceeded the limit")),
        seen(pipeline=pipeline("", status="Succeeded")),
        "stage Deploy, action DeployAction: Deployment exceeded the limit",
    ),
    "deployment-rolled-back": Case(
        seen(service_deployments=[rolled_back()]),
        seen(
            service_deployments=[
                {
                    "serviceDeploymentArn": "arn:aws:ecs:eu-west-1:1:service-deployment/shop/w/z",
                    "status": "SUCCESSFUL",
                    "createdAt": ago(5),
                },
                rolled_back(),
            ]
        ),
        "is ROLLBACK_SUCCESSFUL since 11:40:00: circuit breaker",
    ),
    "deployment-stuck": Case(
        seen(
            service=service(
                runningCount=1,
                deployments=[
                    deployment(rolloutState="IN_PROGRESS", createdAt=ago(45), runningCount=1)
                ],
            )
        ),
        seen(
            service=service(
                runningCount=1,
                deployments=[
                    deployment(rolloutState="IN_PROGRESS", createdAt=ago(8), runningCount=1)
                ],
            )
        ),
        "goes on for 45 minutes: 1 of 2 run, 0 have failed",
    ),
    "tasks-missing": Case(
        seen(
            service=service(runningCount=1),
            tasks=[running(), running(lastStatus="PROVISIONING", createdAt=ago(20))],
        ),
        seen(service=service(runningCount=2)),
        "task fedcba98 is PROVISIONING since 11:40:00",
    ),
    "alarm": Case(
        seen(
            alarms=[
                {
                    "AlarmName": "shop-latency",
                    "StateValue": "ALARM",
                    "StateReason": "Threshold Crossed: 2 datapoints were greater than 0.3",
                }
            ]
        ),
        seen(alarms=[{"AlarmName": "shop-latency", "StateValue": "INSUFFICIENT_DATA"}]),
        "shop-latency: Threshold Crossed",
    ),
    "pipeline-waits": Case(
        seen(pipeline=pipeline("", "Approve", "InProgress", token="1a", lastStatusChange=ago(30))),
        seen(pipeline=pipeline("", "Build", "InProgress", lastStatusChange=ago(30))),
        "stage Approve, action ApproveAction waits since 11:30:00",
    ),
    "exec-agent": Case(
        seen(tasks=[running(enableExecuteCommand=False)]),
        seen(tasks=[running()]),
        "task fedcba98 started before exec was turned on",
    ),
    "exec-off": Case(
        seen(service=service(enableExecuteCommand=False)),
        seen(service=service(enableExecuteCommand=True)),
        "enableExecuteCommand false",
    ),
}
BY_CODE = {rule.code: rule for rule in RULES}


def test_nothing_is_found_in_what_works():
    check_shapes(HEALTHY)
    check_shapes(api())

    assert diagnose(HEALTHY) == ()
    assert diagnose(api()) == ()
    assert diagnose(Evidence()) == ()


def test_every_rule_is_tried():
    assert set(CASES) == set(BY_CODE)
    assert len(BY_CODE) == len(RULES)


@pytest.mark.parametrize("code", CASES)
def test_a_rule_finds_its_cause(code):
    case = CASES[code]
    check_shapes(case.found)

    found = {each.code: each for each in diagnose(case.found)}

    assert code in found
    assert case.says in "\n".join(found[code].evidence)
    assert found[code].title == BY_CODE[code].title


@pytest.mark.parametrize("code", CASES)
def test_a_rule_does_not_find_what_only_looks_like_it(code):
    case = CASES[code]
    check_shapes(case.near)

    assert BY_CODE[code].find(case.near) is None


@pytest.mark.parametrize("code", [code for code in CASES if not BY_CODE[code].note])
def test_a_cause_stands_alone(code):
    """What follows from it is told with it, and notes come after it."""
    found = diagnose(CASES[code].found)

    assert [each.code for each in found if not each.note] == [code]


def test_what_explains_stands_before_what_is_explained():
    places = {code: place for place, code in enumerate(BY_CODE)}

    for rule in RULES:
        assert set(rule.explains) <= set(places) | {rule.code}, rule.code
        for other in rule.explains:
            assert places[rule.code] < places[other], (rule.code, other)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_is_told_in_full(rule):
    for text in (rule.title, rule.sees, rule.why, rule.fix):
        assert text[0].isupper() or text[0] == "`", text
        assert text.endswith("."), text
    assert rule.page.startswith('"')
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.code)


OF_OTHERS = {"docker", "dig"}


@pytest.mark.parametrize("code", CASES)
def test_its_commands_are_such_that_programs_take_them(code):
    (found,) = (each for each in diagnose(CASES[code].found) if each.code == code)

    for command in filter(None, (found.look, found.repair)):
        words = shlex.split(command)
        if words[0] not in OF_OTHERS and not command.startswith("aws logs tail"):
            check(words)


def test_what_follows_is_told_with_its_cause():
    # GIVEN an image that is missing, and the rollback that comes of it
    found = diagnose(
        seen(
            service=failing(),
            stopped_tasks=[stopped(f"{PULL}{IMAGE}: not found", createdAt=ago(30))],
            service_deployments=[rolled_back()],
        )
    )
    # THEN one thing is to be mended
    assert [each.code for each in found] == ["image-missing"]
    assert "The last deployment was rolled back." in found[0].follows
    assert found[0].look.startswith("aws ecr describe-images --repository-name shop/web ")


def test_a_port_that_is_wrong_explains_the_health_check():
    found = diagnose(seen(target_health=REFUSED, logs=OTHER_PORT))

    assert [each.code for each in found] == ["port-mismatch"]
    assert "Nothing answers on the port of the health check." in found[0].follows
    assert "3000" in found[0].fix


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ("[404]", "No such path"),
        ("[401]", "asks for a sign-in"),
        ("[400]", "refuses the host name"),
        ("[500]", "an error of its own"),
        ("[301]", "redirects"),
    ],
)
def test_the_advice_on_a_health_check_follows_its_code(codes, words):
    given = sick("Target.ResponseCodeMismatch", f"Health checks failed with these codes: {codes}")

    (found,) = diagnose(seen(target_health=given))

    assert words in found.fix


def test_stops_of_deployments_that_are_over_are_history():
    old = stopped(f"{PULL}{IMAGE}: not found", startedBy="ecs-svc/1")
    # A deployment after it has succeeded
    assert diagnose(seen(stopped_tasks=[old])) == ()
    # AND one that was rolled back is why it is asked
    again = diagnose(seen(stopped_tasks=[old], service_deployments=[rolled_back()]))
    assert [each.code for each in again] == ["image-missing"]


def test_a_failed_start_of_a_deployment_that_is_listed_as_failed_is_why_it_is_asked():
    steady = event("(service shop-web) has reached a steady state.", 1)
    failed = deployment(id="ecs-svc/2", status="ACTIVE", rolloutState="FAILED")
    given = seen(
        service=service(deployments=[deployment(), failed], events=[steady]),
        stopped_tasks=[stopped(f"{PULL}{IMAGE}: not found", minutes=4, startedBy="ecs-svc/2")],
    )

    (found,) = diagnose(given)

    assert found.code == "image-missing"
    assert found.follows == ("The last deployment was rolled back.",)


def test_a_start_that_failed_before_the_service_was_steady_is_history():
    steady = service(events=[event("(service shop-web) has reached a steady state.", 1)])

    assert diagnose(seen(service=steady, stopped_tasks=[stopped(TIMEOUT, minutes=4)])) == ()


@pytest.mark.parametrize(
    ("egress", "let_out"),
    [((EVERYTHING,), True), ((opening(443, cidrs=["0.0.0.0/0"]),), True), ((), False)],
)
def test_a_group_that_lets_nothing_out_is_named(egress, let_out):
    groups = {**HEALTHY.security_groups, "sg-tasks": security_group("sg-tasks", egress=egress)}
    given = seen(service=failing(), stopped_tasks=[stopped(TIMEOUT)], security_groups=groups)

    rule = BY_CODE["security-group-endpoints"]

    assert (rule.find(given) is None) == let_out


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ([route_table()], "has no route to the internet"),
        (
            [route_table({**NAT, "State": "blackhole"})],
            "has a route to the internet that leads nowhere: its NAT gateway is gone",
        ),
        (
            [
                route_table(
                    {
                        "DestinationCidrBlock": "0.0.0.0/0",
                        "GatewayId": "igw-1",
                        "State": "active",
                    }
                )
            ],
            "has an internet gateway, and its tasks have no public addresses",
        ),
        (
            [
                {
                    "RouteTableId": "rtb-0",
                    "Routes": [],
                    "Associations": [{"Main": True}],
                }
            ],
            "has no route to the internet",
        ),
    ],
)
def test_the_way_that_is_missing_is_told(tables, words):
    given = seen(service=failing(), stopped_tasks=[stopped(TIMEOUT)], route_tables=tables)
    check_shapes(given)

    (found,) = diagnose(given)

    assert found.code == "no-route"
    assert f"subnet-a {words}" in "\n".join(found.evidence)


def test_an_image_of_another_registry_has_no_endpoint():
    endpoints = [endpoint(name) for name in ("ecr.api", "ecr.dkr", "s3", "logs")]
    image = "nginx:1.29"
    reason = (
        "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to "
        'resolve ref docker.io/library/nginx:1.29: failed to do request: Head "https://registry-1.'
        'docker.io/v2/library/nginx/manifests/1.29": dial tcp 44.205.64.79:443: i/o timeout'
    )
    given = seen(
        service=failing(),
        stopped_tasks=[stopped(reason)],
        task_definition=definition(container(image=image)),
        vpc_endpoints=endpoints,
        **CLOSED,
    )

    (found,) = diagnose(given)

    assert found.code == "no-route"
    assert "nginx:1.29 is not in Amazon ECR" in found.fix


def test_blocked_percentages_are_told():
    given = seen(
        service=service(
            events=[
                event(
                    "(service shop-web) was unable to stop or start tasks during a deployment "
                    "because of the service deployment configuration. Update the "
                    "minimumHealthyPercent or maximumPercent value and try again."
                )
            ],
            deployments=[deployment(rolloutState="IN_PROGRESS", createdAt=ago(8))],
            deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 100},
        )
    )

    (found,) = diagnose(given)

    assert found.code == "deployment-stuck"
    assert "minimum 100 %, maximum 100 %" in found.evidence
    assert "leave no room" in found.fix


def test_a_balancer_that_may_not_send_is_named():
    groups = {
        **HEALTHY.security_groups,
        "sg-balancer": security_group("sg-balancer", egress=[opening(8080, "sg-other")]),
    }
    given = seen(security_groups=groups, target_health=SLOW)

    (found,) = diagnose(given)

    assert found.code == "security-group-load-balancer"
    assert "lets port 8080 out" in found.evidence[0]


def test_a_stack_is_deployed_by_its_path():
    given = seen(roles={ROLE: role("lambda.amazonaws.com")}, stack_path="staging/Api")

    (found,) = diagnose(given)

    assert found.repair == "cdk deploy staging/Api"
    assert "STACK_PATH" not in found.fix


def test_an_unknown_path_is_told_where_to_look_for():
    (found,) = diagnose(seen(roles={ROLE: role("lambda.amazonaws.com")}, stack="shop-api"))

    assert found.repair == "cdk deploy STACK_PATH"
    assert found.fix.endswith(
        "STACK_PATH is what `cdk list` shows before shop-api, such as staging/Api."
    )


def without_image(revision, image=IMAGE, **others):
    arn = f"arn:aws:ecs:eu-west-1:123456789012:task-definition/shop:{revision}"
    given = seen(
        service=service(taskDefinition=arn),
        images={image: ContainerImage(error="ImageNotFoundException")},
        stack="shop-api",
        **others,
    )
    (found,) = (each for each in diagnose(given) if each.code == "image-missing")
    return found


@pytest.mark.parametrize(
    ("revision", "others", "repair"),
    [
        (1, {"pipeline": pipeline("", status="Succeeded")}, "aws codepipeline start-pipeline-exec"),
        (2, {"pipeline": pipeline("", status="Succeeded")}, "aws codepipeline start-pipeline-exec"),
        (1, {"pipeline": None}, f"docker push {IMAGE}"),
        (2, {"pipeline": None}, "serverless-containers rollback --stack shop-api"),
        (
            1,
            {"pipeline": None, "stack_path": "Api", "image": f"{ECR}/cdk-hnb659fds-assets:v2"},
            "cdk deploy Api",
        ),
    ],
)
def test_a_missing_image_comes_back_by_what_makes_it(revision, others, repair):
    found = without_image(revision, **others)

    assert found.repair.startswith(repair)
    # Nothing goes back to a revision that never was.
    assert ("rollback" in found.repair + found.fix) == (revision > 1)


def test_exec_is_turned_on_where_the_role_is_made():
    given = seen(service=service(enableExecuteCommand=False), stack_path="Api")

    (found,) = diagnose(given)

    assert found.repair == "cdk deploy Api"
    assert "enable_execute_command=True" in found.fix
    assert "only if the task's role (not the execution role) has the four ssmmessages" in found.fix
