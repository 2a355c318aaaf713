"""The ingress of a ContainerApi: API Gateway, its VPC link, and Cloud Map between it and tasks."""

from aws_cdk import Acknowledgment, Duration, Names, RemovalPolicy, Validations
from aws_cdk import aws_apigatewayv2 as apigwv2
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from aws_cdk import aws_servicediscovery as servicediscovery
from constructs import Construct

from serverless_containers.arguments.ranges import whole_milliseconds
from serverless_containers.ingress.http_api.access_log import AccessLog
from serverless_containers.ingress.http_api.authorization import Authorization
from serverless_containers.ingress.http_api.custom_domain import CustomDomain
from serverless_containers.monitoring.signals import Signals, http_api_signals
from serverless_containers.workload.project.zones import linked_subnets
from serverless_containers.workload.service.service import ProjectService

_QUOTAS = "Quotas for HTTP APIs, Amazon API Gateway Developer Guide"
_DNS_TTL = Duration.seconds(10)
REQUEST_ID_HEADER = "x-request-id"
"""The header by which the containers get a request's id."""
_PREFLIGHT_PATHS = ("/", "/{proxy+}")


def _request_id() -> apigwv2.ParameterMapping:
    """Tell the containers the id that the access log has of a request.

    In ``x-request-id``, in the place of a caller's own, which could name another request: headers
    that start with ``apigw-`` and ``x-amzn-`` are reserved ("Transform API requests and responses
    for HTTP APIs", Amazon API Gateway Developer Guide).
    """
    return apigwv2.ParameterMapping().overwrite_header(
        REQUEST_ID_HEADER, apigwv2.MappingValue.context_variable("requestId")
    )


