"""Evidence: what is asked of AWS, and what becomes of the answers."""

import http.server
import json
import threading

import pytest
from botocore.exceptions import EndpointConnectionError

from serverless_containers.aws_api.errors import AwsError
from serverless_containers.diagnosis.collect import collect
from serverless_containers.diagnosis.diagnose import diagnose
from serverless_containers.diagnosis.evidence import ContainerImage, Probe
from serverless_containers.diagnosis.outside import Outside, probe, resolve
from serverless_containers.operations.deployed import find_service
from tests.support.deployed_around import (
    BALANCER,
    CERTIFICATE,
    GROUPS,
    allow,
    in_stack,
    log_events,
    manifest,
    placed,
)
from tests.support.deployed_stack import (
    GROUP,
    NOW,
    SERVICE,
    STOPPED,
    ago,
    container,
    resource,
    resources,
    rollout,
    run_tasks,
    services,
    task,
    task_definition,
)
from tests.support.recorded_aws import ACCOUNT, REGION, RefusalError

VERSION = "01234567-89ab-cdef-0123-456789abcdef"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop/db-AbCdEf"
ADDRESSES = {
    "shop.example.com": frozenset({"198.51.100.7"}),
    "d111.cloudfront.net": frozenset({"198.51.100.7", "198.51.100.8"}),
}


class Seen:
    """What is looked up from outside, and a stand-in for the answers."""

    def __init__(self, **answer):
        self.asked = []
        self.answer = Probe(**{"status": 200, **answer})

    def outside(self):
        def look(url):
            self.asked.append(url)
            return self.answer

        return Outside(resolve=lambda name: ADDRESSES.get(name, frozenset()), probe=look)


def evidence_of(clients, seen=None):
    deployed = find_service(clients, stack="shop-dev-api")
    return collect(clients, deployed, outside=(seen or Seen()).outside(), now=NOW)


def define(aws, **changes):
    """Change the web container's definition."""
    definition = task_definition(3)
    definition.update(changes.pop("task", {}))
    definition["containerDefinitions"][0].update(changes)
    aws.answer("DescribeTaskDefinition", {"taskDefinition": definition})


def test_everything_is_looked_at_and_nothing_is_found(aws, clients):
    seen = Seen()
    evidence = evidence_of(clients, seen)

    assert evidence.unseen == ()
    assert diagnose(evidence) == ()
    assert aws.changes() == []
    assert evidence.service["serviceName"] == SERVICE
    assert evidence.port == 80
    assert evidence.logs == {
        "web": ["listening on port 80"],
        "db": ["listening on port 80"],
    }
    assert evidence.log_groups == {"logs-web": True, "logs-db": True}
    assert list(evidence.target_health) == [GROUP]
    assert [each["LoadBalancerArn"] for each in evidence.load_balancers] == [BALANCER]
    assert evidence.instances == {"one": "HEALTHY"}
    assert [each["VpcLinkId"] for each in evidence.vpc_links] == ["link1"]
    assert set(evidence.security_groups) == set(GROUPS)
    (image,) = evidence.images.values()
    assert image == ContainerImage(platforms=("linux/amd64", "linux/arm64"))
    assert len(evidence.roles) == 2
    assert [each["CertificateArn"] for each in evidence.certificates] == [CERTIFICATE]
    assert evidence.quotas == {"Fargate On-Demand vCPU resource count": (3.0, 100.0)}
    assert evidence.build["buildStatus"] == "SUCCEEDED"
    assert seen.asked == [f"https://a1b2c3d4e5.execute-api.{REGION}.amazonaws.com/"]


def test_no_value_of_a_secret_is_read(aws, clients):
    define(aws, secrets=[{"name": "A", "valueFrom": SECRET}, {"name": "B", "valueFrom": "/shop/b"}])
    aws.answer("DescribeSecret", {"ARN": SECRET, "VersionIdsToStages": {VERSION: ["AWSCURRENT"]}})
    aws.answer("DescribeParameters", {"Parameters": [{"Name": "/shop/b"}]})

    evidence = evidence_of(clients)

    assert evidence.secrets == {SECRET: "", "/shop/b": ""}
    assert {"GetSecretValue", "GetParameter", "GetParameters"}.isdisjoint(
        name for name, _ in aws.calls
    )


