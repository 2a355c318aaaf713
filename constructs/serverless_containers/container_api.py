"""A Compose project behind an API Gateway HTTP API."""

from collections.abc import Mapping
from pathlib import Path
from typing import Unpack

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigwv2
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_servicediscovery as servicediscovery
from constructs import Construct

from serverless_containers.arguments.keywords import checks_keywords
from serverless_containers.ingress.base import ContainerServiceBase, MetricProps
from serverless_containers.ingress.http_api.authorization import Authorization
from serverless_containers.ingress.http_api.custom_domain import CustomDomain
from serverless_containers.ingress.http_api.ingress import HttpApiIngress
from serverless_containers.workload.project.network import IngressRequirements
from serverless_containers.workload.service.props import ServiceProps


class ContainerApi(ContainerServiceBase):
    """Runs a folder with a Compose file, or a lone Dockerfile, behind an HTTP API.

    There is no load balancer: API Gateway reaches the tasks through a VPC link and Cloud Map, and
    nothing else can, and only on the entrypoint's port.

    The construct can be handed to grants (``table.grant_read_data(api)`` gives its task role the
    permission) and to rules of security groups
    (``database.connections.allow_default_port_from(api)``).
    """

    @checks_keywords
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        source: str | Path,
        authorization: Authorization | None = None,
        cors_preflight: apigwv2.CorsPreflightOptions | None = None,
        throttle: apigwv2.ThrottleSettings | None = None,
        timeout: Duration | None = None,
        domain_name: str | None = None,
        certificate: acm.ICertificate | None = None,
        hosted_zone: route53.IHostedZone | None = None,
        namespace: servicediscovery.INamespace | None = None,
        **props: Unpack[ServiceProps],
    ) -> None:
        """Run a Compose project behind an HTTP API.

        Args:
            scope: The construct above.
            construct_id: Its id there.
            source: The folder with the Compose file or the lone Dockerfile, or the Compose file
                itself.
            authorization: The callers that are let in. Default: anybody.
            cors_preflight: The CORS configuration. Default: API Gateway leaves the
                answer, and the headers, to the containers.
            throttle: The limits of requests a second. Default: the account's, 10,000 and a burst of
                5,000 in most regions ("Amazon API Gateway quotas").
            timeout: The time for which API Gateway waits for an answer, at most 30 seconds.
                Default: 30 seconds.
            domain_name: A name of the API's own, such as ``api.example.com``. Default: the one that
                API Gateway gives it.
            certificate: The certificate for ``domain_name``, in the region of the API. Default: one
                is made and validated in ``hosted_zone``; without a zone the deployment waits for a
                record that somebody makes, which the stack's events name.
            hosted_zone: The Route 53 zone for the records of ``domain_name``. Default: no records
                are made; point a CNAME at ``regional_domain_name``.
            namespace: The Cloud Map namespace for the tasks. Default: that of a ContainerCluster,
                else a private one is made.
            **props: The keyword arguments of its service; see `ServiceProps`.

        Raises:
            InvalidSourceError: With every error in the files, if there is one.
            ValueError: If arguments contradict each other.
        """
        super().__init__(
            scope, construct_id, source=source, requirements=IngressRequirements(), **props
        )
        self._domain = (
            CustomDomain(
                self,
                "Domain",
                domain_name=domain_name,
                certificate=certificate,
                hosted_zone=hosted_zone,
            )
            if domain_name
            else None
        )
        shared = self._containers.project.shared_cluster
        self._ingress = HttpApiIngress(
            self,
            "Ingress",
            service=self._containers,
            authorization=authorization or Authorization.none(),
            cors=cors_preflight,
            throttle=throttle,
            timeout=timeout,
            namespace=namespace or (shared.namespace if shared else None),
            domain=self._domain,
            log_retention=props.get("log_retention", logs.RetentionDays.ONE_MONTH),
            removal_policy=props.get("removal_policy", RemovalPolicy.DESTROY),
        )
        if self._containers.scales_on_requests:
            self._containers.scale_on_requests(
                self.api.metric_count(period=Duration.minutes(1), statistic="Sum")
            )
        self._url = f"https://{domain_name}" if domain_name else self._ingress.api.api_endpoint
        self._monitor(
            self._ingress.signals,
            [self._domain.certificate] if self._domain else [],
            access_log=self._ingress.access_log.log_group,
        )

    @property
    def url(self) -> str:
        """The API's root, without a slash at its end."""
        return self._url

    @property
    def client_outputs(self) -> Mapping[str, str]:
        """Outputs for ``serverless-containers client-config``.

        Make each a ``CfnOutput`` by its key: ``ApiName``, ``Url``, ``Region``,
        ``AuthorizationType`` and, where a user pool guards the API, ``UserPoolId`` and
        ``UserPoolClientId``.
        """
        pool, client = self.user_pool, self.user_pool_client
        return {
            "ApiName": self._containers.plan.name,
            "Url": self.url,
            "Region": Stack.of(self).region,
            "AuthorizationType": self._ingress.authorization.client_type,
            **({"UserPoolId": pool.user_pool_id} if pool else {}),
            **({"UserPoolClientId": client.user_pool_client_id} if client else {}),
        }

    @property
    def api(self) -> apigwv2.HttpApi:
        """The HTTP API, for more routes."""
        return self._ingress.api

    @property
    def stage(self) -> apigwv2.HttpStage:
        """Its only stage."""
        return self._ingress.stage

    @property
    def vpc_link(self) -> apigwv2.VpcLink:
        """The VPC link from the API into the VPC."""
        return self._ingress.vpc_link

    @property
    def access_log_group(self) -> logs.LogGroup:
        """The log group of the access log, with a line of JSON for each request."""
        return self._ingress.access_log.log_group

    @property
    def user_pool(self) -> cognito.IUserPool | None:
        """The user pool that guards the API, if one does."""
        return self._ingress.authorization.user_pool

    @property
    def user_pool_client(self) -> cognito.IUserPoolClient | None:
        """The pool's client: the one for web applications made here, or the first one given."""
        return self._ingress.authorization.user_pool_client

    @property
    def regional_domain_name(self) -> str | None:
        """The target of a CNAME for the API's own domain name, if it has one."""
        return self._domain.regional_domain_name if self._domain else None

    @property
    def namespace(self) -> servicediscovery.INamespace:
        """The Cloud Map namespace of the tasks."""
        return self._ingress.namespace

    @property
    def discovery_service(self) -> servicediscovery.IService:
        """The Cloud Map service in which the tasks are registered."""
        return self._ingress.discovery

    def grant_invoke(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let a principal call every route; for `Authorization.iam`."""
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["execute-api:Invoke"],
            resource_arns=[self.api.arn_for_execute_api(stage="$default")],
        )

    def metric_requests(self, **options: Unpack[MetricProps]) -> cloudwatch.Metric:
        """The number of requests."""
        return self.api.metric_count(**options)

    def metric_latency(self, **options: Unpack[MetricProps]) -> cloudwatch.Metric:
        """The time between a request and its answer, in milliseconds."""
        return self.api.metric_latency(**options)

    def metric_client_errors(self, **options: Unpack[MetricProps]) -> cloudwatch.Metric:
        """The number of answers with a status of 4xx."""
        return self.api.metric_client_error(**options)

    def metric_server_errors(self, **options: Unpack[MetricProps]) -> cloudwatch.Metric:
        """The number of answers with a status of 5xx."""
        return self.api.metric_server_error(**options)
