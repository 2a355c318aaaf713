"""Evidence of a deployed service, asked of AWS's APIs.

Nothing is changed, and no value of a secret is read. A part that AWS does not tell, such as for a
missing permission, is left out and named.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from serverless_containers.aws_api.clients import AwsClients, call, call_pages
from serverless_containers.aws_api.endpoints import is_aws_url
from serverless_containers.aws_api.errors import AwsError
from serverless_containers.diagnosis.evidence import (
    Answer,
    Answers,
    ContainerImage,
    Evidence,
    Probe,
    Resolution,
    Unseen,
)
from serverless_containers.diagnosis.outside import Outside
from serverless_containers.diagnosis.stopped import explain_stop
from serverless_containers.operations.deployed import (
    DeployedService,
    describe_service,
    describe_task_definition,
)
from serverless_containers.operations.stacks import path_of_stack, stack_resources
from serverless_containers.operations.status import instances_health, tasks

Seen = TypeVar("Seen")

_NONE: Answers = ()
_NO_NAMES: Sequence[str] = ()

_ACTION = re.compile(r"(?:lacks?|needs) (?P<action>[a-z0-9-]+:[A-Za-z*]+)")
_ECR_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[\w-]+)\.amazonaws\.com(?:\.cn)?/"
    r"(?P<repository>[^:@]+)(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:\w+))?"
)
_MANIFESTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_LINES = 40
_REQUESTS = 20
_WINDOW = timedelta(minutes=15)
_BALANCER_METRICS = (
    "HTTPCode_ELB_502_Count",
    "HTTPCode_ELB_503_Count",
    "HTTPCode_ELB_504_Count",
    "HTTPCode_Target_5XX_Count",
)
_VCPU_QUOTA = ("fargate", "L-3032A538")
"""Vcpus of Fargate On-Demand; "Service quotas", Amazon ECS Developer Guide."""
_EDGE_REGION = "us-east-1"
"""The region of the metrics of CloudFront, and of its certificates."""


def collect(
    clients: AwsClients,
    deployed: DeployedService,
    *,
    outside: Outside | None = None,
    now: datetime | None = None,
) -> Evidence:
    """Return the evidence of a service.

    Args:
        clients: The clients of its account and region.
        deployed: The service.
        outside: The ways to look from outside. Default: from this machine, if the clients are
            AWS's, and else not at all.
        now: The time. Default: this machine's.

    Raises:
        AwsError: If ECS does not describe the service.
    """
    return _Collector(clients, deployed, outside, now or datetime.now(UTC)).collect()


class _Collector:
    def __init__(
        self,
        clients: AwsClients,
        deployed: DeployedService,
        outside: Outside | None,
        now: datetime,
    ) -> None:
        self._clients = clients
        self._deployed = deployed
        self._now = now
        self._unseen: list[Unseen] = []
        url = clients.ecs.meta.endpoint_url
        self._outside = outside or (Outside() if is_aws_url(url, "ecs") else None)

    def collect(self) -> Evidence:
        deployed, clients = self._deployed, self._clients
        service = describe_service(clients, deployed)
        definition = self._try(
            "the task definition",
            lambda: describe_task_definition(clients, service["taskDefinition"]),
            None,
        )
        running = self._try("tasks", lambda: tasks(clients, deployed, stopped=False), _NONE)
        stopped = self._try("stopped tasks", lambda: tasks(clients, deployed, stopped=True), _NONE)
        groups = self._try("target groups", self._target_groups, _NONE)
        balancers = self._try("load balancers", lambda: self._load_balancers(groups), _NONE)
        integrations = self._try("the API's integrations", self._integrations, _NONE)
        links = self._try("VPC links", lambda: self._vpc_links(integrations), _NONE)
        subnets = self._try("subnets", lambda: self._subnets(service), _NONE)
        endpoints = self._try("VPC endpoints", lambda: self._vpc_endpoints(subnets), _NONE)
        distribution = self._try("the distribution", self._distribution, None)
        domains = self._try("the API's domain names", self._api_domains, _NONE)
        return Evidence(
            region=deployed.region,
            cluster=deployed.cluster,
            service_name=deployed.service,
            stack=deployed.stack,
            stack_path=self._try("the stack's path", self._stack_path, ""),
            now=self._now,
            service=service,
            service_deployments=self._try("deployments", self._service_deployments, _NONE),
            tasks=running,
            stopped_tasks=stopped,
            task_definition=definition,
            logs=self._logs(running, stopped, definition),
            log_groups=self._try("log groups", self._log_groups, {}),
            target_groups=groups,
            target_health=self._try("target health", self._target_health, {}),
            load_balancers=balancers,
            instances=self._try("the health in Cloud Map", self._instances, None),
            discovered=self._try("instances in Cloud Map", self._discovered, _NONE),
            api_log=self._try("the API's access log", self._api_log, _NONE),
            api_integrations=integrations,
            vpc_links=links,
            metrics=self._try("metrics", lambda: self._metrics(balancers), {}),
            distribution=distribution,
            probes=self._probes(distribution, domains, balancers),
            subnets=subnets,
            route_tables=self._try("route tables", lambda: self._route_tables(subnets), _NONE),
            security_groups=self._try(
                "security groups",
                lambda: self._security_groups(service, balancers, links, endpoints),
                {},
            ),
            vpc_endpoints=endpoints,
            images=self._images(definition),
            secrets=self._secrets(definition),
            roles=self._roles(definition),
            pipeline=self._try("the pipeline", self._pipeline, None),
            build=self._try("the last build", self._build, None),
            certificates=self._certificates(balancers, distribution, domains),
            dns=self._dns(distribution, domains),
            alarms=self._try("alarms", self._alarms, _NONE),
            quotas=self._try("quotas", self._quotas, {}),
            file_systems=self._file_systems(definition),
            unseen=tuple(self._unseen),
        )

    def _try(self, part: str, look: Callable[[], Seen], otherwise: Seen) -> Seen:
        try:
            return look()
        except AwsError as failure:
            self._miss(part, failure)
            return otherwise

    def _miss(self, part: str, failure: AwsError) -> None:
        found = _ACTION.search(str(failure)) if failure.denied else None
        self._unseen.append(
            Unseen(part=part, action=found["action"] if found else "", message=str(failure))
        )

    def _call(self, api: str, operation: str, about: str, /, **arguments: object) -> Answer:
        return call(self._clients.client(api), operation, about, **arguments)

    def _stack_path(self) -> str:
        """Return the path of the stack in its CDK app, by which the CDK CLI knows it."""
        name = self._deployed.logical_id
        found = self._call(
            "cloudformation",
            "describe_stack_resource",
            self._deployed.stack,
            StackName=self._deployed.stack,
            LogicalResourceId=name,
        )["StackResourceDetail"]
        path = _object(found.get("Metadata") or "").get("aws:cdk:path", "")
        return path_of_stack(path, name) if isinstance(path, str) else ""

    # Amazon ECS and its logs

    def _service_deployments(self) -> Answers:
        found = self._call(
            "ecs",
            "list_service_deployments",
            self._deployed.service,
            service=self._deployed.arn,
            cluster=self._deployed.cluster,
        )["serviceDeployments"]
        arns = [each["serviceDeploymentArn"] for each in found][:5]
        if not arns:
            return ()
        described = self._call(
            "ecs",
            "describe_service_deployments",
            self._deployed.service,
            serviceDeploymentArns=arns,
        )["serviceDeployments"]
        return sorted(described, key=lambda each: each["createdAt"], reverse=True)

    def _logs(
        self, running: Answers, stopped: Answers, definition: Answer | None
    ) -> Mapping[str, Sequence[str]]:
        """Return the first and last lines of a task that runs, then the last of one that failed."""
        failed = [task for task in stopped if not explain_stop(task, definition).expected]
        found: dict[str, list[str]] = {}
        for name, group in self._deployed.log_groups.items():
            prefix = self._deployed.log_prefixes.get(name, "")
            for task, from_head in (
                *((each, True) for each in running[:1]),
                *((each, False) for each in running[:1]),
                *((each, False) for each in failed[:1]),
            ):
                stream = f"{prefix}/{name}/{task['taskArn'].rpartition('/')[2]}"
                try:
                    answer = self._call(
                        "logs",
                        "get_log_events",
                        group,
                        logGroupName=group,
                        logStreamName=stream,
                        limit=_LINES,
                        startFromHead=from_head,
                    )
                except AwsError as failure:
                    # A container that never started has no stream.
                    if failure.code == "ResourceNotFoundException":
                        continue
                    self._miss(f"the log of {name}", failure)
                    break
                lines = found.setdefault(name, [])
                lines += [each["message"].rstrip() for each in answer["events"]]
        return {name: list(dict.fromkeys(lines)) for name, lines in found.items()}

    def _log_groups(self) -> Mapping[str, bool]:
        found = {}
        for name in dict.fromkeys(self._deployed.log_groups.values()):
            answer = self._call("logs", "describe_log_groups", name, logGroupNamePrefix=name)
            found[name] = any(each["logGroupName"] == name for each in answer["logGroups"])
        return found

    # Ingresses

    def _target_groups(self) -> Answers:
        arns = list(self._deployed.target_groups)
        if not arns:
            return ()
        found: Answers = self._call(
            "elbv2", "describe_target_groups", "the target groups", TargetGroupArns=arns
        )["TargetGroups"]
        return found

    def _target_health(self) -> Mapping[str, Answers]:
        return {
            arn: self._call("elbv2", "describe_target_health", arn, TargetGroupArn=arn)[
                "TargetHealthDescriptions"
            ]
            for arn in self._deployed.target_groups
        }

    def _load_balancers(self, groups: Answers) -> Answers:
        of_groups = [arn for each in groups for arn in each.get("LoadBalancerArns", ())]
        arns = list(dict.fromkeys((*self._deployed.load_balancers, *of_groups)))
        if not arns:
            return ()
        found: Answers = self._call(
            "elbv2", "describe_load_balancers", "the load balancers", LoadBalancerArns=arns
        )["LoadBalancers"]
        return found

    def _instances(self) -> Mapping[str, str] | None:
        if not self._deployed.registries:
            return None
        return {
            instance: health
            for registry in self._deployed.registries
            for instance, health in instances_health(self._clients, registry).items()
        }

    def _discovered(self) -> Answers:
        return [
            each
            for registry in self._deployed.registries
            for each in call_pages(
                self._clients.client("servicediscovery"),
                "list_instances",
                registry,
                "Instances",
                ServiceId=registry,
            )
        ]

    def _integrations(self) -> Answers:
        return [
            each
            for api in self._deployed.http_apis
            for each in self._call("apigatewayv2", "get_integrations", api, ApiId=api)["Items"]
        ]

    def _vpc_links(self, integrations: Answers) -> Answers:
        ids = [
            each["ConnectionId"]
            for each in integrations
            if each.get("ConnectionType") == "VPC_LINK" and each.get("ConnectionId")
        ]
        return [
            self._call("apigatewayv2", "get_vpc_link", each, VpcLinkId=each)
            for each in dict.fromkeys(ids)
        ]

    def _api_log(self) -> Answers:
        since = int((self._now - _WINDOW).timestamp() * 1000)
        found = []
        for api in self._deployed.http_apis:
            stages = self._call("apigatewayv2", "get_stages", api, ApiId=api)["Items"]
            arns = [each.get("AccessLogSettings", {}).get("DestinationArn") for each in stages]
            for arn in filter(None, arns):
                group = arn.removesuffix(":*").partition(":log-group:")[2]
                answer = self._call(
                    "logs",
                    "filter_log_events",
                    group,
                    logGroupName=group,
                    startTime=since,
                    filterPattern='{ $.status = "5*" }',
                    limit=_REQUESTS,
                )
                found += [_object(each["message"]) for each in answer["events"]]
        return [each for each in found if each]

    def _api_domains(self) -> Answers:
        apis = set(self._deployed.http_apis)
        if not apis:
            return ()
        found = []
        for domain in self._call("apigatewayv2", "get_domain_names", "the domain names")["Items"]:
            mappings = self._call(
                "apigatewayv2",
                "get_api_mappings",
                domain["DomainName"],
                DomainName=domain["DomainName"],
            )["Items"]
            if any(each.get("ApiId") in apis for each in mappings):
                found.append(domain)
        return found

    def _distribution(self) -> Answer | None:
        for each in self._deployed.distributions[:1]:
            found: Answer = self._call("cloudfront", "get_distribution", each, Id=each)[
                "Distribution"
            ]
            return found
        return None

    def _metrics(self, balancers: Answers) -> Mapping[str, float]:
        queries = [
            {
                "Id": f"m{number}_{index}",
                "Label": name,
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/ApplicationELB",
                        "MetricName": name,
                        "Dimensions": [
                            {
                                "Name": "LoadBalancer",
                                "Value": balancer["LoadBalancerArn"].partition("loadbalancer/")[2],
                            }
                        ],
                    },
                    "Period": 60,
                    "Stat": "Sum",
                },
                "ReturnData": True,
            }
            for number, balancer in enumerate(balancers)
            for index, name in enumerate(_BALANCER_METRICS)
        ]
        if not queries:
            return {}
        answer = self._call(
            "cloudwatch",
            "get_metric_data",
            "the load balancers",
            MetricDataQueries=queries,
            StartTime=self._now - _WINDOW,
            EndTime=self._now,
        )
        found: dict[str, float] = {}
        for each in answer["MetricDataResults"]:
            name = f"AWS/ApplicationELB/{each['Label']}"
            found[name] = found.get(name, 0.0) + sum(each["Values"])
        return found

    # The network

    def _subnets(self, service: Answer) -> Answers:
        ids = _network(service).get("subnets", ())
        if not ids:
            return ()
        found: Answers = self._call("ec2", "describe_subnets", "the subnets", SubnetIds=list(ids))[
            "Subnets"
        ]
        return found

    def _of_vpc(self, operation: str, key: str, subnets: Answers) -> Answers:
        vpcs = sorted({each["VpcId"] for each in subnets if each.get("VpcId")})
        if not vpcs:
            return ()
        return call_pages(
            self._clients.client("ec2"),
            operation,
            "the VPC",
            key,
            Filters=[{"Name": "vpc-id", "Values": vpcs}],
        )

    def _route_tables(self, subnets: Answers) -> Answers:
        return self._of_vpc("describe_route_tables", "RouteTables", subnets)

    def _vpc_endpoints(self, subnets: Answers) -> Answers:
        return self._of_vpc("describe_vpc_endpoints", "VpcEndpoints", subnets)

    def _security_groups(
        self, service: Answer, balancers: Answers, links: Answers, endpoints: Answers
    ) -> Mapping[str, Answer]:
        ids = dict.fromkeys(
            (
                *_network(service).get("securityGroups", ()),
                *(group for each in balancers for group in each.get("SecurityGroups", ())),
                *(group for each in links for group in each.get("SecurityGroupIds", ())),
                *(group["GroupId"] for each in endpoints for group in each.get("Groups", ())),
            )
        )
        if not ids:
            return {}
        found = self._call(
            "ec2", "describe_security_groups", "the security groups", GroupIds=list(ids)
        )["SecurityGroups"]
        return {each["GroupId"]: each for each in found}

    # What a task needs before it starts

    def _images(self, definition: Answer | None) -> Mapping[str, ContainerImage]:
        found = {}
        for container in (definition or {}).get("containerDefinitions", ()):
            name = container["image"]
            if name not in found and (parts := _ECR_IMAGE.fullmatch(name)):
                image = self._try(f"the image {name}", partial(self._image, parts), None)
                if image is not None:
                    found[name] = image
        return found

    def _image(self, parts: re.Match[str]) -> ContainerImage:
        image = (
            {"imageDigest": parts["digest"]}
            if parts["digest"]
            else {"imageTag": parts["tag"] or "latest"}
        )
        client = self._clients.client("ecr")
        if parts["region"] != self._clients.region:
            client = self._clients.in_region(parts["region"]).client("ecr")
        try:
            answer = call(
                client,
                "batch_get_image",
                parts["repository"],
                registryId=parts["account"],
                repositoryName=parts["repository"],
                imageIds=[image],
                acceptedMediaTypes=list(_MANIFESTS),
            )
        except AwsError as failure:
            if failure.code == "RepositoryNotFoundException":
                return ContainerImage(error=failure.code)
            raise
        if not answer.get("images"):
            return ContainerImage(error="ImageNotFoundException")
        return ContainerImage(platforms=_platforms(answer["images"][0].get("imageManifest", "")))

    def _secrets(self, definition: Answer | None) -> Mapping[str, str]:
        names = dict.fromkeys(
            each["valueFrom"]
            for container in (definition or {}).get("containerDefinitions", ())
            for each in container.get("secrets", ())
        )
        found = {}
        for name in names:
            look = self._secret if ":secretsmanager:" in name else self._parameter
            code = self._try(f"the secret {name}", partial(look, name), None)
            if code is not None:
                found[name] = code
        return found

    def _secret(self, name: str) -> str:
        # A key, a stage and a version may follow the seven parts of the ARN.
        arn = ":".join(name.split(":")[:7])
        try:
            answer = self._call("secretsmanager", "describe_secret", arn, SecretId=arn)
        except AwsError as failure:
            if failure.code == "ResourceNotFoundException":
                return failure.code
            raise
        if answer.get("DeletedDate"):
            return "Deleted"
        return "" if answer.get("VersionIdsToStages") else "NoValue"

    def _parameter(self, name: str) -> str:
        parameter = name.partition(":parameter")[2] or name
        # An ARN has the slash of a name that starts with one, and one before a name that has none.
        names = dict.fromkeys((parameter, parameter.removeprefix("/")))
        answer = self._call(
            "ssm",
            "describe_parameters",
            parameter,
            ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": list(names)}],
        )
        return "" if answer["Parameters"] else "ParameterNotFound"

    def _roles(self, definition: Answer | None) -> Mapping[str, Answer | str]:
        arns = [(definition or {}).get(key) for key in ("executionRoleArn", "taskRoleArn")]
        found: dict[str, Answer | str] = {}
        for arn in filter(None, arns):
            name = arn.rpartition("/")[2]
            role = self._try(f"the role {name}", partial(self._role, name), None)
            if role is not None:
                found[arn] = role
        return found

    def _role(self, name: str) -> Answer | str:
        try:
            found: Answer = self._call("iam", "get_role", name, RoleName=name)["Role"]
        except AwsError as failure:
            if failure.code == "NoSuchEntity":
                return failure.code
            raise
        return found

    def _file_systems(self, definition: Answer | None) -> Mapping[str, Answers]:
        ids = dict.fromkeys(
            volume["efsVolumeConfiguration"]["fileSystemId"]
            for volume in (definition or {}).get("volumes", ())
            if volume.get("efsVolumeConfiguration")
        )
        found = {}
        for system in ids:
            targets = self._try(
                f"the file system {system}",
                partial(
                    call_pages,
                    self._clients.client("efs"),
                    "describe_mount_targets",
                    system,
                    "MountTargets",
                    FileSystemId=system,
                ),
                None,
            )
            if targets is not None:
                found[system] = targets
        return found

    # The pipeline

    def _pipeline(self) -> Answer | None:
        for name in self._deployed.pipelines[:1]:
            return self._call("codepipeline", "get_pipeline_state", name, name=name)
        return None

    def _build(self) -> Answer | None:
        for project in self._deployed.projects[:1]:
            ids = self._call("codebuild", "list_builds_for_project", project, projectName=project)[
                "ids"
            ]
            if ids:
                found: Answer = self._call("codebuild", "batch_get_builds", project, ids=ids[:1])[
                    "builds"
                ][0]
                return found
        return None

    # Names and certificates

    def _certificates(
        self, balancers: Answers, distribution: Answer | None, domains: Answers
    ) -> Answers:
        arns = list(
            dict.fromkeys(
                (
                    *self._try("the stack's certificates", self._stack_certificates, _NO_NAMES),
                    *self._try("listeners", lambda: self._listened(balancers), _NO_NAMES),
                    *_of_distribution(distribution),
                    *(
                        each["CertificateArn"]
                        for domain in domains
                        for each in domain.get("DomainNameConfigurations", ())
                        if each.get("CertificateArn")
                    ),
                )
            )
        )
        found = []
        for arn in arns:
            certificate = self._try(f"the certificate {arn}", partial(self._certificate, arn), None)
            if certificate is not None:
                found.append(certificate)
        return found

    def _stack_certificates(self) -> Sequence[str]:
        return [
            each.physical_id
            for each in stack_resources(self._clients, self._deployed.stack) or ()
            if each.type == "AWS::CertificateManager::Certificate"
            and each.physical_id.startswith("arn:")
        ]

    def _listened(self, balancers: Answers) -> Sequence[str]:
        return [
            certificate["CertificateArn"]
            for balancer in balancers
            for listener in call_pages(
                self._clients.client("elbv2"),
                "describe_listeners",
                balancer["LoadBalancerArn"],
                "Listeners",
                LoadBalancerArn=balancer["LoadBalancerArn"],
            )
            for certificate in listener.get("Certificates", ())
        ]

    def _certificate(self, arn: str) -> Answer:
        region = arn.split(":")[3]
        clients = self._clients
        if region != clients.region:
            clients = clients.in_region(region)
        found: Answer = call(
            clients.client("acm"), "describe_certificate", arn, CertificateArn=arn
        )["Certificate"]
        return found

    def _dns(self, distribution: Answer | None, domains: Answers) -> Mapping[str, Resolution]:
        if self._outside is None:
            return {}
        found = {}
        for name, expected in _names(distribution, domains):
            found[name] = Resolution(
                expected=expected,
                addresses=self._outside.resolve(name),
                expected_addresses=self._outside.resolve(expected),
            )
        return found

    def _probes(
        self, distribution: Answer | None, domains: Answers, balancers: Answers
    ) -> Mapping[str, Probe]:
        if self._outside is None:
            return {}
        urls = [f"https://{name}/" for name, _ in _names(distribution, domains)][:1]
        if not urls and distribution is not None:
            urls = [f"https://{distribution['DomainName']}/"]
        elif not urls and self._deployed.http_apis:
            urls = self._try("the API", self._api_urls, [])
        elif not urls:
            urls = [
                f"http://{each['DNSName']}/"
                for each in balancers
                if each.get("Scheme") == "internet-facing"
            ]
        return {url: self._outside.probe(url) for url in urls}

    def _api_urls(self) -> list[str]:
        apis = (
            self._call("apigatewayv2", "get_api", each, ApiId=each)
            for each in self._deployed.http_apis
        )
        return [
            f"{each['ApiEndpoint']}/"
            for each in apis
            if each.get("ApiEndpoint") and not each.get("DisableExecuteApiEndpoint")
        ]

    # Around the service

    def _alarms(self) -> Answers:
        names = list(self._deployed.alarms)
        if not names:
            return ()
        return call_pages(
            self._clients.client("cloudwatch"),
            "describe_alarms",
            "the alarms",
            "MetricAlarms",
            AlarmNames=names[:100],
            StateValue="ALARM",
        )

    def _quotas(self) -> Mapping[str, tuple[float, float]]:
        code, quota = _VCPU_QUOTA
        found = self._call(
            "service-quotas", "get_service_quota", quota, ServiceCode=code, QuotaCode=quota
        )["Quota"]
        usage = found.get("UsageMetric")
        if not usage:
            return {}
        answer = self._call(
            "cloudwatch",
            "get_metric_statistics",
            found["QuotaName"],
            Namespace=usage["MetricNamespace"],
            MetricName=usage["MetricName"],
            Dimensions=[
                {"Name": name, "Value": value}
                for name, value in usage.get("MetricDimensions", {}).items()
            ],
            StartTime=self._now - _WINDOW,
            EndTime=self._now,
            Period=300,
            Statistics=[usage.get("MetricStatisticRecommendation", "Maximum")],
        )
        statistic = usage.get("MetricStatisticRecommendation", "Maximum")
        values = [each[statistic] for each in answer["Datapoints"]]
        return {found["QuotaName"]: (max(values), found["Value"])} if values else {}


def _network(service: Answer) -> Mapping[str, Any]:
    found: Mapping[str, Any] = service.get("networkConfiguration", {}).get(
        "awsvpcConfiguration", {}
    )
    return found


def _names(distribution: Answer | None, domains: Answers) -> Iterator[tuple[str, str]]:
    """Yield the domain names of the service, each with the name that it should lead to."""
    if distribution is not None:
        aliases = distribution.get("DistributionConfig", {}).get("Aliases", {}).get("Items", ())
        for alias in aliases:
            if not alias.startswith("*"):
                yield alias, distribution["DomainName"]
    for domain in domains:
        for each in domain.get("DomainNameConfigurations", ())[:1]:
            if each.get("ApiGatewayDomainName") and not domain["DomainName"].startswith("*"):
                yield domain["DomainName"], each["ApiGatewayDomainName"]


def _of_distribution(distribution: Answer | None) -> Iterable[str]:
    found = (distribution or {}).get("DistributionConfig", {}).get("ViewerCertificate", {})
    return [found["ACMCertificateArn"]] if found.get("ACMCertificateArn") else []


def _platforms(manifest: str) -> tuple[str, ...]:
    """Return the platforms of a list of manifests; a single manifest names none."""
    found = (each.get("platform", {}) for each in _object(manifest).get("manifests", ()))
    return tuple(
        f"{each['os']}/{each['architecture']}"
        for each in found
        # Attestations have one that nothing runs on.
        if each.get("os", "unknown") != "unknown"
    )


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