PARTS = {
    "DescribeTaskDefinition": None,
    "ListTasks": ("tasks", "ecs:ListTasks"),
    "ListServiceDeployments": ("deployments", "ecs:ListServiceDeployments"),
    "GetLogEvents": ("the log of web", "logs:GetLogEvents"),
    "DescribeLogGroups": ("log groups", "logs:DescribeLogGroups"),
    "DescribeTargetGroups": ("target groups", "elasticloadbalancing:DescribeTargetGroups"),
    "DescribeTargetHealth": ("target health", "elasticloadbalancing:DescribeTargetHealth"),
    "DescribeLoadBalancers": ("load balancers", "elasticloadbalancing:DescribeLoadBalancers"),
    "DescribeListeners": ("listeners", "elasticloadbalancing:DescribeListeners"),
    "GetInstancesHealthStatus": (
        "the health in Cloud Map",
        "servicediscovery:GetInstancesHealthStatus",
    ),
    "ListInstances": ("instances in Cloud Map", "servicediscovery:ListInstances"),
    "GetIntegrations": ("the API's integrations", "apigateway:GetIntegrations"),
    "GetVpcLink": ("VPC links", "apigateway:GetVpcLink"),
    "FilterLogEvents": ("the API's access log", "logs:FilterLogEvents"),
    "GetDomainNames": ("the API's domain names", "apigateway:GetDomainNames"),
    "GetMetricData": ("metrics", "cloudwatch:GetMetricData"),
    "DescribeSubnets": ("subnets", "ec2:DescribeSubnets"),
    "DescribeRouteTables": ("route tables", "ec2:DescribeRouteTables"),
    "DescribeVpcEndpoints": ("VPC endpoints", "ec2:DescribeVpcEndpoints"),
    "DescribeSecurityGroups": ("security groups", "ec2:DescribeSecurityGroups"),
    "GetRole": ("the role shop-execution", "iam:GetRole"),
    "GetPipelineState": ("the pipeline", "codepipeline:GetPipelineState"),
    "ListBuildsForProject": ("the last build", "codebuild:ListBuildsForProject"),
    "DescribeCertificate": (f"the certificate {CERTIFICATE}", "acm:DescribeCertificate"),
    "DescribeAlarms": ("alarms", "cloudwatch:DescribeAlarms"),
    "GetServiceQuota": ("quotas", "servicequotas:GetServiceQuota"),
}


@pytest.mark.parametrize("operation", [name for name, told in PARTS.items() if told])
def test_a_permission_that_is_lacking_is_named_and_the_rest_goes_on(aws, clients, operation):
    # GIVEN a service whose tasks run out of memory, and one call that is denied
    run_tasks(aws, [task("one")], [STOPPED])
    aws.deny(operation)

    evidence = evidence_of(clients)

    # THEN it is told which permission is lacking, for what
    assert PARTS[operation] in {(each.part, each.action) for each in evidence.unseen}
    # AND what the others show is found all the same
    if operation != "ListTasks":
        assert "out-of-memory" in [each.code for each in diagnose(evidence)]


def test_aws_own_words_on_a_permission_count(aws, clients):
    aws.deny(
        "DescribeTargetHealth",
        "User: arn:aws:iam::1:user/ann is not authorized to perform: "
        "elasticloadbalancing:DescribeTargetHealth because no identity-based policy allows it",
    )
    (unseen,) = evidence_of(clients).unseen

    assert unseen.action == "elasticloadbalancing:DescribeTargetHealth"
    assert "arn:aws:iam::1:user/ann lacks" in unseen.message


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (RefusalError("ThrottlingException", status=400), "AWS asks to slow down"),
        (RefusalError("ExpiredTokenException"), "the credentials have expired"),
        (EndpointConnectionError(endpoint_url="https://x"), "AWS cannot be reached"),
    ],
)
def test_other_errors_are_told_per_part_too(aws, clients, failure, words):
    aws.answer("DescribeSubnets", failure)

    (unseen,) = evidence_of(clients).unseen

    assert (unseen.part, unseen.action) == ("subnets", "")
    assert unseen.message.startswith(words)


