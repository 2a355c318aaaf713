"""The containers behind their API."""

from pathlib import Path

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_apigatewayv2 as apigwv2
from constructs import Construct

from serverless_containers import Authorization, ContainerApi, ServiceProps
from stacks.alarms import monitoring_of
from stacks.environments import Access, EnvironmentConfig
from stacks.outputs import service_outputs, tell
from stacks.zones import zone_of


class ApiStack(Stack):
    """The source folder as an API."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: EnvironmentConfig,
        stack_name: str,
        source: Path,
        containers: ServiceProps,
        query_folder: str,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=stack_name,
            description=f"Containers on Fargate behind an HTTP API ({config.name})",
        )
        self._config = config
        self.api = ContainerApi(
            self,
            "Api",
            source=source,
            **(containers | {"monitoring": monitoring_of(self, config, query_folder=query_folder)}),
            authorization=_authorization(config),
            cors_preflight=_cors(config),
            throttle=_throttle(config),
            domain_name=config.domain.name if config.domain else None,
            hosted_zone=zone_of(self, config.domain),
        )
        self._acknowledge(config)
        self._export_users()
        self._tell()

    def _acknowledge(self, config: EnvironmentConfig) -> None:
        """Acknowledge findings of cdk-nag about this environment's choices."""
        if config.access is Access.OPEN:
            Validations.of(self.api.api).acknowledge(
                Acknowledgment(
                    id="AwsSolutions-APIG4",
                    reason="Open on purpose: an environment for development, with throttling.",
                )
            )

    def _export_users(self) -> None:
        """Export what the stack of a site imports of the user pool, whether there is a site or not.

        An export that the CDK makes goes with its last importer, and CloudFormation deletes none
        that is still imported: the site is deployed, or deleted, after this stack.
        """
        if (pool := self.api.user_pool) is not None:
            for value in (pool.user_pool_id, pool.user_pool_arn):
                self.export_value(value)

    def _tell(self) -> None:
        """Say after a deployment where everything is."""
        console = f"https://{self.region}.console.aws.amazon.com"
        domain = self._config.domain
        target = self.api.regional_domain_name
        tell(
            self,
            {
                **self.api.client_outputs,
                **(
                    {"RecordToCreate": f"{domain.name} CNAME {target}"}
                    if domain and domain.hosted_zone_id is None
                    else {}
                ),
                **service_outputs(self.api),
                "AccessLogGroup": self.api.access_log_group.log_group_name,
                "ApiConsole": f"{console}/apigateway/main/api-detail?api={self.api.api.api_id}"
                f"&region={self.region}",
            },
        )


def _authorization(config: EnvironmentConfig) -> Authorization:
    match config.access:
        case Access.OPEN:
            return Authorization.none()
        case Access.IAM:
            return Authorization.iam()
        case Access.COGNITO:
            return Authorization.cognito(removal_policy=config.removal_policy)


def _cors(config: EnvironmentConfig) -> apigwv2.CorsPreflightOptions | None:
    if not config.cors_origins:
        return None
    return apigwv2.CorsPreflightOptions(
        allow_origins=list(config.cors_origins),
        allow_methods=[apigwv2.CorsHttpMethod.ANY],
        allow_headers=["authorization", "content-type"],
    )


def _throttle(config: EnvironmentConfig) -> apigwv2.ThrottleSettings | None:
    if config.requests_per_second is None:
        return None
    return apigwv2.ThrottleSettings(
        rate_limit=config.requests_per_second, burst_limit=2 * config.requests_per_second
    )