class HttpApiIngress(Construct):
    """An HTTP API whose every route leads to a service's entrypoint.

    API Gateway finds the tasks through Cloud Map, where ECS registers each with its address and
    port (SRV) and keeps its health up to date (custom health checks). "Create private integrations
    for HTTP APIs", Amazon API Gateway Developer Guide, asks for SRV records.

    Args:
        service: The service that the routes lead to.
        authorization: The callers that are let in.
        cors: The CORS configuration. None leaves it to the containers.
        throttle: The limits of the stage. None leaves the account's.
        timeout: The time for which API Gateway waits for the containers; 50 ms to 30 s ("Quotas for
            configuring and running an HTTP API", Amazon API Gateway Developer Guide).
        namespace: The Cloud Map namespace. None makes a private one.
        domain: The API's own domain name, which then is the only one.
        log_retention: The time for which access logs are kept.
        removal_policy: Their removal policy when the stack is deleted.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: ProjectService,
        authorization: Authorization,
        cors: apigwv2.CorsPreflightOptions | None,
        throttle: apigwv2.ThrottleSettings | None,
        timeout: Duration | None,
        namespace: servicediscovery.INamespace | None,
        domain: CustomDomain | None,
        log_retention: logs.RetentionDays,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        # Unique in a VPC that several projects may share, and the same at every synthesis.
        name = Names.unique_resource_name(scope, max_length=48, separator="-").lower()
        self.namespace = namespace or servicediscovery.PrivateDnsNamespace(
            self,
            "Namespace",
            name=f"{name}.internal",
            vpc=service.vpc,
        )
        service.project.associate_capacity_after(self.namespace)
        self.discovery = self._register(service)
        self.vpc_link = self._make_link(service)
        self.authorization = authorization.bind(self)
        integration = integrations.HttpServiceDiscoveryIntegration(
            "Containers",
            self.discovery,
            vpc_link=self.vpc_link,
            parameter_mapping=_request_id(),
        )
        self.api = apigwv2.HttpApi(
            self,
            "Api",
            api_name=name,
            description=f"Containers of {service.plan.name}",
            cors_preflight=cors,
            create_default_stage=False,
            default_integration=integration,
            default_authorizer=self.authorization.authorizer,
            default_authorization_scopes=list(self.authorization.scopes) or None,
            disable_execute_api_endpoint=domain is not None or None,
        )
        self.signals: Signals = http_api_signals(self.api)
        if self.authorization.authorizer is not None:
            self._open_preflight(integration)
        if timeout is not None:
            self._limit(whole_milliseconds("timeout", timeout, 50, 30_000, source=_QUOTAS))
        self.access_log = AccessLog(self, retention=log_retention, removal_policy=removal_policy)
        self.stage = apigwv2.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            auto_deploy=True,
            access_log_settings=self.access_log,
            throttle=throttle,
            domain_mapping=apigwv2.DomainMappingOptions(domain_name=domain.domain_name)
            if domain
            else None,
        )

    def _register(self, service: ProjectService) -> servicediscovery.Service:
        discovery = servicediscovery.Service(
            self,
            "Discovery",
            namespace=self.namespace,
            dns_record_type=servicediscovery.DnsRecordType.SRV,
            dns_ttl=_DNS_TTL,
            custom_health_check=servicediscovery.HealthCheckCustomConfig(failure_threshold=1),
            description=f"Tasks of {service.plan.name}",
        )
        service.service.associate_cloud_map_service(
            service=discovery, container=service.entrypoint, container_port=service.port
        )
        return discovery

    def _make_link(self, service: ProjectService) -> apigwv2.VpcLink:
        group = ec2.SecurityGroup(
            self,
            "LinkSecurityGroup",
            vpc=service.vpc,
            description="VPC link to the tasks",
            allow_all_outbound=False,
        )
        tasks = service.service.connections.security_groups
        for tasks_group in tasks:
            tasks_group.add_ingress_rule(
                group,
                ec2.Port.tcp(service.port),
                "API Gateway through its VPC link",
                # A group of another stack must not come to depend on this one.
                remote_rule=True,
            )
        # Inline, where the CDK would add a resource of its own: a group without inline rules is
        # created with one that allows everything ("AWS::EC2::SecurityGroup", CloudFormation).
        resource = group.node.default_child
        if isinstance(resource, ec2.CfnSecurityGroup):
            resource.security_group_egress = [
                ec2.CfnSecurityGroup.EgressProperty(
                    ip_protocol="tcp",
                    from_port=service.port,
                    to_port=service.port,
                    destination_security_group_id=tasks_group.security_group_id,
                    description="To the tasks",
                )
                for tasks_group in tasks
            ]
        link = apigwv2.VpcLink(
            self,
            "Link",
            vpc=service.vpc,
            subnets=service.placement.interface_subnets,
            security_groups=[group],
        )
        link_resource = link.node.default_child
        if service.placement.zones_by_id and isinstance(link_resource, apigwv2.CfnVpcLink):
            subnets = service.vpc.select_subnets(
                subnets=service.placement.interface_subnets.subnets
            )
            link_resource.subnet_ids = linked_subnets(self, subnets.subnet_ids)
        return link

    def _limit(self, milliseconds: float) -> None:
        """Set the timeout on the resource: aws-cdk-lib 2.275 drops that of this integration."""
        for construct in self.api.node.find_all():
            if isinstance(construct, apigwv2.CfnIntegration):
                construct.timeout_in_millis = milliseconds

    def _open_preflight(self, integration: apigwv2.HttpRouteIntegration) -> None:
        """Let browsers ask before they send a token.

        ``$default`` also takes OPTIONS, and would turn a preflight away; "Configure CORS for HTTP
        APIs", Amazon API Gateway Developer Guide, gives it routes of its own. Without ``cors``
        these lead to the containers, which then answer for themselves.
        """
        for path in _PREFLIGHT_PATHS:
            for route in self.api.add_routes(
                path=path,
                methods=[apigwv2.HttpMethod.OPTIONS],
                integration=integration,
                authorizer=apigwv2.HttpNoneAuthorizer(),
                authorization_scopes=[],
            ):
                Validations.of(route).acknowledge(
                    Acknowledgment(
                        id="AwsSolutions-APIG4",
                        reason="A CORS preflight carries no credentials, by its specification.",
                    )
                )