def test_without_the_service_there_is_nothing_to_look_at(aws, clients):
    deployed = find_service(clients, stack="shop-dev-api")
    aws.deny("DescribeServices")

    with pytest.raises(AwsError, match="ecs:DescribeServices"):
        collect(clients, deployed, outside=Seen().outside(), now=NOW)


# What is found in the answers of AWS's APIs


def codes(clients, seen=None):
    return [each.code for each in diagnose(evidence_of(clients, seen)) if not each.note]


def test_a_missing_image_is_found(aws, clients):
    aws.answer(
        "BatchGetImage",
        {"images": [], "failures": [{"failureCode": "ImageNotFound", "failureReason": "x"}]},
    )
    assert codes(clients) == ["image-missing"]


def test_a_missing_repository_is_found(aws, clients):
    aws.answer("BatchGetImage", RefusalError("RepositoryNotFoundException"))

    assert codes(clients) == ["image-missing"]


def test_an_image_for_another_processor_is_found(aws, clients):
    aws.answer("BatchGetImage", {"images": [{"imageManifest": manifest("linux/arm64")}]})

    assert codes(clients) == ["image-platform"]


def test_an_image_of_one_platform_does_not_tell_which(aws, clients):
    aws.answer("BatchGetImage", {"images": [{"imageManifest": json.dumps({"config": {}})}]})

    assert codes(clients) == []


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (RefusalError("ResourceNotFoundException"), ["secret-missing"]),
        ({"ARN": SECRET, "DeletedDate": NOW}, ["secret-missing"]),
        ({"ARN": SECRET}, ["secret-missing"]),
        ({"ARN": SECRET, "VersionIdsToStages": {VERSION: ["AWSCURRENT"]}}, []),
    ],
)
def test_a_missing_secret_is_found(aws, clients, answer, found):
    define(aws, secrets=[{"name": "A", "valueFrom": f"{SECRET}:password::"}])
    aws.answer("DescribeSecret", answer)

    assert codes(clients) == found
    assert aws.called("DescribeSecret") == [{"SecretId": SECRET}]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("/shop/b", ["/shop/b", "shop/b"]),
        (f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/b", ["/shop/b", "shop/b"]),
        ("b", ["b"]),
    ],
)
def test_a_missing_parameter_is_found(aws, clients, name, asked):
    define(aws, secrets=[{"name": "A", "valueFrom": name}])
    aws.answer("DescribeParameters", {"Parameters": []})

    assert codes(clients) == ["secret-missing"]
    (called,) = aws.called("DescribeParameters")
    assert called["ParameterFilters"][0]["Values"] == asked


def test_a_deleted_role_is_found(aws, clients):
    aws.answer("GetRole", RefusalError("NoSuchEntity"))

    assert codes(clients) == ["role-invalid"]


def test_a_deleted_log_group_is_found(aws, clients):
    aws.answer("DescribeLogGroups", {"logGroups": [{"logGroupName": "logs-web-2"}]})

    assert codes(clients) == ["log-group-missing"]


def test_a_container_that_never_started_has_no_log(aws, clients):
    aws.answer("GetLogEvents", RefusalError("ResourceNotFoundException"))
    evidence = evidence_of(clients)

    assert evidence.logs == {}
    assert evidence.unseen == ()


def test_the_log_of_a_task_that_failed_comes_last(aws, clients):
    asked = []

    def log(parameters):
        asked.append(parameters["logStreamName"])
        dead = parameters["logStreamName"].endswith("/dead")
        return log_events("Error: no database" if dead else "listening on port 80")

    aws.answer("GetLogEvents", log)
    scaled_in = task("later", status="STOPPED", stoppedAt=ago(minutes=1), stopCode="UserInitiated")
    run_tasks(aws, [task("one")], [scaled_in, STOPPED])

    evidence = evidence_of(clients)

    assert evidence.logs["web"] == ["listening on port 80", "Error: no database"]
    assert set(asked) == {"web/web/one", "web/web/dead", "db/db/one", "db/db/dead"}


def test_a_service_without_instances_in_cloud_map_is_found(aws, clients):
    aws.answer("GetInstancesHealthStatus", RefusalError("InstanceNotFound"))
    aws.answer("ListInstances", {"Instances": []})

    assert codes(clients) == ["api-no-instance"]


def test_the_access_log_shows_a_timeout(aws, clients):
    line = {
        "method": "GET",
        "path": "/slow",
        "status": "503",
        "integrationLatency": "30001",
        "integrationError": "Integration execution timed out",
    }
    aws.answer("FilterLogEvents", log_events("no JSON", json.dumps(line)))
    del aws._answers["FilterLogEvents"][0]["events"][0]["ingestionTime"]

    assert codes(clients) == ["api-timeout"]
    (asked,) = aws.called("FilterLogEvents")
    assert asked["logGroupName"] == "/aws/vendedlogs/apigateway/shop"


def test_a_closed_security_group_is_found(aws, clients):
    groups = {**GROUPS, "sg-tasks": allow("sg-tasks", "sg-link")}
    aws.answer(
        "DescribeSecurityGroups",
        lambda asked: {"SecurityGroups": [groups[each] for each in asked["GroupIds"]]},
    )
    assert codes(clients) == ["security-group-load-balancer"]


def test_metrics_of_a_load_balancer_are_summed(aws, clients):
    aws.answer(
        "GetMetricData",
        {"MetricDataResults": [{"Label": "HTTPCode_ELB_504_Count", "Values": [2.0, 1.0]}]},
    )
    assert codes(clients) == ["load-balancer-504"]
    (asked,) = aws.called("GetMetricData")
    assert asked["MetricDataQueries"][0]["MetricStat"]["Metric"]["Dimensions"] == [
        {"Name": "LoadBalancer", "Value": "app/shop/1a2b"}
    ]


def site(aws, aliases=("shop.example.com",)):
    """A distribution before the service."""
    aws.answer(
        "ListStackResources",
        {
            "StackResourceSummaries": [
                *resources(),
                resource("ApiDistribution1", "AWS::CloudFront::Distribution", "E123"),
            ]
        },
    )
    edge = CERTIFICATE.replace(REGION, "us-east-1")
    needed = dict.fromkeys(("CallerReference", "Comment"), "x")
    behaviour = {"TargetOriginId": "x", "ViewerProtocolPolicy": "redirect-to-https"}
    aws.answer(
        "GetDistribution",
        {
            "Distribution": {
                "Id": "E123",
                "ARN": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E123",
                "Status": "Deployed",
                "LastModifiedTime": NOW,
                "InProgressInvalidationBatches": 0,
                "DomainName": "d111.cloudfront.net",
                "DistributionConfig": {
                    **needed,
                    "Enabled": True,
                    "Origins": {"Quantity": 0, "Items": [{"Id": "x", "DomainName": "x"}]},
                    "DefaultCacheBehavior": behaviour,
                    "Aliases": {"Quantity": len(aliases), "Items": list(aliases)},
                    "ViewerCertificate": {"ACMCertificateArn": edge},
                },
            }
        },
    )
    return edge


def test_the_names_of_a_site_are_looked_up_and_asked(aws, clients):
    edge = site(aws, ("shop.example.com", "*.shop.example.com"))
    regions = []

    def certificate(asked, region):
        regions.append((asked["CertificateArn"], region))
        return {"Certificate": {"CertificateArn": asked["CertificateArn"], "Status": "ISSUED"}}

    certificate.wants_region = True
    aws.answer("DescribeCertificate", certificate)
    seen = Seen()

    evidence = evidence_of(clients, seen)

    assert list(evidence.dns) == ["shop.example.com"]
    assert seen.asked == ["https://shop.example.com/"]
    assert (edge, "us-east-1") in regions
    assert diagnose(evidence) == ()


def test_a_name_that_leads_elsewhere_is_found(aws, clients):
    site(aws, ("other.example.com",))

    assert codes(clients) == ["dns"]


def test_a_site_that_turns_everybody_away_is_found(aws, clients):
    site(aws)
    seen = Seen(status=403, headers={"server": "awselb/2.0"})

    assert codes(clients, seen) == ["origin-secret"]


def test_a_site_without_a_name_is_asked_at_its_own(aws, clients):
    site(aws, ())
    seen = Seen()
    evidence_of(clients, seen)

    assert seen.asked == ["https://d111.cloudfront.net/"]


def test_the_domain_of_an_api_is_looked_up(aws, clients):
    aws.answer(
        "GetDomainNames",
        {
            "Items": [
                {
                    "DomainName": name,
                    "DomainNameConfigurations": [
                        {
                            "ApiGatewayDomainName": "d-1.execute-api.eu-central-1.amazonaws.com",
                            "CertificateArn": CERTIFICATE,
                        }
                    ],
                }
                for name in ("shop.example.com", "another.example.com")
            ]
        },
    )
    aws.answer(
        "GetApiMappings",
        lambda asked: {
            "Items": [
                {
                    "ApiId": "a1b2c3d4e5" if asked["DomainName"].startswith("shop") else "other",
                    "Stage": "$default",
                }
            ]
        },
    )
    assert list(evidence_of(clients).dns) == ["shop.example.com"]


def test_mount_targets_are_looked_at(aws, clients):
    volumes = [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-01234567"}}]
    define(aws, task={"volumes": volumes})
    target = {
        "MountTargetId": "fsmt-01234567",
        "FileSystemId": "fs-01234567",
        "SubnetId": "subnet-01234567",
        "LifeCycleState": "available",
    }
    aws.answer("DescribeMountTargets", {"MountTargets": [target]})

    assert evidence_of(clients).file_systems == {"fs-01234567": [target]}


def test_a_failed_deployment_names_its_cause(aws, clients):
    # GIVEN a deployment whose tasks fail their health check
    failing = rollout(state="IN_PROGRESS", counts=(0, 2, 1, 4), createdAt=ago(minutes=6))
    aws.answer("DescribeServices", services(placed(failing, counts=(0, 2, 1))))
    dead = task(
        "dead",
        status="STOPPED",
        stopCode="ServiceSchedulerInitiated",
        stoppedReason="Task failed container health checks",
        startedAt=ago(minutes=4),
        stoppedAt=ago(minutes=3),
        containers=[container("web", status="STOPPED", exitCode=137)],
    )
    run_tasks(aws, [], [dead])
    # THEN that is the cause, and no lack of memory
    assert codes(clients) == ["container-health-check"]


def test_other_apis_than_aws_are_not_looked_at_from_outside(aws, clients, monkeypatch):
    del clients
    from serverless_containers.aws_api.clients import AwsClients  # noqa: PLC0415

    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    site(aws)
    local = AwsClients()
    evidence = collect(local, find_service(local, stack="shop-dev-api"), now=NOW)

    assert evidence.probes == {}
    assert evidence.dns == {}


# The ways to look from outside


@pytest.fixture
def server():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(302 if self.path == "/" else 200)
            self.send_header("Location", "/elsewhere")
            self.send_header("X-Cache", "Error from cloudfront")
            self.end_headers()
            self.wfile.write(b"x" * 1000)

        def log_message(self, *_):
            pass

    running = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running.server_port
    running.shutdown()
    thread.join()
    running.server_close()


def test_an_answer_is_told_and_no_redirect_followed(server):
    found = probe(f"http://127.0.0.1:{server}")

    assert (found.status, found.error) == (302, "")
    assert found.headers["x-cache"] == "Error from cloudfront"
    assert len(found.body) == 400


def test_no_answer_is_told():
    assert "refused" in probe("http://127.0.0.1:1/").error


def test_an_untrusted_certificate_is_told(server):
    assert probe(f"https://127.0.0.1:{server}/").error.startswith("TLS: ")


def test_names_are_resolved():
    assert "127.0.0.1" in resolve("localhost") or "::1" in resolve("localhost")
    assert resolve("nothing.invalid") == frozenset()
    assert resolve("x" * 300) == frozenset()


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        (in_stack("staging/Api/Api/Containers/Service/Service"), "staging/Api"),
        (in_stack("Shop/Api/Containers/Service/Service"), "Shop"),
        (in_stack("staging/Api/Another/Service"), ""),
        (in_stack(None), ""),
    ],
)
def test_the_path_of_the_stack_is_that_of_its_service(aws, clients, answer, path):
    aws.answer("DescribeStackResource", answer)

    assert collect(clients, find_service(clients)).stack_path == path


def test_a_path_that_may_not_be_read_is_named(aws, clients):
    aws.deny("DescribeStackResource")

    found = collect(clients, find_service(clients))

    assert found.stack_path == ""
    assert [each.action for each in found.unseen] == ["cloudformation:DescribeStackResource"]
